"""Addresses of rework, below those of after-sales."""

from django.urls import include, path

from dangban.aftersales.workshop import views

pages = [
    path("", views.rework_list, name="list"),
    path("<int:pk>/", views.rework, name="rework"),
    path("<int:pk>/card/", views.card, name="card"),
    path("<int:pk>/issue/", views.issue, name="issue"),
    path("<int:pk>/cancellation/", views.cancellation, name="cancellation"),
    path("<int:pk>/finishing/", views.finishing, name="finishing"),
    path("<int:pk>/check/", views.check, name="check"),
    path("<int:pk>/round/", views.another_round, name="round"),
]

urlpatterns = [path("aftersales/workshop/", include((pages, "workshop")))]
