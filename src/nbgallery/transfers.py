"""Originals, downloads and archives on their way to a view: chunk by chunk, no faster than they are taken in."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from nbgallery import encode, protocol
from nbgallery.archive import archive
from nbgallery.errors import MediaError
from nbgallery.items import ItemList
from nbgallery.sender import Outbox
from nbgallery.splices import Operation, shift

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any], "list[bytes] | None"], None]

#: A poster is made of a video in full; a larger one gets an icon instead.
_MAX_POSTER_BYTES = 64 * 2**20

#: A neighbour is fetched ahead only if it is there soon; a larger one begins when it is shown.
_MAX_PREFETCH_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One piece of a file, with what its message says."""

    index_id: int | None
    offset: int
    total: int | None
    last: bool
    mime: str
    name: str
    data: bytes
    progress: tuple[int, int] | None = None


@dataclass(slots=True, eq=False)
class _Transfer:
    """One request, for as long as it has something to send."""

    view: str
    rid: int
    chunks: Iterator[_Chunk]
    on_the_way: set[int] = field(default_factory=set)
    advancing: bool = False
    ended: bool = False


class Transfers:
    """Answers the ``open`` messages of one gallery.

    Parameters
    ----------
    items : ItemList
        The list.
    lock : threading.RLock
        The gallery's lock.
    outbox, send, pool
        As for the feed.
    next_batch : callable
        Gives the numbers that ``ack`` names.
    encoding : callable
        Returns the format and quality of originals, as they are now.
    """

    def __init__(
        self,
        items: ItemList,
        lock: threading.RLock,
        outbox: Outbox,
        send: Send,
        pool: Executor,
        next_batch: Callable[[], int],
        encoding: Callable[[], tuple[str, int | None]],
    ) -> None:
        self._items = items
        self._lock = lock
        self._outbox = outbox
        self._send = send
        self._pool = pool
        self._next_batch = next_batch
        self._encoding = encoding
        self._transfers: dict[tuple[str, protocol.OpenPurpose], _Transfer] = {}

    def open(self, message: protocol.Open) -> None:
        """Begin what was asked for; it replaces what this view asked for the same purpose."""
        key = (message.view, message.purpose)
        with self._lock:
            previous = self._transfers.pop(key, None)
            if previous is not None:
                previous.ended = True
            if message.index is None and message.ranges == ():
                return
            chunks = self._archive(message) if message.purpose == "archive" else self._files(message)
            transfer = _Transfer(message.view, message.rid, chunks)
            self._transfers[key] = transfer
            self._advance_soon(transfer)

    def acknowledge(self, message: protocol.Ack) -> bool:
        """Take note that a chunk has arrived; False when it was none of these."""
        with self._lock:
            for transfer in self._transfers.values():
                if transfer.view == message.view and message.batch in transfer.on_the_way:
                    transfer.on_the_way.discard(message.batch)
                    self._advance_soon(transfer)
                    return True
        return False

    def close(self) -> None:
        """Send nothing more."""
        with self._lock:
            for transfer in self._transfers.values():
                transfer.ended = True
            self._transfers.clear()

    # -- moving on

    def _advance_soon(self, transfer: _Transfer) -> None:
        if not transfer.advancing and not transfer.ended:
            transfer.advancing = True
            self._pool.submit(self._advance, transfer)

    def _advance(self, transfer: _Transfer) -> None:
        """Send until the view has enough to take in; on a worker, for a chunk may have to be encoded first."""
        while True:
            with self._lock:
                if transfer.ended or len(transfer.on_the_way) >= protocol.MAX_UNACKNOWLEDGED:
                    transfer.advancing = False
                    return
            try:
                chunk = next(transfer.chunks, None)
            except Exception as error:  # noqa: BLE001 - every request is answered, with an error if need be
                self._fail(transfer, error)
                return
            if chunk is None:
                transfer.ended = True
                return
            number = self._next_batch()
            with self._lock:
                transfer.on_the_way.add(number)
            self._outbox.post(partial(self._send_chunk, transfer, number, chunk))

    def _send_chunk(self, transfer: _Transfer, number: int, chunk: _Chunk) -> None:
        with self._lock:
            index = None if chunk.index_id is None else self._items.index_of(chunk.index_id)
        message = protocol.original(
            view=transfer.view,
            rid=transfer.rid,
            batch=number,
            index=index,
            offset=chunk.offset,
            total=chunk.total,
            last=chunk.last,
            mime=chunk.mime,
            name=chunk.name,
            progress=chunk.progress,
        )
        self._send(message, [chunk.data])

    def _fail(self, transfer: _Transfer, error: Exception) -> None:
        if not isinstance(error, MediaError):
            logger.warning("An original could not be sent", exc_info=error)
        transfer.ended = True
        text = str(error) or type(error).__name__
        message = protocol.error(view=transfer.view, rid=transfer.rid, message=text)
        self._outbox.post(partial(self._send, message, None))

    # -- what is sent

    def _files(self, message: protocol.Open) -> Iterator[_Chunk]:
        wanted = self._ids(message, [] if message.index is None else [message.index])
        neighbours = self._ids(message, message.prefetch)
        if not wanted:
            reason = "this item is no longer in the gallery"
            raise_later: Iterator[_Chunk] = _raising(MediaError(reason))
            return raise_later
        return self._each(message.purpose, wanted[0], neighbours)

    def _each(self, purpose: protocol.OpenPurpose, wanted: int, neighbours: Sequence[int]) -> Iterator[_Chunk]:
        source = self._original(wanted, purpose)
        if purpose == "poster" and source.size > _MAX_POSTER_BYTES:
            reason = "too large to make a poster of"
            raise MediaError(reason)
        yield from _sliced(wanted, source)
        for item_id in neighbours:
            try:
                source = self._original(item_id, purpose)
            except Exception:  # noqa: BLE001 - a neighbour says what is wrong with it when it is shown
                logger.debug("Neighbour %d could not be fetched ahead", item_id, exc_info=True)
                continue
            if source.size <= _MAX_PREFETCH_BYTES:
                yield from _sliced(item_id, source)

    def _archive(self, message: protocol.Open) -> Iterator[_Chunk]:
        with self._lock:
            items, operations = self._items.view(), self._items.since(message.revision)
        positions = _positions(message.ranges, operations, len(items))
        done = 0

        def note(number: int) -> None:
            nonlocal done
            done = number

        def one(position: int) -> encode.Original:
            item_format, quality = self._encoding()
            return encode.original(items[positions[position]].media, item_format, quality, own_bytes=True)

        offset = 0
        pending = b""
        for piece in archive(len(positions), one, note):
            pending += piece
            while len(pending) >= protocol.MAX_BUFFER_BYTES:
                data, pending = pending[: protocol.MAX_BUFFER_BYTES], pending[protocol.MAX_BUFFER_BYTES :]
                yield self._zip_chunk(offset, data, (done, len(positions)))
                offset += len(data)
        yield self._zip_chunk(offset, pending, (done, len(positions)), last=True)

    @staticmethod
    def _zip_chunk(offset: int, data: bytes, progress: tuple[int, int], *, last: bool = False) -> _Chunk:
        total = offset + len(data) if last else None
        return _Chunk(None, offset, total, last, "application/zip", "gallery.zip", data, progress)

    def _ids(self, message: protocol.Open, indices: Sequence[int]) -> list[int]:
        with self._lock:
            now = (self._items.rebase(index, message.revision) for index in indices)
            return [self._items.id_at(index) for index in now if index is not None and index < len(self._items)]

    def _original(self, item_id: int, purpose: protocol.OpenPurpose) -> encode.Original:
        item_format, quality = self._encoding()
        media = self._items.item(item_id).media
        return encode.original(media, item_format, quality, own_bytes=purpose == "download")


def _sliced(item_id: int, source: encode.Original) -> Iterator[_Chunk]:
    size = protocol.MAX_BUFFER_BYTES
    if source.data is not None or source.path is None:
        data = memoryview(source.data or b"")
        pieces = (bytes(data[at : at + size]) for at in range(0, max(len(data), 1), size))
        total = len(data)
    else:
        pieces = _read(source.path, size)
        total = Path(source.path).stat().st_size
    offset = 0
    for piece in pieces:
        end = offset + len(piece)
        yield _Chunk(item_id, offset, total, end >= total, source.mime, source.name, piece)
        offset = end
    if offset < total:
        reason = f"the file ended after {offset} of {total} bytes"
        raise MediaError(reason)


def _read(path: str, size: int) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while piece := file.read(size):
            yield piece


def _positions(
    ranges: Sequence[protocol.Range] | None, operations: Sequence[Operation] | None, count: int
) -> Sequence[int]:
    """Where the items are now that a view named by ``ranges``, before ``operations``."""
    if ranges is None:
        return range(count)
    if operations is None:
        reason = "the gallery has changed since: try again"
        raise MediaError(reason)
    before = count - sum(one["insert"] - one["remove"] for one in operations if one["op"] == "splice")
    named = (index for start, stop in ranges for index in range(start, min(stop, before)))
    return [now for index in named if (now := shift(index, operations)) is not None]


def _raising(error: Exception) -> Iterator[_Chunk]:
    raise error
    yield  # a generator: the error belongs to the request, not to its registration
