from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "dangban.orders"
    label = "orders"
