"""Opening a shop."""

from __future__ import annotations

import pytest

from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, NotAllowed
from dangban.people.models import Shop
from dangban.shops import actions
from dangban.testing import pages


class OpeningAShop(pages.CastCase):
    def test_a_shop_opens_with_its_chat_page_and_is_journalled(self) -> None:
        shop = actions.open_shop("xinpu", "新铺子", "taobao", by=self.cast.bao)
        assert (shop.profile.public_key, shop.opened_on.isoformat()) == ("xinpu", "2026-11-19")
        assert Entry.objects.filter(verb="shops.shop_opened", subject_id=shop.pk, actor_id=self.cast.bao.pk).count() == 1

    def test_whoever_manages_some_shops_only_opens_none(self) -> None:
        with pytest.raises(NotAllowed):
            actions.open_shop("xinpu", "新铺子", "taobao", by=self.cast.zhou)
        assert not Shop.objects.filter(code="xinpu").exists()

    def test_a_code_is_given_once(self) -> None:
        with pytest.raises(BadInput) as refused:
            actions.open_shop("nanfeng", "又一家", "tmall", by=SYSTEM)
        assert list(refused.value.fields) == ["code"]

    def test_a_code_must_fit_into_an_address(self) -> None:
        with pytest.raises(BadInput):
            actions.open_shop("我的店", "我的店", "tmall", by=SYSTEM)
