"""Addresses of the back-order register."""

from django.urls import include, path

from dangban.backorders.views import lists, one, short

pages = [
    path("", lists.wait_list, name="list"),
    path("export/", lists.export, name="export"),
    path("report/", lists.report, name="report"),
    path("new/", one.new, name="new"),
    path("panel/", one.panel, name="panel"),
    path("quick/", one.quick, name="quick"),
    path("orders/<int:order_pk>/", short.report, name="short-report"),
    path("short/<int:pk>/", short.short, name="short"),
    path("short/<int:pk>/card/", short.card, name="short-card"),
    path("short/<int:pk>/known/", short.known, name="short-known"),
    path("short/<int:pk>/choice/", short.choice, name="short-choice"),
    path("<int:pk>/", one.wait, name="wait"),
    path("<int:pk>/card/", one.card, name="card"),
    path("<int:pk>/contact/", one.contact, name="contact"),
    path("<int:pk>/fewer/", one.fewer, name="fewer"),
    path("<int:pk>/substitute/", one.substitute, name="substitute"),
    path("<int:pk>/until/", one.until, name="until"),
    path("<int:pk>/owner/", one.owner, name="owner"),
    path("<int:pk>/withdrawal/", one.withdrawal, name="withdrawal"),
]

urlpatterns = [path("backorders/", include((pages, "backorders")))]
