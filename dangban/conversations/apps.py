from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    name = "dangban.conversations"
    label = "conversations"

    def ready(self) -> None:
        from dangban.chat.ports import register_gate, register_on_stream, register_projector, register_sweep
        from dangban.conversations.actions.presence import on_stream
        from dangban.conversations.gate import Gate
        from dangban.conversations.jobs import sweep
        from dangban.conversations.projector import project
        from dangban.conversations.reminders import LEFT_MESSAGE, PROMISE, REPLY
        from dangban.desk.ports import name_deadlines

        register_gate(Gate())
        register_projector("conversations", project)
        register_sweep("conversations", sweep)
        register_on_stream("conversations", on_stream)
        name_deadlines({REPLY: _("Reply"), LEFT_MESSAGE: _("Left message"), PROMISE: _("Promise")})
