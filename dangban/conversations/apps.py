from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "dangban.conversations"
    label = "conversations"

    def ready(self) -> None:
        from dangban.chat.ports import register_projector
        from dangban.conversations.projector import project

        register_projector("conversations", project)
