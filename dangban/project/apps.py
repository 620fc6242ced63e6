from contextlib import suppress
from pathlib import Path

from django.apps import AppConfig
from django.utils.translation.reloader import translation_file_changed


class ProjectConfig(AppConfig):
    name = "dangban.project"
    label = "project"

    def ready(self) -> None:
        """Compile what was translated since the last start, where the folder may be written."""
        from dangban.project import translations

        with suppress(OSError):
            if translations.compile_all():
                # Django has read the catalogues already, to name a relation: this process would keep the old words.
                translation_file_changed(sender=None, file_path=Path("django.mo"))
