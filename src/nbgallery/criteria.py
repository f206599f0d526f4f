"""What arranges the items: filters, sort keys, groups; what is known of each item by each, and what follows.

Knows items by their ids and neither reads them nor runs a thread: who looks at an item tells what came out.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from nbgallery.describe import describe
from nbgallery.errors import GalleryError
from nbgallery.items import Item
from nbgallery.pieces import Pieces
from nbgallery.protocol import MAX_GROUPS, MAX_LABEL_LENGTH, Groups

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike, NDArray

    Ids = NDArray[np.int64]

_UNKNOWN = -1
_NO = 0
_YES = 1

#: Behind every rank that a key gives.
_LAST = 2**62

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_MISSING = object()


class _Column:
    """A whole number for each id, which grows with the ids. May be asked while another thread fills it."""

    def __init__(self, kind: DTypeLike) -> None:
        self._kind = kind
        # The first id and the numbers from there on: one object, so that both are replaced at once.
        self._filled: tuple[int, NDArray[Any]] | None = None

    def at(self, item_id: int) -> int:
        if self._filled is None:
            return _UNKNOWN
        first, values = self._filled
        return int(values[item_id - first]) if 0 <= item_id - first < len(values) else _UNKNOWN

    def get(self, ids: Ids) -> NDArray[Any]:
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        found = np.full(len(ids), _UNKNOWN, self._kind)
        if self._filled is not None:
            first, values = self._filled
            places = ids - first
            known = (places >= 0) & (places < len(values))
            found[known] = values[places[known]]
        return found

    def put(self, ids: Ids, numbers: Any) -> None:
        if len(ids):
            first, values = self._filled = self._reaching(int(ids.min()), int(ids.max()))
            values[ids - first] = numbers

    def _reaching(self, low: int, high: int) -> tuple[int, NDArray[Any]]:
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        if self._filled is None:
            return low, np.full(high - low + 1, _UNKNOWN, self._kind)
        first, values = self._filled
        start, stop = min(low, first), max(high + 1, first + len(values))
        if stop - start == len(values):
            return self._filled
        # Half as much again: ids go upwards, and mostly one at a time.
        grown = np.full((stop - start) * 3 // 2, _UNKNOWN, self._kind)
        grown[first - start : first - start + len(values)] = values
        return start, grown


def _those(ids: Ids, mask: NDArray[np.bool_]) -> Ids:
    found: Ids = ids[mask]
    return found


class Criterion(ABC):
    """One thing that arranges items. ``name`` is what error messages call it."""

    #: What becomes of an item that cannot be read, or of which the user's function makes nothing.
    unreadable: object = None

    def __init__(self, name: str, kind: DTypeLike) -> None:
        self.name = name
        self._known = _Column(kind)

    def knows(self, item_id: int) -> bool:
        """Tell whether the item was looked at."""
        return self._known.at(item_id) != _UNKNOWN

    def unknown(self, ids: Ids) -> Ids:
        """Give those of the items that have not been looked at."""
        return _those(ids, self._known.get(ids) == _UNKNOWN)

    def shows(self, item_id: int) -> bool:
        """Tell whether the item was looked at and is to be seen."""
        return self.knows(item_id)

    def shown(self, ids: Ids) -> Ids:
        """Give those of the items that were looked at and are to be seen."""
        return _those(ids, self._known.get(ids) != _UNKNOWN)

    def forget(self, ids: Ids) -> None:
        """Let go of what is known of some items."""
        self._known.put(ids, _UNKNOWN)

    def check(self, item_id: int) -> None:  # noqa: B027 (most have nothing to check)
        """Raise `Unfit` when all items were looked at in vain; the item is one of them."""

    @abstractmethod
    def judge(self, item: Item) -> object:
        """Look at an item; runs the user's code, and changes nothing."""

    @abstractmethod
    def learn(self, ids: Ids, verdicts: Sequence[Any]) -> None:
        """Take what `judge` gave for some items; raises `Unfit` when that cannot be, and changes nothing."""


class Unfit(ValueError):  # noqa: N818 (not an error by itself: who looks at the items decides)
    """What the user's function gave for one item is of no use."""

    def __init__(self, item_id: int, verdict: object, reason: str, remedy: str) -> None:
        super().__init__(f"{describe(verdict)} {reason}: {remedy}")
        self.item_id = item_id


class Matching(Criterion):
    """Items that pass a test."""

    unreadable = False

    def __init__(self, name: str, test: Callable[[Item], object]) -> None:
        super().__init__(name, "int8")
        self._test = test
        self._asked = self.chosen = False

    def judge(self, item: Item) -> bool:
        """Tell whether the item passes."""
        self._asked = True
        return bool(self._test(item))

    def learn(self, ids: Ids, verdicts: Sequence[bool]) -> None:
        """Take which items have passed."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        self.chosen |= len(ids) > 0 and not self._asked  # nobody looked: they were chosen by index
        self._known.put(ids, np.where(np.asarray(verdicts, bool), _YES, _NO))

    def shows(self, item_id: int) -> bool:
        """Tell whether the item has passed."""
        return self._known.at(item_id) == _YES

    def shown(self, ids: Ids) -> Ids:
        """Give those of the items that have passed."""
        return _those(ids, self._known.get(ids) == _YES)


class Sorting(Criterion):
    """Items in the order of a key; those without one are last.

    Examples
    --------
    >>> import numpy as np
    >>> by_caption = Sorting("key='caption'", lambda item: item.caption)
    >>> by_caption.learn(np.array([3, 4, 5]), ["b", None, "a"])
    >>> by_caption.learn(np.array([6]), ["aa"])
    >>> np.array([3, 4, 5, 6])[np.argsort(by_caption.ranks(np.array([3, 4, 5, 6])))].tolist()
    [5, 6, 3, 4]
    """

    def __init__(self, name: str, key: Callable[[Item], object], *, reverse: bool = False) -> None:
        super().__init__(name, "int64")
        self._key = key
        self._reverse = reverse
        self._keys: list[Any] = []
        self._ids: Ids | None = None
        self._differs: NDArray[np.bool_] | None = None

    def judge(self, item: Item) -> object:
        """Give the item's key."""
        return _present(self._key(item))

    def learn(self, ids: Ids, verdicts: Sequence[object]) -> None:
        """Take the keys of some items."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        keyed = [number for number, key in enumerate(verdicts) if key is not None]
        keys = [verdicts[number] for number in keyed]
        try:
            by_key = sorted(range(len(keys)), key=keys.__getitem__)  # type: ignore[arg-type]  # it is tried
            keys = [keys[number] for number in by_key]
            at = [bisect_right(self._keys, key) for key in keys] if self._keys else [0] * len(keys)
        except Exception as error:  # noqa: BLE001 (whatever comparing the user's objects raises)
            self._refuse(ids[keyed], [verdicts[number] for number in keyed], error)
        merged, before = [], 0
        for place, key in zip(at, keys, strict=True):
            merged += self._keys[before:place]
            merged.append(key)
            before = place
        merged += self._keys[before:]
        known = np.empty(0, np.int64) if self._ids is None else self._ids
        differs = np.empty(0, bool) if self._differs is None else self._differs
        differs = np.insert(differs, at, values=True)
        new: Iterable[int] = {start + number + more for number, start in enumerate(at) for more in (0, 1)}
        for place in new if self._keys else range(len(merged)):
            if 0 < place < len(merged):
                differs[place] = bool(merged[place - 1] < merged[place])
        sorted_ids = np.insert(known, at, ids[keyed][by_key])
        self._keys, self._ids, self._differs = merged, sorted_ids, differs
        self._known.put(sorted_ids, np.cumsum(differs))
        self._known.put(np.delete(ids, keyed), _LAST)

    def check(self, item_id: int) -> None:
        """Raise `Unfit` when no item has what was named."""
        _check(self._key, item_id)

    def _refuse(self, ids: Ids, keys: Sequence[Any], error: Exception) -> None:
        """Say which key cannot be compared."""
        reference = self._keys[0] if self._keys else keys[0]
        remedy = "let the key return values that can be compared with each other, or None"
        for item_id, key in zip(ids.tolist(), keys, strict=True):
            try:
                bool(reference < key), bool(key < reference)
            except Exception:  # noqa: BLE001 (whatever comparing the user's objects raises)
                reason = f"cannot be compared with {describe(reference)}"
                raise Unfit(item_id, key, reason, remedy) from error
        raise Unfit(int(ids[0]), keys[0], "is one of several keys that cannot be compared", remedy) from error

    def forget(self, ids: Ids) -> None:
        """Let go of the keys of some items."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        super().forget(ids)
        if self._ids is not None and self._differs is not None:
            kept = np.flatnonzero(~np.isin(self._ids, ids))
            self._differs = np.diff(np.cumsum(self._differs)[kept], prepend=0) > 0
            self._keys, self._ids = [self._keys[place] for place in kept.tolist()], self._ids[kept]

    def compact(self, order: Pieces) -> None:
        """Let go of the keys of removed items when they are more than half of all."""
        if self._ids is not None and len(self._ids) > 2 * len(order):
            self.forget(self._ids[order.indices_of(self._ids) < 0])

    def ranks(self, ids: Ids) -> Ids:
        """Give the ranks of items; equal keys have the same."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        ranks: Ids = self._known.get(ids)
        return np.where(ranks == _LAST, ranks, -ranks) if self._reverse else ranks


class Grouping(Criterion):
    """Items under headings: those of equal keys are together; those without one are last.

    Examples
    --------
    >>> import numpy as np
    >>> by_caption = Grouping("key='caption'", lambda item: item.caption)
    >>> by_caption.learn(np.array([3, 4, 5]), ["b", None, "a"])
    >>> by_caption.groups(np.array([5, 3, 4]))
    [('a', 1), ('b', 1), ('None', 1)]
    """

    def __init__(self, name: str, key: Callable[[Item], object]) -> None:
        super().__init__(name, "int32")
        self._key = key
        self._codes: dict[object, int] = {None: 0}
        self._labels = ["None"]
        # The keys but None in the order of their headings.
        self._sorted: list[Any] = []
        self._comparable = True
        self._ranks: Ids | None = None

    def judge(self, item: Item) -> object:
        """Give the item's group."""
        return _present(self._key(item))

    def learn(self, ids: Ids, verdicts: Sequence[object]) -> None:
        """Take the groups of some items."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        fresh: dict[object, None] = {}
        for item_id, key in zip(ids.tolist(), verdicts, strict=True):
            try:
                if key not in self._codes:
                    fresh[key] = None
            except Exception as error:
                remedy = "let the key return a str, a number or None"
                raise Unfit(item_id, key, "cannot name a group", remedy) from error
            if len(fresh) + len(self._codes) > MAX_GROUPS:
                remedy = "group by something that more items have in common"
                raise Unfit(item_id, key, f"is one group more than {MAX_GROUPS:,}", remedy)
        if fresh:
            self._add(list(fresh))
        self._known.put(ids, np.array([self._codes[key] for key in verdicts], np.int32))

    def check(self, item_id: int) -> None:
        """Raise `Unfit` when no item has what was named."""
        _check(self._key, item_id)

    def _add(self, fresh: list[Any]) -> None:
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        if not self._sorted:
            try:
                self._sorted = sorted(fresh)
            except Exception:  # noqa: BLE001 (whatever comparing the user's objects raises)
                self._sorted, self._comparable = list(fresh), False
        else:
            for key in fresh:
                self._sorted.insert(self._place(key), key)
        for key in fresh:
            self._codes[key] = len(self._labels)
            self._labels.append(str(key)[:MAX_LABEL_LENGTH])
        ranks = np.full(len(self._labels), _LAST, np.int64)
        ranks[[self._codes[key] for key in self._sorted]] = np.arange(len(self._sorted))
        self._ranks = ranks

    def _place(self, key: object) -> int:
        """Where the heading belongs: the others stay where they are, so it is the last if in doubt."""
        try:
            return bisect_left(self._sorted, key) if self._comparable else len(self._sorted)
        except Exception:  # noqa: BLE001 (whatever comparing the user's objects raises)
            return len(self._sorted)

    def ranks(self, ids: Ids) -> Ids:
        """Give the places of the items' headings."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        ranks = np.array([_LAST]) if self._ranks is None else self._ranks
        codes = self._known.get(ids)
        return np.where(codes == _UNKNOWN, _LAST, ranks[codes])

    def groups(self, ids: Ids) -> Groups:
        """Give the headings of items in the order shown, each with the number of its items."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        if not len(ids):
            return []
        codes = self._known.get(ids)
        starts = np.concatenate(([0], np.flatnonzero(np.diff(codes)) + 1))
        counts = np.diff(np.concatenate((starts, [len(ids)])))
        pairs = zip(codes[starts].tolist(), counts.tolist(), strict=True)
        return [(self._labels[code], count) for code, count in pairs]


@dataclass(frozen=True)
class Criteria:
    """All that arranges a gallery's items at one moment."""

    filter: Matching | None = None
    search: Matching | None = None
    sort: Sorting | None = None
    group: Grouping | None = None
    text: str = ""

    @property
    def all(self) -> tuple[Criterion, ...]:
        """In the order in which an item is looked at: one that is not shown needs no key."""
        each: tuple[Criterion | None, ...] = (self.filter, self.search, self.sort, self.group)
        return tuple(one for one in each if one is not None)

    @property
    def arranged(self) -> list[str]:
        """What code has arranged, as the views are told."""
        names = {"filter": self.filter, "sort": self.sort, "group": self.group}
        return [name for name, one in names.items() if one is not None]

    def shown(self, ids: Ids) -> Ids:
        """Give those of the items that were looked at and are to be seen."""
        for criterion in self.all:
            ids = criterion.shown(ids)
        return ids

    def unknown(self, ids: Ids) -> Ids:
        """Give those of the items that have to be looked at to know whether they are to be seen."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        missing = []
        for criterion in self.all:
            missing.append(criterion.unknown(ids))
            ids = criterion.shown(ids)
        return np.concatenate(missing) if missing else ids[:0]

    def ranks(self, ids: Ids) -> list[Ids]:
        """Give what orders the items before their places in the list do, the most important last."""
        return [each.ranks(ids) for each in (self.sort, self.group) if each is not None]

    def groups(self, ids: Ids) -> Groups | None:
        """Give the headings of items in the order shown; None when they have none."""
        return None if self.group is None else self.group.groups(ids)


def contains(text: str) -> Callable[[Item], bool]:
    """Make a test for a text in the caption, or in the file's name where there is none; case is nothing.

    Examples
    --------
    >>> test = contains("CAT")
    >>> test(Item("x.png", "A cat")), test(Item("pets/cat.png")), test(Item("cat.png", "A dog"))
    (True, True, False)
    """
    folded = text.casefold()

    def test(item: Item) -> bool:
        return folded in (file_name(item.media) if item.caption is None else item.caption).casefold()

    return test


def file_name(media: object) -> str:
    """Give the name of a file or of what a URL leads to, as far as it is known without opening anything.

    Examples
    --------
    >>> file_name("pets/cat.png"), file_name("https://example.org/a%20cat.png?size=9"), file_name(b"...")
    ('cat.png', 'a cat.png', '')
    """
    # A million of these may be looked at, and nearly all are str: an abstract class is asked last.
    if not isinstance(media, str) and isinstance(media, os.PathLike):
        media = os.fspath(media)
    if not isinstance(media, str):
        name = getattr(media, "name", None) or getattr(media, "filename", None)
        return os.path.basename(name) if isinstance(name, str) else ""  # noqa: PTH119 (any str, be it no path)
    if media.startswith("data:") or media.lstrip()[:1] == "<":
        return ""
    if "://" in media and _URL.match(media):
        return PurePosixPath(unquote(urlsplit(media).path)).name
    return media.replace("\\", "/").rstrip("/").rpartition("/")[2]


class Named:
    """A key that was named: the caption, or a field of each item's ``data``; None where it is missing.

    Parameters
    ----------
    name : str
        "caption", or the field.
    fold : bool
        Captions in whatever case are the same.
    """

    def __init__(self, name: str, *, fold: bool) -> None:
        self.name = name
        self._fold = fold
        #: Some item has it.
        self.met = name == "caption"

    def __call__(self, item: Item) -> object:
        """Give it."""
        if self.name == "caption":
            return item.caption.casefold() if self._fold and item.caption is not None else item.caption
        found = field(item.data, self.name)
        self.met = self.met or found is not _MISSING
        return None if found is _MISSING else found


def _check(key: object, item_id: int) -> None:
    if isinstance(key, Named) and not key.met:
        remedy = 'name a field of the records in data, or "caption", or give a function'
        raise Unfit(item_id, key.name, "is in no item's data", remedy)


def field(record: object, name: str) -> object:
    """Give a field of a record of the user's: a mapping, a row, or an object with attributes."""
    if isinstance(record, Mapping):
        return record.get(name, _MISSING)
    try:
        return record[name]  # type: ignore[index]  # it is tried
    except Exception:  # noqa: BLE001 (whatever a user's own class raises)
        return getattr(record, name, _MISSING)


def _present(key: object) -> object:
    """Give None for the many ways to say that there is nothing."""
    if key is None or type(key).__name__ == "NAType":
        return None
    try:
        return None if key != key else key  # noqa: PLR0124 (what is not equal to itself is NaN)
    except Exception:  # noqa: BLE001 (an array, for instance, has no truth: that is said when it is compared)
        return key


def wrong(criterion: Criterion, index: int | None, problem: str) -> GalleryError:
    """Say what is wrong with what the user gave, and at which item."""
    return GalleryError(f"{criterion.name}: item {index}: {problem}")
