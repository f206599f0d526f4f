"""Making thumbnails: items are read here, one at a time, and encoded on the shared threads or an executor.

Knows nothing of views. What an executor does, and when and where its callbacks run, ends here.
"""

from __future__ import annotations

import io
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from nbgallery import encode, executors
from nbgallery.batches import Encoded
from nbgallery.describe import describe
from nbgallery.errors import MediaError
from nbgallery.items import Item
from nbgallery.pool import shared_pool, worker_count
from nbgallery.serial import SerialThread
from nbgallery.turn import Turn

logger = logging.getLogger(__name__)

#: What an executor has failed at is tried so often again: a worker that dies costs a retry.
_RETRIES = 1

#: What an executor has cancelled of its own is tried so often again: it may be moving work between workers.
_CANCELLED_RETRIES = 3

#: A gallery's threads end after so many idle seconds: a notebook may make a hundred galleries in a loop.
_IDLE_SECONDS = 0.5

#: A sentence on a tile is no longer: an exception may quote all that it was given.
_LONGEST_SENTENCE = 1000

#: An item and the size of its thumbnail.
Key = tuple[int, int]


def make(media: object, caption: str | None, edge: int) -> Encoded:
    """Make one thumbnail, wherever this runs; whatever a decoder raises is in the result.

    Examples
    --------
    >>> make("missing.png", "A cat", 256).error
    "there is no file 'missing.png'"
    """
    try:
        return Encoded(encode.thumbnail(media, edge), caption, None)
    except BaseException as error:  # noqa: BLE001 - whatever a decoder raises is one bad tile
        return failed(error, caption)


def failed(error: BaseException, caption: str | None) -> Encoded:
    """Write down that an item cannot be drawn.

    Examples
    --------
    >>> failed(KeyError("image"), None).error
    "KeyError: 'image'"
    """
    if isinstance(error, MediaError):
        return Encoded(None, caption, str(error)[:_LONGEST_SENTENCE])
    logger.debug("An item cannot be drawn", exc_info=error)
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Encoded(None, caption, text[:_LONGEST_SENTENCE])


class Readable(Protocol):
    """What items are read from."""

    def item(self, item_id: int) -> Item:
        """Read an item; what the user's own sequence raises is raised."""


class Worker(Protocol):
    """A thread with a queue."""

    def post(self, work: Callable[[], None]) -> None:
        """Run ``work`` behind what was posted before."""


@dataclass(slots=True, eq=False)
class _Job:
    """One thumbnail that is to be made."""

    key: Key
    future: Future[Encoded] = field(default_factory=Future)
    wanted: bool = True
    #: Once it is read, until it is made.
    item: Item | None = None
    #: What stands for it on the executor.
    task: Future[Encoded] | None = None
    #: It cannot travel, and is made on the shared threads.
    here: bool = False
    cancelling: bool = False
    failures: int = 0
    cancellations: int = 0

    def is_abandoned(self) -> bool:
        """Whether nobody wants it at this moment."""
        return not self.wanted


class Maker:
    """Makes the thumbnails of one gallery.

    An executor may be slow to take work and to take it back, and calls back on any of its threads: all that
    has to do with one is done on a thread of its own. A sequence that blocks holds up what is read behind it
    in the same gallery, and nothing else.

    Parameters
    ----------
    items
        What items are read from: by one thread at a time, and not under the lock.
    turn : Turn
        The gallery's lock.
    executor : concurrent.futures.Executor, optional
        The user's, where thumbnails are encoded; the shared threads when None.
    reader : Worker, optional
        Reads the items; a thread that is there only while there is something to read when None.
    courier : Worker, optional
        Deals with `executor`; such a thread too.
    shared : concurrent.futures.Executor, optional
        The shared threads.
    """

    def __init__(
        self,
        items: Readable,
        turn: Turn,
        executor: Executor | None = None,
        reader: Worker | None = None,
        courier: Worker | None = None,
        shared: Executor | None = None,
    ) -> None:
        self._items = items
        self._turn = turn
        self._shared = shared or shared_pool()
        self._executor = executor
        self._reader = reader or SerialThread("nbgallery-reader", _IDLE_SECONDS)
        if courier is None and executor is not None:
            courier = SerialThread("nbgallery-executor", _IDLE_SECONDS)
        self._hand_over = _at_once if courier is None else courier.post
        self._jobs: dict[Key, _Job] = {}
        self._unread: OrderedDict[Key, _Job] = OrderedDict()
        self._reading = False
        self._closed = False
        #: How many have been asked for that nobody had asked for before.
        self.begun = 0

    @property
    def room(self) -> int:
        """How many thumbnails are worth being made at once."""
        return 2 * worker_count() if self._executor is None else executors.room(self._executor)

    @property
    def keys(self) -> list[Key]:
        """What is being made, or waits to be."""
        return list(self._jobs)

    @property
    def waiting(self) -> int:
        """How many of them have not begun."""
        return len(self._unread)

    def make(self, key: Key, done: Callable[[Key, Future[Encoded]], None]) -> Future[Encoded]:
        """Return a thumbnail to come; ``done`` hears of it once. Call it under the lock."""
        job = self._jobs.get(key)
        if job is None:
            job = _Job(key)
            job.future.add_done_callback(partial(done, key))
            if self._closed:
                _cancel(job.future)
                return job.future
            self.begun += 1
            self._jobs[key] = self._unread[key] = job
            if not self._reading:
                self._reading = True
                self._reader.post(self._read_next)
        job.wanted = True
        return job.future

    def abandon(self, key: Key) -> None:
        """Make what nobody wants any more only if it has begun already; call it under the lock."""
        job = self._jobs.get(key)
        if job is None:
            return
        job.wanted = False
        if self._unread.pop(key, None) is not None:
            self._drop(job)
        elif job.task is not None:
            self._hand_over(partial(self._take_back, job))
        # Else it is being read or handed over, where this is seen.

    def close(self) -> None:
        """Make nothing more; call it under the lock."""
        self._closed = True
        for job in list(self._jobs.values()):
            self.abandon(job.key)
            self._drop(job)

    # On the reader

    def _read_next(self) -> None:
        with self._turn():
            if not self._unread:
                self._reading = False
                return
            _, job = self._unread.popitem(last=False)
        try:
            job.item = item = self._items.item(job.key[0])
            # An open file stays where it is open.
            job.here = isinstance(item.media, io.IOBase)
        except BaseException as error:  # noqa: BLE001 - whatever a user's sequence raises is one bad tile
            self._finish(job, failed(error, None))
        else:
            self._hand_over(partial(self._submit, job))
        # One at a time, so that what is posted in between has its turn.
        self._reader.post(self._read_next)

    # On the executor's thread, if it is the user's

    def _submit(self, job: _Job) -> None:
        with self._turn():
            item = job.item
            if not job.wanted or item is None:
                self._drop(job)
                return
        executor = self._shared if job.here or self._executor is None else self._executor
        try:
            task = executors.submit(executor, make, item.media, item.caption, job.key[1])
            job.task, job.cancelling = task, False
            task.add_done_callback(partial(self._ended, job))
        except BaseException as error:  # noqa: BLE001 - an executor that takes nothing is an error of this tile
            self._fail(job, error)
            return
        # Whoever has abandoned it before there was a task could not take it back.
        if job.is_abandoned():
            self._take_back(job)

    def _take_back(self, job: _Job) -> None:
        """Cancel what has not begun, if it is still of no use."""
        with self._turn():
            task = None if job.wanted or job.cancelling else job.task
            job.cancelling = job.cancelling or task is not None
        if task is None:
            return
        try:
            task.cancel()
        except Exception:  # what cannot be taken back is made in vain
            logger.debug("A task could not be cancelled", exc_info=True)

    def _ended(self, job: _Job, task: Future[Encoded]) -> None:
        """Hear from an executor; on any thread, which may be the one that its network waits for."""
        self._hand_over(partial(self._settle, job, task))

    def _settle(self, job: _Job, task: Future[Any]) -> None:
        try:
            made = task.result()
            if not isinstance(made, Encoded):
                raise RuntimeError(f"it returned {describe(made)}")  # noqa: TRY004, TRY301 - it is the executor's
        except BaseException as error:  # noqa: BLE001 - the function raises nothing: it is the executor's
            self._fail(job, error)
            return
        self._finish(job, made)

    def _fail(self, job: _Job, error: BaseException) -> None:
        """Try again, here if need be; or say what is the matter with the executor."""
        executor = self._shared if job.here or self._executor is None else self._executor
        with self._turn():
            job.task = None
            if not job.wanted or self._closed:
                self._drop(job)
                return
            again = self._may_try_again(job, error)
            caption = job.item.caption if job.item else None
        if again:
            logger.debug("An executor has failed at a thumbnail, which is tried again", exc_info=error)
            self._hand_over(partial(self._submit, job))
        else:
            logger.warning("An executor has failed at a thumbnail", exc_info=error)
            sentence = executors.explain(executor, error)[:_LONGEST_SENTENCE]
            self._finish(job, Encoded(None, caption, sentence, passing=True))

    def _may_try_again(self, job: _Job, error: BaseException) -> bool:
        if executors.is_cancelled(error):
            # What was taken back here, and is wanted again since, is nobody's fault.
            job.cancellations += not job.cancelling
            return job.cancellations <= _CANCELLED_RETRIES
        if executors.cannot_travel(error) and not job.here and self._executor is not None:
            job.here = True
            return True
        job.failures += 1
        return job.failures <= _RETRIES

    # The end of a job

    def _finish(self, job: _Job, encoded: Encoded) -> None:
        with self._turn():
            self._forget(job)
            job.task = None
            if not job.future.done():
                job.future.set_result(encoded)

    def _drop(self, job: _Job) -> None:
        self._forget(job)
        _cancel(job.future)

    def _forget(self, job: _Job) -> None:
        self._unread.pop(job.key, None)
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]
        job.item = None


def _cancel(future: Future[Encoded]) -> None:
    if not future.done() and future.cancel():
        # Wakes those who wait for it.
        future.set_running_or_notify_cancel()


def _at_once(work: Callable[[], None]) -> None:
    work()
