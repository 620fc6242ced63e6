"""The frame's behaviours where they run: in a real browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.template import engines
from django.test import Client

from dangban.lib import clock
from dangban.testing.browser import chromium, served, signed_in, visit, wait_until
from dangban.testing.cast import NOW, Cast

pytestmark = pytest.mark.browser

__all__ = ["chromium"]


@pytest.fixture(scope="module")
def gallery(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, str]]:
    with served(django_db_blocker) as address, clock.frozen(NOW):
        yield address, signed_in(Cast().bao)


# The browser and htmx say aloud what the tests of refusals bring about.
PROVOKED = ("Failed to load resource", "Response Status Error Code 409", "htmx:sendError", "htmx:afterRequest")


@pytest.fixture
def page(gallery: tuple[str, str], chromium: Any) -> Iterator[Any]:
    with visit(chromium, *gallery, expected=PROVOKED) as opened:
        opened.goto("/design/")
        opened.wait_for_selector("[data-composer-text]")
        yield opened


# The mark of this test makes the tables that the others share.
@pytest.mark.django_db
def test_the_page_allows_no_script_but_ours(client: Client) -> None:
    with clock.frozen(NOW):
        client.force_login(Cast().bao, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get("/design/")
    nonce = re.search(r'<script type="importmap" nonce="([^"]+)"', response.content.decode())
    assert nonce
    policy = response["Content-Security-Policy"]
    assert f"script-src 'self' 'nonce-{nonce[1]}'" in policy
    assert "unsafe" not in policy


TEXT = "[data-composer-text]"


def test_ctrl_k_finds_rooms_and_commands(page: Any) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("缺货")
    page.keyboard.press("Enter")
    assert not page.evaluate("document.getElementById('palette').open")


def test_a_question_mark_lists_the_keys_and_escape_closes_them(page: Any) -> None:
    page.keyboard.press("?")
    assert "转接" in page.inner_text("#keys")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('keys').open")


def test_plain_keys_are_text_while_someone_types(page: Any) -> None:
    page.keyboard.press("r")
    page.keyboard.type("r?t")
    assert page.input_value(TEXT) == "r?t"
    assert not page.evaluate("document.getElementById('keys').open")


def test_enter_sends_and_shift_enter_breaks_the_line(page: Any) -> None:
    page.click(TEXT)
    page.keyboard.type("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")
    page.keyboard.press("Enter")
    assert page.inner_text("[data-thread] > :last-child .bubble__body") == "第一行\n第二行"
    assert page.input_value(TEXT) == ""
    assert page.evaluate(f"document.activeElement.matches('{TEXT}')")


def test_enter_in_a_composition_sends_nothing(page: Any) -> None:
    page.click(TEXT)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Input.imeSetComposition", {"text": "ni'hao", "selectionStart": 6, "selectionEnd": 6})
    page.evaluate(
        f"document.querySelector('{TEXT}').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    assert page.input_value(TEXT) == "ni'hao"
    devtools.send("Input.insertText", {"text": "你好"})
    assert page.input_value(TEXT) == "你好"


def test_a_note_and_a_reply_never_share_their_text(page: Any) -> None:
    page.fill(TEXT, "给顾客的话")
    page.click("[data-composer-mode=note]")
    assert page.input_value(TEXT) == ""
    page.keyboard.type("给同事的话")
    page.click("[data-composer-mode=reply]")
    assert page.input_value(TEXT) == "给顾客的话"


def test_a_draft_outlives_the_page(page: Any) -> None:
    page.fill(TEXT, "写到一半")
    page.reload()
    wait_until(page, f"document.querySelector('{TEXT}').value === '写到一半'")


def test_a_slash_offers_scripts_by_pinyin_initials_and_takes_one_with_enter(page: Any) -> None:
    page.click(TEXT)
    page.keyboard.type("您好 /fp")
    page.wait_for_selector(".complete [role=option]")
    assert page.locator(".complete:popover-open [role=option]").count() == 1
    page.keyboard.press("Enter")
    assert page.input_value(TEXT).startswith("您好 您好，确认收货后")


def test_a_slash_in_a_date_offers_nothing(page: Any) -> None:
    page.click(TEXT)
    page.keyboard.type("11/22")
    page.wait_for_timeout(300)
    assert page.locator(".complete:popover-open").count() == 0


def test_an_at_sign_names_colleagues_only_in_a_note(page: Any) -> None:
    page.click(TEXT)
    page.keyboard.type("@")
    page.wait_for_timeout(300)
    assert page.locator(".complete:popover-open").count() == 0
    page.fill(TEXT, "")
    page.click("[data-composer-mode=note]")
    page.keyboard.type("@")
    page.wait_for_selector(".complete:popover-open [role=option]")


def test_a_selection_brings_its_bar_and_shift_takes_the_rows_between(page: Any) -> None:
    boxes = page.locator("[data-bulk-item]")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    assert page.inner_text("[data-bulk-count]") == "已选 3 条"
    page.click("[data-bulk-none]")
    assert page.is_hidden("[data-bulk-bar]")


def test_a_row_opens_at_the_side_and_gives_the_focus_back(page: Any) -> None:
    page.locator("tr[data-sheet]").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#sheet:not([hidden]) .sheet__body")
    page.keyboard.press("ArrowDown")
    wait_until(page, "document.querySelectorAll('tr[data-sheet]')[2].ariaSelected === 'true'")
    page.keyboard.press("Escape")
    assert page.is_hidden("#sheet")
    assert (
        page.evaluate("[...document.querySelectorAll('tr[data-sheet]')].indexOf(document.activeElement)") == 2
    )


def test_columns_that_were_put_away_stay_away(page: Any) -> None:
    page.click("[data-table-columns]")
    page.locator(".menu:popover-open input").nth(1).click()
    assert page.is_hidden("th[data-column=buyer]")
    page.reload()
    wait_until(page, "document.querySelector('th[data-column=buyer]').hidden")


def test_slow_replies_make_one_alarm_that_leads_to_the_longest_wait(page: Any) -> None:
    page.wait_for_selector("#alarm:not([hidden])")
    assert "1 位顾客久等" in page.inner_text("#alarm")
    assert page.title().startswith("(1)")
    page.click(".alarm__go")
    assert page.url.endswith("#conv-1")


def test_the_end_of_a_page_can_be_scrolled_out_from_under_the_alarm(page: Any) -> None:
    page.wait_for_selector("#alarm:not([hidden])")
    page.evaluate("document.querySelector('.main').scrollTo(0, 1e6)")
    ends, begins = page.evaluate(
        "[document.querySelector('.main').lastElementChild, document.getElementById('alarm')].map((one) => one.getBoundingClientRect())"
        ".map((box, at) => at ? box.top : box.bottom)"
    )
    assert ends <= begins


def test_the_alarm_closes_itself_when_nobody_waits(page: Any) -> None:
    page.wait_for_selector("#alarm:not([hidden])")
    page.evaluate("document.querySelectorAll('[data-alarm]').forEach((link) => link.remove())")
    page.wait_for_selector("#alarm", state="hidden")
    assert not page.title().startswith("(")


def is_drawn(page: Any) -> None:
    """What was scrolled or put in has been told to the page's own code, however slow the machine is."""
    for _frame in range(3):
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def test_reading_further_up_is_not_disturbed_by_what_arrives(page: Any) -> None:
    body = "document.querySelector('.pane--thread .pane__body')"
    page.evaluate(f"{body}.scrollTop = 20")
    is_drawn(page)
    page.evaluate(
        "const b = document.querySelector('.bubble--customer').cloneNode(true);"
        "document.querySelector('[data-thread]').append(b)"
    )
    wait_until(page, "document.querySelector('.thread__pill')?.innerText === '1 条新消息'")
    assert page.evaluate(f"{body}.scrollTop") == 20
    page.click(".thread__pill")
    wait_until(page, f"{body}.scrollHeight - {body}.scrollTop - {body}.clientHeight < 2")


def test_older_messages_put_in_above_move_nothing(page: Any) -> None:
    body = "document.querySelector('.pane--thread .pane__body')"
    page.evaluate(f"{body}.scrollTop = 60")
    is_drawn(page)
    seen = "document.querySelector('[data-seq=\"3\"]').getBoundingClientRect().top"
    before = page.evaluate(seen)
    page.evaluate(
        "const b = document.querySelector('[data-seq=\"1\"]').cloneNode(true);"
        "document.querySelector('[data-thread]').prepend(b)"
    )
    is_drawn(page)
    assert abs(page.evaluate(seen) - before) <= 1


def test_the_theme_switch_turns_and_is_remembered(page: Any) -> None:
    page.click("[data-theme-switch]")
    page.click("[data-theme-switch]")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_it_is_dark_by_wish_or_by_switch_and_light_on_paper(page: Any) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(242, 245, 244)", "rgb(14, 21, 19)"
    seen = {}
    for switch in ("", "light", "dark"):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", switch)
        for wish in ("light", "dark"):
            page.emulate_media(color_scheme=wish)
            seen[switch, wish] = page.evaluate(ground)
    assert seen == {
        ("", "light"): light, ("", "dark"): dark,
        ("light", "light"): light, ("light", "dark"): light,
        ("dark", "light"): dark, ("dark", "dark"): dark,
    }  # fmt: skip
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


STREAM = """
async () => {
  const { Stream } = await import("dangban/stream");
  const seen = [];
  const states = [];
  await new Promise((resolve) => {
    const stream = new Stream({
      url: "/fake-stream", token: async (fresh) => (fresh ? "new" : "old"), cursors: {"thread:7": 3},
      on: (event) => { seen.push([event.name, event.id, event.data.text]); if (event.data.text === "end") { stream.stop(); resolve(); } },
      state: (state) => states.push(state.name),
    }).start();
    stream.firstPause = 10;
  });
  return {seen, states};
}
"""


def frames(*events: tuple[str, str, str]) -> str:
    return ": hello\r\n" + "".join(
        f"event: {name}\nid: {place}\ndata: {json.dumps({'text': text})}\n\n" for name, place, text in events
    )


def test_the_stream_resumes_where_it_broke_and_says_everything_once(page: Any) -> None:
    answers = [
        (401, ""),
        (200, frames(("message", "thread:7:4", "a"), ("message", "thread:7:5", "b"))),
        (
            200,
            frames(
                ("message", "thread:7:5", "b"), ("message", "thread:7:6", "c"), ("changed", "inbox:1", "end")
            ),
        ),
    ]
    asked: list[tuple[str, Any]] = []

    def answer(route: Any) -> None:
        asked.append((route.request.headers["authorization"], json.loads(route.request.post_data)["cursors"]))
        status, body = answers[len(asked) - 1]
        route.fulfill(status=status, body=body, headers={"Content-Type": "text/event-stream"})

    page.route("**/fake-stream", answer)
    result = page.evaluate(STREAM)
    assert asked == [
        ("Bearer old", {"thread:7": 3}),
        ("Bearer new", {"thread:7": 3}),
        ("Bearer old", {"thread:7": 5}),
    ]
    assert [(name, text) for name, _place, text in result["seen"]] == [
        ("message", "a"),
        ("message", "b"),
        ("message", "c"),
        ("changed", "end"),
    ]


LIVE = """() => {
  document.querySelector('.page-head').insertAdjacentHTML('afterend', '<div id="bit" data-live="order:12 customer" data-live-version="7" data-live-src="/bit/">alt<input></div>');
  window.say = (...changes) => document.dispatchEvent(new CustomEvent('stream:changed', {detail: {data: {changes}}}));
  window.hide = (hidden) => {
    Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
  };
}"""


@pytest.fixture
def bit(page: Any) -> list[float]:
    """A live fragment in the page; says when it was asked for."""
    calls: list[float] = []

    def answer(route: Any) -> None:
        calls.append(clock.monotonic())
        route.fulfill(
            status=200,
            body='<div id="bit" data-live="order:12 customer" data-live-version="9" data-live-src="/bit/">neu<input></div>',
            headers={"Content-Type": "text/html"},
        )

    page.route("**/bit/", answer)
    page.evaluate(LIVE)
    return calls


def test_a_fragment_is_fetched_again_once_for_many_changes(page: Any, bit: list[float]) -> None:
    page.evaluate("say(['order', 12, 7]); say(['order', 13, 9], ['order', 12, 8]); say(['order', 12, 9])")
    wait_until(page, "document.getElementById('bit').textContent === 'neu'")
    page.evaluate("say(['order', 12, 9], ['order', 13, 10])")
    page.wait_for_timeout(1500)
    assert len(bit) == 1


def test_in_a_busy_shop_a_fragment_is_fetched_once_a_second(page: Any, bit: list[float]) -> None:
    began = page.evaluate("let n = 0; window.busy = setInterval(() => say(['customer', ++n, n]), 40); performance.now()")
    for _tenth in range(300):
        page.wait_for_timeout(100)
        if len(bit) >= 4:
            break
    took = (page.evaluate("clearInterval(window.busy); performance.now()") - began) / 1000
    # However long these took on a busy machine: one at once, one a second, and the one that may be on its way.
    assert 4 <= len(bit) <= took + 2


def test_a_hidden_page_fetches_nothing_and_makes_up_for_it(page: Any, bit: list[float]) -> None:
    page.evaluate("hide(true); say(['order', 12, 9])")
    page.wait_for_timeout(1500)
    assert bit == []
    page.evaluate("hide(false)")
    wait_until(page, "document.getElementById('bit').textContent === 'neu'")
    assert len(bit) == 1


def test_what_was_typed_is_not_taken_away_by_news(page: Any, bit: list[float]) -> None:
    page.fill("#bit input", "halb")
    page.evaluate("document.activeElement.blur(); say(['order', 12, 9])")
    page.wait_for_timeout(1500)
    assert page.input_value("#bit input") == "halb"
    page.fill("#bit input", "")
    page.evaluate("document.activeElement.blur()")
    wait_until(page, "document.getElementById('bit').textContent === 'neu'")
    assert len(bit) == 1


PAUSES = """
() => import("dangban/stream").then(({ Stream }) => {
  const waits = [];
  const later = window.setTimeout;
  window.setTimeout = (_call, wait) => waits.push(wait);
  for (let n = 0; n < 200; n += 1) new Stream({url: "/", token: () => {}, on: () => {}}).pause();
  window.setTimeout = later;
  return waits;
})
"""


def test_those_who_lose_the_line_together_do_not_come_back_together(page: Any) -> None:
    waits = sorted(page.evaluate(PAUSES))
    assert len(waits) == 200
    assert waits[0] >= 200
    assert waits[-1] <= 3200
    busiest = max(sum(start <= wait < start + 500 for wait in waits) for start in range(0, 3200, 100))
    assert busiest < 80


def test_a_dialog_takes_the_focus_and_escape_gives_it_back(page: Any) -> None:
    page.focus("[data-dialog]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#dialog[open] .dialog__body")
    wait_until(page, "document.activeElement.matches('#dialog input')")
    page.keyboard.press("Escape")
    wait_until(page, "!document.getElementById('dialog').open")
    wait_until(page, "document.activeElement.matches('[data-dialog]')")


def test_a_dialog_whose_form_was_taken_closes_itself(page: Any) -> None:
    page.route("**/taken/", lambda route: route.fulfill(status=204))
    page.click("[data-dialog]")
    page.fill("#dialog[open] [name=dialog-buyer]", "方女士")
    page.evaluate("htmx.ajax('POST', '/taken/', {source: document.querySelector('#dialog form')})")
    wait_until(page, "!document.getElementById('dialog').open")


REFUSAL = '<div class="toast toast--bad" role="alert" data-toast="stay"><div><p>还有三位顾客在等</p></div></div>'


def test_a_refusal_is_said_and_the_page_keeps_what_it_shows(page: Any) -> None:
    page.route(
        "**/refused/",
        lambda route: route.fulfill(
            status=409, body=REFUSAL, headers={"HX-Retarget": "#messages", "HX-Reswap": "innerHTML"}
        ),
    )
    page.evaluate("htmx.ajax('POST', '/refused/', {target: '#main'})")
    page.wait_for_selector("#messages >> text=还有三位顾客在等")
    assert page.is_visible(".page-head")


def test_a_lost_line_is_said_in_words(page: Any) -> None:
    page.route("**/gone/", lambda route: route.abort())
    page.evaluate("htmx.ajax('POST', '/gone/', {target: '#main'}).catch(() => {})")
    page.wait_for_selector("#messages >> text=连不上服务器")
    assert page.is_visible(".page-head")


def test_the_server_can_offer_to_undo(page: Any) -> None:
    undone: list[str] = []

    def undo(route: Any) -> None:
        undone.append(route.request.method)
        route.fulfill(status=200, body="{}", headers={"Content-Type": "application/json"})

    page.route("**/undo/", undo)
    page.route(
        "**/did/",
        lambda route: route.fulfill(
            status=204, headers={"HX-Trigger": json.dumps({"toast": {"text": "已插旗", "undo": "/undo/"}})}
        ),
    )
    page.evaluate("htmx.ajax('POST', '/did/', {target: '#main'})")
    page.click(".toast__undo")
    page.wait_for_selector("#messages >> text=已撤销")
    assert undone == ["POST"]


def test_a_row_of_tabs_too_wide_for_its_place_shows_the_one_that_one_is_on(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate(
        """() => {
          const row = document.createElement("nav");
          row.className = "tabs";
          row.id = "wide";
          for (let n = 0; n < 12; n++) {
            const tab = Object.assign(document.createElement("a"), { className: "tabs__tab", textContent: `Tab number ${n}` });
            if (n === 9) tab.setAttribute("aria-current", "page");
            row.append(tab);
          }
          document.querySelector("main").prepend(row);
        }"""
    )
    wait_until(page, "document.getElementById('wide').scrollLeft > 0")
    seen = page.evaluate(
        """() => {
          const place = document.getElementById("wide").getBoundingClientRect();
          const tab = document.querySelector("#wide [aria-current]").getBoundingClientRect();
          return place.left <= tab.left && tab.right <= place.right;
        }"""
    )
    assert seen
    assert page.evaluate("scrollX") == 0


@pytest.mark.parametrize(("guarded", "sent"), [(True, []), (False, ["yes"])])
def test_enter_in_a_form_with_several_acts_chooses_none_of_them(page: Any, guarded: bool, sent: list[str]) -> None:
    form = engines["jinja"].from_string(
        "{% from 'project/macros.html' import no_default %}<form id='acts'>{{ no_default() if guarded }}<input name='why'>"
        "<button name='granted' value='yes'>yes</button><button name='granted' value='no'>no</button></form>"
    )
    page.evaluate(
        """(markup) => {
          document.querySelector("main").insertAdjacentHTML("afterbegin", markup);
          window.sent = [];
          document.getElementById("acts").addEventListener("submit", (event) => {
            event.preventDefault();
            window.sent.push(event.submitter.value);
          });
        }""",
        form.render({"guarded": guarded}),
    )
    page.locator("#acts input").focus()
    page.keyboard.type("because")
    page.keyboard.press("Enter")
    assert page.evaluate("window.sent") == sent
    page.click("#acts button[value=no]")
    assert page.evaluate("window.sent") == [*sent, "no"]
