"""What is known of a request when it is judged. Plain, frozen, and the same tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from dangban.handbook.shapes import Words

WANTED = {
    "refund": Words("仅退款", "refund only"),
    "return": Words("退货退款", "return and refund"),
    "exchange": Words("换货", "exchange"),
    "reship": Words("补发", "reship"),
    "adjust": Words("补偿、补差价", "compensation"),
    "repair": Words("维修", "repair"),
}
# Kinds of goods, as far as the law and the handbook tell them apart by their condition.
CATEGORIES = {
    "clothing": Words("服装、鞋包、家纺、玩具", "clothing, shoes, bags, textiles, toys"),
    "cosmetics": Words("食品、化妆品、医护用品", "food, cosmetics, medical goods"),
    "electronics": Words("电子、电器", "electronics and appliances"),
    "other": Words("其他商品", "other goods"),
}
# Goods that may lie outside the return without a reason.
EXCLUDED = {
    "custom": Words("定作的商品", "made to order"),
    "fresh": Words("鲜活易腐的商品", "fresh and perishable goods"),
    "digital": Words("已下载或已拆封的音像、软件", "downloaded or unsealed recordings and software"),
    "press": Words("交付的报纸、期刊", "newspapers and periodicals delivered"),
    "hygiene": Words("拆封后影响安全健康或易变质的商品", "goods unsafe or spoilt once unsealed"),
    "activated": Words("激活或试用后大幅贬值的商品", "goods that lose most of their value once activated or tried"),
    "disclosed": Words("已说明的临期、瑕疵商品", "goods sold as near their date or flawed"),
}
# How goods look that come back; each is a fact by this name.
CONDITIONS = {
    "used": Words("有使用痕迹", "used"),
    "washed": Words("已洗涤", "washed"),
    "tag_cut": Words("吊牌已剪", "tag cut off"),
    "scent": Words("沾有气味", "scented"),
    "altered": Words("改动、自行维修", "altered"),
    "soiled": Words("有污渍、磨损", "soiled or worn"),
    "opened_seal": Words("密封包装已拆", "seal broken"),
    "activated": Words("已激活、留有使用数据", "activated"),
    "packaging_missing": Words("外包装缺损", "packaging missing"),
    "accessories_missing": Words("配件、说明书不全", "accessories missing"),
}
DAMAGE_FOUND = {
    "before_signing": Words("签收前", "before signing"),
    "at_door": Words("当着派件员", "at the door"),
    "after_signing": Words("签收后", "after signing"),
}
# What the check of the goods that came back found of the claim.
INSPECTED = {
    "fault": Words("属实", "as claimed"),
    "good": Words("没有问题", "nothing wrong"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One request about goods of one kind. Instants are aware, money is fen, what is not known is left out."""

    asked_at: datetime
    wanted: str = "return"
    reason: str = "dislike"
    placed_at: datetime | None = None
    sent_at: datetime | None = None
    signed_at: datetime | None = None
    # Somebody else took the parcel in.
    proxy_signed: bool = False
    bought_here: bool = True
    category: str = "other"
    # A code of EXCLUDED, and whether the buyer confirmed it when this order was placed.
    excluded: str = ""
    exclusion_confirmed: bool = False
    # The condition of the goods: what the customer tells, or what was found.
    used: bool = False
    washed: bool = False
    tag_cut: bool = False
    scent: bool = False
    altered: bool = False
    soiled: bool = False
    opened_seal: bool = False
    activated: bool = False
    packaging_missing: bool = False
    accessories_missing: bool = False
    # Broken by improper use or storage.
    misused: bool = False
    # A key of DAMAGE_FOUND; empty where nothing was damaged on the way.
    damage_found: str = ""
    # Evidence: photos and when they came, weights of box, slip and goods, the courier's word.
    photos: bool = False
    photos_at: datetime | None = None
    weights: bool = False
    courier_proof: bool = False
    loss_confirmed: bool = False
    # The customer will not or cannot show anything.
    no_evidence: bool = False
    # A key of INSPECTED; empty until the goods were looked at.
    inspected: str = ""
    gift_claimed: bool = False
    gifts_owed: int = 0
    # None: nobody has asked or looked yet.
    gifts_back: int | None = None
    gift_value_fen: int = 0
    earlier_exchanges: int = 0
    # How it comes back.
    collect: bool = False
    courier_back: str = ""
    surface_mail: bool = False
    return_number: str = ""
    # The replacement is to leave before the goods are back.
    ship_first: bool = False
    # Too much was sent, and the customer says so or not, and will give it back or not.
    surplus_admitted: bool = True
    surplus_given_back: bool = True
    # A dealer or other business, and when it reported damage or missing goods.
    business: bool = False
    reported_at: datetime | None = None
    # Days that public holidays have moved since it was signed for, as 2026-10-01 with blanks between; for businesses.
    moved_days: str = ""
    quantity: int = 1
    paid_fen: int = 0
    # What the customer asks for, or the agent means to give; None: what the remedy allows.
    asked_fen: int | None = None
    freight_out_fen: int = 0
    freight_back_fen: int = 0
    freight_again_fen: int = 0
    free_shipping: bool = False
    # After the return the rest of the order no longer reaches the threshold of free shipping.
    loses_free_shipping: bool = False
    insured_freight: bool = False
    # What the freight insurance pays of the way back.
    insurance_fen: int = 0

    @property
    def was_sent(self) -> bool:
        return self.sent_at is not None or self.signed_at is not None

    @property
    def goods_come_back(self) -> bool:
        """Whether what is wanted has the customer send something."""
        return self.signed_at is not None and self.wanted in ("return", "exchange", "repair")

    @property
    def undoes_the_purchase(self) -> bool:
        """Whether goods are to be given back or changed that the customer has."""
        return self.signed_at is not None and self.wanted in ("return", "exchange", "refund")

    @property
    def told_at(self) -> datetime:
        """When it was first told of, by whichever way."""
        return self.reported_at or self.asked_at

    @property
    def conditions(self) -> tuple[str, ...]:
        """What is not as new, by name."""
        return tuple(name for name in CONDITIONS if getattr(self, name))

    def as_data(self) -> dict[str, Any]:
        """As JSON keeps it: only what is told, instants written out."""
        told = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Facts:
        """Read back; what this program has no name for is left aside."""
        return cls(**{name: _read(name, value) for name, value in data.items() if name in NAMES})


NAMES = frozenset(one.name for one in fields(Facts))
INSTANTS = frozenset(name for name in NAMES if name.endswith("_at"))


def _read(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in INSTANTS and isinstance(value, str) else value
