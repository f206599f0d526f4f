"""The order of a gallery's items, as a piece table: runs of consecutive ids, cut and joined by edits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Piece(NamedTuple):
    """`size` items with consecutive ids."""

    first: int
    size: int


class Pieces:
    """An immutable row of pieces, in which an item is found by position or by id in O(log pieces).

    Examples
    --------
    >>> row, cut = Pieces([Piece(0, 5)]).spliced(2, 1, (Piece(5, 1),))
    >>> row.all, cut
    ((Piece(first=0, size=2), Piece(first=5, size=1), Piece(first=3, size=2)), (Piece(first=2, size=1),))
    >>> row.id_at(2), row.index_of(4)
    (5, 4)
    """

    def __init__(self, pieces: Iterable[Piece] = ()) -> None:
        self.all = tuple(pieces)
        self._ends = list(accumulate(piece.size for piece in self.all))
        self._by_id: list[tuple[int, int, int]] | None = None

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def locate(self, index: int) -> tuple[int, int]:
        """Give the piece that holds `index` and the offset in it; one past the end is past the last piece."""
        number = bisect_right(self._ends, index)
        return number, index - (self._ends[number - 1] if number else 0)

    def id_at(self, index: int) -> int:
        """Give the id at a position."""
        number, offset = self.locate(index)
        return self.all[number].first + offset

    def index_of(self, item_id: int) -> int | None:
        """Give the position of an id, or None."""
        if self._by_id is None:
            # Built on the first question after an edit: a row of appends never pays for it.
            placed = zip(self.all, self._ends, strict=True)
            self._by_id = sorted((first, size, end - size) for (first, size), end in placed)
        number = bisect_right(self._by_id, item_id, key=_first_id) - 1
        if number < 0:
            return None
        first, size, start = self._by_id[number]
        return start + item_id - first if item_id < first + size else None

    def ids(self) -> NDArray[np.int64]:
        """Give all ids in their order."""
        import numpy as np  # noqa: PLC0415 (a list that nobody rearranges does without)

        parts = [np.arange(first, first + size, dtype=np.int64) for first, size in self.all]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def ids_at(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the ids at many positions.

        Examples
        --------
        >>> import numpy as np
        >>> Pieces([Piece(7, 2), Piece(0, 3)]).ids_at(np.array([4, 1])).tolist()
        [2, 8]
        """
        import numpy as np  # noqa: PLC0415 (a list that nobody rearranges does without)

        if not self.all:
            return np.empty(0, np.int64)
        table = np.asarray(self.all, np.int64)
        ends = np.asarray(self._ends, np.int64)
        number = np.searchsorted(ends, indices, side="right")
        ids: NDArray[np.int64] = table[number, 0] + indices - (ends - table[:, 1])[number]
        return ids

    def indices_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the positions of many ids; -1 for one that is not there.

        Examples
        --------
        >>> import numpy as np
        >>> Pieces([Piece(7, 2), Piece(0, 3)]).indices_of(np.array([8, 0, 5])).tolist()
        [1, 2, -1]
        """
        import numpy as np  # noqa: PLC0415 (a list that nobody rearranges does without)

        if not self.all:
            return np.full(len(ids), -1, np.int64)
        table = np.asarray(self.all, np.int64)
        starts = np.asarray(self._ends, np.int64) - table[:, 1]
        by_id = np.argsort(table[:, 0])
        firsts, sizes, starts = table[by_id, 0], table[by_id, 1], starts[by_id]
        number = np.searchsorted(firsts, ids, side="right") - 1
        offset = ids - firsts[number]
        # Before the first piece, the number is -1, which names the last one: its offset is below 0 then.
        there = (number >= 0) & (offset < sizes[number])
        return np.where(there, starts[number] + offset, -1)

    def spliced(self, at: int, remove: int, insert: tuple[Piece, ...]) -> tuple[Pieces, tuple[Piece, ...]]:
        """Give the pieces after a splice, and those that were cut out."""
        head, head_offset = self.locate(at)
        tail, tail_offset = self.locate(at + remove)
        before = [Piece(self.all[head].first, head_offset)] if head_offset else []
        after: list[Piece] = []
        if tail < len(self.all):
            rest = self.all[tail]
            after = [Piece(rest.first + tail_offset, rest.size - tail_offset)]
        # One more neighbour on the left, for what is inserted may continue it.
        left = head - 1 if head and not head_offset else head
        middle = _joined([*self.all[left:head], *before, *insert, *after])
        cut = self._cut(head, head_offset, tail, tail_offset)
        return Pieces((*self.all[:left], *middle, *self.all[tail + 1 :])), cut

    def _cut(self, head: int, head_offset: int, tail: int, tail_offset: int) -> tuple[Piece, ...]:
        touched = self.all[head : tail + 1]
        cut = []
        for number, piece in enumerate(touched, head):
            start = head_offset if number == head else 0
            stop = tail_offset if number == tail else piece.size
            if start < stop:
                cut.append(Piece(piece.first + start, stop - start))
        return tuple(cut)


def _first_id(entry: tuple[int, int, int]) -> int:
    return entry[0]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].first + joined[-1].size == piece.first:
            joined[-1] = Piece(joined[-1].first, joined[-1].size + piece.size)
        else:
            joined.append(piece)
    return joined
