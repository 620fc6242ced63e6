"""Addresses of stock."""

from django.urls import include, path

from dangban.stock.views import arranging, coming, goods

pages = [
    path("", goods.stock_list, name="list"),
    path("export/", goods.export, name="export"),
    path("<int:pk>/", goods.card, name="card"),
    path("<int:pk>/movements/", goods.movements, name="movements"),
    path("movements/<int:pk>/correction/", goods.correction, name="correction"),
    path("arrivals/", coming.arrivals, name="arrivals"),
    path("arrivals/<int:pk>/receipt/", coming.arrival_receipt, name="arrival-receipt"),
    path("arrivals/<int:pk>/date/", coming.arrival_date, name="arrival-date"),
    path("arrivals/<int:pk>/cancellation/", coming.arrival_cancellation, name="arrival-cancellation"),
    path("out/", coming.shortages, name="shortages"),
    path("out/<int:pk>/publication/", coming.publication, name="publication"),
    path("alerts/", coming.alerts, name="alerts"),
    path("warehouses/", arranging.warehouses, name="warehouses"),
    path("warehouses/<int:pk>/zones/", arranging.zones, name="zones"),
    path("count/", arranging.count, name="count"),
    path("count/sheet/<int:pk>/", arranging.count_sheet, name="count-sheet"),
    path("count/<int:pk>/", arranging.PAGES.run, name="count-run"),
    path("count/<int:pk>/confirmation/", arranging.PAGES.confirmation, name="count-confirmation"),
    path("count/<int:pk>/refusals/", arranging.PAGES.refusals, name="count-refusals"),
]

urlpatterns = [path("stock/", include((pages, "stock")))]
