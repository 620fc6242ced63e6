"""Brings sessions, turns and clocks up to date with new lines of the log.

`one` knows everything that a line may set going, a thread at a time. `plain` does the same for many
threads together where the lines are nothing special, which nearly all of them are. A test drives
both through the same talk and compares the rows.
"""

from dangban.conversations.projector.one import as_spoken, project
from dangban.conversations.projector.plain import Plain

__all__ = ["Plain", "as_spoken", "project"]
