"""Serving views: which thumbnails to make now, in which order, and sending them in batches.

Speaks of items by their ids, which survive every edit; an index is looked up in the moment a message is composed.
Knows neither how a picture is decoded (``encode.py``) nor what a message looks like (``protocol.py``).
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from nbgallery import encode, protocol
from nbgallery.cache import ByteBoundedCache
from nbgallery.errors import MediaError
from nbgallery.items import Change, ItemList
from nbgallery.pool import worker_count
from nbgallery.sender import Outbox

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any], "list[bytes] | None"], None]

#: Thumbnails and encoded originals of one gallery: some 4,000 thumbnails. The budget of a gallery in kernel memory
#: is 64 MB, whatever its length.
CACHE_BYTES = 40 * 2**20

#: A batch waits so long for company: a message for each thumbnail would be more than a thousand a second,
#: which is where Jupyter begins to drop them.
_BATCH_SECONDS = 0.025

#: Edits closer together than one frame leave as one message.
_FRAME_SECONDS = 0.016

#: A view that has acknowledged nothing for so long, and asks again, has lost its acknowledgements.
_FORGOTTEN_SECONDS = 10.0

#: A notebook has a few views of a gallery; the least recently heard beyond so many is a page that was reloaded.
_MAX_VIEWS = 32

#: The thumbnail's header costs about so much beside its bytes.
_HEADER_BYTES = 400


@dataclass(frozen=True, slots=True)
class Encoded:
    """What became of one item: a thumbnail, or the sentence that says why there is none."""

    thumbnail: encode.Thumbnail | None
    caption: str | None
    error: str | None

    @property
    def size(self) -> int:
        """Bytes that it takes in the cache."""
        return _HEADER_BYTES + (len(self.thumbnail.data) if self.thumbnail else 0)


@dataclass(slots=True)
class _Viewer:
    """One view: what it wants, what is ready for it, and what is on its way."""

    view: str
    edge: int = 256
    number: int = 0
    wanted: deque[int] = field(default_factory=deque)
    making: set[int] = field(default_factory=set)
    ready: OrderedDict[int, Encoded] = field(default_factory=OrderedDict)
    on_the_way: dict[int, frozenset[int]] = field(default_factory=dict)
    owed: bool = False
    flushing: bool = False
    acknowledged_at: float = 0.0


class Feed:
    """Makes and sends the thumbnails of one gallery.

    Parameters
    ----------
    items : ItemList
        The list; read under ``lock``, except for the user's own sequence, which is read by one worker at a time.
    lock : threading.RLock
        The gallery's lock.
    outbox : Outbox
        Through which everything leaves.
    send : callable
        Sends one message and its buffers; runs on the sender thread.
    pool : concurrent.futures.Executor
        Where thumbnails are made.
    on_error : callable
        Told the id of an item and the reason when it cannot be drawn; the reason is None when it can.
    """

    def __init__(
        self,
        items: ItemList,
        lock: threading.RLock,
        outbox: Outbox,
        send: Send,
        pool: Executor,
        on_error: Callable[[int, str | None], None],
    ) -> None:
        self._items = items
        self._lock = lock
        self._outbox = outbox
        self._send = send
        self._pool = pool
        self._on_error = on_error
        self._viewers: OrderedDict[str, _Viewer] = OrderedDict()
        self._cache: ByteBoundedCache[tuple[int, int], Encoded] = ByteBoundedCache(CACHE_BYTES, lambda e: e.size)
        self._captions: dict[int, str | None] = {}
        self._futures: dict[tuple[int, int], Future[Encoded]] = {}
        self._reading = threading.Lock()
        self._batches = itertools.count(1)
        self._sent_revision = items.revision
        self._splice_posted = False
        self._spliced_at = 0.0
        self._after_splice: Callable[[], None] = lambda: None
        self._epoch = 0
        self._closed = False

    def on_spliced(self, callback: Callable[[], None]) -> None:
        """Call back on the sender thread after each splice has left."""
        self._after_splice = callback

    # -- what a view says

    def want(self, message: protocol.Want) -> None:
        """Take what a view needs now; it replaces what the view wanted before."""
        with self._lock:
            viewer = self._viewer(message.view)
            now = time.monotonic()
            if viewer.on_the_way and now - viewer.acknowledged_at > _FORGOTTEN_SECONDS:
                viewer.on_the_way.clear()
            if message.edge != viewer.edge:
                viewer.ready.clear()
                viewer.making.clear()
            viewer.edge, viewer.number = message.edge, message.number
            sent = frozenset().union(*viewer.on_the_way.values())
            ids = self._resolve(message.ranges, message.revision)
            wanted = dict.fromkeys(item_id for item_id in ids if item_id not in sent)
            viewer.ready = OrderedDict((key, one) for key, one in viewer.ready.items() if key in wanted)
            self._abandon(viewer, viewer.making.difference(wanted))
            viewer.wanted = deque(key for key in wanted if key not in viewer.ready and key not in viewer.making)
            viewer.owed = bool(message.ranges) and not wanted and not sent
            self._pump(viewer)
            self._flush_soon(viewer)

    def _abandon(self, viewer: _Viewer, unwanted: set[int]) -> None:
        """Let go of what has left the screen, so that nothing visible waits behind it."""
        viewer.making -= unwanted
        for item_id in unwanted:
            shared = any(item_id in other.making for other in self._viewers.values())
            future = self._futures.get((item_id, viewer.edge))
            if future is not None and not shared:
                future.cancel()

    def acknowledge(self, message: protocol.Ack) -> bool:
        """Take note that a batch has arrived; False when the batch was none of this feed's."""
        with self._lock:
            viewer = self._viewers.get(message.view)
            if viewer is None or viewer.on_the_way.pop(message.batch, None) is None:
                return False
            viewer.acknowledged_at = time.monotonic()
            self._pump(viewer)
            self._flush_soon(viewer)
            return True

    def next_batch(self) -> int:
        """Return a number that no other message of this gallery carries."""
        return next(self._batches)

    # -- what the list says

    def list_changed(self, change: Change) -> None:
        """Send what changed, merged with what else changes in the same frame; call it under the lock."""
        for operation in change.operations:
            if operation["op"] == "reset":
                self._forget_all()
            elif operation["op"] == "caption":
                self._captions[self._items.id_at(operation["at"])] = operation["caption"]
        if change.removed_ids:
            for key in self._cache.keys():
                if any(key[0] in removed for removed in change.removed_ids):
                    self._cache.drop(key)
        if not self._splice_posted:
            self._splice_posted = True
            wait = self._spliced_at + _FRAME_SECONDS - time.monotonic()
            self._outbox.post(self.flush_splices, max(0.0, wait))

    def _forget_all(self) -> None:
        self._epoch += 1
        self._cache.clear()
        self._captions.clear()
        self._futures.clear()
        for viewer in self._viewers.values():
            viewer.wanted.clear()
            viewer.making.clear()
            viewer.ready.clear()

    def flush_splices(self) -> None:
        """Send what has changed and has not left yet; on the sender thread."""
        with self._lock:
            self._splice_posted = False
            self._spliced_at = time.monotonic()
            base, revision = self._sent_revision, self._items.revision
            if base == revision or self._closed:
                return
            operations = self._items.since(base)
            # A view that was away for longer than the log reaches begins anew.
            merged = [{"op": "reset"}] if operations is None else merge(operations)
            self._sent_revision = revision
            message = protocol.splice(base=base, revision=revision, count=len(self._items), operations=merged)
        self._send(message, None)
        self._after_splice()

    # -- making

    def make(self, item_id: int, edge: int) -> Future[Encoded]:
        """Return the thumbnail of an item, to come or at once; call it under the lock."""
        key = (item_id, edge)
        cached = self._cache.get(key)
        if cached is not None:
            done: Future[Encoded] = Future()
            done.set_result(cached)
            return done
        future = self._futures.get(key)
        if future is None or future.cancelled():
            future = self._pool.submit(self._encode, item_id, edge)
            self._futures[key] = future
            future.add_done_callback(partial(self._made, key, self._epoch))
        return future

    def _encode(self, item_id: int, edge: int) -> Encoded:
        caption: str | None = None
        try:
            with self._reading:
                item = self._items.item(item_id)
            caption = item.caption
            return Encoded(encode.thumbnail(item.media, edge), caption, None)
        except MediaError as error:
            return Encoded(None, caption, str(error))
        except Exception as error:  # noqa: BLE001 - whatever a user's sequence or a decoder raises is one bad tile
            logger.debug("Item %d cannot be drawn", item_id, exc_info=True)
            return Encoded(None, caption, f"{type(error).__name__}: {error}")

    def _made(self, key: tuple[int, int], epoch: int, future: Future[Encoded]) -> None:
        with self._lock:
            if epoch != self._epoch or self._closed:
                return
            if self._futures.get(key) is future:
                del self._futures[key]
            if future.cancelled():
                return
            encoded = future.result()
            item_id, edge = key
            if self._items.index_of(item_id) is not None:
                self._cache.put(key, encoded)
                self._on_error(item_id, encoded.error)
            for viewer in self._viewers.values():
                if item_id in viewer.making and viewer.edge == edge:
                    viewer.making.discard(item_id)
                    viewer.ready[item_id] = encoded
                self._pump(viewer)
                self._flush_soon(viewer)

    def _pump(self, viewer: _Viewer) -> None:
        """Make what is wanted, most urgent first, but no more than is about to be sent."""
        backlog = len(viewer.ready) * (len(viewer.on_the_way) >= protocol.MAX_UNACKNOWLEDGED)
        while viewer.wanted and len(viewer.making) < 2 * worker_count() and backlog < 2 * worker_count():
            item_id = viewer.wanted.popleft()
            cached = self._cache.get((item_id, viewer.edge))
            if cached is not None:
                viewer.ready[item_id] = cached
            elif self._items.index_of(item_id) is not None:
                viewer.making.add(item_id)
                self.make(item_id, viewer.edge)

    # -- sending

    def _flush_soon(self, viewer: _Viewer) -> None:
        if viewer.flushing or not (viewer.ready or viewer.owed):
            return
        if len(viewer.on_the_way) >= protocol.MAX_UNACKNOWLEDGED:
            return
        full = sum(encoded.size for encoded in viewer.ready.values()) >= protocol.MAX_BUFFER_BYTES
        nothing_coming = not viewer.making and not viewer.wanted
        viewer.flushing = True
        self._outbox.post(partial(self._flush, viewer), 0.0 if full or nothing_coming else _BATCH_SECONDS)

    def _flush(self, viewer: _Viewer) -> None:
        """Compose and send one batch; on the sender thread, where no splice can come in between."""
        self.flush_splices()
        with self._lock:
            viewer.flushing = False
            if self._closed or len(viewer.on_the_way) >= protocol.MAX_UNACKNOWLEDGED:
                return
            messages = self._compose(viewer)
            self._pump(viewer)
            self._flush_soon(viewer)
        for message, buffer in messages:
            self._send(message, [buffer])

    def _compose(self, viewer: _Viewer) -> list[tuple[dict[str, Any], bytes]]:
        batch = Batch()
        taken: set[int] = set()
        while viewer.ready:
            item_id, encoded = next(iter(viewer.ready.items()))
            header = self.header(item_id, encoded)
            if header is not None and not batch.add(header, encoded):
                break
            viewer.ready.popitem(last=False)
            taken.add(item_id)
        if not taken and not viewer.owed:
            return []
        viewer.owed = False
        parts = [(batch.entries, batch.data)] if not batch.oversize else batch.in_parts()
        messages = []
        for entries, data in parts:
            number = self.next_batch()
            viewer.on_the_way[number] = frozenset(taken)
            messages.append((self._thumbs(viewer, number, entries), data))
        if len(viewer.on_the_way) <= len(messages):
            viewer.acknowledged_at = time.monotonic()
        return messages

    def _thumbs(self, viewer: _Viewer, number: int, entries: list[protocol.EntryHeader]) -> dict[str, Any]:
        return protocol.thumbs(
            view=viewer.view,
            batch=number,
            want=viewer.number,
            revision=self._items.revision,
            entries=entries,
        )

    def header(self, item_id: int, encoded: Encoded) -> protocol.EntryHeader | None:
        """Return what a view is told of an item beside the thumbnail's bytes; None when the item has gone."""
        index = self._items.index_of(item_id)
        if index is None:
            return None
        caption = self._captions.get(item_id, encoded.caption)
        return describe(index, encoded, caption)

    # -- finding

    def _viewer(self, view: str) -> _Viewer:
        viewer = self._viewers.get(view)
        if viewer is None:
            viewer = self._viewers[view] = _Viewer(view)
            while len(self._viewers) > _MAX_VIEWS:
                self._viewers.popitem(last=False)
        self._viewers.move_to_end(view)
        return viewer

    def _resolve(self, ranges: Sequence[protocol.Range], revision: int) -> Iterable[int]:
        """Ids of the items that a view knows by these indices; those that have gone are left out."""
        count = len(self._items)
        for start, stop in ranges:
            for index in range(start, stop):
                now = index if revision == self._items.revision else self._items.rebase(index, revision)
                if now is not None and now < count:
                    yield self._items.id_at(now)

    def close(self) -> None:
        """Make and send nothing more."""
        with self._lock:
            self._closed = True
            self._forget_all()
            self._viewers.clear()


class Batch:
    """Entries that travel together: their headers, and their bytes in one buffer of bounded size."""

    def __init__(self, limit: int = protocol.MAX_BUFFER_BYTES) -> None:
        self._limit = limit
        self._buffers: list[bytes] = []
        self.bytes = 0
        self.entries: list[protocol.EntryHeader] = []

    def add(self, header: protocol.EntryHeader, encoded: Encoded) -> bool:
        """Add an entry; False when the batch is full. The first one is always taken, whatever its size."""
        data = encoded.thumbnail.data if encoded.thumbnail else b""
        if self.entries and self.bytes + len(data) > self._limit:
            return False
        self.entries.append(header)
        self._buffers.append(data)
        self.bytes += len(data)
        return True

    @property
    def data(self) -> bytes:
        """The entries' bytes, one after another."""
        return b"".join(self._buffers)

    @property
    def oversize(self) -> bool:
        """Whether its one entry is larger than a buffer may be."""
        return self.bytes > self._limit

    def in_parts(self) -> list[tuple[list[protocol.EntryHeader], bytes]]:
        """Cut the one entry that is larger than a buffer may be."""
        header, data = self.entries[0], self.data
        parts = []
        for offset in range(0, len(data), self._limit):
            piece = data[offset : offset + self._limit]
            part: protocol.EntryHeader = {**header, "bytes": len(piece), "part": (offset, len(data))}
            parts.append(([part], piece))
        return parts


def describe(index: int, encoded: Encoded, caption: str | None) -> protocol.EntryHeader:
    """Write the header of an entry."""
    thumbnail = encoded.thumbnail
    if thumbnail is None:
        return {
            "index": index,
            "bytes": 0,
            "kind": "image",
            "mime": "",
            "width": 0,
            "height": 0,
            "color": "",
            "caption": caption,
            "name": "",
            "edge": 0,
            "complete": True,
            "error": encoded.error or "This item cannot be drawn",
        }
    header: protocol.EntryHeader = {
        "index": index,
        "bytes": len(thumbnail.data),
        "kind": thumbnail.kind,
        "mime": thumbnail.mime if thumbnail.data else "",
        "width": thumbnail.width,
        "height": thumbnail.height,
        "color": thumbnail.color,
        "caption": caption,
        "name": thumbnail.name,
        "edge": thumbnail.edge,
        "complete": thumbnail.complete,
    }
    if thumbnail.url is not None:
        header["url"] = thumbnail.url
    return header


def merge(operations: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join insertions that follow one another, so that ten thousand appends are one operation.

    Examples
    --------
    >>> one = {"op": "splice", "at": 4, "remove": 0, "insert": 1}
    >>> merge([one, {**one, "at": 5}])
    [{'op': 'splice', 'at': 4, 'remove': 0, 'insert': 2}]
    """
    merged: list[dict[str, Any]] = []
    for operation in operations:
        last = merged[-1] if merged else None
        if operation["op"] == "reset":
            merged = [operation]
        elif (
            last is not None
            and last["op"] == operation["op"] == "splice"
            and operation["remove"] == 0
            and operation["at"] == last["at"] + last["insert"]
        ):
            merged[-1] = {**last, "insert": last["insert"] + operation["insert"]}
        else:
            merged.append(operation)
    return merged
