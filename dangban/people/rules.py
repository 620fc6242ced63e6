"""What the handbook says before somebody leaves. Pure."""

from __future__ import annotations

from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.people.clauses import LEAVING_HANDS_OVER


def leaving(open_work: int, is_named: bool, rules: Rules) -> Decision:
    """``may`` leave, or ``name_somebody`` first to whom the open work goes.

    Before any handbook is in force somebody must be named: nothing may be lost because nobody wrote the rule.
    """
    stated = rules.has(LEAVING_HANDS_OVER)
    must = rules[LEAVING_HANDS_OVER] if stated else True
    outcome = "name_somebody" if must and open_work and not is_named else "may"
    because = (rules.because(LEAVING_HANDS_OVER, open_work=open_work, is_named=is_named),) if stated else ()
    return Decision("people.leaving", outcome, because=because)
