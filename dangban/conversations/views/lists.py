"""Lists that are worked from: intending customers, ratings, what the speech guard met."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dangban.conversations import access, actions, queries
from dangban.conversations.actions.overrides import reserved_for
from dangban.conversations.clauses import CREDIT, CREDIT_OF_SEVERAL, ENQUIRY_DAYS
from dangban.conversations.models import Enquiry, GuardHit, GuardOverride, Rating
from dangban.conversations.queries import enquiries as buying
from dangban.conversations.queries.finding import number
from dangban.conversations.queries.pages import Days, newest_first
from dangban.conversations.views.answers import done, needs, who
from dangban.conversations.views.widget import reasons
from dangban.handbook.current import in_force_so_far
from dangban.lib import clock
from dangban.people.access import visible_shops

agents = needs("conversations.serve", "conversations.supervise")
leaders = needs("conversations.supervise")


@require_GET
@agents
def enquiries(request: HttpRequest) -> HttpResponse:
    """The customers who mean to buy, by who asks them again: those of today first."""
    person = who(request)
    which = request.GET.get("which", "today")
    mine = request.GET.get("mine", "1") == "1"
    reason = request.GET.get("reason", "")
    filters = buying.Filters(
        which if which in buying.WHICH else "today",
        person.pk if mine else number(request.GET, "owner"),
        number(request.GET, "shop"),
        reason if reason in Enquiry.Reason.values else "",
    )
    listed = buying.worked(person, filters, request.GET.get("after", ""))
    chosen = {"which": filters.which, "mine": "1" if mine else "0", "owner": "" if mine else filters.owner or "",
              "shop": filters.shop or "", "reason": filters.reason}  # fmt: skip
    context = {
        "rows": listed.rows, "next": listed.next, "chosen": chosen, "which": filters.which, "mine": chosen["mine"],
        "now": clock.now(), "owners": [] if mine else buying.owners(person), "shops": visible_shops(person),
        "reasons": Enquiry.Reason.choices,
    }  # fmt: skip
    return render(request, "conversations/enquiries.html", context)


@require_GET
@agents
def enquiry_results(request: HttpRequest) -> HttpResponse:
    """What came of the enquiries of some days, whose sales they are, why others were lost."""
    person = who(request)
    days = Days.asked(request.GET)
    found = buying.results(person, days.since, days.until, number(request.GET, "shop"))
    if not person.can("conversations.supervise"):
        found.people = [one for one in found.people if one[0] == person.pk]
    rules = in_force_so_far(clock.now())
    context = {
        "days": days, "found": found, "shops": visible_shops(person), "shop": number(request.GET, "shop"),
        "because": [rules.because(clause) for clause in (ENQUIRY_DAYS, CREDIT, CREDIT_OF_SEVERAL) if rules.has(clause)],
    }  # fmt: skip
    return render(request, "conversations/enquiry_results.html", context)


@require_GET
@agents
def ratings(request: HttpRequest) -> HttpResponse:
    """What customers said of the service; agents read their own, leaders everybody's."""
    person = who(request)
    days = Days.asked(request.GET, back=29)
    rows = Rating.objects.filter(access.serving(person, "invitation__conversation__shop"))
    rows = rows.filter(at__gte=days.span[0], at__lt=days.span[1])
    if not person.can("conversations.supervise"):
        rows = rows.filter(invitation__person=person)
    chosen = {name: request.GET.get(name, "") for name in ("stars", "who", "shop")}
    asked = {name: number(request.GET, name) for name in chosen}
    if asked["stars"] is not None:
        rows = rows.filter(stars=asked["stars"])
    if asked["who"] is not None:
        rows = rows.filter(invitation__person=asked["who"])
    if asked["shop"] is not None:
        rows = rows.filter(invitation__conversation__shop=asked["shop"])
    rows = rows.select_related("invitation__person", "invitation__conversation__customer", "invitation__conversation__shop")
    listed = newest_first(rows, request.path, chosen | days.query, request.GET.get("before", ""))
    served = access.visible_colleagues(person).filter(pk=asked["who"] or 0).first()
    shop = visible_shops(person).filter(pk=asked["shop"] or 0).first()
    context = {
        "listed": listed,
        "days": days,
        "chosen": chosen,
        "reason_labels": dict(reasons()),
        "summary": queries.satisfaction(
            person, days.since, days.until, who=served, shop=shop
        ),
        "shops": visible_shops(person),
    }
    return render(request, "conversations/ratings.html", context)


@require_GET
@leaders
def guard_hits(request: HttpRequest) -> HttpResponse:
    """What agents said or tried to say against the rules of speech; the open questions to let pass first."""
    person = who(request)
    days = Days.asked(request.GET)
    chosen = {name: request.GET.get(name, "") for name in ("act", "who", "q")}
    rows = GuardHit.objects.filter(access.serving(person), at__gte=days.span[0], at__lt=days.span[1])
    if chosen["act"]:
        rows = rows.filter(act=chosen["act"])
    if (said_by := number(request.GET, "who")) is not None:
        rows = rows.filter(person=said_by)
    if chosen["q"]:
        rows = rows.filter(Q(word__icontains=chosen["q"]) | Q(body__icontains=chosen["q"]))
    rows = rows.select_related("person", "shop", "overridden_by")
    acts = [("remark", _("Remarked")), ("warn", _("Warned")), ("block", _("Blocked"))]
    now = clock.now()
    asked = GuardOverride.objects.filter(access.serving(person), settled_at=None)
    context = {
        "listed": newest_first(rows, request.path, chosen | days.query, request.GET.get("before", "")),
        "days": days,
        "chosen": chosen,
        "acts": acts,
        "act_labels": dict(acts),
        "asked": [(one, reserved_for(one, person, now)) for one in asked.select_related("person", "shop").order_by("pk")],
    }
    return render(request, "conversations/guard_hits.html", context)




@require_POST
@needs("conversations.override_guard")
def override_grant(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    actions.grant_override(access.get_override(person, pk), by=person)
    return done(_("Let pass; the agent can send it as it stands"), reload=True)


@require_POST
@needs("conversations.override_guard")
def override_refusal(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    actions.refuse_override(access.get_override(person, pk), by=person)
    return done(_("Not let through"), reload=True)
