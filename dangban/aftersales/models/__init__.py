"""Cases, what comes back, what was found, what was paid, what proves it."""

from dangban.aftersales.models.cases import Assessment, Case, CaseContact, CaseLine, CaseStep
from dangban.aftersales.models.disputes import Dispute
from dangban.aftersales.models.evidence import Evidence
from dangban.aftersales.models.inbound import (
    Finding,
    InboundParcel,
    ParcelCase,
    ParcelItem,
    Resend,
    SupplierSlip,
    SupplierSlipLine,
)
from dangban.aftersales.models.registers import (
    ClaimTemplate,
    CourierClaim,
    Mistake,
    QualityAlarm,
    QualityNote,
)
from dangban.aftersales.models.settling import CaseOrder, LedgerEntry, RetentionOffer, Settlement
from dangban.aftersales.models.workshop import ReworkOrder

__all__ = [
    "Assessment",
    "Case",
    "CaseContact",
    "CaseLine",
    "CaseOrder",
    "CaseStep",
    "ClaimTemplate",
    "CourierClaim",
    "Dispute",
    "Evidence",
    "Finding",
    "InboundParcel",
    "LedgerEntry",
    "Mistake",
    "ParcelCase",
    "ParcelItem",
    "QualityAlarm",
    "QualityNote",
    "Resend",
    "RetentionOffer",
    "ReworkOrder",
    "Settlement",
    "SupplierSlip",
    "SupplierSlipLine",
]
