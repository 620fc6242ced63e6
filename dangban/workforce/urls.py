"""Addresses of duty, demand and rosters."""

from __future__ import annotations

from django.urls import path

from dangban.workforce.views import calendar, day, demand, duty, exports, own, rosters, training

urlpatterns = [
    path("duty/", duty.duty, name="duty"),
    path("duty/day/", day.day_sheet, name="day_sheet"),
    path("duty/mine/", own.own_roster, name="own_roster"),
    path("duty/mine/wish/", own.wish, name="roster_wish"),
    path("duty/mine/know/<int:pk>/", own.know, name="roster_know"),
    path("duty/mine/feed/", own.renew_feed, name="roster_feed_renew"),
    path("duty/swaps/", own.ask_swap, name="swap_ask"),
    path("duty/swaps/<int:pk>/", own.answer_swap, name="swap_answer"),
    path("duty/feeds/<str:token>.ics", own.feed, name="roster_feed"),
    path("duty/<int:team_pk>/weeks/<str:day>/copy/", duty.copy_week, name="duty_copy"),
    path("duty/<int:team_pk>/<int:person_pk>/<str:day>/", duty.set_cell, name="duty_cell"),
    path("demand/", demand.demand, name="demand"),
    path("demand/<int:plan_pk>/propose/", demand.propose, name="demand_propose"),
    path("rosters/", rosters.rosters, name="rosters"),
    path("rosters/make/<int:team_pk>/", rosters.make, name="roster_make"),
    path("rosters/<int:pk>/", rosters.roster, name="roster"),
    path("rosters/<int:pk>/cells/", rosters.set_cells, name="roster_cells"),
    path("rosters/<int:pk>/cover/", rosters.set_needs, name="roster_cover"),
    path("rosters/<int:pk>/publish/", rosters.publish, name="roster_publish"),
    path("rosters/<int:pk>/drop/", rosters.drop, name="roster_drop"),
    path("rosters/<int:pk>/compute/", rosters.compute, name="roster_compute"),
    path("rosters/<int:pk>/table/", exports.roster_table, name="roster_table"),
    path("rosters/computed/<int:pk>/", rosters.generation, name="roster_generation"),
    path("rosters/computed/<int:pk>/cancel/", rosters.cancel, name="roster_cancel"),
    path("rosters/computed/<int:pk>/take/", rosters.take_over, name="roster_take"),
    path("trainings/", training.trainings, name="trainings"),
    path("trainings/plan/<int:team_pk>/", training.plan, name="training_plan"),
    path("trainings/<int:pk>/cancel/", training.cancel, name="training_cancel"),
    path("trainings/<int:pk>/held/", training.held, name="training_held"),
    path("holidays/", calendar.calendar, name="holidays"),
    path("holidays/set/", calendar.set_day, name="holiday_set"),
    path("holidays/fill/", calendar.fill, name="holiday_fill"),
]
