"""Addresses of dispatch."""

from django.urls import include, path

from dangban.dispatch.views import audit, cutoff, pack, pickups, waves

pages = [
    path("", audit.work_list, name="audit"),
    path("counts/", audit.counters, name="counts"),
    path("audits/", audit.chosen, name="audit-chosen"),
    path("runs/", audit.runs, name="runs"),
    path("runs/<int:pk>/", audit.run, name="run"),
    path("orders/<int:pk>/", audit.detail, name="order"),
    path("orders/<int:pk>/release/", audit.release, name="release"),
    path("orders/<int:pk>/courier/", audit.courier, name="courier"),
    path("orders/<int:pk>/joining/", audit.joining, name="joining"),
    path("orders/<int:pk>/parting/", audit.parting, name="parting"),
    path("waves/", waves.wave_list, name="waves"),
    path("waves/<int:pk>/", waves.wave_page, name="wave"),
    path("waves/<int:pk>/<str:sheet>.pdf", waves.sheet, name="sheet"),
    path("void/", waves.void_list, name="void"),
    path("slips/<int:pk>/void/", waves.voiding, name="voiding"),
    path("slips/<int:pk>/pulling/", waves.pulling, name="pulling"),
    path("slips/<int:pk>/number/", pack.renumber, name="renumber"),
    path("pack/", pack.station, name="pack"),
    path("pack/<int:pk>/", pack.slip_page, name="pack-slip"),
    path("pack/<int:pk>/scan/", pack.scan, name="scan"),
    path("pack/<int:pk>/line/", pack.line, name="pack-line"),
    path("pack/<int:pk>/putting-down/", pack.put_down, name="put-down"),
    path("cut-off/", cutoff.board, name="cut-off"),
    path("misses/<int:pk>/cause/", cutoff.cause, name="cause"),
    path("pickups/", pickups.board, name="pickups"),
    path("pickups/<int:pk>/", pickups.alter, name="pickup-alter"),
    path("pickups/<int:pk>/confirmation/", pickups.confirm, name="pickup-confirm"),
    path("pickups/<int:pk>/collection/", pickups.collect, name="pickup-collect"),
    path("pickups/<int:pk>/calling-off/", pickups.call_off, name="pickup-call-off"),
    path("pickups/unasked/", pickups.collect_unasked, name="pickup-unasked"),
    path("help/", cutoff.help_page, name="help"),
    path("help/calls/", cutoff.call, name="help-call"),
    path("help/stand-in/", cutoff.stand_in, name="stand-in"),
    path("help/stand-in/named/", cutoff.name_stand_in, name="stand-in-named"),
    path("help/<int:pk>/helpers/", cutoff.assign, name="help-assign"),
    path("help/<int:pk>/ending/", cutoff.end, name="help-end"),
]

urlpatterns = [path("dispatch/", include((pages, "dispatch")))]
