"""The roles a department starts with. A company may change them; codes of permissions are the rooms'."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_SERVE = (
    "conversations.serve",
    "conversations.search",
    "orders.view",
    "orders.flag",
    "orders.change",
    "customers.view",
    "customers.edit",
    "shops.view",
    "stock.view",
    "campaigns.view",
    "backorders.view",
    "backorders.register",
    "tracking.note",
    "aftersales.view",
    "aftersales.handle",
    "dealers.view",
    "dealers.apply",
    "desk.task",
)
_LEAD = (
    *_SERVE,
    "conversations.supervise",
    "conversations.override_guard",
    "conversations.manage_scripts",
    "orders.discount",
    "customers.merge",
    "customers.mark_risk",
    "customers.reveal",
    "desk.notify",
    "desk.assign",
    "desk.approve",
    "dealers.sign",
    "dispatch.view",
    "workforce.manage",
    "attendance.view",
    "leave.approve",
    "aftersales.approve",
    "quality.report",
    "quality.decide",
    "quality.commend",
    "performance.view",
    "performance.coach",
)
_SUPERVISE = (
    *_LEAD,
    "workforce.calendar",
    "workforce.oversee",
    "quality.fund",
    "conversations.manage_replies",
    "conversations.export",
    "orders.import",
    "orders.export",
    "orders.settle",
    "orders.discount_high",
    "orders.refund",
    "orders.dispatch",
    "dispatch.audit",
    "shops.manage",
    "shops.catalogue",
    "stock.keep",
    "stock.arrange",
    "campaigns.manage",
    "backorders.export",
    "aftersales.override",
    "aftersales.receive",
    "aftersales.inspect",
    "aftersales.export",
    "dealers.judge",
    "dealers.receive",
    "dealers.manage",
    "dealers.export",
    "people.view",
    "journal.read",
    "performance.manage",
    "performance.import",
    "attendance.judge",
    "attendance.publish",
    "leave.supervise",
)


@dataclass(frozen=True, slots=True)
class DefaultRole:
    code: str
    name: object
    permissions: tuple[str, ...]
    clearance: int


DEFAULT_ROLES = (
    DefaultRole("agent", _("Agent"), _SERVE, 1),
    DefaultRole(
        "order-agent",
        _("Order agent"),
        (*_SERVE, "orders.import", "orders.export", "orders.settle", "dispatch.view", "dispatch.audit", "customers.reveal", "shops.catalogue"),
        1,
    ),
    DefaultRole("leader", _("Team leader"), _LEAD, 2),
    DefaultRole("supervisor", _("Supervisor"), _SUPERVISE, 3),
    DefaultRole(
        "manager",
        pgettext_lazy("role", "Manager"),
        (
            *_SUPERVISE,
            "people.manage",
            "performance.release",
            "pay.manage",
            "pay.release",
            "performance.robots",
            "people.reveal",
            "staff.files",
            "staff.manage",
            "staff.promote",
            "leave.manage",
            "attendance.import",
            "handbook.adopt",
            "tracking.connect",
            "dealers.approve",
            "dealers.settle",
            "customers.export",
            "customers.erase",
        ),
        4,
    ),
    DefaultRole(
        "warehouse", _("Warehouse keeper"), ("orders.view", "orders.settle", "orders.dispatch", "dispatch.view", "customers.reveal", "shops.view", "stock.view", "stock.keep", "backorders.view", "aftersales.view", "aftersales.receive", "aftersales.inspect", "dealers.view", "dealers.receive", "dealers.sign"), 1
    ),
    DefaultRole(
        "hr",
        _("Personnel"),
        ("people.view", "people.reveal", "shops.view", "staff.files", "staff.manage", "leave.approve", "leave.supervise", "leave.manage", "attendance.view", "attendance.judge", "attendance.publish", "attendance.import", "workforce.calendar", "desk.task"),
        4,
    ),
    DefaultRole("finance", _("Finance"), ("staff.files", "orders.view", "orders.export", "dispatch.view", "orders.refund", "customers.view", "shops.view", "campaigns.view", "aftersales.view", "aftersales.pay", "aftersales.export", "dealers.view", "dealers.settle", "dealers.sign", "dealers.export", "quality.fund", "performance.view", "pay.manage", "pay.accounts"), 2),
)
