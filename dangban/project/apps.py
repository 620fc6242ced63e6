from contextlib import suppress

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "dangban.project"
    label = "project"

    def ready(self) -> None:
        """Compile what was translated since the last start, where the folder may be written."""
        from dangban.project import translations

        with suppress(OSError):
            translations.compile_all()
