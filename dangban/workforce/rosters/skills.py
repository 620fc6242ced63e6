"""What people of a team can do, as rosters ask for it: stages of service, platforms, languages, shops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.lib import clock
from dangban.people.models import RoleGrant, Shop, Skill, Team, TeamShop

SHOP = "shop"


def offered(team: Team) -> dict[str, str]:
    """The codes a roster of this team may ask for, with their labels: what anybody there can do, and its shops if many."""
    codes = set()
    for kind, value in Skill.objects.filter(person__memberships__team=team, person__is_active=True).values_list("kind", "value"):
        codes.add(f"{kind}:{value}")
    shops = list(TeamShop.objects.filter(team=team).values_list("shop_id", flat=True))
    if len(shops) > 1:
        codes |= {f"{SHOP}:{shop_id}" for shop_id in shops}
    return labels(codes)


def held(person_ids: Collection[int], team: Team) -> dict[int, frozenset[str]]:
    """By person: skills as their files say, and the shops of the team that a role of theirs reaches (three queries)."""
    found: dict[int, set[str]] = defaultdict(set)
    for person_id, kind, value in Skill.objects.filter(person__in=person_ids).values_list("person_id", "kind", "value"):
        found[person_id].add(f"{kind}:{value}")
    shops = set(TeamShop.objects.filter(team=team).values_list("shop_id", flat=True))
    now = clock.now()
    grants = RoleGrant.objects.filter(Q(until=None) | Q(until__gt=now), person__in=person_ids, since__lte=now)
    for person_id, shop_id, served in grants.values_list("person_id", "shop_id", "team__shops"):
        everywhere = shop_id is None and served is None
        reached = shops if everywhere else shops & {shop_id, served}
        found[person_id].update(f"{SHOP}:{one}" for one in reached)
    return {person_id: frozenset(codes) for person_id, codes in found.items()}


def labels(codes: Iterable[str]) -> dict[str, str]:
    """How codes are called; shops by their names (one query, if any is asked for). In the order of the labels."""
    wanted = set(codes)
    known = {
        "stage:presale": pgettext("skill", "before the sale"), "stage:aftersale": pgettext("skill", "after the sale"),
        "stage:orders": pgettext("skill", "orders"), "stage:fieldservice": pgettext("skill", "field service"),
        "language:zh": _("Chinese"), "language:yue": _("Cantonese"), "language:en": _("English"),
        **{f"platform:{value}": str(label) for value, label in Shop.Platform.choices},
    }  # fmt: skip
    shops = [int(code.removeprefix(f"{SHOP}:")) for code in wanted if code.startswith(f"{SHOP}:")]
    if shops:
        known |= {f"{SHOP}:{pk}": name for pk, name in Shop.objects.filter(pk__in=shops).values_list("pk", "name")}
    found = {code: known.get(code, code.partition(":")[2]) for code in wanted}
    return dict(sorted(found.items(), key=lambda item: (item[0].partition(":")[0], item[1])))
