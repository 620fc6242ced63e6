import json

from django.test import Client

from dangban.chat import tokens
from dangban.conversations.models import Conversation, Invitation, Rating
from dangban.conversations.tests.floor import FloorCase
from dangban.customers.models import CustomerShop
from dangban.lib import clock
from dangban.shops.models import Profile

KEY = "key-nanfeng"


class WidgetCase(FloorCase):
    def send(self, what, token="", **data):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        path = f"/w/{KEY}/{what}/"
        return Client(enforce_csrf_checks=True).post(
            path, json.dumps(data), content_type="application/json", headers=headers
        )

    def get(self, path, token=""):
        return Client().get(path, headers={"Authorization": f"Bearer {token}"} if token else {})

    def status(self, token=""):
        return self.get(f"/w/{KEY}/status/", token or tokens.visitor_token(self.thread))


class ChatPage(WidgetCase):
    def test_anybody_opens_it_in_both_languages(self):
        assert "写点什么" in self.get(f"/w/{KEY}/").content.decode()
        assert "Write here" in self.get(f"/w/{KEY}/?lang=en").content.decode()

    def test_it_weighs_little_for_a_phone(self):
        page = self.get(f"/w/{KEY}/")
        assert len(page.content) < 12_000

    def test_only_the_shops_own_origins_may_frame_it(self):
        Profile.objects.filter(shop=self.cast.shop).update(
            origins=["https://nanfeng.example", "javascript:alert(1)", "https://a; script-src *"]
        )
        policy = self.get(f"/w/{KEY}/")["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors 'self' https://nanfeng.example")

    def test_a_shop_that_does_not_exist_has_none(self):
        assert self.get("/w/nobody/").status_code == 404
        assert self.get("/w/nobody/status/").status_code == 404

    def test_the_script_for_web_shops_and_the_pretend_shop(self):
        script = self.get("/w/embed.js")
        assert script["Content-Type"].startswith("text/javascript")
        assert 'data-shop="key-nanfeng"' in self.get(f"/w/{KEY}/demo-shop/").content.decode()


class Session(WidgetCase):
    def test_a_new_visitor_becomes_a_customer_with_a_thread(self):
        before = CustomerShop.objects.filter(shop=self.cast.shop).count()
        token = self.send("session").json()["token"]
        claims = tokens.read(token, tokens.Visitor)
        assert claims.shop_id == self.cast.shop.pk
        assert claims.thread_id != self.thread.pk
        assert CustomerShop.objects.filter(shop=self.cast.shop).count() == before + 1

    def test_the_old_token_leads_back_to_the_same_thread(self):
        token = self.send("session", tokens.visitor_token(self.thread)).json()["token"]
        assert tokens.read(token, tokens.Visitor).thread_id == self.thread.pk

    def test_a_token_of_another_shop_opens_nothing_here(self):
        other = self.open_thread(self.cast.customer("x", "x", self.cast.other_shop), self.cast.other_shop)
        token = self.send("session", tokens.visitor_token(other)).json()["token"]
        assert tokens.read(token, tokens.Visitor).thread_id != other.pk

    def test_a_forged_token_is_a_new_visitor_and_has_no_status(self):
        assert self.send("session", "forged.token").status_code == 200
        assert self.status("forged.token").status_code == 401


class Status(WidgetCase):
    def test_nobody_there_means_a_form(self):
        told = self.status().json()
        assert (told["open"], told["form"]) == (False, True)

    def test_somebody_online_answers_now(self):
        self.online(self.cast.lin)
        assert self.status().json()["open"] is True

    def test_a_queue_is_told_before_the_first_word(self):
        self.online(self.cast.lin, state="busy")
        self.customer_says("在吗", thread=self.another("第一位"), when="9:50")
        told = self.status().json()
        assert (told["open"], told["waiting"], told["text"]) == (True, False, "您前面还有 1 位顾客")

    def test_it_says_who_serves(self):
        self.online(self.cast.lin)
        self.customer_says("在吗")
        assert self.status().json()["text"] == "林客服 正在为您服务"

    def test_it_says_how_many_are_before(self):
        self.online(self.cast.lin, state="busy")
        self.customer_says("在吗", thread=self.another("第一位"), when="9:50")
        self.customer_says("在吗", when="9:55")
        told = self.status().json()
        assert (told["waiting"], told["text"]) == (True, "您前面还有 1 位顾客")


class Stars(WidgetCase):
    def setUp(self):
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says("在吗")
        Conversation.objects.update(state="ended", ended_at=clock.now())
        self.asked = Invitation.objects.create(
            conversation=Conversation.objects.get(), person=self.cast.lin, at=clock.now()
        )
        self.token = tokens.visitor_token(self.thread)

    def test_they_are_asked_for_and_kept_once(self):
        assert self.status().json()["rating"] == {"id": self.asked.pk}
        answer = self.send("rating", self.token, stars=4, reasons=["quick"], text="好")
        assert answer.status_code == 201, answer.content
        assert self.status().json()["rating"] is None
        assert self.send("rating", self.token, stars=1).status_code == 409
        kept = Rating.objects.get()
        assert (kept.stars, kept.reasons, kept.text) == (4, ["quick"], "好")

    def test_nonsense_is_refused_and_changes_nothing(self):
        wrong = [{"stars": 9}, {"stars": "5"}, {"stars": 5, "reasons": ["x"]}, {"stars": 5, "text": 3}, {}]
        assert {self.send("rating", self.token, **one).status_code for one in wrong} == {422}
        assert self.send("rating", "forged", stars=5).status_code == 401
        assert Rating.objects.count() == 0
