"""The audit (审单): work lists, runs over everything, one order with what stands in its way."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.dispatch import access, jobs, listing, words
from dangban.dispatch.actions import auditing
from dangban.dispatch.models import Preparation
from dangban.dispatch.views import frame, reader
from dangban.lib import text
from dangban.lib.errors import BadInput
from dangban.lib.listing import is_fragment
from dangban.orders import access as order_access
from dangban.orders.queries import delivery, wishes
from dangban.people.access import signed_in

Stage = Preparation.Stage
SHOWN = (Stage.WAITING, Stage.HELD, Stage.PASSED)


@require_safe
@login_required
def work_list(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    shared = frame(request, person, "audit")
    counts = shared["counts"]
    stage = request.GET.get("stage", "")
    if stage not in SHOWN:
        stage = next((one for one in SHOWN if counts[str(one)]), Stage.WAITING)
    hold = request.GET.get("hold", "") if stage == Stage.HELD else ""
    hold = hold if hold in words.HOLDS else ""
    query = shared["query"] | {"stage": str(stage)} | ({"hold": hold} if hold else {})
    page = listing.work_list(person, stage, shop=shared["shop"], hold=hold, after=request.GET.get("after", ""))
    chips = [(one, str(one.label), counts[str(one)], reverse("dispatch:audit", query=shared["query"] | {"stage": str(one)})) for one in SHOWN]
    holds = listing.hold_counts(person, shared["shop"]) if stage == Stage.HELD else []
    context = shared | {
        "page": page,
        "kept": {"stage": str(stage)},
        "stage": stage,
        "hold": hold,
        "chips": chips,
        "holds": [(code, words.hold_label(code), count, reverse("dispatch:audit", query=query | {"hold": code})) for code, count in holds],
        "all_url": reverse("dispatch:audit", query=shared["query"] | {"stage": str(stage)}),
        "first_url": "" if page.first else reverse("dispatch:audit", query=query),
        "next_url": reverse("dispatch:audit", query=query | {"after": page.next}) if page.next else "",
        "runs": listing.runs(person),
    }
    return render(request, "dispatch/audit.html", context)


@require_safe
@login_required
def counters(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    current = request.GET.get("tab", "audit")
    return render(request, "dispatch/_tabs.html", frame(request, person, current))


@require_POST
@login_required
def chosen(request: HttpRequest) -> HttpResponse:
    """Audit the orders that were chosen on the list."""
    person = reader(request)
    pks = [pk for pk in map(text.whole, request.POST.getlist("order")) if pk]
    visible = list(access.visible_preparations(person).filter(pk__in=pks[: auditing.MOST_AT_ONCE]).values_list("pk", flat=True))
    if not visible:
        raise BadInput(_("Choose one order or more."))
    outcome = auditing.audit(visible, by=person)
    query = {"stage": str(Stage.HELD)} if outcome.held and not outcome.passed else {}
    return redirect(reverse("dispatch:audit", query=query))


@require_POST
@login_required
def runs(request: HttpRequest) -> HttpResponse:
    """Audit everything that waits, in the background."""
    person = reader(request)
    run = jobs.begin(person, text.whole(request.POST.get("shop", "")))
    jobs.in_background(run)
    return redirect("dispatch:run", run.pk)


@require_safe
@login_required
def run(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    found = access.get_run(person, pk)
    if is_fragment(request):
        return render(request, "dispatch/_run.html", {"run": found})
    return render(request, "dispatch/run.html", frame(request, person, "audit") | {"run": found})


@require_safe
@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    found = access.get_preparation(person, pk)
    return render(request, "dispatch/order.html", frame(request, person, "audit") | _one(request, found))


def _one(request: HttpRequest, found: Preparation) -> dict[str, Any]:
    person = signed_in(request)
    order = found.order
    whole = person.can("customers.reveal", shop=found.shop_id)
    remarks = list(order.remarks.order_by("pk"))
    going = delivery.delivery(order)
    return {
        "found": found,
        "order": order,
        "row": listing.rows_of([found])[0].order,
        "lines": list(order.lines.order_by("position")),
        "wishes": wishes.requirement_rows(order, whole=whole),
        "remarks": remarks,
        "couriers": [offer.name for offer in going.offers],
        "joined": list(found.joined.filter(closed_at=None).select_related("order")),
        "joinable": listing.joinable(found),
        "releases": list(found.releases.select_related("by").order_by("pk")),
        "slips": list(found.slips.select_related("wave").order_by("-pk")),
        "misses_": list(found.miss_rows.order_by("-pk")),
        "may_audit_it": person.can(access.AUDIT, shop=found.shop_id),
        "may_settle": order_access.may(person, "orders.settle", found.shop_id),
    }


@require_POST
@login_required
def release(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    found = access.get_preparation(person, pk)
    auditing.release(found, request.POST.getlist("hold"), why=request.POST.get("why", ""), by=person)
    return redirect("dispatch:order", pk)


@require_POST
@login_required
def courier(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    auditing.choose_courier(access.get_preparation(person, pk), request.POST.get("courier", ""), by=person)
    return redirect("dispatch:order", pk)


@require_POST
@login_required
def joining(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    main = access.get_preparation(person, pk)
    pks = [one for one in map(text.whole, request.POST.getlist("order")) if one]
    others = list(access.visible_preparations(person).filter(pk__in=pks))
    if not others:
        raise BadInput(_("Choose one order or more."))
    auditing.join(main, others, by=person)
    return redirect("dispatch:order", pk)


@require_POST
@login_required
def parting(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    auditing.part(access.get_preparation(person, pk), by=person)
    return redirect("dispatch:order", pk)
