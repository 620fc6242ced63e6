"""Orders that do not go as they should (异常): each with one owner and one deadline until it is settled."""

from dangban.orders.exceptions.actions import hand_to, open_exception, promise, reassign, settle
from dangban.orders.exceptions.kinds import Kind, all_kinds, kind_of, name_kind

__all__ = [
    "Kind",
    "all_kinds",
    "hand_to",
    "kind_of",
    "name_kind",
    "open_exception",
    "promise",
    "reassign",
    "settle",
]
