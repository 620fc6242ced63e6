from django.apps import AppConfig


class AftersalesConfig(AppConfig):
    name = "dangban.aftersales"
    label = "aftersales"
