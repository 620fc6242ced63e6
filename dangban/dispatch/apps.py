from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "dangban.dispatch"
    label = "dispatch"
