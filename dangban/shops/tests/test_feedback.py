"""Faults of pages: asked once, told to everybody who noted them, counted by page."""

from datetime import timedelta

import pytest

from dangban.desk import actions as desk
from dangban.desk.models import Deadline, DepartmentRequest, Notice
from dangban.handbook import actions as handbook
from dangban.handbook.models import StoredDecision
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, NotAllowed
from dangban.people.models import Department
from dangban.shops import feedback
from dangban.shops.models import PageFeedback, Product
from dangban.testing import pages
from dangban.testing.cast import NOW, at


class Story(pages.CastCase):
    @classmethod
    def set_up_story(cls):
        handbook.adopt_preset("default")
        cls.design = Department.objects.create(code="design", name="设计部")
        cls.operations = Department.objects.create(code="operations", name="运营部")
        cls.product = Product.objects.create(
            shop=cls.cast.shop, platform_id="P1", title="南风四件套", url="https://item.example.com/1", updated_at=NOW
        )
        # Ding draws for the shop today.
        cls.cast.ding.department = cls.design
        cls.cast.ding.save(update_fields=["department"])

    def note(self, who="lin", fault="sizes", text="尺码表少了 XL", when=NOW, **given):
        given.setdefault("product", self.product)
        given.setdefault("department", feedback.department_for(fault))
        return feedback.report(self.cast.shop, fault, text, by=getattr(self.cast, who), at=when, **given)


class Reporting(Story):
    def test_a_fault_becomes_a_request_with_the_handbooks_time(self):
        noted = self.note(url="/workspace/7/")
        request = noted.request
        assert (request.kind, request.title, request.department) == ("shops.page", "尺码表有误或缺失: 南风四件套", self.design)
        assert request.facts == {"fault": "尺码表有误或缺失", "page": "https://item.example.com/1"}
        assert (request.url, request.due_at) == ("/workspace/7/", NOW + timedelta(hours=12))
        assert Deadline.objects.get(subject_kind="desk.departmentrequest").due_at == request.due_at
        assert StoredDecision.objects.filter(kind="shops.page_fixed_by", subject_id=request.pk).exists()
        assert Entry.objects.get(verb="shops.page_reported").change["fault"] == "sizes"

    def test_prices_go_to_operations_and_pictures_to_design(self):
        assert feedback.department_for("price") == self.operations
        assert feedback.department_for("picture") == self.design
        Department.objects.filter(code="operations").update(code="shopping")
        assert feedback.department_for("price") == self.design

    def test_the_same_fault_again_joins_and_another_does_not(self):
        first, again, other = self.note(), self.note("mei"), self.note("mei", fault="price")
        assert again.request == first.request
        assert other.request != first.request
        assert DepartmentRequest.objects.count() == 2

    def test_everybody_who_noted_it_is_told_with_the_way_back_to_their_customer(self):
        noted = self.note(url="/workspace/7/")
        self.note("mei", url="/workspace/9/")
        desk.settle_request(noted.request, True, "已补 XL", by=self.cast.ding, at=at("11:00"))
        told = {one.person.username: (one.title, one.body, one.url) for one in Notice.objects.exclude(person=None)}
        assert told["mei"] == ("页面已改好：尺码表有误或缺失: 南风四件套", "已补 XL", "/workspace/9/")
        assert told["lin"][2] == f"/requests/{noted.request_id}/"
        later = self.note("mei")
        assert later.request != noted.request

    def test_what_is_missing_is_said_and_nothing_is_noted(self):
        for given in ({"text": " "}, {"fault": "spelling"}, {"department": None}):
            with pytest.raises(BadInput):
                self.note(**given)
        theirs = Product.objects.create(shop=self.cast.other_shop, platform_id="P2", title="瓜子", updated_at=NOW)
        with pytest.raises(BadInput):
            self.note(product=theirs)
        with pytest.raises(NotAllowed):
            self.note("hu")
        assert PageFeedback.objects.count() == DepartmentRequest.objects.count() == 0

    def test_pages_are_counted_by_how_often_they_were_noted(self):
        first = self.note()
        self.note("mei")
        self.note("mei", fault="price")
        feedback.report(
            self.cast.shop, "counterfeit", "某店盗用我们的图", by=self.cast.lin, department=self.operations, at=at("10:30")
        )
        desk.settle_request(first.request, True, "", by=self.cast.ding, at=at("11:00"))
        rows = feedback.counts(self.cast.lin, NOW - timedelta(days=1))
        assert [(one.product, one.noted, one.open, one.faults) for one in rows] == [
            (self.product, 3, 1, "尺码表有误或缺失 2、价格有误 1"),
            (None, 1, 1, "发现假冒店铺 1"),
        ]
        assert feedback.counts(self.cast.hu, NOW - timedelta(days=1)) == []


class FeedbackPage(Story, pages.PageCase):
    queries = 22
    chinese = "页面问题"
    english = "Faults of pages"

    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        feedback.report(
            cls.cast.shop, "price", "<b>写错</b>", product=cls.product, department=cls.operations, by=cls.cast.lin, at=NOW
        )

    def address(self):
        return "/catalogue/feedback/"

    def test_somebody_of_another_shop_sees_none_of_it(self):
        page = self.as_person(self.cast.hu).get("/catalogue/feedback/").content.decode()
        assert "写错" not in page
        path = f"/catalogue/{self.product.pk}/feedback/"
        assert self.as_person(self.cast.hu).get(path).status_code == 404
        assert self.as_person(self.cast.hu).post(path, {"fault": "price", "text": "x"}).status_code == 404

    def test_it_is_noted_from_the_product_and_shown_there(self):
        client = self.as_person(self.cast.mei)
        path = f"/catalogue/{self.product.pk}/feedback/?from=/workspace/3/"
        assert "counterfeit" not in client.get(path).content.decode()
        answer = client.post(path, {"fault": "picture", "text": "主图是旧款", "page": ""})
        noted = PageFeedback.objects.get(fault="picture")
        assert answer["Location"] == f"/requests/{noted.request_id}/"
        assert (noted.url, noted.request.department) == ("/workspace/3/", self.design)
        page = client.get(f"/catalogue/{self.product.pk}/").content.decode()
        assert "主图是旧款" in page
        assert "&lt;b&gt;写错&lt;/b&gt;" in page
        assert client.post(path, {"fault": "picture", "text": ""}).status_code == 422

    def test_a_fault_known_already_leads_to_the_list(self):
        answer = self.as_person(self.cast.mei).post(f"/catalogue/{self.product.pk}/feedback/", {"fault": "price", "text": "又错"})
        assert answer["Location"] == "/catalogue/feedback/"
        assert DepartmentRequest.objects.count() == 1
