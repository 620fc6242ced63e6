"""How templates write amounts, times and names."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template import engines
from django.utils import translation

from dangban.lib import clock
from dangban.project import jinja
from dangban.testing.cast import NOW, at


@pytest.fixture(autouse=True)
def _chinese_on_the_casts_thursday():  # type: ignore[no-untyped-def]
    with clock.frozen(NOW), translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        ("09:05", "09:05"),
        ("11-18 23:59", "昨天 23:59"),
        ("11-20 00:00", "明天 00:00"),
        ("11-03 14:05", "11-03 14:05"),
    ],
)
def test_times_are_said_as_people_do(instant: str, said: str) -> None:
    assert jinja.spoken_time(at(instant)) == said


def test_a_time_of_another_year_names_it() -> None:
    assert jinja.spoken_time(at("11-03 14:05") - timedelta(days=365)) == "2025-11-03 14:05"


def test_a_time_shows_the_second_on_hover() -> None:
    assert 'title="2026-11-19 09:05:00"' in jinja.when(at("09:05"))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 秒"), (59.9, "59 秒"), (200, "3 分 20 秒"), (7500, "2 小时 5 分"), (273600, "3 天 4 小时")],
)
def test_spans_are_said_in_their_two_largest_units(seconds: float, said: str) -> None:
    assert jinja.duration(seconds) == said


def test_missing_is_a_dash_and_not_zero() -> None:
    shown = [
        jinja.money_text(None),
        jinja.when(None),
        jinja.duration(None),
        jinja.percent(None, 4),
        jinja.percent(3, 0),
    ]
    assert shown == ["–"] * 5


def test_amounts_and_counts_have_thousands() -> None:
    assert [jinja.money_text(123450), jinja.number(12345), jinja.capped(1000), jinja.capped(999)] == [
        "¥1,234.50",
        "12,345",
        "1,000+",
        "999",
    ]


def test_what_people_type_is_shown_and_not_run() -> None:
    page = engines.all()[0].from_string("{{ _('Copy %(text)s', text=name) }} {{ name }}")
    assert (
        page.render({"name": "<script>𠮷</script>"})
        == "复制 &lt;script&gt;𠮷&lt;/script&gt; &lt;script&gt;𠮷&lt;/script&gt;"
    )


def test_a_misspelt_name_is_an_error_in_tests() -> None:
    with pytest.raises(Exception, match="nmae"):
        engines.all()[0].from_string("{{ nmae }}").render({"name": "x"})
