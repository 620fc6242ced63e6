"""Addresses of staff, sign-in and one's own account."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path
from django.views.generic import RedirectView

from dangban.people.views import own, privacy, staff

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("login/code/", factor.authenticate, name="mfa_authenticate"),
    path("login/closed/", account.account_inactive, name="account_inactive"),
    path("logout/", account.logout, name="account_logout"),
    path("account/", own.profile, name="account"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/confirm/code/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/devices/", own.devices, name="account_devices"),
    path("account/devices/others/", own.end_others, name="account_devices_end_others"),
    path("account/devices/<int:pk>/end/", own.end_device, name="account_device_end"),
    path("account/second-factor/", RedirectView.as_view(pattern_name="account_devices"), name="mfa_index"),
    path("account/second-factor/on/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/second-factor/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/recovery-codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/recovery-codes/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("people/export/", staff.people_export, name="people_export"),
    path("people/", staff.people, name="people"),
    path("people/chart/", staff.chart, name="people_chart"),
    path("people/new/", staff.hire, name="person_hire"),
    path("people/roles/", staff.roles, name="roles"),
    path("people/roles/<int:pk>/", staff.role, name="role"),
    path("people/departments/new/", staff.new_department, name="department_new"),
    path("people/teams/new/", staff.new_team, name="team_new"),
    path("people/teams/<int:pk>/", staff.team, name="team"),
    path("people/<int:pk>/", staff.person, name="person"),
    path("people/<int:pk>/details/", staff.change, name="person_change"),
    path("people/<int:pk>/skills/", staff.skills, name="person_skills"),
    path("people/<int:pk>/roles/", staff.grant, name="person_grant"),
    path("people/<int:pk>/roles/<int:grant_pk>/end/", staff.revoke, name="person_revoke"),
    path("people/<int:pk>/teams/", staff.join, name="person_join"),
    path("people/<int:pk>/teams/<int:team_pk>/end/", staff.leave_team, name="person_leave_team"),
    path("people/<int:pk>/password/", staff.reset_password, name="person_password"),
    path("people/<int:pk>/second-factor/", staff.reset_factor, name="person_factor"),
    path("people/<int:pk>/leaving/", staff.off_board, name="person_leaving"),
    path("reveal/<str:kind>/<int:pk>/<str:field>/", privacy.reveal, name="reveal"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/holds/<int:pk>/end/", privacy.lift, name="hold_lift"),
    path("privacy/<str:kind>/<int:pk>/", privacy.subject, name="data_subject"),
    path("privacy/<str:kind>/<int:pk>/copy/", privacy.export, name="data_export"),
    path("privacy/<str:kind>/<int:pk>/erasure/", privacy.erase, name="data_erase"),
    path("privacy/<str:kind>/<int:pk>/hold/", privacy.hold, name="data_hold"),
]
