"""What people do with figures: draft cards, give points, confirm, dispute, make final; targets, notes, imports, robots."""

from dangban.performance.actions.cards import answer, confirm, dispute, finish, give
from dangban.performance.actions.drafting import draft, draft_due
from dangban.performance.actions.importing import keep_nick, take, undo
from dangban.performance.actions.notes import coach, set_target

__all__ = ["answer", "coach", "confirm", "dispute", "draft", "draft_due", "finish", "give", "keep_nick", "set_target", "take", "undo"]
