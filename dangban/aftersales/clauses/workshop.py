"""Rules about rework: how long each part of it takes, and how closely goods are looked at again."""

from __future__ import annotations

from dangban.handbook.shapes import Duration, Share, declare, name_facts

name_facts({"reworked": ("返修件数", "Reworked pieces"), "sampled": ("抽检件数", "Pieces looked at"), "failed": ("不合格件数", "Pieces that failed")})

ISSUE_WITHIN = declare(
    "workshop.issue_within", Duration("days", minimum=1, maximum=60),
    "返修单开出后几天内发料到车间", "Within how many days after it was ordered the goods of a rework are handed to the workshop",
)
FINISH_WITHIN = declare(
    "workshop.finish_within", Duration("days", minimum=1, maximum=180),
    "车间领料后几天内完成返修", "Within how many days the workshop finishes a rework",
)
CHECK_WITHIN = declare(
    "workshop.check_within", Duration("days", minimum=1, maximum=60),
    "返修完成后几天内复检", "Within how many days reworked goods are looked at again",
)
SAMPLE = declare(
    "workshop.sample", Share(minimum=1),
    "返修品复检的抽检比例（加严）", "What share of reworked goods is looked at again before they may leave",
)
