"""Every address as somebody of another shop: nothing seen, nothing changed, nothing leaked.

Each route has to be named here with what it is; one that is not fails the test, so that nobody
adds a page without thinking of who may not see it.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from dangban.aftersales.models import (
    Case,
    CaseContact,
    CaseLine,
    CaseOrder,
    CaseStep,
    CourierClaim,
    Dispute,
    Evidence,
    InboundParcel,
    Mistake,
    ParcelCase,
    ParcelItem,
    QualityAlarm,
    QualityNote,
    RetentionOffer,
    ReworkOrder,
    Settlement,
    SupplierSlip,
)
from dangban.aftersales.models import Finding as ReturnFinding
from dangban.aftersales.registers.listing import REGISTERS
from dangban.backorders.models import Attempt, Ordered, Shortfall, Wait
from dangban.campaigns.models import Campaign, CampaignProduct, CampaignShop
from dangban.conversations.models import (
    Assignment,
    AutoReply,
    Conversation,
    Draft,
    Enquiry,
    GuardHit,
    GuardOverride,
    Invitation,
    Promise,
    Rating,
    Seat,
    SeatHolding,
    Transfer,
)
from dangban.conversations.tests.floor import FloorCase
from dangban.customers.models import Address, Merge, RiskMark, Tag
from dangban.dealers.models import Advance, Arrival, Dealer, DealerReturn, Finding
from dangban.desk.models import (
    Approval,
    DaySummary,
    Deadline,
    DepartmentRequest,
    Handover,
    HandoverItem,
    Incident,
    Notice,
    Question,
    Recurrence,
    StandIn,
    Task,
    TaskComment,
    TaskObjection,
    TaskStep,
)
from dangban.dispatch.models import AuditRun, Help, Miss, Preparation, Slip, SlipLine, Wave
from dangban.journal.actions import record
from dangban.knowledge.models import Script, ScriptUse
from dangban.media.models import Blob, Use
from dangban.orders.imports import refresh_words
from dangban.orders.models import (
    ChangeRequest,
    ChangeStep,
    Contact,
    FlagChange,
    FollowUp,
    Order,
    OrderChange,
    OrderException,
    OrderLink,
    Parcel,
    PriceOffer,
    Remark,
    Requirement,
)
from dangban.people.models import Person
from dangban.shops.models import Batch, Courier, ImportRefusal, ImportRun, Product, Sku
from dangban.stock.models import (
    Alert,
    Balance,
    Expected,
    Level,
    Movement,
    Reservation,
    Shortage,
    ShortageList,
    Warehouse,
    WarehouseShop,
    Zone,
)
from dangban.testing.cast import NOW, TODAY, at
from dangban.tracking.models import Account, Step, Track

# Every text of the story ends in one of these, and all of them begin so.
MARK = "zq"

# What a route is. PUBLIC: for everybody. OWN: for who is signed in, showing what they may see.
# ROLE: a page of a role that a leader does not hold. Anything else is a thing of a shop: the names
# of the story that stand in its address.
PUBLIC, OWN, ROLE = "public", "own", "role"

ROUTES: dict[str, str | dict[str, str]] = {
    "": PUBLIC,
    "health/": PUBLIC,
    "ready/": PUBLIC,
    "journal/": ROLE,
    "journal/export/": ROLE,
    "handbook/": OWN,
    "handbook/assumptions/": OWN,
    "handbook/versions/": OWN,
    "handbook/versions/<int:pk>/": OWN,
    "handbook/rules/<str:path>/": OWN,
    "login/": PUBLIC,
    "login/code/": PUBLIC,
    "login/closed/": PUBLIC,
    "logout/": PUBLIC,
    "account/": OWN,
    "account/confirm/": OWN,
    "account/confirm/code/": OWN,
    "account/password/": OWN,
    "account/devices/": OWN,
    "account/devices/others/": OWN,
    "account/devices/<int:pk>/end/": {"pk": "device"},
    "account/second-factor/": PUBLIC,
    "account/second-factor/on/": OWN,
    "account/second-factor/off/": OWN,
    "account/recovery-codes/": OWN,
    "account/recovery-codes/new/": OWN,
    "account/recovery-codes/file/": OWN,
    "people/": OWN,
    "people/chart/": OWN,
    "people/export/": OWN,
    "people/new/": ROLE,
    "people/roles/": ROLE,
    "people/roles/<int:pk>/": {"pk": "role"},
    "people/teams/new/": ROLE,
    "people/teams/<int:pk>/": {"pk": "team"},
    "people/<int:pk>/": {"pk": "lin"},
    "people/<int:pk>/details/": {"pk": "lin"},
    "people/<int:pk>/skills/": {"pk": "lin"},
    "people/<int:pk>/roles/": {"pk": "lin"},
    "people/<int:pk>/roles/<int:grant_pk>/end/": {"pk": "lin", "grant_pk": "grant"},
    "people/<int:pk>/teams/": {"pk": "lin"},
    "people/<int:pk>/teams/<int:team_pk>/end/": {"pk": "lin", "team_pk": "team"},
    "people/<int:pk>/password/": {"pk": "lin"},
    "people/<int:pk>/second-factor/": {"pk": "lin"},
    "people/<int:pk>/leaving/": {"pk": "lin"},
    "reveal/<str:kind>/<int:pk>/<str:field>/": {"kind": "=people.person", "pk": "lin", "field": "=phone"},
    "privacy/": ROLE,
    "privacy/holds/<int:pk>/end/": {"pk": "hold"},
    "privacy/<str:kind>/<int:pk>/": {"kind": "=customers.customer", "pk": "customer"},
    "privacy/<str:kind>/<int:pk>/copy/": {"kind": "=customers.customer", "pk": "customer"},
    "privacy/<str:kind>/<int:pk>/erasure/": {"kind": "=customers.customer", "pk": "customer"},
    "privacy/<str:kind>/<int:pk>/hold/": {"kind": "=customers.customer", "pk": "customer"},
    "inbox/": OWN,
    "inbox/list/": OWN,
    "inbox/count/": OWN,
    "inbox/day/": OWN,
    "inbox/<str:key>/snooze/": {"key": "inbox_key"},
    "inbox/<str:key>/wake/": OWN,
    "inbox/<str:key>/delegation/": {"key": "inbox_key"},
    "tasks/new/": OWN,
    "tasks/": OWN,
    "tasks/recurring/": OWN,
    "tasks/recurring/<int:pk>/end/": {"pk": "recurrence"},
    "tasks/<int:pk>/": {"pk": "task"},
    "tasks/<int:pk>/body/": {"pk": "task"},
    "tasks/<int:pk>/steps/<int:step_pk>/": {"pk": "task", "step_pk": "step"},
    "tasks/<int:pk>/comments/": {"pk": "task"},
    "tasks/<int:pk>/files/": {"pk": "task"},
    "tasks/<int:pk>/objection/": {"pk": "task"},
    "tasks/<int:pk>/objections/<int:objection_pk>/": {"pk": "task", "objection_pk": "objection"},
    "tasks/<int:pk>/done/": {"pk": "task"},
    "tasks/<int:pk>/reopen/": {"pk": "task"},
    "approvals/": OWN,
    "approvals/list/": OWN,
    "approvals/absence/": OWN,
    "approvals/new/": OWN,
    "approvals/absence/<int:pk>/end/": {"pk": "stand_in"},
    "approvals/<int:pk>/": {"pk": "approval"},
    "approvals/<int:pk>/answer/": {"pk": "approval"},
    "questions/": OWN,
    "questions/new/": OWN,
    **{f"questions/<int:pk>/{what}": {"pk": "question"} for what in ("", "answer/", "told/")},
    "incidents/": OWN,
    "incidents/new/": OWN,
    **{f"incidents/<int:pk>/{what}": {"pk": "incident"} for what in ("", "follow-up/", "settlement/")},
    "requests/": OWN,
    "requests/new/": OWN,
    **{f"requests/<int:pk>/{what}": {"pk": "request"} for what in ("", "receipt/", "settlement/", "withdrawal/")},
    "day/": OWN,
    "day/rest/": OWN,
    "day/ticks/": OWN,
    "day/signature/": OWN,
    "day/figures/": OWN,
    "day/summaries/<int:team_pk>/": {"team_pk": "team"},
    "handover/": OWN,
    "handover/draft/": OWN,
    "handover/lines/": OWN,
    "handover/lines/<int:pk>/removal/": {"pk": "handover_item"},
    "handover/lines/<int:pk>/answer/": {"pk": "handover_item"},
    "handover/<int:pk>/": {"pk": "handover"},
    "handover/<int:pk>/lines/": {"pk": "handover"},
    "notices/": OWN,
    "notices/new/": OWN,
    "notices/banner/": OWN,
    "notices/<int:pk>/": {"pk": "notice"},
    "notices/<int:pk>/receipt/": {"pk": "notice"},
    "notices/<int:pk>/withdrawal/": {"pk": "notice"},
    "shops/": OWN,
    "shops/<int:pk>/": {"pk": "shop"},
    "shops/<int:pk>/edit/": {"pk": "shop"},
    "shops/<int:pk>/feedback/": {"pk": "shop"},
    "shops/<int:pk>/couriers/": {"pk": "shop"},
    "shops/<int:pk>/couriers/<int:courier_pk>/stop/": {"pk": "shop", "courier_pk": "courier"},
    "catalogue/": OWN,
    "catalogue/menu/": OWN,
    "catalogue/import/": ROLE,
    "catalogue/import/template.csv": OWN,
    "catalogue/import/template.xlsx": OWN,
    "catalogue/import/<int:pk>/": {"pk": "goods_run"},
    "catalogue/import/<int:pk>/confirmation/": {"pk": "goods_run"},
    "catalogue/import/<int:pk>/refusals/": {"pk": "goods_run"},
    "catalogue/feedback/": OWN,
    "catalogue/<int:pk>/feedback/": {"pk": "product"},
    "catalogue/<int:pk>/": {"pk": "product"},
    "catalogue/<int:pk>/card/": {"pk": "product"},
    "catalogue/<int:pk>/notes/": {"pk": "product"},
    "catalogue/<int:pk>/batches/": {"pk": "product"},
    "stock/": OWN,
    "stock/export/": OWN,
    "stock/<int:pk>/": {"pk": "sku"},
    "stock/<int:pk>/movements/": {"pk": "sku"},
    "stock/movements/<int:pk>/correction/": {"pk": "movement"},
    "stock/arrivals/": OWN,
    "stock/arrivals/<int:pk>/receipt/": {"pk": "arrival"},
    "stock/arrivals/<int:pk>/date/": {"pk": "arrival"},
    "stock/arrivals/<int:pk>/cancellation/": {"pk": "arrival"},
    "stock/out/": OWN,
    "stock/out/<int:pk>/publication/": {"pk": "warehouse"},
    "stock/alerts/": OWN,
    "stock/warehouses/": ROLE,
    "stock/warehouses/<int:pk>/zones/": {"pk": "warehouse"},
    "stock/count/": ROLE,
    "stock/count/sheet/<int:pk>/": {"pk": "shop"},
    "stock/count/<int:pk>/": {"pk": "count_run"},
    "stock/count/<int:pk>/confirmation/": {"pk": "count_run"},
    "stock/count/<int:pk>/refusals/": {"pk": "count_run"},
    "backorders/": OWN,
    "backorders/export/": ROLE,
    "backorders/report/": OWN,
    "backorders/new/": OWN,
    "backorders/panel/": OWN,
    "backorders/quick/": OWN,
    "backorders/orders/<int:order_pk>/": {"order_pk": "order"},
    **{f"backorders/short/<int:pk>/{what}": {"pk": "shortfall"} for what in ("", "card/", "known/", "choice/")},
    **{
        f"backorders/<int:pk>/{what}": {"pk": "wait"}
        for what in ("", "card/", "contact/", "fewer/", "substitute/", "until/", "owner/", "withdrawal/")
    },
    **{
        f"dispatch/{page}": ROLE
        for page in ("", "counts/", "audits/", "runs/", "waves/", "void/", "pack/", "cut-off/", "help/", "help/calls/", "help/stand-in/")
    },
    "dispatch/runs/<int:pk>/": {"pk": "audit_run"},
    **{f"dispatch/orders/<int:pk>/{what}": {"pk": "preparation"} for what in ("", "release/", "courier/", "joining/", "parting/")},
    "dispatch/waves/<int:pk>/": {"pk": "wave"},
    "dispatch/waves/<int:pk>/<str:sheet>.pdf": {"pk": "wave", "sheet": "=labels"},
    **{f"dispatch/slips/<int:pk>/{what}/": {"pk": "slip"} for what in ("void", "pulling", "number")},
    **{f"dispatch/pack/<int:pk>/{what}": {"pk": "slip"} for what in ("", "scan/", "line/", "putting-down/")},
    "dispatch/misses/<int:pk>/cause/": {"pk": "miss"},
    **{f"dispatch/help/<int:pk>/{what}/": {"pk": "call"} for what in ("helpers", "ending")},
    "dealers/": OWN,
    "dealers/export/": ROLE,
    "dealers/month/": OWN,
    "dealers/month/export/": ROLE,
    "dealers/gate/": OWN,
    "dealers/new/": OWN,
    "dealers/names/": OWN,
    "dealers/names/new/": ROLE,
    "dealers/names/<int:pk>/": {"pk": "dealer"},
    **{f"dealers/findings/<int:pk>/{what}/": {"pk": "dealer_finding"} for what in ("disposal", "decision")},
    "dealers/advances/<int:pk>/sending/": {"pk": "dealer_advance"},
    **{
        f"dealers/<int:pk>/{what}": {"pk": "dealer_return"}
        for what in (
            "", "body/", "report.pdf", "count.pdf", "note.pdf", "photos/", "visit/", "judgement/", "refusal/", "withdrawal/", "telling/", "sending/",
            "loss/", "count/", "signature/", "report/", "settlement/", "closing/", "advance/",
        )
    },
    "aftersales/": OWN,
    "aftersales/new/": OWN,
    "aftersales/rules/": OWN,
    "aftersales/chat/": OWN,
    "aftersales/chat/new/": OWN,
    "aftersales/refunds/": OWN,
    "aftersales/refunds/template/": OWN,
    **{f"aftersales/refunds/runs/<int:pk>/{what}": {"pk": "refund_run"} for what in ("", "confirmation/", "refusals/")},
    "aftersales/orders/<int:pk>/": {"pk": "order"},
    **{
        f"aftersales/<int:pk>/{what}": {"pk": "case"}
        for what in (
            "", "fragment/", "assessment/", "evidence-request/", "refusal/", "exception/", "agreement/", "withdrawal/", "reopening/", "closing/",
            "dispute/", "contact/", "return-number/", "owner/", "chat-photos/", "files/", "words/",
        )
    },
    "aftersales/receiving/": OWN,
    "aftersales/shelf/": OWN,
    "aftersales/expected/": OWN,
    "aftersales/expected/sheet/": OWN,
    "aftersales/suppliers/": OWN,
    **{f"aftersales/suppliers/<int:pk>/{what}/": {"pk": "supplier_slip"} for what in ("leaving", "sheet")},
    **{
        f"aftersales/parcels/<int:pk>/{what}": {"pk": "inbound"}
        for what in (
            "", "facts/", "description/", "photo/", "match/", "back/", "disposal/", "calling-off/", "counting/", "inspection/", "sending-again/", "swap/",
        )
    },
    "aftersales/parcels/<int:pk>/findings/<int:finding_pk>/": {"pk": "inbound", "finding_pk": "inbound_finding"},
    **{f"aftersales/parcels/<int:pk>/{what}/<int:case_pk>/": {"pk": "inbound", "case_pk": "case"} for what in ("freight", "sending-back")},
    "aftersales/<int:pk>/return-card/": {"pk": "case"},
    **{f"aftersales/<int:pk>/money/{what}": {"pk": "case"} for what in ("", "sums/", "payment/", "topup/", "credit/", "goods/", "stock/", "offers/")},
    "aftersales/<int:pk>/money/goods/<int:order>/off/": {"pk": "case", "order": "case_order"},
    "aftersales/<int:pk>/money/offers/<int:offer>/": {"pk": "case", "offer": "retention_offer"},
    "aftersales/payments/": OWN,
    "aftersales/payments/paid/": OWN,
    **{f"aftersales/payments/<int:pk>/{what}": {"pk": "settlement"} for what in ("", "paid/", "cancel/", "against/", "proof/")},
    "aftersales/ledger/": ROLE,
    "aftersales/ledger/export/": ROLE,
    "aftersales/ledger/agrees/": ROLE,
    "aftersales/offers/": OWN,
    **{f"aftersales/registers/{code}/": OWN for code in REGISTERS},
    "aftersales/registers/<str:code>/part/": OWN,
    "aftersales/registers/<str:code>/export/": ROLE,
    "aftersales/registers/<str:code>/print/": ROLE,
    "aftersales/registers/mistakes/<int:pk>/": {"pk": "mistake"},
    "aftersales/registers/claims/months/": OWN,
    "aftersales/registers/claims/template/": OWN,
    "aftersales/registers/claims/<int:pk>/": {"pk": "claim"},
    "aftersales/registers/claims/<int:pk>/<str:act>/": {"pk": "claim", "act": "=chase"},
    "aftersales/registers/alarms/<int:pk>/": {"pk": "alarm"},
    "aftersales/registers/faults/<int:pk>/": {"pk": "fault"},
    "aftersales/evidence/<int:pk>/": {"pk": "proof"},
    "aftersales/disputes/<int:pk>/": {"pk": "case_dispute"},
    "aftersales/disputes/<int:pk>/file/": {"pk": "case_dispute"},
    "aftersales/disputes/<int:pk>/<str:what>/": {"pk": "case_dispute", "what": "=answer"},
    "aftersales/reports/": OWN,
    "aftersales/reports/export/": ROLE,
    "aftersales/workshop/": OWN,
    **{
        f"aftersales/workshop/<int:pk>/{what}": {"pk": "rework"}
        for what in ("", "card/", "issue/", "cancellation/", "finishing/", "check/", "round/")
    },
    "campaigns/": OWN,
    "campaigns/new/": ROLE,
    "campaigns/price/": OWN,
    "campaigns/price/panel/": OWN,
    "campaigns/<int:pk>/": {"pk": "campaign"},
    "campaigns/<int:pk>/change/": {"pk": "campaign"},
    "campaigns/<int:pk>/stop/": {"pk": "campaign"},
    "customers/": OWN,
    "customers/export/": ROLE,
    "customers/<int:pk>/": {"pk": "customer"},
    "customers/<int:pk>/card/": {"pk": "customer"},
    "customers/<int:pk>/timeline/": {"pk": "customer"},
    "customers/<int:pk>/tags/": {"pk": "customer"},
    "customers/<int:pk>/tags/<int:tag_pk>/removal/": {"pk": "customer", "tag_pk": "tag"},
    "customers/<int:pk>/credit/": {"pk": "customer"},
    "customers/<int:pk>/risks/": {"pk": "customer"},
    "customers/<int:pk>/risks/<int:mark_pk>/lifting/": {"pk": "customer", "mark_pk": "risk"},
    "customers/<int:pk>/merges/": {"pk": "customer"},
    "customers/<int:pk>/merges/<int:merge_pk>/undoing/": {"pk": "customer", "merge_pk": "merge"},
    "duty/": OWN,
    "duty/<int:team_pk>/weeks/<str:day>/copy/": {"team_pk": "team", "day": "=2026-11-16"},
    "duty/<int:team_pk>/<int:person_pk>/<str:day>/": {"team_pk": "team", "person_pk": "lin", "day": "=2026-11-19"},
    "orders/": OWN,
    "orders/export/": ROLE,
    "orders/import/": ROLE,
    "orders/import/template.csv": OWN,
    "orders/import/template.xlsx": OWN,
    "orders/import/<int:pk>/": {"pk": "run"},
    "orders/import/<int:pk>/confirmation/": {"pk": "run"},
    "orders/import/<int:pk>/refusals/": {"pk": "run"},
    "orders/requirements/<int:pk>/settlement/": {"pk": "requirement"},
    "orders/unpaid/": OWN,
    "orders/unpaid/board/": OWN,
    "orders/unpaid/figures/": OWN,
    "orders/unpaid/<int:pk>/": {"pk": "follow_up"},
    "orders/unpaid/<int:pk>/contacts/": {"pk": "follow_up"},
    "orders/unpaid/<int:pk>/contact/": {"pk": "follow_up"},
    "orders/unpaid/<int:pk>/follower/": {"pk": "follow_up"},
    "orders/unpaid/<int:pk>/closing/": {"pk": "follow_up"},
    "orders/exceptions/": OWN,
    "orders/exceptions/export/": ROLE,
    **{f"orders/exceptions/<int:pk>/{what}": {"pk": "exception"} for what in ("", "facts/", "promise/", "owner/", "settlement/", "chase/")},
    "orders/<int:pk>/exceptions/": {"pk": "order"},
    "orders/changes/": OWN,
    **{f"orders/changes/<int:pk>/{what}": {"pk": "change"} for what in ("", "body/", "withdrawal/", "turning-back/")},
    "orders/changes/steps/<int:pk>/": {"pk": "step_of_change"},
    "orders/<int:pk>/changes/": {"pk": "order"},
    "orders/<int:pk>/changing/<str:field>/": {"pk": "order", "field": "=courier"},
    "orders/prices/": OWN,
    "orders/offers/<int:pk>/": {"pk": "offer"},
    "orders/offers/<int:pk>/withdrawal/": {"pk": "offer"},
    "orders/offers/panel/<int:shop_pk>/<int:customer_pk>/": {"shop_pk": "shop", "customer_pk": "customer"},
    "orders/<int:pk>/price/": {"pk": "order"},
    "orders/<int:pk>/price/offers/": {"pk": "order"},
    "orders/<int:pk>/offers/<int:offer_pk>/use/": {"pk": "order", "offer_pk": "offer"},
    "orders/<int:pk>/link/": {"pk": "order"},
    "orders/<int:pk>/link/revocation/": {"pk": "order"},
    **{f"o/<str:token>/{what}": PUBLIC for what in ("", "check/", "address/", "wish/", "return/")},
    **{f"o/<str:token>/return/<int:pk>/{what}": PUBLIC for what in ("", "evidence/", "parcel/", "withdrawal/", "card/")},
    "orders/<int:pk>/": {"pk": "order"},
    "orders/<int:pk>/card/": {"pk": "order"},
    "orders/<int:pk>/facts/": {"pk": "order"},
    "orders/<int:pk>/flag/": {"pk": "order"},
    "orders/<int:pk>/marks/": {"pk": "order"},
    "orders/<int:pk>/remarks/": {"pk": "order"},
    "orders/<int:pk>/remarks/form/": {"pk": "order"},
    "orders/<int:pk>/requirements/": {"pk": "order"},
    "orders/<int:pk>/requirements/<int:wish_pk>/hanging/": {"pk": "order", "wish_pk": "requirement"},
    "parcels/": OWN,
    "parcels/export/": ROLE,
    "parcels/import/": OWN,
    "parcels/import/template.xlsx": OWN,
    **{f"parcels/import/<int:pk>/{what}": {"pk": "parcel_run"} for what in ("", "confirmation/", "refusals/")},
    "parcels/services/": ROLE,
    **{f"parcels/services/<slug:vendor>/{what}": {"vendor": "=kuaidi100"} for what in ("", "removal/")},
    "parcels/push/<slug:vendor>/": PUBLIC,
    "parcels/order/<int:pk>/": {"pk": "order"},
    **{f"parcels/<int:pk>/{what}": {"pk": "track"} for what in ("", "way/", "steps/")},
    "scripts/": OWN,
    "scripts/new/": OWN,
    "scripts/preview/": OWN,
    "scripts/<int:pk>/": {"pk": "script"},
    "scripts/<int:pk>/retirement/": {"pk": "script"},
    "workspace/": OWN,
    "workspace/list/": OWN,
    "workspace/next/": OWN,
    "workspace/state/": OWN,
    "workspace/leaving/": OWN,
    "workspace/shift-end/": OWN,
    **{
        f"workspace/<int:pk>/{what}": {"pk": "talk"}
        for what in (
            "", "head/", "taking/", "takeover/", "stepping-in/", "transfer/", "closure/", "next-shift/",
            "notes/", "whispers/", "reading/", "recall/", "draft/", "overrides/", "viewers/",
            "requirement/", "promise/", "enquiry/", "scripts/", "suggestions/", "colleagues/", "products/",
        )
    },
    "workspace/<int:pk>/context/<slug:name>/": {"pk": "talk", "name": "=customer"},
    "workspace/assignments/<int:pk>/undoing/": {"pk": "assignment"},
    "workspace/transfers/<int:pk>/undoing/": {"pk": "transfer"},
    "workspace/transfers/<int:pk>/acceptance/": {"pk": "transfer"},
    "workspace/transfers/<int:pk>/return/": {"pk": "transfer"},
    "workspace/promises/<int:pk>/kept/": {"pk": "promise"},
    "workspace/promises/<int:pk>/withdrawal/": {"pk": "promise"},
    "workspace/enquiries/<int:pk>/loss/": {"pk": "enquiry"},
    "floor/": OWN,
    "floor/people/<int:pk>/": {"pk": "lin"},
    "floor/people/<int:pk>/state/": {"pk": "lin"},
    "floor/conversations/<int:pk>/whisper/": {"pk": "talk"},
    "numbers/": OWN,
    "numbers/<slug:measure>/": OWN,
    "search/": OWN,
    "enquiries/": OWN,
    "enquiries/results/": OWN,
    "ratings/": OWN,
    "speech-guard/": OWN,
    "speech-guard/<int:pk>/grant/": {"pk": "override"},
    "speech-guard/<int:pk>/refusal/": {"pk": "override"},
    "auto-replies/": OWN,
    "auto-replies/new/": ROLE,
    "auto-replies/<int:pk>/retirement/": {"pk": "auto_reply"},
    "seats/": OWN,
    "seats/new/": ROLE,
    "seats/<int:pk>/holder/": {"pk": "seat"},
    "shops/<int:pk>/chat/": {"pk": "shop"},
    "shops/<int:pk>/chat/code.svg": {"pk": "shop"},
    "w/embed.js": PUBLIC,
    "w/<slug:key>/": PUBLIC,
    "w/<slug:key>/session/": PUBLIC,
    "w/<slug:key>/status/": PUBLIC,
    "w/<slug:key>/rating/": PUBLIC,
    "w/<slug:key>/demo-shop/": PUBLIC,
    "design/": ROLE,
    "design/sheet/": ROLE,
    "design/dialog/": ROLE,
    "design/completion/": ROLE,
}  # fmt: skip

# What a door might be sent, all doors' fields at once: none of it may have an effect.
FORM = {
    "note": "x", "reason": "x", "text": "x", "answer": "x", "why": "x", "outcome": "answered", "to": "person:{lin}",
    "state": "away:meal", "flag": "1", "fulfilled": "yes", "granted": "yes", "kind": "day", "level": "5",
    "evidence": "x", "other": "{customer}", "until": "30", "name": "x", "title": "x", "body": "x", "scope": "team",
    "stage": "greeting", "shift": "", "hours": "09:00-18:00", "sku": "{sku}", "number": "1", "must_say": "x",
    "areas": "", "shop": "{shop}", "team": "{team}", "person": "{lin}", "role": "{role}", "new": "x", "level_": "x",
    "password": "x", "due_at": "2026-11-20T10:00", "seq": "1", "order": "{order}", "wanted": "x", "handle": "x",
}  # fmt: skip
SENT = {"text": "x", "seq": 1, "body": "x", "writing": True, "mentions": []}

# How lists and searches are asked, so that what must not be found would be found.
ASKED: dict[str, tuple[str, ...]] = {
    "search/": ("?q=暗号", "?q=暗号&shop={shop}", "?q=暗号&who={lin}", "?q=暗号&customer={customer}", "?q=778899"),
    "orders/": ("?q=778899", "?q=暗号", "?q=4477", "?shop={shop}", "?after=9999999999999-99999"),
    "orders/exceptions/": ("?q=778899", "?shop={shop}", "?owner={lin}", "?state=settled", "?kind=urgent"),
    "orders/changes/": ("?shop={shop}", "?which=ended", "?which=ended&shop={shop}"),
    "orders/prices/": ("?since=2026-11-01&until=2026-11-30", "?before=99999"),
    "customers/": ("?q=暗号", "?q=4477", "?shop={shop}", "?risk=open", "?tag=暗号"),
    "catalogue/": ("?q=暗号", "?shop={shop}&q=暗号"),
    "catalogue/feedback/": ("?shop={shop}", "?open=1"),
    "stock/": ("?q=暗号", "?shop={shop}", "?warehouse={warehouse}", "?state=out", "?after=9999999999"),
    "stock/export/": ("?as=csv", "?as=csv&shop={shop}"),
    "stock/arrivals/": ("?which=open", "?which=closed"),
    "stock/alerts/": ("?kind=oversold", "?kind=slow"),
    "campaigns/": ("?which=running", "?which=coming", "?which=over", "?shop={shop}", "?which=over&after=9999999999999-999"),
    "campaigns/price/": ("?shop={shop}&line={product}:", "?shop={shop}&q=暗号", "?line={product}:{sku}"),
    "campaigns/price/panel/": ("?shop={shop}&line={product}:", "?shop={shop}&q=暗号"),
    "parcels/": ("?q=778899", "?shop={shop}", "?which=stalled", "?which=trouble", "?which=over", "?after=9999999999999-9"),
    "aftersales/": ("?q=778899&which=all", "?which=all&shop={shop}", "?which=over", "?which=late", "?q=4477"),
    "aftersales/chat/": ("?shop={shop}&customer={customer}",),
    "aftersales/receiving/": ("?which=done", "?which=waiting", "?which=done&shop={shop}", "?q=SH1"),
    "aftersales/expected/": ("?which=signed", "?shop={shop}", "?format=xlsx"),
    "catalogue/menu/": ("?q=暗号", "?q=", "?shop={shop}&q=暗号"),
    "scripts/": ("?q=暗号", "?shop={shop}", "?scope=team", "?scope=personal"),
    "workspace/list/": ("?tab=waiting", "?tab=team", "?tab=offline", "?tab=ended", "?q=暗号", "?tab=team&shop={shop}"),
    "floor/": ("?team={team}", "?wall=1&team={team}"),
    "numbers/": ("?team={team}", "?shop={shop}", "?who={lin}", "?export=1&shop={shop}"),
    "enquiries/": ("?which=all&mine=0", "?which=today&mine=0", "?which=won&mine=0", "?which=lost&mine=0&owner={lin}"),
    "enquiries/results/": ("?since=2026-11-01&until=2026-11-30", "?shop={shop}"),
    "ratings/": ("?shop={shop}", "?who={lin}", "?who={mei}&stars=1"),
    "speech-guard/": ("?who={lin}", "?q=暗号", "?act=block"),
    "duty/": ("?team={team}",),
    "people/": ("?q=暗号", "?team={team}", "?shop={shop}", "?all=1"),
    "tasks/": ("?which=team", "?which=given", "?which=done"),
    "approvals/": ("?which=asked", "?which=settled", ""),
    "questions/": ("?which=open", "?which=mine", "?which=answered", "?which=counts"),
    "incidents/": ("?which=open", "?which=settled"),
    "requests/": ("?which=all", "?which=to-us", "?which=settled"),
    "day/figures/": ("?day=2026-11-19", "?span=week"),
    "inbox/": ("?only=deadlines", "?only=tasks", "?only=approvals", "?only=notices"),
}


def routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        whole = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, whole)
        elif isinstance(pattern, URLPattern):
            yield whole


def test_every_route_says_who_it_is_for() -> None:
    there = list(routes(get_resolver().url_patterns))
    assert sorted(set(there) - set(ROUTES)) == [], "say in ROUTES who may see these"
    assert sorted(set(ROUTES) - set(there)) == [], "these are no longer there"


def digest() -> dict[str, str]:
    """Each table's rows in one line; log-ins aside, which every request of a test makes."""
    kept = {}
    for model in apps.get_models():
        if model is Session or model._meta.app_label == "usersessions":
            continue
        rows = model._default_manager.order_by("pk").values_list()
        kept[model._meta.label] = f"{len(rows)} {hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:16]}"
    return kept


def told(wrong: list[Any]) -> str:
    """One line each: the comparison of long lists takes longer than the test."""
    return "\n" + "\n".join(str(one)[:300] for one in wrong[:60])


class StrangerCase(FloorCase):
    """Everything that a shop's day leaves behind, each text of it marked."""

    ids: ClassVar[dict[str, Any]]
    marks: ClassVar[list[str]]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.marks, cls.ids = [], {}
        story = Story(cls)
        story.tell()

    @classmethod
    def secret(cls, what: str) -> str:
        """A text that is found by 暗号, with a mark that nobody types."""
        mark = f"{MARK}{len(cls.marks):03d}{what}"
        cls.marks.append(mark)
        return f"暗号 {mark}"

    def address(self, route: str, named: dict[str, str]) -> str:
        path = route
        for name, kept in named.items():
            value = kept[1:] if kept.startswith("=") else str(self.ids[kept])
            for converter in ("int", "str", "slug"):
                path = path.replace(f"<{converter}:{name}>", value)
        return "/" + path

    def filled(self, text: str) -> str:
        return text.format(**self.ids)

    def things(self) -> list[tuple[str, str]]:
        return [(route, self.address(route, named)) for route, named in ROUTES.items() if isinstance(named, dict)]

    def leaked(self, response: HttpResponseBase) -> list[str]:
        body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
        if body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(body)) as book:
                body = b"".join(book.read(name) for name in book.namelist())
        text = body.decode("utf-8", "replace") + repr(list(response.items()))
        return [mark for mark in self.marks if mark in text]


class Story:
    """The cast's shop on one day: what was said, bought, marked, asked, promised, refused."""

    def __init__(self, case: type[StrangerCase]) -> None:
        self.case = case
        self.cast = case.cast
        self.secret = case.secret

    def tell(self) -> None:
        cast, ids = self.cast, self.case.ids
        for name in ("shop", "team", "lin", "mei", "hu"):
            ids[name] = getattr(cast, name).pk
        ids["role"] = cast.roles["agent"].pk
        ids["grant"] = cast.lin.grants.first().pk
        ids["device"] = ids["hold"] = 987
        cast.shop.name = f"南风 {self.secret('shop')}"
        cast.shop.save()
        cast.team.name = f"家居组 {self.secret('team')}"
        cast.team.save()
        Person.objects.filter(pk=cast.lin.pk).update(
            name=f"林小雨 {self.secret('lin')}", service_name=self.secret("service"), phone="13900004477"
        )
        self.case.marks.append("13900004477")
        cast.lin.refresh_from_db()
        self._customer()
        self._goods()
        self._stock()
        self._campaign()
        self._order()
        self._backorders()
        self._dispatch()
        self._dealers()
        self._cases()
        self._talk()
        self._desk()
        ids |= {name: row.pk for name, row in vars(self).items() if hasattr(row, "pk")}
        ids["customer"] = cast.fang.pk
        ids["inbox_key"] = f"task:{self.task.pk}"
        with transaction.atomic():
            record(
                "orders.flagged", subject=self.order, by=cast.lin, shop=cast.shop.pk,
                change={"flag": ["", self.secret("change")]}, at=NOW,
            )  # fmt: skip

    def _customer(self) -> None:
        cast = self.cast
        cast.fang.name = self.secret("name")
        cast.fang.phone, cast.fang.phone_tail = "13500884477", "4477"
        self.case.marks.append("13500884477")
        cast.fang.save()
        cast.fang.handles.update(handle=self.secret("handle"))
        Address.objects.create(customer=cast.fang, receiver=self.secret("receiver"), detail=self.secret("detail"), last_used_at=NOW)
        self.tag = Tag.objects.create(customer=cast.fang, shop=cast.shop, text=self.secret("tag"), by=cast.lin, at=NOW)
        self.risk = RiskMark.objects.create(
            customer=cast.fang, shop=cast.shop, kind="refunds", evidence=self.secret("evidence"), by=cast.zhou, at=NOW,
            expires_on="2027-01-01", confidentiality=1,
        )  # fmt: skip
        twin = cast.customer(self.secret("twinhandle"), self.secret("twin"), cast.shop)
        nothing: dict[str, Any] = {"handles": [], "addresses": [], "risk_marks": [], "tags": [], "shops": []}
        self.merge = Merge.objects.create(
            kept=cast.fang, merged=twin, by=cast.zhou, at=NOW, reason=self.secret("merge"), moved={"customers": nothing}
        )

    def _goods(self) -> None:
        shop = self.cast.shop
        self.product = Product.objects.create(
            shop=shop, platform_id="P1", title=self.secret("title"), must_say=self.secret("mustsay"),
            supplier=self.secret("supplier"), search="暗号", price_fen=100, updated_at=NOW,
        )  # fmt: skip
        self.sku = Sku.objects.create(product=self.product, shop=shop, code=self.secret("sku"), name=self.secret("variant"), search="暗号")
        Batch.objects.create(sku=self.sku, number=self.secret("batch"))
        self.courier = Courier.objects.create(shop=shop, name=self.secret("courier"))
        self.goods_run = self._run(ImportRun.Kind.CATALOGUE)
        self.run = self._run(ImportRun.Kind.ORDERS)

    def _stock(self) -> None:
        shop, sku = self.cast.shop, self.sku
        by = {"by_kind": "person", "by_id": self.cast.ding.pk, "by_name": self.cast.ding.name}
        self.warehouse = Warehouse.objects.create(code="main", name=self.secret("warehouse"), opened_on=TODAY)
        WarehouseShop.objects.create(warehouse=self.warehouse, shop=shop)
        zone = Zone.objects.create(warehouse=self.warehouse, code="good", name=self.secret("zone"), status="good")
        Level.objects.create(warehouse=self.warehouse, sku=sku, shop=shop)
        Balance.objects.create(zone=zone, sku=sku, quantity=0)
        self.movement = Movement.objects.create(
            kind="receipt", sku=sku, shop=shop, target=zone, quantity=1, reason=self.secret("moved"), key="k", at=NOW,
            business_day=TODAY, **by,
        )  # fmt: skip
        Reservation.objects.create(
            sku=sku, shop=shop, subject_kind="x", subject_id=1, label=self.secret("reserved"), wanted=1, at=NOW, **by
        )
        self.arrival = Expected.objects.create(
            warehouse=self.warehouse, sku=sku, shop=shop, quantity=5, expected_on=TODAY, first_expected_on=TODAY,
            supplier=self.secret("arrives"), noted_at=NOW, **by,
        )  # fmt: skip
        today = ShortageList.objects.create(warehouse=self.warehouse, day=TODAY, published_at=NOW, **by)
        Shortage.objects.create(list=today, sku=sku, shop=shop, note=self.secret("shortage"))
        Alert.objects.create(kind="oversold", sku=sku, shop=shop, amount=2, since=NOW)
        self.count_run = self._run(ImportRun.Kind.COUNT)

    def _campaign(self) -> None:
        self.campaign = Campaign.objects.create(
            name=self.secret("campaign"), kind="gift", gift=self.secret("gift"), say=self.secret("say"), tiers=[[0, 0]],
            starts_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=1), made_at=NOW, by_kind="system",
            by_name=self.secret("planned"), start_told_at=NOW,
        )  # fmt: skip
        CampaignShop.objects.create(campaign=self.campaign, shop=self.cast.shop)
        CampaignProduct.objects.create(campaign=self.campaign, product=self.product)

    def _run(self, kind: str) -> ImportRun:
        run = ImportRun.objects.create(
            shop=self.cast.shop, kind=kind, file_name=self.secret("file") + ".csv", file_sha256="0" * 64, dry_run=True,
            started_at=NOW, moved_at=NOW, finished_at=NOW, rows=1, refused=1, by_kind="person", by_id=self.cast.ou.pk,
            by_name=self.cast.ou.name, notes=[self.secret("runnote")],
        )  # fmt: skip
        ImportRefusal.objects.create(run=run, line=2, reason=self.secret("refusal"), row={"a": self.secret("row")})
        return run

    def _order(self) -> None:
        cast = self.cast
        self.case.marks.append("554433221100778899")
        self.order = Order.objects.create(
            shop=cast.shop, platform_id="554433221100778899", number_tail="778899", customer=cast.fang, status="paid",
            total_fen=39800, paid_fen=39800, quantity=1, created_at=NOW, business_day=TODAY, imported_at=NOW, flag="1",
            receiver=self.secret("orderreceiver"), phone="13500884477", phone_tail="4477", address=self.secret("road"),
            tracking_number=self.secret("tracking"), buyer_message=self.secret("wish"), platform_remark=self.secret("platform"),
            invoice_title=self.secret("invoice"), courier=self.secret("carried"),
        )  # fmt: skip
        self.order.lines.create(position=1, title=self.secret("line"), variant=self.secret("linevariant"), quantity=1, sku=self.sku)
        by = {"by_kind": "person", "by_id": cast.lin.pk, "by_name": cast.lin.name}
        FlagChange.objects.create(order=self.order, flag="1", at=NOW, **by)
        remark = Remark.objects.create(order=self.order, flag="1", text=self.secret("remark"), at=NOW, **by)
        self.requirement = Requirement.objects.create(
            order=self.order, customer=cast.fang, shop=cast.shop, kind="day", text=self.secret("requirement"),
            remark=remark, by=cast.lin, at=NOW,
        )  # fmt: skip
        self.follow_up = FollowUp.objects.create(order=self.order, shop=cast.shop, placed_at=NOW, owner=cast.lin, contacts=1)
        Contact.objects.create(
            follow_up=self.follow_up, shop=cast.shop, ordinal=1, person=cast.lin, way="phone", reason="comparing",
            text=self.secret("prompt"), at=NOW,
        )  # fmt: skip
        self.parcel = Parcel.objects.create(
            order=self.order, shop=cast.shop, courier=self.secret("parcelcourier"), number=self.secret("parcel").upper(), sent_at=NOW
        )
        self.track = Track.objects.create(
            parcel=self.parcel, shop=cast.shop, state="problem", moved_at=NOW, last_text=self.secret("lasttext"), stalled_since=NOW
        )
        Step.objects.create(
            track=self.track, at=NOW, state="problem", text=self.secret("steptext"), place=self.secret("place"), source="hand",
            by_name=self.secret("notedby"), noted_at=NOW, digest="d",
        )  # fmt: skip
        self.parcel_run = self._run(ImportRun.Kind.PARCELS)
        Account.objects.create(
            vendor="kuaidi100", customer=self.secret("account"), sealed_key=self.secret("sealed"), kept_at=NOW, by_name=self.secret("kept")
        )
        self.exception = OrderException.objects.create(
            order=self.order, parcel=self.parcel, shop=cast.shop, kind="urgent", reason="complaint", note=self.secret("exception"),
            owner=cast.lin, opened_at=NOW, due_at=at("12:00"),
        )  # fmt: skip
        OrderChange.objects.create(order=self.order, run=self.run, field="address", before=self.secret("before"), after=self.secret("after"), at=NOW)
        self._change()
        refresh_words(self.order)

    def _change(self) -> None:
        """A change under way and one that ended, a discount that waits and one that was offered."""
        cast = self.cast
        asked = {"asked_by_kind": "person", "asked_by_id": cast.lin.pk, "asked_by_name": self.secret("asker"), "asked_at": NOW}
        common: dict[str, Any] = {"order": self.order, "shop": cast.shop, "stage": "paid", "follower": cast.lin, **asked}
        words = {"zh": self.secret("step"), "en": "step"}
        self.change = ChangeRequest.objects.create(
            field="invoice", before={"invoice_title": self.secret("oldtitle")}, after={"invoice_title": self.secret("newtitle")},
            note=self.secret("changenote"), **common,
        )  # fmt: skip
        self.step_of_change = ChangeStep.objects.create(request=self.change, position=1, code="x", who="agent", what=words)
        ChangeRequest.objects.create(
            field="courier", before={"courier": self.secret("oldcourier")}, after={"courier": self.secret("newcourier")}, settled_at=NOW,
            settled_by_name=self.secret("ender"), outcome="withdrawn", answer=self.secret("changeanswer"), **common,
        )  # fmt: skip
        self.offer = PriceOffer.objects.create(
            shop=cast.shop, customer=cast.fang, basket=[{"title": self.secret("basket"), "variant": "", "pieces": 1, "price_fen": 100}],
            list_fen=39800, before_fen=39800, off_fen=100, gift=self.secret("present"), price_fen=39700, reason=self.secret("bargain"),
            asked_by=cast.lin, asked_at=NOW, authority="own", state="open",
        )  # fmt: skip
        OrderLink.objects.create(order=self.order, made_by=cast.lin, made_at=NOW, until=NOW + timedelta(days=9), opened=1)

    def _backorders(self) -> None:
        cast = self.cast
        self.wait = Wait.objects.create(
            shop=cast.shop, customer=cast.fang, sku=self.sku, gets=self.sku, quantity=2, wait_until=TODAY + timedelta(days=3),
            note=self.secret("waitnote"), registered_by=cast.lin, registered_at=NOW, business_day=TODAY, owner=cast.lin,
        )  # fmt: skip
        Attempt.objects.create(wait=self.wait, ordinal=1, person=cast.lin, way="phone", reached=False, text=self.secret("attempt"), at=NOW)
        Ordered.objects.create(wait=self.wait, order=self.order, quantity=1, amount_fen=100, at=NOW)
        lacks = OrderException.objects.create(
            order=self.order, shop=cast.shop, kind="out_of_stock", reason="short", owner=cast.lin, opened_at=NOW, due_at=NOW
        )
        self.shortfall = Shortfall.objects.create(
            exception=lacks, order=self.order, shop=cast.shop, sku=self.sku, quantity=1, seller=cast.lin
        )

    def _dispatch(self) -> None:
        cast, shop = self.cast, self.cast.shop
        self.wave = Wave.objects.create(shop=shop, day=TODAY, ordinal=1, orders=1, by=cast.zhou, made_at=NOW)
        self.preparation = Preparation.objects.create(
            order=self.order, shop=shop, came_at=NOW, due_at=at("16:30"), holder=cast.zhou, wave=self.wave, stage="printed"
        )
        self.slip = Slip.objects.create(
            number=self.secret("slip"), preparation=self.preparation, wave=self.wave, shop=shop, digest="0" * 64, courier="EMS", made_at=NOW
        )
        SlipLine.objects.create(slip=self.slip, position=1, order=self.order, title=self.secret("slipline"), quantity=1)
        self.audit_run = AuditRun.objects.create(shops=[shop.pk], total=1, by=cast.zhou, started_at=NOW, moved_at=NOW, finished_at=NOW)
        self.miss = Miss.objects.create(
            preparation=self.preparation, order=self.order, shop=shop, day=TODAY, due_at=NOW, at=NOW, reason="held",
            note=self.secret("miss"), promised_for=at("16:30"),
        )  # fmt: skip
        self.call = Help.objects.create(
            kind="help", place="warehouse", shop=shop, why=self.secret("help"), until=at("18:00"), by=cast.zhou, at=NOW
        )

    def _dealers(self) -> None:
        """A return that was inspected, with a rework and a replacement, and something that was turned away."""
        cast, shop = self.cast, self.cast.shop
        self.dealer = Dealer.objects.create(
            shop=shop, name=self.secret("dealer"), contact=self.secret("dealercontact"), phone="13500884477", address=self.secret("dealeraddress"), added_at=NOW
        )
        self.dealer_return = DealerReturn.objects.create(
            dealer=self.dealer, shop=shop, reason="quality", words=self.secret("dealerwords"), received_on=TODAY, state="disposing", owner=cast.zhou,
            applied_by=cast.lin, applied_at=NOW, judged="return", judged_by=cast.zhou, judged_at=NOW, judgement=self.secret("judgement"),
            number=self.secret("dealernumber"), arrived_at=NOW, warehouse=self.warehouse, inspected_at=NOW, inspected_by=cast.zhou, key="k",
        )  # fmt: skip
        line = self.dealer_return.lines.create(position=1, sku=self.sku, quantity=2, counted=2, price_fen=100, fault=self.secret("dealerfault"))
        zone = Zone.objects.filter(warehouse=self.warehouse).first()
        assert zone is not None
        self.rework = ReworkOrder.objects.create(
            key="k", sku=self.sku, shop=shop, quantity=1, zone=zone, cause=self.secret("reworkcause"), plan=self.secret("reworkplan"),
            subject_kind="dealers.dealerreturn", subject_id=self.dealer_return.pk, subject_label=self.secret("reworkof"), ordered_by=cast.zhou, ordered_at=NOW,
        )  # fmt: skip
        found = {"line": line, "quantity": 1, "fault": self.secret("finding"), "found_cause": "sales", "cause": "sales", "department": "x"}
        self.dealer_finding = Finding.objects.create(position=1, disposal="stock", state="ready", **found)
        Finding.objects.create(position=2, disposal="rework", state="workshop", rework=self.rework, **found)
        self.dealer_advance = Advance.objects.create(
            made=self.dealer_return, way="call", words=self.secret("advance"), said_on=TODAY, state="granted", asked_by=cast.lin, asked_at=NOW
        )
        Arrival.objects.create(shop=shop, number=self.secret("gate"), sender=self.secret("gatesender"), why="unknown", by=cast.ding, at=NOW)

    def _cases(self) -> None:
        cast, by = self.cast, {"by_kind": "person", "by_id": self.cast.mei.pk, "by_name": self.cast.mei.name}
        self.case_ = Case.objects.create(
            shop=cast.shop, platform_refund_id=self.secret("refund"), order=self.order, customer=cast.fang, kind="return", source="order",
            reason="quality", note=self.secret("casenote"), state="opened", waits_for="agent", owner=cast.mei, opened_by_kind="person",
            opened_by_id=cast.mei.pk, opened_by_name=cast.mei.name, opened_at=NOW, asked_at=NOW, state_since=NOW, due_at=NOW + timedelta(hours=1),
        )  # fmt: skip
        self.case.ids["case"] = self.case_.pk
        CaseLine.objects.create(case=self.case_, title=self.secret("caseline"), quantity=1, paid_fen=100)
        CaseStep.objects.create(case=self.case_, act="open", state="opened", waits_for="agent", note=self.secret("casestep"), at=NOW, **by)
        CaseContact.objects.create(case=self.case_, way="phone", text=self.secret("casecontact"), at=NOW, **by)
        self.refund_run = self._run("refunds")
        self._inbound()
        self._registers(by)
        self._settling()

    def _settling(self) -> None:
        """A payment that is to be made, an offer, goods sent for a case."""
        case, cast, ids = self.case_, self.cast, self.case.ids
        ids["settlement"] = Settlement.objects.create(
            case=case, shop=cast.shop, kind="goodwill", way="alipay", state="ready", amount_fen=100, key="strangers", payee=self.secret("payee"),
            account=self.secret("account"), note=self.secret("payment"), proposed_by=cast.mei, proposed_at=NOW, promised_for=NOW,
        ).pk  # fmt: skip
        ids["retention_offer"] = RetentionOffer.objects.create(
            case=case, shop=cast.shop, kind="help", note=self.secret("retention"), by=cast.mei, at=NOW
        ).pk
        ids["case_order"] = CaseOrder.objects.create(case=case, order=self.order, kind="reship", key="strangers", by=cast.mei, at=NOW).pk

    def _registers(self, by: dict[str, Any]) -> None:
        """A line in each register of after-sales, a proof and a dispute."""
        case, shop, ids = self.case_, self.cast.shop, self.case.ids
        sku = Sku.objects.filter(shop=shop).order_by("pk").first()
        assert sku is not None
        ids["mistake"] = Mistake.objects.create(shop=shop, kind="wrong", case=case, goods=self.secret("mistake"), pieces=1, borne_by="agent", person=self.cast.lin, at=NOW).pk
        ids["claim"] = CourierClaim.objects.create(
            shop=shop, case=case, courier=self.secret("claimcourier"), number=self.secret("claim").upper(), kind="lost", reckoned_fen=100, amount_fen=100, at=NOW
        ).pk
        ids["fault"] = QualityNote.objects.create(shop=shop, case=case, product=sku.product, sku=sku, reason="quality", fault=self.secret("fault"), pieces=1, at=NOW).pk
        ids["alarm"] = QualityAlarm.objects.create(
            shop=shop, product=sku.product, reason="quality", fault=self.secret("alarm"), times=3, since=NOW, owner=self.cast.zhou, raised_at=NOW
        ).pk
        ids["proof"] = Evidence.objects.create(shop=shop, case=case, kind="weight", sha256="0" * 64, text=self.secret("proof"), problem="quality", taken_at=NOW, at=NOW, **by).pk
        ids["case_dispute"] = Dispute.objects.create(shop=shop, case=case, about="quality", claim=self.secret("dispute"), opened_at=NOW).pk

    def _inbound(self) -> None:
        """A parcel that came back, with goods on a slip to the supplier."""
        cast, line = self.cast, self.case_.lines.get()
        self.inbound = InboundParcel.objects.create(
            shop=cast.shop, warehouse=self.warehouse, number=self.secret("inbound").upper(), courier="中通", state="inspected", announced_at=NOW,
            arrived_at=NOW, signed_over_at=NOW, received_by=cast.ding, sender=self.secret("sender"), label_text=self.secret("label"), note=self.secret("inboundnote"),
        )  # fmt: skip
        ParcelCase.objects.create(parcel=self.inbound, case=self.case_)
        zone = Zone.objects.filter(warehouse=self.warehouse).first()
        item = ParcelItem.objects.create(parcel=self.inbound, line=line, sku=self.sku, title=self.secret("inboundgoods"), announced=1, counted=1, zone=zone)
        self.inbound_finding = ReturnFinding.objects.create(
            item=item, quantity=1, condition="defective", disposal="supplier", responsibility="production", note=self.secret("inboundfinding"), by=cast.ding, at=NOW
        )
        self.supplier_slip = SupplierSlip.objects.create(
            shop=cast.shop, warehouse=self.warehouse, supplier=self.secret("supplier"), note=self.secret("slipnote"), made_by=cast.ding, made_at=NOW
        )
        self.supplier_slip.lines.create(finding=self.inbound_finding, sku=self.sku, zone=zone, quantity=1, reason=self.secret("slipreason"))

    def _talk(self) -> None:
        case, cast = self.case, self.cast
        floor = case("setUp")
        floor.online(cast.lin, cast.mei)
        floor.on_duty(cast.lin, "09:00", "18:00")
        floor.customer_says(self.secret("question"), when="09:40")
        floor.agent_says(cast.lin, self.secret("reply"), when="09:41")
        floor.agent_says(cast.mei, self.secret("note"), kind="note", internal=True, when="09:42")
        floor.agent_says(cast.zhou, self.secret("whisper"), kind="whisper", internal=True, when="09:43")
        self.talk = Conversation.objects.get()
        self.thread = case.thread
        common: dict[str, Any] = {"shop": cast.shop, "customer": cast.fang, "conversation": self.talk}
        self.assignment = Assignment.objects.get(conversation=self.talk)
        self.transfer = Transfer.objects.create(
            conversation=self.talk, ordinal=1, from_person=cast.lin, to_person=cast.mei, note=self.secret("transfer"),
            summary=self.secret("summary"), at=NOW, business_day=TODAY,
        )  # fmt: skip
        self.promise = Promise.objects.create(
            **common, order=self.order, text=self.secret("promise"), due_at=at("16:00"), owner=cast.lin, by=cast.lin, at=NOW
        )
        # The room itself opened one when she asked before buying.
        Enquiry.objects.filter(conversation=self.talk).update(
            product=self.product, wanted=self.secret("wanted"), reason="price", next_contact_at=at("15:00"), owner=cast.lin
        )
        self.enquiry = Enquiry.objects.get(conversation=self.talk)
        asked = Invitation.objects.create(conversation=self.talk, person=cast.lin, at=NOW)
        self.rating = Rating.objects.create(invitation=asked, stars=1, text=self.secret("rating"), at=NOW)
        guarded: dict[str, Any] = {"thread": case.thread, "shop": cast.shop, "person": cast.lin}
        GuardHit.objects.create(
            **guarded, client_id="x" * 8, rule="conversations.guard.rude", word=self.secret("word"), act="block",
            body=self.secret("hit"), sent=False, at=NOW,
        )  # fmt: skip
        self.override = GuardOverride.objects.create(**guarded, body=self.secret("override"), digest="0" * 64, asked_at=NOW)
        Draft.objects.create(person=cast.lin, thread=case.thread, text=self.secret("draft"), updated_at=NOW)
        self.auto_reply = AutoReply.objects.create(shop=cast.shop, kind="greeting", text=self.secret("autoreply"))
        self.seat = Seat.objects.create(shop=cast.shop, handle=self.secret("seat"))
        SeatHolding.objects.create(seat=self.seat, person=cast.lin, started_at=NOW)
        blob = Blob.objects.create(sha256="0" * 64, mime="image/png", size=1, created_at=NOW)
        self.picture = Use.objects.create(
            blob=blob, subject_kind="chat.thread", subject_id=case.thread.pk, key="secret-key-of-a-picture",
            name=self.secret("picture"), kind="image", by_kind="customer", created_at=NOW,
        )  # fmt: skip
        self.case.marks.append("secret-key-of-a-picture")

    def _desk(self) -> None:
        cast = self.cast
        self.script = Script.objects.create(
            scope="team", team=cast.team, shop=cast.shop, stage="greeting", title=self.secret("script"),
            body=self.secret("scriptbody"), keys="暗号ah", created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        ScriptUse.objects.create(
            script=self.script, person=cast.lin, shop=cast.shop, customer_id=cast.fang.pk, thread_id=1, message_seq=1, at=NOW
        )
        Script.objects.create(
            scope="personal", owner=cast.lin, stage="greeting", title=self.secret("own"), body=self.secret("ownbody"),
            keys="暗号", created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        subject: dict[str, Any] = {"subject_kind": "orders.order", "subject_id": self.order.pk, "shop": cast.shop}
        Deadline.objects.create(
            **subject, kind="orders.dispatch", label=self.secret("deadline"), team=cast.team, owner=cast.lin,
            rule="orders.x", allowed_seconds=60, started_at=NOW, running_since=NOW, due_at=NOW, missed_at=NOW,
        )  # fmt: skip
        made = {"made_by_kind": "person", "made_by_id": cast.zhou.pk, "made_by_name": cast.zhou.name, "created_at": NOW}
        self.task = Task.objects.create(title=self.secret("task"), body=self.secret("taskbody"), owner=cast.lin, shop=cast.shop, **made)
        Task.objects.create(title=self.secret("teamtask"), team=cast.team, shop=cast.shop, **made)
        self.approval = Approval.objects.create(
            kind="test", subject_kind="orders.order", subject_id=self.order.pk, shop=cast.shop, title=self.secret("approval"),
            needs="desk.approve", asked_by=cast.lin, asked_at=NOW,
        )  # fmt: skip
        self.step = TaskStep.objects.create(task=self.task, position=1, text=self.secret("step"))
        TaskComment.objects.create(task=self.task, by=cast.zhou, body=self.secret("comment"), at=NOW)
        self.objection = TaskObjection.objects.create(task=self.task, by=cast.lin, reason=self.secret("objection"), at=NOW)
        self.recurrence = Recurrence.objects.create(
            title=self.secret("recurrence"), owner=cast.lin, appears_at="09:00", next_at=at("11-20 09:00"), made_by=cast.zhou,
            made_at=NOW,
        )  # fmt: skip
        self.stand_in = StandIn.objects.create(
            person=cast.zhou, deputy=cast.mei, since=NOW, until=at("11-20 09:00"), reason=self.secret("away"), made_by=cast.zhou,
            made_at=NOW,
        )  # fmt: skip
        self.question = Question.objects.create(
            text=self.secret("question"), context=self.secret("context"), shop=cast.shop, asked_by=cast.lin, asked_at=NOW
        )
        self.incident = Incident.objects.create(
            shop=cast.shop, facts={"problem": self.secret("problem")}, title=self.secret("incident"), by=cast.lin, at=NOW,
            owner=cast.lin,
        )  # fmt: skip
        self.request = DepartmentRequest.objects.create(
            kind="warehouse.parcel", department=cast.service, shop=cast.shop, title=self.secret("request"),
            body=self.secret("requestbody"), asked_by=cast.lin, asked_at=NOW,
        )  # fmt: skip
        self.handover = Handover.objects.create(
            from_person=cast.lin, to_person=cast.mei, team=cast.team, day=TODAY, begun_at=NOW, signed_at=NOW,
            note=self.secret("handover"),
        )  # fmt: skip
        self.handover_item = HandoverItem.objects.create(
            handover=self.handover, position=1, label=self.secret("line"), note=self.secret("linenote")
        )
        DaySummary.objects.create(team=cast.team, day=TODAY, by=cast.zhou, at=NOW, questions=self.secret("summary"))
        self.notice = Notice.objects.create(
            title=self.secret("notice"), body=self.secret("noticebody"), shop=cast.shop, by_kind="person",
            by_id=cast.zhou.pk, by_name=cast.zhou.name, at=NOW, must_read=True,
        )  # fmt: skip
        Notice.objects.create(
            title=self.secret("teamnotice"), body=self.secret("tn"), team=cast.team, by_kind="person", by_id=cast.zhou.pk,
            by_name=cast.zhou.name, at=NOW,
        )  # fmt: skip


class AtEveryDoor(StrangerCase):
    def ask(self, client: Client, method: str, path: str) -> Iterator[HttpResponseBase]:
        """A door in every way it might be asked."""
        if method == "get":
            yield client.get(path)
            yield client.get(path, headers={"HX-Request": "true"})
        else:
            data = {name: self.filled(value) for name, value in FORM.items()}
            yield client.post(path, data)
            yield client.post(path, data, headers={"HX-Request": "true"})
            yield client.post(path, json.dumps(SENT), content_type="application/json", headers={"Accept": "application/json"})

    def test_what_is_anothers_is_not_there(self) -> None:
        client = self.as_person(self.cast.hu)
        wrong, answered = [], set()
        before = digest()
        for route, path in self.things():
            for method in ("get", "post"):
                for response in self.ask(client, method, path):
                    if response.status_code != 405:
                        answered.add(route)
                    # What can't be read at all may be refused before it is looked whose it is.
                    if response.status_code not in (400, 403, 404, 405, 422) or self.leaked(response):
                        wrong.append((method, path, response.status_code, self.leaked(response)))
            after = digest()
            if after != before:
                wrong.append((path, "changed", [name for name in after if after[name] != before[name]]))
                before = after
        assert not wrong, told(wrong)
        assert sorted({route for route, _path in self.things()} - answered) == []

    def test_the_same_addresses_lead_somewhere_for_who_may(self) -> None:
        """Otherwise the test above would praise addresses that nobody can reach."""
        clients = [self.as_person(getattr(self.cast, name)) for name in ("bao", "zhou", "lin", "mei", "qian")]
        missing = [path for _route, path in self.things() if not any(self._answers(client, path) for client in clients)]
        # Somebody else's log-in, a hold that was never placed, and an item of another's inbox.
        inbox = f"/inbox/{self.ids['inbox_key']}/"
        expected = {"/account/devices/987/end/", "/privacy/holds/987/end/", f"{inbox}snooze/", f"{inbox}delegation/"}
        assert set(missing) - expected == set()

    def _answers(self, client: Client, path: str) -> bool:
        """Whether there is something behind an address; what it did is undone."""
        data = {name: self.filled(value) for name, value in FORM.items()}
        statuses = []
        for method in ("get", "post"):
            with transaction.atomic():
                response = client.get(path) if method == "get" else client.post(path, data)
                transaction.set_rollback(True)
            assert response.status_code < 500, (method, path)
            statuses.append(response.status_code)
        return any(status not in (403, 404, 405) for status in statuses)

    def test_pages_of_other_roles_are_refused(self) -> None:
        client = self.as_person(self.cast.hu)
        before = digest()
        for route, kind in ROUTES.items():
            if kind == ROLE:
                statuses = {response.status_code for method in ("get", "post") for response in self.ask(client, method, f"/{route}")}
                assert statuses <= {403, 405}, (route, statuses)
        assert digest() == before

    def test_lists_searches_and_menus_hold_nothing_of_another_shop(self) -> None:
        client = self.as_person(self.cast.hu)
        wrong = []
        for path in self.own_pages():
            for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
                response = client.get(path, headers=headers)
                if response.status_code >= 500 or self.leaked(response):
                    wrong.append((path, headers, response.status_code, self.leaked(response)))
        assert not wrong, told(wrong)

    def test_its_own_people_do_find_it_there(self) -> None:
        """The questions that strangers ask are ones that have answers."""
        client = self.as_person(self.cast.zhou)
        silent = []
        for route, queries in ASKED.items():
            pages = [client.get(f"/{route}{self.filled(query)}") for query in queries]
            if not any(self.leaked(page) for page in pages):
                silent.append(route)
        assert not silent, silent

    def own_pages(self) -> Iterator[str]:
        measures = ("first_response", "slow", "handled", "reply_rate", "mutual")
        for route, kind in ROUTES.items():
            if kind != OWN:
                continue
            path = route.replace("<int:pk>", "1").replace("<str:path>", "conversations.alarm").replace("<str:key>", "task:1")
            for measure in measures if "<slug:measure>" in path else ("",):
                whole = "/" + path.replace("<slug:measure>", measure)
                yield whole
                for query in ASKED.get(route, ()):
                    yield whole + self.filled(query)
                if measure:
                    yield from (whole + self.filled(query) for query in ("?shop={shop}", "?team={team}", "?who={lin}"))

    def test_the_signed_out_get_nothing(self) -> None:
        client = Client()
        before = digest()
        wrong = []
        for route, kind in ROUTES.items():
            if kind == PUBLIC:
                continue
            path = self.address(route, kind) if isinstance(kind, dict) else "/" + self._any(route)
            for method in ("get", "post"):
                for response in self.ask(client, method, path):
                    to_sign_in = response.get("Location", response.get("HX-Redirect", "")).startswith("/login/")
                    if not (to_sign_in or response.status_code in (401, 403, 404, 405)) or self.leaked(response):
                        wrong.append((method, path, response.status_code, response.get("Location", "")))
        assert not wrong, told(wrong)
        assert digest() == before

    def test_public_pages_tell_nothing(self) -> None:
        for client in (Client(), self.as_person(self.cast.hu)):
            for route, kind in ROUTES.items():
                if kind == PUBLIC and "logout" not in route:
                    path = "/" + route.replace("<slug:key>", self.cast.other_shop.profile.public_key)
                    assert self.leaked(client.get(path)) == [], path

    @staticmethod
    def _any(route: str) -> str:
        for part, value in (("<int:pk>", "1"), ("<str:path>", "x"), ("<str:key>", "task:1"), ("<slug:measure>", "slow")):
            route = route.replace(part, value)
        return route


class Smuggled(StrangerCase):
    """Doors of one's own shop that are given things of another."""

    def setUp(self) -> None:
        super().setUp()
        theirs = self.another("胡家的客人", self.cast.other_shop)
        self.online(self.cast.hu)
        self.customer_says("在吗", thread=theirs)
        self.own = self.conversation(theirs)
        self.guest = theirs.customer
        self.own_order = Order.objects.create(
            shop=self.cast.other_shop, platform_id="1", customer=self.guest, status="paid", total_fen=1,
            created_at=NOW, business_day=TODAY, imported_at=NOW,
        )  # fmt: skip

    def doors(self) -> list[tuple[str, dict[str, str]]]:
        here = f"/workspace/{self.own.pk}"
        return [
            (f"{here}/requirement/", {"kind": "day", "text": "x", "order": "{order}"}),
            (f"{here}/promise/", {"text": "x", "due_at": "2026-11-20T10:00", "order": "{order}"}),
            (f"{here}/enquiry/", {"wanted": "x", "product": "{product}"}),
            (f"{here}/transfer/", {"to": "person:{lin}", "note": "x"}),
            (f"{here}/transfer/", {"to": "team:{team}", "note": "x"}),
            (f"/customers/{self.guest.pk}/merges/", {"other": "{customer}", "reason": "x"}),
            (f"/customers/{self.guest.pk}/tags/{{tag}}/removal/", {}),
            (f"/customers/{self.guest.pk}/risks/{{risk}}/lifting/", {}),
            (f"/customers/{self.guest.pk}/merges/{{merge}}/undoing/", {}),
            ("/tasks/new/", {"title": "x", "owner": "{lin}"}),
            ("/tasks/new/", {"title": "x", "team": "{team}"}),
            ("/tasks/recurring/", {"title": "x", "owner": "{lin}", "every": "day", "appears_at": "09:00"}),
            ("/tasks/recurring/", {"title": "x", "team": "{team}", "every": "day", "appears_at": "09:00"}),
            ("/questions/new/", {"text": "x", "shop": "{shop}"}),
            ("/questions/new/", {"text": "x", "expert": "{lin}"}),
            ("/incidents/new/", {"shop": "{shop}", "problem": "x", "order": "x", "handle": "x", "wish": "x"}),
            ("/requests/new/?kind=staff.matter", {"title": "x", "shop": "{shop}", "department": "1"}),
            ("/approvals/absence/", {"person": "{lin}", "deputy": "{hu}", "since": "2026-11-19T09:00", "reason": "x"}),
            ("/notices/new/", {"title": "x", "body": "x", "team": "{team}", "confidentiality": "1"}),
            ("/notices/new/", {"title": "x", "body": "x", "shop": "{shop}", "confidentiality": "1"}),
            ("/notices/new/", {"title": "x", "body": "x", "confidentiality": "1"}),
            ("/scripts/new/", {"scope": "team", "team": "{team}", "stage": "greeting", "title": "x", "body": "x"}),
            ("/scripts/new/", {"scope": "company", "shop": "{shop}", "stage": "greeting", "title": "x", "body": "x"}),
            ("/duty/{other_team}/{lin}/2026-11-19/", {"hours": "09:00-18:00", "shift": ""}),
            ("/duty/{team}/{hu}/2026-11-19/", {"hours": "09:00-18:00", "shift": ""}),
        ]

    def test_things_of_another_shop_are_not_known_in_forms(self) -> None:
        client = self.as_person(self.cast.hu)
        self.ids["other_team"] = self.cast.other_team.pk
        wrong = []
        before = digest()
        for path, data in self.doors():
            filled = {name: self.filled(value) for name, value in data.items()}
            for headers in ({}, {"HX-Request": "true"}):
                response = client.post(self.filled(path), filled, headers=headers)
                # 200 is a form drawn again with what was wrong; whether it did something is seen below.
                if response.status_code not in (200, 403, 404, 409, 422) or self.leaked(response):
                    wrong.append((path, filled, response.status_code, self.leaked(response)))
            after = digest()
            if after != before:
                wrong.append((path, filled, "changed", [name for name in after if after[name] != before[name]]))
                before = after
        assert not wrong, told(wrong)

    def test_a_note_names_nobody_of_another_shop(self) -> None:
        client = self.as_person(self.cast.hu)
        sent = {"text": "x", "mentions": [self.ids["lin"]]}
        client.post(f"/workspace/{self.own.pk}/notes/", json.dumps(sent), content_type="application/json")
        assert not Notice.objects.filter(person=self.ids["lin"]).exists()


pytestmark = pytest.mark.django_db
