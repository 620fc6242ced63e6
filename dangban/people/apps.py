from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "dangban.people"
    label = "people"
