"""Punches, the shifts they were judged for, what follows from them, and what came from DingTalk."""

from .consequences import Consequence, Dispute, MonthClose, Publication
from .dingtalk import Difference, DingTalkApp, DingTalkAway, DingTalkUser, Intake, IntakeRefusal, Overtime
from .punches import LateNotice, Punch, PunchRepair
from .shifts import Rejudgement, ShiftRecord

__all__ = [
    "Consequence",
    "Difference",
    "DingTalkApp",
    "DingTalkAway",
    "DingTalkUser",
    "Dispute",
    "Intake",
    "IntakeRefusal",
    "LateNotice",
    "MonthClose",
    "Overtime",
    "Publication",
    "Punch",
    "PunchRepair",
    "Rejudgement",
    "ShiftRecord",
]
