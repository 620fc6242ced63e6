"""One order: what it is, what is marked on it, what its buyer asked for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from dangban.lib import masks
from dangban.orders import access, actions, platform_remarks, ports, rules
from dangban.orders.forms import RemarkForm, RequirementForm
from dangban.orders.models import Order
from dangban.orders.queries import delivery as order_delivery
from dangban.orders.queries import history, marks
from dangban.orders.queries import wishes as order_wishes
from dangban.orders.views import self_service
from dangban.people.access import signed_in


@require_safe
@login_required
def order_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(
        request, "orders/order_detail.html", _context(request, access.get_order(signed_in(request), pk))
    )


@require_safe
@login_required
def order_facts(request: HttpRequest, pk: int) -> HttpResponse:
    """What was bought, by whom and what became of it: the part of the page that the platform writes."""
    order = access.get_order(signed_in(request), pk)
    return render(request, "orders/_order_facts.html", _context(request, order))


@require_safe
@login_required
def order_marks(request: HttpRequest, pk: int) -> HttpResponse:
    """What people put on the order: flag, remarks, wishes."""
    order = access.get_order(signed_in(request), pk)
    return render(request, "orders/_order_marks.html", _context(request, order))


@require_safe
@login_required
def order_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The order in a few lines, for a pane beside a conversation."""
    return render(
        request, "orders/_order_card.html", card_context(request, access.get_order(signed_in(request), pk))
    )


def card_context(request: HttpRequest, order: Order) -> dict[str, Any]:
    person = signed_in(request)
    delivery = order_delivery.delivery(order)
    may_change = access.may(person, "orders.change", order.shop_id)
    return {
        "order": order,
        "person": person,
        "lines": order.lines.select_related("sku").order_by("position"),
        "flag": marks.legend().of(order.flag),
        "legend": marks.legend(),
        "remark": order.remarks.order_by("-pk").first(),
        "requirements": order_wishes.requirement_rows(
            order, whole=access.may(person, "customers.reveal", order.shop_id)
        ),
        "may_flag": access.may(person, "orders.flag", order.shop_id),
        "may_change": may_change,
        "link_line": self_service.line_for(request, person, order) if may_change else "",
        "may_settle": access.may(person, "orders.settle", order.shop_id),
        "may_reveal": access.may(person, "customers.reveal", order.shop_id),
        "delivery": delivery,
        "chosen": order_delivery.chosen_courier(order, delivery),
        "masked": rules.masked,
        "shown_as_card": False,
        "scrub": masks.scrub,
    }


def _context(request: HttpRequest, order: Order) -> dict[str, Any]:
    card = card_context(request, order)
    chosen = request.GET.get("flag", order.flag)
    form_flag = card["legend"].of(chosen) or (card["legend"][0] if len(card["legend"]) else None)
    parts = form_flag.remark if form_flag else ("other",)
    return card | {
        "buyer": marks.handle_of(order),
        "platform_remarks": platform_remarks.of_order(order, whole=card["may_reveal"]),
        "history": history.history(order, whole=card["may_reveal"]),
        "form_flag": form_flag,
        "remark_form": RemarkForm(
            parts, initial=marks.remark_start(order, form_flag, whole=card["may_reveal"])
        ),
        "waiting": order_wishes.waiting_wishes(order),
        "requirement_form": RequirementForm(),
        "links": ports.links(signed_in(request), order),
    }


def _done(request: HttpRequest, order: Order, said: str) -> HttpResponse:
    """Back to the order: to its page, or its card where that is what was shown."""
    if request.headers.get("HX-Request") == "true":
        fresh = access.get_order(signed_in(request), order.pk)
        template = (
            "orders/_order_card.html" if request.POST.get("shown") == "card" else "orders/_order_marks.html"
        )
        response = render(request, template, _context(request, fresh))
        trigger_client_event(response, "toast", {"text": said, "kind": "ok"})
        return response
    return redirect("orders:detail", order.pk)


@require_POST
@login_required
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    order = access.get_order(signed_in(request), pk)
    actions.set_flag(order, request.POST.get("flag", ""), by=signed_in(request))
    return _done(request, order, _("Flag set."))


@require_POST
@login_required
def remarks(request: HttpRequest, pk: int) -> HttpResponse:
    order = access.get_order(signed_in(request), pk)
    code = request.POST.get("flag", "")
    chosen = marks.legend().of(code)
    given = {name: request.POST.get(name, "") for name in (chosen.remark if chosen else ("other",))}
    actions.add_remark(order, by=signed_in(request), parts=given, flag=code or None)
    return _done(request, order, _("Remark written."))


@require_POST
@login_required
def requirements(request: HttpRequest, pk: int) -> HttpResponse:
    order = access.get_order(signed_in(request), pk)
    actions.put_requirement(
        order, request.POST.get("kind", ""), request.POST.get("text", ""), by=signed_in(request)
    )
    return _done(request, order, _("Noted on the order."))


@require_POST
@login_required
def hanging(request: HttpRequest, pk: int, wish_pk: int) -> HttpResponse:
    """A wish that waited for an order is about this one."""
    order = access.get_order(signed_in(request), pk)
    actions.hang_on_order(access.get_requirement(signed_in(request), wish_pk), order, by=signed_in(request))
    return _done(request, order, _("Noted on the order."))


@require_POST
@login_required
def settlement(request: HttpRequest, pk: int) -> HttpResponse:
    """Ticked, answered, or no longer wanted."""
    person, answer = signed_in(request), request.POST.get("answer", "")
    requirement = access.get_requirement(person, pk)
    match request.POST.get("fulfilled"):
        case "yes":
            actions.settle_requirement(requirement, fulfilled=True, answer=answer, by=person)
            said = _("Ticked.")
        case "withdrawn":
            actions.withdraw_requirement(requirement, why=answer, by=person)
            said = _("Withdrawn.")
        case _other:
            actions.settle_requirement(requirement, fulfilled=False, answer=answer, by=person)
            said = _("Answered.")
    if requirement.order is None:
        return redirect("orders:list")
    return _done(request, requirement.order, said)


@require_safe
@login_required
def remark_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The fields of a remark in the format of the chosen flag."""
    order = access.get_order(signed_in(request), pk)
    return render(request, "orders/_remark_form.html", _context(request, order))
