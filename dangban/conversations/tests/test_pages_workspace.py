import json

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dangban.chat.models import Message, Presence
from dangban.conversations import actions
from dangban.conversations.models import Conversation, Draft, LeftOver, Promise, Transfer
from dangban.conversations.queries import inbox
from dangban.conversations.tests.floor import FloorCase
from dangban.desk.models import Deadline
from dangban.knowledge import actions as knowledge
from dangban.lib import clock
from dangban.orders.models import Order, Requirement
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, at


class DeskCase(FloorCase):
    """Fang writes, Lin is online and gets her."""

    def setUp(self):
        super().setUp()
        self.online(self.cast.lin, self.cast.mei)
        self.customer_says("四件套 1.8 米床能用吗")
        self.talk = Conversation.objects.get()

    def get(self, path, who="lin", **headers):
        return self.as_person(getattr(self.cast, who)).get(path, headers=headers)

    def post(self, path, who="lin", **data):
        return self.as_person(getattr(self.cast, who)).post(path, data, headers={"HX-Request": "true"})

    def send(self, path, who="lin", **data):
        client = self.as_person(getattr(self.cast, who))
        headers = {"Accept": "application/json"}
        return client.post(path, json.dumps(data), content_type="application/json", headers=headers)

    def page(self, what=""):
        return f"/workspace/{self.talk.pk}/{what}"


class WorkspacePage(DeskCase, pages.PageCase):
    chinese = "工作台"
    english = "Workspace, for agents"
    strangers = ("ding", "qian")
    stranger_status = 403
    queries = 26

    def address(self):
        return "/workspace/"


class TheListsOfMany(DeskCase):
    """Wang wrote in the team's second shop, Xu in another team's; all of it has ended, Wang's last."""

    def setUp(self):
        super().setUp()
        self.customer_says("两米的有吗", thread=self.open_thread(self.cast.customer("xu", "徐", self.cast.other_shop), self.cast.other_shop))
        self.customer_says("现货吗", thread=self.open_thread(self.cast.customer("wang", "王", self.cast.second_shop), self.cast.second_shop))
        self.first, self.others, self.last = Conversation.objects.order_by("pk")
        Conversation.objects.update(state="ended")

    def ended(self, person, cursor=""):
        return [row["id"] for row in inbox.rows(person, "ended", cursor).rows]

    def test_what_has_ended_stands_newest_first_of_all_the_shops_one_sees(self):
        assert self.ended(self.cast.lin) == [self.last.pk, self.first.pk]
        assert self.ended(self.cast.hu) == [self.others.pk]
        assert self.ended(self.cast.bao) == [self.last.pk, self.others.pk, self.first.pk]

    def test_a_page_goes_on_below_the_last_line_of_the_one_before(self):
        assert self.ended(self.cast.bao, str(self.last.pk)) == [self.others.pk, self.first.pk]
        assert self.ended(self.cast.lin, str(self.first.pk)) == []

    def test_the_few_that_are_open_are_found_by_shop_and_state(self):
        """SQLite knows no numbers of rows: a plan that reads a whole shop is as good to it."""
        if connection.vendor != "sqlite":
            self.skipTest("PostgreSQL plans by statistics")
        for person in (self.cast.lin, self.cast.hu, self.cast.bao):
            assert "(shop_id=? AND state=?)" in inbox.seen(person).filter(state="waiting").explain()


class TheTurnsOfThoseWhoWait(FloorCase):
    """A message was left in the night, and Wang waits now."""

    def setUp(self):
        super().setUp()
        self.customer_says("发什么快递", when="11-19 03:00")
        self.online(self.cast.lin, state=Presence.State.SUSPENDED)
        self.customer_says(thread=self.another("小王"), when="07:00")

    def listed(self, tab=""):
        return self.as_person(self.cast.lin).get(f"/workspace/list/?tab={tab}").content.decode()

    def test_are_said_above_the_list_with_the_rule(self):
        page = self.listed("waiting")
        assert "先回 1 条留言" in page
        assert "<strong>是</strong>" in page
        assert "留言先回，再接排队的顾客。" in self.listed("offline")

    def test_choose_the_list_that_opens(self):
        assert inbox.tab_of("", {"mine": 0, "offline": 1, "waiting": 1}) == "offline"
        assert 'aria-current="page">留言' in self.listed()

    def test_are_not_said_where_only_one_kind_waits(self):
        Conversation.objects.filter(state="offline").update(state="ended")
        assert "list-turn" not in self.listed("waiting")


class TheTurnsWithoutPrecedence(TheTurnsOfThoseWhoWait):
    handbook = {"left_messages_first": "is = false"}

    def test_are_said_above_the_list_with_the_rule(self):
        page = self.listed("waiting")
        assert "留言和排队的顾客按先来后到接待。" in page
        assert "<strong>否</strong>" in page

    def test_choose_the_list_that_opens(self):
        assert inbox.tab_of("", {"mine": 0, "offline": 1, "waiting": 1}) == "waiting"
        assert 'aria-current="page">排队' in self.listed()


class ConversationPage(DeskCase, pages.PageCase):
    chinese = "四件套 1.8 米床能用吗".encode("unicode_escape").decode()
    strangers = ("hu", "ding")
    queries = 34

    def address(self):
        return self.page()

    def test_strangers_do_not(self):
        assert self._get("hu").status_code == 404
        assert self._get("ding").status_code == 403

    def test_the_workspace_itself_asks_for_the_panes_alone(self):
        page = self.get(self.page(), **{"HX-Request": "true", "HX-Target": "work"}).content.decode()
        assert page.lstrip().startswith("<section")
        assert "<html" not in page

    def test_going_back_in_the_browser_gets_the_whole_page(self):
        headers = {"HX-Request": "true", "HX-Target": "work", "HX-History-Restore-Request": "true"}
        assert "<html" in self.get(self.page(), **headers).content.decode()

    def test_what_a_customer_calls_themselves_is_text(self):
        self.cast.fang.name = "<script>alert(1)</script>"
        self.cast.fang.save()
        self.customer_says("</script><img src=x onerror=alert(2)>𠮷😀")
        page = self.get(self.page()).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page


class Lists(DeskCase):
    def listed(self, tab, who="lin"):
        page = self.get(f"/workspace/list/?tab={tab}", who).content.decode()
        return page.count('class="conv"')

    def test_each_list_holds_its_own(self):
        assert [self.listed(tab) for tab in ("mine", "waiting", "offline", "team", "ended")] == [1, 0, 0, 0, 0]
        assert [self.listed(tab, "mei") for tab in ("mine", "waiting", "offline", "team", "ended")] == [0, 0, 0, 1, 0]

    def test_somebody_of_another_shop_sees_none_of_them(self):
        assert [self.listed(tab, "hu") for tab in ("mine", "waiting", "offline", "team", "ended")] == [0] * 5

    def test_a_wait_ripens_by_the_rule_in_force(self):
        page = self.get("/workspace/list/?tab=mine").content.decode()
        assert 'data-amber="30"' in page
        assert 'data-red="100"' in page

    def test_a_tab_that_does_not_exist_is_mine(self):
        assert self.listed("nonsense") == 1


class Context(DeskCase):
    def test_every_tab_can_be_drawn(self):
        names = ("customer", "orders", "products", "scripts", "tasks", "enquiry")
        assert [self.get(self.page(f"context/{name}/")).status_code for name in names] == [200] * 6
        assert self.get(self.page("context/secrets/")).status_code == 404

    def test_somebody_of_another_shop_gets_none(self):
        names = ("customer", "orders", "products", "scripts", "tasks", "enquiry")
        assert {self.get(self.page(f"context/{name}/"), "hu").status_code for name in names} == {404}

    def test_words_of_the_chat_become_a_requirement_on_the_order(self):
        order = Order.objects.create(
            shop=self.cast.shop, platform_id="4126", customer=self.cast.fang, status="paid", total_fen=100,
            created_at=NOW, business_day=TODAY, imported_at=NOW,
        )  # fmt: skip
        drawn = self.get(self.page("requirement/?text=周六前送到&seq=1")).content.decode()
        assert "周六前送到" in drawn
        answer = self.post(self.page("requirement/"), kind="day", text="周六前送到", order=order.pk, seq=1)
        assert answer.status_code == 204, answer.content[:300]
        kept = Requirement.objects.get()
        assert (kept.order_id, kept.kind, kept.text, kept.message_seq) == (order.pk, "day", "周六前送到", 1)

    def test_a_wish_has_one_clock_which_runs_beside_the_chat(self):
        order = Order.objects.create(
            shop=self.cast.shop, platform_id="4126", customer=self.cast.fang, status="paid", total_fen=100,
            created_at=NOW, business_day=TODAY, imported_at=NOW,
        )  # fmt: skip
        wish = {"kind": "day", "text": "周六前送到", "order": order.pk, "seq": 1, "due_at": "2026-11-20T12:00"}
        assert self.post(self.page("requirement/"), **wish).status_code == 204
        running = Deadline.objects.get(cancelled_at=None, due_at=at("11-20 12:00"))
        assert (running.kind, running.owner) == ("orders.requirement", self.cast.ou)
        assert Promise.objects.count() == 0
        for tab in ("orders", "tasks"):
            assert f'data-due="{clock.to_ms(at("11-20 12:00"))}"' in self.get(self.page(f"context/{tab}/")).content.decode()

    def test_a_wish_by_the_cut_off_says_beside_the_chat_why(self):
        order = Order.objects.create(
            shop=self.cast.shop, platform_id="4126", customer=self.cast.fang, status="paid", total_fen=100,
            created_at=NOW, business_day=TODAY, imported_at=NOW,
        )  # fmt: skip
        assert self.post(self.page("requirement/"), kind="gift", text="贺卡", order=order.pk).status_code == 204
        beside = self.get(self.page("context/orders/")).content.decode()
        assert f'data-due="{clock.to_ms(at("15:30"))}"' in beside
        assert 'class="because"' in beside

    def test_a_wish_for_yesterday_stays_in_the_form(self):
        answer = self.post(self.page("requirement/"), kind="day", text="周六前送到", due_at="2026-11-18T16:00")
        assert answer.status_code == 422
        assert Requirement.objects.count() == 0

    def test_wishes_cost_the_pane_no_query_of_their_own(self):
        def cost():
            client = self.as_person(self.cast.lin)
            with CaptureQueriesContext(connection) as captured:
                client.get(self.page("context/orders/"))
            return len(captured)

        self.post(self.page("requirement/"), kind="gift", text="贺卡", due_at="2026-11-20T12:00")
        one = cost()
        for number in range(4):
            self.post(self.page("requirement/"), kind="other", text=f"第{number}件", due_at="2026-11-20T12:00")
        assert cost() == one

    def test_a_requirement_without_words_keeps_the_form_and_says_so(self):
        answer = self.post(self.page("requirement/"), kind="day", text="")
        assert answer.status_code == 422
        assert Requirement.objects.count() == 0

    def test_a_promise_gets_its_clock_and_can_be_kept(self):
        answer = self.post(self.page("promise/"), text="今天发货", due_at="2026-11-19T16:00")
        assert answer.status_code == 204, answer.content[:300]
        made = Promise.objects.get()
        assert made.due_at.isoformat() == "2026-11-19T08:00:00+00:00"
        assert self.post(f"/workspace/promises/{made.pk}/kept/").status_code == 204
        made.refresh_from_db()
        assert made.kept_by == self.cast.lin

    def test_a_promise_for_yesterday_stays_in_the_form(self):
        answer = self.post(self.page("promise/"), text="今天发货", due_at="2026-11-18T16:00")
        assert answer.status_code == 422
        assert Promise.objects.count() == 0

    def test_an_enquiry_is_kept(self):
        answer = self.post(self.page("enquiry/"), wanted="四件套", reason="price", next_contact_at="2026-11-20T10:00")
        assert answer.status_code == 204
        self.talk.refresh_from_db()
        assert (self.talk.enquiry.reason, self.talk.enquiry.owner) == ("price", self.cast.lin)


class Doing(DeskCase):
    def test_what_goes_along_is_called_a_handover_note(self):
        form = self.get(self.page("transfer/")).content.decode()
        assert "交接说明" in form
        assert "备注" not in form

    def test_passing_on_needs_a_note(self):
        answer = self.post(self.page("transfer/"), to=f"person:{self.cast.mei.pk}", note="")
        assert answer.status_code == 422
        assert Transfer.objects.count() == 0

    def test_passed_on_with_a_note_and_accepted(self):
        answer = self.post(self.page("transfer/"), to=f"person:{self.cast.mei.pk}", note="问四件套尺码")
        assert answer.status_code == 204, answer.content[:300]
        offer = Transfer.objects.get()
        assert self.post(f"/workspace/transfers/{offer.pk}/acceptance/", "mei").status_code == 204
        self.talk.refresh_from_db()
        assert self.talk.assignee == self.cast.mei

    def test_somebody_of_another_shop_passes_nothing_on(self):
        for what in ("transfer/", "takeover/", "closure/", "next-shift/"):
            assert self.post(self.page(what), "hu").status_code == 404

    def test_resolving_says_how_it_ended(self):
        self.agent_says(self.cast.lin, "能用的")
        assert self.post(self.page("closure/"), outcome="answered").status_code == 204
        self.talk.refresh_from_db()
        assert (self.talk.state, self.talk.closure.outcome) == ("ended", "answered")

    def test_a_colleague_takes_over_and_it_is_told(self):
        answer = self.post(self.page("takeover/"), "mei", reason="她在休息")
        assert answer.status_code == 204
        self.talk.refresh_from_db()
        assert self.talk.assignee == self.cast.mei

    def test_the_longest_wait_is_taken_with_one_key(self):
        self.online(self.cast.lin, self.cast.mei, state=Presence.State.SUSPENDED)
        self.customer_says("在吗", thread=self.another("第二位"))
        waiting = Conversation.objects.get(state="waiting")
        self.online(self.cast.lin)
        answer = self.as_person(self.cast.lin).post("/workspace/next/", headers={"HX-Current-URL": "http://testserver/workspace/?tab=mine"})
        assert json.loads(answer["HX-Location"]) == {"path": f"/workspace/{waiting.pk}/", "target": "#work"}

    def test_from_another_page_one_goes_to_who_was_taken_over_and_stays_after_passing_on(self):
        elsewhere = {"HX-Current-URL": "http://testserver/floor/"}
        taken = self.as_person(self.cast.mei).post(self.page("takeover/"), {"reason": "她在休息"}, headers=elsewhere)
        assert (taken["HX-Redirect"], "HX-Location" in taken) == (self.page(), False)
        left = self.as_person(self.cast.mei).post(self.page("next-shift/"), {"note": "明早跟进"}, headers=elsewhere)
        assert left.status_code == 204
        assert not {"HX-Redirect", "HX-Location"} & set(left.headers)


class Saying(DeskCase):
    def test_a_note_never_leaves_the_department(self):
        answer = self.send(self.page("notes/"), text="@梅芳 你熟这款", mentions=[self.cast.mei.pk])
        assert answer.status_code == 201
        note = Message.objects.get(kind="note")
        assert note.internal
        assert note.body == "@梅芳 你熟这款"

    def test_a_note_that_is_no_text_is_refused(self):
        assert self.send(self.page("notes/"), text=["x"]).status_code == 422
        assert self.send(self.page("notes/"), text="ok", mentions=["x"]).status_code == 422
        assert Message.objects.filter(kind="note").count() == 0

    def test_only_leaders_whisper(self):
        assert self.send(self.page("whispers/"), "mei", text="送个抱枕").status_code == 403
        assert self.send(self.page("whispers/"), "zhou", text="送个抱枕").status_code == 201
        assert Message.objects.get(kind="whisper").internal

    def test_a_draft_is_kept_for_the_person_and_the_thread(self):
        assert self.send(self.page("draft/"), text="打到一半").status_code == 200
        assert Draft.objects.get().text == "打到一半"
        assert "打到一半" in self.get(self.page()).content.decode()
        assert "打到一半" not in self.get(self.page(), "mei").content.decode()

    def test_one_learns_who_else_is_looking_and_writing(self):
        assert self.send(self.page("viewers/")).json() == {"people": []}
        self.send(self.page("viewers/"), "mei", writing=True)
        assert self.send(self.page("viewers/")).json() == {"people": [{"name": "梅芳", "writing": True}]}

    def test_somebody_of_another_shop_says_and_sees_nothing(self):
        for what in ("notes/", "whispers/", "draft/", "viewers/", "recall/"):
            assert self.send(self.page(what), "hu", text="x", seq=1).status_code == 404

    def test_what_is_typed_is_offered_as_the_script_that_says_it(self):
        knowledge.write_script(
            scope="company", stage="logistics", title="发货时间", body="{customer}，下午四点前付款当天发货。", by=self.cast.zhou
        )
        found = self.get(self.page("suggestions/"), Accept="application/json")
        assert found.json()["items"] == []
        client = self.as_person(self.cast.lin)
        found = client.get(self.page("suggestions/"), {"q": "您好，下午四点前付款都是当天发货的"}).json()["items"]
        assert [(one["label"], one["insert"]) for one in found] == [("发货时间", "方静，下午四点前付款当天发货。")]

    def test_a_script_names_the_goods_of_the_newest_order_and_the_street_only_to_who_may_see_it(self):
        knowledge.write_script(
            scope="company", stage="logistics", title="核对", body="您拍的是{商品}，寄到{收货地址}", by=self.cast.zhou
        )
        order = Order.objects.create(
            shop=self.cast.shop, platform_id="71", customer=self.cast.fang, status="paid", created_at=NOW, business_day=TODAY,
            imported_at=NOW, total_fen=100, province="浙江省", city="杭州市", district="西湖区", address="示例路8号",
        )  # fmt: skip
        order.lines.create(position=1, title="南风四件套", variant="深蓝", quantity=1)
        (found,) = self.get(self.page("scripts/")).json()["items"]
        assert found["insert"] == "您拍的是南风四件套 深蓝，寄到浙江省杭州市西湖区****"

    def test_completions_know_scripts_colleagues_and_products(self):
        for what in ("scripts/", "suggestions/", "colleagues/", "products/"):
            answer = self.get(self.page(what), Accept="application/json")
            assert answer.status_code == 200
            assert "items" in answer.json()
        names = [one["label"] for one in self.get(self.page("colleagues/")).json()["items"]]
        assert "梅芳" in names
        assert "胡杰" not in names


class MyState(DeskCase):
    def test_going_offline_with_a_customer_leads_to_the_list_of_what_is_open(self):
        answer = self.post("/workspace/state/", state="offline", reason="")
        assert answer["HX-Redirect"] == "/workspace/leaving/?state=offline"
        page = self.get("/workspace/leaving/").content.decode()
        assert "方静" in page
        assert "留给下一班" in page

    def test_what_is_left_to_the_next_shift_lets_one_go(self):
        assert self.post(self.page("next-shift/"), note="等她回尺寸").status_code == 204
        assert LeftOver.objects.get().note == "等她回尺寸"
        answer = self.post("/workspace/state/", state="offline", reason="")
        assert answer.status_code == 200
        assert Presence.objects.get(person=self.cast.lin, ended_at=None).state == "offline"

    def test_gone_offline_the_page_before_going_offers_it_no_longer(self):
        self.agent_says(self.cast.lin, "谢谢光临")
        actions.resolve(self.talk, by=self.cast.lin, outcome="answered")
        offer = 'name="state" value="offline"'
        assert offer in self.get("/workspace/leaving/").content.decode()
        answer = self.post("/workspace/state/", state="offline", reason="")
        assert answer["HX-Trigger"] == "presence:changed"
        page = self.get("/workspace/leaving/").content.decode()
        assert offer not in page
        assert "您已下线" in page

    def test_a_state_that_does_not_exist_changes_nothing(self):
        assert self.post("/workspace/state/", state="asleep", reason="").status_code == 422
        assert Presence.objects.get(person=self.cast.lin, ended_at=None).state == "online"


class LeavingPage(DeskCase, pages.PageCase):
    chinese = "下班前"
    english = "Before you go"
    strangers = ("ding",)
    stranger_status = 403

    def address(self):
        return "/workspace/leaving/"


class LeftToTheNextShift(DeskCase):
    def test_who_was_answered_stands_in_the_queue_without_a_clock(self):
        self.agent_says(self.cast.lin, "明天给您答复")
        self.online(self.cast.lin, self.cast.mei, state=Presence.State.SUSPENDED)
        actions.leave_to_next_shift(self.talk, by=self.cast.lin, note="明天答复尺寸")
        self.talk.refresh_from_db()
        assert (self.talk.state, self.talk.waiting_since) == (Conversation.State.WAITING, None)
        rows = inbox.rows(self.cast.mei, "waiting").rows
        assert [(row["id"], row["waiting_since"]) for row in rows] == [(self.talk.pk, None)]


class LastWords(DeskCase):
    def by_whom(self, who):
        return [(row["preview_by"], row["preview"]) for row in inbox.rows(who, "mine").rows]

    def test_are_mine_only_if_i_said_them(self):
        self.agent_says(self.cast.lin, "我帮您看看尺寸")
        assert self.by_whom(self.cast.lin) == [("我：", "我帮您看看尺寸")]
        offer = actions.transfer(self.talk, by=self.cast.lin, to_person=self.cast.mei, note="问尺寸")
        actions.accept_transfer(offer, by=self.cast.mei)
        assert self.by_whom(self.cast.mei) == [(f"{self.cast.lin.service_name}：", "我帮您看看尺寸")]
        self.agent_says(self.cast.mei, "您好，接着为您服务")
        assert self.by_whom(self.cast.mei) == [("我：", "您好，接着为您服务")]

    def test_a_note_of_a_colleague_is_not_what_was_said(self):
        self.agent_says(self.cast.lin, "我帮您看看尺寸")
        actions.add_note(self.talk, by=self.cast.mei, text="她上周也问过", mentions=[])
        assert self.by_whom(self.cast.lin) == [("我：", "我帮您看看尺寸")]


class AlarmOfOtherPages(DeskCase):
    def test_tells_the_alarm_of_other_pages_who_waits_for_me(self):
        page = self.get("/workspace/state/").content.decode()
        told = json.loads(page.split("data-waits>")[1].split("</script>")[0])
        since = int(self.talk.waiting_since.timestamp() * 1000)
        assert told == [{"id": self.talk.pk, "since": since, "red": 100, "url": self.page()}]

    def test_tells_nobody_of_customers_of_others(self):
        assert "data-waits>[]</script>" in self.get("/workspace/state/", "mei").content.decode()
