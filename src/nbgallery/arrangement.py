"""The items as they are shown: an order of ids over the list, in which every index is a position.

While nothing is arranged it is the list itself, and costs nothing. Filter, sort, group and search make it an
array of ids; the list is never touched by them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from nbgallery.items import Change, Item, ItemList, ItemView
from nbgallery.protocol import Groups
from nbgallery.selection import Ranges
from nbgallery.splices import Operation, SpliceLog, shift

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

#: A change in more pieces than these is told as a whole.
_MOST_RUNS = 1024

_RESET: Operation = {"op": "reset"}


class Order(Protocol):
    """What decides on the order of the items that are shown, and under which headings they are."""

    def ranks(self, ids: Ids) -> list[Ids]:
        """Give what orders the items before their places in the list do, the most important last."""

    def groups(self, ids: Ids) -> Groups | None:
        """Give the headings of items in the order shown; None when they have none."""


class Arrangement:
    """The items of one gallery in the order in which they are shown.

    Not thread safe: the gallery's lock guards it.

    Parameters
    ----------
    items : ItemList
        The list.

    Examples
    --------
    >>> from nbgallery.sequences import as_sequence
    >>> items = ItemList(as_sequence(["a.png", "b.png", "c.png"]))
    >>> arrangement = Arrangement(items)
    >>> arrangement.follow(items.remove(0)).operations
    ({'op': 'splice', 'at': 0, 'remove': 1, 'insert': 0},)
    >>> len(arrangement), arrangement.item(arrangement.id_at(1)).media
    (2, 'c.png')
    """

    def __init__(self, items: ItemList) -> None:
        self._items = items
        self._log = SpliceLog()
        self._log.revision = self._followed = items.revision
        self._shown: _Shown | None = None
        self._order: Order | None = None
        self._grouped: tuple[int, Groups | None] = (0, None)
        self._converted: tuple[Ranges, tuple[int, int], Ranges] | None = None

    # As of a list

    def __len__(self) -> int:
        return len(self._items) if self._shown is None else len(self._shown.ids)

    def __contains__(self, item_id: int) -> bool:
        """Tell whether the item is in the list, be it hidden or not."""
        return item_id in self._items

    def __repr__(self) -> str:
        return f"<Arrangement of {len(self)} of {len(self._items)}, revision {self.revision}>"

    @property
    def revision(self) -> int:
        """One more with every change that the views must hear of."""
        self._catch_up()
        return self._log.revision

    def _catch_up(self) -> None:
        if self._followed != self._items.revision:
            # An interrupt of the kernel came in the middle of an edit: nobody knows what it was.
            self._followed = self._items.revision
            self._reset(self._still_there())

    def id_at(self, position: int) -> int:
        """Give the id of the item at a position."""
        return self._items.id_at(position) if self._shown is None else self._shown.id_at(position)

    def index_of(self, item_id: int) -> int | None:
        """Give the position of an item; None when it is hidden, or not in the list."""
        return self._items.index_of(item_id) if self._shown is None else self._shown.index_of(item_id)

    def item(self, item_id: int) -> Item:
        """Read an item, as `ItemList.item` does."""
        return self._items.item(item_id)

    def caption(self, item_id: int, default: str | None) -> str | None:
        """Give the caption set since, or that of an item added since; `default` for one of the source."""
        return self._items.caption(item_id, default)

    def view(self) -> ItemView:
        """Give the list's items as they are now."""
        return self._items.view()

    def since(self, revision: int) -> list[Operation] | None:
        """Give the operations after `revision`, or None when they are not (or no longer) known."""
        self._catch_up()
        return self._log.since(revision)

    def rebase(self, position: int, revision: int) -> int | None:
        """Tell where the item is now that was at a position in `revision`; None if gone or not known."""
        operations = self.since(revision)
        return None if operations is None else shift(position, operations)

    @property
    def groups(self) -> Groups | None:
        """The headings with their numbers of items, in the order of positions; None when there are none."""
        if self._shown is None or self._order is None:
            return None
        revision = self.revision
        if self._grouped[0] != revision:
            self._grouped = (revision, self._order.groups(self._shown.ids))
        return self._grouped[1]

    # Positions and places in the list

    @property
    def indices(self) -> Ids:
        """The places in the list of all that is shown, in the order shown."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        if self._shown is None:
            return np.arange(len(self._items), dtype=np.int64)
        return self._items.order.indices_of(self._shown.ids)

    def list_index(self, position: int) -> int:
        """Give the place in the list of the item at a position."""
        if self._shown is None:
            return position
        index = self._items.index_of(self._shown.id_at(position))
        if index is None:
            raise IndexError(f"the item at {position} is gone")
        return index

    def list_indices(self, positions: Sequence[int]) -> Sequence[int]:
        """Give the places in the list of many items, in the order given, and eight bytes for each at most."""
        if self._shown is None:
            return positions
        ids = self._shown.ids[_as_array(positions)]
        return array("q", self._items.order.indices_of(ids).tobytes())

    def position(self, index: int) -> int | None:
        """Give the position of the item at a place in the list; None when it is hidden."""
        return index if self._shown is None else self._shown.index_of(self._items.id_at(index))

    def to_list(self, positions: Ranges) -> Ranges:
        """Give the places in the list of the items at some positions."""
        if self._shown is None or not positions:
            return positions
        return _as_ranges(self._items.order.indices_of(self._shown.ids[_as_array(positions)]))

    def to_positions(self, indices: Ranges) -> Ranges:
        """Give the positions of items by their places in the list; those that are hidden are left out.

        The same object while nothing has changed, so that asking often costs nothing.
        """
        if self._shown is None:
            return indices
        state = (self.revision, self._items.revision)
        known = self._converted
        if known is None or known[0] is not indices or known[1] != state:
            ids = self._items.order.ids_at(_as_array(indices.clamp(len(self._items))))
            known = self._converted = (indices, state, _as_ranges(self._shown.indices_of(ids)))
        return known[2]

    # What changes

    def follow(self, change: Change) -> Change:
        """Take over a change of the list, and give it as the views must hear of it.

        What is new is shown when `put` says so; when all is replaced, nothing is arranged any more.
        """
        base, before, self._followed = self._log.revision, self._followed, change.revision
        missed = change.base != before
        if self._shown is None:
            operations = (_RESET,) if missed else change.operations
            revision = base + change.revision - before
            followed = Change(base, revision, change.count, operations, change.removed_ids)
            if followed.revision != base:
                self._log.add(followed)
            return followed
        kinds = [operation["op"] for operation in change.operations]
        if "reset" in kinds:
            return self._reset(None, change.removed_ids)
        if missed or kinds.count("move") > 1:
            return self._reset(self._still_there(), change.removed_ids)
        told = self._take_out(self._shown, change.removed_ids)
        for number, operation in enumerate(change.operations):
            told += self._followed_one(operation, change.operations[number + 1 :])
        return self._changed(told, change.removed_ids)

    def show(self, ids: Ids | None, order: Order | None) -> Change:
        """Show these items, in the order that `order` says; None for the whole list as it is."""
        self._order = order
        return self._reset(ids)

    def put(self, ids: Ids) -> Change:
        """Show more items, each where it belongs."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        shown = self._shown
        if shown is None:
            return self._changed([])
        fresh = ids[shown.indices_of(ids) < 0]
        fresh = np.unique(fresh[self._items.order.indices_of(fresh) >= 0])
        if not len(fresh):
            return self._changed([])
        fresh = fresh[self._sorting(fresh)]
        if len(shown.ids) and not self._begins_before(fresh[0], shown.ids[-1]):
            at = np.arange(len(shown.ids), len(shown.ids) + len(fresh))
            both = np.concatenate((shown.ids, fresh))
        else:
            both = np.concatenate((shown.ids, fresh))
            sorting = self._sorting(both)
            both = both[sorting]
            at = np.flatnonzero(sorting >= len(shown.ids))
        self._shown = _Shown(both)
        starts, stops = _runs(at)
        runs = zip(starts.tolist(), stops.tolist(), strict=True)
        return self._changed(
            [{"op": "splice", "at": start, "remove": 0, "insert": stop - start} for start, stop in runs]
        )

    def _take_out(self, shown: _Shown, removed: Iterable[range]) -> list[Operation]:
        """Take removed items out, from the end on, so that what is to go stays where it is until its turn."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        ids = [np.arange(each.start, each.stop, dtype=np.int64) for each in removed]
        found = shown.indices_of(np.concatenate(ids)) if ids else np.empty(0, np.int64)
        positions = np.sort(found[found >= 0])
        if not len(positions):
            return []
        self._shown = _Shown(np.delete(shown.ids, positions))
        starts, stops = (each[::-1].tolist() for each in _runs(positions))
        runs = zip(starts, stops, strict=True)
        return [{"op": "splice", "at": start, "remove": stop - start, "insert": 0} for start, stop in runs]

    def _followed_one(self, operation: Operation, later: Sequence[Operation]) -> list[Operation]:
        if operation["op"] not in {"caption", "move"} or self._shown is None:
            return []
        place = shift(operation["at" if operation["op"] == "caption" else "to"], later)
        source = None if place is None else self._shown.index_of(self._items.id_at(place))
        if source is None:
            return []
        if operation["op"] == "caption":
            return [{**operation, "at": source}]
        return self._move(self._shown, source)

    def _move(self, shown: _Shown, source: int) -> list[Operation]:
        """Put an item where it belongs now among all others."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        sorting = self._sorting(shown.ids)
        destination = int(np.flatnonzero(sorting == source)[0])
        if source == destination:
            return []
        rest = np.delete(shown.ids, source)
        self._shown = _Shown(np.insert(rest, destination, shown.ids[source]))
        return [{"op": "move", "from": source, "to": destination}]

    def _sorting(self, ids: Ids) -> Ids:
        return sorting(self._items, self._order, ids)

    def _begins_before(self, one: int, other: int) -> bool:
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        return bool(self._sorting(np.array([other, one]))[0])

    def _still_there(self) -> Ids | None:
        if self._shown is None:
            return None
        return self._shown.ids[self._items.order.indices_of(self._shown.ids) >= 0]

    def _reset(self, ids: Ids | None, removed: tuple[range, ...] = ()) -> Change:
        if ids is None:
            self._order = self._shown = self._converted = None
        else:
            self._shown = _Shown(ids[self._sorting(ids)])
        return self._changed([_RESET], removed)

    def _changed(self, operations: Sequence[Operation], removed: tuple[range, ...] = ()) -> Change:
        base = self._log.revision
        told = tuple(operations) if len(operations) <= _MOST_RUNS else (_RESET,)
        change = Change(base, base + bool(told), len(self), told, removed)
        if told:
            self._log.add(change)
        return change


def sorting(items: ItemList, order: Order | None, ids: Ids) -> Ids:
    """Give the indices that bring items into order; those of equal rank are as in the list."""
    import numpy as np  # noqa: PLC0415 (what is not arranged does without)

    places = items.order.indices_of(ids)
    ranks = [] if order is None else order.ranks(ids)
    return np.lexsort((places, *ranks)) if ranks else np.argsort(places, kind="stable")


class _Shown:
    """Ids in the order shown; immutable. An id is found by a table that is made when it is first needed.

    Examples
    --------
    >>> import numpy as np
    >>> shown = _Shown(np.array([7, 3, 5]))
    >>> shown.index_of(5), shown.index_of(4), shown.indices_of(np.array([3, 9])).tolist()
    (2, None, [1, -1])
    """

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self._first = 0
        self._places: Ids | None = None

    def id_at(self, position: int) -> int:
        if not 0 <= position < len(self.ids):
            raise IndexError(f"{position} is not within 0 … {len(self.ids) - 1}")
        return int(self.ids[position])

    def index_of(self, item_id: int) -> int | None:
        places = self._table()
        place = item_id - self._first
        position = int(places[place]) if 0 <= place < len(places) else -1
        return None if position < 0 else position

    def indices_of(self, ids: Ids) -> Ids:
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        places = self._table()
        found = np.full(len(ids), -1, np.int64)
        offsets = ids - self._first
        known = (offsets >= 0) & (offsets < len(places))
        found[known] = places[offsets[known]]
        return found

    def _table(self) -> Ids:
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        if self._places is None:
            self._first = int(self.ids.min()) if len(self.ids) else 0
            size = int(self.ids.max()) - self._first + 1 if len(self.ids) else 0
            self._places = np.full(size, -1, np.int64)
            self._places[self.ids - self._first] = np.arange(len(self.ids))
        return self._places


def _as_array(indices: Sequence[int]) -> Ids:
    import numpy as np  # noqa: PLC0415 (what is not arranged does without)

    if isinstance(indices, range):
        return np.arange(indices.start, indices.stop, indices.step, dtype=np.int64)
    return np.asarray(indices, np.int64)


def _as_ranges(indices: Ids) -> Ranges:
    import numpy as np  # noqa: PLC0415 (what is not arranged does without)

    starts, stops = _runs(np.sort(indices[indices >= 0]))
    return Ranges(zip(starts.tolist(), stops.tolist(), strict=True))


def _runs(ascending: Ids) -> tuple[Ids, Ids]:
    """Give where each row of consecutive numbers starts and stops."""
    import numpy as np  # noqa: PLC0415 (what is not arranged does without)

    if not len(ascending):
        return ascending, ascending
    cuts = np.flatnonzero(np.diff(ascending) != 1)
    starts = ascending[np.concatenate(([0], cuts + 1))]
    stops = ascending[np.concatenate((cuts, [len(ascending) - 1]))] + 1
    return starts, stops
