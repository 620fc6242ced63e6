from django.apps import AppConfig


class ChatConfig(AppConfig):
    name = "dangban.chat"
    label = "chat"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from dangban.campaigns import ports as campaigns
        from dangban.chat import (
            campaign_bell,
            customer_bell,
            hub,
            inbox_bell,
            personal,
            ports,
            presence,
            search,
            sign_out,
            stock_bell,
        )
        from dangban.customers import ports as customers
        from dangban.desk.ports import register_bell
        from dangban.people.ports import register_activity, register_revoker
        from dangban.stock import ports as stock

        ports.register_bulk_projector("search", search.Index())
        personal.register()
        register_revoker(hub.revoke)
        register_activity(presence.last_active)
        register_bell(inbox_bell.ring)
        customers.register_bell(customer_bell.ring)
        stock.register_bell(stock_bell.ring)
        campaigns.register_bell(campaign_bell.ring)
        user_logged_out.connect(sign_out.revoke, dispatch_uid="chat.sign_out")
