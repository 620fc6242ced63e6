from datetime import date

from django.test import TestCase

from dangban.handbook import actions
from dangban.handbook.loader import preset
from dangban.journal.chronicle import tell
from dangban.journal.models import Entry
from dangban.lib.actor import Actor


class JournalWords(TestCase):
    def test_an_adoption_reads_in_words_with_its_version(self):
        bao = Actor("person", None, "包国强")
        version = actions.adopt(preset("default"), by=bao, reason="试行", effective_on=date(2026, 1, 1))
        (told,) = tell(Entry.objects.all())
        assert (told.verb, told.subject) == ("采用了手册", f"通用手册 {version.pk}")
        assert told.url == f"/handbook/versions/{version.pk}/"

    def test_a_lifted_bound_names_its_rule(self):
        bao = Actor("person", None, "包国强")
        actions.lift_bound("attendance.lateness_mode", by=bao, reason="员工书面同意")
        (told,) = tell(Entry.objects.all())
        assert (told.verb, told.subject) == ("放开了法定界限", "attendance.lateness_mode")
