"""What couriers write, as whoever merely holds the link may read it: without names, phones, doors and pick-up codes. Pure."""

from __future__ import annotations

import re

from dangban.lib import masks

# 签收人：李明 · 收件人 王女士: what follows is a name, unless it says how it was signed for.
_NAMED = re.compile(r"((?:签收人|代收人|收件人|收货人|快递员|业务员|派件员)\s*(?:是|为)?\s*[:：\[【]\s*)([\u4e00-\u9fff·]{2,6}|[A-Za-z][A-Za-z .]{1,30})")
_HOW = ("本人", "他人", "家人", "同事", "门卫", "前台", "邻居", "物业", "保安", "代收", "驿站", "快递柜", "丰巢", "已签", "拒收")
_CODE = re.compile(r"((?:取件码|提货码|取货码|验证码)\s*(?:是|为)?\s*[:：\[【]?\s*)([A-Za-z0-9][A-Za-z0-9-]{1,19})")


def shielded(text: str, *, receiver: str, address: str) -> str:
    """The phone's end opens the text as the courier wrote it; before that this is shown."""
    for secret, instead in ((address.strip(), "***"), (receiver.strip(), masks.name(receiver))):
        if len(secret) > 1:
            text = text.replace(secret, instead)
    text = _NAMED.sub(lambda found: found[0] if found[2].startswith(_HOW) else found[1] + masks.name(found[2]), text)
    return masks.scrub(_CODE.sub(lambda found: found[1] + "*" * len(found[2]), text))
