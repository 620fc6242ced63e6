"""Scorecards from draft to final: who may what, in which order, and what a refusal leaves alone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.people.models import Person, Role, RoleGrant
from dangban.performance import actions, queries
from dangban.performance.facts import build
from dangban.performance.measures import VERSION
from dangban.performance.models import BuiltDay, Card, CardLine, Target
from dangban.performance.tests.story import StoryCase
from dangban.performance.tests.test_facts import on
from dangban.performance.working import works
from dangban.testing.cast import NOW, TODAY

MONTH = date(2026, 10, 1)
DAY = date(2026, 10, 12)
LATER = NOW + timedelta(days=4)


class CardCase(StoryCase):
    """Lin sold 300 to one of two who asked, in October."""

    @classmethod
    def set_up_facts(cls) -> None:
        cls.talk(cls.cast.lin, [(on("10:00", DAY), on("10:00:12", DAY)), (on("10:05", DAY), on("10:05:40", DAY))], cls.cast.fang)
        cls.talk(cls.cast.lin, [(on("11:00", DAY), on("11:00:20", DAY))], cls.customer("b"))
        cls.order("A1", cls.cast.fang, on("10:30", DAY), on("10:35", DAY), 300)
        build(MONTH, MONTH + timedelta(days=30), NOW)
        actions.draft(MONTH, by=cls.cast.zhou, at=NOW)

    def card(self, person: Person | None = None) -> Card:
        return Card.objects.get(person=person or self.cast.lin, month=MONTH)

    def whole(self) -> Card:
        return actions.give(self.card(), "daily_work", Decimal(90), by=self.cast.zhou, at=NOW)

    def test_the_draft_holds_figures_with_source_and_definition(self) -> None:
        lines = {line.measure: line for line in self.card().lines.all()}
        assert (lines["conversion"].value, lines["conversion"].numerator, lines["conversion"].denominator) == (Decimal(50), 1, 2)
        assert (lines["conversion"].points, lines["conversion"].scored) == (Decimal(75), Decimal(30))
        assert lines["first_response"].value == Decimal("16.00")
        assert lines["response"].value == Decimal("24.00")
        assert (lines["conversion"].source, lines["conversion"].definition) == ("own", VERSION)
        assert self.card().score is None
        assert self.card().because[0]["path"] == "performance.cards"

    def test_points_given_make_the_card_whole_and_the_sum_is_exact(self) -> None:
        card = self.whole()
        # 75×40 + 100×25 + basket ratio 1 → 0 + 90×10 + 100×10 + 90×10.
        assert card.score == Decimal("83.00")
        assert (card.grade, card.bonus_fen) == ("良", 10_000)

    def test_a_figure_takes_no_points_by_hand(self) -> None:
        with pytest.raises(Refused):
            actions.give(self.card(), "conversion", Decimal(100), by=self.cast.zhou, at=NOW)
        assert self.card().lines.get(measure="conversion").points == Decimal(75)

    def test_confirmed_by_the_person_and_made_final_by_a_second(self) -> None:
        self.whole()
        actions.confirm(self.card(), by=self.cast.lin, at=NOW)
        with pytest.raises(NotAllowed):
            actions.finish(self.card(), by=self.cast.lin, at=NOW)
        self._final()
        with pytest.raises(Refused) as caught:
            actions.give(self.card(), "daily_work", Decimal(1), by=self.cast.zhou, at=NOW)
        assert caught.value.code == "final"
        assert self.card().state == "final"
        assert queries.final_cards(MONTH)[self.cast.lin.pk].score == Decimal("83.00")
        found = queries.card_of(self.cast.lin, MONTH)
        assert found is not None
        assert found.is_final

    def _final(self) -> Card:
        return actions.finish(self.card(), by=self.cast.bao, at=NOW)

    def test_who_gave_points_does_not_make_it_final(self) -> None:
        actions.give(self.card(), "daily_work", Decimal(90), by=self.cast.bao, at=NOW)
        actions.confirm(self.card(), by=self.cast.lin, at=NOW)
        with pytest.raises(Refused) as caught:
            actions.finish(self.card(), by=self.cast.bao, at=NOW)
        assert caught.value.code == "second"
        assert self.card().state == "confirmed"

    def test_the_only_manager_who_answered_an_objection_makes_it_final_openly(self) -> None:
        actions.give(self.card(), "daily_work", Decimal(90), by=self.cast.zhou, at=NOW)
        objection = actions.dispute(self.card(), "少算一单", by=self.cast.lin, at=NOW)
        actions.answer(objection, False, "核对无误", by=self.cast.bao, at=NOW)
        second = self.cast._person("gao", "高经理", self.cast.bao.level, None, "manager")
        actions.confirm(self.card(), by=self.cast.lin, at=NOW)
        with pytest.raises(Refused):
            actions.finish(self.card(), by=self.cast.bao, at=NOW)
        assert self.card().state == "confirmed"
        Person.objects.filter(pk=second.pk).update(is_active=False)
        assert actions.finish(self.card(), by=self.cast.bao, at=NOW).state == "final"
        assert Entry.objects.get(verb="performance.finished").change["nobody_else"] is True

    def test_a_supervisor_without_the_right_makes_nothing_final(self) -> None:
        self.whole()
        with pytest.raises(NotAllowed):
            actions.finish(self.card(), by=self.cast.zhou, at=LATER)

    def test_an_unconfirmed_card_waits_for_its_days_and_then_may_be_final(self) -> None:
        self.whole()
        with pytest.raises(Refused) as caught:
            actions.finish(self.card(), by=self.cast.bao, at=NOW)
        assert caught.value.code == "early"
        assert caught.value.decision.because[0].path == "performance.object_within"
        assert actions.finish(self.card(), by=self.cast.bao, at=LATER).state == "final"

    def test_a_dispute_stops_it_until_somebody_answers(self) -> None:
        self.whole()
        objection = actions.dispute(self.card(), "那天在培训", by=self.cast.lin, measure="conversion", at=NOW)
        with pytest.raises(Refused):
            actions.finish(self.card(), by=self.cast.bao, at=LATER)
        with pytest.raises(NotAllowed):
            actions.answer(objection, True, "对", by=self.cast.lin, at=NOW)
        card = actions.answer(objection, True, "重新算", by=self.cast.zhou, at=LATER)
        assert (card.state, card.due_at) == ("draft", LATER + timedelta(days=3))

    def test_a_dispute_after_its_days_is_refused_with_the_clause(self) -> None:
        self.whole()
        with pytest.raises(Refused) as caught:
            actions.dispute(self.card(), "晚了", by=self.cast.lin, at=LATER)
        assert caught.value.decision.because[0].path == "performance.object_within"
        assert self.card().state == "draft"

    def test_nobody_else_confirms_or_disputes(self) -> None:
        for act in (lambda: actions.confirm(self.card(), by=self.cast.mei, at=NOW), lambda: actions.dispute(self.card(), "x", by=self.cast.zhou, at=NOW)):
            with pytest.raises(NotAllowed):
                act()

    def test_drafting_again_keeps_points_given_and_final_cards(self) -> None:
        self.whole()
        actions.draft(MONTH, by=self.cast.zhou, at=NOW)
        assert self.card().lines.get(measure="daily_work").value == Decimal(90)
        actions.confirm(self.card(), by=self.cast.lin, at=NOW)
        self._final()
        self.order("A2", self.cast.fang, on("10:40", DAY), on("10:45", DAY), 999)
        build(DAY, DAY, NOW)
        actions.draft(MONTH, by=self.cast.zhou, at=NOW)
        assert self.card().lines.get(measure="pay_rate").denominator == 1

    def test_a_card_with_open_windows_is_not_made_final(self) -> None:
        self.talk(self.cast.lin, [(on("10:00", TODAY - timedelta(days=1)), on("10:01", TODAY - timedelta(days=1)))], self.cast.fang)
        build(TODAY.replace(day=1), TODAY, NOW)
        actions.draft(TODAY, by=self.cast.zhou, at=NOW)
        assert Card.objects.get(person=self.cast.lin, month=TODAY.replace(day=1)).provisional

    def test_a_card_drafted_while_figures_were_open_can_be_final_once_they_stand(self) -> None:
        """Nothing but the days' being over has changed; a card that was confirmed meanwhile stays confirmed."""
        self.whole()
        actions.confirm(self.card(), by=self.cast.lin, at=NOW)
        Card.objects.update(provisional=True)
        CardLine.objects.filter(measure="conversion").update(provisional=True)
        with pytest.raises(Refused) as caught:
            self._final()
        assert caught.value.code == "provisional"
        actions.draft(MONTH, by=self.cast.zhou, at=NOW)
        card = self.card()
        assert (card.state, card.provisional, card.lines.get(measure="conversion").provisional) == ("confirmed", False, False)
        assert self._final().state == "final"

    def test_a_card_confirmed_with_open_figures_that_then_changed_is_looked_at_again(self) -> None:
        self.whole()
        actions.confirm(self.card(), by=self.cast.lin, at=NOW)
        Card.objects.update(provisional=True)
        self.order("A2", self.customer("b2"), on("10:40", DAY), on("10:45", DAY), 100)
        self.talk(self.cast.lin, [(on("10:35", DAY), on("10:35:05", DAY))], self.customer("b3"))
        build(DAY, DAY, NOW)
        actions.draft(MONTH, by=self.cast.zhou, at=LATER)
        card = self.card()
        assert (card.state, card.confirmed_at, card.provisional, card.due_at) == ("draft", None, False, LATER + timedelta(days=3))
        assert card.lines.get(measure="daily_work").value == Decimal(90)

    def test_points_given_after_the_confirmation_are_confirmed_anew(self) -> None:
        self.whole()
        actions.confirm(self.card(), by=self.cast.lin, at=NOW)
        actions.give(self.card(), "daily_work", Decimal(10), by=self.cast.zhou, at=LATER)
        card = self.card()
        assert (card.state, card.confirmed_at, card.score, card.due_at) == ("draft", None, Decimal("75.00"), LATER + timedelta(days=3))
        with pytest.raises(Refused) as caught:
            actions.finish(card, by=self.cast.bao, at=LATER)
        assert caught.value.code == "early"

    def test_points_that_come_late_leave_the_person_their_days(self) -> None:
        actions.give(self.card(), "daily_work", Decimal(90), by=self.cast.zhou, at=LATER)
        with pytest.raises(Refused) as caught:
            actions.finish(self.card(), by=self.cast.bao, at=LATER)
        assert caught.value.code == "early"
        actions.dispute(self.card(), "少了", by=self.cast.lin, measure="daily_work", at=LATER + timedelta(days=2))
        assert self.card().state == "disputed"

    def test_who_was_away_the_whole_month_is_given_points_with_a_reason(self) -> None:
        """Nobody asked Mei in October: no figure will ever come, and wages must not wait for it."""
        card = self.card(self.cast.mei)
        assert {line.value for line in card.lines.all()} == {None}
        with pytest.raises(BadInput):
            actions.give(card, "satisfaction", Decimal(80), by=self.cast.zhou, at=NOW)
        assert card.lines.get(measure="satisfaction").points is None
        for line in card.lines.all():
            actions.give(card, line.measure, Decimal(80), by=self.cast.zhou, note="产假", at=NOW)
        card = self.card(self.cast.mei)
        assert (card.score, card.grade) == (Decimal("80.00"), "良")
        assert card.lines.get(measure="satisfaction").value is None
        actions.draft(MONTH, by=self.cast.zhou, at=NOW)
        assert self.card(self.cast.mei).score == Decimal("80.00")
        assert actions.finish(card, by=self.cast.bao, at=LATER).state == "final"

    def test_a_figure_that_waits_for_later_refunds_only_is_given_points_too(self) -> None:
        """Where nobody sold anything the basket would keep its star until after payday, on a card that is held back by nothing."""
        card = self.card(self.cast.mei)
        line = card.lines.first()
        assert line is not None
        card.lines.filter(pk=line.pk).update(provisional=True)
        type(card).objects.filter(pk=card.pk).update(provisional=True)
        with pytest.raises(Refused):
            actions.give(card, line.measure, Decimal(80), by=self.cast.zhou, note="没有成交", at=NOW)
        type(card).objects.filter(pk=card.pk).update(provisional=False)
        actions.give(card, line.measure, Decimal(80), by=self.cast.zhou, note="没有成交", at=NOW)
        assert card.lines.get(pk=line.pk).points == Decimal(80)

    def test_a_figure_that_comes_after_all_goes_before_points_by_hand(self) -> None:
        actions.give(self.card(self.cast.mei), "reply_rate", Decimal(80), by=self.cast.zhou, note="产假", at=NOW)
        self.talk(self.cast.mei, [(on("10:00", DAY), on("10:01", DAY))], self.customer("late"), stage="aftersale")
        build(DAY, DAY, NOW)
        actions.draft(MONTH, by=self.cast.zhou, at=NOW)
        line = self.card(self.cast.mei).lines.get(measure="reply_rate")
        assert (line.value, line.points, line.given_by, line.note) == (Decimal(100), Decimal(100), None, "")

    def test_a_drafting_that_was_killed_goes_on(self) -> None:
        actions.draft_due(NOW)
        before = set(Card.objects.values_list("person__username", flat=True))
        Card.objects.exclude(person=self.cast.lin).delete()
        kept = self.card().version
        assert actions.draft_due(NOW) == len(before) - 1
        assert set(Card.objects.values_list("person__username", flat=True)) == before
        assert self.card().version == kept
        assert actions.draft_due(NOW) == 0

    def test_cards_whose_figures_stand_meanwhile_are_settled_by_themselves(self) -> None:
        actions.draft_due(NOW)
        self.whole()
        actions.confirm(self.card(), by=self.cast.lin, at=NOW)
        Card.objects.filter(person=self.cast.lin).update(provisional=True)
        assert actions.draft_due(NOW) == 1
        assert (self.card().provisional, self.card().state) == (False, "confirmed")
        Card.objects.filter(person=self.cast.lin).update(provisional=True)
        BuiltDay.objects.filter(day=DAY).update(sales_final=False)
        assert actions.draft_due(NOW) == 0
        assert self.card().provisional

    def test_a_role_that_ended_before_the_month_has_no_card_in_it(self) -> None:
        RoleGrant.objects.create(person=self.cast.lin, role=Role.objects.get(code="order-agent"), since=NOW - timedelta(days=400), until=NOW - timedelta(days=200))
        assert works(MONTH, MONTH + timedelta(days=30))[self.cast.lin.pk] == "presale"

    def test_hu_of_another_shop_drafts_and_sees_nothing_here(self) -> None:
        with pytest.raises(NotAllowed):
            actions.draft(MONTH, by=self.cast.hu, at=NOW)
        assert self.card().version == 1

    def test_a_target_is_reached_in_parts_and_final_months_keep_theirs(self) -> None:
        actions.set_target(self.cast.lin, "sales", MONTH, 60_000, by=self.cast.zhou, at=NOW)
        found = queries.value("target_done", self.cast.lin, MONTH, MONTH + timedelta(days=30))
        assert found.value == Decimal("50.00")
        self.whole()
        actions.confirm(self.card(), by=self.cast.lin, at=NOW)
        self._final()
        with pytest.raises(Refused):
            actions.set_target(self.cast.lin, "sales", MONTH, 1, by=self.cast.zhou, at=NOW)
        assert Target.objects.get().amount == 60_000
