"""All that is shown is there in Chinese, and nothing is Chinese that can't be in English."""

from pathlib import Path

from dangban.project import translations

ROOT = Path(__file__).parent.parent
# One thing, one word: what the department says, and what it must not be called besides.
ONE_WORD = {"小组": ("班组", "团队"), "您": ("你",)}


def test_every_room_speaks_chinese_completely() -> None:
    faults = [str(fault) for fault in translations.check()]
    assert faults == []


def test_one_thing_has_one_word_on_every_page_and_in_the_guide() -> None:
    texts = [*ROOT.glob("dangban/*/locale/zh_Hans/LC_MESSAGES/django.po"), ROOT / "README.zh-CN.md"]
    found = [
        f"{path.parent.parent.parent.parent.name}: {other}, not {word}"
        for path in texts
        for word, others in ONE_WORD.items()
        for other in others
        if other in path.read_text(encoding="utf-8")
    ]
    assert len(texts) > 10
    assert found == []
