"""The calculator beside a conversation."""

from __future__ import annotations

from dangban.conversations.tests.floor import FloorCase
from dangban.people.roles import DEFAULT_ROLES


class PriceTabTest(FloorCase):
    def test_it_reckons_for_the_shop_of_the_conversation(self) -> None:
        self.online(self.cast.lin)
        self.customer_says("两床被子一起买多少钱")
        held = self.conversation()
        page = self.as_person(self.cast.lin).get(f"/workspace/{held.pk}/context/price/").content.decode()
        assert f"/campaigns/price/panel/?shop={self.cast.shop.pk}" in page

    def test_every_role_that_serves_sees_campaigns(self) -> None:
        serving = [role for role in DEFAULT_ROLES if "conversations.serve" in role.permissions]
        assert all("campaigns.view" in role.permissions for role in serving)
