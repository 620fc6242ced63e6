"""Addresses of conduct."""

from django.urls import include, path

from dangban.quality.views import good, offences

pages = [
    path("", offences.offence_list, name="offences"),
    path("new/", offences.new, name="new"),
    path("rules/", offences.conduct_rules, name="rules"),
    path("commendations/", good.commendations, name="commendations"),
    path("commendations/<int:pk>/withdrawal/", good.withdrawal, name="commendation-withdrawal"),
    path("purse/", good.purse, name="purse"),
    path("<int:pk>/", offences.offence, name="offence"),
    path("<int:pk>/hearing/", offences.hearing, name="hearing"),
    path("<int:pk>/decision/", offences.decision, name="decision"),
    path("<int:pk>/dropping/", offences.dropping, name="dropping"),
    path("<int:pk>/acceptance/", offences.acceptance, name="acceptance"),
    path("<int:pk>/appeal/", offences.appeal, name="appeal"),
    path("<int:pk>/answer/", offences.answer, name="answer"),
    path("<int:pk>/receipt/", good.receipt, name="receipt"),
]

urlpatterns = [path("conduct/", include((pages, "quality")))]
