"""Django behind the bridge: whole requests only, clear refusals, cookies and files as they should be."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest

from dangban.testing.live import LiveServer


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer.start(story="dangban.testing.live:cast_story") as running:
        yield running


def test_signing_in_sets_the_session_and_leads_on(server: LiveServer) -> None:
    from dangban.testing.cast import PASSWORD

    with httpx.Client(base_url=server.url) as client:
        page = client.get("/login/")
        assert page.status_code == 200
        token = client.cookies["dangban_csrf"]
        form = {"login": "lin", "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = client.post("/login/", data=form, headers={"Referer": f"{server.url}/login/"})
        assert answer.status_code == 302
        assert "dangban_session" in client.cookies
        flags = " ".join(answer.headers.get_list("set-cookie"))
        assert "HttpOnly" in flags
        assert "SameSite=Lax" in flags


def test_static_files_come_whole(server: LiveServer) -> None:
    answer = httpx.get(f"{server.url}/static/js/stream.js")
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["content-length"])
    assert answer.text.rstrip().endswith("}")


def test_head_has_a_head_and_no_body(server: LiveServer) -> None:
    answer = httpx.head(f"{server.url}/login/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(server: LiveServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\nxx")
        answer = line.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in answer


def test_who_is_not_signed_in_has_only_forms_to_send(server: LiveServer) -> None:
    answer = httpx.post(f"{server.url}/login/", content=b"x" * 300_000)
    assert answer.status_code == 413
    assert "256 KB" in answer.json()["detail"]


def test_who_hangs_up_in_the_middle_of_a_body_changes_nothing(server: LiveServer) -> None:
    """And the next one is answered as if nothing had been."""
    for _ in range(6):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
            line.sendall(b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nlogin=lin")
    assert httpx.get(f"{server.url}/login/").status_code == 200
    assert "Traceback" not in server.log


def test_unknown_pages_and_foreign_hosts(server: LiveServer) -> None:
    assert httpx.get(f"{server.url}/no/such/page/").status_code == 404
    assert httpx.get(f"{server.url}/login/", headers={"Host": "evil.example"}).status_code == 400


def test_it_says_how_it_is(server: LiveServer) -> None:
    assert httpx.get(f"{server.url}/health").json() == {"status": "ok"}
    assert httpx.get(f"{server.url}/ready/").json() == {"status": "ok"}
    figures = httpx.get(f"{server.url}/metrics").text
    names = (
        "writer_queue",
        "writer_batch",
        "writer_commit_seconds",
        "streams_open",
        "projection_lag_seconds",
        "gate_held_seconds",
    )
    assert [name for name in names if f"dangban_{name}" not in figures] == []


def test_figures_are_not_for_everybody(server: LiveServer) -> None:
    answer = httpx.get(f"{server.url}/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 404
