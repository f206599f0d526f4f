"""Originals, downloads and archives on their way: chunk by chunk, no faster than they are taken in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from nbgallery import encode, protocol
from nbgallery.archive import archive
from nbgallery.arrangement import Arrangement
from nbgallery.errors import MediaError
from nbgallery.media import identify
from nbgallery.selection import Ranges
from nbgallery.splices import Operation
from nbgallery.turn import Turn
from nbgallery.wire import Parcel, Wire, parcel

logger = logging.getLogger(__name__)

#: A poster is made of a video in full; a larger one gets an icon instead.
_MAX_POSTER_BYTES = 64 * 2**20

#: A neighbour is fetched ahead only if it is there soon; a larger one begins when it is shown.
_MAX_PREFETCH_BYTES = 16 * 2**20

#: Views that went without a word leave at most so many unfinished files behind.
_MAX_TRANSFERS = 64

_GONE = "this item is no longer in the gallery"
_CHANGED = "the gallery has changed since: try again"


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One piece of a file, with what its message says."""

    item_id: int | None
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
    purpose: protocol.OpenPurpose
    rid: int
    chunks: Iterator[_Chunk]
    on_the_way: set[int] = field(default_factory=set)
    advancing: bool = False
    ended: bool = False


class Transfers:
    """Answers the ``open`` messages of one gallery.

    Parameters
    ----------
    items : Arrangement
        The items as they are shown.
    turn, wire, pool
        As for the feed.
    next_batch : callable
        Gives the numbers that ``ack`` names.
    encoding : callable
        Returns the format and quality of originals, as they are now.
    """

    def __init__(
        self,
        items: Arrangement,
        turn: Turn,
        wire: Wire,
        pool: Executor,
        next_batch: Callable[[], int],
        encoding: Callable[[], tuple[str, int | None]],
    ) -> None:
        self._items = items
        self._turn = turn
        self._wire = wire
        self._pool = pool
        self._next_batch = next_batch
        self._encoding = encoding
        self._transfers: dict[tuple[str, protocol.OpenPurpose], _Transfer] = {}
        self._closed = False

    @property
    def under_way(self) -> int:
        """How many requests have something to send; read it under the lock."""
        return len(self._transfers)

    def open(self, message: protocol.Open) -> None:
        """Begin what was asked for; it replaces what this view asked for the same purpose."""
        key = (message.view, message.purpose)
        with self._turn():
            self._end(self._transfers.get(key))
            if self._closed or (message.index is None and message.ranges == ()):
                return
            chunks = self._archive(message) if message.purpose == "archive" else self._files(message)
            transfer = self._transfers[key] = _Transfer(*key, message.rid, chunks)
            while len(self._transfers) > _MAX_TRANSFERS:
                self._end(next(iter(self._transfers.values())))
            self._advance_soon(transfer)

    def acknowledge(self, message: protocol.Ack) -> bool:
        """Take note that a chunk has arrived; False when it was none of these."""
        with self._turn():
            for transfer in self._transfers.values():
                if transfer.view == message.view and message.batch in transfer.on_the_way:
                    # They arrive in the order of sending.
                    transfer.on_the_way = {batch for batch in transfer.on_the_way if batch > message.batch}
                    self._advance_soon(transfer)
                    return True
        return False

    def close(self) -> None:
        """Send nothing more."""
        with self._turn():
            self._closed = True
            for transfer in list(self._transfers.values()):
                self._end(transfer)

    def _end(self, transfer: _Transfer | None) -> None:
        if transfer is not None:
            transfer.ended = True
            key = (transfer.view, transfer.purpose)
            if self._transfers.get(key) is transfer:
                del self._transfers[key]

    # Moving on

    def _advance_soon(self, transfer: _Transfer) -> None:
        if not transfer.advancing and not transfer.ended:
            transfer.advancing = True
            self._pool.submit(self._advance, transfer)

    def _advance(self, transfer: _Transfer) -> None:
        """Send until the view has enough to take in; on a worker, for it may have to be encoded first."""
        while self._has_room(transfer):
            try:
                chunk = next(transfer.chunks, None)
            except BaseException as error:  # noqa: BLE001 - every request is answered, with an error if need be
                self._fail(transfer, error)
                return
            with self._turn():
                if chunk is None or transfer.ended:
                    self._end(transfer)
                    return
                number = self._next_batch()
                transfer.on_the_way.add(number)
                self._wire.post(partial(self._leave, transfer, number, chunk))

    def _has_room(self, transfer: _Transfer) -> bool:
        with self._turn():
            room = not transfer.ended and len(transfer.on_the_way) < protocol.MAX_UNACKNOWLEDGED
            transfer.advancing = room
            return room

    def _leave(self, transfer: _Transfer, number: int, chunk: _Chunk) -> list[Parcel]:
        index = None if chunk.item_id is None else self._items.index_of(chunk.item_id)
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
        return [parcel(message, chunk.data)]

    def _fail(self, transfer: _Transfer, error: BaseException) -> None:
        if not isinstance(error, MediaError):
            logger.warning("An original could not be sent", exc_info=error)
        with self._turn():
            # One that was replaced meanwhile is waited for by nobody.
            if not transfer.ended:
                text = str(error) or type(error).__name__
                self._wire.say(protocol.error(view=transfer.view, rid=transfer.rid, message=text))
            self._end(transfer)

    # What is sent

    def _files(self, message: protocol.Open) -> Iterator[_Chunk]:
        wanted = self._ids(message, [] if message.index is None else [message.index])
        return self._each(message.purpose, wanted, self._ids(message, message.prefetch))

    def _each(
        self, purpose: protocol.OpenPurpose, wanted: Sequence[int], neighbours: Sequence[int]
    ) -> Iterator[_Chunk]:
        if not wanted:
            raise MediaError(_GONE)
        source = self._original(wanted[0], purpose)
        if purpose == "poster" and source.size > _MAX_POSTER_BYTES:
            raise MediaError("too large to make a poster of")
        yield from _sliced(wanted[0], source)
        for item_id in neighbours:
            neighbour = self._neighbour(item_id, purpose)
            if neighbour is not None:
                yield from _sliced(item_id, neighbour)

    def _archive(self, message: protocol.Open) -> Iterator[_Chunk]:
        with self._turn():
            operations = self._items.since(message.revision)
            positions = _positions(message.ranges, operations, len(self._items))
            items, indices = self._items.view(), self._items.list_indices(positions)
        item_format, quality = self._encoding()
        done = 0

        def note(number: int) -> None:
            nonlocal done
            done = number

        def one(index: int) -> encode.Original:
            return encode.original(items[index].media, item_format, quality, own_bytes=True)

        offset = 0
        for data, last in _regrouped(archive(indices, one, note), protocol.MAX_BUFFER_BYTES):
            total = offset + len(data) if last else None
            progress = (done, len(indices))
            yield _Chunk(None, offset, total, last, "application/zip", "gallery.zip", data, progress)
            offset += len(data)

    def _ids(self, message: protocol.Open, indices: Sequence[int]) -> list[int]:
        now = (self._items.rebase(index, message.revision) for index in indices)
        return [self._items.id_at(index) for index in now if index is not None and index < len(self._items)]

    def _original(self, item_id: int, purpose: protocol.OpenPurpose) -> encode.Original:
        item_format, quality = self._encoding()
        source = encode.original(self._media(item_id), item_format, quality, own_bytes=purpose == "download")
        with self._turn():
            position = self._items.index_of(item_id)
            index = 0 if position is None else self._items.list_index(position)
        return replace(source, name=encode.clear_name(source.name, index, source.mime))

    def _neighbour(self, item_id: int, purpose: protocol.OpenPurpose) -> encode.Original | None:
        """Give what is worth fetching ahead: a small picture; a remote one the browser fetches itself."""
        try:
            found = identify(self._media(item_id))
            if found.kind != "image" or found.url is not None or (found.size or 0) > _MAX_PREFETCH_BYTES:
                return None
            source = self._original(item_id, purpose)
        except Exception:  # it says what is wrong with it when it is shown
            logger.debug("Neighbour %d could not be fetched ahead", item_id, exc_info=True)
            return None
        return source if source.size <= _MAX_PREFETCH_BYTES else None

    def _media(self, item_id: int) -> object:
        try:
            return self._items.item(item_id).media
        except LookupError:
            with self._turn():
                gone = self._items.index_of(item_id) is None
            if gone:
                raise MediaError(_GONE) from None
            raise


def _sliced(item_id: int, source: encode.Original) -> Iterator[_Chunk]:
    """Cut a file into chunks: one at least, and the last one is known as such."""
    size = protocol.MAX_BUFFER_BYTES
    pieces: Iterator[bytes]
    if source.data is not None or source.path is None:
        data = memoryview(source.data or b"")
        total, pieces = len(data), (bytes(data[at : at + size]) for at in range(0, len(data), size))
    else:
        total, pieces = Path(source.path).stat().st_size, _read(source.path, size)
    offset = 0
    while True:
        # No more than was there at first: the file may be growing.
        piece = next(pieces, b"")[: total - offset]
        end = offset + len(piece)
        if not piece and total:
            raise MediaError(f"the file ended after {offset} of {total} bytes")
        yield _Chunk(item_id, offset, total, end >= total, source.mime, source.name, piece)
        offset = end
        if offset >= total:
            return


def _read(path: str, size: int) -> Iterator[bytes]:
    with Path(path).open("rb") as file:
        while piece := file.read(size):
            yield piece


def _regrouped(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Cut and join pieces so that each but the last has ``size`` bytes; tell which one is the last."""
    pending = bytearray()
    for piece in pieces:
        rest = memoryview(piece)
        while rest:
            if len(pending) == size:
                yield bytes(pending), False
                pending.clear()
            taken, rest = rest[: size - len(pending)], rest[size - len(pending) :]
            pending += taken
    yield bytes(pending), True


def _positions(
    ranges: Sequence[protocol.Range] | None, operations: Sequence[Operation] | None, count: int
) -> Sequence[int]:
    """At which positions the items are now that a view named by ``ranges``, before ``operations``."""
    if ranges is None:
        return range(count)
    if operations is None or any(operation["op"] == "reset" for operation in operations):
        raise MediaError(_CHANGED)
    inserted = sum(one["insert"] - one["remove"] for one in operations if one["op"] == "splice")
    return Ranges(ranges).clamp(count - inserted).shifted(operations)
