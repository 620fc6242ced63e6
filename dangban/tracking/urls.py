"""Addresses of the room of parcels."""

from django.urls import include, path

from dangban.tracking.views import accounts, lists, loading, parcels, push

pages = [
    path("", lists.work_list, name="list"),
    path("export/", lists.export, name="export"),
    path("import/", loading.load, name="import"),
    path("import/template.xlsx", loading.template, name="template"),
    path("import/<int:pk>/", loading.PAGES.run, name="import-run"),
    path("import/<int:pk>/confirmation/", loading.PAGES.confirmation, name="import-confirmation"),
    path("import/<int:pk>/refusals/", loading.PAGES.refusals, name="import-refusals"),
    path("services/", accounts.services, name="services"),
    path("services/<slug:vendor>/", accounts.service, name="service"),
    path("services/<slug:vendor>/removal/", accounts.removal, name="service-removal"),
    path("push/<slug:vendor>/", push.receive, name="push"),
    path("order/<int:pk>/", parcels.panel, name="panel"),
    path("<int:pk>/", parcels.parcel, name="parcel"),
    path("<int:pk>/way/", parcels.way, name="way"),
    path("<int:pk>/steps/", parcels.steps, name="steps"),
]

urlpatterns = [path("parcels/", include((pages, "tracking")))]
