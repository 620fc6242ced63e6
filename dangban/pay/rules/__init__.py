"""A month's payslip from facts. Pure: neither database nor clock."""

from dangban.pay.rules.facts import Facts, Line, Slip, Warned
from dangban.pay.rules.slip import slip

__all__ = ["Facts", "Line", "Slip", "Warned", "slip"]
