"""Addresses of customers."""

from django.urls import include, path

from dangban.customers import views

pages = [
    path("", views.customer_list, name="list"),
    path("export/", views.export, name="export"),
    path("<int:pk>/", views.profile, name="profile"),
    path("<int:pk>/card/", views.card, name="card"),
    path("<int:pk>/timeline/", views.timeline, name="timeline"),
    path("<int:pk>/tags/", views.tags, name="tags"),
    path("<int:pk>/tags/<int:tag_pk>/removal/", views.tag_removal, name="tag-removal"),
    path("<int:pk>/credit/", views.credit, name="credit"),
    path("<int:pk>/risks/", views.risks, name="risks"),
    path("<int:pk>/risks/<int:mark_pk>/lifting/", views.risk_lifting, name="risk-lifting"),
    path("<int:pk>/merges/", views.merges, name="merges"),
    path("<int:pk>/merges/<int:merge_pk>/undoing/", views.merge_undoing, name="merge-undoing"),
]

urlpatterns = [path("customers/", include((pages, "customers")))]
