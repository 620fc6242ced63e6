"""How the journal and notices tell of campaigns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from dangban.campaigns import telling
from dangban.campaigns.models import Campaign
from dangban.journal import ports

VERBS = {
    "campaigns.planned": gettext_lazy("planned the campaign"),
    "campaigns.changed": gettext_lazy("changed the campaign"),
    "campaigns.stopped": gettext_lazy("stopped the campaign"),
    "campaigns.started": gettext_lazy("told the agents that it runs:"),
    "campaigns.ended": gettext_lazy("told the agents that it is over:"),
}

# The columns that make up a promise, beside its times, shops and goods.
COLUMNS = {
    "name": pgettext_lazy("campaign", "name"),
    "kind": pgettext_lazy("campaign", "kind"),
    "by_platform": gettext_lazy("of the platform"),
    "pays_percent": gettext_lazy("percent paid"),
    "price_fen": gettext_lazy("fixed price"),
    "nth": gettext_lazy("which piece"),
    "tiers": gettext_lazy("thresholds"),
    "repeats": gettext_lazy("again and again"),
    "most_times": gettext_lazy("at most so often"),
    "gift": pgettext_lazy("campaign", "gift"),
    "categories": gettext_lazy("categories"),
    "say": gettext_lazy("what to say"),
}
FIELDS = COLUMNS | {
    "starts_at": gettext_lazy("begins"),
    "ends_at": gettext_lazy("ends"),
    "shops": pgettext_lazy("campaign", "shops"),
    "goods": pgettext_lazy("campaign", "goods"),
    "told": gettext_lazy("people told"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="campaigns")
    ports.name_subject("campaigns.campaign", gettext_lazy("campaign"), titles=_campaigns)


def _campaigns(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Campaign.objects.filter(pk__in=ids).values_list("pk", "name"))


def news(campaign: Campaign, what: str, changed: Sequence[str]) -> tuple[str, str]:
    """Title and text of the notice that it runs, has changed or is over, with what to say."""
    titles = {"started": _("Campaign begins: %(name)s"), "changed": _("Campaign changed: %(name)s"), "ended": _("Campaign is over: %(name)s")}
    shops = "、".join(row.shop.name for row in campaign.in_shops.all())
    lines = [shops]
    if what == "changed":
        lines.append(_("New: %(fields)s") % {"fields": "、".join(str(FIELDS[name]) for name in changed)})
    if what == "ended":
        lines.append(_("No longer promise: %(gives)s.") % {"gives": telling.gives(campaign)})
    else:
        goods = telling.for_what([row.product.title for row in campaign.for_products.all()], campaign.categories)
        lines += [f"{telling.gives(campaign)}；{goods}", _("Until %(until)s") % {"until": telling.moment(campaign.ends_at)}]
        if campaign.say:
            lines.append(pgettext("campaign", "Say: %(text)s") % {"text": campaign.say})
    return titles[what] % {"name": campaign.name}, "\n".join(lines)
