"""Pure: whose an unclaimed parcel (无主件) may be, ranked, with the reasons for each guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dangban.lib.text import bigrams, normalise

# What each sign is worth. One strong sign and a weak one beat any number of weak ones.
POINTS = {
    "waybill": 70,
    "waybill_close": 40,
    "order_number": 60,
    "order_tail": 30,
    "phone": 25,
    "name": 25,
    "name_part": 10,
    "address": 15,
    "city": 5,
    "goods": 20,
    "goods_part": 8,
    "other_goods": -15,
    "weight": 5,
    "returning": 15,
    "open_case": 8,
    "recent": 6,
    "old": -8,
}
# Below this a guess is noise; from this on, and with this lead, it is nearly certain.
LEAST, SURE, LEAD = 20, 70, 25
_RECENT, _OLD = timedelta(days=30), timedelta(days=90)
_FRAGMENT = 4


@dataclass(frozen=True, slots=True)
class Label:
    """What can be read on the parcel and seen in it."""

    number: str = ""
    sender: str = ""
    phone_tail: str = ""
    text: str = ""
    goods: tuple[str, ...] = ()
    weight_g: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case or an order that the parcel may belong to."""

    key: str
    order_number: str = ""
    waybills: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    phone_tail: str = ""
    city: str = ""
    address: str = ""
    goods: tuple[str, ...] = ()
    weight_g: int | None = None
    # ``returning`` where the customer was asked to send it back, ``open`` for another open case, else empty.
    waiting: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Guess:
    """A candidate with its points and the signs they come from, the strongest first."""

    candidate: Candidate
    points: int
    reasons: tuple[tuple[str, int], ...] = field(default=())
    sure: bool = False


def rank(label: Label, candidates: Iterable[Candidate], at: datetime, *, tolerance_g: int = 0, most: int = 9) -> list[Guess]:
    """The likeliest owners, best first; of equals the one sent last. The first is `sure` where it leads clearly."""
    guesses = [guess for guess in (_guess(label, one, at, tolerance_g) for one in candidates) if guess.points >= LEAST]
    guesses.sort(key=lambda one: (-one.points, -_stamp(one.candidate.sent_at), one.candidate.key))
    if guesses and guesses[0].points >= SURE and (len(guesses) == 1 or guesses[0].points - guesses[1].points >= LEAD):
        first = guesses[0]
        guesses[0] = Guess(first.candidate, first.points, first.reasons, sure=True)
    return guesses[:most]


def _stamp(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def _guess(label: Label, one: Candidate, at: datetime, tolerance_g: int) -> Guess:
    signs = [*_by_number(label, one), *_by_person(label, one), *_by_place(label, one), *_by_goods(label, one, tolerance_g)]
    # Time and state only weigh where something of the parcel itself points here, more than its weight.
    if any(POINTS[sign] > POINTS["weight"] for sign in signs):
        signs += _by_time(one, at)
    reasons = sorted(((sign, POINTS[sign]) for sign in signs), key=lambda reason: -reason[1])
    return Guess(one, sum(points for _sign, points in reasons), tuple(reasons))


def _by_number(label: Label, one: Candidate) -> list[str]:
    signs = []
    numbers = [number for number in one.waybills if number]
    if label.number and any(number == label.number or number in label.text.upper() for number in numbers):
        signs.append("waybill")
    elif label.number and any(_close(label.number, number) for number in numbers):
        signs.append("waybill_close")
    if one.order_number and one.order_number in label.text:
        signs.append("order_number")
    elif len(one.order_number) >= 6 and one.order_number[-6:] in label.text:
        signs.append("order_tail")
    return signs


def _by_person(label: Label, one: Candidate) -> list[str]:
    signs = []
    names = [normalise(name) for name in one.names if len(name.strip()) > 1]
    sender, text = normalise(label.sender), normalise(label.text)
    if (sender and sender in names) or any(name in text for name in names):
        signs.append("name")
    elif sender and any(_masked_alike(sender, name) for name in names):
        signs.append("name_part")
    if label.phone_tail and label.phone_tail == one.phone_tail:
        signs.append("phone")
    return signs


def _by_place(label: Label, one: Candidate) -> list[str]:
    text = normalise(label.text)
    if not text:
        return []
    signs = []
    street = normalise(one.address)
    if street and _shares(text, street):
        signs.append("address")
    if one.city and normalise(one.city).rstrip("市") in text:  # han
        signs.append("city")
    return signs


def _by_goods(label: Label, one: Candidate, tolerance_g: int) -> list[str]:
    signs = []
    seen, had = {code.upper() for code in label.goods}, {code.upper() for code in one.goods}
    if seen and had:
        signs.append("goods" if seen <= had else "goods_part" if seen & had else "other_goods")
    if label.weight_g and one.weight_g and abs(label.weight_g - one.weight_g) <= tolerance_g:
        signs.append("weight")
    return signs


def _by_time(one: Candidate, at: datetime) -> list[str]:
    signs = [{"returning": "returning", "open": "open_case"}[one.waiting]] if one.waiting else []
    if one.sent_at is not None and at - one.sent_at <= _RECENT:
        signs.append("recent")
    elif one.sent_at is not None and at - one.sent_at > _OLD:
        signs.append("old")
    return signs


def _close(one: str, other: str) -> bool:
    """One character mistyped, left out, doubled, or two neighbours swapped."""
    if one == other or min(len(one), len(other)) < 6 or abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        wrong = [at for at, (left, right) in enumerate(zip(one, other, strict=True)) if left != right]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and (one[wrong[0]], one[wrong[1]]) == (other[wrong[1]], other[wrong[0]])
        return len(wrong) == 1 or swapped
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _masked_alike(one: str, other: str) -> bool:
    """方* and 方静, 方** and 方小静, 方女士 and 方静: the family name is the same, and nothing speaks against it."""
    if one[0] != other[0]:
        return False
    rest = one[1:]
    return set(rest) <= {"*"} or rest in ("女士", "先生", "小姐")  # han


def _shares(text: str, street: str) -> bool:
    """Four characters of the street in a row stand on the label, or most pairs of a longer one do."""
    fragments: Sequence[str] = [street[at : at + _FRAGMENT] for at in range(len(street) - _FRAGMENT + 1)]
    if any(fragment in text for fragment in fragments if fragment.strip() == fragment):
        return True
    pairs = set(bigrams(street))
    return len(pairs) > 5 and len(pairs & set(bigrams(text))) * 3 >= len(pairs) * 2
