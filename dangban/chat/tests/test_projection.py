"""What hangs on the log follows it: every line once, whatever fails in between."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pytest
from django.db import IntegrityError, OperationalError, transaction

from dangban.chat import ports, projection
from dangban.chat.actions import open_thread, post
from dangban.chat.models import ReadMark, ThreadProjection
from dangban.chat.ports import Line
from dangban.chat.tests.alone import alone
from dangban.lib import clock
from dangban.testing import pages


class Recorder:
    """A room above: notes what it is given, and writes a row for each line; stumbles when told to."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []
        self.stumbles_at: set[int] = set()

    def __call__(self, thread_id: int, lines: Sequence[Line]) -> None:
        for line in lines:
            ReadMark.objects.create(
                thread_id=thread_id, reader="test", reader_id=line.seq, seq=1, at=clock.now()
            )
            self.seen.append((thread_id, line.seq))
            if thread_id in self.stumbles_at:
                raise ZeroDivisionError


class ProjectionCase(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        cls.threads = [open_thread(cls.cast.shop, name=f"客{number}") for number in range(4)]

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(alone())
        self.recorder = Recorder()
        ports.register_projector("recorder", self.recorder)

    def say(self, number: int, *texts: str) -> None:
        with transaction.atomic():
            for text in texts:
                post(self.threads[number], author="customer", author_id=1, author_name="客", body=text)


class OneByOne(ProjectionCase):
    def test_every_line_is_given_once_and_in_order(self) -> None:
        self.say(0, "一", "二")
        projection.run_pending()
        self.say(0, "三")
        projection.run_pending()
        projection.run_pending()
        assert self.recorder.seen == [(self.threads[0].pk, seq) for seq in (1, 2, 3)]

    def test_one_thread_that_fails_keeps_none_of_its_effects_and_holds_nobody_up(self) -> None:
        self.recorder.stumbles_at = {self.threads[1].pk}
        for number in range(3):
            self.say(number, "一")
        failed = projection.project(projection.behind())
        assert failed == {self.threads[1].pk}
        assert ReadMark.objects.filter(thread=self.threads[1]).count() == 0
        assert ReadMark.objects.filter(reader="test").count() == 2

    def test_it_goes_on_where_it_failed(self) -> None:
        self.recorder.stumbles_at = {self.threads[1].pk}
        self.say(1, "一", "二")
        projection.project(projection.behind())
        self.recorder.stumbles_at = set()
        projection.run_pending()
        assert ReadMark.objects.filter(thread=self.threads[1]).count() == 2
        assert ThreadProjection.objects.get(thread=self.threads[1]).seq == 2

    def test_more_than_a_page_of_one_thread(self) -> None:
        self.say(2, *map(str, range(projection.PAGE + 30)))
        projection.run_pending()
        assert [seq for _thread, seq in self.recorder.seen] == list(range(1, projection.PAGE + 31))

    def test_more_than_a_page_over_several_threads(self) -> None:
        for number in range(4):
            self.say(number, *map(str, range(projection.PAGE // 3)))
        projection.run_pending()
        assert len(self.recorder.seen) == len(set(self.recorder.seen)) == 4 * (projection.PAGE // 3)

    def test_many_threads_cost_few_statements(self) -> None:
        ports.registry.projectors.clear()
        for number in range(4):
            self.say(number, "一", "二", "三")
        with self.assertNumQueries(10):
            projection.project(projection.behind())


class Together(ProjectionCase):
    """A projector that takes many threads at once, and stumbles as it is told."""

    def setUp(self) -> None:
        super().setUp()
        self.trouble: Exception | None = None
        self.offered: list[int] = []
        ports.register_projector("recorder", self.recorder, self)

    def prepare(self, threads: Mapping[int, Sequence[Line]]) -> Mapping[int, Sequence[Line]]:
        self.offered += threads
        return threads

    def hold(self, prepared: Mapping[int, Sequence[Line]]) -> Collection[int]:
        return set(prepared)

    def keep(self, prepared: Sequence[Sequence[Line]]) -> None:
        for lines in prepared:
            self.recorder(lines[0].thread_id, lines)
        if self.trouble is not None:
            raise self.trouble

    def test_what_stumbles_together_goes_one_by_one_and_leaves_nothing_twice(self) -> None:
        for trouble in (ZeroDivisionError(), IntegrityError("twice")):
            self.trouble = trouble
            for number in range(3):
                self.say(number, "一")
            assert projection.project(projection.behind()) == set()
            assert projection.behind() == []
        assert ReadMark.objects.filter(reader="test").count() == 6
        assert {row.seq for row in ThreadProjection.objects.filter(thread__in=self.threads[:3])} == {2}

    def test_a_database_that_is_away_is_nobodys_fault(self) -> None:
        self.trouble = OperationalError("gone")
        self.say(0, "一")
        with pytest.raises(OperationalError):
            projection.project(projection.behind())
        assert ReadMark.objects.filter(reader="test").count() == 0
        assert len(projection.behind()) == 1
