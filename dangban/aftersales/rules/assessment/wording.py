"""Kind words for the customer, in both languages, and what may be offered instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dangban.handbook.shapes import Words
from dangban.lib import days

from .facts import CONDITIONS, Facts
from .results import BEARERS, EVIDENCE, PAID_BACK, Assessment

# The weightiest first: what is told to the customer, and what a supervisor looks at.
REFUSALS: dict[str, Words] = {
    "not_ours": Words("这件商品不是在我们店铺购买的，我们没有办法为您受理", "This item was not bought in our shop, so we are not able to take the case on"),
    "gift_claim": Words("这次反馈的是赠品，赠品不在售后范围内", "This is about a gift that came with the goods, and gifts are outside after-sales service"),
    "misused": Words("这个问题是使用或保管时造成的，不在退换范围内", "The damage came about in use or storage, which returns do not cover"),
    "excluded": Words("这款商品属于{zh}，不适用无理由退货", "These are {en}, which the return without a reason does not cover"),
    "nothing_wrong": Words("退回的商品经过检验没有发现问题，我们会把原件寄回给您", "We have looked at the goods carefully and found no fault; we are sending them back to you"),
    "window": Words("包裹签收后的 {zh}退换期已经过了", "The {en} for returns after signing are over"),
    "late_fault": Words("商品已经超过了质量问题的退换期限", "The time for returning or exchanging faulty goods is over"),
    "missing_late": Words("少货需要在签收后 {zh}内告诉我们，现在已经超过了这个时间", "Missing goods have to be reported within {en} of signing, and that time is over"),
    "reported_late": Words("运输问题需要在收货后 {zh}内拍照反馈，现在已经超过了这个时间", "Damage on the way has to be reported with photos within {en}, and that time is over"),
    "damage_signed": Words("破损是签收之后才发现的，按约定签收后由收件人承担", "The damage was found after signing, from when on the recipient bears it"),
    "exchanged": Words("这件商品已经换过 {zh}了，非质量问题不能再次退换", "This item has been exchanged {en} times already; without a fault it can't be exchanged again"),
    "condition": Words("商品{zh}，不能再次销售，没有办法退换", "The goods can't be sold again ({en}), so we are not able to take them back"),
    "gift": Words("这笔订单的赠品没有齐全退回，暂时没有办法退货", "The gift that belongs to this order has not come back complete, so the return can't go on yet"),
    "no_evidence": Words("到期没有收到问题图片，我们没有办法核实", "No photos of the problem have come in time, so we can't verify it"),
    "collect": Words("我们不接收这家快递的到付件，到付的包裹会被仓库拒收", "We don't accept parcels of this courier with the freight to be paid on arrival"),
    "surface": Words("我们不接收平邮、快邮，包裹无法跟踪", "We don't accept surface mail, which can't be followed on its way"),
}
WEIGHT = tuple(REFUSALS)

# code: what the agent reads, what the customer is told (empty: it is not for the customer).
ALTERNATIVES: dict[str, tuple[Words, Words]] = {
    "exception": (Words("向主管申请破例", "ask the supervisor for an exception"), Words("", "")),
    "help": (Words("使用指导", "help with using it"), Words("我们可以指导您使用和保养", "we will gladly help you with using and caring for it")),
    "coupon": (Words("送优惠券", "a coupon"), Words("可以为您申请一张下次使用的优惠券", "we can ask for a coupon for your next order")),
    "paid_repair": (Words("有偿维修", "repair against payment"), Words("可以为您安排有偿维修", "we can arrange a repair at cost")),
    "show_fault": (Words("有质量问题请顾客发图片", "photos, if there is a fault"), Words("如果有质量问题，请把图片发给我们，我们马上为您核实", "if there is a fault, please send us photos and we will look into it at once")),
    "stub": (Words("核查底单重量", "check the weight on the stub"), Words("我们会帮您核查发货底单的重量", "we will check the weight on the dispatch stub for you")),
    "claim": (Words("协助向快递索赔", "help with a claim on the courier"), Words("我们可以协助您向快递公司索赔", "we can help you with a claim on the courier")),
    "own_shop": (Words("联系购买的店铺", "the shop where it was bought"), Words("请联系购买时的店铺，需要资料我们可以提供", "please turn to the shop where it was bought; we are glad to provide what they need")),
    "return_gift": (Words("赠品一并退回", "send the gift along"), Words("把赠品一并退回就可以继续办理", "once the gift is sent along, the return goes on")),
    "prepaid": (Words("寄付后再寄", "send it prepaid"), Words("请您先寄付，该我们承担的运费会退还给您", "please send it prepaid; freight that is ours is paid back")),
    "express": (Words("改用快递或 EMS", "use a courier or EMS"), Words("请改用快递或 EMS 寄回", "please use a courier or EMS")),
    "talk": (Words("再与顾客沟通", "talk with the customer again"), Words("有任何疑问我们随时为您解释", "we are happy to explain what we found")),
    "show": (Words("补充凭证", "show what is missing"), Words("补充图片后我们马上为您处理", "as soon as the photos are here we go on at once")),
    "after_return": (Words("收到退货后再换发", "send it when the goods are back"), Words("收到退货后第一时间为您换发", "the replacement leaves as soon as the goods are here")),
}
INSTEAD: dict[str, tuple[str, ...]] = {
    "not_ours": ("own_shop", "help"),
    "gift_claim": ("coupon",),
    "misused": ("paid_repair", "help"),
    "excluded": ("show_fault",),
    "nothing_wrong": ("talk", "help"),
    "window": ("show_fault", "coupon", "help"),
    "late_fault": ("paid_repair", "coupon"),
    "missing_late": ("stub", "coupon"),
    "reported_late": ("claim",),
    "damage_signed": ("claim", "coupon"),
    "exchanged": ("show_fault", "coupon"),
    "condition": ("show_fault", "coupon"),
    "gift": ("return_gift",),
    "no_evidence": ("show",),
    "collect": ("prepaid",),
    "surface": ("express",),
}
APPROVALS: dict[str, Words] = {
    "late_fault": Words("过期的质量问题退换", "a return of goods whose fault was found late"),
    "worn_fault": Words("穿用后的质量问题退换", "a return of goods whose fault was found in use"),
    "other_remedy": Words("规定以外的处理方式", "a remedy outside the rules"),
    "beyond_cap": Words("补偿超过上限", "compensation beyond its limit"),
    "ship_first": Words("先换后退", "a replacement before the return"),
    "amount": Words("付款金额", "the amount"),
    "two_persons": Words("两人经手付款", "a payment by two people"),
}
AUTHORITIES: dict[str, Words] = {
    "agent": Words("客服", "the agent"),
    "leader": Words("组长", "the leader"),
    "supervisor": Words("主管", "the supervisor"),
    "manager": Words("经理", "the manager"),
    "finance": Words("财务", "finance"),
}
DEDUCTIONS: dict[str, Words] = {"gift": Words("未退回的赠品", "the gift that did not come back"), **CONDITIONS}
OPENING = Words("非常理解您的心情，给您添麻烦了。", "We understand how you feel, and are sorry for the trouble. ")
CLOSING = Words("感谢您的理解。", "Thank you for your understanding.")
PROMISES: dict[str, Words] = {
    "refund": Words("您的退款申请我们已经受理", "We have accepted your request for a refund"),
    "return": Words("您的退货申请我们已经受理", "We have accepted your return"),
    "exchange": Words("您的换货申请我们已经受理", "We have accepted your exchange"),
    "reship": Words("我们会尽快为您补发", "We will send it again as soon as we can"),
    "adjust": Words("您的补偿申请我们已经受理", "We have accepted your request for compensation"),
    "repair": Words("我们会为您安排维修", "We will arrange the repair"),
}


def instead_of(refusals: Sequence[str], *, may_be_lifted: bool) -> tuple[str, ...]:
    """What is still open to somebody who was refused; the way to the supervisor comes last."""
    codes = [code for refusal in refusals for code in INSTEAD[refusal]]
    return tuple(dict.fromkeys((*codes, "exception") if may_be_lifted else codes))


def refused(refusals: Sequence[str], about: Mapping[str, Words]) -> Words:
    """No, kindly: why, and what we can do all the same."""
    why = [_filled(REFUSALS[code], about.get(code, Words("", ""))) for code in refusals]
    open_to = [ALTERNATIVES[code][1] for code in instead_of(refusals, may_be_lifted=False)]
    zh = OPENING.zh + "；".join(one.zh for one in why) + "。"
    en = OPENING.en + "; ".join(one.en for one in why) + ". "
    if open_to:
        zh += "不过" + "，".join(one.zh for one in open_to) + "。"
        en += "Still, " + "; ".join(one.en for one in open_to) + ". "
    return Words(zh + CLOSING.zh, en + CLOSING.en)


def promised(facts: Facts, judged: Assessment) -> Words:
    """What happens next and by when."""
    if judged.outcome == "evidence":
        return _asking(judged)
    if judged.outcome == "approval":
        return Words("您的要求我已经提交主管，有结果会第一时间告诉您。", "I have put your request to our supervisor and will tell you as soon as there is an answer.")
    said = [PROMISES.get(facts.wanted, PROMISES["refund"])]
    if judged.return_until is not None:
        said.append(
            Words(f"请在{days.in_chinese(judged.return_until)}前寄回并填写快递单号", f"please send the goods and enter the tracking number by {days.in_english(judged.return_until)}")
        )
        said.append(_way_back(judged))
    if judged.check_first:
        said.append(Words("收到后我们检验核实，再为您办理", "once they are here we look at them and go on"))
    if judged.refund_until is not None:
        said.append(Words(f"款项会在{days.in_chinese(judged.refund_until)}前退还给您", f"the money will be returned by {days.in_english(judged.refund_until)}"))
    said = [one for one in said if one]
    return Words("，".join(one.zh for one in said) + "。", "; ".join(one.en for one in said) + ".")


def _way_back(judged: Assessment) -> Words:
    back = [leg for leg in judged.freight if leg.leg == "back"]
    if not back:
        return Words("", "")
    leg = next((one for one in back if one.borne_by != "insurance"), back[0])
    if leg.borne_by == "seller" and leg.advanced_by == "buyer":
        how, fen = PAID_BACK[leg.paid_back_how], f"{leg.fen / 100:.2f}"
        if any(one.borne_by == "buyer" for one in back):
            return Words(f"退回运费请您先垫付，{fen} 元以内由我们承担（{how.zh}）", f"please pay the freight first; up to ¥{fen} of it is ours ({how.en})")
        return Words(f"退回运费请您先垫付，由我们承担（{how.zh}）", f"please pay the freight first; it is ours ({how.en})")
    who = BEARERS[leg.borne_by]
    return Words(f"退回运费由{'您' if leg.borne_by == 'buyer' else who.zh}承担", f"the return freight is {'yours' if leg.borne_by == 'buyer' else 'ours'}")


def _asking(judged: Assessment) -> Words:
    if judged.evidence == ("loss_confirmed",):
        return Words("我们正在和快递核实包裹的下落，确认后马上为您补发或退款。", "We are finding out from the courier where the parcel is, and then send it again or refund it at once.")
    wanted = [EVIDENCE[what] for what in judged.evidence]
    zh = "麻烦您提供" + "、".join(one.zh for one in wanted)
    en = "Could you please send us " + ", ".join(one.en for one in wanted)
    if judged.evidence_until is not None:
        zh = f"麻烦您在{days.in_chinese(judged.evidence_until)}前提供" + "、".join(one.zh for one in wanted)
        en += f" by {days.in_english(judged.evidence_until)}"
    return Words(zh + "，我们核实后马上为您处理。", en + "; we will go on as soon as we have looked at it.")


def _filled(template: Words, about: Words) -> Words:
    return Words(template.zh.replace("{zh}", about.zh), template.en.replace("{en}", about.en))
