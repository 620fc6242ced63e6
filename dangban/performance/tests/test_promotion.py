"""The score that levels ask for: the last three final cards, of many people at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dangban.people.models import Person
from dangban.performance.models import Card
from dangban.performance.promotion import average_scores
from dangban.staff import ports, standing
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY


class ScoresTest(pages.CastCase):
    def card(self, person: Person, month: int, score: str | None, state: str = "final") -> None:
        Card.objects.create(
            person=person, month=date(2026, month, 1), code="A", name={"zh": "考核", "en": "Card"}, work="presale", state=state,
            score=None if score is None else Decimal(score), source="own", provisional=False, drafted_at=NOW,
        )  # fmt: skip

    def test_the_last_three_final_cards_before_the_month_count(self) -> None:
        for month, score in ((6, "10"), (7, "80"), (8, "85"), (9, "91"), (11, "0")):
            self.card(self.cast.lin, month, score)
        self.card(self.cast.mei, 10, "70")
        self.card(self.cast.ou, 10, "70", "draft")
        self.card(self.cast.ou, 9, None)
        found = average_scores([self.cast.lin, self.cast.mei, self.cast.ou], TODAY)
        assert found == {self.cast.lin.pk: Decimal("85.33"), self.cast.mei.pk: Decimal("70.00")}

    def test_many_people_take_one_query(self) -> None:
        people = list(Person.objects.all())
        for person in people:
            self.card(person, 10, "90")
        with self.assertNumQueries(1):
            assert set(ports.figure(ports.SCORE, people, TODAY).values()) == {Decimal("90.00")}
        with self.assertNumQueries(7):
            standing.facts_of(people[:2], TODAY)
        with self.assertNumQueries(7):
            standing.facts_of(people, TODAY)
