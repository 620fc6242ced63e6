"""What the database itself takes: rows of the message table with nothing in between, on the server's core.

Into the same table, with its keys, after the same messages: only the program is left out.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench.lane.cores import started_on
from dangban.testing.live import ROOT
from dangban.testing.postgres import programs

IN_A_TRANSACTION = 64
CLIENTS = 16
BODY = "亲，这款有货吗？什么时候能发货"
COLUMNS = "thread_id, seq, author, author_id, author_name, client_id, kind, internal, body, payload, at"


def sqlite_inserts(file: Path, seconds: float, core: int) -> float:
    """Rows a second, 64 in a transaction, synchronous=FULL; in a process of its own on the core."""
    with started_on(core):
        program = subprocess.Popen(
            [sys.executable, "-m", "bench.lane.inserts", str(file), str(seconds)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    told, _ = program.communicate()
    if program.returncode:
        raise RuntimeError("the inserts failed")
    return float(told)


def _insert(file: str, seconds: float) -> float:
    db = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        db.execute(f"PRAGMA {pragma}")
    last = dict(db.execute("SELECT thread_id, last_seq FROM chat_threadsequence"))
    threads, rows = list(last), 0
    began = time.perf_counter()
    while time.perf_counter() < began + seconds:
        batch = []
        for thread in random.sample(threads, IN_A_TRANSACTION):
            last[thread] += 1
            rows += 1
            batch.append(
                (thread, last[thread], "customer", thread, "客", f"{time.time_ns():x}-{rows}", "text", 0, BODY,
                 "{}", "2026-11-22 04:00:00.000000")
            )  # fmt: skip
        db.execute("BEGIN IMMEDIATE")
        db.executemany(f"INSERT INTO chat_message ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)", batch)
        db.execute("COMMIT")
    return rows / (time.perf_counter() - began)


def pgbench(url: str, seconds: float, core: int) -> float | None:
    """One row in each transaction, 16 clients; None where pgbench is not installed."""
    folder = programs()
    found = shutil.which("pgbench") or (folder and str(folder / "pgbench"))
    if not found or not Path(found).exists():
        return None
    with psycopg.connect(url, autocommit=True) as db:
        first, last = db.execute("SELECT min(id), max(id) FROM chat_thread").fetchall()[0]
        # Beyond all numbers that threads have given out.
        db.execute("CREATE SEQUENCE IF NOT EXISTS bench_seq START 1000000000 CACHE 100")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(
            f"\\set thread random({first}, {last})\n"
            f"INSERT INTO chat_message ({COLUMNS}) VALUES (:thread, nextval('bench_seq'), 'customer', :thread, '客',"
            f" 'bench-' || currval('bench_seq'), 'text', false, '{BODY}', '{{}}', now());\n"
        )
        script.flush()
        about = urlsplit(url)
        command = [
            found, "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(max(1, round(seconds))),
            "-f", script.name, "-h", about.hostname or "", "-p", str(about.port or 5432),
            "-U", about.username or "", about.path.lstrip("/"),
        ]  # fmt: skip
        with started_on(core):
            program = subprocess.Popen(
                command, env={**os.environ, "PGPASSWORD": about.password or ""},
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        told, _ = program.communicate()
    rate = re.search(r"tps = ([\d.]+)", told)
    if rate is None:
        raise RuntimeError(f"pgbench: {told}")
    return float(rate.group(1))


if __name__ == "__main__":
    print(_insert(sys.argv[1], float(sys.argv[2])))
