"""Personal data: masked, shown for a reason, handed out, erased unless the law holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.db import transaction
from django.http import Http404

from dangban.handbook.actions import adopt_preset
from dangban.journal import sealing
from dangban.journal.actions import record
from dangban.journal.models import Entry, PersonalPayload
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.people import actions, ports
from dangban.people.confidentiality import Confidentiality, cleared
from dangban.people.models import DataRequest, LegalHold, Person
from dangban.testing import pages
from dangban.testing.cast import NOW

KIND = "test.buyer"


class Buyers:
    """A room that keeps buyers, as upper rooms register one."""

    def __init__(self) -> None:
        self.phones = {7: "13800000005"}

    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        return {"phone": self.phones[pk]} if kind == KIND else {}

    def erase(self, kind: str, pk: int, *, by: object, at: object) -> int:
        if kind != KIND:
            return 0
        self.phones[pk] = ""
        return 1

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        return [("orders.order", 70)] if kind == KIND else []


def _fetch(shop: int, phones: dict[int, str]) -> Any:
    def fetch(reader: Person, pk: int) -> tuple[str, int | None]:
        if not reader.scope.sees(shop):
            raise Http404
        return phones[pk], shop

    return fetch


class PrivacyCase(pages.CastCase):
    def setUp(self) -> None:
        super().setUp()
        self.buyers = Buyers()
        fetch = _fetch(self.cast.shop.pk, self.buyers.phones)
        subject = ports.DataSubject("buyer", lambda reader, pk: "方静", "customers.export", "customers.erase")
        ports.register_revealable(KIND, "phone", ports.Revealable("phone", "customers.reveal", fetch))
        ports.register_personal_data("buyers", self.buyers)
        ports.register_data_subject(KIND, subject)
        self.addCleanup(ports.registry.revealable.pop, (KIND, "phone"))
        self.addCleanup(ports.registry.personal_data.pop, "buyers")
        self.addCleanup(ports.registry.data_subjects.pop, KIND)


class RevealTest(PrivacyCase):
    door = f"/reveal/{KIND}/7/phone/"

    def test_for_a_reason_it_is_shown_and_the_journal_keeps_who_and_why_not_what(self) -> None:
        answer = self.as_person(self.cast.ou).post(self.door, {"reason": "快递联系不上"})
        assert "13800000005" in answer.content.decode()
        entry = Entry.objects.get(verb="people.revealed")
        assert (entry.actor_name, entry.change) == ("区志文", {"field": "phone", "reason": "快递联系不上"})
        assert answer["Cache-Control"] == "no-store"

    def test_without_a_reason_it_stays_masked(self) -> None:
        answer = self.as_person(self.cast.ou).post(self.door, {"reason": ""})
        assert "13800000005" not in answer.content.decode()
        with pytest.raises(BadInput):
            actions.reveal(self.cast.ou, KIND, 7, "phone", reason=" ", at=NOW)
        assert Entry.objects.count() == 0

    def test_asking_for_the_form_shows_nothing(self) -> None:
        assert "13800000005" not in self.as_person(self.cast.ou).get(self.door).content.decode()

    def test_a_role_that_needs_no_numbers_is_refused(self) -> None:
        assert self.as_person(self.cast.lin).post(self.door, {"reason": "想看看"}).status_code == 403
        with pytest.raises(NotAllowed):
            actions.reveal(self.cast.lin, KIND, 7, "phone", reason="想看看", at=NOW)

    def test_in_another_shop_there_is_nothing(self) -> None:
        assert self.as_person(self.cast.hu).post(self.door, {"reason": "想看看"}).status_code == 404

    def test_the_phone_of_staff_is_for_managers(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(phone="13900000001")
        door = f"/reveal/people.person/{self.cast.lin.pk}/phone/"
        assert "13900000001" in self.as_person(self.cast.bao).post(door, {"reason": "紧急联系"}).content.decode()
        assert self.as_person(self.cast.zhou).post(door, {"reason": "紧急联系"}).status_code == 403


class ErasureTest(PrivacyCase):
    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", at=NOW)

    def note_a_phone(self) -> None:
        actions.change_person(self.cast.lin, {"phone": "13900000001"}, by=self.cast.bao, at=NOW)

    def erase(self) -> DataRequest:
        return actions.erase_personal_data(KIND, 7, reason="顾客来电要求", by=self.cast.bao, at=NOW)

    def test_every_room_and_the_journal_forget_and_the_chain_stays_whole(self) -> None:
        with transaction.atomic():
            record("orders.imported", subject=("orders.order", 70), by=self.cast.ou, personal={"name": "方静"}, at=NOW)
        sealing.seal_pending()
        request = self.erase()
        sealing.seal_pending()
        assert self.buyers.phones == {7: ""}
        assert (request.counts["buyers"], request.counts["journal"], request.counts["people"]) == (1, 1, 0)
        assert PersonalPayload.objects.count() == 0
        verdict = sealing.verify()
        assert (verdict.broken, verdict.erased) == (None, 1)

    def test_a_legal_hold_outranks_it_and_says_so(self) -> None:
        actions.place_hold(KIND, 7, reason="12315 投诉处理中", by=self.cast.bao, at=NOW)
        with pytest.raises(Refused) as refused:
            self.erase()
        assert refused.value.details == ["12315 投诉处理中"]
        assert self.buyers.phones == {7: "13800000005"}
        assert DataRequest.objects.get().refused_because == "12315 投诉处理中"

    def test_once_the_hold_is_lifted_it_goes_on(self) -> None:
        hold = actions.place_hold(KIND, 7, reason="12315 投诉处理中", by=self.cast.bao, at=NOW)
        actions.lift_hold(LegalHold.objects.get(pk=hold.pk), by=self.cast.bao, at=NOW)
        assert self.erase().done_at == NOW

    def test_a_supervisor_may_not(self) -> None:
        with pytest.raises(NotAllowed):
            actions.erase_personal_data(KIND, 7, reason="x", by=self.cast.zhou, at=NOW)

    def test_contact_data_of_staff_go_once_they_have_left(self) -> None:
        self.note_a_phone()
        with pytest.raises(Refused):
            actions.erase_personal_data("people.person", self.cast.lin.pk, reason="本人要求", by=self.cast.bao, at=NOW)
        actions.off_board(self.cast.lin, self.cast.mei, reason="离职", by=self.cast.bao, at=NOW)
        actions.erase_personal_data("people.person", self.cast.lin.pk, reason="本人要求", by=self.cast.bao, at=NOW)
        assert Person.objects.get(username="lin").phone == ""
        assert PersonalPayload.objects.filter(entry__subject_id=self.cast.lin.pk).count() == 0


class CopyTest(PrivacyCase):
    def test_a_copy_is_a_file_and_leaves_a_trace(self) -> None:
        answer = self.as_person(self.cast.bao).post(f"/privacy/{KIND}/7/copy/", {"reason": "顾客来信"})
        assert json.loads(answer.content)["buyers"] == {"phone": "13800000005"}
        assert Entry.objects.filter(verb="people.data_exported").count() == 1

    def test_without_the_right_there_is_none(self) -> None:
        assert self.as_person(self.cast.zhou).post(f"/privacy/{KIND}/7/copy/", {"reason": "x"}).status_code == 403


class ClearanceTest(pages.CastCase):
    def test_each_role_reads_up_to_its_level(self) -> None:
        highest = {
            who: max(level for level in Confidentiality if cleared(getattr(self.cast, who), level))
            for who in ("lin", "hu", "zhou", "bao")
        }
        assert highest == {"lin": 1, "hu": 2, "zhou": 3, "bao": 4}
