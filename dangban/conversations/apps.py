from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ConversationsConfig(AppConfig):
    name = "dangban.conversations"
    label = "conversations"

    def ready(self) -> None:
        from dangban.backorders.ports import register_seller
        from dangban.chat.ports import register_gate, register_on_stream, register_projector, register_sweep
        from dangban.conversations import intending, open_work, personal, sellers, timeline, words
        from dangban.conversations.actions.presence import on_stream
        from dangban.conversations.gate import Gate
        from dangban.conversations.jobs import SWEEPS
        from dangban.conversations.projector import Plain, project
        from dangban.conversations.reminders import LEFT_MESSAGE, PROMISE, REPLY
        from dangban.customers import ports as customers
        from dangban.desk.ports import name_deadlines, register_day_blocker, register_inbox, register_summary
        from dangban.lib.rail import RailItem, register
        from dangban.orders.ports import register_intending, register_links
        from dangban.people import ports as people

        words.register()
        register_gate(Gate())
        register_intending(intending.to_contact)
        register_seller(sellers.seller_of)
        register_projector("conversations", project, Plain())
        for name, sweep in SWEEPS.items():
            register_sweep(f"conversations.{name}", sweep)
        register_on_stream("conversations", on_stream)
        name_deadlines({REPLY: _("Reply"), LEFT_MESSAGE: _("Left message"), PROMISE: _("Promise")})
        register_inbox("conversations", _("Conversations"), open_work.Inbox())
        speaks_for = (REPLY, LEFT_MESSAGE, PROMISE)
        register_day_blocker("conversations", _("Conversations"), open_work.unanswered, kinds=speaks_for)
        register_summary("not_sold", open_work.not_sold)
        people.register_open_work("conversations", _("Conversations"), open_work.OpenWork())
        people.register_personal_data("conversations", personal.ConversationData())
        customers.register_timeline("conversations", _("Conversations"), timeline.timeline)
        customers.register_mover("conversations", timeline.move, timeline.give_back)
        register_links("conversations", timeline.links)
        also = ("/enquiries/", "/ratings/", "/speech-guard/", "/auto-replies/", "/seats/", "/search/")
        for item in (
            RailItem("workspace", pgettext_lazy("rail", "Workspace"), "desk", "workspace", "conversations.serve", order=110),
            RailItem("floor", pgettext_lazy("rail", "Floor"), "floor", "floor", "conversations.supervise", order=140),
            RailItem("service", pgettext_lazy("rail", "Service"), "remark", "numbers", "conversations.serve", order=150, also=also),
        ):
            register(item)
