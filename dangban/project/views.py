"""The front door, the health checks and the error pages."""

from __future__ import annotations

import sys

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from dangban.lib.errors import BadInput, NotAllowed, Said
from dangban.project import problems
from dangban.project.frame import Frame


def home(request: HttpRequest) -> HttpResponse:
    """Where somebody's day begins: the first room on their rail, which is the workspace for who answers customers."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    rooms = Frame(request).rail
    return redirect(rooms[0].url if rooms else "account")


def health(request: HttpRequest) -> JsonResponse:
    """The process answers; says nothing of what it depends on."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """Whether requests can be served: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return JsonResponse({"status": "down", "database": type(error).__name__}, status=503)
    return JsonResponse({"status": "ok"})


class Missing(Said):
    status = 404
    title = "Not here"


class Broken(Said):
    status = 500
    title = "Our fault"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problems.render(request, BadInput(_("The server could not understand this request."), status=400))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problems.render(request, NotAllowed(_("You may not do this. Ask your leader if you need to.")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("This page is out of date. Load it again and repeat the last step; nothing was changed.")
    return problems.render(request, NotAllowed(message))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problems.render(request, Missing(_("There is nothing here, or it is not yours to see.")))


def server_error(request: HttpRequest) -> HttpResponse:
    # A middleware that met a silent database ends here rather than in `process_exception`.
    cause = sys.exc_info()[1]
    said = problems.waiting(cause) if isinstance(cause, Exception) else None
    message = _("Something went wrong on our side. Nothing you sent was half done; please try again.")
    return problems.render(request, said or Broken(message))
