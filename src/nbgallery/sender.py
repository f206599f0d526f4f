"""The one thread that sends to the browser, in order and at the right time.

Never decodes, never reads the list: it runs what it is given.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

from nbgallery.serial import SerialThread


class Outbox:
    """A gallery's way to the browser: one thread sends for all galleries, never a cell or a worker.

    Examples
    --------
    >>> import threading
    >>> done = threading.Event()
    >>> outbox = Outbox()
    >>> outbox.post(done.set)
    >>> done.wait(5)
    True
    >>> outbox.close()
    """

    def __init__(self) -> None:
        self._closed = False
        # The thread is given numbers only, so that nothing of a closed gallery waits there for its time.
        self._works: dict[int, Callable[[], None]] = {}
        self._numbers = itertools.count()

    def use(self, comm: Any) -> None:
        """Let the browser's messages on this comm be handled where they ask for.

        ipykernel 7.4 handles them where the comm's latest message was sent from. After a message from a cell,
        all that a person does would wait on the main thread for as long as the next cell runs.
        """
        if hasattr(comm, "_reply_subshell_for"):
            comm._reply_subshell_for = _as_asked  # noqa: SLF001 - there is no public way

    def post(self, work: Callable[[], None], delay: float = 0.0) -> None:
        """Run ``work`` on the sender thread in ``delay`` seconds; else in the order of posting."""
        number = next(self._numbers)
        self._works[number] = work
        if self._closed:
            self._works.clear()
        else:
            _SENDER.post(partial(self._run, number), delay)

    def close(self) -> None:
        """Run nothing more; what is posted already is dropped."""
        self._closed = True
        self._works.clear()

    def _run(self, number: int) -> None:
        work = self._works.pop(number, None)
        if work is not None:
            work()


def _as_asked(_data: object, asked: object) -> object:
    return asked


_SENDER = SerialThread("nbgallery-sender")
