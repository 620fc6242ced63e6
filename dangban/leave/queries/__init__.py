"""Reads of leave: who is away, what is left, what it costs."""

from dangban.leave.queries.away import LeaveDay, away, on_leave
from dangban.leave.queries.balances import Balance, annual_unused_of, balance_left, balances, balances_of
from dangban.leave.queries.money import Line, rest_pay, unpaid
from dangban.leave.queries.rest import (
    RestDays,
    employed_days,
    private_of_year,
    private_of_year_of,
    rest_days,
    rest_days_of,
)
from dangban.leave.rules.balances import NOTHING

__all__ = [
    "NOTHING",
    "Balance",
    "LeaveDay",
    "Line",
    "RestDays",
    "annual_unused_of",
    "away",
    "balance_left",
    "balances",
    "balances_of",
    "employed_days",
    "on_leave",
    "private_of_year",
    "private_of_year_of",
    "rest_days",
    "rest_days_of",
    "rest_pay",
    "unpaid",
]
