"""The second factor from set-up to the lost phone, through the pages."""

from __future__ import annotations

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from dangban.journal.models import Entry
from dangban.people import actions
from dangban.people.clauses import SECOND_FACTOR_FROM
from dangban.people.house import BEFORE_ANY_HANDBOOK
from dangban.testing import pages
from dangban.testing.cast import NOW, PASSWORD


class SecondFactorTest(pages.CastCase):
    def setUp(self) -> None:
        super().setUp()
        self.client = Client()
        self.client.post("/login/", {"login": "lin", "password": PASSWORD})

    def code(self, secret: str) -> str:
        return format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    def confirm(self) -> None:
        self.client.post("/account/confirm/", {"password": PASSWORD})

    def switch_on(self) -> str:
        self.confirm()
        page = self.client.get("/account/second-factor/on/").content.decode()
        found = re.search(r'data-copy="([A-Z2-7]{16,})"', page)
        assert found is not None
        answer = self.client.post("/account/second-factor/on/", {"code": self.code(found[1])})
        assert answer["Location"] == "/account/recovery-codes/"
        return found[1]

    def recovery_codes(self) -> list[str]:
        text = self.client.get("/account/recovery-codes/file/").content.decode()
        return text.split()

    def test_it_is_set_up_with_the_picture_or_the_key(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            self.switch_on()
        assert "已开启" in self.client.get("/account/devices/").content.decode()
        verbs = list(Entry.objects.filter(verb__contains="second_factor").values_list("verb", flat=True))
        assert verbs == ["people.second_factor_on"]

    def test_the_secret_is_not_stored_in_the_clear(self) -> None:
        secret = self.switch_on()
        assert secret not in str(Authenticator.objects.get(type="totp").data)

    def test_a_wrong_code_switches_nothing_on(self) -> None:
        self.confirm()
        page = self.client.post("/account/second-factor/on/", {"code": "000000"}).content.decode()
        assert "验证码不对" in page
        assert not Authenticator.objects.exists()

    def test_from_then_on_signing_in_asks_for_a_code(self) -> None:
        self.switch_on()
        code = self.recovery_codes()[0]
        other = Client()
        answer = other.post("/login/", {"login": "lin", "password": PASSWORD})
        assert answer["Location"] == "/login/code/"
        assert other.get("/account/").status_code == 302
        assert "验证器" in other.get("/login/code/").content.decode()
        assert other.post("/login/code/", {"code": "123456"}).status_code == 200
        assert other.post("/login/code/", {"code": code}).status_code == 302
        assert other.get("/account/").status_code == 200

    def test_who_changes_it_confirms_by_password_or_by_code_and_reads_which(self) -> None:
        self.switch_on()
        asks = [self.client.get(path).content.decode() for path in ("/account/confirm/", "/account/confirm/code/")]
        said = ("需要再输一次密码", "需要验证器的验证码或恢复码")
        assert [[words in page for words in said] for page in asks] == [[True, False], [False, True]]

    def test_a_recovery_code_works_once(self) -> None:
        self.switch_on()
        code = self.recovery_codes()[0]
        statuses = []
        for _ in range(2):
            other = Client()
            other.post("/login/", {"login": "lin", "password": PASSWORD})
            statuses.append(other.post("/login/code/", {"code": code}).status_code)
        assert statuses == [302, 200]

    def test_new_recovery_codes_replace_the_old(self) -> None:
        self.switch_on()
        before = self.recovery_codes()
        assert "全部失效" in self.client.get("/account/recovery-codes/new/").content.decode()
        self.client.post("/account/recovery-codes/new/")
        assert not set(before) & set(self.recovery_codes())
        assert "10" in self.client.get("/account/recovery-codes/").content.decode()

    def test_it_is_switched_off_again(self) -> None:
        self.switch_on()
        assert "密码就能登录" in self.client.get("/account/second-factor/off/").content.decode()
        self.client.post("/account/second-factor/off/")
        assert not Authenticator.objects.exists()

    def test_changing_how_one_signs_in_asks_for_the_password_once_more(self) -> None:
        answer = self.client.get("/account/second-factor/on/")
        assert answer["Location"].startswith("/account/confirm/")
        assert "再输一次密码" in self.client.get("/account/confirm/").content.decode()
        self.client.post("/account/confirm/", {"password": "wrong"})
        assert self.client.get("/account/second-factor/on/").status_code == 302
        self.confirm()
        assert self.client.get("/account/second-factor/on/").status_code == 200

    def test_a_manager_takes_away_a_lost_one(self) -> None:
        self.switch_on()
        actions.reset_second_factor(self.cast.lin, by=self.cast.bao, at=NOW)
        assert self.client.get("/account/").status_code == 302
        assert Client().post("/login/", {"login": "lin", "password": PASSWORD})["Location"] == "/"


class RequiredFactorTest(pages.CastCase):
    def setUp(self) -> None:
        super().setUp()
        before = BEFORE_ANY_HANDBOOK[SECOND_FACTOR_FROM.path]
        BEFORE_ANY_HANDBOOK[SECOND_FACTOR_FROM.path] = "supervisor"
        self.addCleanup(BEFORE_ANY_HANDBOOK.__setitem__, SECOND_FACTOR_FROM.path, before)

    def test_from_the_named_level_on_every_page_leads_to_setting_it_up(self) -> None:
        for who in (self.cast.zhou, self.cast.bao):
            assert self.as_person(who).get("/account/")["Location"] == "/account/second-factor/on/"

    def test_below_it_nobody_is_asked(self) -> None:
        assert self.as_person(self.cast.lin).get("/account/").status_code == 200
