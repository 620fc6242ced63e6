"""A dealer's return from the application to goods that were reworked and lie in stock again, and the settled note."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from PIL import Image

from dangban.testing.browser import chromium, visit  # noqa: F401  a fixture
from dangban.testing.live import LiveServer
from tests.browser.acts import WAIT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def works(chromium: Any) -> Iterator[LiveServer]:  # noqa: F811
    with LiveServer.start(story="tests.browser.dealer_stories:dealer_story") as server:
        yield server


def photo() -> dict[str, Any]:
    made = io.BytesIO()
    Image.new("RGB", (1200, 900), "#884422").save(made, "JPEG")
    return {"name": "拉链.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def press(page: Any, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def test_a_dealer_return_is_released_counted_reworked_and_settled(chromium: Any, works: LiveServer) -> None:  # noqa: F811
    with ExitStack() as opened:
        lin, zhou, qian, bao, ding = (opened.enter_context(visit(chromium, works.url, works.told[name])) for name in ("lin", "zhou", "qian", "bao", "ding"))
        # Applied for by keyboard, with a photo.
        lin.goto("/dealers/")
        lin.locator("body").press("n")
        lin.locator("select[name=dealer]").select_option(label="绍兴孙记家纺")
        lin.locator("input[name=received_on]").fill(works.told["today"])
        lin.locator("textarea[name=words]").fill("十二条被套拉链脱齿")
        for name, value in (("sku-0", "nf-blue"), ("quantity-0", "12"), ("price-0", "128"), ("fault-0", "拉链脱齿")):
            lin.locator(f"input[name={name}]").fill(value)
        lin.locator("input[name=photos]").set_input_files([photo()])
        press(lin, "提交申请")
        lin.locator("#dealer-return", has_text="待判定").wait_for(timeout=WAIT)
        assert lin.locator(".dealer-photos img").count() == 1
        address = lin.url.removeprefix(works.url)

        # What nobody released is turned away.
        ding.goto("/dealers/gate/")
        number = lin.locator("h1").inner_text().split()[0]
        ding.locator("input[name=number]").fill(number)
        press(ding, "货到了")
        ding.locator("#dealer-gate", has_text="尚未核准").wait_for(timeout=WAIT)

        # Judged, and signed for by two others; the page of the agent follows.
        zhou.goto(address)
        zhou.locator("input[name=judged][value=return]").check()
        zhou.locator("form[action$='/judgement/'] textarea").fill("拉链批次不良")
        press(zhou, "提交判定")
        lin.locator("#dealer-return", has_text="待会签").wait_for(timeout=WAIT)
        for signer in (qian, bao):
            signer.goto("/approvals/")
            press(signer, "同意")
            signer.locator("#approvals-list .empty").wait_for(timeout=WAIT)
        lin.locator("#dealer-return", has_text="待通知经销商").wait_for(timeout=WAIT)

        # Told, sent, let in, counted by four.
        lin.goto(address)
        lin.locator("form[action$='/telling/'] textarea").fill("请寄主仓")
        press(lin, "已通知")
        lin.locator("form[action$='/sending/'] input[name=courier]").fill("德邦")
        lin.locator("form[action$='/sending/'] input[name=number]").fill("dpk 001")
        press(lin, "经销商已发货")
        lin.locator("#dealer-return", has_text="在途").wait_for(timeout=WAIT)
        ding.goto("/dealers/gate/")
        ding.locator("input[name=number]").fill("DPK001")
        press(ding, "货到了")
        ding.locator("#dealer-return", has_text="待清点").wait_for(timeout=WAIT)
        ding.locator("input[name^=counted-]").fill("12")
        press(ding, "登记清点数")
        for who in (ding, lin, zhou, qian):
            who.goto(address)
            press(who, "签清点表")
            who.locator("#dealer-return").wait_for(timeout=WAIT)

        # Inspected, to the workshop and back.
        zhou.goto(address)
        zhou.locator("select[name^=cause-]").first.select_option("purchasing")
        zhou.locator("select[name^=disposal-]").first.select_option("rework")
        zhou.locator("input[name^=plan-]").first.fill("换拉链")
        press(zhou, "提交检验报告")
        zhou.locator("#dealer-return", has_text="处置中").wait_for(timeout=WAIT)
        ding.goto(address)
        press(ding, "开返修单")
        ding.locator("#dealer-return a", has_text="FX").first.click()
        press(ding, "车间已领料")
        ding.locator("input[name=labour]").fill("60")
        press(ding, "车间已完成")
        ding.locator("#rework-card", has_text="待复检").wait_for(timeout=WAIT)
        lin.goto(address)
        zhou.goto(ding.url.removeprefix(works.url))
        press(zhou, "合格的入库")
        zhou.locator("#rework-card", has_text="入库 12 件").wait_for(timeout=WAIT)
        lin.locator("#dealer-return", has_text="待结算").wait_for(timeout=WAIT)

        # Settled to the cent and closed.
        qian.goto(address)
        qian.locator("input[name=dispatch]").fill("35.5")
        press(qian, "开结算单")
        qian.locator("#dealer-return", has_text="¥1,536.00").wait_for(timeout=WAIT)
        assert "采购部承担" in qian.locator("#dealer-return").inner_text()
        assert "¥95.50" in qian.locator("#dealer-return").inner_text()
        lin.goto(address)
        lin.locator("form[action$='/closing/'] textarea").fill("孙立已确认")
        press(lin, "已告知经销商，结案")
        lin.locator("#dealer-return", has_text="已结案").wait_for(timeout=WAIT)
        with lin.expect_popup() as popup:
            lin.get_by_role("link", name="检验报告").click()
        assert popup.value is not None
