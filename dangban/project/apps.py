from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "dangban.project"
    label = "project"
