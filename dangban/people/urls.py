"""Addresses of staff, sign-in and one's own account."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path
from django.views.generic import RedirectView

from dangban.people.views import own

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
]
