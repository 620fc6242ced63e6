"""Every address as somebody of another shop: nothing seen, nothing changed, nothing leaked.

Each route has to be named here with what it is; one that is not fails the test, so that nobody
adds a page without thinking of who may not see it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import get_resolver

from dangban.desk.models import (
    Notice,
)
from dangban.orders.models import (
    Order,
)
from dangban.testing.cast import NOW, TODAY
from tests.strangers.routes import ASKED, FORM, OWN, PUBLIC, ROLE, ROUTES, SENT, routes
from tests.strangers.story import StrangerCase, digest, told, writing


def test_every_route_says_who_it_is_for() -> None:
    there = list(routes(get_resolver().url_patterns))
    assert sorted(set(there) - set(ROUTES)) == [], "say in ROUTES who may see these"
    assert sorted(set(ROUTES) - set(there)) == [], "these are no longer there"


class AtEveryDoor(StrangerCase):
    def ask(self, client: Client, method: str, path: str) -> Iterator[HttpResponseBase]:
        """A door in every way it might be asked."""
        if method == "get":
            yield client.get(path)
            yield client.get(path, headers={"HX-Request": "true"})
        else:
            data = {name: self.filled(value) for name, value in FORM.items()}
            yield client.post(path, data)
            yield client.post(path, data, headers={"HX-Request": "true"})
            yield client.post(path, json.dumps(SENT), content_type="application/json", headers={"Accept": "application/json"})

    def test_what_is_anothers_is_not_there(self) -> None:
        client = self.as_person(self.cast.hu)
        wrong, answered = [], set()
        before = digest()
        for route, path in self.things():
            with writing() as written:
                for method in ("get", "post"):
                    for response in self.ask(client, method, path):
                        if response.status_code != 405:
                            answered.add(route)
                        # What can't be read at all may be refused before it is looked whose it is.
                        if response.status_code not in (400, 403, 404, 405, 422) or self.leaked(response):
                            wrong.append((method, path, response.status_code, self.leaked(response)))
            if written and (after := digest()) != before:
                wrong.append((path, "changed", [name for name in after if after[name] != before[name]]))
                before = after
        assert not wrong, told(wrong)
        assert digest() == before
        assert sorted({route for route, _path in self.things()} - answered) == []

    def test_the_same_addresses_lead_somewhere_for_who_may(self) -> None:
        """Otherwise the test above would praise addresses that nobody can reach."""
        clients = [self.as_person(getattr(self.cast, name)) for name in ("bao", "zhou", "lin", "mei", "qian")]
        missing = [path for _route, path in self.things() if not any(self._answers(client, path) for client in clients)]
        # Somebody else's log-in, a hold that was never placed, and an item of another's inbox.
        inbox = f"/inbox/{self.ids['inbox_key']}/"
        expected = {"/account/devices/987/end/", "/privacy/holds/987/end/", f"{inbox}snooze/", f"{inbox}delegation/"}
        assert set(missing) - expected == set()

    def _answers(self, client: Client, path: str) -> bool:
        """Whether there is something behind an address; what it did is undone."""
        data = {name: self.filled(value) for name, value in FORM.items()}
        statuses = []
        for method in ("get", "post"):
            with transaction.atomic():
                response = client.get(path) if method == "get" else client.post(path, data)
                transaction.set_rollback(True)
            assert response.status_code < 500, (method, path)
            statuses.append(response.status_code)
        return any(status not in (403, 404, 405) for status in statuses)

    def test_pages_of_other_roles_are_refused(self) -> None:
        client = self.as_person(self.cast.hu)
        before = digest()
        for route, kind in ROUTES.items():
            if kind == ROLE:
                statuses = {response.status_code for method in ("get", "post") for response in self.ask(client, method, f"/{route}")}
                assert statuses <= {403, 405}, (route, statuses)
        assert digest() == before

    def test_lists_searches_and_menus_hold_nothing_of_another_shop(self) -> None:
        client = self.as_person(self.cast.hu)
        wrong = []
        for path in self.own_pages():
            for headers in ({}, {"HX-Request": "true"}, {"Accept": "application/json"}):
                response = client.get(path, headers=headers)
                if response.status_code >= 500 or self.leaked(response):
                    wrong.append((path, headers, response.status_code, self.leaked(response)))
        assert not wrong, told(wrong)

    def test_its_own_people_do_find_it_there(self) -> None:
        """The questions that strangers ask are ones that have answers."""
        client = self.as_person(self.cast.zhou)
        silent = []
        for route, queries in ASKED.items():
            pages = [client.get(f"/{route}{self.filled(query)}") for query in queries]
            if not any(self.leaked(page) for page in pages):
                silent.append(route)
        assert not silent, silent

    def own_pages(self) -> Iterator[str]:
        measures = ("first_response", "slow", "handled", "reply_rate", "mutual")
        for route, kind in ROUTES.items():
            if kind != OWN:
                continue
            path = route.replace("<int:pk>", "1").replace("<str:path>", "conversations.alarm").replace("<str:key>", "task:1").replace("<slug:code>", "sales")
            for measure in measures if "<slug:measure>" in path else ("",):
                whole = "/" + path.replace("<slug:measure>", measure)
                yield whole
                for query in ASKED.get(route, ()):
                    yield whole + self.filled(query)
                if measure:
                    yield from (whole + self.filled(query) for query in ("?shop={shop}", "?team={team}", "?who={lin}"))

    def test_the_signed_out_get_nothing(self) -> None:
        client = Client()
        before = digest()
        wrong = []
        for route, kind in ROUTES.items():
            if kind == PUBLIC:
                continue
            path = self.address(route, kind) if isinstance(kind, dict) else "/" + self._any(route)
            for method in ("get", "post"):
                for response in self.ask(client, method, path):
                    to_sign_in = response.get("Location", response.get("HX-Redirect", "")).startswith("/login/")
                    if not (to_sign_in or response.status_code in (401, 403, 404, 405)) or self.leaked(response):
                        wrong.append((method, path, response.status_code, response.get("Location", "")))
        assert not wrong, told(wrong)
        assert digest() == before

    def test_public_pages_tell_nothing(self) -> None:
        for client in (Client(), self.as_person(self.cast.hu)):
            for route, kind in ROUTES.items():
                if kind == PUBLIC and "logout" not in route:
                    path = "/" + route.replace("<slug:key>", self.cast.other_shop.profile.public_key)
                    assert self.leaked(client.get(path)) == [], path

    @staticmethod
    def _any(route: str) -> str:
        for part, value in (("<int:pk>", "1"), ("<str:path>", "x"), ("<str:key>", "task:1"), ("<slug:measure>", "slow"), ("<slug:code>", "sales")):
            route = route.replace(part, value)
        return route


class Smuggled(StrangerCase):
    """Doors of one's own shop that are given things of another."""

    def setUp(self) -> None:
        super().setUp()
        theirs = self.another("胡家的客人", self.cast.other_shop)
        self.online(self.cast.hu)
        self.customer_says("在吗", thread=theirs)
        self.own = self.conversation(theirs)
        self.guest = theirs.customer
        self.own_order = Order.objects.create(
            shop=self.cast.other_shop, platform_id="1", customer=self.guest, status="paid", total_fen=1,
            created_at=NOW, business_day=TODAY, imported_at=NOW,
        )  # fmt: skip

    def doors(self) -> list[tuple[str, dict[str, str]]]:
        here = f"/workspace/{self.own.pk}"
        return [
            (f"{here}/requirement/", {"kind": "day", "text": "x", "order": "{order}"}),
            (f"{here}/promise/", {"text": "x", "due_at": "2026-11-20T10:00", "order": "{order}"}),
            (f"{here}/enquiry/", {"wanted": "x", "product": "{product}"}),
            (f"{here}/transfer/", {"to": "person:{lin}", "note": "x"}),
            (f"{here}/transfer/", {"to": "team:{team}", "note": "x"}),
            (f"/customers/{self.guest.pk}/merges/", {"other": "{customer}", "reason": "x"}),
            (f"/customers/{self.guest.pk}/tags/{{tag}}/removal/", {}),
            (f"/customers/{self.guest.pk}/risks/{{risk}}/lifting/", {}),
            (f"/customers/{self.guest.pk}/merges/{{merge}}/undoing/", {}),
            ("/tasks/new/", {"title": "x", "owner": "{lin}"}),
            ("/tasks/new/", {"title": "x", "team": "{team}"}),
            ("/tasks/recurring/", {"title": "x", "owner": "{lin}", "every": "day", "appears_at": "09:00"}),
            ("/tasks/recurring/", {"title": "x", "team": "{team}", "every": "day", "appears_at": "09:00"}),
            ("/questions/new/", {"text": "x", "shop": "{shop}"}),
            ("/questions/new/", {"text": "x", "expert": "{lin}"}),
            ("/incidents/new/", {"shop": "{shop}", "problem": "x", "order": "x", "handle": "x", "wish": "x"}),
            ("/requests/new/?kind=staff.matter", {"title": "x", "shop": "{shop}", "department": "1"}),
            ("/approvals/absence/", {"person": "{lin}", "deputy": "{hu}", "since": "2026-11-19T09:00", "reason": "x"}),
            ("/notices/new/", {"title": "x", "body": "x", "team": "{team}", "confidentiality": "1"}),
            ("/notices/new/", {"title": "x", "body": "x", "shop": "{shop}", "confidentiality": "1"}),
            ("/notices/new/", {"title": "x", "body": "x", "confidentiality": "1"}),
            ("/scripts/new/", {"scope": "team", "team": "{team}", "stage": "greeting", "title": "x", "body": "x"}),
            ("/scripts/new/", {"scope": "company", "shop": "{shop}", "stage": "greeting", "title": "x", "body": "x"}),
            ("/duty/{other_team}/{lin}/2026-11-19/", {"hours": "09:00-18:00", "shift": ""}),
            ("/duty/{team}/{hu}/2026-11-19/", {"hours": "09:00-18:00", "shift": ""}),
        ]

    def test_things_of_another_shop_are_not_known_in_forms(self) -> None:
        client = self.as_person(self.cast.hu)
        self.ids["other_team"] = self.cast.other_team.pk
        wrong = []
        before = digest()
        for path, data in self.doors():
            filled = {name: self.filled(value) for name, value in data.items()}
            with writing() as written:
                for headers in ({}, {"HX-Request": "true"}):
                    response = client.post(self.filled(path), filled, headers=headers)
                    # 200 is a form drawn again with what was wrong; whether it did something is seen below.
                    if response.status_code not in (200, 403, 404, 409, 422) or self.leaked(response):
                        wrong.append((path, filled, response.status_code, self.leaked(response)))
            if written and (after := digest()) != before:
                wrong.append((path, filled, "changed", [name for name in after if after[name] != before[name]]))
                before = after
        assert not wrong, told(wrong)
        assert digest() == before

    def test_a_note_names_nobody_of_another_shop(self) -> None:
        client = self.as_person(self.cast.hu)
        sent = {"text": "x", "mentions": [self.ids["lin"]]}
        client.post(f"/workspace/{self.own.pk}/notes/", json.dumps(sent), content_type="application/json")
        assert not Notice.objects.filter(person=self.ids["lin"]).exists()


pytestmark = [pytest.mark.django_db, pytest.mark.long]
