"""What waits at the desk: clocks, tasks, approvals, notices; the day and what it hands over; what was asked and noted."""

from dangban.desk.models.asking import DepartmentRequest, Incident, Question
from dangban.desk.models.days import DaySummary, DayTick, Handover, HandoverItem, WorkDay
from dangban.desk.models.tasks import Recurrence, TaskComment, TaskObjection, TaskStep
from dangban.desk.models.waiting import (
    Approval,
    ApprovalWord,
    Deadline,
    DeadlinePause,
    Delegation,
    Notice,
    NoticeReceipt,
    Snooze,
    StandIn,
    Task,
)

__all__ = [
    "Approval",
    "ApprovalWord",
    "DaySummary",
    "DayTick",
    "Deadline",
    "DeadlinePause",
    "Delegation",
    "DepartmentRequest",
    "Handover",
    "HandoverItem",
    "Incident",
    "Notice",
    "NoticeReceipt",
    "Question",
    "Recurrence",
    "Snooze",
    "StandIn",
    "Task",
    "TaskComment",
    "TaskObjection",
    "TaskStep",
    "WorkDay",
]
