"""What a customer sees of their parcels on their own page of an order."""

from __future__ import annotations

from django.test import Client

from dangban.lib import clock
from dangban.orders.self_service import links
from dangban.orders.self_service.shielding import shielded
from dangban.testing.cast import at
from dangban.tracking import noting
from dangban.tracking.tests.stories import ParcelCase


class OwnPageTests(ParcelCase):
    def setUp(self) -> None:
        super().setUp()
        self.sent.receiver, self.sent.phone, self.sent.phone_tail = "方静", "13500000005", "0005"
        self.sent.save()
        self.address = f"/o/{links.token(self.sent, self.cast.lin, clock.now())}/"

    def page(self, client: Client) -> str:
        return client.get(self.address).content.decode()

    def test_the_way_of_each_parcel_is_told_the_newest_first(self) -> None:
        second = self.carry("SF2002")
        self.says("picked", "11-18 19:00")
        self.says("delivering", "11-19 8:00")
        self.says("moving", "11-18 23:00")
        page = self.page(Client())
        assert page.index('<b class="state ">派送中</b>') < page.index("快递员正在派送") < page.index("离开【杭州转运中心】") < page.index("快件已被揽收")
        assert second.number in page
        assert "快递还没有回报。" in page

    def test_a_parcel_in_trouble_and_one_signed_for_show_it(self) -> None:
        second = self.carry("SF2002")
        self.says("refused", "11-19 8:00")
        self.says("signed", "11-19 8:00", parcel=second)
        page = self.page(Client())
        assert '<b class="state bad">问题件</b>' in page
        assert '<b class="state good">已签收</b>' in page

    def test_names_phones_and_codes_stay_hidden_until_the_phones_end_was_right(self) -> None:
        self.says("delivering", "11-19 8:00", text="快递员：张三丰，电话13700000001，正在派送至方静")
        self.says("signed", "11-19 9:00", text="已签收，签收人：王小二，取件码 6-2-8008")
        client = Client()
        page = self.page(client)
        for hidden in ("张三丰", "13700000001", "方静", "王小二", "6-2-8008"):
            assert hidden not in page, hidden
        assert "137****0001" in page
        client.post(f"{self.address}check/", {"tail": "0005"})
        page = self.page(client)
        for shown in ("张三丰，电话13700000001", "签收人：王小二", "取件码 6-2-8008"):
            assert shown in page, shown

    def test_what_colleagues_note_shows_only_where_it_is(self) -> None:
        noting.note_by_hand(self.track(), "problem", "客户很凶，网点说罚款", by=self.cast.ou, at=at("11-19 9:00"))
        page = self.page(Client())
        assert "客户很凶" not in page
        assert '<b class="state bad">问题件</b>' in page


def test_how_it_was_signed_for_is_no_name() -> None:
    for said in ("已签收，签收人：本人", "已签收，签收人：门卫代收", "收件人拒收，等待发件人确认"):
        assert shielded(said, receiver="方静", address="示例路8号") == said
    assert shielded("已放在示例路8号", receiver="方静", address="示例路8号") == "已放在***"
