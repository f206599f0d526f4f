"""Serving views: which thumbnails to make now, in which order, and sending them in batches.

Speaks of items by their ids, which survive every edit; an index is looked up in the moment a message is
composed. Knows neither how a picture is decoded (``encode.py``) nor what a message looks like
(``protocol.py``).
"""

from __future__ import annotations

import itertools
import sys
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from nbgallery import protocol
from nbgallery.arrangement import Arrangement
from nbgallery.batches import Batch, Encoded, describe
from nbgallery.cache import ByteBoundedCache, CacheInfo
from nbgallery.items import Change
from nbgallery.making import Key, Maker
from nbgallery.splices import Operation, shift
from nbgallery.turn import Turn
from nbgallery.wire import Parcel, Wire, parcel

#: Thumbnails of one gallery: some 3,000. The budget of a gallery in kernel memory is 64 MB, whatever its
#: length; half of it goes to what makes them.
CACHE_BYTES = 32 * 2**20

#: A batch waits so long for company: a message for each thumbnail would be more than a thousand a second,
#: which is where Jupyter begins to drop them.
_BATCH_SECONDS = 0.025

#: As long as an earlier one is on its way, a batch waits for its arrival, but no longer than this: a message
#: costs the page, and what lies between, as much as some thumbnails do, and while the page is at work on one,
#: the next may as well grow.
_BUSY_SECONDS = 0.15

#: What has not been acknowledged for so long, when the view asks again, was lost on the way there or back.
_LOST_SECONDS = 10.0

#: A notebook has a few views of a gallery; the least recently heard beyond so many is a page that was
#: reloaded.
_MAX_VIEWS = 32

#: Reasons are kept for so many items that could not be drawn: some 10 MB, if each has a sentence of its own.
_MAX_ERRORS = 20_000


@dataclass(frozen=True, slots=True)
class _Sent:
    """A batch that is on its way."""

    keys: set[Key]
    at: float


@dataclass(slots=True)
class _Large:
    """A thumbnail that is larger than a buffer may be, and how much of it has left."""

    item_id: int
    encoded: Encoded
    revision: int
    offset: int = 0


@dataclass(slots=True, eq=False)
class _Viewer:
    """One view: what it wants, what is ready for it, and what is on its way."""

    view: str
    edge: int = protocol.THUMBNAIL_EDGES[0]
    number: int = 0
    wanted: deque[int] = field(default_factory=deque)
    making: set[int] = field(default_factory=set)
    ready: OrderedDict[int, Encoded] = field(default_factory=OrderedDict)
    large: _Large | None = None
    on_the_way: dict[int, _Sent] = field(default_factory=dict)
    #: Its latest ``want`` has not been answered yet.
    owed: bool = False
    #: The revision of that ``want``, when nobody knows any more what it meant.
    missed: int | None = None
    #: When the next batch is to leave; None while none is due.
    due: float | None = None

    def is_full(self) -> bool:
        """Whether it has enough to take in."""
        return len(self.on_the_way) >= protocol.MAX_UNACKNOWLEDGED

    def is_coming(self, item_id: int, edge: int) -> bool:
        """Whether a thumbnail is on its way, whole or in parts."""
        if self.large is not None and (self.large.item_id, self.edge) == (item_id, edge):
            return True
        return any((item_id, edge) in sent.keys for sent in self.on_the_way.values())

    def forget_wanted(self) -> None:
        """Let go of all that has not left yet."""
        self.wanted.clear()
        self.making.clear()
        self.ready.clear()
        self.give_up_large()

    def give_up_large(self) -> None:
        """Send no more of a large one: the parts that are on their way are of no use then."""
        if self.large is not None:
            for sent in self.on_the_way.values():
                sent.keys.discard((self.large.item_id, self.edge))
        self.large = None


class Feed:
    """Makes and sends the thumbnails of one gallery.

    Parameters
    ----------
    items : Arrangement
        The items as they are shown; asked under the lock, and not for items.
    turn : Turn
        The gallery's lock.
    wire : Wire
        Through which everything leaves.
    maker : Maker
        Makes the thumbnails.
    """

    def __init__(self, items: Arrangement, turn: Turn, wire: Wire, maker: Maker) -> None:
        self._items = items
        self._turn = turn
        self._wire = wire
        self._maker = maker
        self._viewers: OrderedDict[str, _Viewer] = OrderedDict()
        self._cache: ByteBoundedCache[Key, Encoded] = ByteBoundedCache(CACHE_BYTES, lambda each: each.size)
        self._errors: dict[int, str] = {}
        self._batches = itertools.count(1)
        self._closed = False

    @property
    def errors(self) -> dict[int, str]:
        """Why items, named by their ids, could not be drawn so far; read it under the lock."""
        return self._errors

    def cache_info(self) -> CacheInfo:
        """Count what is kept, and what is going on; call it under the lock."""
        cache, keys = self._cache, set(self._maker.keys)
        begun = len(keys) - self._maker.waiting
        wanted = {(item_id, viewer.edge) for viewer in self._viewers.values() for item_id in viewer.wanted}
        return CacheInfo(
            thumbnails=len(cache),
            bytes=cache.bytes,
            limit=cache.limit,
            hits=cache.hits,
            misses=self._maker.begun,
            evicted=cache.evicted,
            making=begun,
            waiting=len(wanted | keys) - begun,
        )

    def next_batch(self) -> int:
        """Return a number that no other message of this gallery carries."""
        return next(self._batches)

    # What a view says

    def want(self, message: protocol.Want) -> None:
        """Take what a view needs now; it replaces what the view wanted before."""
        with self._turn():
            if self._closed:
                return
            viewer = self._viewer(message.view)
            self._give_up_lost(viewer)
            unwanted = {(item_id, viewer.edge) for item_id in viewer.making}
            if message.edge != viewer.edge:
                viewer.forget_wanted()
            viewer.edge, viewer.number = message.edge, message.number
            operations = self._items.since(message.revision)
            viewer.missed = message.revision if operations is None else None
            ids = dict.fromkeys(self._resolve(message.ranges, operations))
            if viewer.large is not None and viewer.large.item_id not in ids:
                viewer.give_up_large()
            wanted = [item_id for item_id in ids if not viewer.is_coming(item_id, viewer.edge)]
            viewer.owed = bool(message.ranges) and len(wanted) == len(ids)
            here = (
                (item_id, viewer.ready.get(item_id) or self._cache.get((item_id, viewer.edge)))
                for item_id in wanted
            )
            viewer.ready = OrderedDict((item_id, encoded) for item_id, encoded in here if encoded is not None)
            viewer.making.intersection_update(wanted)
            viewer.wanted = deque(
                item_id for item_id in wanted if item_id not in viewer.ready and item_id not in viewer.making
            )
            self._abandon(unwanted)
            self._go_on(viewer)

    def _give_up_lost(self, viewer: _Viewer) -> None:
        lost_before = time.monotonic() - _LOST_SECONDS
        for batch in [batch for batch, sent in viewer.on_the_way.items() if sent.at < lost_before]:
            del viewer.on_the_way[batch]
            # Without one of its parts, a large one has to begin anew.
            viewer.give_up_large()

    def acknowledge(self, message: protocol.Ack) -> bool:
        """Take note that a batch has arrived; False when the batch was none of this feed's."""
        with self._turn():
            viewer = self._viewers.get(message.view)
            if viewer is None or message.batch not in viewer.on_the_way:
                return False
            # They arrive in the order of sending: what went before has arrived too, or never will.
            for batch in [batch for batch in viewer.on_the_way if batch <= message.batch]:
                del viewer.on_the_way[batch]
            self._go_on(viewer)
            return True

    # What the list says

    def list_changed(self, change: Change) -> None:
        """Drop what is known of items that have gone; call it under the lock."""
        for removed in change.removed_ids:
            self._forget(removed)
        if not change.removed_ids:
            return
        gone = {key for key in self._maker.keys if self._items.index_of(key[0]) is None}
        for viewer in self._viewers.values():
            viewer.making.difference_update(item_id for item_id, _ in gone)
        self._abandon(gone)
        self._all_go_on()

    def _forget(self, removed: range) -> None:
        if len(removed) < len(self._cache):
            for item_id in removed:
                for edge in protocol.THUMBNAIL_EDGES:
                    self._cache.drop((item_id, edge))
        else:
            for key in self._cache.keys():  # noqa: SIM118 - it is no dict
                if key[0] in removed:
                    self._cache.drop(key)
        for item_id in [item_id for item_id in self._errors if item_id in removed]:
            del self._errors[item_id]

    # Making

    def make(self, item_id: int, edge: int) -> Future[Encoded]:
        """Return the thumbnail of an item, to come or at once; call it under the lock."""
        key = (item_id, edge)
        cached = self._cache.get(key)
        if cached is not None:
            done: Future[Encoded] = Future()
            done.set_result(cached)
            return done
        return self._maker.make(key, self._made)

    def _abandon(self, keys: Iterable[Key]) -> None:
        """Make what no view waits for no more, so that nothing visible waits behind it."""
        awaited = {(item_id, viewer.edge) for viewer in self._viewers.values() for item_id in viewer.making}
        for key in keys:
            if key not in awaited:
                self._maker.abandon(key)

    def _made(self, key: Key, future: Future[Encoded]) -> None:
        with self._turn():
            if future.cancelled() or self._closed:
                return
            encoded, (item_id, edge) = future.result(), key
            if self._items.index_of(item_id) is not None:
                if not encoded.passing:
                    self._cache.put(key, encoded)
                self._note(item_id, encoded.error)
            for viewer in self._viewers.values():
                if viewer.edge == edge and item_id in viewer.making:
                    viewer.making.discard(item_id)
                    viewer.ready[item_id] = encoded
            self._all_go_on()

    def _note(self, item_id: int, error: str | None) -> None:
        """Keep why an item could not be drawn; of very many, those that were seen last."""
        self._errors.pop(item_id, None)
        if error is not None:
            # Of a folder that has gone a million items may say the same.
            self._errors[item_id] = sys.intern(error)
            if len(self._errors) > _MAX_ERRORS:
                del self._errors[next(iter(self._errors))]

    def _all_go_on(self) -> None:
        for viewer in list(self._viewers.values()):
            self._go_on(viewer)

    def _go_on(self, viewer: _Viewer) -> None:
        """Make what is wanted, most urgent first but no more than is about to be sent; send what is ready."""
        room = self._maker.room
        while (
            viewer.wanted
            and len(viewer.making) < room
            and not (viewer.is_full() and len(viewer.ready) >= room)
        ):
            item_id = viewer.wanted.popleft()
            cached = self._cache.get((item_id, viewer.edge))
            if cached is not None:
                viewer.ready[item_id] = cached
            elif self._items.index_of(item_id) is not None:
                viewer.making.add(item_id)
                self.make(item_id, viewer.edge)
        self._flush_soon(viewer)

    # Sending

    def _flush_soon(self, viewer: _Viewer) -> None:
        if viewer.is_full():
            return
        nothing_coming = not viewer.making and not viewer.wanted
        if not (viewer.ready or viewer.large or (viewer.owed and nothing_coming)):
            return
        full = sum(encoded.size for encoded in viewer.ready.values()) >= protocol.MAX_BUFFER_BYTES
        at_once = full or nothing_coming or viewer.large is not None
        delay = 0.0 if at_once else _BUSY_SECONDS if viewer.on_the_way else _BATCH_SECONDS
        due = time.monotonic() + delay
        if viewer.due is None or due < viewer.due:
            viewer.due = due
            self._wire.post(partial(self._flush, viewer, due), delay)

    def _flush(self, viewer: _Viewer, due: float) -> list[Parcel]:
        """Compose one batch; on the sender thread, under the lock."""
        # Else there was reason to send one sooner.
        if due != viewer.due:
            return []
        viewer.due = None
        if self._closed or viewer.is_full():
            return []
        found = self._part(viewer) or self._batch(viewer)
        if found is None:
            self._go_on(viewer)
            return []
        batch, keys = found
        viewer.owed = False
        number = self.next_batch()
        viewer.on_the_way[number] = _Sent(keys, time.monotonic())
        self._go_on(viewer)
        message = protocol.thumbs(
            view=viewer.view,
            batch=number,
            want=viewer.number,
            # Of another revision than the view's, it makes the view ask again.
            revision=self._items.revision if viewer.missed is None or keys else viewer.missed,
            entries=batch.entries,
        )
        return [parcel(message, batch.data)]

    def _part(self, viewer: _Viewer) -> tuple[Batch, set[Key]] | None:
        """Take the next part of a large thumbnail."""
        large = viewer.large
        if large is None:
            return None
        header = self.header(large.item_id, large.encoded)
        if header is None or large.revision != self._items.revision:
            viewer.give_up_large()
            # The views drop what they have of it with every splice: it begins anew.
            viewer.ready[large.item_id] = large.encoded
            viewer.ready.move_to_end(large.item_id, last=False)
            return None
        batch = Batch()
        large.offset = batch.add_part(header, large.encoded, large.offset)
        if large.offset >= large.encoded.bytes:
            viewer.large = None
        return batch, {(large.item_id, viewer.edge)}

    def _batch(self, viewer: _Viewer) -> tuple[Batch, set[Key]] | None:
        """Take what is ready and fits together."""
        batch = Batch()
        keys: set[Key] = set()
        for item_id, encoded in list(viewer.ready.items()):
            header = self.header(item_id, encoded)
            if header is None:
                del viewer.ready[item_id]
                continue
            if encoded.bytes > protocol.MAX_BUFFER_BYTES and not keys:
                del viewer.ready[item_id]
                viewer.large = _Large(item_id, encoded, self._items.revision)
                return self._part(viewer)
            if not batch.add(header, encoded):
                break
            del viewer.ready[item_id]
            keys.add((item_id, viewer.edge))
        nothing_coming = not (viewer.ready or viewer.making or viewer.wanted)
        return (batch, keys) if keys or (viewer.owed and nothing_coming) else None

    def header(self, item_id: int, encoded: Encoded) -> protocol.EntryHeader | None:
        """Return what a view is told of an item beside the thumbnail's bytes; None when the item has gone."""
        index = self._items.index_of(item_id)
        if index is None:
            return None
        return describe(index, encoded, self._items.caption(item_id, encoded.caption))

    # Finding

    def _viewer(self, view: str) -> _Viewer:
        viewer = self._viewers.get(view)
        if viewer is None:
            viewer = self._viewers[view] = _Viewer(view)
            while len(self._viewers) > _MAX_VIEWS:
                self._viewers.popitem(last=False)
        self._viewers.move_to_end(view)
        return viewer

    def _resolve(
        self, ranges: Sequence[protocol.Range], operations: Sequence[Operation] | None
    ) -> Iterable[int]:
        """Ids of the items that a view knew by these indices before some edits; of those still there."""
        count = len(self._items)
        for index in (index for start, stop in ranges for index in range(start, stop)):
            now = None if operations is None else shift(index, operations)
            if now is not None and now < count:
                yield self._items.id_at(now)

    def close(self) -> None:
        """Make and send nothing more."""
        with self._turn():
            self._closed = True
            self._viewers.clear()
            self._maker.close()
            self._cache.clear()
            self._errors.clear()
