from django.apps import AppConfig


class ShopsConfig(AppConfig):
    name = "dangban.shops"
    label = "shops"
