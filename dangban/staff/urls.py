"""Addresses of staff files."""

from __future__ import annotations

from django.urls import include, path

from dangban.staff.views import departing, files, promotion

pages = [
    path("", files.files, name="files"),
    path("promotion/", promotion.promotion, name="promotion"),
    path("<int:pk>/", files.file, name="file"),
    path("<int:pk>/wages/", files.wages, name="wages"),
    path("<int:pk>/open/", files.open_file, name="open"),
    path("<int:pk>/details/", files.keep, name="keep"),
    path("<int:pk>/contracts/", files.contract, name="contract"),
    path("<int:pk>/attainments/", files.attainment, name="attainment"),
    path("<int:pk>/proposals/", files.proposal, name="proposal"),
    path("<int:pk>/mentor/", files.mentor, name="mentor"),
    path("<int:pk>/departure/", departing.departure, name="departure"),
    path("<int:pk>/departure/withdrawal/", departing.withdrawal, name="departure_withdrawal"),
]

urlpatterns = [path("staff/", include((pages, "staff")))]
