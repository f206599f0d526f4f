"""What changed in the list, and where things are since: the arithmetic of splices, and a log of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
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

    A row of appends counts as one, however long it is.

    Examples
    --------
    >>> log = SpliceLog()
    >>> one = {"op": "splice", "remove": 0, "insert": 1}
    >>> for number in (1, 2, 3):
    ...     log.add(Change(number, number + 1, number + 3, ({**one, "at": number + 2},)))
    >>> log.since(2)
    [{'op': 'splice', 'remove': 0, 'insert': 2, 'at': 4}]
    """

    def __init__(self, length: int = LOG_LENGTH) -> None:
        self._changes: deque[Change] = deque(maxlen=length)
        self.revision = 1

    def add(self, change: Change) -> None:
        """Remember `change`, and forget the oldest one when there are too many."""
        last = self._changes[-1] if self._changes else None
        if (
            last is not None
            and _is_row(last)
            and _is_row(change)
            and _end(last) == change.operations[0]["at"]
        ):
            self._changes[-1] = _joined(last, change)
        else:
            self._changes.append(change)
        self.revision = change.revision

    def since(self, revision: int) -> list[Operation] | None:
        """Give the operations after `revision`, or None when they are not (or no longer) known."""
        oldest = self._changes[0].base if self._changes else self.revision
        if not oldest <= revision <= self.revision:
            return None
        later: list[Change] = []
        for change in reversed(self._changes):
            if change.revision <= revision:
                break
            later.append(change if change.base >= revision else _rest(change, revision))
        return [operation for change in reversed(later) for operation in change.operations]


def _is_row(change: Change) -> bool:
    """Tell whether each revision in the change inserted one item behind the one before."""
    if len(change.operations) != 1 or change.operations[0]["op"] != "splice":
        return False
    operation = change.operations[0]
    return not operation["remove"] and bool(operation["insert"] == change.revision - change.base)


def _end(change: Change) -> int:
    return int(change.operations[0]["at"] + change.operations[0]["insert"])


def _joined(row: Change, more: Change) -> Change:
    operation = {**row.operations[0], "insert": row.operations[0]["insert"] + more.operations[0]["insert"]}
    return Change(row.base, more.revision, more.count, (operation,))


def _rest(row: Change, revision: int) -> Change:
    """Give what a row of appends did after `revision`."""
    done = revision - row.base
    operation = row.operations[0]
    rest = {**operation, "at": operation["at"] + done, "insert": operation["insert"] - done}
    return Change(revision, row.revision, row.count, (rest,))
