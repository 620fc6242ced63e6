from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class TrackingConfig(AppConfig):
    name = "dangban.tracking"
    label = "tracking"

    def ready(self) -> None:
        from dangban.customers import ports as customer_ports
        from dangban.orders import events as order_events
        from dangban.orders import ports as order_ports
        from dangban.tracking import following, jobs, personal, timeline, trouble, words

        words.register()
        personal.register()
        trouble.register()
        order_events.on_left(following.left)
        order_events.on_brought(following.brought)
        order_ports.register_links("parcels", timeline.links)
        order_ports.register_parcel_events(timeline.events)
        customer_ports.register_timeline("parcels", _("Parcels"), timeline.timeline)
        background.register("parcels", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        background.register("parcels-ask", background.every(jobs.ASKING_SECONDS, jobs.ask_round))
        label = pgettext_lazy("rail", "Parcels")
        rail.register(rail.RailItem("tracking", label, "route", "tracking:list", "orders.view", order=230))
