"""The opening state: which thumbnails ride in the widget's own traits, to be drawn without asking."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from functools import partial
from typing import Any

from nbgallery import protocol
from nbgallery.arrangement import Arrangement
from nbgallery.batches import Batch, Encoded
from nbgallery.feed import Feed
from nbgallery.turn import Turn
from nbgallery.wire import Parcel, Wire

#: The opening state holds at most so many items and bytes, however long the list.
MAX_ITEMS = 48
MAX_BYTES = 2**20

#: The constructor waits so long for the first screen; what is not ready by then follows.
_WAIT_SECONDS = 0.2

#: The rest of the first screen follows when all of it is there, or after so long with what is.
_REST_SECONDS = 2.0

#: A view that has not been heard by then cannot be: the kernel is busy and the host has no subshells. It gets
#: its second screen unasked.
_UNHEARD_SECONDS = 1.0

#: The width of a notebook's cell in a browser window of usual size; the real one is known only after opening.
_TYPICAL_WIDTH = 800

#: The height of a gallery that has none of its own: the front end's rule (``layout.ts``).
_DEFAULT_HEIGHT = 560

_PIXELS = re.compile(r"(\d+(?:\.\d+)?)px")

Page = dict[str, Any]

#: Items by id, with the thumbnails that are being made of them.
Made = list[tuple[int, "Future[Encoded]"]]


def screen_size(columns: Sequence[int], rows: Sequence[int] | None, height: str | None, count: int) -> int:
    """Return how many items a first screen shows, on a page of typical width with square tiles.

    Examples
    --------
    >>> screen_size([2], None, None, 1000), screen_size([8], None, None, 1000)
    (4, 48)
    >>> screen_size([4], [2], None, 1000), screen_size([4], None, "200px", 1000)
    (8, 4)
    """
    across = _at_typical_width(columns)
    if rows is not None:
        down = _at_typical_width(rows)
    else:
        given = _PIXELS.fullmatch(height or "")
        down = max(1, math.ceil(float(given[1] if given else _DEFAULT_HEIGHT) * across / _TYPICAL_WIDTH))
    return min(across * down, count, MAX_ITEMS)


def opening_edge(columns: Sequence[int]) -> int:
    """Return the size of the opening thumbnails: what a tile fills at typical width.

    Examples
    --------
    >>> opening_edge([1]), opening_edge([2]), opening_edge([4]), opening_edge([8])
    (1024, 512, 256, 256)
    """
    tile = _TYPICAL_WIDTH / _at_typical_width(columns)
    # A photograph that covers a square tile is up to half as long again as the tile, and looks sharp from
    # three quarters of that (``demand.ts``). 256 at least: tiles grow on wide windows and on finer screens.
    fills = tile * 1.5 * 0.75
    return next((edge for edge in protocol.THUMBNAIL_EDGES if edge >= max(256, fills)), 1024)


def _at_typical_width(values: Sequence[int]) -> int:
    # The third breakpoint, 768 to 991 px, holds the typical width; the last value repeats.
    return values[min(2, len(values) - 1)]


class Pages:
    """Fills the page traits of one gallery, each once.

    Parameters
    ----------
    items : Arrangement
        The items as they are shown.
    feed : Feed
        Makes the thumbnails.
    turn : Turn
        The gallery's lock.
    wire : Wire
        With which the pages that follow leave.
    set_page : callable
        Sets one page trait; called under the lock, when it leaves.
    """

    def __init__(
        self,
        items: Arrangement,
        feed: Feed,
        turn: Turn,
        wire: Wire,
        set_page: Callable[[int, Page], None],
    ) -> None:
        self._items = items
        self._feed = feed
        self._turn = turn
        self._wire = wire
        self._set_page = set_page
        self._bytes = 0
        self._edge = 256
        self._screen = 0
        self._heard = False
        self._revision = 0
        self._rest: Made = []

    def first(self, screen: int, edge: int, wait_seconds: float = _WAIT_SECONDS) -> Page | None:
        """Make the first screen, wait for it a moment, and return what is there by then."""
        with self._turn():
            self._screen, self._edge, self._bytes = screen, edge, 0
            self._revision = self._items.revision
            made = self._make(range(screen))
        wait([future for _, future in made], timeout=wait_seconds)
        with self._turn():
            ready = [(item_id, future) for item_id, future in made if future.done()]
            self._rest = [(item_id, future) for item_id, future in made if not future.done()]
            return self._compose(ready)

    def follow_up(self) -> None:
        """Send what was not ready in time, and a second screen should no view be heard."""
        rest, self._rest = self._rest, []
        if rest:
            self._send_when_ready(1, rest)
        if 0 < self._screen < min(len(self._items), MAX_ITEMS):
            self._wire.post(self._second_unasked, _UNHEARD_SECONDS)

    def heard(self) -> None:
        """A view asks for itself: nothing more is sent unasked."""
        self._heard = True

    def close(self) -> None:
        """Make and send nothing more."""
        self._heard = True
        self._rest = []

    def _make(self, indices: range) -> Made:
        ids = [self._items.id_at(index) for index in indices if index < len(self._items)]
        return [(item_id, self._feed.make(item_id, self._edge)) for item_id in ids]

    def _second_unasked(self) -> list[Parcel]:
        if not self._heard and self._items.revision == self._revision:
            second = self._make(range(self._screen, min(2 * self._screen, MAX_ITEMS)))
            self._send_when_ready(2, second)
        return []

    def _send_when_ready(self, number: int, made: Made) -> None:
        """Set a page trait once all of its thumbnails are there, or after a while with those that are."""
        sent = False

        def send(*, last_call: bool = False) -> list[Parcel]:
            nonlocal sent
            ready = [(item_id, future) for item_id, future in made if future.done()]
            if not sent and (last_call or len(ready) == len(made)):
                sent = True
                # A view that is heard is sent what it wants of these.
                page = None if self._heard else self._compose(ready)
                if page is not None:
                    self._set_page(number, page)
            return []

        for _, future in made:
            future.add_done_callback(lambda _: self._wire.post(send))
        self._wire.post(partial(send, last_call=True), _REST_SECONDS)

    def _compose(self, made: Made) -> Page | None:
        batch = Batch(MAX_BYTES - self._bytes)
        for item_id, future in made:
            if future.cancelled():
                continue
            encoded = future.result()
            header = self._feed.header(item_id, encoded)
            # One that is larger than a buffer comes in parts, when a view asks for it.
            if header is None or encoded.bytes > protocol.MAX_BUFFER_BYTES:
                continue
            if not batch.add(header, encoded):
                break
        if not batch.entries:
            return None
        self._bytes += batch.bytes
        return {"revision": self._items.revision, "entries": batch.entries, "data": batch.data}
