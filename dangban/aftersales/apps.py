from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class AftersalesConfig(AppConfig):
    name = "dangban.aftersales"
    label = "aftersales"

    def ready(self) -> None:
        from dangban.aftersales import (
            events,
            jobs,
            open_work,
            personal,
            repairing,
            solving,
            telling,
            timeline,
            words,
        )
        from dangban.aftersales.actions import moving
        from dangban.aftersales.evidence import lapsing
        from dangban.aftersales.inbound import supplying
        from dangban.aftersales.inbound import words as inbound_words
        from dangban.aftersales.registers import words as register_words
        from dangban.aftersales.self_service import part
        from dangban.aftersales.settling import paying, reminding
        from dangban.aftersales.settling import words as settling_words
        from dangban.aftersales.workshop import events as workshop_events
        from dangban.aftersales.workshop import words as workshop_words
        from dangban.customers import ports as customers
        from dangban.desk import ports as desk
        from dangban.orders import ports as orders
        from dangban.people import ports as people

        orders.register_own_part("aftersales", part.own_part)
        words.register()
        personal.register()
        events.on_moved(telling.after_move)
        events.on_moved(solving.after_move)
        events.on_moved(paying.after_move)
        workshop_events.on_closed(repairing.after_rework)
        orders.register_links("aftersales", timeline.links)
        customers.register_timeline("aftersales", _("After-sales"), timeline.timeline)
        customers.register_held_first(timeline.hold)
        customers.register_mover("aftersales", timeline.move, timeline.give_back)
        people.register_open_work("aftersales", _("After-sales cases"), open_work.OpenWork())
        desk.register_day_blocker("aftersales", _("After-sales cases"), open_work.leftovers, kinds=(moving.CLOCK,))
        desk.register_finder("case", timeline.find)
        background.register("aftersales", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        workshop_words.register()
        settling_words.register()
        inbound_words.register()
        register_words.register()
        background.register("aftersales-suppliers", background.every(supplying.EVERY_SECONDS, supplying.remind))
        background.register("aftersales-credit", background.every(reminding.EVERY_SECONDS, reminding.look_round))
        background.register("aftersales-evidence", background.every(lapsing.EVERY_SECONDS, lapsing.look_round))
        label = pgettext_lazy("rail", "After-sales")
        rail.register(rail.RailItem("aftersales", label, "returns", "aftersales:list", "aftersales.view", order=250))
