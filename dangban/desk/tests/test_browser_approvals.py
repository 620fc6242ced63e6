"""A leader goes through what waits for an answer without a mouse, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dangban.desk import actions
from dangban.desk.models import Approval
from dangban.lib import clock
from dangban.testing.browser import chromium, served, signed_in, visit, wait_until
from dangban.testing.cast import NOW, Cast
from dangban.testing.handbooks import adopt_with

pytestmark = pytest.mark.browser

__all__ = ["chromium"]

@pytest.fixture(scope="module")
def desk(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, Cast]]:
    with served(django_db_blocker) as address, clock.frozen(NOW):
        cast = Cast()
        adopt_with({})
        yield address, cast


# The mark of this test makes the tables that the others share.
@pytest.mark.django_db
def test_nothing_is_asked_yet() -> None:
    assert Approval.objects.count() == 0


@pytest.fixture
def asked(desk: tuple[str, Cast]) -> list[Approval]:
    """Four of others, one of the leader's own; oldest first."""
    cast = desk[1]
    Approval.objects.filter(settled_at=None).update(settled_at=NOW, granted=False)
    who = {"多送赠品": cast.lin, "优惠 8 元": cast.mei, "补寄一件": cast.lin, "自己调休": cast.zhou, "换小一号": cast.mei}
    return [
        actions.ask_exception(title, "顾客急着要", by=by, shop=cast.shop, at=NOW) for title, by in who.items()
    ]


@pytest.fixture
def zhou(desk: tuple[str, Cast], chromium: Any, asked: list[Approval]) -> Iterator[Any]:
    address, cast = desk
    with visit(chromium, address, signed_in(cast.zhou)) as page:
        page.goto("/approvals/")
        page.wait_for_selector("[data-row] [data-key=y][aria-keyshortcuts]")
        yield page


def in_hand(page: Any, title: str) -> None:
    """The request whose title has the focus."""
    wait_until(page, f"document.activeElement.matches('[data-row] a') && document.activeElement.textContent === '{title}'")


def on(page: Any, button: str) -> None:
    wait_until(page, f"document.activeElement.matches('button') && document.activeElement.textContent === '{button}'")


def told(page: Any, words: str) -> None:
    page.locator("#messages .toast", has_text=words).wait_for()


def answers(asked: list[Approval]) -> list[tuple[bool | None, str]]:
    return list(Approval.objects.filter(pk__in=[one.pk for one in asked]).order_by("pk").values_list("granted", "answer"))


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_five_requests_are_gone_through_by_keyboard(zhou: Any, desk: tuple[str, Cast], asked: list[Approval]) -> None:
    # Granted: one key leads to the button, Enter decides, and the next is in hand.
    press(zhou, "j")
    in_hand(zhou, "多送赠品")
    press(zhou, "y")
    on(zhou, "同意")
    press(zhou, "Enter")
    told(zhou, "同意了：多送赠品 · 还有 3 条待审批")
    in_hand(zhou, "优惠 8 元")
    # Refused: the key leads to the reason, Enter goes on to the button, Enter decides.
    press(zhou, "x")
    wait_until(zhou, "document.activeElement.name === 'answer'")
    zhou.keyboard.type("已经打过折")
    press(zhou, "Enter")
    on(zhou, "拒绝")
    assert Approval.objects.get(pk=asked[1].pk).settled_at is None
    press(zhou, "Enter")
    told(zhou, "拒绝了：优惠 8 元 · 还有 2 条待审批")
    in_hand(zhou, "补寄一件")
    # Answered by a colleague meanwhile: said so, and gone.
    actions.settle_approval(asked[2], True, answer="补吧", by=desk[1].bao, at=NOW)
    press(zhou, "y", "Enter")
    told(zhou, "补寄一件 · 包国强 已经处理了")
    in_hand(zhou, "换小一号")
    # Asked back: it stays, with the question, and is granted afterwards.
    press(zhou, "a")
    zhou.keyboard.type("要什么颜色？")
    press(zhou, "Enter", "Enter")
    zhou.locator(".desk-word", has_text="要什么颜色？").wait_for()
    on(zhou, "追问")
    press(zhou, "y", "Enter")
    told(zhou, "同意了：换小一号")
    # The last is gone: the focus is with the list that says so. One's own never stood in it, and can't be granted.
    wait_until(zhou, "document.activeElement.id === 'approvals-list'")
    assert "没有等您批的" in zhou.inner_text("#approvals-list")
    zhou.goto("/approvals/?which=asked")
    press(zhou, "j")
    in_hand(zhou, "自己调休")
    press(zhou, "Enter")
    zhou.wait_for_url(f"**/approvals/{asked[3].pk}/")
    press(zhou, "y", "Enter")
    assert answers(asked) == [(True, ""), (False, "已经打过折"), (True, "补吧"), (None, ""), (True, "")]


def test_no_key_decides_without_a_request_in_hand_nor_twice(zhou: Any, asked: list[Approval]) -> None:
    # Nothing in hand: the key only leads to the first.
    press(zhou, "y")
    in_hand(zhou, "多送赠品")
    # A refusal without a reason goes nowhere but into the field.
    zhou.locator("[data-row] [data-key=x]").first.click()
    wait_until(zhou, "document.activeElement.name === 'answer' && !document.activeElement.checkValidity()")
    # An Enter that is held down does not run on into the decision.
    zhou.keyboard.type("没有了")
    press(zhou, "Escape", "Tab", "Shift+Tab")
    zhou.locator("[data-row] a").first.focus()
    press(zhou, "x")
    on(zhou, "拒绝")
    zhou.evaluate("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', repeat: true, bubbles: true, cancelable: true}))")
    assert answers(asked) == [(None, "")] * 5


def test_the_help_names_the_keys_and_a_word_typed_elsewhere_is_kept(zhou: Any) -> None:
    press(zhou, "?")
    for label in ("下一条申请", "上一条申请", "打开", "同意", "拒绝", "追问"):
        assert label in zhou.inner_text("#keys")
    press(zhou, "Escape")
    zhou.locator("[data-row] input[name=answer]").nth(1).fill("等仓库回话")
    press(zhou, "Tab", "Shift+Tab")
    zhou.locator("[data-row] a").first.focus()
    press(zhou, "y", "Enter")
    told(zhou, "同意了：多送赠品")
    assert zhou.locator("[data-row] input[name=answer]").first.input_value() == "等仓库回话"


def test_news_that_comes_before_an_answer_takes_neither_its_word_nor_its_row(zhou: Any, desk: tuple[str, Cast], asked: list[Approval]) -> None:
    """An answer is news to the page that gave it, too: the list asked for it anew, and whoever answered heard nothing."""
    held: list[Any] = []
    zhou.route("**/answer/", lambda route: held.append(route))  # Playwright marks its handlers.
    press(zhou, "j", "y", "Enter")
    wait_until(zhou, "document.querySelector('.htmx-request[data-key=y]') !== null")
    with zhou.expect_response("**/approvals/list/"):
        news = {"data": {"changes": [["inbox", desk[1].zhou.pk, 0]]}}
        zhou.evaluate("detail => document.dispatchEvent(new CustomEvent('stream:changed', { detail }))", news)
        # Longer than news waits for more of it.
        zhou.wait_for_timeout(700)
        held[0].continue_()
        told(zhou, "同意了：多送赠品 · 还有 3 条待审批")
    in_hand(zhou, "优惠 8 元")


def test_a_button_drawn_anew_answers_from_its_first_instant(zhou: Any, asked: list[Approval]) -> None:
    """Not as a form of its own that leaves the page, with what is typed there."""
    zhou.evaluate(
        """() => {
            window.stayed = true;
            new MutationObserver((seen, watch) => {
                const grant = document.querySelector("[data-row]:has(.desk-word) [data-key=y]");
                if (grant) { watch.disconnect(); grant.click(); }
            }).observe(document.getElementById("approvals-list"), { childList: true });
        }"""
    )
    press(zhou, "j", "a")
    zhou.keyboard.type("送给谁？")
    press(zhou, "Enter", "Enter")
    told(zhou, "同意了：多送赠品")
    assert zhou.evaluate("window.stayed === true")
    assert answers(asked)[0] == (True, "")
