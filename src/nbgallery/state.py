"""What follows from an edit, and what may follow from a browser's word: rules on plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbgallery.items import Change
from nbgallery.selection import Ranges
from nbgallery.splices import Operation, shift


def follow(change: Change, selected: int | None, selection: Ranges) -> tuple[int | None, Ranges]:
    """Keep the selected item and the multi-selection on their items.

    When the whole list is replaced, the selected index stays as long as there is an item at it, as in Gradio;
    the multi-selection ends.

    Examples
    --------
    >>> change = Change(1, 2, 9, ({"op": "splice", "at": 0, "remove": 1, "insert": 0},), ())
    >>> follow(change, 4, Ranges([(0, 2)]))
    (3, Ranges(0))
    """
    if any(operation["op"] == "reset" for operation in change.operations):
        kept = selected if selected is not None and selected < change.count else None
        return kept, Ranges()
    now = None if selected is None else shift(selected, change.operations)
    return now, selection.shifted(change.operations)


def joined(changes: Sequence[Change]) -> Change:
    """Take changes that followed one another for one.

    Examples
    --------
    >>> one, two = Change(1, 2, 8, ({"op": "reset"},)), Change(2, 3, 7, ({"op": "move", "from": 0, "to": 1},))
    >>> both = joined([one, two])
    >>> both.base, both.revision, [operation["op"] for operation in both.operations]
    (1, 3, ['reset', 'move'])
    """
    return Change(
        changes[0].base,
        changes[-1].revision,
        changes[-1].count,
        tuple(operation for change in changes for operation in change.operations),
        tuple(ids for change in changes for ids in change.removed_ids),
    )


def first_touched(change: Change) -> int:
    """Return the first index at which an item, or what is said of it, is no longer what it was.

    Examples
    --------
    >>> first_touched(Change(1, 2, 9, ({"op": "move", "from": 7, "to": 3},), ()))
    3
    """
    return min(map(_first, change.operations), default=change.count)


def is_new(position: int, change: Change) -> bool:
    """Tell whether a change of insertions, from the front to the end, has put an item at a position.

    Examples
    --------
    >>> is_new(5, Change(1, 2, 9, ({"op": "splice", "at": 4, "remove": 0, "insert": 2},)))
    True
    """
    return any(
        operation["op"] == "splice" and operation["at"] <= position < operation["at"] + operation["insert"]
        for operation in change.operations
    )


def _first(operation: Operation) -> int:
    if operation["op"] == "reset":
        return 0
    if operation["op"] == "move":
        return min(int(operation["from"]), int(operation["to"]))
    return int(operation["at"])


def from_browser(state: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Keep of a browser's state what it may write, within range.

    Examples
    --------
    >>> from_browser({"selected_index": 12, "preview": True, "columns": 3}, count=10)
    {'selected_index': 9, 'preview': True}
    >>> from_browser({"selected_index": "1; drop", "preview": 0}, count=10)
    {}
    """
    accepted: dict[str, Any] = {}
    if "selected_index" in state:
        index = state["selected_index"]
        if index is None or (count == 0 and _is_whole(index)):
            accepted["selected_index"] = None
        elif _is_whole(index):
            accepted["selected_index"] = max(0, min(index, count - 1))
    if isinstance(state.get("preview"), bool):
        accepted["preview"] = state["preview"]
    return accepted


def read_indices(value: object) -> object:
    """Draw up an iterable of the user's own, so that what checks it runs none of the user's code.

    Examples
    --------
    >>> read_indices(index for index in (1, 2)), read_indices(range(10**9)), read_indices("all")
    ([1, 2], range(0, 1000000000), 'all')
    """
    if isinstance(value, (Ranges, range, str, bytes)) or not isinstance(value, Iterable):
        return value
    return list(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
