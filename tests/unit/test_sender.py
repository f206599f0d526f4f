"""The thread that sends: order, time, context; and that it holds on to nothing."""

from __future__ import annotations

import gc
import logging
import threading
import weakref
from functools import partial
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
        thread = SerialThread("order")
        seen: list[int] = []
        for number in range(100):
            thread.post(partial(seen.append, number))
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
    def test_messages_are_handled_where_they_ask_for(self):
        """Whatever was sent on the comm, and from wherever: ipykernel 7.4 would follow the latest message."""
        comm = SimpleNamespace(_reply_subshell_for=lambda _data, _default: "where a cell was run")
        Outbox().use(comm)
        assert comm._reply_subshell_for({"content": {"id": "7"}}, "where it asks for") == "where it asks for"
        assert comm._reply_subshell_for({}, None) is None

    def test_other_comms_are_left_alone(self):
        comm = SimpleNamespace()
        Outbox().use(comm)
        assert vars(comm) == {}

    def test_closed_it_runs_nothing_more_and_holds_nothing(self):
        class Work:
            def __call__(self) -> None:
                seen.append(1)

        outbox, work = Outbox(), Work()
        seen: list[int] = []
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

        def close() -> None:
            outbox.close()
            done.set()

        outbox.post(close)
        assert done.wait(PATIENCE)
