"""Addresses of pay."""

from django.urls import include, path

from dangban.pay.views import accounts, corrections, months, slips

pages = [
    path("", slips.own, name="own"),
    path("slips/<int:pk>/", slips.slip, name="slip"),
    path("slips/<int:pk>/paper/", slips.paper, name="paper"),
    path("lines/<int:pk>/dispute/", slips.dispute, name="dispute"),
    path("disputes/<int:pk>/answer/", slips.answer, name="answer"),
    path("months/", months.month_list, name="months"),
    path("months/opening/", months.opening, name="opening"),
    path("months/<int:pk>/", months.month, name="month"),
    path("months/<int:pk>/computation/", months.computing, name="computing"),
    path("computations/<int:pk>/", months.computation, name="computation"),
    path("months/<int:pk>/check/", months.checking, name="checking"),
    path("months/<int:pk>/taking-back/", months.taking_back, name="taking-back"),
    path("months/<int:pk>/release/", months.releasing, name="releasing"),
    path("months/<int:pk>/closing/", months.closing, name="closing"),
    path("months/<int:pk>/books/", months.books, name="books"),
    path("months/<int:pk>/bank/", months.bank, name="bank"),
    path("months/<int:pk>/simulation/", months.simulation, name="simulation"),
    path("months/<int:pk>/review/", corrections.review, name="review"),
    path("corrections/", corrections.correction_list, name="corrections"),
    path("corrections/<int:pk>/withdrawal/", corrections.withdrawal, name="withdrawal"),
    path("accounts/", accounts.account_list, name="accounts"),
    path("accounts/<int:pk>/", accounts.account, name="account"),
    path("accounts/<int:pk>/number/", accounts.number, name="number"),
]

urlpatterns = [path("pay/", include((pages, "pay")))]
