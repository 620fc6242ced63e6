"""My account: what I have chosen, where I am signed in, my second factor."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib import clock
from dangban.people import actions
from dangban.people.forms import PreferencesForm
from dangban.people.house import sign_in_rules
from dangban.people.requests import PersonRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    person = request.user
    form = PreferencesForm(request.POST or None, initial=PreferencesForm.of(person))
    if request.method == "POST" and form.is_valid():
        actions.set_preferences(person, **form.cleaned_data, at=clock.now())
        messages.success(request, _("Kept."))
        return redirect("account")
    held = person.grants.filter(Q(until=None) | Q(until__gt=clock.now())).select_related("role", "team", "shop").order_by("pk")
    memberships = person.memberships.filter(until=None).select_related("team").order_by("team__name")
    return render(
        request, "people/account.html",
        {"form": form, "person": person, "memberships": memberships, "grants": held},
    )  # fmt: skip


@login_required
@require_safe
def devices(request: PersonRequest) -> HttpResponse:
    person = request.user
    factors = {one.type: one.wrap() for one in Authenticator.objects.filter(user=person)}
    codes = factors.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "sessions": UserSession.objects.purge_and_list(person),
        "current_key": request.session.session_key,
        "has_factor": Authenticator.Type.TOTP in factors,
        "codes_left": len(codes.get_unused_codes()) if codes else None,
        "must_have_factor": sign_in_rules(clock.now()).needs_second_factor(person.level),
    }
    return render(request, "people/devices.html", context)


@login_required
@require_POST
def end_device(request: PersonRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    actions.end_session(session, by=request.user, at=clock.now())
    messages.success(request, _("Signed out there."))
    return redirect("account_devices")


@login_required
@require_POST
def end_others(request: PersonRequest) -> HttpResponse:
    count = actions.end_other_sessions(request.user, request.session.session_key or "", at=clock.now())
    messages.success(request, _("Signed out in %(count)s other places.") % {"count": count})
    return redirect("account_devices")
