"""Addresses of shops and the catalogue."""

from django.urls import include, path

from dangban.shops.views import catalogue, feedback, shops

pages = [
    path("shops/", shops.shop_list, name="list"),
    path("shops/<int:pk>/", shops.shop_detail, name="detail"),
    path("shops/<int:pk>/edit/", shops.shop_edit, name="edit"),
    path("shops/<int:pk>/couriers/", shops.couriers, name="couriers"),
    path("shops/<int:pk>/couriers/<int:courier_pk>/stop/", shops.courier_stop, name="courier-stop"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/menu/", catalogue.product_menu, name="product-menu"),
    path("catalogue/import/", catalogue.load, name="import"),
    path("catalogue/import/template.csv", catalogue.template, {"kind": "csv"}, name="template-csv"),
    path("catalogue/import/template.xlsx", catalogue.template, {"kind": "xlsx"}, name="template-xlsx"),
    path("catalogue/import/<int:pk>/", catalogue.PAGES.run, name="import-run"),
    path("catalogue/import/<int:pk>/confirmation/", catalogue.PAGES.confirmation, name="import-confirmation"),
    path("catalogue/import/<int:pk>/refusals/", catalogue.PAGES.refusals, name="import-refusals"),
    path("catalogue/feedback/", feedback.page_feedback, name="feedback"),
    path("shops/<int:pk>/feedback/", feedback.new_shop_feedback, name="shop-feedback"),
    path("catalogue/<int:pk>/feedback/", feedback.new_product_feedback, name="product-feedback"),
    path("catalogue/<int:pk>/", catalogue.product, name="product"),
    path("catalogue/<int:pk>/card/", catalogue.product_card, name="product-card"),
    path("catalogue/<int:pk>/notes/", catalogue.product_notes, name="product-notes"),
    path("catalogue/<int:pk>/batches/", catalogue.batches, name="batches"),
]

urlpatterns = [path("", include((pages, "shops")))]
