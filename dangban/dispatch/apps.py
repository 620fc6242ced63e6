from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class DispatchConfig(AppConfig):
    name = "dangban.dispatch"
    label = "dispatch"

    def ready(self) -> None:
        from dangban.desk import ports as desk_ports
        from dangban.dispatch import collecting, cutoff, day, helping, jobs, keeping, words
        from dangban.dispatch.actions import pickups
        from dangban.orders import events, ports
        from dangban.stock import events as stock_events

        words.register()
        day.register()
        desk_ports.register_inbox("dispatch", _("Help at the warehouse and the order desk"), helping.Calls())
        desk_ports.register_inbox("dispatch-pickups", _("Parcels to be collected"), collecting.Uncovered())
        desk_ports.name_deadlines({pickups.CLOCK: _("Courier to confirm a pick-up")})
        events.on_came(keeping.turned)
        events.on_changed(keeping.order_changed)
        events.on_left(keeping.parcel_left)
        ports.register_preparation(keeping.preparation)
        stock_events.on_arrived(keeping.arrived)
        background.register("dispatch", background.every(keeping.EVERY_SECONDS, keeping.look_round))
        background.register("dispatch-audits", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        background.register("dispatch-cut-off", background.every(cutoff.EVERY_SECONDS, cutoff.look_round))
        background.register("dispatch-help", background.every(cutoff.EVERY_SECONDS * 6, helping.look_round))
        label = pgettext_lazy("rail", "Dispatch")
        rail.register(rail.RailItem("dispatch", label, "truck", "dispatch:audit", "dispatch.view", order=220))
