"""The one thread that sends to the browser: order, delays, and the context in which a message leaves.

Never decodes, never reads the list: it runs what it is given.
"""

from __future__ import annotations

import contextvars
import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

from nbgallery.serial import SerialThread


class Outbox:
    """A gallery's way to the browser.

    In ipykernel 7.4 what the browser sends is handled on the (sub)shell from whose context the last message on that
    comm was sent. A message sent from a cell would therefore pin everything a person does to the main thread for as
    long as the cell runs. So everything is sent by one thread, inside the context of the latest browser message; and
    while there is none yet, the pin that sending left is taken away.

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
        self._context: contextvars.Context | None = None
        self._comm: Any = None
        self._closed = False
        # The thread is given numbers only, so that nothing of a closed gallery waits there for its time.
        self._works: dict[int, Callable[[], None]] = {}
        self._numbers = itertools.count()

    def use(self, comm: object) -> None:
        """Send on this comm from now on; its opening has pinned it already."""
        self._comm = comm
        _unpin(comm)

    def remember_context(self) -> None:
        """Send in the current context from now on: call it where a browser message is handled."""
        self._context = contextvars.copy_context()

    def post(self, work: Callable[[], None], delay: float = 0.0) -> None:
        """Run ``work`` on the sender thread, ``delay`` seconds from now at the earliest; else in the order of posting."""
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
        self._comm = self._context = None

    def _run(self, number: int) -> None:
        work, context, comm = self._works.pop(number, None), self._context, self._comm
        if work is None:
            return
        if context is None:
            work()
            _unpin(comm)
        else:
            context.run(work)


def _unpin(comm: object) -> None:
    """Let the browser's messages find their own subshell (ipykernel 7.4 keeps the last sender's on the comm)."""
    lock = getattr(comm, "_reply_subshell_lock", None)
    if lock is not None:
        with lock:
            vars(comm).pop("_reply_subshell_id", None)


_SENDER = SerialThread("nbgallery-sender")
