from django.urls import path

from bench.lane.plain import views

urlpatterns = [path("plain/messages", views.post), path("plain/stream", views.stream)]
