"""How many messages a second the lane takes, how soon they are seen, and what hangs on them is done.

    bin/bench message_lane [--database sqlite|postgresql|postgresql://…] [--seconds 5] [--profile]

The server (and PostgreSQL, where it is used) runs on core 0, this program on core 1 with raw
sockets; where it used more than 70 % of that core the run says nothing. Everything is as in a
running department: real schema, tokens, rights, speech guard, projectors, clocks; open sessions
served by agents on shift; colleagues who save drafts, notes and promises through Django meanwhile.

Beside it, in the same run and on the same data: a plain Django ORM view that does the same work
behind Django's own ASGI handler, and the database's own inserts with no program around it.
`--database postgresql` makes a server of its own for the run, fsync on, and takes it away again.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._report import Report, postgres_version
from bench.lane import cores, inserts, storm, watching
from bench.lane.cores import started_on
from bench.lane.neighbour import Neighbour
from bench.lane.profile import Profile, environment
from bench.lane.watching import Database, Used, Watch, milliseconds
from bench.lane.wire import Doors, Load, Phase, Wire
from dangban.testing.live import ROOT, LiveServer, free_port
from dangban.testing.postgres import start_cluster

BUSIEST = 0.7
LAG = "dangban_projection_lag_seconds"
COMMIT = "dangban_writer_commit_seconds"
HELD = "dangban_gate_held_seconds"
COMPLAINT = re.compile(r'"level": "(warning|error|critical)"|^Traceback|^\S*Error:')
# The colleagues' notes are projected all the time; as many lines may be on their way.
A_FEW = 5
DRAIN = 120.0


def main() -> int:
    options = _options()
    report = Report("message_lane")
    if (os.cpu_count() or 1) < 2:
        print("This needs two cores: one for the server, one for what loads it.")
        return 1
    storm.raise_limit(20_000)
    cores.prefer(os.getpid(), options.nice)
    with _database(options.database) as url:
        if url:
            report.database = postgres_version(url)
            if (postmaster := watching.postmaster(url)) is not None:
                cores.prefer(postmaster, options.nice)
        with _server(url, options) as server:
            Bench(server, options, report).run()
    return report.end()


class Bench:
    """One run: the phases, one after the other, on one server and its database."""

    def __init__(self, server: LiveServer, options: argparse.Namespace, report: Report) -> None:
        assert server.process is not None
        self.server = server
        self.options = options
        self.report = report
        self.database = Database(server.database_url, server.data)
        self.pid = server.process.pid
        self.watch = Watch(self.pid, self.database.postmaster)
        # What the server uses a second with only the colleagues at work.
        self.idle = Used()
        self.full = Phase()
        # CPU microseconds of a message with all its effects, PostgreSQL's included.
        self.each = 0.0

    def run(self) -> None:
        self._say_what()
        wire = Wire(self.server.port)
        self.load = Load(wire, self.server.told, doors=Doors(), answers=self.options.answers)
        self.load.open_streams()
        self.load.connect()
        self.beside = []
        if self.options.neighbour and self.options.rooms == "all":
            self.beside = [Neighbour(wire, self.server.told, self.options.neighbour)]
        self._warm_up()
        self._alone()
        self._saturated()
        self._half()
        self._openings()
        self._correct()
        for one in (self.load, *self.beside):
            one.close()
        if self.options.streams:
            self._streams()
        if not self.options.lane_only:
            self.server.stop()
            self._plain_view()
            self._own_inserts()
        self._targets()

    # --- before

    def _say_what(self) -> None:
        self.report.section("Conditions")
        middle, worst = watching.fsync_latency(self.server.data)
        add = self.report.add
        add("database", "postgresql" if self.database.is_postgres else "sqlite")
        add("rooms", self.options.rooms, "what hangs on messages")
        add("threads", len(self.server.told["threads"]), "with an open session each")
        add("agents", len(self.server.told["agents"]), "with a stream each, in five shops")
        add("answers_share", self.options.answers, "of all messages, through the agents' door and the guard")
        add("neighbour_per_second", self.options.neighbour, "writing actions through Django meanwhile")
        add("fsync_p50_ms", round(middle, 2))
        add("fsync_p99_ms", round(worst, 2))

    def _warm_up(self) -> None:
        self._neighbours_begin()
        self.load.drive(until=_for(2.0), rate=200, beside=self.beside)
        self._drain()

    def _alone(self) -> None:
        """The colleagues without messages: what is not to be counted for messages."""
        self._neighbours_begin()
        self.watch.look()
        self.load.drive(until=_for(5.0), rate=0, beside=self.beside)
        used = self.watch.look()
        self.idle = Used(1.0, used.server / used.wall, used.postgres / used.wall)
        self.report.section("Colleagues alone")
        self.report.add("idle_server_busy", round(self.idle.server, 3), "of its core")
        self._neighbour_figures("neighbour_alone")

    # --- messages

    def _saturated(self) -> None:
        self.report.section("As many as it takes, 64 connections")
        before = watching.metrics(self.server.url)
        self._neighbours_begin()
        profile = Profile(self.pid, self.server.data) if self.options.profile else None
        if profile:
            profile.begin()
        self.watch.look()
        self.full = phase = self.load.drive(until=_for(self.options.seconds), beside=self.beside)
        posting = self.watch.look()
        threads, lines = self.database.behind()
        drain = self._drain()
        used = self.watch.look()
        add = self.report.add
        add("messages_per_second", round(phase.rate), f"{phase.by_agents} of {phase.answered} by agents")
        add("server_busy", round(posting.server / posting.wall, 2), "of its core while posting")
        add("backlog_lines", lines, f"in {threads} threads at the end, effects still to come")
        add("backlog_drained_seconds", round(drain, 2))
        add("projected_per_second", round(phase.answered / (phase.seconds + drain)), "until the last effect")
        add(
            "cpu_us_per_message",
            self._each("server", phase.answered, posting, used),
            "all effects; less colleagues",
        )
        add("cpu_us_while_posting", self._each("server", phase.answered, posting), "without the backlog")
        each = self._each("server", phase.answered, posting, used)
        if self.database.is_postgres:
            in_postgres = self._each("postgres", phase.answered, posting, used)
            add("postgres_cpu_us_per_message", in_postgres)
            each += in_postgres
        self.each = each
        add(
            "per_second_of_cpu",
            round(1e6 / each),
            "messages with all effects that a core of its own would take",
        )
        self._waits("saturated", before)
        self._generator("saturated", posting, phase)
        self._neighbour_figures("neighbour_saturated")
        if profile:
            self.report.section("Where it goes (CPU of the server, messages and backlog)")
            self.report.figures["profile"] = profile.end()

    def _half(self) -> None:
        rate = self.full.rate / 2
        self.report.section("Half of that, at random moments")
        before = watching.metrics(self.server.url)
        self._neighbours_begin()
        self.watch.look()
        phase = self.load.drive(until=_for(self.options.seconds), rate=rate, beside=self.beside)
        posting = self.watch.look()
        drain = self._drain()
        used = self.watch.look()
        after = watching.metrics(self.server.url)
        add = self.report.add
        add("half_load_per_second", round(phase.rate))
        add("delivery_p50_ms", milliseconds(phase.delivery, 0.5), "customer's post → agent's stream")
        add("delivery_p99_ms", milliseconds(phase.delivery, 0.99))
        for share in (0.5, 0.99):
            lag = watching.quantile(before, after, LAG, share)
            add(f"projection_lag_p{share * 100:.0f}_ms", None if lag is None else round(lag * 1000))
        add("half_load_drained_seconds", round(drain, 2))
        add("half_load_cpu_us_per_message", self._each("server", phase.answered, posting, used))
        self._waits("half", before)
        self._generator("half", posting, phase)
        self._neighbour_figures("neighbour_half")

    def _openings(self) -> None:
        """First lines of customers nobody serves yet: session, routing, greeting, clock."""
        tokens = list(self.server.told["newcomers"])
        if not tokens or self.options.rooms != "all":
            return
        lines = (self.load.first_line(token) for token in tokens)
        self._neighbours_begin()
        self.watch.look()
        began = time.perf_counter()
        phase = self.load.drive(
            until=lambda _seconds: phase_of(self.load).answered + phase_of(self.load).refused >= len(tokens),
            beside=self.beside,
            lines=lambda: next(lines, None),
        )
        self._drain()
        took, used = time.perf_counter() - began, self.watch.look()
        ids = ",".join(str(thread) for thread in self.server.told["new_threads"])
        opened = self.database.ask(
            f"SELECT count(*), count(assignee_id) FROM conversations_conversation WHERE thread_id IN ({ids})"
        )[0]
        self.report.section("New sessions")
        self.report.add("openings", opened[0], f"{opened[1]} of them given to an agent")
        self.report.add(
            "openings_per_second", round(len(tokens) / took, 1), "opened, routed, greeted, clock started"
        )
        self.report.add("cpu_us_per_opening", self._each("server", len(tokens), used))
        if self.database.is_postgres:
            self.report.add("postgres_cpu_us_per_opening", self._each("postgres", len(tokens), used))
        self._refusals(phase)
        if opened[0] != len(tokens):
            self.report.void(f"{len(tokens) - opened[0]} sessions were not opened")

    def _correct(self) -> None:
        self.report.section("Correct")
        self.report.add("lost", self.load.lost, "acknowledged and not pushed")
        self.report.add("doubled", self.load.doubled, "pushed twice")
        failed = watching.metrics(self.server.url).get("dangban_projection_failures_total", 0.0)
        self.report.add("projections_failed", int(failed))
        self._complaints()
        if self.load.lost or self.load.doubled:
            self.report.void("lines were lost or doubled")

    def _complaints(self) -> None:
        """What the server said in its log while it was loaded."""
        said = [line for line in self.server.log.splitlines() if COMPLAINT.search(line)]
        self.report.add("complaints_logged", len(said), "warnings and errors in the server's log")
        for line in said[:5]:
            print(f"  {line[:240]}")

    # --- many pages

    def _streams(self) -> None:
        count, told = self.options.streams, self.server.told
        tokens = [told["visitors"][number % len(told["visitors"])] for number in range(count)]
        threads = [told["threads"][number % len(told["threads"])] for number in range(count)]
        last = {thread: (seq, internal) for thread, seq, internal in self.database.ask(_LAST)}
        before = watching.memory_of(self.pid)
        pages = storm.Pages(self.server.port)
        opened, _ = pages.open(tokens, [last[thread][0] for thread in threads], [0] * count)
        time.sleep(1)
        after = watching.memory_of(self.pid)
        # All at once the line breaks, and the last thing said has not arrived anywhere.
        pages.close()
        self.watch.look()
        since = [last[thread][0] - 1 for thread in threads]
        missed = [0 if last[thread][1] else 1 for thread in threads]
        greeted, caught_up = pages.open(tokens, since, missed)
        used = self.watch.look()
        peak = watching.memory_of(self.pid)
        pages.close()
        self.report.section(f"{count:,} open pages of customers")
        add = self.report.add
        add("streams", count)
        add("streams_opened_seconds", round(opened, 2))
        for kind in ("rss", "pss"):
            add(f"{kind}_before_mb", round(before[kind]))
            add(f"{kind}_with_streams_mb", round(after[kind]))
        add("kb_per_stream", round((after["rss"] - before["rss"]) * 1024 / count, 1))
        add("storm_seconds", round(greeted, 2), "until all that came back were greeted")
        add("storm_caught_up_seconds", round(caught_up, 2), "until each had the line it missed")
        add("storm_cpu_ms_each", round(used.server / count * 1000, 3))
        add("rss_after_storm_mb", round(peak["rss"]))

    # --- beside it

    def _plain_view(self) -> None:
        port = free_port()
        with started_on(cores.SERVERS):
            process = subprocess.Popen(
                [
                    sys.executable, "-m", "uvicorn", "bench.lane.plain.asgi:application", "--port", str(port),
                    "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--lifespan", "off",
                    "--log-level", "warning", "--timeout-keep-alive", "75",
                ],
                cwd=ROOT,
                start_new_session=True,
                env={**self.server._env, "DJANGO_SETTINGS_MODULE": "bench.lane.plain.settings", "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
        cores.prefer(process.pid, self.options.nice)
        try:
            _wait_for(port)
            self._measure_plain(process.pid, port)
        finally:
            # Its streams would keep it from ending by itself.
            process.kill()
            process.wait()

    def _measure_plain(self, pid: int, port: int) -> None:
        doors = Doors(post="/plain/messages", stream="/plain/stream")
        load = Load(Wire(port), self.server.told, doors=doors, answers=0.0)
        load.open_streams()
        load.connect()
        load.drive(until=_for(1.0), rate=50)
        watch = Watch(pid, self.database.postmaster)
        full = load.drive(until=_for(self.options.seconds))
        used = watch.look()
        half = load.drive(until=_for(self.options.seconds), rate=full.rate / 2)
        load.close()
        self.report.section(
            "A plain Django ORM view that does the same (no guard, clocks, search, colleagues)"
        )
        add = self.report.add
        add("orm_messages_per_second", round(full.rate))
        each = used.server / max(1, full.answered) * 1e6
        add("orm_cpu_us_per_message", round(each))
        if self.database.is_postgres:
            in_postgres = used.postgres / max(1, full.answered) * 1e6
            add("orm_postgres_cpu_us_per_message", round(in_postgres))
            each += in_postgres
        add("orm_others_busy", round(used.others, 2), "of the server's core taken by other programs")
        add("orm_delivery_p50_ms", milliseconds(half.delivery, 0.5), "at half load")
        add("orm_delivery_p99_ms", milliseconds(half.delivery, 0.99))
        add("orm_failed", full.refused + half.refused)
        for phase in (full, half):
            _say_why(phase)
        add(
            "lane_per_orm",
            round(self.full.rate / max(full.rate, 0.1), 1),
            "messages a second, lane / ORM view",
        )
        add(
            "lane_per_orm_by_cpu",
            round(each / self.each, 1),
            "CPU a message, ORM view / lane with all effects",
        )

    def _own_inserts(self) -> None:
        self.report.section("The database's own inserts into the same table, on the same core")
        seconds = min(3.0, self.options.seconds)
        middle, _worst = watching.fsync_latency(self.server.data)
        self.report.add(
            "fsync_at_the_end_p50_ms", round(middle, 2), "as at the beginning, or the ratio says little"
        )
        rate = self.full.rate
        if not self.database.is_postgres:
            own = inserts.sqlite_inserts(self.server.data / "dangban.sqlite3", seconds, cores.SERVERS)
            self.report.add("own_inserts_per_second", round(own), "64 rows a transaction, synchronous=FULL")
            self.report.add("lane_per_own_inserts", round(rate / own, 3))
            return
        for name, core, where in (
            ("pgbench", cores.SERVERS, "with pgbench on the same core"),
            ("pgbench_apart", cores.OWN, "with pgbench on the other core"),
        ):
            own_pg = inserts.pgbench(self.database.url, seconds, core)
            if own_pg is None:
                print("  pgbench is not installed here: skipped")
                return
            self.report.add(
                f"{name}_per_second", round(own_pg), f"one row a transaction, 16 clients, {where}"
            )
            self.report.add(f"lane_per_{name}", round(rate / own_pg, 2))

    def _targets(self) -> None:
        target = self.report.target
        target("messages_per_second", at_least=4000)
        target("lane_per_orm", at_least=10)
        target("lane_per_pgbench", at_least=0.5)
        target("delivery_p99_ms", at_most=50)
        target("projection_lag_p99_ms", at_most=500)
        if self.options.streams >= 5000:
            target("rss_with_streams_mb", at_most=400)
            target("storm_seconds", at_most=5)
        target("lost", at_most=0)

    # --- what phases share

    def _drain(self) -> float:
        """Seconds until every line has had its effects; colleagues go on."""
        state = {"look": 0.0, "done": False}

        def is_drained(seconds: float) -> bool:
            if seconds >= state["look"]:
                state["look"] = seconds + 0.1
                state["done"] = self.database.behind()[1] <= A_FEW
            return bool(state["done"]) or seconds > DRAIN

        took = self.load.drive(until=is_drained, rate=0, beside=self.beside).seconds
        if not state["done"]:
            self.report.void(f"effects were still missing after {DRAIN:.0f} s")
        return took

    def _each(self, whose: str, count: int, *stretches: Used) -> float:
        """CPU microseconds for each message, less what the server uses without any."""
        used = sum(getattr(one, whose) - getattr(self.idle, whose) * one.wall for one in stretches)
        return round(used / max(1, count) * 1e6, 1)

    def _waits(self, name: str, before: watching.Metrics) -> None:
        """What a message waits for inside: its batch, the commit, and on SQLite whoever holds the gate."""
        after = watching.metrics(self.server.url)

        def add(figure: str, metric: str, share: float, label: str = "", explained: str = "") -> None:
            found = watching.quantile(before, after, metric, share, label=label)
            if found is not None:
                self.report.add(f"{figure}_{name}", round(found * 1000, 1), explained)

        batch = watching.mean(before, after, "dangban_writer_batch")
        self.report.add(f"batch_mean_{name}", round(batch, 1), "messages in a transaction")
        add("commit_p50_ms", COMMIT, 0.5, explained="of a batch, with waiting for the gate")
        add("commit_p99_ms", COMMIT, 0.99)
        for who in ("lane", "django"):
            add(f"gate_held_by_{who}_p99_ms", HELD, 0.99, f'who="{who}"')

    def _generator(self, name: str, used: Used, phase: Phase) -> None:
        busy = round(used.generator / used.wall, 2)
        self.report.add(f"generator_busy_{name}", busy, "of the other core")
        beside = f"of the server's core taken by other programs; {used.others_beside:.2f} of the generator's"
        self.report.add(f"others_busy_{name}", round(used.others, 2), beside)
        if busy > BUSIEST:
            self.report.void(f"the generator used {busy:.0%} of its core")
        self._refusals(phase)

    def _refusals(self, phase: Phase) -> None:
        self.report.figures["refused"] = self.report.figures.get("refused", 0) + phase.refused
        _say_why(phase)
        if phase.refused:
            self.report.void(f"{phase.refused} messages were refused")

    def _neighbours_begin(self) -> None:
        for one in self.beside:
            one.begin()

    def _neighbour_figures(self, name: str) -> None:
        for one in self.beside:
            self.report.add(f"{name}_p50_ms", milliseconds(one.took, 0.5), f"{len(one.took)} actions")
            self.report.add(f"{name}_p99_ms", milliseconds(one.took, 0.99))
            self.report.add(f"{name}_failed", sum(one.failures.values()), ", ".join(one.failures))


def _say_why(phase: Phase) -> None:
    for why, count in sorted(phase.because.items(), key=lambda item: -item[1])[:5]:
        print(f"  refused {count} times: {why}")


_LAST = (
    "SELECT s.thread_id, s.last_seq, CASE WHEN m.internal THEN 1 ELSE 0 END FROM chat_threadsequence s"
    " JOIN chat_message m ON m.thread_id = s.thread_id AND m.seq = s.last_seq"
)


def phase_of(load: Load) -> Phase:
    return load.phase


def _for(seconds: float):  # type: ignore[no-untyped-def]
    return lambda passed: passed >= seconds


@contextlib.contextmanager
def _database(named: str) -> Iterator[str]:
    """The address of the database; a server made for this run where only its kind is named."""
    if named != "postgresql":
        yield "" if named == "sqlite" else named
        return
    with started_on(cores.SERVERS):
        cluster = start_cluster(options={})
    try:
        yield cluster.make("bench")
    finally:
        cluster.stop()


@contextlib.contextmanager
def _server(url: str, options: argparse.Namespace) -> Iterator[LiveServer]:
    """A server with its department, on its core."""
    data = Path(tempfile.mkdtemp(prefix="dangban-bench-"))
    server = LiveServer(data, free_port(), url)
    try:
        with started_on(cores.SERVERS):
            server.prepare()
            server.told = server.tell(
                "bench.lane.story:department",
                visitors=options.threads,
                newcomers=options.openings,
                agents=options.agents,
                shops=5,
            )
            if options.rooms == "chat":
                server.environment["DJANGO_SETTINGS_MODULE"] = "dangban.chat.tests.settings"
            if options.profile:
                server.environment |= environment(data, ROOT)
            server.run()
        assert server.process is not None
        cores.prefer(server.process.pid, options.nice)
        yield server
    finally:
        server.kill()
        shutil.rmtree(data, ignore_errors=True)


def _wait_for(port: int) -> None:
    import http.client

    end = time.monotonic() + 40
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/plain/messages")
            connection.getresponse().read()
            connection.close()
            return
        time.sleep(0.1)
    raise RuntimeError("the plain view did not start")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--database", default="sqlite", help="sqlite, postgresql, or the address of an empty database"
    )
    parser.add_argument("--seconds", type=float, default=5, help="of each measured stretch")
    parser.add_argument("--rooms", choices=["all", "chat"], default="all", help="what hangs on messages")
    parser.add_argument("--answers", type=float, default=0.0, help="share of messages that agents write")
    parser.add_argument("--neighbour", type=float, default=20, help="writing actions a second through Django")
    parser.add_argument("--threads", type=int, default=5000, help="with an open session each")
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--openings", type=int, default=300, help="new sessions that are opened")
    parser.add_argument(
        "--streams", type=int, default=5000, help="open pages of customers; 0 leaves them out"
    )
    parser.add_argument(
        "--lane-only", action="store_true", help="neither the ORM view nor the database's inserts"
    )
    parser.add_argument(
        "--nice", type=int, default=0, help="priority of all of it; negative on a busy machine (root)"
    )
    parser.add_argument("--profile", action="store_true", help="where the CPU goes, by thread and function")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
