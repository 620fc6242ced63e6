"""Addresses of the order room."""

from django.urls import include, path

from dangban.orders.views import changing, detail, exceptions, lists, loading, pricing, self_service, unpaid

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
    path("exceptions/<int:pk>/chase/", exceptions.chase, name="exception-chase"),
    path("exceptions/<int:pk>/settlement/", exceptions.settlement, name="exception-settlement"),
    path("<int:pk>/exceptions/", exceptions.opening, name="exception-opening"),
    path("changes/", changing.changes, name="changes"),
    path("changes/<int:pk>/", changing.change, name="change"),
    path("changes/<int:pk>/body/", changing.change_body, name="change-body"),
    path("changes/<int:pk>/withdrawal/", changing.withdrawal, name="change-withdrawal"),
    path("changes/<int:pk>/turning-back/", changing.turning_back, name="change-turning-back"),
    path("changes/steps/<int:pk>/", changing.tick, name="change-step"),
    path("prices/", pricing.prices, name="prices"),
    path("offers/<int:pk>/", pricing.offer, name="offer"),
    path("offers/<int:pk>/withdrawal/", pricing.withdrawal, name="offer-withdrawal"),
    path("offers/panel/<int:shop_pk>/<int:customer_pk>/", pricing.panel, name="offer-panel"),
    path("<int:pk>/price/", pricing.price, name="price"),
    path("<int:pk>/price/offers/", pricing.price_body, name="price-body"),
    path("<int:pk>/offers/<int:offer_pk>/use/", pricing.use, name="offer-use"),
    path("<int:pk>/link/", self_service.link, name="link"),
    path("<int:pk>/link/revocation/", self_service.revocation, name="link-revocation"),
    path("<int:pk>/changes/", changing.order_changes, name="order-changes"),
    path("<int:pk>/changing/<str:field>/", changing.changing, name="changing"),
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

# What a customer opens by a link of ours, without logging in.
own_page = [
    path("", self_service.page, name="page"),
    path("check/", self_service.check, name="check"),
    path("address/", self_service.address, name="address"),
    path("wish/", self_service.wish, name="wish"),
]

urlpatterns = [
    path("orders/", include((pages, "orders"))),
    path("o/<str:token>/", include((own_page, "order-link"))),
]
