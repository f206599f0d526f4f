"""A gallery's lock, and what has to wait until it is released. Knows nothing of galleries."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Turn:
    """One thread's turn at a gallery: a reentrant lock, under which no code of the user's runs.

    What would run it (telling observers, for instance) is put off until the lock is released, so that it may
    do whatever it likes to the gallery, and wait for other threads that do.

    Examples
    --------
    >>> turn = Turn()
    >>> with turn():
    ...     turn.afterwards(lambda: print("the lock is free"))
    ...     print("the lock is held")
    the lock is held
    the lock is free
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._owner: int | None = None
        self._later: list[Callable[[], object]] = []

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the lock; at the end of the outermost turn, run what was put off."""
        later: list[Callable[[], object]] = []
        # A generator, and assignments only: whatever an interrupt of the kernel cuts short, the lock is
        # released.
        try:
            with self._lock:
                depth = self._depth
                try:
                    self._depth, self._owner = depth + 1, threading.get_ident()
                    yield
                finally:
                    self._depth = depth
                    if not depth:
                        self._owner = None
                        later, self._later = self._later, []
        finally:
            _run_all(later)

    def afterwards(self, work: Callable[[], object]) -> None:
        """Run ``work`` when this thread's turn is over; at once when it has none."""
        if self._owner == threading.get_ident():
            self._later.append(work)
        else:
            work()


def _run_all(works: list[Callable[[], object]]) -> None:
    """Run all, whatever they raise; the first exception goes on."""
    first: BaseException | None = None
    for work in works:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised below
            first = first or error
    if first is not None:
        raise first
