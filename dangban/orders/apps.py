from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.lib import rail


class OrdersConfig(AppConfig):
    name = "dangban.orders"
    label = "orders"

    def ready(self) -> None:
        from dangban.customers import ports as customer_ports
        from dangban.desk import ports as desk_ports
        from dangban.lib import background
        from dangban.orders import bell, day, events, figures, owed, personal, ports, ticking, timeline, words
        from dangban.orders.changing import words as changes
        from dangban.orders.exceptions import actions as exceptions
        from dangban.orders.exceptions import finding, kinds
        from dangban.orders.exceptions import links as exception_links
        from dangban.orders.pricing import words as prices
        from dangban.orders.self_service import words as own_pages
        from dangban.orders.unpaid import following
        from dangban.stock import ports as stock_ports

        every = background.every(following.EVERY_SECONDS, following.look_round)
        background.register("orders-unpaid", every)
        desk_ports.name_deadlines(
            {following.CONTACT: _("Unpaid order to contact"), following.NEXT: _("Next contact agreed")},
            delegable=True,
        )
        desk_ports.name_deadlines({ticking.KIND: _("Wish to tick")}, delegable=True)
        desk_ports.watch_deadlines(following.CONTACT, bell.contact_clock_changed)
        desk_ports.watch_deadlines(following.NEXT, bell.contact_clock_changed)
        desk_ports.register_also_told(ticking.KIND, ticking.also_told)
        desk_ports.watch_deadlines(ticking.KIND, bell.clock_changed)
        kinds.register()
        ports.register_links("exceptions", exception_links.links)
        events.on_left(lambda parcel, at: finding.order_gone([parcel.order_id], at))
        events.on_came(lambda orders, at: finding.order_gone([order.pk for order in orders], at))
        background.register("orders-exceptions", background.every(finding.EVERY_SECONDS, finding.look_round))
        desk_ports.name_deadlines({exceptions.CLOCK: _("Exception to settle")}, delegable=True)
        desk_ports.watch_deadlines(exceptions.CLOCK, exceptions.clock_moved)
        day.register()
        personal.register()
        words.register()
        changes.register()
        prices.register()
        own_pages.register()
        customer_ports.register_timeline("orders", _("Orders"), timeline.timeline)
        customer_ports.register_bought(figures.bought_since)
        stock_ports.register_owed(owed.owed)
        customer_ports.register_mover("orders", timeline.move, timeline.give_back)
        label = pgettext_lazy("rail", "Orders")
        rail.register(rail.RailItem("orders", label, "orders", "orders:list", "orders.view", order=210))
