"""Photos and talks become evidence of a case, once, with their hash; a case that waited for them goes on."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings
from PIL import Image

from dangban.aftersales.evidence import file_evidence, from_chat, note_evidence
from dangban.aftersales.models import Case, Evidence
from dangban.aftersales.tests.story import ReturningCase
from dangban.chat import actions as chat
from dangban.chat.models import Message, Thread
from dangban.lib.errors import BadInput, NotAllowed
from dangban.media import actions as media
from dangban.media import storage as storage_module
from dangban.media.models import Use
from dangban.media.queries import as_payload
from dangban.testing.cast import NOW, at


class EvidenceTest(ReturningCase):
    def setUp(self) -> None:
        super().setUp()
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(MEDIA_DIR=folder))
        storage_module.storage.cache_clear()
        self.addCleanup(storage_module.storage.cache_clear)

    def arrived(self, content: bytes) -> Path:
        handle, name = tempfile.mkstemp(dir=storage_module.scratch())
        os.write(handle, content)
        os.close(handle)
        return Path(name)

    def photo(self, color: str = "green") -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (800, 600), color).save(out, "JPEG")
        return out.getvalue()

    def says(self, thread: Thread, body: str = "", use: Use | None = None) -> Message:
        with transaction.atomic():
            return chat.post(
                thread, author=Message.Author.CUSTOMER, author_id=thread.customer_id or 0, author_name="方静", body=body,
                kind=Message.Kind.IMAGE if use else Message.Kind.TEXT, payload=as_payload(use) if use else {}, at=at("10:01"),
            )  # fmt: skip

    def test_a_photo_of_the_chat_is_filed_once_with_its_hash(self) -> None:
        thread = chat.open_thread(self.cast.shop, customer=self.cast.fang)
        use = media.take(self.arrived(self.photo()), "裂缝.jpg", subject=("chat.thread", thread.pk), by=self.cast.mei.actor)
        shown, said = self.says(thread, use=use), self.says(thread, "缝线这里开了")
        case = self.story.case(thread_id=thread.pk)
        filed = from_chat(case, thread.pk, [shown.seq, said.seq], by=self.cast.mei, at=NOW)
        assert [(one.kind, one.taken_at, one.message_seq) for one in filed] == [("photo", at("10:01"), shown.seq), ("talk", at("10:01"), said.seq)]
        assert filed[0].sha256 == use.blob.sha256
        assert filed[0].media_key != use.key
        assert filed[1].text == "方静：缝线这里开了"
        assert filed[1].sha256 == hashlib.sha256("方静：缝线这里开了".encode()).hexdigest()
        assert (filed[0].sku, filed[0].problem, filed[0].customer) == (self.story.blue, "quality", self.cast.fang)
        assert from_chat(case, thread.pk, [shown.seq, said.seq], by=self.cast.mei, at=NOW) == []
        assert Evidence.objects.count() == 2

    def test_a_case_that_waited_for_evidence_is_assessed_next(self) -> None:
        case = self.story.move(self.story.case(), "ask_evidence", "evidence")
        file_evidence(case, self.arrived(self.photo()), "a.jpg", by=self.cast.mei, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "opened"
        assert "aftersales.evidence_filed" in self.verbs(case)

    def test_what_is_no_proof_is_refused_in_words_and_nothing_changes(self) -> None:
        case = self.story.case()
        with pytest.raises(BadInput) as refused:
            file_evidence(case, self.arrived(b"MZ not a picture"), "图.jpg", by=self.cast.mei, at=NOW)
        assert "图.jpg" in str(refused.value)
        assert (Evidence.objects.count(), Use.objects.count(), self.verbs(case)) == (0, 0, ["aftersales.opened"])

    def test_lines_of_another_shop_are_not_filed(self) -> None:
        thread = chat.open_thread(self.cast.other_shop, customer=self.cast.customer("yu", "于", self.cast.other_shop))
        line = self.says(thread, "别的店")
        assert from_chat(self.story.case(), thread.pk, [line.seq], by=self.cast.mei, at=NOW) == []

    def test_a_weight_is_written_down_and_a_stranger_writes_none(self) -> None:
        case = self.story.case(reason="missing")
        noted = note_evidence(case, Evidence.Kind.WEIGHT, "箱 1,240 克，出库 1,880 克", by=self.cast.mei, at=NOW)
        assert (noted.kind, noted.text) == ("weight", "箱 1,240 克，出库 1,880 克")
        with pytest.raises(NotAllowed):
            note_evidence(case, Evidence.Kind.WEIGHT, "x", by=self.cast.hu, at=NOW)
        assert Evidence.objects.count() == 1
