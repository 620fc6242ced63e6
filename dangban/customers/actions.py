"""What people do about customers: tag, mark as a risk, merge and take a merge back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.customers import access, clauses, ports
from dangban.customers.models import Address, Customer, CustomerShop, Handle, Merge, RiskMark, Tag
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib import clock, text
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.people.models import Person, Shop

LEVELS = range(1, 6)
RISK_KINDS = ("disputes", "malicious_reviews", "false_claims", "never_pays", "abuse", "other")
# Before a handbook says otherwise.
_RISK_EXPIRES = timedelta(days=180)
_UNMERGE_WITHIN = timedelta(days=30)


def add_tag(
    customer: Customer, written: str, *, by: Person, shop: Shop | None = None, at: datetime | None = None
) -> Tag:
    """Tag a customer; the same tag again is the one that is there."""
    access.require(by, "customers.edit", customer)
    written = text.refuse_unstorable(" ".join(written.split()), "text")
    if not written or len(written) > 30:
        message = _("A tag has one to thirty characters.")
        raise BadInput(message, fields={"text": [message]})
    at = at or clock.now()
    with transaction.atomic():
        tag, made = Tag.objects.get_or_create(
            customer=customer, shop=shop, text=written, defaults={"by": by, "at": at}
        )
        if made:
            record(
                "customers.tagged",
                subject=customer,
                by=by,
                shop=_shop_id(shop),
                personal={"tag": written},
                at=at,
            )
            _ring(customer)
    return tag


def remove_tag(tag: Tag, *, by: Person) -> None:
    access.require(by, "customers.edit", tag.customer)
    with transaction.atomic():
        record(
            "customers.untagged", subject=tag.customer, by=by, shop=tag.shop_id, personal={"tag": tag.text}
        )
        _ring(tag.customer)
        tag.delete()


def set_credit(customer: Customer, level: int, *, by: Person) -> Customer:
    """Set the credit level, 1 (careful) to 5 (trusted)."""
    access.require(by, "customers.edit", customer)
    if level not in LEVELS:
        message = _("The credit level is 1 to 5.")
        raise BadInput(message, fields={"credit": [message]})
    with transaction.atomic():
        locked = Customer.objects.select_for_update().get(pk=customer.pk)
        if locked.credit != level:
            change = {"credit": [locked.credit, level]}
            locked.credit = level
            locked.save(update_fields=["credit"])
            record("customers.credit_set", subject=locked, by=by, change=change)
            _ring(locked)
    return locked


def mark_risk(
    customer: Customer,
    kind: str,
    evidence: str,
    *,
    by: Person,
    shop: Shop | None = None,
    at: datetime | None = None,
) -> RiskMark:
    """Mark a customer as a risk, on evidence and for as long as the handbook says."""
    access.require(by, "customers.mark_risk", customer)
    evidence = text.refuse_unstorable(evidence.strip(), "evidence")
    if kind not in RISK_KINDS:
        raise BadInput(_("“%(kind)s” is not a kind of risk.") % {"kind": kind})
    if len(evidence) < 5:
        message = _("Say on what evidence: order, conversation, what happened.")
        raise BadInput(message, fields={"evidence": [message]})
    at = at or clock.now()
    rulebook = in_force(at)
    lasts = rulebook[clauses.RISK_EXPIRES] if rulebook.has(clauses.RISK_EXPIRES) else _RISK_EXPIRES
    because = [rulebook.because(clauses.RISK_EXPIRES).as_data()] if rulebook.has(clauses.RISK_EXPIRES) else []
    with transaction.atomic():
        mark = RiskMark.objects.create(
            customer=customer,
            shop=shop,
            kind=kind,
            evidence=evidence[:2000],
            by=by,
            at=at,
            expires_on=clock.business_day(at) + lasts,
        )
        change = {"kind": kind, "expires_on": str(mark.expires_on)}
        record(
            "customers.risk_marked",
            subject=customer,
            by=by,
            shop=_shop_id(shop),
            change=change,
            because=because,
            personal={"evidence": mark.evidence},
            at=at,
        )
        _ring(customer)
    return mark


def lift_risk(mark: RiskMark, *, by: Person, at: datetime | None = None) -> RiskMark:
    """Take a risk mark back before it expires; it stays on record as lifted."""
    access.require(by, "customers.mark_risk", mark.customer)
    at = at or clock.now()
    with transaction.atomic():
        locked = RiskMark.objects.select_for_update().get(pk=mark.pk)
        if locked.lifted_at is not None:
            raise Conflict(_("This mark was lifted already."))
        locked.lifted_at, locked.lifted_by = at, by
        locked.save(update_fields=["lifted_at", "lifted_by"])
        record(
            "customers.risk_lifted",
            subject=locked.customer,
            by=by,
            shop=locked.shop_id,
            change={"mark": locked.pk},
            at=at,
        )
        _ring(locked.customer)
    return locked


def merge(kept: Customer, merged: Customer, *, by: Person, reason: str, at: datetime | None = None) -> Merge:
    """Make two customers one: handles, shops, addresses, tags and every room's rows move to `kept`.

    What moved is written down, so that it can be taken back within the handbook's days. Who merges
    must hold the right for every shop of both: otherwise somebody's customers would come to light.
    """
    reason = text.refuse_unstorable(reason.strip(), "reason")[:200]
    if not reason:
        message = _("Say why they are the same person.")
        raise BadInput(message, fields={"reason": [message]})
    if kept.pk == merged.pk:
        raise BadInput(_("These are the same customer already."))
    for customer in (kept, merged):
        if not access.covers_all_shops(by, "customers.merge", customer):
            raise NotAllowed(
                _("One of the two also deals with a shop that is not yours; somebody above must merge them.")
            )
    at = at or clock.now()
    with transaction.atomic():
        rows = _held(kept.pk, merged.pk)
        kept, merged = rows[kept.pk], rows[merged.pk]
        if kept.merged_into_id or merged.merged_into_id:
            raise Conflict(_("One of the two was merged already."))
        moved = _move_own(merged, kept) | ports.move_all(merged, kept)
        merged.merged_into = kept
        merged.save(update_fields=["merged_into"])
        row = Merge.objects.create(kept=kept, merged=merged, by=by, at=at, reason=reason, moved=moved)
        record(
            "customers.merged",
            subject=kept,
            by=by,
            change={"merged": merged.pk, "merge": row.pk, "reason": reason},
            at=at,
        )
        _ring(kept, merged)
    return row


def unmerge(row: Merge, *, by: Person, at: datetime | None = None) -> Merge:
    """Take a merge back: what moved goes back, what came since stays with whom it came to.

    Merges one upon the other are taken back the last first.
    """
    if not access.covers_all_shops(by, "customers.merge", row.kept):
        raise NotAllowed(_("You may not take this merge back. Somebody above can."))
    at = at or clock.now()
    rulebook = in_force(at)
    within = rulebook[clauses.UNMERGE_WITHIN] if rulebook.has(clauses.UNMERGE_WITHIN) else _UNMERGE_WITHIN
    if at - row.at > within:
        because = [rulebook.because(clauses.UNMERGE_WITHIN)] if rulebook.has(clauses.UNMERGE_WITHIN) else []
        days = {"days": within.days}
        raise Refused(
            _("A merge can be taken back for %(days)s days; that time is over.") % days,
            items=[r.as_data() for r in because],
        )
    with transaction.atomic():
        locked = Merge.objects.select_for_update(of=("self",)).select_related("kept", "merged").get(pk=row.pk)
        if locked.undone_at is not None:
            raise Conflict(_("This merge was taken back already."))
        if _held(locked.kept_id, locked.merged_id)[locked.kept_id].merged_into_id:
            raise Refused(_("This customer has been merged with another one since. Take that merge back first."))
        _hand(locked.moved["customers"], locked.merged)
        ports.give_back_all(locked.moved, locked.kept, locked.merged)
        _forget_shops(locked.kept, locked.moved["customers"]["shops"])
        locked.merged.merged_into = None
        locked.merged.save(update_fields=["merged_into"])
        locked.undone_at, locked.undone_by = at, by
        locked.save(update_fields=["undone_at", "undone_by"])
        record(
            "customers.unmerged",
            subject=locked.kept,
            by=by,
            change={"merged": locked.merged_id, "merge": locked.pk},
            at=at,
        )
        _ring(locked.kept, locked.merged)
    return locked


def _held(*customers: int) -> dict[int, Customer]:
    """These customers, held until the transaction ends; before them what others hold before a customer.

    Whoever holds an order and writes down something of its customer waits for nobody: no key changes here.
    """
    ports.hold_first(customers)
    return {row.pk: row for row in Customer.objects.select_for_update(no_key=True).filter(pk__in=customers).order_by("pk")}


def _move_own(merged: Customer, kept: Customer) -> dict[str, Any]:
    there = set(kept.shops.values_list("shop", flat=True))
    new_shops = [row for row in merged.shops.all() if row.shop_id not in there]
    CustomerShop.objects.bulk_create(
        CustomerShop(customer=kept, shop_id=row.shop_id, first_at=row.first_at) for row in new_shops
    )
    known = set(kept.tags.values_list("shop", "text"))
    tags = [tag.pk for tag in merged.tags.all() if (tag.shop_id, tag.text) not in known]
    moved: dict[str, Any] = {
        "handles": list(merged.handles.values_list("pk", flat=True)),
        "addresses": list(merged.addresses.values_list("pk", flat=True)),
        "risk_marks": list(merged.risk_marks.values_list("pk", flat=True)),
        "tags": tags,
        "shops": [row.shop_id for row in new_shops],
    }
    _hand(moved, kept)
    return {"customers": moved}


def _hand(moved: dict[str, Any], to: Customer) -> None:
    for model, name in ((Handle, "handles"), (Address, "addresses"), (RiskMark, "risk_marks"), (Tag, "tags")):
        model.objects.filter(pk__in=moved[name]).update(customer=to)


def _forget_shops(kept: Customer, shops: list[int]) -> None:
    """Shops that came with a merge go again, unless the customer has bought there meanwhile."""
    CustomerShop.objects.filter(customer=kept, shop__in=shops, orders=0).delete()


def log_export(by: Person, filters: dict[str, str], count: int) -> None:
    with transaction.atomic():
        record("customers.exported", subject=by, by=by, change={"filters": filters, "rows": count})


def _ring(*customers: Customer) -> None:
    shops = set(CustomerShop.objects.filter(customer__in=customers).values_list("shop", flat=True))
    for customer in customers:
        ports.ring(customer.pk, shops)


def _shop_id(shop: Shop | None) -> int | None:
    return shop.pk if shop is not None else None
