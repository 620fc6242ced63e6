"""How the journal tells of orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from dangban.journal import ports
from dangban.orders.models import Order, Requirement
from dangban.orders.queries import marks

VERBS = {
    "orders.flag_set": _("set the flag of the order"),
    "orders.remark_added": _("wrote a remark on the order"),
    "orders.requirement_put": _("put a wish on the order"),
    "orders.requirement_settled": _("settled a wish of the order"),
    "orders.requirement_withdrawn": _("withdrew a wish of the customer"),
    "orders.requirement_moved": _("moved a wish to another order"),
    "orders.order_changed_on_platform": _("read a change from the platform of the order"),
    "orders.receiver_revealed": _("looked at the whole address of the order"),
    "orders.file_taken_in": _("took in a file of orders"),
    "orders.exported": _("exported orders"),
    "orders.parcel_sent": _("sent a parcel of the order"),
    "orders.parcel_renumbered": _("corrected the tracking number of a parcel of the order"),
    "orders.buyer_contacted": _("contacted the buyer of the unpaid order"),
    "orders.follow_up_handed": _("handed on the follow-up of the order"),
    "orders.unpaid_closed": _("closed the unpaid order"),
    "orders.warehouse_chased": _("chased the warehouse about the order"),
    "orders.exception_opened": _("noted what goes wrong with the order"),
    "orders.exception_promised": _("promised the customer a new time for the order"),
    "orders.exception_reassigned": _("gave what goes wrong with the order to somebody else"),
    "orders.exception_settled": _("settled what went wrong with the order"),
}


class FlagNames(Mapping[str, object]):
    """What the codes of flags mean, by the legend of the day on which the journal is read."""

    def __getitem__(self, code: str) -> object:
        flag = marks.legend().of(code)
        if flag is None:
            raise KeyError(code)
        return flag.meaning

    def __iter__(self) -> Iterator[str]:
        return (flag.code for flag in marks.legend())

    def __len__(self) -> int:
        return len(marks.legend())


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_values("flag", FlagNames())
    ports.name_fields({"flag": _("flag"), "order": _("order"), "courier": _("courier"), "pieces": _("pieces")}, room="orders")
    ports.name_subject("orders.order", _("order"), url_name="orders:detail", titles=_numbers)
    ports.name_subject("orders.requirement", _("wish"), titles=_wishes)


def _numbers(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Order.objects.filter(pk__in=ids).values_list("pk", "platform_id"))


def _wishes(ids: Sequence[int]) -> Mapping[int, str]:
    """Kind and order; the customer's own words may be erased, these stay."""
    found = Requirement.objects.filter(pk__in=ids).select_related("order")
    return {
        one.pk: f"{one.get_kind_display()} {one.order.platform_id}" if one.order else one.get_kind_display()
        for one in found
    }
