from django.apps import AppConfig


class BackordersConfig(AppConfig):
    name = "dangban.backorders"
    label = "backorders"
