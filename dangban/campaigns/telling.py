"""Campaigns in words: what one gives, for what, until when; and what a customer is told of a price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from dangban.campaigns.models import Campaign
from dangban.campaigns.rules import Price, Step
from dangban.lib import clock, money

_NAMED = 4
Kind = Campaign.Kind


def gives(campaign: Campaign) -> str:
    """What a campaign promises, in one line: 满 ¥300.00 减 ¥30.00."""
    match campaign.kind:
        case Kind.PERCENT:
            return _("%(fold)s of ten (%(percent)s%% of the price)") % _folds(campaign)
        case Kind.FIXED:
            return _("%(price)s, whatever it cost before") % {"price": money.show(campaign.price_fen or 0)}
        case Kind.NTH:
            return _nth(campaign) + _limit(campaign)
        case Kind.GIFT:
            return _from(campaign, _("gift: %(gift)s") % {"gift": campaign.gift}) + _limit(campaign)
        case Kind.FREIGHT:
            return _from(campaign, _("free freight"))
    return "；".join(_tier(campaign, threshold, off) for threshold, off in campaign.tiers) + _limit(campaign)


def _folds(campaign: Campaign) -> dict[str, object]:
    percent = campaign.pays_percent or 0
    return {"percent": percent, "fold": f"{(Decimal(percent) / 10).normalize():f}", "nth": campaign.nth}


def _nth(campaign: Campaign) -> str:
    if not campaign.pays_percent:
        return _("piece no. %(nth)s free") % _folds(campaign)
    return _("piece no. %(nth)s at %(fold)s of ten (%(percent)s%% of the price)") % _folds(campaign)


def _tier(campaign: Campaign, threshold: int, off: int) -> str:
    said = {"threshold": money.show(threshold), "off": money.show(off)}
    if campaign.kind == Kind.COUPON:
        return (_("coupon of %(off)s from %(threshold)s") if threshold else _("coupon of %(off)s, no threshold")) % said
    return (_("%(off)s off every %(threshold)s") if campaign.repeats else _("%(off)s off from %(threshold)s")) % said


def _from(campaign: Campaign, what: str) -> str:
    threshold = campaign.tiers[0][0] if campaign.tiers else 0
    if not threshold:
        return what
    said = {"threshold": money.show(threshold), "what": what}
    return (_("every %(threshold)s: %(what)s") if campaign.repeats else _("from %(threshold)s: %(what)s")) % said


def _limit(campaign: Campaign) -> str:
    if not (campaign.repeats and campaign.most_times):
        return ""
    return _(" (at most %(times)s times)") % {"times": campaign.most_times}


def for_what(titles: Sequence[str], categories: Sequence[str]) -> str:
    """The goods of a campaign, the first few by name."""
    named = [_("all %(category)s") % {"category": one} for one in categories] + list(titles)
    if not named:
        return _("everything in the shop")
    shown = "、".join(named[:_NAMED])
    return shown if len(named) <= _NAMED else _("%(names)s and %(more)s more") % {"names": shown, "more": len(named) - _NAMED}


def moment(at: datetime) -> str:
    return clock.local(at).strftime("%Y-%m-%d %H:%M")


def price_line(price: Price, pieces: int, campaigns: Mapping[int, Campaign]) -> str:
    """What is said to the customer, in the shop's language: how the price comes about, and what comes with it."""
    with translation.override(settings.LANGUAGE_CODE):
        taken = [step for step in price.steps if step.outcome == "taken"]
        cuts = [f"{_called(campaigns[step.offer])} -{money.show(step.cut_fen)}" for step in taken if step.cut_fen]
        said = {"pieces": pieces, "list": money.show(price.list_fen), "total": money.show(price.total_fen)}
        if cuts:
            said["cuts"] = "，".join(cuts)
            line = ngettext(
                "%(pieces)s piece at %(list)s: %(cuts)s; you pay %(total)s", "%(pieces)s pieces at %(list)s: %(cuts)s; you pay %(total)s", pieces
            ) % said  # fmt: skip
        else:
            line = ngettext("%(pieces)s piece: you pay %(total)s", "%(pieces)s pieces: you pay %(total)s", pieces) % said
        return line + _freight(price) + _gifts(taken, campaigns) + pgettext("end of a sentence", ".") + _nearly(price, campaigns)


def _called(campaign: Campaign) -> str:
    return campaign.name


def _freight(price: Price) -> str:
    if price.freight_fen:
        return _(", freight of %(freight)s included") % {"freight": money.show(price.freight_fen)}
    return _(", free freight") if price.freight_saved_fen else ""


def _gifts(taken: Sequence[Step], campaigns: Mapping[int, Campaign]) -> str:
    gifts = [
        campaigns[step.offer].gift + (f" ×{step.times}" if step.times > 1 else "") for step in taken if step.stage == "gift"
    ]
    return _(", with %(gifts)s as a gift") % {"gifts": "、".join(gifts)} if gifts else ""


def _nearly(price: Price, campaigns: Mapping[int, Campaign]) -> str:
    """The nearest threshold that is not reached yet, if it is not far."""
    short = [step for step in price.steps if step.outcome == "short" and step.missing_fen * 2 <= step.threshold_fen]
    if not short:
        return ""
    nearest = min(short, key=lambda step: step.missing_fen)
    said = {"missing": money.show(nearest.missing_fen), "gives": gives(campaigns[nearest.offer])}
    return _("Only %(missing)s more and there is: %(gives)s.") % said
