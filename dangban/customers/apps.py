from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "dangban.customers"
    label = "customers"
