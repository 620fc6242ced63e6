"""Adopting: versions over time, warnings by name, backdating, lifted bounds, kept decisions."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import TestCase

from dangban.handbook import actions, checks, current, queries
from dangban.handbook.decisions import Decision
from dangban.handbook.loader import Layer, preset, read_layers
from dangban.handbook.models import Stamp, StoredDecision, Unchangeable, Version, WrittenOnce
from dangban.handbook.shapes import discover
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders.clauses import CUT_OFF
from dangban.testing.cast import at

BAO = Actor("person", 7, "包国强")
MARCH = datetime(2026, 3, 1, 2, tzinfo=UTC)


def edited(cut_off: str, since: str = "2020-01-01", name: str = "default"):
    """A preset with another cut-off, the former value kept below an added day."""
    layers = [Layer(layer.name, dict(layer.files)) for layer in preset(name).layers]
    text = layers[-1].files["orders.toml"]
    value = f'[[cut_off.value]]\nsince = {since}\nclause = "handbook: 4"\nis = "{cut_off}"\n'
    start = text.index("[[cut_off.value]]")
    end = text.index("[ship_within]")
    kept = text[start:end] if since != "2020-01-01" else ""
    layers[-1].files["orders.toml"] = text[:start] + kept + value + text[end:]
    return read_layers(layers, discover())


class AdoptedCase(TestCase):
    def adopt(self, handbook, day: date, **options):
        with clock.frozen(options.pop("now", MARCH)):
            return actions.adopt(handbook, by=BAO, reason="试行", effective_on=day, **options)


class Versions(AdoptedCase):
    def test_an_event_is_judged_by_the_version_in_effect_on_its_day(self):
        first = self.adopt(preset("default"), date(2026, 1, 1))
        second = self.adopt(edited("15:00"), date(2026, 4, 1))
        march, april = at("03-31 23:59"), at("04-01 00:00")
        assert (actions.in_force(march)[CUT_OFF], actions.in_force(march).version) == (time(16, 30), first.pk)
        assert (actions.in_force(april)[CUT_OFF], actions.in_force(april).version) == (time(15), second.pk)

    def test_last_months_result_does_not_change_when_a_rule_does(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        before = actions.in_force(at("02-10 12:00"))[CUT_OFF]
        self.adopt(edited("15:00"), date(2026, 3, 1))
        assert actions.in_force(at("02-10 12:00"))[CUT_OFF] == before == time(16, 30)

    def test_a_value_that_changes_within_a_version_changes_at_the_companys_midnight(self):
        self.adopt(edited("15:00", since="2026-03-15"), date(2026, 1, 1))
        assert actions.in_force(at("03-14 23:59"))[CUT_OFF] == time(16, 30)
        assert actions.in_force(at("03-15 00:00"))[CUT_OFF] == time(15)

    def test_what_was_known_earlier_can_still_be_asked(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        later = MARCH + timedelta(days=9)
        self.adopt(edited("15:00"), date(2026, 2, 1), now=later, backdating_confirmed=True)
        assert actions.in_force(at("02-10 12:00"))[CUT_OFF] == time(15)
        assert current.known_at(at("02-10 12:00"), MARCH)[CUT_OFF] == time(16, 30)

    def test_of_two_versions_with_one_day_the_later_adopted_counts(self):
        self.adopt(preset("default"), date(2026, 4, 1))
        self.adopt(edited("15:00"), date(2026, 4, 1))
        assert actions.in_force(at("04-02 12:00"))[CUT_OFF] == time(15)

    def test_before_the_first_version_nothing_is_in_force(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        with pytest.raises(actions.NoHandbook, match="no handbook is in force on 2025-12-31"):
            actions.in_force(datetime(2025, 12, 31, 12, tzinfo=UTC))

    def test_what_must_work_before_the_first_version_finds_no_value_instead(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        assert not current.in_force_so_far(datetime(2025, 12, 31, 12, tzinfo=UTC)).has(CUT_OFF)
        assert current.in_force_so_far(datetime(2026, 1, 1, 12, tzinfo=UTC)).has(CUT_OFF)

    def test_what_somebody_is_owed_goes_by_the_first_version_before_it(self):
        assert not current.in_force_or_first(at("03-15 00:00")).has(CUT_OFF)
        self.adopt(preset("default"), date(2026, 1, 1))
        self.adopt(edited("15:00"), date(2026, 4, 1))
        assert current.in_force_or_first(datetime(2025, 12, 31, 12, tzinfo=UTC))[CUT_OFF] == time(16, 30)
        assert current.in_force_or_first(at("04-01 12:00"))[CUT_OFF] == time(15)

    def test_the_whole_text_is_kept_with_the_version(self):
        version = self.adopt(preset("brand-group"), date(2026, 1, 1), acknowledged=_all("brand-group"))
        assert [layer["name"] for layer in version.source] == ["brand-group", "default"]
        assert current.handbook_of(version).records.keys() == preset("brand-group").records.keys()
        assert version.content_hash == preset("brand-group").content_hash

    def test_a_version_is_never_changed(self):
        version = self.adopt(preset("default"), date(2026, 1, 1))
        version.reason = "改写"
        with pytest.raises(Unchangeable):
            version.save()
        with pytest.raises(Unchangeable):
            Version.objects.filter(pk=version.pk).update(reason="改写")
        with pytest.raises(Unchangeable):
            Version.objects.all().delete()

    def test_adoption_by_another_process_is_noticed_by_its_stamp(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        kept = current._current()
        current.refresh()
        assert current._current() is kept
        Stamp.objects.update(number=99)
        current.refresh()
        assert current._current() is not kept

    def test_reading_rules_again_asks_the_database_nothing(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        actions.in_force(at("03-02 12:00"))
        with self.assertNumQueries(0):
            assert actions.in_force(at("03-03 12:00"))[CUT_OFF] == time(16, 30)


    def test_an_event_loop_is_never_made_to_ask_the_database(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        actions.in_force(at("03-02 12:00"))
        current._next_check = 0

        async def read():
            return actions.in_force(at("03-03 12:00"))[CUT_OFF]

        with self.assertNumQueries(0):
            assert asyncio.run(read()) == time(16, 30)


class Refusals(AdoptedCase):
    def test_values_beyond_the_law_must_each_be_acknowledged_by_name(self):
        names = _all("brand-group")
        del names["attendance.absence"]
        with pytest.raises(Refused) as refused:
            self.adopt(preset("brand-group"), date(2026, 4, 1), acknowledged=names)
        assert refused.value.items == [{"path": "attendance.absence"}]
        assert Version.objects.count() == Entry.objects.count() == 0

    def test_a_blank_name_acknowledges_nothing(self):
        with pytest.raises(Refused):
            self.adopt(preset("taobao-shop"), date(2026, 4, 1), acknowledged={"shifts.weekly_hours": " "})

    def test_who_acknowledged_what_is_kept_and_journalled(self):
        names = {"shifts.weekly_hours": "包国强"}
        version = self.adopt(preset("taobao-shop"), date(2026, 4, 1), acknowledged=names)
        assert version.acknowledged == [{"path": "shifts.weekly_hours", "name": "包国强"}]
        assert list(Entry.objects.order_by("id").values_list("verb", flat=True)) == [
            "handbook.version_adopted",
            "handbook.warning_acknowledged",
        ]

    def test_a_day_in_the_past_needs_a_second_confirmation(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        with pytest.raises(Refused, match="2026-02-01"):
            self.adopt(edited("15:00"), date(2026, 2, 1))
        assert Version.objects.count() == 1
        self.adopt(edited("15:00"), date(2026, 2, 1), backdating_confirmed=True)
        assert Version.objects.count() == 2

    def test_before_the_first_version_counts_as_the_past_too(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        with pytest.raises(Refused, match="2025-06-01"):
            self.adopt(edited("15:00"), date(2025, 6, 1))

    def test_the_same_handbook_twice_is_refused(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        with pytest.raises(Conflict):
            self.adopt(preset("default"), date(2026, 4, 1))

    def test_a_reason_must_be_given(self):
        with pytest.raises(BadInput):
            actions.adopt(preset("default"), by=BAO, reason=" ")

    def test_only_who_may_adopt_does(self):
        class Lin:
            actor = Actor("person", 3, "林小雨")

            def can(self, permission):
                return False

        with pytest.raises(NotAllowed):
            actions.adopt(preset("default"), by=Lin(), reason="试行")


class Bounds(AdoptedCase):
    def setUp(self):
        self.adopt(preset("brand-group"), date(2026, 1, 1), acknowledged=_all("brand-group"))

    def mode(self, when):
        from dangban.attendance.clauses import LATENESS_MODE

        return actions.in_force(when).capped(LATENESS_MODE)

    def test_a_bound_is_lifted_for_one_rule_from_its_instant_on_and_restored(self):
        actions.lift_bound("attendance.lateness_mode", by=BAO, reason="员工书面同意", at=at("03-05 10:00"))
        actions.restore_bound("attendance.lateness_mode", by=BAO, at=at("03-06 10:00"))
        assert self.mode(at("03-05 09:59")) == "bonus"
        assert self.mode(at("03-05 10:00")) == "packets"
        assert self.mode(at("03-06 10:00")) == "bonus"
        assert list(Entry.objects.order_by("-id").values_list("verb", flat=True)[:2]) == [
            "handbook.bound_restored",
            "handbook.bound_lifted",
        ]

    def test_a_bound_is_lifted_once(self):
        actions.lift_bound("attendance.lateness_mode", by=BAO, reason="员工书面同意", at=MARCH)
        with pytest.raises(Conflict):
            actions.lift_bound("attendance.lateness_mode", by=BAO, reason="再来", at=MARCH)

    def test_a_rule_without_a_bound_has_none_to_lift(self):
        with pytest.raises(BadInput):
            actions.lift_bound("orders.cut_off", by=BAO, reason="试试")


class Keeping(AdoptedCase):
    def test_a_kept_decision_says_later_why_it_was_made(self):
        version = self.adopt(preset("default"), date(2026, 1, 1))
        rules = actions.in_force(at("03-02 12:00"))
        decision = Decision("orders.dispatch", "late", 500, (rules.because(CUT_OFF, left=time(17, 5)),))
        actions.keep(decision, subject=("orders.order", 12), by=BAO, shop=3, at=at("03-02 17:05"))
        self.adopt(edited("15:00"), date(2026, 3, 1))
        (stored,) = queries.because_of(("orders.order", 12))
        assert stored.decision == decision
        assert (stored.version_id, stored.shop_id, stored.actor_name) == (version.pk, 3, "包国强")
        assert queries.decisions_resting_on("orders.cut_off") == [stored]
        assert queries.decisions_resting_on("orders.ship_within") == []

    def test_a_decision_by_rules_never_adopted_is_not_kept(self):
        rules = preset("default").on(date(2026, 3, 1))
        decision = Decision("orders.dispatch", "late", None, (rules.because(CUT_OFF),))
        with pytest.raises(ValueError, match="never adopted"):
            actions.keep(decision, subject=("orders.order", 12))
        assert StoredDecision.objects.count() == 0


class StartUp(AdoptedCase):
    def test_a_complete_handbook_has_no_gaps(self):
        self.adopt(preset("default"), date(2026, 1, 1))
        assert queries.gaps() == []
        assert checks.handbook_is_complete(databases=["default"]) == []

    def test_days_before_a_rules_first_value_are_told(self):
        book = edited("15:00")
        text = book.layers[-1].files["desk.toml"].replace("2020-01-01", "2026-02-01", 1)
        book = read_layers([Layer("default", {**book.layers[-1].files, "desk.toml": text})], discover())
        self.adopt(book, date(2026, 1, 1))
        (gap,) = queries.gaps()
        assert (gap.path, gap.since, gap.until) == ("desk.warn_before", date(2026, 1, 1), date(2026, 1, 31))
        assert [message.id for message in checks.handbook_is_complete(databases=["default"])] == ["handbook.W002"]

    def test_without_any_handbook_the_check_says_how_to_adopt_one(self):
        assert [message.id for message in checks.handbook_is_complete(databases=["default"])] == ["handbook.W001"]

    def test_rules_that_the_program_learned_later_come_from_its_present_default(self):
        version = Version(source=[_without_leave("default")], content_hash="older program")
        assert current.handbook_of(version).records["leave.rest_notice"].handbook == "default"

    def test_a_handbook_that_stands_alone_has_a_gap_there_and_no_crash(self):
        version = Version(source=[_without_leave("alone")], content_hash="older program, alone")
        assert "leave.rest_notice" not in current.handbook_of(version).records

    def test_a_rule_that_the_program_cannot_read_any_more_is_told_and_taken_from_the_default(self):
        files = dict(preset("default").layers[0].files)
        files["orders.toml"] = files["orders.toml"].replace('is = "16:30"', 'is = "half past four"')
        book = current.handbook_of(Version(source=[{"name": "default", "files": files}], content_hash="older, other"))
        assert [fault.code for fault in book.unread] == ["not-a-clock-time"]
        assert book.on(date(2026, 3, 1))[CUT_OFF] == time(16, 30)

    def test_a_version_changed_by_hand_is_noticed(self):
        version = self.adopt(preset("default"), date(2026, 1, 1))
        assert queries.altered() == []
        source = [{"name": "default", "files": {**version.source[0]["files"], "pay.toml": ""}}]
        super(WrittenOnce, Version.objects.all()).update(source=source)
        assert queries.altered() == [version]


def _without_leave(name: str) -> dict[str, object]:
    files = preset("default").layers[0].files
    return {"name": name, "files": {file: text for file, text in files.items() if file != "leave.toml"}}


def _all(name: str) -> dict[str, str]:
    return {warning.path: "包国强" for warning in preset(name).warnings}
