from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

from dangban.lib import background, rail


class CampaignsConfig(AppConfig):
    name = "dangban.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from dangban.campaigns import jobs, words

        words.register()
        background.register("campaigns", background.every(jobs.EVERY_SECONDS, jobs.look_round))
        label = pgettext_lazy("rail", "Campaigns")
        rail.register(rail.RailItem("campaigns", label, "gift", "campaigns:list", "campaigns.view", order=290))
