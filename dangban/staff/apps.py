from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "dangban.staff"
    label = "staff"

    def ready(self) -> None:
        from dangban.lib import background
        from dangban.people import ports as people
        from dangban.staff import jobs, leaving, personal, words

        words.register()
        people.register_personal_data("staff", personal.FileData())
        people.register_open_work("staff", words.FILES, leaving.Files())
        people.register_held_first(leaving.hold)
        background.register("staff", background.every(jobs.EVERY_SECONDS, jobs.look_round))
