from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "dangban.media"
    label = "media"
