"""Whose consent which amount takes."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, Field, Lines, Money, declare, name_facts

name_facts({"amount": ("金额", "Amount"), "who": ("谁批", "Who agrees")})

APPROVAL_LIMITS = declare(
    "aftersales.approval_limits",
    Lines(
        {
            "who": Field(
                Choice(
                    agent=("客服", "the agent"), leader=("组长", "the leader"), supervisor=("主管", "the supervisor"), manager=("经理", "the manager"),
                ),
                "谁", "who",
            ),
            "refund": Field(Money(), "退款", "refund"),
            "compensation": Field(Money(), "补偿", "compensation"),
        },
        least=1,
    ),
    "谁能批多少退款和补偿", "Who may agree to how much refund and compensation",
)  # fmt: skip
TWO_PERSONS_ABOVE = declare(
    "aftersales.two_persons_above", Money(),
    "超过多少的付款须两人经手", "Above which amount a payment takes two people",
)
