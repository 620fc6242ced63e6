"""The demonstration's warehouse: parcels sent, one half packed, a void slip to pull, the rest still to do."""

from dangban.demo.outgoing import Outgoing
from dangban.dispatch.models import Preparation, Slip
from dangban.dispatch.tests.warehouse import DeskCase
from dangban.testing.cast import NOW


class Morning(DeskCase):
    def test_something_stands_at_every_table(self):
        self.desk.goods.receive(50)
        for number in range(45):
            self.desk.order(buyer_message="" if number % 5 else "请尽快")
        Outgoing({"ding": self.cast.ding}, NOW).act()
        stages = {stage: Preparation.objects.filter(stage=stage).count() for stage in ("waiting", "held", "passed", "printed", "packed", "sent")}
        assert stages == {"waiting": 5, "held": 8, "passed": 19, "printed": 6, "packed": 1, "sent": 6}
        assert Slip.objects.filter(void_at__isnull=False, pulled_at=None).count() == 1
