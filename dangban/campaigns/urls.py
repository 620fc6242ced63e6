"""Addresses of campaigns."""

from django.urls import include, path

from dangban.campaigns import views

pages = [
    path("", views.campaign_list, name="list"),
    path("new/", views.new, name="new"),
    path("price/", views.calculator, name="price"),
    path("price/panel/", views.panel, name="panel"),
    path("<int:pk>/", views.campaign, name="campaign"),
    path("<int:pk>/change/", views.change, name="change"),
    path("<int:pk>/stop/", views.stop, name="stop"),
]

urlpatterns = [path("campaigns/", include((pages, "campaigns")))]
