"""What couriers wrote of a customer is handed out to them, and goes with them."""

from __future__ import annotations

from dangban.lib.actor import SYSTEM
from dangban.orders.models import Order, OrderException
from dangban.orders.personal import OrderData
from dangban.testing.cast import NOW
from dangban.tracking.models import Step, Track
from dangban.tracking.personal import ParcelData
from dangban.tracking.tests.stories import ParcelCase

CUSTOMER = "customers.customer"


class Erasing(ParcelCase):
    def test_takes_the_words_and_leaves_where_and_when(self):
        self.says("problem", "11-19 9:00", text="疑难件，收件人方静不在家")
        held = ParcelData().collect(CUSTOMER, self.cast.fang.pk)["parcel_steps"]
        assert [(one["track__parcel__number"], one["text"]) for one in held] == [("YT1001", "疑难件，收件人方静不在家")]
        Order.objects.update(status="done")
        assert OrderData().erase(CUSTOMER, self.cast.fang.pk, by=SYSTEM, at=NOW) > 0
        ParcelData().erase(CUSTOMER, self.cast.fang.pk, by=SYSTEM, at=NOW)
        assert list(Step.objects.values_list("state", "text")) == [("problem", "")]
        assert (Track.objects.get().last_text, OrderException.objects.get().note) == ("", "")
