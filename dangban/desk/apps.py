from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "dangban.desk"
    label = "desk"
