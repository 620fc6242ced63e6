"""The pages of a file that is read: tried, looked at, confirmed, its refused rows. One way for all rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from dangban.lib import tables
from dangban.lib.errors import Said
from dangban.lib.listing import download
from dangban.people.access import signed_in
from dangban.people.models import Person, Shop
from dangban.shops import exports, runs
from dangban.shops.models import ImportRun

_SHOWN_REFUSALS = 50
_RECENT = 20


def _nothing_more(run: ImportRun) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class RunPages:
    """What a room says of its files; its addresses are `name` and `name`-run, -confirmation, -refusals."""

    name: str
    kind: str
    # Extends shops/_run.html with the room's words and figures.
    template: str
    # Where all that was loaded is seen, and what the link there says.
    all_name: str
    all_label: Any
    # Refuses whoever may not load such files at all.
    guard: Callable[[HttpRequest], object]
    visible: Callable[[Person], QuerySet[ImportRun]]
    get: Callable[[Person, int], ImportRun]
    # Refuses a table whose columns are not known.
    recognise: Callable[[Shop, tables.Table], object]
    take_in: Callable[[ImportRun], None]
    quick_rows: int
    more: Callable[[ImportRun], Mapping[str, Any]] = _nothing_more

    def recent(self, person: Person) -> QuerySet[ImportRun]:
        return self.visible(person).filter(dry_run=False).select_related("shop").order_by("-pk")[:_RECENT]

    def tried(self, request: HttpRequest, form: forms.Form) -> HttpResponse | None:
        """To the page of the trial of the file in this form; None where the form is to be shown, with its faults."""
        if request.method != "POST" or not form.is_valid():
            return None
        try:
            return self._to(self._try(form.cleaned_data["shop"], form.cleaned_data["file"], signed_in(request)))
        except Said as said:
            form.add_error("file", said.message)
            return None

    def _try(self, shop: Shop, file: Any, by: Person) -> ImportRun:
        data = file.read()
        self.recognise(shop, tables.read(data, file.name))
        run = runs.begin(shop, self.kind, file.name, data, by=by, dry_run=True)
        self._go(run, data)
        return run

    def _go(self, run: ImportRun, data: bytes) -> None:
        runs.read_now_or_later(run, data, self.take_in, quick_rows=self.quick_rows)

    def _to(self, run: ImportRun) -> HttpResponse:
        return redirect(f"{self.name}-run", run.pk)

    @method_decorator([require_safe, login_required])
    def run(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.guard(request)
        run = self.get(signed_in(request), pk)
        context = {
            "pages": self,
            "run": run,
            "refusals": run.refusals.order_by("line")[:_SHOWN_REFUSALS],
            "interrupted": runs.is_interrupted(run),
            "confirmed": ImportRun.objects.filter(trial=run).first() if run.dry_run else None,
            **self.more(run),
        }
        part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "import-run"
        return render(request, self.template if part else "shops/run.html", context)

    @method_decorator([require_POST, login_required])
    def confirmation(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.guard(request)
        run = runs.confirm(self.get(signed_in(request), pk), by=signed_in(request))
        self._go(run, runs.contents(run))
        return self._to(run)

    @method_decorator([require_safe, login_required])
    def refusals(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.guard(request)
        return download(exports.refusals(self.get(signed_in(request), pk)), f"refused-{pk}.xlsx")
