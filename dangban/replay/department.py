"""The small department that a replay on a scratch database plays in, and what its own books say afterwards.

    python -m dangban.replay.department open --agents 8     # prints how to get in
    python -m dangban.replay.department books                # prints the log
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

if __name__ == "__main__":
    import django

    django.setup()

from dangban.chat.models import Message
from dangban.handbook import actions as handbook
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people import actions as people
from dangban.people.actions.staff import first_password
from dangban.people.models import Role, Skill, Team
from dangban.replay.figures import Seen
from dangban.shops import actions as shops
from dangban.workforce.models import DutyPeriod

KEY = "replay"
EACH_SERVES = 60


def open_department(agents: int, *, at: datetime) -> dict[str, Any]:
    """One shop and one team with so many agents on duty."""
    handbook.adopt_preset("default", at=at)
    people.add_default_roles(by=SYSTEM, at=at)
    shop = shops.open_shop(KEY, "回放试验店", "own", by=SYSTEM, at=at)
    shops.change_profile(shop, {"opens": time(0), "closes": time(0)}, by=SYSTEM, at=at)
    service = people.add_department("service", "客服部", by=SYSTEM, at=at)
    team = people.add_team(KEY, "回放组", service, by=SYSTEM, at=at)
    people.assign_shops(team, [shop], by=SYSTEM, at=at)
    log_ins = [_agent(number, team, at) for number in range(1, agents + 1)]
    return {"shops": [KEY], "log_ins": log_ins}


def _agent(number: int, team: Team, at: datetime) -> tuple[str, str]:
    password = first_password()
    person, _password = people.hire(f"agent{number}", f"客服{number}", by=SYSTEM, at=at, password=password)
    people.join_team(person, team, by=SYSTEM, at=at)
    people.grant_role(person, Role.objects.get(code="agent"), by=SYSTEM, at=at, team=team)
    people.set_skills(person, Skill.Kind.STAGE, ("presale", "aftersale"), by=SYSTEM, at=at)
    people.change_person(person, {"chat_capacity": EACH_SERVES}, by=SYSTEM, at=at)
    day = clock.local(at).date()
    span = (at - timedelta(hours=1), at + timedelta(hours=12))
    DutyPeriod.objects.create(person=person, team=team, day=day, name="回放", starts_at=span[0], ends_at=span[1])
    return person.username, password


def books() -> dict[str, Any]:
    """Every line in the log, by thread."""
    log: dict[int, list[dict[str, Any]]] = {}
    for row in Message.objects.filter(thread__shop__code=KEY, internal=False).order_by("thread_id", "seq"):
        line = Seen(row.seq, row.author, row.author_id, row.kind, clock.to_ms(row.at), row.client_id, row.body)
        log.setdefault(row.thread_id, []).append(asdict(line))
    return {"log": log}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("act", choices=("open", "books"))
    parser.add_argument("--agents", type=int, default=8)
    options = parser.parse_args()
    now = clock.now()
    told = open_department(options.agents, at=now) if options.act == "open" else books()
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
