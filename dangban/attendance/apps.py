from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class AttendanceConfig(AppConfig):
    name = "dangban.attendance"
    label = "attendance"

    def ready(self) -> None:
        from dangban.attendance import jobs, judging, personal, presence, words
        from dangban.attendance.dingtalk import taking
        from dangban.leave import ports as leave
        from dangban.workforce import ports as workforce

        words.register()
        personal.register()
        leave.register_follower("attendance", judging.follow_leave)
        workforce.register_presence("punches", presence.at_work)
        workforce.register_away("dingtalk", taking.away_of)
        background.register("attendance", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        background.register("attendance-ask", background.every(jobs.ASKING_SECONDS, jobs.ask_round))
        label = pgettext_lazy("rail", "Attendance")
        rail.register(rail.RailItem("attendance", label, "clock", "attendance:own", order=320))
