"""Rules about customers who wait for goods: how long, how they are told, how long goods are kept for them."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, Duration, Field, Lines, Text, YesNo, declare, name_facts

WORDS = {
    "arrived": ("到货", "goods have arrived"),
    "lost": ("留好的货又没有了", "goods kept are gone again"),
    "expired": ("等到期限仍未到货", "nothing has arrived in time"),
}

WAIT_MOST = declare(
    "backorders.wait_most", Duration("days", minimum=1, maximum=365),
    "缺货登记最长等多少天；顾客没说等到哪天时也按这个", "How many days a customer's name stays on the register, at most and where none is agreed",
)
TELL_WITHIN = declare(
    "backorders.tell_within", Duration("minutes", minimum=5, maximum=2880),
    "到货后多少工作时间内必须联系上顾客", "How much duty time there is to reach the customer once the goods are there",
)
KEEP_GOODS = declare(
    "backorders.keep_goods", Duration("hours", minimum=1, maximum=720),
    "到货后为顾客留货多久", "How long goods that have arrived are kept for the customer",
)
OFFLINE_BY_PHONE = declare(
    "backorders.offline_by_phone", YesNo(),
    "顾客不在线时，留言是否不算联系上，须电话、短信或微信联系",
    "Whether a line left for a customer who is off-line is no contact, so that they must be called",
)
WORDINGS = declare(
    "backorders.wordings",
    Lines(
        {
            "kind": Field(Choice(WORDS), "用途", "purpose"),
            "text": Field(Text(longest=400), "话术，可用 {顾客} {商品} {件数} {留到} {店铺}", "words, with {customer} {goods} {pieces} {until} {shop}"),
        }
    ),
    "到货、又缺货、登记到期时发给顾客的话", "What customers who wait are told when goods arrive, are gone again, or have not come in time",
)
CHOICES = {
    "exchange": ("换款", "exchange for another style"),
    "wait": ("等货", "wait"),
    "refund": ("退款", "refund"),
    "compensation": ("补偿", "compensation"),
}

name_facts(
    {
        "wait_until": ("等到", "waits until"),
        "ready_at": ("备齐时间", "goods ready since"),
        "way": ("联系方式", "way of contact"),
        "answered": ("顾客已回应", "the customer answered"),
        "paid_fen": ("实付", "paid"),
        "shift_ends": ("下班时间", "end of the shift"),
    }
)
