from django.apps import AppConfig


class WorkforceConfig(AppConfig):
    name = "dangban.workforce"
    label = "workforce"

    def ready(self) -> None:
        from dangban.desk.ports import register_duty_spans
        from dangban.workforce import queries, words

        register_duty_spans(queries.duty_spans)
        words.register()
