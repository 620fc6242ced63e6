from django.apps import AppConfig


class AftersalesConfig(AppConfig):
    name = "dangban.aftersales"
    label = "aftersales"

    def ready(self) -> None:
        from dangban.aftersales import events, telling, words
        from dangban.aftersales.workshop import words as workshop_words

        words.register()
        events.on_moved(telling.after_move)
        workshop_words.register()
