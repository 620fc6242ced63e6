from django.apps import AppConfig


class WorkforceConfig(AppConfig):
    name = "dangban.workforce"
    label = "workforce"
