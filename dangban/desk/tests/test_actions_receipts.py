"""A must-read notice is confirmed in the handbook's time; its writer sees who has not, and they are reminded."""

from datetime import date, timedelta

from dangban.desk import actions, clock, inbox, queries, receipts
from dangban.desk.models import Deadline, Notice, NoticeReceipt
from dangban.handbook.actions import adopt_preset, forget
from dangban.handbook.models import StoredDecision
from dangban.journal.models import Entry
from dangban.lib.clock import frozen
from dangban.people.models import Person
from dangban.testing import pages
from dangban.testing.cast import NOW

DUE = NOW + timedelta(hours=24)
WARNED = DUE - timedelta(minutes=30)


class ReceiptsCase(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        forget()
        adopt_preset("default", effective_on=date(2020, 1, 1))

    def write(self, **more: object) -> Notice:
        given = {"team": self.cast.team, "must_read": True} | more
        return actions.write_notice("大促排班", "周五前报休息日", by=self.cast.zhou, at=NOW, **given)  # type: ignore[arg-type]

    def deadline(self) -> Deadline:
        return Deadline.objects.get(kind=queries.RECEIPTS)

    def told(self, person: Person) -> list[str]:
        return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))

    def everybody_but(self, *names: str) -> list[Person]:
        return [one for one in queries.readers_wanted(Notice.objects.get(person=None)) if one.username not in names]


class TheTime(ReceiptsCase):
    def test_is_the_handbooks_and_kept_with_its_rule(self) -> None:
        notice = self.write()
        clock_ = self.deadline()
        assert (clock_.owner, clock_.due_at, clock_.warn_at) == (self.cast.zhou, DUE, WARNED)
        assert (clock_.rule, clock_.because[0]["value"]["zh"]) == ("desk.notice_receipt", "24 小时")
        kept = StoredDecision.objects.get(kind="desk.confirmation")
        assert (kept.subject_kind, kept.subject_id) == ("desk.notice", notice.pk)

    def test_is_no_longer_than_the_notice_is_shown(self) -> None:
        self.write(until=NOW + timedelta(hours=3))
        assert self.deadline().due_at == NOW + timedelta(hours=3)

    def test_does_not_run_for_news_that_need_no_receipt(self) -> None:
        self.write(must_read=False)
        assert not Deadline.objects.exists()

    def test_stands_with_the_notice_in_the_inbox_of_each_reader(self) -> None:
        notice = self.write()
        item = inbox.find(self.cast.lin, f"notice:{notice.pk}", NOW)
        assert (item.due_at, item.missed) == (DUE, False)
        assert item.because[0]["path"] == "desk.notice_receipt"  # type: ignore[index]


class Confirming(ReceiptsCase):
    def test_by_the_last_reader_stops_the_clock(self) -> None:
        notice = self.write()
        others = self.everybody_but("lin")
        for person in others:
            actions.read_notice(notice, by=person, at=NOW)
        assert self.deadline().met_at is None
        actions.read_notice(notice, by=self.cast.lin, at=DUE)
        assert (self.deadline().met_at, self.deadline().missed_at) == (DUE, None)

    def test_is_no_longer_awaited_of_somebody_who_has_left(self) -> None:
        notice = self.write()
        for person in self.everybody_but("lin"):
            actions.read_notice(notice, by=person, at=NOW)
        Person.objects.filter(pk=self.cast.lin.pk).update(is_active=False)
        assert receipts.sweep(NOW + timedelta(hours=1)) == 1
        assert self.deadline().met_at == NOW + timedelta(hours=1)

    def test_is_not_asked_for_once_the_notice_is_withdrawn(self) -> None:
        notice = self.write()
        actions.withdraw_notice(notice, by=self.cast.zhou, at=NOW + timedelta(hours=1))
        assert self.deadline().cancelled_at == NOW + timedelta(hours=1)


class Reminding(ReceiptsCase):
    def test_is_done_once_and_only_of_those_who_have_not_confirmed(self) -> None:
        notice = self.write()
        actions.read_notice(notice, by=self.cast.mei, at=NOW)
        assert receipts.sweep(WARNED - timedelta(seconds=1)) == 0
        assert [receipts.sweep(WARNED), receipts.sweep(WARNED)] == [1, 0]
        assert (self.told(self.cast.lin), self.told(self.cast.mei)) == (["请确认：大促排班"], [])
        entry = Entry.objects.get(verb="desk.notice_reminded")
        assert "林小雨" in entry.change["told"]
        assert "梅芳" not in entry.change["told"]

    def test_is_seen_by_who_then_confirms(self) -> None:
        notice = self.write()
        receipts.sweep(WARNED)
        with frozen(WARNED):
            actions.read_notice(notice, by=self.cast.lin, at=WARNED)
            assert not inbox.unread_notices(self.cast.lin, WARNED).exists()
        assert NoticeReceipt.objects.filter(person=self.cast.lin).count() == 2


class TooLate(ReceiptsCase):
    def test_is_told_the_writer_and_shown_to_the_reader(self) -> None:
        notice = self.write()
        late = DUE + timedelta(seconds=1)
        clock.sweep(late)
        assert self.told(self.cast.zhou) == ["已超时：大促排班"]
        with frozen(late):
            assert inbox.find(self.cast.lin, f"notice:{notice.pk}", late).missed

    def test_receipts_are_marked_on_the_notice(self) -> None:
        notice = self.write()
        actions.read_notice(notice, by=self.cast.mei, at=NOW)
        late = DUE + timedelta(minutes=5)
        clock.sweep(late)
        actions.read_notice(notice, by=self.cast.lin, at=late)
        with frozen(late):
            page = self.as_person(self.cast.zhou).get(f"/notices/{notice.pk}/").content.decode()
        read = page.split("<ul>")[1].split("</ul>")[0]
        assert "超时" in read.split("林小雨")[1]
        assert "超时" not in read.split("梅芳")[1].split("</li>")[0]
        assert "须在此之前确认" in page
        assert "24 小时" in page

    def test_the_clock_ends_with_the_notice(self) -> None:
        self.write(until=NOW + timedelta(hours=3))
        over = NOW + timedelta(hours=3, seconds=1)
        clock.sweep(over)
        assert receipts.sweep(over) == 1
        assert (self.deadline().missed_at, self.deadline().cancelled_at) == (NOW + timedelta(hours=3), over)


class WithoutAHandbook(pages.CastCase):
    def test_no_time_is_made_up(self) -> None:
        actions.write_notice("大促排班", "周五前报休息日", by=self.cast.zhou, at=NOW, team=self.cast.team, must_read=True)
        assert not Deadline.objects.exists()
