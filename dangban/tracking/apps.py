from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "dangban.tracking"
    label = "tracking"
