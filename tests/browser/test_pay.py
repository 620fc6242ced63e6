"""A month from opening to closing by two people, and the payslip with its reasons on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dangban.lib.tables import read
from dangban.testing.browser import visit
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def house() -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.pay_stories:pay_story") as server:
        yield server


def test_a_month_is_paid_by_two_and_read_line_by_line(chromium: Any, house: LiveServer) -> None:
    told = house.told
    with visit(chromium, house.url, told["qian"]) as qian, visit(chromium, house.url, told["bao"]) as bao, visit(chromium, house.url, told["lin"]) as lin:
        qian.goto("/pay/months/")
        qian.locator("input[name=month]").fill(told["month"])
        qian.get_by_role("button", name="新建月份").click()
        qian.get_by_role("button", name="计算", exact=True).click()
        # Worked out beside the server; the page shows it by itself.
        check = qian.get_by_role("button", name="复核通过")
        check.wait_for(timeout=WAIT)
        check.click()
        qian.get_by_text("工资须经两人").wait_for(timeout=WAIT)
        month = qian.url

        bao.goto(month)
        bao.get_by_role("button", name="批准发放", exact=True).click()
        bao.locator(".badge", has_text="已批准发放").first.wait_for(timeout=WAIT)
        qian.goto(month)
        qian.get_by_role("button", name="已付款，结账").click()
        qian.locator(".badge", has_text="已结账").first.wait_for(timeout=WAIT)

        lin.set_viewport_size({"width": 390, "height": 844})
        lin.goto("/pay/")
        lin.get_by_role("link", name="逐项查看").click()
        base = lin.locator(".pay-line", has_text="底薪").first
        base.wait_for(timeout=WAIT)
        assert "¥3,000.00" in base.inner_text()
        base.locator(".because").click()
        lin.locator(".because-card:visible", has_text="pay.part_month").wait_for(timeout=WAIT)
        assert lin.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def quiet_house() -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.browser.pay_stories:pay_story") as server:
        yield server


def test_two_people_pay_a_month_without_a_mouse(chromium: Any, quiet_house: LiveServer, tmp_path: Path) -> None:
    told = quiet_house.told
    with visit(chromium, quiet_house.url, told["qian"]) as qian, visit(chromium, quiet_house.url, told["bao"]) as bao:
        qian.goto("/pay/months/")
        assert qian.locator("input[name=month]").input_value() == told["month"]
        press(qian, "button:has-text('新建月份')")
        press(qian, "button:text-is('计算')")
        qian.get_by_role("button", name="复核通过").wait_for(timeout=WAIT)
        press(qian, "button:has-text('复核通过')")
        qian.get_by_text("工资须经两人").wait_for(timeout=WAIT)

        bao.goto(qian.url)
        # No single key lets wages out or closes the month: neither can be taken back.
        bao.keyboard.press("n")
        bao.wait_for_timeout(300)
        press(bao, "button:text-is('批准发放')")
        bao.locator(".badge", has_text="已批准发放").first.wait_for(timeout=WAIT)
        paid = [fen_of(text) for text in bao.locator("tbody td[data-label='实发'] strong").all_inner_texts()]
        total = bao.locator(".stat", has_text="实发").locator(".stat__value").inner_text()

        qian.goto(qian.url)
        with qian.expect_download() as got:
            press(qian, "button:has-text('银行代发')")
        got.value.save_as(tmp_path / "bank.xlsx")
        rows = [row.cells for row in read((tmp_path / "bank.xlsx").read_bytes(), "bank.xlsx").rows()]
        amounts = [fen_of(cells[3]) for cells in rows]
        assert (len(amounts), sum(amounts), sum(amounts)) == (9, sum(paid), fen_of(total))
        assert {cells[2] for cells in rows} >= {"林小雨", "包国强"}

        qian.keyboard.press("n")
        qian.wait_for_timeout(300)
        press(qian, "button:has-text('已付款，结账')")
        qian.locator(".badge", has_text="已结账").first.wait_for(timeout=WAIT)


def to(page: Any, what: str) -> None:
    """Tab until the focus is there."""
    wanted = page.locator(what).first
    wanted.wait_for(timeout=WAIT)
    for _step in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{what} is not reached by the keyboard")


def press(page: Any, what: str) -> None:
    to(page, what)
    page.keyboard.press("Enter")


def fen_of(text: object) -> int:
    return round(Decimal(str(text).strip("¥ ").replace(",", "")) * 100)
