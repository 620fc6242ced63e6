from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class PerformanceConfig(AppConfig):
    name = "dangban.performance"
    label = "performance"

    def ready(self) -> None:
        from dangban.people import ports as people
        from dangban.performance import jobs, personal, promotion, words
        from dangban.staff import ports as staff

        words.register()
        people.register_personal_data("performance", personal.FiguresData())
        staff.register_promotion_figure(staff.SCORE, pgettext_lazy("promotion", "Average of the last scorecards"), promotion.average_scores)
        background.register("performance", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        label = pgettext_lazy("rail", "Figures")
        rail.register(rail.RailItem("performance", label, "reports", "performance:mine", order=340))
