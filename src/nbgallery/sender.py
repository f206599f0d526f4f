"""The one thread that sends to the browser: order, delays, and the context in which a message leaves.

Never decodes, never reads the list: it runs what it is given.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
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

    def use(self, comm: object) -> None:
        """Send on this comm from now on; its opening has pinned it already."""
        self._comm = comm
        _unpin(comm)

    def remember_context(self) -> None:
        """Send in the current context from now on: call it where a browser message is handled."""
        self._context = contextvars.copy_context()

    def post(self, work: Callable[[], None], delay: float = 0.0) -> None:
        """Run ``work`` on the sender thread, ``delay`` seconds from now at the earliest; else in the order of posting."""
        if not self._closed:
            _SENDER.post(lambda: self._run(work), delay)

    def close(self) -> None:
        """Run nothing more; what is posted already is dropped."""
        self._closed = True
        self._comm = None

    def _run(self, work: Callable[[], None]) -> None:
        if self._closed:
            return
        if self._context is None:
            work()
            _unpin(self._comm)
        else:
            self._context.run(work)


def _unpin(comm: object) -> None:
    """Let the browser's messages find their own subshell (ipykernel 7.4 keeps the last sender's on the comm)."""
    lock = getattr(comm, "_reply_subshell_lock", None)
    if lock is not None:
        with lock:
            vars(comm).pop("_reply_subshell_id", None)


_SENDER = SerialThread("nbgallery-sender")
