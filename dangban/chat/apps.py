from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "dangban.chat"
    label = "chat"
