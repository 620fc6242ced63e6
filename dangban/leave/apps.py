from django.apps import AppConfig


class LeaveConfig(AppConfig):
    name = "dangban.leave"
    label = "leave"

    def ready(self) -> None:
        from dangban.leave import jobs, leaving, personal, queries, words
        from dangban.lib import background
        from dangban.people import ports as people
        from dangban.workforce import ports as workforce

        words.register()
        workforce.register_away("leave", queries.away)
        people.register_personal_data("leave", personal.LeaveData())
        people.register_open_work("leave", words.LEAVE, leaving.Requests())
        people.register_held_first(leaving.hold)
        background.register("leave", background.every(jobs.EVERY_SECONDS, jobs.look_round))
