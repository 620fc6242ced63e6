"""How the workspace's doors answer: dialogs that keep what was typed, toasts, the conversation drawn again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, RawPostDataException
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from dangban.lib.errors import BadInput, NotAllowed, Said
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def needs(*permissions: str) -> Callable[[View[P]], View[P]]:
    """For people whose role grants any of these permissions, for some shop."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            person = who(request)
            if not any(person.can(permission) for permission in permissions):
                raise NotAllowed(_("This page is for people who answer customers, and their leaders."))
            return view(request, *args, **kwargs)

        return login_required(guarded)

    return decorate


def who(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def given(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that a script sent."""
    try:
        sent = json.loads(request.body or b"{}")
    except (ValueError, RecursionError, RawPostDataException):
        # The last one: somebody sent a form, which has been read as one already.
        sent = None
    if not isinstance(sent, dict):
        raise BadInput(_("The server could not understand this request."), status=400)
    return sent


def text_of(sent: Mapping[str, Any], name: str = "text", longest: int = 5000) -> str:
    text = sent.get(name, "")
    if isinstance(text, str):
        refuse_unstorable(text, name)
    if not isinstance(text, str) or len(text) > longest:
        message = _("Please write up to %(count)s characters.") % {"count": longest}
        raise BadInput(message, fields={name: [message]})
    return text


def done(
    text: str = "", *, on: HttpRequest | None = None, show: str = "", again: str = "", reload: bool = False, undo: str = ""
) -> HttpResponse:
    """Nothing to swap: says what was done and closes the dialog.

    The workspace then draws the conversation at `show` or `again`. Another page goes to the
    one to `show`, and stays where it is for the one to draw `again`. What was said can be taken
    back at `undo`.
    """
    triggers: dict[str, Any] = {"dialog:close": "", "conversations:changed": ""}
    if text:
        triggers["toast"] = {"text": text, "kind": "ok"} | ({"undo": undo} if undo else {})
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps(triggers)
    if (show or again) and _in_workspace(on):
        response["HX-Location"] = json.dumps({"path": show or again, "target": "#work"})
    elif show:
        response["HX-Redirect"] = show
    if reload:
        response["HX-Refresh"] = "true"
    return response


def _in_workspace(request: HttpRequest | None) -> bool:
    """Whether the page that asks has the place where a conversation is drawn."""
    page = urlsplit(request.headers.get("HX-Current-URL", "")).path if request else ""
    try:
        return resolve(page).url_name in ("workspace", "conversation")
    except Resolver404:
        return False


def conversation_url(pk: int) -> str:
    return reverse("conversation", args=[pk])


def dialog(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[Mapping[str, Any]], HttpResponse],
    *,
    title: str,
    submit: str,
    template: str = "conversations/_dialog_form.html",
    **context: Any,
) -> HttpResponse:
    """Draw a form in the dialog; once it is valid, act. A refusal stands in the form, input kept."""
    status = 200
    said: Said | None = None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return act(form.cleaned_data)
            except Said as refusal:
                said = refusal
                _tell(form, refusal)
    context = {"lead": "", "hints": (), "others": (), "reasons": ()} | context | {"form": form, "title": title, "submit_label": submit, "action": request.get_full_path()}
    decision = getattr(said, "decision", None)
    if decision:
        context["reasons"] = decision.because
    return render(request, template, context, status=status)


def _tell(form: forms.Form, said: Said) -> None:
    fields = said.fields if isinstance(said, BadInput) else {}
    known = {name: messages for name, messages in fields.items() if name in form.fields}
    for name, messages in known.items():
        form.add_error(name, list(messages))
    if not known:
        form.add_error(None, [said.message, *said.details])
