from django.apps import AppConfig


class HandbookConfig(AppConfig):
    name = "dangban.handbook"
    label = "handbook"
