"""Facts of days and deals, scorecards, what was imported, and where reports are sent."""

from dangban.performance.models.cards import Card, CardLine, CoachingNote, Objection, Target
from dangban.performance.models.facts import Asking, BuiltDay, CaseFact, Deal, PersonDay
from dangban.performance.models.figures import FigureImport, ImportedFigure, Nick
from dangban.performance.models.robots import Dispatch, Robot

__all__ = [
    "Asking", "BuiltDay", "Card", "CardLine", "CaseFact", "CoachingNote", "Deal", "Dispatch", "FigureImport",
    "ImportedFigure", "Nick", "Objection", "PersonDay", "Robot", "Target",
]  # fmt: skip
