"""A turn at a gallery: what waits until the lock is released, and that it always is."""

from __future__ import annotations

import threading

import pytest

from nbgallery.turn import Turn
from tests.unit.doubles import PATIENCE


def is_free(turn: Turn) -> bool:
    """Tell whether another thread can have its turn."""
    had = threading.Event()

    def take() -> None:
        with turn():
            had.set()

    threading.Thread(target=take, daemon=True).start()
    return had.wait(PATIENCE)


def test_what_is_put_off_runs_when_the_outermost_turn_is_over():
    turn, done = Turn(), []
    with turn():
        with turn():
            turn.afterwards(lambda: done.append(is_free(turn)))
        assert done == []
    assert done == [True]


def test_without_a_turn_it_runs_at_once():
    turn, done = Turn(), []
    turn.afterwards(lambda: done.append(1))
    assert done == [1]


def test_it_runs_at_once_for_a_thread_that_has_no_turn_while_another_has():
    turn, done = Turn(), []
    with turn():
        other = threading.Thread(target=turn.afterwards, args=[lambda: done.append(1)])
        other.start()
        other.join(PATIENCE)
        assert done == [1]


def test_what_is_put_off_may_take_turns_and_put_off_more():
    turn, done = Turn(), []

    def more() -> None:
        with turn():
            turn.afterwards(lambda: done.append("more"))
            done.append("in turn")

    with turn():
        turn.afterwards(more)
    assert done == ["in turn", "more"]


def test_all_run_whatever_they_raise():
    turn, done = Turn(), []

    def fail(error: BaseException) -> None:
        done.append(type(error).__name__)
        raise error

    def take() -> None:
        with turn():
            turn.afterwards(lambda: fail(KeyError("first")))
            turn.afterwards(lambda: fail(ValueError("second")))
            turn.afterwards(lambda: done.append("third"))

    with pytest.raises(KeyError, match="first"):
        take()
    assert done == ["KeyError", "ValueError", "third"]
    assert is_free(turn)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_releases_the_lock_and_still_tells(error):
    turn, done = Turn(), []

    def take() -> None:
        with turn():
            turn.afterwards(lambda: done.append(1))
            raise error

    with pytest.raises(error):
        take()
    assert done == [1]
    assert is_free(turn)
    assert turn._depth == 0


def test_turns_exclude_each_other():
    turn, inside, most = Turn(), 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(200):
            with turn():
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert most == 1
