from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "dangban.dispatch"
    label = "dispatch"

    def ready(self) -> None:
        from dangban.dispatch import jobs, keeping
        from dangban.lib import background
        from dangban.orders import events, ports
        from dangban.stock import events as stock_events

        events.on_came(keeping.turned)
        events.on_changed(keeping.order_changed)
        events.on_left(keeping.parcel_left)
        ports.register_preparation(keeping.preparation)
        stock_events.on_arrived(keeping.arrived)
        background.register("dispatch", background.every(keeping.EVERY_SECONDS, keeping.look_round))
        background.register("dispatch-audits", background.every(jobs.EVERY_SECONDS, jobs.look_round))
