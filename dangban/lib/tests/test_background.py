import threading

from dangban.lib import background


def test_a_loop_that_fails_once_goes_on() -> None:
    stop, calls = threading.Event(), []

    def step() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("the database went away")
        stop.set()

    background._keep_running("clock", background.every(0, step), _impatient(stop))
    assert len(calls) == 2


def test_every_registered_loop_runs_until_stopped(monkeypatch) -> None:
    monkeypatch.setattr(background, "_loops", {})
    stop, ran = threading.Event(), threading.Event()
    background.register("one", background.every(0.01, ran.set))
    threads = background.start(stop)
    assert ran.wait(30)
    stop.set()
    threads[0].join(30)
    assert not threads[0].is_alive()


def _impatient(stop: threading.Event) -> threading.Event:
    stop.wait = lambda timeout=None: stop.is_set()  # type: ignore[method-assign, assignment, misc]
    return stop
