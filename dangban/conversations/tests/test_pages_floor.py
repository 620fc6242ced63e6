import io

from django.utils import translation
from django.utils.html import escape
from openpyxl import load_workbook

from dangban.chat.models import Presence
from dangban.conversations.models import AutoReply, Conversation, Invitation, Rating, Seat, SeatHolding
from dangban.conversations.queries import MEASURES
from dangban.conversations.tests.floor import FloorCase
from dangban.lib import clock
from dangban.testing import pages


class LeaderCase(FloorCase):
    """Zhou leads; Lin serves Fang, who was answered after forty seconds."""

    def setUp(self):
        super().setUp()
        self.online(self.cast.lin, self.cast.mei)
        self.customer_says("有货吗", when="9:50")
        self.talk = Conversation.objects.get()
        self.agent_says(self.cast.lin, "有的", when="9:51")

    def get(self, path, who="zhou", **headers):
        return self.as_person(getattr(self.cast, who)).get(path, headers=headers)

    def post(self, path, who="zhou", **data):
        return self.as_person(getattr(self.cast, who)).post(path, data, headers={"HX-Request": "true"})


class FloorPage(LeaderCase, pages.PageCase):
    reader = "zhou"
    strangers = ("lin", "ding")
    stranger_status = 403
    chinese = "值班大屏"
    english = "The floor, for leaders"
    queries = 60

    def address(self):
        return "/floor/"

    def test_a_leader_of_another_shop_sees_nobody_of_this_one(self):
        page = self.get("/floor/", "hu").content.decode()
        assert "林小雨" not in page
        assert "方静" not in page

    def test_the_wall_shows_the_same_people_in_large(self):
        page = self.get("/floor/?wall=1").content.decode()
        assert "main--wall" in page
        assert "林小雨" in page

    def test_every_figure_says_what_it_means(self):
        with translation.override("zh-hans"):
            said = escape(str(MEASURES["first_response"].definition))
        assert said in self.get("/floor/").content.decode()


class OnTheFloor(LeaderCase):
    def test_a_persons_customers_with_what_can_be_done(self):
        page = self.get(f"/floor/people/{self.cast.lin.pk}/").content.decode()
        assert "方静" in page
        assert f"/floor/conversations/{self.talk.pk}/whisper/" in page
        assert self.get(f"/floor/people/{self.cast.hu.pk}/").status_code == 404

    def test_a_leader_sets_the_state_of_somebody_who_forgot(self):
        answer = self.post(f"/floor/people/{self.cast.mei.pk}/state/", state="away:meal")
        assert answer.status_code == 204, answer.content[:300]
        present = Presence.objects.get(person=self.cast.mei, ended_at=None)
        assert (present.state, present.reason) == ("away", "meal")

    def test_nobody_is_sent_offline_from_an_open_customer(self):
        answer = self.post(f"/floor/people/{self.cast.lin.pk}/state/", state="offline:")
        assert answer.status_code == 422
        assert Presence.objects.get(person=self.cast.lin, ended_at=None).state == "online"

    def test_agents_set_only_their_own(self):
        answer = self.post(f"/floor/people/{self.cast.mei.pk}/state/", "lin", state="away:meal")
        assert answer.status_code == 403

    def test_a_whisper_reaches_the_agent_only(self):
        assert self.post(f"/floor/conversations/{self.talk.pk}/whisper/", text="送他抱枕").status_code == 204
        line = self.thread.messages.get(kind="whisper")
        assert (line.body, line.internal) == ("送他抱枕", True)


class NumbersPage(LeaderCase, pages.PageCase):
    reader = "zhou"
    strangers = ("ding",)
    stranger_status = 403
    chinese = "接待数据"
    english = "Figures of service"
    queries = 60

    def address(self):
        return "/numbers/"

    def test_leaders_read_everybodys_agents_their_own(self):
        assert "林小雨" in self.get("/numbers/").content.decode()
        own = self.get("/numbers/", "mei").content.decode()
        assert "林小雨" not in own

    def test_the_sheet_holds_numerators_and_denominators(self):
        answer = self.get("/numbers/?format=xlsx")
        sheet = load_workbook(io.BytesIO(answer.content)).active
        head = [cell.value for cell in sheet[1]]
        lin = [cell.value for cell in sheet[2]]
        assert head[:4] == ["人员", "首次响应", "首次响应·分子", "首次响应·分母"]
        assert lin[:4] == ["林小雨", "60.0 s", 60000, 1]

    def test_a_figure_opens_the_conversations_behind_it(self):
        page = self.get("/numbers/first_response/").content.decode()
        assert f"/workspace/{self.talk.pk}/" in page
        assert self.get("/numbers/nonsense/").status_code == 404

    def test_a_leader_of_another_shop_counts_nothing_of_this_one(self):
        page = self.get("/numbers/first_response/", "hu").content.decode()
        assert f"/workspace/{self.talk.pk}/" not in page


class SearchPage(LeaderCase, pages.PageCase):
    reader = "lin"
    strangers = ("ding",)
    stranger_status = 403
    chinese = "搜索"
    queries = 22

    def address(self):
        return "/search/?q=有货"

    def test_a_hit_is_marked_and_opens_the_thread_at_its_line(self):
        page = self.get("/search/?q=有货", "lin").content.decode()
        assert "<mark>有货</mark>吗" in page
        assert f"/workspace/{self.talk.pk}/?line=1" in page

    def test_somebody_of_another_shop_finds_nothing(self):
        assert "有货吗" not in self.get("/search/?q=有货", "hu").content.decode()

    def test_what_is_found_is_shown_as_text(self):
        self.customer_says("<b>有货</b>吗")
        page = self.get("/search/?q=有货", "lin").content.decode()
        assert "&lt;b&gt;<mark>有货</mark>&lt;/b&gt;吗" in page


class Palette(LeaderCase):
    def found(self, typed, who="lin"):
        answer = self.get(f"/search/?q={typed}", who, Accept="application/json").json()
        return [item["label"] for group in answer["groups"] for item in group["items"]]

    def test_a_customer_is_found_by_name_and_handle(self):
        assert "方静" in self.found("方静")
        assert "方静" in self.found("fang_2008")

    def test_somebody_of_another_shop_finds_nobody(self):
        assert "方静" not in self.found("方静", "hu")

    def test_whoever_may_not_search_messages_is_not_offered_to(self):
        assert self.found("方静", "ding") == []


class RatingsPage(LeaderCase, pages.PageCase):
    reader = "zhou"
    strangers = ("ding",)
    stranger_status = 403
    chinese = "服务评价"
    queries = 30

    def address(self):
        return "/ratings/"

    def setUp(self):
        super().setUp()
        asked = Invitation.objects.create(conversation=self.talk, person=self.cast.lin, at=clock.now())
        Rating.objects.create(invitation=asked, stars=5, reasons=["quick"], text="很快<i>", at=clock.now())

    def test_agents_read_what_was_said_of_them(self):
        assert "很快&lt;i&gt;" in self.get("/ratings/", "lin").content.decode()
        assert "很快" not in self.get("/ratings/", "mei").content.decode()
        assert "很快" not in self.get("/ratings/", "hu").content.decode()


class EnquiriesPage(LeaderCase, pages.PageCase):
    strangers = ("ding",)
    stranger_status = 403
    chinese = "意向顾客"
    queries = 20

    def address(self):
        return "/enquiries/"


class GuardPage(LeaderCase, pages.PageCase):
    reader = "zhou"
    strangers = ("lin", "ding")
    stranger_status = 403
    chinese = "话术监督"
    queries = 22

    def address(self):
        return "/speech-guard/"


class AutoRepliesPage(LeaderCase, pages.PageCase):
    strangers = ("ding",)
    stranger_status = 403
    chinese = "自动回复"
    queries = 18

    def address(self):
        return "/auto-replies/"

    def test_supervisors_write_one_agents_do_not(self):
        said = {"shop": self.cast.shop.pk, "kind": "greeting", "text": "您好，请讲", "reason": ""}
        assert self.post("/auto-replies/new/", "lin", **said).status_code == 403
        assert self.post("/auto-replies/new/", **said).status_code == 204
        kept = AutoReply.objects.get()
        assert (kept.text, kept.shop) == ("您好，请讲", self.cast.shop)
        assert self.post(f"/auto-replies/{kept.pk}/retirement/", "hu").status_code in (403, 404)
        assert self.post(f"/auto-replies/{kept.pk}/retirement/").status_code == 204
        assert "您好，请讲" not in self.get("/auto-replies/").content.decode()


class SeatsPage(LeaderCase, pages.PageCase):
    strangers = ("ding",)
    stranger_status = 403
    chinese = "账号分配"
    queries = 18

    def address(self):
        return "/seats/"

    def test_an_account_is_opened_and_given_to_somebody(self):
        assert self.post("/seats/new/", shop=self.cast.shop.pk, handle="南风:小雨", receives="on").status_code == 204
        seat = Seat.objects.get()
        assert self.post(f"/seats/{seat.pk}/holder/", person=self.cast.lin.pk).status_code == 204
        assert SeatHolding.objects.get(ended_at=None).person == self.cast.lin
        assert self.post(f"/seats/{seat.pk}/holder/", "hu", person=self.cast.hu.pk).status_code in (403, 404)


class ShopChatPage(LeaderCase, pages.PageCase):
    strangers = ("hu",)
    chinese = "在线客服页面"
    queries = 18

    def address(self):
        return f"/shops/{self.cast.shop.pk}/chat/"

    def test_the_code_can_be_printed(self):
        answer = self.get(f"/shops/{self.cast.shop.pk}/chat/code.svg")
        assert answer["Content-Type"] == "image/svg+xml"
        assert b"<svg" in answer.content
