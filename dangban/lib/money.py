"""Money as integer fen (1/100 yuan), the only form in which amounts are stored and added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

_AMOUNT = re.compile(r"^[-+]?\d+(\.\d+)?$")


def fen(yuan: str | int | Decimal) -> int:
    """Fen from yuan; half a fen rounds away from zero. Raises ValueError on what is not an amount.

    Accepts the ways in which exports write amounts: ``¥1,234.50``, ``0元``, blanks around. Floats
    are not accepted: they have already lost what money must keep.
    """
    if isinstance(yuan, float):
        raise TypeError("amounts are never floats")
    if isinstance(yuan, str):
        text = yuan.strip().replace(",", "").replace("，", "").lstrip("¥￥").removesuffix("元").strip()
        if not _AMOUNT.match(text):
            raise ValueError(f"{yuan!r} is not an amount")
        yuan = text
    try:
        return int((Decimal(yuan) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation as error:
        raise ValueError(f"{yuan!r} is not an amount") from error


def yuan(amount_fen: int) -> Decimal:
    """Yuan with two places."""
    return (Decimal(amount_fen) / 100).quantize(Decimal("0.01"))


def show(amount_fen: int) -> str:
    """As people read it: ``¥1,234.50``, ``-¥3.00``."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}¥{abs(amount_fen) // 100:,}.{abs(amount_fen) % 100:02d}"


def split(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to `weights` that add up to `total_fen` exactly (largest remainder).

    Ties go to the earlier part. Weights are not negative; if all are zero the split is even.
    """
    if not weights:
        raise ValueError("nothing to split among")
    if any(weight < 0 for weight in weights):
        raise ValueError("weights are not negative")
    shares = list(weights) if any(weights) else [1] * len(weights)
    whole = sum(shares)
    sign = -1 if total_fen < 0 else 1
    parts = [abs(total_fen) * share // whole for share in shares]
    rest = abs(total_fen) - sum(parts)
    remainders = sorted(
        range(len(shares)), key=lambda index: (-(abs(total_fen) * shares[index] % whole), index)
    )
    for index in remainders[:rest]:
        parts[index] += 1
    return [sign * part for part in parts]
