"""What changed in the list, and where things are since: the arithmetic of splices, and a log of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

Operation: TypeAlias = dict[str, Any]
"""A change as it travels: ``{"op": "splice", "at", "remove", "insert"}``, ``{"op": "move", "from", "to"}``,
``{"op": "caption", "at", "caption"}`` or ``{"op": "reset"}``."""

LOG_LENGTH = 1024
"""Changes that are remembered: a view that is further behind is told the whole truth instead."""


def shift(index: int, operations: Iterable[Operation]) -> int | None:
    """Tell where the item at `index` is after `operations`, or None when it is gone.

    Parameters
    ----------
    index
        Where the item was before the first of the operations.
    operations
        In the order in which they happened. ``to`` of a move is the place at which the item ends up.

    Returns
    -------
    int or None
        Where it is now. None after it was removed or replaced, and after a reset.

    Examples
    --------
    >>> shift(5, [{"op": "splice", "at": 0, "remove": 1, "insert": 3}])
    7
    >>> shift(5, [{"op": "move", "from": 5, "to": 0}, {"op": "splice", "at": 0, "remove": 1, "insert": 0}])
    """
    for operation in operations:
        kind = operation["op"]
        if kind == "splice":
            at, remove, insert = operation["at"], operation["remove"], operation["insert"]
            if index >= at + remove:
                index += insert - remove
            elif index >= at:
                return None
        elif kind == "move":
            source, destination = operation["from"], operation["to"]
            if index == source:
                index = destination
            elif source < index <= destination:
                index -= 1
            elif destination <= index < source:
                index += 1
        elif kind == "reset":
            return None
    return index


@dataclass(frozen=True)
class Change:
    """One change of the list, as `ItemList` made it.

    Attributes
    ----------
    base, revision
        The list's revision before and after. Equal when nothing changed.
    count
        The number of items after.
    operations
        What happened, as it is sent.
    removed_ids
        Ids of the items that are no longer in the list, as ranges.
    """

    base: int
    revision: int
    count: int
    operations: tuple[Operation, ...]
    removed_ids: tuple[range, ...] = ()


class SpliceLog:
    """The latest changes, so that one who knows an older revision can catch up.

    Examples
    --------
    >>> log = SpliceLog()
    >>> log.add(Change(1, 2, 3, ({"op": "splice", "at": 0, "remove": 0, "insert": 1},)))
    >>> log.since(1)
    [{'op': 'splice', 'at': 0, 'remove': 0, 'insert': 1}]
    """

    def __init__(self, length: int = LOG_LENGTH) -> None:
        self._changes: deque[Change] = deque(maxlen=length)
        self.revision = 1

    def add(self, change: Change) -> None:
        """Remember `change`, and forget the oldest one when there are too many."""
        self._changes.append(change)
        self.revision = change.revision

    def since(self, revision: int) -> list[Operation] | None:
        """Give the operations after `revision`, or None when they are not (or no longer) known."""
        behind = self.revision - revision
        if not 0 <= behind <= len(self._changes):
            return None
        changes = islice(self._changes, len(self._changes) - behind, None)
        return [operation for change in changes for operation in change.operations]
