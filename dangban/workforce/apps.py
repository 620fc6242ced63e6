from django.apps import AppConfig


class WorkforceConfig(AppConfig):
    name = "dangban.workforce"
    label = "workforce"

    def ready(self) -> None:
        from dangban.desk.ports import ApprovalKind, register_approval, register_duty_spans
        from dangban.lib import background
        from dangban.people.ports import register_held_first, register_open_work
        from dangban.staff.ports import register_planned
        from dangban.workforce import arrivals, departing, jobs, leaving, ports, queries, words
        from dangban.workforce.actions import swapping

        register_duty_spans(queries.duty_spans)
        register_approval(swapping.KIND, ApprovalKind(words.SWAP, swapping.settle_swap))
        register_open_work("rosters", words.SHIFTS, leaving.Shifts())
        register_held_first(leaving.hold)
        register_planned("rosters", departing.Shifts())
        ports.register_away("departures", departing.away)
        background.register("arrivals", background.every(arrivals.EVERY_SECONDS, arrivals.look_round))
        background.register("rosters", jobs.loop)
        background.register("swaps", background.every(jobs.EVERY_MINUTE, jobs.end_swaps))
        background.register("trainings", background.every(jobs.EVERY_MINUTE, jobs.look_after_trainings))
        words.register()
