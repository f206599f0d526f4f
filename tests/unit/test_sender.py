"""The thread that sends: order, time, context; and that it holds on to nothing."""

from __future__ import annotations

import contextvars
import gc
import logging
import threading
import weakref
from types import SimpleNamespace

import pytest

from nbgallery import serial
from nbgallery.sender import Outbox
from nbgallery.serial import SerialThread
from tests.unit.doubles import PATIENCE


class Clock:
    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(serial, "time", clock)
    return clock


@pytest.fixture
def stopped():
    """A serial thread that never runs: the test takes what is due."""
    thread = SerialThread("stopped")
    thread._thread = threading.current_thread()
    return thread


def run_all(thread: SerialThread) -> None:
    """Wait until all that is due has run."""
    done = threading.Event()
    thread.post(done.set)
    assert done.wait(PATIENCE)


class TestSerialThread:
    def test_runs_in_the_order_of_posting(self):
        thread, seen = SerialThread("order"), []
        for number in range(100):
            thread.post(lambda number=number: seen.append(number))
        run_all(thread)
        assert seen == list(range(100))

    def test_delayed_work_waits_for_its_time(self, clock, stopped):
        stopped.post(lambda: "later", delay=5)
        stopped.post(lambda: "now")
        assert stopped._next()() == "now"
        clock.now = 5
        assert stopped._next()() == "later"

    def test_a_flood_holds_up_nothing_that_was_due_before(self, clock, stopped):
        stopped.post(lambda: "due at one", delay=1)
        clock.now = 2
        stopped.post(lambda: "posted at two")
        assert stopped._next()() == "due at one"
        assert stopped._next()() == "posted at two"

    def test_delayed_work_runs(self):
        thread, done = SerialThread("delayed"), threading.Event()
        thread.post(done.set, delay=0.01)
        assert done.wait(PATIENCE)

    @pytest.mark.parametrize("error", [ValueError, SystemExit])
    def test_what_fails_is_logged_and_the_next_runs(self, error, caplog):
        thread = SerialThread("failing")

        def fail() -> None:
            raise error("for a reason")

        with caplog.at_level(logging.ERROR):
            thread.post(fail)
            run_all(thread)
        assert "for a reason" in caplog.text

    def test_ends_when_idle_and_starts_again(self, monkeypatch):
        monkeypatch.setattr(serial, "_IDLE_SECONDS", 0.0)
        thread = SerialThread("idle")
        run_all(thread)
        first = thread._thread
        if first is not None:
            first.join(PATIENCE)
        assert thread._thread is None
        run_all(thread)

    def test_what_has_run_is_not_held(self):
        class Held:
            def run(self) -> None:
                pass

        thread, held = SerialThread("holding"), Held()
        reference = weakref.ref(held)
        thread.post(held.run)
        del held
        run_all(thread)
        gc.collect()
        assert reference() is None


class TestOutbox:
    def test_sends_in_the_context_of_the_latest_message(self):
        where = contextvars.ContextVar("where", default="nowhere")
        outbox, seen, done = Outbox(), [], threading.Event()

        def hear(place: str) -> None:
            where.set(place)
            outbox.remember_context()

        contextvars.copy_context().run(hear, "subshell")
        outbox.post(lambda: seen.append(where.get()))
        contextvars.copy_context().run(hear, "main")
        outbox.post(done.set)
        assert done.wait(PATIENCE)
        outbox.post(lambda: seen.append(where.get()))
        outbox.post(done.clear)
        again = threading.Event()
        outbox.post(again.set)
        assert again.wait(PATIENCE)
        assert seen[0] in {"subshell", "main"}
        assert seen[1] == "main"

    def test_takes_away_the_pin_that_sending_leaves(self):
        comm = SimpleNamespace(_reply_subshell_lock=threading.Lock(), _reply_subshell_id="main")
        outbox, seen, done = Outbox(), [], threading.Event()
        outbox.use(comm)
        assert not hasattr(comm, "_reply_subshell_id")
        outbox.post(lambda: setattr(comm, "_reply_subshell_id", "main"))
        outbox.post(lambda: seen.append(hasattr(comm, "_reply_subshell_id")))
        outbox.post(done.set)
        assert done.wait(PATIENCE)
        assert seen == [False]
        # Once a message was heard, its context says where the next one is to be handled.
        done.clear()
        outbox.remember_context()
        outbox.post(lambda: setattr(comm, "_reply_subshell_id", "subshell"))
        outbox.post(done.set)
        assert done.wait(PATIENCE)
        assert comm._reply_subshell_id == "subshell"

    def test_closed_it_runs_nothing_more_and_holds_nothing(self):
        class Work:
            def __call__(self) -> None:
                seen.append(1)

        outbox, seen, work = Outbox(), [], Work()
        reference = weakref.ref(work)
        outbox.post(work, delay=1000)
        outbox.close()
        outbox.post(work)
        del work
        gc.collect()
        assert reference() is None
        other, done = Outbox(), threading.Event()
        other.post(done.set)
        assert done.wait(PATIENCE)
        assert seen == []

    def test_can_be_closed_from_what_it_runs(self):
        outbox, done = Outbox(), threading.Event()
        outbox.use(SimpleNamespace())
        outbox.post(lambda: (outbox.close(), done.set()))  # type: ignore[func-returns-value]
        assert done.wait(PATIENCE)
