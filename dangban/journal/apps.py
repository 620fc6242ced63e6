from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "dangban.journal"
    label = "journal"
