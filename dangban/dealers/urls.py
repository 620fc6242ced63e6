"""Addresses of what dealers send back."""

from django.urls import include, path

from dangban.dealers.views import acts, applying, lists, one

pages = [
    path("", lists.return_list, name="list"),
    path("export/", lists.export, name="export"),
    path("month/", lists.month, name="month"),
    path("month/export/", lists.month_export, name="month-export"),
    path("gate/", lists.gate, name="gate"),
    path("new/", applying.new, name="new"),
    path("names/", applying.dealers, name="dealers"),
    path("names/new/", applying.dealer_new, name="dealer-new"),
    path("names/<int:pk>/", applying.dealer, name="dealer"),
    path("findings/<int:pk>/disposal/", acts.disposal, name="disposal"),
    path("findings/<int:pk>/decision/", acts.decision, name="decision"),
    path("advances/<int:pk>/sending/", acts.advance_sending, name="advance-sending"),
    path("<int:pk>/", one.one, name="return"),
    path("<int:pk>/body/", one.body, name="body"),
    path("<int:pk>/report.pdf", one.report_sheet, name="report-sheet"),
    path("<int:pk>/count.pdf", one.count_sheet, name="count-sheet"),
    path("<int:pk>/note.pdf", one.note_sheet, name="note-sheet"),
    path("<int:pk>/photos/", acts.photos, name="photos"),
    path("<int:pk>/visit/", acts.visit, name="visit"),
    path("<int:pk>/judgement/", acts.judgement, name="judgement"),
    path("<int:pk>/refusal/", acts.refusal, name="refusal"),
    path("<int:pk>/withdrawal/", acts.withdrawal, name="withdrawal"),
    path("<int:pk>/telling/", acts.telling, name="telling"),
    path("<int:pk>/sending/", acts.sending, name="sending"),
    path("<int:pk>/loss/", acts.loss, name="loss"),
    path("<int:pk>/count/", acts.count, name="count"),
    path("<int:pk>/signature/", acts.signature, name="signature"),
    path("<int:pk>/report/", acts.report, name="report"),
    path("<int:pk>/settlement/", acts.settlement, name="settlement"),
    path("<int:pk>/against/", acts.against, name="against"),
    path("<int:pk>/closing/", acts.closing, name="closing"),
    path("<int:pk>/advance/", acts.advance, name="advance"),
]

urlpatterns = [path("dealers/", include((pages, "dealers")))]
