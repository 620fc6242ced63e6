from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class QualityConfig(AppConfig):
    name = "dangban.quality"
    label = "quality"

    def ready(self) -> None:
        from dangban.people import ports as people_ports
        from dangban.quality import filing, jobs, leaving, personal, words
        from dangban.staff import ports as staff_ports

        words.register()
        people_ports.register_personal_data("quality", personal.ConductData())
        people_ports.register_open_work("quality", words.OFFENCES, leaving.Offences())
        staff_ports.register_conduct("quality", filing.of)
        background.register("quality", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        rail.register(rail.RailItem("quality", pgettext_lazy("rail", "Conduct"), "star", "quality:offences", order=350))
