"""A thread with a queue in order of time, which is there only while there is something to do."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

#: The thread ends after so many idle seconds and starts again when needed: an idle notebook keeps no thread
#: of ours.
_IDLE_SECONDS = 10.0


class SerialThread:
    """Runs what is posted one after another, each at its time.

    Parameters
    ----------
    name : str
        The thread's name, for whoever looks at a stuck process.
    idle_seconds : float
        For so long it waits for more, and ends.

    Examples
    --------
    >>> done = threading.Event()
    >>> SerialThread("example").post(done.set)
    >>> done.wait(5)
    True
    """

    def __init__(self, name: str, idle_seconds: float = _IDLE_SECONDS) -> None:
        self._name = name
        self._idle_seconds = idle_seconds
        self._changed = threading.Condition()
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._thread: threading.Thread | None = None

    def post(self, work: Callable[[], None], delay: float = 0.0) -> None:
        """Run ``work`` in ``delay`` seconds; what is due at once runs in the order of posting."""
        with self._changed:
            # By time for all, so that a flood of what is due at once holds up nothing that was due before.
            heapq.heappush(self._queue, (time.monotonic() + max(0.0, delay), next(self._order), work))
            if self._thread is None or not self._thread.is_alive():
                # A daemon: what nobody will see must not keep the interpreter from ending.
                self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify()

    def _loop(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except BaseException:  # a listener may call exit(): what is queued behind it still runs
                logger.exception("What %s was given to do has failed", self._name)
            # Else the last gallery stays referenced while the thread waits.
            del work

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            idle_since = time.monotonic()
            while True:
                now = time.monotonic()
                if self._queue and self._queue[0][0] <= now:
                    return heapq.heappop(self._queue)[2]
                wait = self._queue[0][0] - now if self._queue else idle_since + self._idle_seconds - now
                if not self._queue and wait <= 0:
                    self._thread = None
                    return None
                self._changed.wait(wait)
