from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "dangban.conversations"
    label = "conversations"
