"""What a preset says of its own is found in the mapping from the source documents."""

import re
from pathlib import Path

import pytest

from dangban.handbook import loader
from dangban.handbook.shapes import discover

DOCS = Path(loader.PRESETS).parent / "docs" / "handbook.md"
MAPPED = ("taobao-shop", "growth-team", "brand-group", "cosmetics-shop", "returns-first")
RULE = re.compile(r"`([a-z]+(?:\.[a-z_]+)+)`")


def section(name: str) -> str:
    text = DOCS.read_text()
    return text.split(f"### `{name}`")[1].split("\n### ")[0]


@pytest.mark.parametrize("name", MAPPED)
def test_every_rule_of_its_own_is_mapped_to_its_passage(name):
    own = {path for path, record in loader.preset(name).records.items() if record.handbook == name}
    assert sorted(own - set(RULE.findall(section(name)))) == []


def test_the_mapping_says_of_each_passage_whether_anything_goes_by_it_yet():
    clauses = discover().clauses
    wrong = []
    for line in "\n".join(map(section, MAPPED)).splitlines():
        waits = [not clauses[path].applied for path in RULE.findall(line)]
        if not line.startswith("|") or not waits:
            continue
        said = "partly" if "partly waits" in line else "all" if "; waits" in line else "none"
        if said != ("all" if all(waits) else "partly" if any(waits) else "none"):
            wrong.append(line)
    assert wrong == []


def test_the_mapping_names_no_rule_that_does_not_exist():
    mapped = set(RULE.findall("".join(map(section, MAPPED))))
    assert sorted(mapped - discover().clauses.keys()) == []
