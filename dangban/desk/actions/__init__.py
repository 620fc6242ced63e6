"""What is done at the desk: clocks started and met, things noted, passed on, approved, made known."""

from dangban.desk.actions.approvals import ask_approval, settle_approval
from dangban.desk.actions.deadlines import (
    cancel_deadlines,
    meet_deadline,
    pause_deadline,
    reassign_deadline,
    refresh_duty_deadlines,
    rename_deadline,
    resume_deadline,
    ring,
    start_deadline,
)
from dangban.desk.actions.inbox import delegate, end_snooze, snooze
from dangban.desk.actions.many import Clock, meet_deadlines, start_deadlines
from dangban.desk.actions.notices import notify, read_notice, remind_readers, withdraw_notice, write_notice
from dangban.desk.actions.tasks import finish_task, reopen_task, settle_tasks, unsettle_tasks, write_task

__all__ = [
    "Clock",
    "ask_approval",
    "cancel_deadlines",
    "delegate",
    "end_snooze",
    "finish_task",
    "meet_deadline",
    "meet_deadlines",
    "notify",
    "pause_deadline",
    "read_notice",
    "reassign_deadline",
    "refresh_duty_deadlines",
    "remind_readers",
    "rename_deadline",
    "reopen_task",
    "resume_deadline",
    "ring",
    "settle_approval",
    "settle_tasks",
    "snooze",
    "start_deadline",
    "start_deadlines",
    "unsettle_tasks",
    "withdraw_notice",
    "write_notice",
    "write_task",
]
