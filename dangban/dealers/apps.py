from django.apps import AppConfig


class DealersConfig(AppConfig):
    name = "dangban.dealers"
    label = "dealers"
