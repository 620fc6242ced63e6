"""Addresses of the order room."""

from django.urls import include, path

from dangban.orders.views import detail, exceptions, lists, loading, unpaid

pages = [
    path("", lists.order_list, name="list"),
    path("export/", lists.export, name="export"),
    path("import/", loading.load, name="import"),
    path("import/template.csv", loading.template, {"kind": "csv"}, name="template-csv"),
    path("import/template.xlsx", loading.template, {"kind": "xlsx"}, name="template-xlsx"),
    path("import/<int:pk>/", loading.PAGES.run, name="import-run"),
    path("import/<int:pk>/confirmation/", loading.PAGES.confirmation, name="import-confirmation"),
    path("import/<int:pk>/refusals/", loading.PAGES.refusals, name="import-refusals"),
    path("requirements/<int:pk>/settlement/", detail.settlement, name="settlement"),
    path("unpaid/", unpaid.work_list, name="unpaid"),
    path("unpaid/board/", unpaid.board, name="unpaid-board"),
    path("unpaid/figures/", unpaid.figures, name="unpaid-figures"),
    path("unpaid/<int:pk>/", unpaid.unpaid_order, name="unpaid-order"),
    path("unpaid/<int:pk>/contacts/", unpaid.contacts_so_far, name="unpaid-contacts"),
    path("unpaid/<int:pk>/contact/", unpaid.contact, name="unpaid-contact"),
    path("unpaid/<int:pk>/follower/", unpaid.follower, name="unpaid-follower"),
    path("unpaid/<int:pk>/closing/", unpaid.closing, name="unpaid-closing"),
    path("exceptions/", exceptions.board, name="exceptions"),
    path("exceptions/export/", exceptions.export, name="exceptions-export"),
    path("exceptions/<int:pk>/", exceptions.exception, name="exception"),
    path("exceptions/<int:pk>/facts/", exceptions.facts, name="exception-facts"),
    path("exceptions/<int:pk>/promise/", exceptions.promise, name="exception-promise"),
    path("exceptions/<int:pk>/owner/", exceptions.owner, name="exception-owner"),
    path("exceptions/<int:pk>/settlement/", exceptions.settlement, name="exception-settlement"),
    path("<int:pk>/exceptions/", exceptions.opening, name="exception-opening"),
    path("<int:pk>/", detail.order_detail, name="detail"),
    path("<int:pk>/card/", detail.order_card, name="card"),
    path("<int:pk>/facts/", detail.order_facts, name="facts"),
    path("<int:pk>/marks/", detail.order_marks, name="marks"),
    path("<int:pk>/flag/", detail.flag, name="flag"),
    path("<int:pk>/remarks/", detail.remarks, name="remarks"),
    path("<int:pk>/remarks/form/", detail.remark_form, name="remark-form"),
    path("<int:pk>/requirements/", detail.requirements, name="requirements"),
    path("<int:pk>/requirements/<int:wish_pk>/hanging/", detail.hanging, name="hanging"),
]

urlpatterns = [path("orders/", include((pages, "orders")))]
