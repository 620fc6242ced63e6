"""Pictures of the program over a fresh demonstration: ten for the README, or every page with --all."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dangban.testing import scratch

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs/pictures"
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: who looks at what, how large, light or dark; `click` is pressed first."""

    name: str
    path: str
    who: str = ""
    dark: bool = False
    phone: bool = False
    click: str = ""
    write: str = ""


README = (
    Shot("workspace", "/workspace/", "lin", click="a.conv >> nth=0"),
    Shot("workspace-dark", "/workspace/", "mei", dark=True, click="a.conv >> nth=1"),
    Shot("chat-phone", "/w/mianyu/", phone=True, write="你好，四季羽绒被 220×240 有现货吗？"),
    Shot("floor", "/floor/", "zhou"),
    Shot("handbook", "/handbook/", "shen"),
    Shot("cut-off", "/dispatch/cut-off/", "ou"),
    Shot("order", "/orders/?q=顺丰", "ou", click="#main table a >> nth=0"),
    Shot("aftersales", "/aftersales/registers/claims/", "zhou"),
    Shot("roster", "/rosters/", "lu", click="#main table a >> nth=0"),
    Shot("payslip", "/pay/", "lin", click="text=逐项查看"),
)
EVERY_PAGE = (
    ("workspace", "/workspace/", "lin"), ("waiting", "/workspace/?tab=waiting", "lin"), ("left", "/workspace/?tab=offline", "zhou"),
    ("floor", "/floor/", "zhou"), ("numbers", "/numbers/", "zhou"), ("search", "/search/?q=快递", "zhou"),
    ("enquiries", "/enquiries/", "lin"), ("ratings", "/ratings/", "zhou"), ("guard", "/speech-guard/", "zhou"),
    ("replies", "/auto-replies/", "shen"), ("seats", "/seats/", "shen"), ("orders", "/orders/", "ou"),
    ("unpaid", "/orders/unpaid/", "ou"), ("exceptions", "/orders/exceptions/", "ou"), ("changes", "/orders/changes/", "ou"),
    ("audit", "/dispatch/", "ou"), ("waves", "/dispatch/waves/", "ou"), ("pack", "/dispatch/pack/", "ding"),
    ("cut-off", "/dispatch/cut-off/", "ou"), ("parcels", "/parcels/", "ou"), ("backorders", "/backorders/", "ou"),
    ("stock", "/stock/", "ding"), ("pickups", "/dispatch/pickups/", "ding"), ("cases", "/aftersales/?which=all", "mei"), ("claims", "/aftersales/registers/claims/", "zhou"),
    ("payments", "/aftersales/payments/", "qian"), ("campaigns", "/campaigns/", "lu"), ("approvals", "/approvals/", "zhou"), ("day", "/day/", "lin"),
    ("customers", "/customers/", "ou"), ("shops", "/shops/", "shen"), ("catalogue", "/catalogue/", "shen"),
    ("handbook", "/handbook/", "shen"), ("inbox", "/inbox/", "zhou"), ("people", "/people/", "shen"),
    ("journal", "/journal/", "shen"), ("scripts", "/scripts/", "lu"), ("login", "/login/", ""),
    ("duty", "/duty/", "zhou"), ("own-roster", "/duty/mine/", "lin"), ("rosters", "/rosters/", "lu"), ("trainings", "/trainings/", "lu"),
    ("demand", "/demand/", "lu"), ("attendance", "/attendance/team/", "zhou"), ("own-attendance", "/attendance/", "lin"),
    ("leave", "/leave/", "lin"), ("team-leave", "/leave/team/", "lu"), ("figures", "/performance/", "lin"),
    ("team-figures", "/performance/people/", "zhou"), ("cards", "/performance/cards/", "zhou"), ("conduct", "/conduct/", "zhou"),
    ("pay", "/pay/", "lin"), ("pay-months", "/pay/months/", "qian"), ("staff", "/staff/", "ren"), ("promotion", "/staff/promotion/", "ren"),
    ("dealers", "/dealers/", "zhou"), ("chat", "/w/mianyu/", ""), ("demo-shop", "/w/mianyu/demo-shop/", ""), ("account", "/account/", "lin"),
)  # fmt: skip


@contextlib.contextmanager
def demonstration(port: int) -> Iterator[str]:
    """A fresh demonstration, served; gives the password of its people."""
    with tempfile.TemporaryDirectory(prefix="dangban-pictures-") as data:
        command = [str(ROOT / "bin/demo"), "--port", str(port), "--data", data]
        environment = {**os.environ, "LANG": "C.UTF-8"}
        server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            scratch.wait_for_port(port, seconds=240)
            yield json.loads((Path(data) / "demo.json").read_text())["password"]
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(40)


class Camera:
    def __init__(self, browser: Any, base: str, password: str) -> None:
        self.browser, self.base, self.password = browser, base, password
        self._cookies: dict[str, list[Any]] = {}

    def take(self, shot: Shot, file: Path) -> None:
        size = PHONE if shot.phone else DESK
        context = self.browser.new_context(
            viewport=size, base_url=self.base, color_scheme="dark" if shot.dark else "light", locale="zh-CN",
            timezone_id="Asia/Shanghai", device_scale_factor=2 if shot.phone else 1, is_mobile=shot.phone,
        )  # fmt: skip
        if shot.who:
            context.add_cookies(self._signed_in(shot.who))
        page = context.new_page()
        page.goto(shot.path)
        if shot.click:
            page.locator(shot.click).click()
        if shot.write:
            page.locator("#text").fill(shot.write)
            page.keyboard.press("Enter")
        page.wait_for_timeout(1800)
        page.screenshot(path=str(file))
        context.close()

    def _signed_in(self, who: str) -> list[Any]:
        if who not in self._cookies:
            context = self.browser.new_context(base_url=self.base)
            page = context.new_page()
            page.goto("/login/")
            page.fill("input[name=login]", who)
            page.fill("input[name=password]", self.password)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "/login/" not in url)
            self._cookies[who] = context.cookies()
            context.close()
        return self._cookies[who]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/screenshots")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--all", type=Path, metavar="DIR", help="every page in this folder, light and dark, wide and narrow")
    options = parser.parse_args()
    program = scratch.chromium()
    if program is None:
        sys.stderr.write("No Chromium was found.\n")
        return 2
    from playwright.sync_api import sync_playwright

    port = options.port or scratch.free_port()
    with demonstration(port) as password, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        camera = Camera(browser, f"http://localhost:{port}", password)
        for shot, file in _shots(options.all):
            camera.take(shot, file)
        browser.close()
    return 0


def _shots(folder: Path | None) -> Iterator[tuple[Shot, Path]]:
    target = folder or PICTURES
    target.mkdir(parents=True, exist_ok=True)
    if folder is None:
        yield from ((shot, target / f"{shot.name}.png") for shot in README)
        return
    for name, path, who in EVERY_PAGE:
        for dark in (False, True):
            for phone in (False, True):
                end = f"{'-dark' if dark else ''}{'-phone' if phone else ''}"
                yield Shot(name, path, who, dark, phone), target / f"{name}{end}.png"


if __name__ == "__main__":
    sys.exit(main())
