from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "dangban.knowledge"
    label = "knowledge"
