"""Arranging a gallery: at once for code, which waits for it, and bit by bit for a person who searches.

The user's own code (a predicate, a key, a sequence) runs outside the gallery's lock: for `apply` on the
calling thread, for a search and for items that come later on a thread of the finder's own.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from nbgallery.arrangement import Arrangement, sorting
from nbgallery.criteria import Criteria, Criterion, Matching, Unfit, contains, wrong
from nbgallery.items import Change, Item, ItemList, shift
from nbgallery.serial import SerialThread
from nbgallery.turn import Turn
from nbgallery.wire import Wire

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

logger = logging.getLogger(__name__)

Slot = Literal["filter", "sort", "group"]

#: Items that are looked at between two questions whether they are still of interest.
_CHUNK = 1024

#: What is found is shown no more often; and a search shows nothing before so much time is over, or its end.
_SHOW_SECONDS = 0.1


class _Wait:
    """Code that waits until all items have been looked at."""

    def __init__(self) -> None:
        self.done = 0
        #: Items that got another caption meanwhile.
        self.recaptioned: set[int] = set()

    def recaptioned_ids(self) -> Ids:
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        return np.array(sorted(self.recaptioned), np.int64)


def _reads(criterion: Criterion) -> bool:
    """Tell whether it looks at the items: those that were chosen by their indices stay chosen."""
    return not (isinstance(criterion, Matching) and criterion.chosen)


def _forget(criteria: Criteria, ids: Ids) -> None:
    for criterion in criteria.all if len(ids) else ():
        if _reads(criterion):
            criterion.forget(ids)


class Finder:
    """Decides which items of one gallery are shown, and in which order.

    Parameters
    ----------
    items, arrangement : ItemList, Arrangement
        The list, and what is shown of it.
    turn, wire : Turn, Wire
        The gallery's lock, and the way to its views.
    rearranged : callable
        Told of every change of what is shown, under the lock.
    show_error : callable
        Shows a sentence on the views.
    """

    def __init__(
        self,
        items: ItemList,
        arrangement: Arrangement,
        turn: Turn,
        wire: Wire,
        rearranged: Callable[[Change], None],
        show_error: Callable[[str], None],
    ) -> None:
        self._items = items
        self._arrangement = arrangement
        self._turn = turn
        self._wire = wire
        self._rearranged = rearranged
        self._show_error = show_error
        self._thread = SerialThread("nbgallery-finder")
        self._criteria = Criteria()
        # One more each time the list is replaced.
        self._epoch = 0
        self._next_id = items.next_id
        # Code that waits, on whatever threads, while it does.
        self._waits: dict[_Wait, None] = {}
        # What the thread looks at: one more generation each time it is to begin anew.
        self._generation = 0
        self._queue: deque[Ids] = deque()
        self._chunk_left = 0
        self._working = False
        # With each verdict, how many captions had been set before the item was read.
        self._found: deque[tuple[int, Criterion, int, object]] = deque()
        self._captions = 0
        # Items to be looked at again, with the number of the latest caption; what is known holds until then.
        self._again: dict[int, int] = {}
        self._complained: set[Criterion] = set()
        # A search that has just begun leaves on the screen what is there.
        self._held_until: float | None = None
        self._flushed_at = 0.0
        self._flush_posted = False
        self._closed = False

    @property
    def state(self) -> dict[str, Any] | None:
        """What the views are told; read it under the lock."""
        criteria, done = self._criteria, self._done
        if not criteria.all and done is None:
            return None
        return {
            "text": criteria.text,
            "total": len(self._items),
            "arranged": criteria.arranged,
            "done": done,
        }

    @property
    def _done(self) -> int | None:
        if self._waits:
            return next(reversed(self._waits)).done
        if self._queue or self._working or self._found or self._held_until is not None:
            left = sum(map(len, self._queue)) + self._chunk_left
            return max(0, len(self._items) - left)
        return None

    # Code arranges, and waits for it

    def apply(self, slot: Slot, make: Callable[[], Any]) -> None:
        """Arrange by what ``make`` gives, a criterion or None for none, once all items have been looked at.

        ``make`` is called under the lock. What the user's code raises leaves everything as it was.
        """
        wait = _Wait()
        try:
            while True:
                with self._turn():
                    criterion, epoch = make(), self._epoch
                    candidate = replace(self._criteria, **{slot: criterion})
                    ids = self._items.order.ids() if candidate.all else None
                    if ids is not None:
                        self._waits[wait] = None
                if ids is not None:
                    self._look_at_all(candidate, ids, wait)
                with self._turn():
                    # A list that was replaced meanwhile has to be looked at itself.
                    if criterion is None or epoch == self._epoch:
                        self._ended(wait)
                        _forget(candidate, wait.recaptioned_ids())
                        self._install(replace(self._criteria, **{slot: criterion}))
                        return
        finally:
            self._ended(wait)

    def _ended(self, wait: _Wait) -> None:
        with self._turn():
            if wait in self._waits:
                del self._waits[wait]
                self._wire.find_changed()

    def _look_at_all(self, criteria: Criteria, ids: Ids, wait: _Wait) -> None:
        for criterion in (criteria.filter, criteria.sort, criteria.group):
            if criterion is not None:
                self._settle(criterion, criterion.unknown(ids), wait)
                ids = criterion.shown(ids)

    def _settle(self, criterion: Criterion, ids: Ids, wait: _Wait) -> None:
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        looked: list[int] = []
        verdicts: dict[int, object] = {}
        noted_at = time.monotonic()
        for done, item_id in enumerate(ids.tolist()):
            if time.monotonic() > noted_at + _SHOW_SECONDS:
                noted_at = time.monotonic()
                wait.done = done
                self._wire.find_changed()
            item = self._read(item_id)
            if item is None and not self._is_there(item_id):
                continue
            try:
                verdict = criterion.unreadable if item is None else criterion.judge(item)
            except Exception as error:
                problem = f"{type(error).__name__}: {error}"
                remedy = "let the function take every item, or return None for one that it has nothing for"
                raise wrong(criterion, self._items.index_of(item_id), f"{problem}: {remedy}") from error
            looked.append(item_id)
            verdicts[item_id] = verdict
        try:
            with self._turn():
                # Another thread may have been quicker; and of an old caption nothing is learnt.
                new = criterion.unknown(np.array(looked, np.int64))
                new = new[~np.isin(new, wait.recaptioned_ids())]
                criterion.learn(new, [verdicts[item_id] for item_id in new.tolist()])
            if looked:
                criterion.check(looked[0])
        except Unfit as error:
            cause = error.__cause__ or error
            raise wrong(criterion, self._items.index_of(error.item_id), str(error)) from cause

    def _install(self, criteria: Criteria) -> None:
        """Arrange by other criteria; call it under the lock."""
        if criteria == self._criteria and not criteria.all:
            return
        self._criteria, self._held_until = criteria, None
        self._begin_anew()
        self._show()

    # A person searches

    def search(self, text: str) -> None:
        """Look for a text; what is found is shown bit by bit. Call it under the lock."""
        if text == self._criteria.text:
            return
        search = Matching(f"search={text!r}", contains(text)) if text else None
        criteria = replace(self._criteria, search=search, text=text)
        if search is None or self._closed:
            self._install(criteria)
            return
        self._criteria = criteria
        # Until something is found, or a moment is over, what was there stays: nothing flashes up.
        self._held_until = time.monotonic() + _SHOW_SECONDS
        self._begin_anew()
        self._flush_soon(_SHOW_SECONDS)
        self._wire.find_changed()

    def show_all(self) -> None:
        """Show all items as they are in the list; call it under the lock."""
        self._install(Criteria())

    # What the list says

    def list_changed(self, change: Change) -> None:
        """Follow a change of the list; call it under the lock."""
        first, self._next_id = self._next_id, self._items.next_id
        if any(operation["op"] == "reset" for operation in change.operations):
            self._epoch += 1
            if self._criteria.all:
                self._criteria, self._held_until = Criteria(), None
                self._begin_anew()
        elif self._criteria.all or self._waits:
            self._follow_captions(change)
            if not self._criteria.all:
                return
            if self._criteria.sort is not None:
                self._criteria.sort.compact(self._items.order)
            self._look_at_later(first, self._next_id)
        else:
            return
        self._wire.find_changed()

    def _follow_captions(self, change: Change) -> None:
        for number, operation in enumerate(change.operations):
            if operation["op"] == "caption":
                place = shift(operation["at"], change.operations[number + 1 :])
                if place is not None:
                    self._recaptioned(self._items.id_at(place))

    def _recaptioned(self, item_id: int) -> None:
        for wait in self._waits:
            wait.recaptioned.add(item_id)
        if self._criteria.all and not self._closed:
            self._captions += 1
            self._again[item_id] = self._captions
            self._look_at_later(item_id, item_id + 1)

    def close(self) -> None:
        """Look at nothing more."""
        with self._turn():
            self._closed = True
            self._generation += 1
            self._queue.clear()
            self._found.clear()
            self._again.clear()
            self._criteria = Criteria()

    # The thread, which looks at what is to be shown bit by bit

    def _begin_anew(self) -> None:
        self._generation += 1
        self._queue.clear()
        self._found.clear()
        self._complained.clear()
        if self._criteria.all:
            ids = self._criteria.unknown(self._items.order.ids())
            self._look_at(ids[sorting(self._items, self._criteria, ids)])
            for item_id in self._again:
                self._look_at_later(item_id, item_id + 1)
        else:
            self._again.clear()

    def _look_at_later(self, start: int, stop: int) -> None:
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        self._look_at(np.arange(start, stop, dtype=np.int64))

    def _look_at(self, ids: Ids) -> None:
        if not len(ids) or self._closed:
            return
        self._queue.append(ids)
        if not self._working:
            self._working = True
            self._thread.post(self._work)

    def _work(self) -> None:
        while (chunk := self._next_chunk()) is not None:
            generation, criteria, ids = chunk
            for number, item_id in enumerate(ids):
                if self._generation != generation:
                    break
                self._chunk_left = len(ids) - number
                self._judge(criteria, item_id)
            self._chunk_left = 0

    def _next_chunk(self) -> tuple[int, Criteria, list[int]] | None:
        with self._turn():
            ids: list[int] = []
            while self._queue and len(ids) < _CHUNK:
                first = self._queue.popleft()
                room = _CHUNK - len(ids)
                ids += first[:room].tolist()
                if len(first) > room:
                    self._queue.appendleft(first[room:])
            self._working = bool(ids) and not self._closed
            if self._working:
                if self._found and self._held_until is None:
                    # Where nothing is found, nothing is shown, but it has to be learnt all the same.
                    self._flush_soon(self._until_next())
                self._wire.find_changed()
                return self._generation, self._criteria, ids
            if self._held_until is not None:
                # A search that has ended is shown at once.
                self._wire.post(self._flush)
            else:
                self._flush_soon(self._until_next())
            return None

    def _judge(self, criteria: Criteria, item_id: int) -> None:
        captions, again = self._captions, item_id in self._again
        item = self._read(item_id)
        for criterion in criteria.all:
            if (again and _reads(criterion)) or not criterion.knows(item_id):
                verdict = self._verdict(criterion, item)
                self._found.append((captions, criterion, item_id, verdict))
                if isinstance(criterion, Matching) and not verdict:
                    break
            elif not criterion.shows(item_id):
                break
        else:
            if not self._flush_posted:
                with self._turn():
                    self._flush_soon(self._until_next())

    def _verdict(self, criterion: Criterion, item: Item | None) -> object:
        if item is None:
            return criterion.unreadable
        try:
            return criterion.judge(item)
        except Exception as error:  # noqa: BLE001 (whatever the user's function raises)
            self._complain(criterion, error)
            return criterion.unreadable

    def _complain(self, criterion: Criterion, error: Exception) -> None:
        if criterion not in self._complained:
            self._complained.add(criterion)
            logger.warning("%s: an item that came later", criterion.name, exc_info=error)
            self._show_error(f"{criterion.name}: {type(error).__name__}: {error}")

    def _until_next(self) -> float:
        return self._flushed_at + _SHOW_SECONDS - time.monotonic()

    def _flush_soon(self, delay: float) -> None:
        if not self._flush_posted:
            self._flush_posted = True
            self._wire.post(self._flush, delay)

    def _flush(self) -> Sequence[Any]:
        """Show what was found since; under the lock, and when the time has come."""
        self._flush_posted = False
        if self._closed:
            return ()
        (learned, moved), self._flushed_at = self._learn(), time.monotonic()
        ended = not self._working and not self._queue
        if self._held_until is None:
            if moved:
                self._show()
            elif len(learned) and self._criteria.all:
                self._tell(self._arrangement.put(self._criteria.shown(learned)))
        elif ended or self._flushed_at >= self._held_until:
            self._held_until = None
            self._show()
        else:
            self._flush_soon(self._held_until - self._flushed_at)
        self._wire.find_changed()
        return ()

    def _learn(self) -> tuple[Ids, bool]:
        """Take over what the thread has found out: give the items, and whether one belongs elsewhere."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        found: dict[Criterion, dict[int, object]] = {}
        again: set[int] = set()
        while self._found:
            captions, criterion, item_id, verdict = self._found.popleft()
            latest = self._again.get(item_id, 0)
            if captions >= latest:
                found.setdefault(criterion, {})[item_id] = verdict
                if latest:
                    again.add(item_id)
        changed = np.array(sorted(again), np.int64)
        headings = self._headings(changed)
        for item_id in again:
            del self._again[item_id]
        _forget(self._criteria, changed)
        for criterion, verdicts in found.items():
            self._learn_of(criterion, verdicts)
        learned = np.array(sorted({item_id for verdicts in found.values() for item_id in verdicts}), np.int64)
        return learned, bool(again) and (headings != self._headings(changed) or self._is_elsewhere(changed))

    def _headings(self, ids: Ids) -> list[object]:
        return [self._criteria.groups(ids[at : at + 1]) for at in range(len(ids))]

    def _is_elsewhere(self, ids: Ids) -> bool:
        """Tell whether what is shown is not in order any more, or one of the items has come or gone."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        places = self._arrangement.indices
        was = set(ids[np.isin(self._items.order.indices_of(ids), places)].tolist())
        if was != set(self._criteria.shown(ids).tolist()):
            return True
        shown = self._items.order.ids_at(places)
        return bool((np.diff(sorting(self._items, self._criteria, shown)) != 1).any())

    def _learn_of(self, criterion: Criterion, verdicts: dict[int, object]) -> None:
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        ids = criterion.unknown(np.array(list(verdicts), np.int64))
        try:
            criterion.learn(ids, [verdicts[item_id] for item_id in ids.tolist()])
        except Exception as error:  # noqa: BLE001 (comparing the user's objects may raise anything)
            self._complain(criterion, error)
            for item_id in ids.tolist():
                one = ids[ids == item_id]
                try:
                    criterion.learn(one, [verdicts[item_id]])
                except Exception:  # noqa: BLE001 (as above; it was said)
                    criterion.learn(one, [criterion.unreadable])

    # What is shown

    def _show(self) -> None:
        criteria = self._criteria
        ids = criteria.shown(self._items.order.ids()) if criteria.all else None
        self._tell(self._arrangement.show(ids, criteria if criteria.all else None))
        self._wire.find_changed()

    def _tell(self, change: Change) -> None:
        if change.operations:
            self._rearranged(change)

    def _read(self, item_id: int) -> Item | None:
        try:
            return self._items.item(item_id)
        except Exception:  # whatever a user's own sequence raises is one item that is not found
            logger.debug("Item %d cannot be read", item_id, exc_info=True)
            return None

    def _is_there(self, item_id: int) -> bool:
        with self._turn():
            return item_id in self._items
