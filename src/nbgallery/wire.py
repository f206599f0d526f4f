"""What leaves for the browser: composed when it leaves, and in step with the list as the views know it.

An index means something only beside a revision. So each message is composed on the sender thread, under the
lock, right behind the edits that the views have not heard of; nothing can come in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from nbgallery import protocol
from nbgallery.arrangement import Arrangement
from nbgallery.selection import Ranges, difference
from nbgallery.sender import Outbox
from nbgallery.splices import Change, Operation, shift
from nbgallery.turn import Turn

#: Edits closer together than one frame leave as one message.
_FRAME_SECONDS = 0.016

#: What is being looked for is told no more often.
_FIND_SECONDS = 0.1

#: What is more than this is told anew instead.
_MOST_OPERATIONS = 4096

_RESET: Operation = {"op": "reset"}

#: Traits that say what messages have said, for views that are made later.
_LIST_TRAITS = ("_count", "_revision", "_page_limit", "_groups")


class Parcel(NamedTuple):
    """A message as a comm sends it."""

    data: dict[str, Any]
    buffers: list[bytes]


def parcel(content: dict[str, Any], *buffers: bytes) -> Parcel:
    """Wrap one of the protocol's messages."""
    return Parcel({"method": "custom", "content": content}, list(buffers))


class Wire:
    """The way from one gallery to its views.

    Parameters
    ----------
    items : Arrangement
        The items as they are shown.
    turn : Turn
        The gallery's lock.
    outbox : Outbox
        Whose thread composes and sends.
    send : callable
        Sends one parcel.
    state : callable
        Composes the parcel of some traits, with the values that they have now.
    selection : callable
        Returns the multi-selection as it is now, in positions; the same object while it is the same.
    """

    def __init__(
        self,
        items: Arrangement,
        turn: Turn,
        outbox: Outbox,
        send: Callable[[Parcel], None],
        state: Callable[[Sequence[str]], Parcel],
        selection: Callable[[], Ranges],
    ) -> None:
        self._items = items
        self._turn = turn
        self._outbox = outbox
        self._send = send
        self._state = state
        self._selection = selection
        # What the views know, or will when the operations have left.
        self._revision = items.revision
        self._heard = items.revision
        self._operations: list[Operation] = []
        self._traits: dict[str, None] = {}
        # The multi-selection as the views have it when they know the list as it is now.
        self._told = Ranges()
        self._spliced_at = 0.0
        self._posted = False
        self._found_at = 0.0
        self._find_posted = False

    def post(self, compose: Callable[[], Iterable[Parcel]], delay: float = 0.0) -> None:
        """Send what ``compose`` gives when its time has come; it is called under the lock."""
        self._outbox.post(lambda: self._leave(compose), delay)

    def say(self, content: dict[str, Any]) -> None:
        """Send a message that depends on nothing."""
        self.post(lambda: [parcel(content)])

    def list_changed(self, change: Change) -> None:
        """Send what changed, merged with what else changes in the same frame; call it under the lock."""
        missed = change.base != self._heard
        self._operations = merge(self._operations, [_RESET] if missed else change.operations)
        self._heard = change.revision
        self._told = self._told.shifted(change.operations)
        self._traits.update(dict.fromkeys(_LIST_TRAITS))
        if self._operations[0]["op"] == "reset":
            # The views cannot know which index was kept: they may hear of several changes as one.
            self._traits["selected_index"] = None
            self._told = Ranges()
        self._post_soon(self._spliced_at + _FRAME_SECONDS - time.monotonic())

    def traits_changed(self, names: Iterable[str]) -> None:
        """Send some traits, with the values that they have when they leave."""
        with self._turn():
            self._traits.update(dict.fromkeys(names))
            self.post(tuple)

    def find_changed(self) -> None:
        """Send how far a search, filter or sort is, now or when a tenth of a second is over."""
        with self._turn():
            if not self._find_posted:
                self._find_posted = True
                self.post(self._find, self._found_at + _FIND_SECONDS - time.monotonic())

    def selection_changed(self) -> None:
        """Send what is different in the multi-selection."""
        self.post(tuple)

    def selection_heard(self, add: Ranges, remove: Ranges) -> None:
        """Take note of what the views have changed in it themselves; call it under the lock."""
        self._told = self._told.minus(remove).union(add)

    def tell_status(self, view: str) -> None:
        """Answer a view that has just begun to listen, or has lost a message."""
        self.post(lambda: [self._status(view)])

    def _find(self) -> Iterable[Parcel]:
        self._find_posted, self._found_at = False, time.monotonic()
        self._traits["_find"] = None
        return ()

    def _status(self, view: str) -> Parcel:
        self._told = self._selection()
        return parcel(
            protocol.status(
                view=view,
                revision=self._items.revision,
                count=len(self._items),
                selection=self._told.pairs(),
                groups=self._items.groups,
            )
        )

    def _post_soon(self, delay: float) -> None:
        if not self._posted:
            self._posted = True
            self.post(tuple, delay)

    def _leave(self, compose: Callable[[], Iterable[Parcel]]) -> None:
        parcels: list[Parcel] = []
        try:
            with self._turn():
                # First, for it may set traits that are to leave with it; and when it raises, nothing else is
                # lost.
                body = list(compose())
                parcels = [*self._splice(), *self._changed_traits(), *self._selection_change(), *body]
        finally:
            # Observers are told at the end of the turn: what they raise keeps nothing back.
            for each in parcels:
                self._send(each)

    def _splice(self) -> Iterable[Parcel]:
        base, revision, operations = self._revision, self._items.revision, self._operations
        if base == revision:
            return
        if self._heard != revision:
            # An interrupt of the kernel came in the middle of an edit: nobody knows what it was.
            self._heard, operations, self._told = revision, [_RESET], Ranges()
        self._posted, self._spliced_at = False, time.monotonic()
        self._revision, self._operations = revision, []
        yield parcel(
            protocol.splice(
                base=base,
                revision=revision,
                count=len(self._items),
                operations=operations,
                groups=self._items.groups,
            )
        )

    def _changed_traits(self) -> Iterable[Parcel]:
        names, self._traits = list(self._traits), {}
        if names:
            yield self._state(names)

    def _selection_change(self) -> Iterable[Parcel]:
        now = self._selection()
        if now is self._told:
            return
        remove, add = difference(self._told, now)
        self._told = now
        if remove or add:
            yield parcel(
                protocol.selection(revision=self._items.revision, add=add.pairs(), remove=remove.pairs())
            )


def merge(before: Sequence[Operation], more: Iterable[Operation]) -> list[Operation]:
    """Append operations, in fewer of them.

    Insertions that continue one another become one, so that ten thousand appends are one. Captions go to the
    end, and name the places that the items have there. Nothing that happened around a reset matters; and more
    operations than make a message worth reading are a reset.

    Examples
    --------
    >>> one = {"op": "splice", "at": 4, "remove": 0, "insert": 1}
    >>> merge([one], [{**one, "at": 5}])
    [{'op': 'splice', 'at': 4, 'remove': 0, 'insert': 2}]
    >>> merge([{"op": "caption", "at": 7, "caption": "A cat"}], [one])[1]
    {'op': 'caption', 'at': 8, 'caption': 'A cat'}
    >>> merge([one], [{"op": "reset"}, one])
    [{'op': 'reset'}]
    """
    merged = list(before)
    for operation in more:
        if operation["op"] == "reset" or len(merged) >= _MOST_OPERATIONS:
            merged = [_RESET]
        elif merged and merged[0]["op"] == "reset":
            break
        elif operation["op"] == "caption":
            merged.append(operation)
        else:
            _put_before_captions(merged, operation)
    return merged


def _put_before_captions(merged: list[Operation], operation: Operation) -> None:
    place = len(merged)
    while place and merged[place - 1]["op"] == "caption":
        place -= 1
    moved = [{**caption, "at": shift(caption["at"], [operation])} for caption in merged[place:]]
    merged[place:] = [operation, *(caption for caption in moved if caption["at"] is not None)]
    if place and _continues(merged[place - 1], operation):
        last = merged[place - 1]
        merged[place - 1 : place + 1] = [{**last, "insert": last["insert"] + operation["insert"]}]


def _continues(last: Operation, operation: Operation) -> bool:
    if last["op"] != "splice" or operation["op"] != "splice" or operation["remove"]:
        return False
    return bool(last["at"] <= operation["at"] <= last["at"] + last["insert"])
