"""All that is shown is there in Chinese, and nothing is Chinese that can't be in English."""

from dangban.project import translations


def test_every_room_speaks_chinese_completely() -> None:
    faults = [str(fault) for fault in translations.check()]
    assert faults == []
