"""What a dispute before the platform needs, and how long proof is kept."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, Field, Lines, ListOf, Number, at_least, declare

# What proves something to a platform.
MATERIALS = {
    "purchase": ("进货凭证", "proof of purchase"), "authorisation": ("品牌授权", "brand authorisation"), "chat": ("聊天记录", "chat record"),
    "photos": ("图片", "photos"), "weight": ("称重记录", "weight record"), "signed": ("签收证明", "proof of signing"), "stub": ("快递底单", "courier's stub"),
}  # fmt: skip

DISPUTE_MATERIALS = declare(
    "aftersales.dispute_materials",
    Lines(
        {
            "about": Field(
                Choice(
                    fake=("假货", "counterfeit"), quality=("质量", "quality"), not_received=("未收到", "not received"),
                    missing=("少件", "missing goods"), surplus=("多发", "too much sent"), refund=("退款", "refund"),
                ),
                "纠纷", "dispute",
            ),
            "materials": Field(
                ListOf(Choice(MATERIALS)),
                "申诉材料", "materials",
            ),
        }
    ),
    "各类纠纷申诉要准备哪些材料", "Which materials an appeal in each kind of dispute needs",
)  # fmt: skip
PROOF_KEPT = declare(
    "aftersales.proof_kept", Number("months", minimum=1, maximum=240),
    "售后凭证保存几个月", "For how many months the evidence of a case is kept",
    bound=at_least(
        36, source="law: 电子商务法 §31",
        says=("交易信息自完成之日起保存不少于三年", "Records of a trade are kept for at least three years after its end"),
    ),
)
