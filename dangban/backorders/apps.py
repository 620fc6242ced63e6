from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class BackordersConfig(AppConfig):
    name = "dangban.backorders"
    label = "backorders"

    def ready(self) -> None:
        from dangban.backorders import actions, bell, holding, jobs, open_work, personal, timeline, words
        from dangban.backorders.actions import shortfalls
        from dangban.customers import ports as customer_ports
        from dangban.desk import ports as desk_ports
        from dangban.orders import events as order_events
        from dangban.orders import exceptions
        from dangban.orders import ports as order_ports
        from dangban.people import ports as people_ports
        from dangban.stock import events as stock_events

        words.register()
        personal.register()
        stock_events.on_arrived(actions.heard)
        order_events.on_came(actions.note_orders)
        desk_ports.name_deadlines({holding.REACH: _("Customer who waits, to be reached")}, delegable=True)
        desk_ports.watch_deadlines(holding.REACH, bell.clock_changed)
        desk_ports.name_deadlines({shortfalls.SELLER: _("Out-of-stock order to take note of")})
        desk_ports.watch_deadlines(shortfalls.SELLER, bell.seller_clock_changed)
        reasons = {"short": pgettext_lazy("out of stock", "Less in stock than ordered")}
        exceptions.name_kind(shortfalls.KIND, pgettext_lazy("exception", "Out of stock"), reasons=reasons)
        customer_ports.register_timeline("backorders", _("Back-orders"), timeline.timeline)
        customer_ports.register_mover("backorders", timeline.move, timeline.give_back)
        order_ports.register_links("backorders", timeline.links)
        people_ports.register_open_work("backorders", _("Customers who wait for goods"), open_work.OpenWork())
        background.register("backorders", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        label = pgettext_lazy("rail", "Back-orders")
        rail.register(rail.RailItem("backorders", label, "waiting", "backorders:list", "backorders.view", order=240))
