from datetime import timedelta

import pytest

from dangban.customers import actions, identity, ports, queries, recognising
from dangban.customers.models import Customer, CustomerShop, Handle, Merge, RiskMark
from dangban.customers.recognising import Seen
from dangban.handbook import actions as handbook
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.testing import pages
from dangban.testing.cast import NOW


class CustomerCase(pages.CastCase):
    @classmethod
    def set_up_story(cls):
        handbook.adopt_preset("default")
        cls.twin = cls.cast.customer("fang_jd", "方小姐", cls.cast.second_shop)


class Recognising(CustomerCase):
    def recognise(self, *seen):
        return recognising.recognise(self.cast.shop, seen, at=NOW)

    def test_taobao_and_tmall_buyers_are_the_same_people(self):
        assert self.recognise(Seen("fang_2008")).ids == [self.cast.fang.pk]
        assert identity.namespace("tmall") == identity.namespace("taobao") == "taobao"

    def test_an_unknown_name_becomes_a_customer_once(self):
        found = self.recognise(Seen("neu", "13500000001"), Seen("neu", "13500000001"))
        assert found.ids[0] == found.ids[1]
        assert found.new == {found.ids[0]}
        customer = Customer.objects.get(pk=found.ids[0])
        assert (customer.phone, customer.phone_tail) == ("13500000001", "0001")

    def test_without_a_name_a_whole_phone_number_identifies(self):
        first = self.recognise(Seen(phone="13500000001")).ids
        assert self.recognise(Seen(phone="+86 135 0000 0001")).ids == first

    def test_masked_names_and_numbers_identify_nobody(self):
        assert self.recognise(Seen("t**1", "135****0001"), Seen()).ids == [None, None]
        assert Customer.objects.count() == 2

    def test_who_buys_in_a_shop_becomes_visible_there(self):
        recognising.recognise(self.cast.other_shop, [Seen("bei")], at=NOW)
        assert CustomerShop.objects.get(shop=self.cast.other_shop).first_at == NOW


class TagsAndRisks(CustomerCase):
    def test_a_tag_is_put_once_and_taken_away_with_a_trace(self):
        tag = actions.add_tag(self.cast.fang, " 爱送 礼 ", by=self.cast.lin)
        assert actions.add_tag(self.cast.fang, "爱送 礼", by=self.cast.mei) == tag
        actions.remove_tag(tag, by=self.cast.lin)
        verbs = Entry.objects.filter(verb__startswith="customers.").values_list("verb", flat=True)
        assert list(verbs.order_by("pk")) == ["customers.tagged", "customers.untagged"]

    def test_people_of_another_shop_may_not_tag(self):
        with pytest.raises(NotAllowed):
            actions.add_tag(self.cast.fang, "x", by=self.cast.hu)

    def test_a_risk_mark_needs_evidence_and_expires_by_the_handbook(self):
        with pytest.raises(BadInput):
            actions.mark_risk(self.cast.fang, "disputes", "", by=self.cast.zhou)
        mark = actions.mark_risk(self.cast.fang, "disputes", "三单三次仅退款", by=self.cast.zhou)
        assert mark.expires_on > clock.business_day(NOW)
        assert Entry.objects.get(verb="customers.risk_marked").because[0]["path"] == "customers.risk_expires"
        assert queries.is_open(mark, clock.business_day(NOW))
        assert not queries.is_open(mark, mark.expires_on)

    def test_an_agent_may_not_mark_and_a_mark_is_lifted_once(self):
        with pytest.raises(NotAllowed):
            actions.mark_risk(self.cast.fang, "disputes", "三单三次仅退款", by=self.cast.lin)
        mark = actions.mark_risk(self.cast.fang, "abuse", "辱骂客服两次", by=self.cast.zhou)
        actions.lift_risk(mark, by=self.cast.zhou)
        with pytest.raises(Conflict):
            actions.lift_risk(mark, by=self.cast.zhou)
        assert RiskMark.objects.get().lifted_by == self.cast.zhou

    def test_marks_above_a_persons_clearance_are_not_theirs_to_read(self):
        actions.mark_risk(self.cast.fang, "abuse", "辱骂客服两次", by=self.cast.zhou)
        assert queries.visible_risks(self.cast.lin).count() == 0
        assert queries.visible_risks(self.cast.zhou).count() == 1


class Merging(CustomerCase):
    def merge(self, by=None):
        return actions.merge(self.cast.fang, self.twin, by=by or self.cast.zhou, reason="同一收货人和电话")

    def test_handles_tags_and_shops_move_and_the_merged_one_points_on(self):
        actions.add_tag(self.twin, "要发票", by=self.cast.lin)
        self.merge()
        self.twin.refresh_from_db()
        assert self.twin.merged_into == self.cast.fang
        assert sorted(self.cast.fang.handles.values_list("handle", flat=True)) == ["fang_2008", "fang_jd"]
        assert sorted(self.cast.fang.shops.values_list("shop__code", flat=True)) == ["nanfeng", "nanfeng-jd"]
        assert list(self.cast.fang.tags.values_list("text", flat=True)) == ["要发票"]

    def test_taking_it_back_restores_both_exactly(self):
        before = sorted(Handle.objects.values_list("handle", "customer"))
        row = self.merge()
        actions.unmerge(row, by=self.cast.zhou)
        assert sorted(Handle.objects.values_list("handle", "customer")) == before
        assert list(self.cast.fang.shops.values_list("shop__code", flat=True)) == ["nanfeng"]
        self.twin.refresh_from_db()
        assert self.twin.merged_into is None
        with pytest.raises(Conflict):
            actions.unmerge(row, by=self.cast.zhou)

    def test_upper_rooms_move_their_rows_and_get_exactly_these_back(self):
        calls = []
        ports.register_mover(
            "test",
            lambda merged, kept: {"rows": [merged.pk]},
            lambda moved, kept, merged: calls.append((moved, merged)),
        )
        self.addCleanup(ports._movers.pop, "test")
        row = self.merge()
        assert row.moved["test"] == {"rows": [self.twin.pk]}
        actions.unmerge(row, by=self.cast.zhou)
        assert calls == [({"rows": [self.twin.pk]}, self.twin)]

    def test_a_merge_can_be_taken_back_only_for_the_handbooks_days(self):
        row = self.merge()
        Merge.objects.filter(pk=row.pk).update(at=NOW - timedelta(days=366))
        row.refresh_from_db()
        with pytest.raises(Refused):
            actions.unmerge(row, by=self.cast.zhou)

    def test_an_agent_may_not_merge_nor_who_serves_only_one_of_the_shops(self):
        with pytest.raises(NotAllowed):
            self.merge(by=self.cast.lin)
        CustomerShop.objects.create(customer=self.twin, shop=self.cast.other_shop, first_at=NOW)
        with pytest.raises(NotAllowed):
            self.merge(by=self.cast.zhou)
        assert Merge.objects.count() == 0

    def test_oneself_and_the_merged_are_refused(self):
        with pytest.raises(BadInput):
            actions.merge(self.cast.fang, self.cast.fang, by=self.cast.zhou, reason="同一人")
        self.merge()
        with pytest.raises(Conflict):
            self.merge()
