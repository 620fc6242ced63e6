"""Commands of the installation itself: serve, init, migrate."""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sys
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.project import statics


def register(commands: Any) -> None:
    serve = commands.add_parser("serve", help="answer pages, chats and streams; run the clocks")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=1, help="processes behind the port (PostgreSQL only)")
    serve.add_argument("--fd", type=int, help="listen on an inherited socket instead of host and port")
    serve.set_defaults(run=_serve)
    init = commands.add_parser("init", help="make or bring up to date the database of this installation")
    init.set_defaults(run=_init)
    migrate = commands.add_parser("migrate", help="the same as init")
    migrate.set_defaults(run=_init)


def _init(_options: argparse.Namespace) -> int:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    from dangban.people import actions as people

    for role, codes in people.offer_new_permissions(by=SYSTEM, at=clock.now()).items():
        _say(f"the role {role} now also has: {', '.join(codes)}")
    _say(f"database ready: {settings.DATABASES['default']['NAME']}")
    return 0


def _serve(options: argparse.Namespace) -> int:
    if options.workers > 1 and connection.vendor == "sqlite":
        _say("Several processes need PostgreSQL: set DANGBAN_DATABASE_URL, or serve with one.", error=True)
        return 2
    if _pending():
        _say("The database is not up to date: run bin/dangban init first.", error=True)
        return 2
    for message in checks.run_checks(tags=[checks.Tags.database], databases=["default"]):
        _say(str(message), error=True)
    connection.close()
    statics.collect()
    _raise_limit()
    _run(options)
    return 0


def _pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _run(options: argparse.Namespace) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from dangban.project import watch

    config = uvicorn.Config(
        "dangban.project.asgi:app",
        host=options.host,
        port=options.port,
        fd=options.fd,
        workers=options.workers,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=4096,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=20,
        forwarded_allow_ips=os.environ.get("DANGBAN_PROXIES", "127.0.0.1"),
    )
    _say(f"当班 Dangban on http://{options.host}:{options.port}")
    if options.workers == 1:
        uvicorn.Server(config).run()
        return
    with watch.shared_figures():
        Multiprocess(config, sockets=[config.bind_socket()]).run()


def _raise_limit() -> None:
    """Every open page holds a file descriptor."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _say(text: str, *, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    stream.write(text + "\n")
    stream.flush()
