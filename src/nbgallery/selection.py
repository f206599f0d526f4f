"""A set of indices as ranges: a selection costs as much as it has gaps, however many are selected."""

from __future__ import annotations

import operator
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, chain
from typing import TYPE_CHECKING, SupportsIndex, TypeAlias, overload

from nbgallery.describe import describe
from nbgallery.errors import GalleryError
from nbgallery.splices import Operation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike, NDArray

Span: TypeAlias = tuple[int, int]

_SHOWN = 6
_PAIR_LENGTH = 2


class Ranges(Sequence[int]):
    """Indices in ascending order, each once; immutable.

    Reads like a tuple of ints, is kept as half-open ranges. Equal to any sequence or set of the same ints, in
    whatever order.

    Parameters
    ----------
    spans
        ``(start, stop)`` pairs in any order; they may overlap.

    Examples
    --------
    >>> chosen = Ranges([(2, 5), (9, 10)])
    >>> chosen
    Ranges(2…4, 9)
    >>> len(chosen), chosen[-1], 3 in chosen, list(chosen)
    (4, 9, True, [2, 3, 4, 9])
    >>> chosen == [9, 4, 3, 2]
    True
    """

    __slots__ = ("_ends", "_spans", "_starts")

    __hash__ = None  # type: ignore[assignment] # equal to lists and to tuples in any order, so there is no hash to share

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self._spans = tuple(_coalesced(sorted(spans)))
        self._starts = [start for start, _ in self._spans]
        self._ends = list(accumulate(stop - start for start, stop in self._spans))

    @classmethod
    def from_pairs(cls, pairs: object, count: int) -> Ranges:
        """Read ``[[start, stop], …]`` as it comes from a browser.

        Parameters
        ----------
        pairs
            Anything. What lies beyond `count` is cut off: the browser may know an older list.
        count
            The number of items.

        Raises
        ------
        ValueError
            If it is no list of pairs of whole numbers with ``0 <= start <= stop``.

        Examples
        --------
        >>> Ranges.from_pairs([[0, 2], [7, 99]], 10)
        Ranges(0, 1, 7…9)
        """
        if not isinstance(pairs, (list, tuple)):
            raise ValueError(f"ranges {describe(pairs)}: give a list of [start, stop]")  # noqa: TRY004 (one error for all)
        return cls([_checked_pair(pair) for pair in pairs]).clamp(count)

    @classmethod
    def from_indices(cls, indices: object, count: int, name: str = "selection") -> Ranges:
        """Read any iterable of whole numbers, each within ``0 … count - 1``; what the user gave as `name`.

        Raises
        ------
        GalleryError
            If it is none, or one of them is out of range.

        Examples
        --------
        >>> Ranges.from_indices({5, 1, 2}, 10)
        Ranges(1, 2, 5)
        >>> Ranges.from_indices([10], 10)
        Traceback (most recent call last):
            ...
        nbgallery.errors.GalleryError: selection: 10 is not within 0 … 9
        """
        if isinstance(indices, Ranges):
            found = indices
        elif isinstance(indices, range):
            found = cls(_range_spans(indices))
        elif isinstance(indices, (str, bytes)) or not isinstance(indices, Iterable):
            raise GalleryError(f"{name}={describe(indices)}: give a sequence of indices")
        else:
            found = cls((index, index + 1) for index in (_whole_number(each, name) for each in indices))
        for index in (found[0], found[-1]) if found else ():
            if not 0 <= index < count:
                raise GalleryError(f"{name}: {index} is not within 0 … {count - 1}")
        return found

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(range(start, stop) for start, stop in self._spans)

    def __reversed__(self) -> Iterator[int]:
        return chain.from_iterable(range(stop - 1, start - 1, -1) for start, stop in reversed(self._spans))

    def __contains__(self, index: object) -> bool:
        if not isinstance(index, SupportsIndex):
            return False
        place = operator.index(index)
        number = bisect_right(self._starts, place) - 1
        return number >= 0 and place < self._spans[number][1]

    @overload
    def __getitem__(self, index: int, /) -> int: ...
    @overload
    def __getitem__(self, index: slice, /) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice, /) -> int | Sequence[int]:
        if isinstance(index, slice):
            places = range(len(self))[index]
            return self._between(places.start, places.stop) if places.step == 1 else [self[i] for i in places]
        place = range(len(self))[index]
        number = bisect_right(self._ends, place)
        return self._spans[number][1] - (self._ends[number] - place)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Ranges):
            return self._spans == other._spans
        if isinstance(other, (str, bytes)) or not isinstance(other, (Sequence, AbstractSet)):
            return NotImplemented
        if len(other) != len(self):
            return False
        try:
            return all(mine == theirs for mine, theirs in zip(self, sorted(other), strict=True))
        except TypeError:
            return False

    def __repr__(self) -> str:
        shown = ", ".join(_span_text(span) for span in self._spans[:_SHOWN])
        return f"Ranges({shown})" if len(self._spans) <= _SHOWN else f"Ranges({shown}, … {len(self)} in all)"

    def __reduce__(self) -> tuple[type[Ranges], tuple[tuple[Span, ...]]]:
        return Ranges, (self._spans,)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[np.generic]:  # noqa: FBT001 (numpy's protocol)
        """Give the indices as an array, without a Python int for each."""
        import numpy as np  # noqa: PLC0415 (the selection works where numpy does not)

        if copy is False:
            raise ValueError("ranges have no array of their own to share: leave out copy=False")
        parts = [np.arange(start, stop, dtype=np.int64) for start, stop in self._spans]
        indices = np.concatenate(parts) if parts else np.empty(0, np.int64)
        return indices if dtype is None else indices.astype(dtype)

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        """Tell at which place `value` is, in O(log ranges)."""
        if value in self and isinstance(value, SupportsIndex):
            whole = operator.index(value)
            number = bisect_right(self._starts, whole) - 1
            place = self._ends[number] - (self._spans[number][1] - whole)
            if place in range(len(self))[start:stop]:
                return place
        raise ValueError(f"{describe(value)} is not in the selection")

    def count(self, value: object) -> int:
        """Tell whether `value` is there, as 1 or 0."""
        return int(value in self)

    def pairs(self) -> list[list[int]]:
        """Give the ranges as they travel: ``[[start, stop], …]``, disjoint and ascending."""
        return [[start, stop] for start, stop in self._spans]

    def union(self, other: Ranges) -> Ranges:
        """Give what is in one or both."""
        return Ranges(chain(self._spans, other._spans))

    def minus(self, other: Ranges) -> Ranges:
        """Give what is not in `other`.

        Examples
        --------
        >>> Ranges([(0, 10)]).minus(Ranges([(3, 5), (9, 20)]))
        Ranges(0…2, 5…8)
        """
        return Ranges(_subtracted(self._spans, other._spans))

    def clamp(self, count: int) -> Ranges:
        """Give what is below `count`."""
        return Ranges((start, min(stop, count)) for start, stop in self._spans)

    def shifted(self, operations: Iterable[Operation]) -> Ranges:
        """Give where the items are after `operations`: removed ones are left out, new ones are not in.

        Examples
        --------
        >>> Ranges([(0, 4)]).shifted([{"op": "splice", "at": 2, "remove": 1, "insert": 3}])
        Ranges(0, 1, 5)
        """
        moved = self
        for operation in operations:
            kind = operation["op"]
            if kind == "splice":
                moved = moved._spliced(operation["at"], operation["remove"], operation["insert"])
            elif kind == "move":
                source, destination = operation["from"], operation["to"]
                taken = source in moved
                moved = moved._spliced(source, 1, 0)._spliced(destination, 0, 1)  # noqa: SLF001 (its own)
                if taken:
                    moved = moved.union(Ranges([(destination, destination + 1)]))
            elif kind == "reset":
                moved = Ranges()
        return moved

    def _spliced(self, at: int, remove: int, insert: int) -> Ranges:
        end, offset = at + remove, insert - remove
        before = ((start, min(stop, at)) for start, stop in self._spans)
        after = ((max(start, end) + offset, stop + offset) for start, stop in self._spans)
        return Ranges(chain(before, after))

    def _between(self, first: int, last: int) -> Ranges:
        if first >= last:
            return Ranges()
        lower, upper = self[first], self[last - 1] + 1
        return Ranges((max(start, lower), min(stop, upper)) for start, stop in self._spans)


def difference(old: Ranges, new: Ranges) -> tuple[Ranges, Ranges]:
    """Give what leads from `old` to `new`: what to remove, then what to add.

    Examples
    --------
    >>> difference(Ranges([(0, 3)]), Ranges([(2, 5)]))
    (Ranges(0, 1), Ranges(3, 4))
    """
    return old.minus(new), new.minus(old)


def _coalesced(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, stop in spans:
        if start >= stop:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], stop))
        else:
            joined.append((start, stop))
    return joined


def _subtracted(spans: Iterable[Span], holes: Sequence[Span]) -> Iterator[Span]:
    number = 0
    for start, stop in spans:
        rest = start
        while number < len(holes) and holes[number][1] <= rest:
            number += 1
        # The last hole may reach into the next span: it is looked at again there.
        ahead = number
        while ahead < len(holes) and holes[ahead][0] < stop:
            yield rest, holes[ahead][0]
            rest = max(rest, holes[ahead][1])
            number = ahead
            ahead += 1
        yield rest, stop


def _span_text(span: Span) -> str:
    start, stop = span
    if stop - start <= _PAIR_LENGTH:
        return ", ".join(map(str, range(start, stop)))
    return f"{start}…{stop - 1}"


def _range_spans(indices: range) -> Iterable[Span]:
    if abs(indices.step) != 1:
        return ((index, index + 1) for index in indices)
    ascending = indices if indices.step == 1 else indices[::-1]
    return [(ascending.start, ascending.stop)]


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _checked_pair(pair: object) -> Span:
    if isinstance(pair, (list, tuple)) and len(pair) == _PAIR_LENGTH and all(map(_is_whole, pair)):
        start, stop = pair
        if 0 <= start <= stop:
            return start, stop
    raise ValueError(f"range {describe(pair)}: give [start, stop] with 0 <= start <= stop")


def _whole_number(value: object, name: str) -> int:
    # A mask is the likely mistake behind a bool, of numpy's or not; an older numpy.bool_ has an __index__.
    is_bool = type(value).__name__ in {"bool", "bool_"}
    if is_bool or not isinstance(value, SupportsIndex):
        hint = ", for a mask numpy.flatnonzero(mask)" if is_bool else ""
        raise GalleryError(f"{name}: {describe(value)} is no index: give whole numbers{hint}")
    return operator.index(value)
