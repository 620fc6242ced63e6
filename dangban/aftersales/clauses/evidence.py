"""What is to be shown, from when the time for it runs, and what happens without it."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, Field, Lines, ListOf, declare, name_facts

name_facts(
    {
        "photos_at": ("上传时间", "Photos sent"), "evidence_until": ("举证截止", "Evidence until"),
        "evidence": ("要提供的凭证", "To be shown"), "loss_confirmed": ("快递确认丢失", "Loss confirmed by the courier"),
    },
    {
        "weights": ("称重", "weights"), "loss_confirmed": ("快递确认丢失", "the loss confirmed"), "photos": ("图片", "photos"),
        "courier_proof": ("派件员证明", "the courier's written word"),
    },
)  # fmt: skip

EVIDENCE_NEEDED = declare(
    "aftersales.evidence_needed",
    Lines(
        {
            "about": Field(
                Choice(
                    quality=("质量问题", "quality"), described=("与描述不符", "not as described"), wrong=("发错货", "wrong goods"),
                    missing=("少发漏发", "missing goods"), damaged=("签收前破损", "damage before signing"),
                    damaged_signed=("签收后破损", "damage found after signing"),
                ),
                "原因", "reason",
            ),
            "show": Field(
                ListOf(
                    Choice(
                        photos=("问题图片", "photos"), weights=("包裹、清单和货品称重", "weights of box, slip and goods"),
                        courier_proof=("派件员证明", "the courier's written word"),
                    )
                ),
                "凭证", "evidence",
            ),
        }
    ),
    "各种原因要顾客提供什么凭证", "What the customer has to show for which reason",
)  # fmt: skip
EVIDENCE_FROM = declare(
    "aftersales.evidence_from",
    Choice(asked=("我方提出要求时", "when we ask for it"), signed=("签收时", "signing")),
    "上传图片的时限从何时算起", "From when the time for photos runs",
)
NO_EVIDENCE = declare(
    "aftersales.no_evidence",
    Choice(
        check=("寄回检验后再定", "decide after the goods were sent back and checked"),
        ask=("再提醒一次", "remind once more"), close=("按无凭证结束", "close without evidence"),
    ),
    "到期仍没有图片时怎么办", "What happens when no photos came in time",
    exception=("客服主管", "the supervisor"),
)  # fmt: skip
NOTHING_WRONG = declare(
    "aftersales.nothing_wrong",
    Choice(charge=("寄回原件，双程运费由顾客承担", "sent back, both ways at the customer's cost"), talk=("与顾客再沟通", "talked over with the customer again")),
    "退回检验没有发现问题时怎么办", "What happens when the goods that came back show no fault",
)
