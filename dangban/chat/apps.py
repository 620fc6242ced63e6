from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "dangban.chat"
    label = "chat"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from dangban.chat import ports, search, sign_out

        ports.register_bulk_projector("search", search.index)
        user_logged_out.connect(sign_out.revoke, dispatch_uid="chat.sign_out")
