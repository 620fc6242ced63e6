"""Signing in and out, as a browser does it."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.test import Client

from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.people import ports
from dangban.people.models import Person, SignInAttempt
from dangban.testing import pages
from dangban.testing.cast import NOW, PASSWORD


class SignInCase(pages.CastCase):
    def sign_in(self, username: str = "lin", password: str = PASSWORD, client: Client | None = None, **data: str):
        return (client or Client()).post("/login/", {"login": username, "password": password, **data})


class SignInTest(SignInCase):
    def test_the_page_is_chinese_and_has_no_sign_up(self) -> None:
        page = Client().get("/login/").content.decode()
        assert "登录" in page
        assert "注册" not in page

    def test_username_and_password_open_the_workspace(self) -> None:
        response = self.sign_in("Lin ")
        assert (response.status_code, response["Location"]) == (302, "/")

    def test_it_is_journalled_with_where_from(self) -> None:
        self.sign_in()
        entry = Entry.objects.get(verb="people.signed_in")
        assert entry.actor_name == "林小雨"
        assert entry.personal.values["address"] == "127.0.0.1"

    def test_next_leads_only_into_this_house(self) -> None:
        assert self.sign_in(next="/inbox/")["Location"] == "/inbox/"
        assert self.sign_in(next="https://elsewhere.example/")["Location"] == "/"

    def test_an_unknown_name_and_a_wrong_password_read_the_same(self) -> None:
        wrong = self.sign_in(password="not this one").content.decode()
        unknown = self.sign_in("nobody").content.decode()
        assert "用户名或密码不对" in wrong
        assert "用户名或密码不对" in unknown

    def test_somebody_who_left_does_not_get_in(self) -> None:
        Person.objects.filter(username="lin").update(is_active=False)
        client = Client()
        self.sign_in(client=client)
        assert client.get("/account/").status_code == 302

    def test_signing_out_ends_it_and_is_journalled(self) -> None:
        client = Client()
        self.sign_in(client=client)
        client.post("/logout/")
        assert client.get("/account/").status_code == 302
        assert Entry.objects.filter(verb="people.signed_out").count() == 1


class ThrottleTest(SignInCase):
    def test_five_wrong_passwords_pause_even_the_right_one(self) -> None:
        for _ in range(5):
            self.sign_in(password="wrong")
        page = self.sign_in()
        assert page.status_code == 200
        assert "输错次数太多" in page.content.decode()

    def test_the_pause_passes(self) -> None:
        for _ in range(5):
            self.sign_in(password="wrong")
        with clock.frozen(NOW + timedelta(minutes=31)):
            assert self.sign_in().status_code == 302
        assert SignInAttempt.objects.count() == 0

    def test_a_pause_for_one_name_leaves_others_alone(self) -> None:
        for _ in range(5):
            self.sign_in(password="wrong")
        assert self.sign_in("mei").status_code == 302

    def test_guesses_from_elsewhere_do_not_lock_somebody_out(self) -> None:
        self.guessed_from("203.0.113.9", times=5)
        assert self.sign_in().status_code == 302

    def test_fifty_guesses_at_one_name_pause_it_everywhere(self) -> None:
        for last in range(10):
            self.guessed_from(f"203.0.113.{last}", times=5)
        assert self.sign_in().status_code == 200

    def guessed_from(self, address: str, *, times: int) -> None:
        SignInAttempt.objects.bulk_create(
            SignInAttempt(username="lin", address=address, at=NOW) for _ in range(times)
        )

    def test_many_names_from_one_address_are_paused_too(self) -> None:
        SignInAttempt.objects.bulk_create(
            SignInAttempt(username=f"guess{index}", address="127.0.0.1", at=NOW) for index in range(50)
        )
        assert self.sign_in("mei").status_code == 200

    def test_failures_are_journalled_and_the_name_stays_erasable(self) -> None:
        for _ in range(5):
            self.sign_in(password="wrong")
        verbs = Entry.objects.order_by("id").values_list("verb", flat=True)
        assert list(verbs) == ["people.sign_in_failed"] * 4 + ["people.sign_in_paused"]
        assert "lin" not in str(Entry.objects.values_list("change"))


class FirstPasswordTest(SignInCase):
    def setUp(self) -> None:
        super().setUp()
        Person.objects.filter(pk=self.cast.lin.pk).update(must_change_password=True)
        self.client = self.as_person(self.cast.lin)

    def change(self, new: str, old: str = PASSWORD):
        data = {"oldpassword": old, "password1": new, "password2": new}
        return self.client.post("/account/password/", data)

    def test_every_page_leads_to_choosing_ones_own(self) -> None:
        assert self.client.get("/account/")["Location"] == "/account/password/"
        assert self.client.get("/account/", HTTP_HX_REQUEST="true")["HX-Redirect"] == "/account/password/"
        page = self.client.get("/account/password/").content.decode()
        assert "至少 10 个字符；几个词连在一起好记。" in page
        assert "&lt;" not in page

    def test_a_new_password_opens_the_house(self) -> None:
        assert self.change("violet-harbour-19").status_code == 302
        assert self.client.get("/account/").status_code == 200

    def test_a_short_a_common_and_the_same_password_are_refused(self) -> None:
        for password in ("kurz-9", "password1234", PASSWORD):
            assert self.change(password).status_code == 200
        assert Person.objects.get(username="lin").must_change_password

    def test_the_new_password_ends_other_log_ins(self) -> None:
        other = Client()
        Person.objects.filter(pk=self.cast.lin.pk).update(must_change_password=False)
        self.sign_in(client=other)
        self.change("violet-harbour-19")
        assert other.get("/account/").status_code == 302
        assert Person.objects.get(username="lin").rights_version == 2


class IdleTest(SignInCase):
    def test_after_a_long_absence_one_signs_in_again_and_comes_back(self) -> None:
        client = self.as_person(self.cast.lin)
        client.get("/account/")
        with clock.frozen(NOW + timedelta(hours=25)):
            response = client.get("/account/devices/")
        assert response["Location"] == "/login/?next=/account/devices/"

    def test_use_keeps_it_open(self) -> None:
        client = self.as_person(self.cast.lin)
        client.get("/account/")
        with clock.frozen(NOW + timedelta(minutes=4)):
            assert client.get("/account/").status_code == 200


    def test_what_a_page_fetches_by_itself_keeps_nothing_open(self) -> None:
        client = self.as_person(self.cast.lin)
        client.get("/account/")
        with clock.frozen(NOW + timedelta(hours=7)):
            assert client.get("/inbox/count/", HTTP_X_BACKGROUND="1").status_code == 200
        with clock.frozen(NOW + timedelta(hours=9)):
            answer = client.get("/inbox/count/", HTTP_X_BACKGROUND="1", HTTP_HX_REQUEST="true")
        assert answer["HX-Redirect"].startswith("/login/")

    def test_who_only_chats_is_not_away(self) -> None:
        client = self.as_person(self.cast.lin)
        client.get("/account/")
        chatting = NOW + timedelta(hours=8, minutes=50)
        ports.register_activity(lambda person_id: chatting if person_id == self.cast.lin.pk else None)
        self.addCleanup(ports.registry.activity.pop)
        with clock.frozen(NOW + timedelta(hours=9)):
            assert client.get("/account/").status_code == 200

    def test_a_fragment_asked_for_without_a_log_in_takes_the_page_to_sign_in(self) -> None:
        answer = Client().get("/inbox/count/", HTTP_HX_REQUEST="true")
        assert (answer.status_code, answer["HX-Redirect"]) == (200, "/login/")


class SessionsTest(SignInCase):
    def test_another_browser_is_signed_out_from_here(self) -> None:
        here, there = Client(), Client()
        self.sign_in(client=here)
        self.sign_in(client=there)
        session = UserSession.objects.get(session_key=there.session.session_key)
        here.post(f"/account/devices/{session.pk}/end/")
        assert there.get("/account/").status_code == 302
        assert here.get("/account/").status_code == 200
        assert Person.objects.get(username="lin").rights_version == 2

    def test_nobody_ends_the_session_of_somebody_else(self) -> None:
        there = Client()
        self.sign_in("mei", client=there)
        session = UserSession.objects.get(session_key=there.session.session_key)
        here = self.as_person(self.cast.lin)
        assert here.post(f"/account/devices/{session.pk}/end/").status_code == 404
        assert there.get("/account/").status_code == 200

    def test_everywhere_else_at_once(self) -> None:
        here = Client()
        self.sign_in(client=here)
        for _ in range(2):
            self.sign_in(client=Client())
        here.post("/account/devices/others/")
        assert UserSession.objects.filter(user=self.cast.lin).count() == 1


class AccountPage(pages.PageCase):
    queries = 10
    english = "How I work"
    chinese = "我的账号"

    def address(self) -> str:
        return "/account/"

    def test_preferences_are_kept(self) -> None:
        client = self.as_person(self.cast.lin)
        client.post("/account/", {"language": "en", "theme": "dark"})
        lin = Person.objects.get(username="lin")
        assert (lin.language, lin.theme, lin.enter_sends) == ("en", "dark", False)


class DevicesPage(pages.PageCase):
    queries = 10
    english = "Signed in here"
    chinese = "登录设备"

    def address(self) -> str:
        return "/account/devices/"
