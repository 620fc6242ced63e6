"""Addresses of figures and scorecards."""

from django.urls import include, path

from dangban.performance.views import cards, figures, keeping

pages = [
    path("", figures.mine, name="mine"),
    path("people/", figures.team, name="team"),
    path("people/<int:pk>/", figures.person, name="person"),
    path("shops/", figures.shops, name="shops"),
    path("definitions/", figures.definitions, name="definitions"),
    path("figures/<slug:code>/", figures.figure, name="figure"),
    path("cards/", cards.card_list, name="cards"),
    path("cards/drafting/", cards.drafting, name="drafting"),
    path("cards/finishing/", cards.finishing, name="finishing"),
    path("cards/<int:pk>/", cards.card, name="card"),
    path("cards/<int:pk>/points/<slug:code>/", cards.giving, name="giving"),
    path("cards/<int:pk>/confirmation/", cards.confirming, name="confirming"),
    path("cards/<int:pk>/objection/", cards.disputing, name="disputing"),
    path("cards/<int:pk>/answer/", cards.answering, name="answering"),
    path("cards/<int:pk>/finishing/", cards.finishing_one, name="finishing-one"),
    path("targets/", keeping.targets, name="targets"),
    path("imports/", keeping.imports, name="imports"),
    path("imports/<int:pk>/", keeping.one_import, name="import"),
    path("imports/<int:pk>/taking/", keeping.taking, name="taking"),
    path("imports/<int:pk>/undoing/", keeping.undoing, name="undoing"),
    path("accounts/", keeping.nick, name="nick"),
    path("robots/", keeping.robots, name="robots"),
    path("robots/<int:pk>/", keeping.robots, name="robot"),
    path("robots/<int:pk>/test/", keeping.robot_test, name="robot-test"),
    path("robots/<int:pk>/dropping/", keeping.robot_drop, name="robot-drop"),
]

urlpatterns = [path("performance/", include((pages, "performance")))]
