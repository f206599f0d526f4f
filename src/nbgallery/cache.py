"""One byte-bounded cache for all that a gallery has encoded, and its numbers. Pure: knows no images."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True)
class CacheInfo:
    """What a gallery keeps, and what it is doing: numbers of one moment.

    Attributes
    ----------
    thumbnails, bytes : int
        Thumbnails that are kept, and the bytes that they take.
    limit : int
        Bytes that they may take; the least recently used go first.
    hits, misses : int
        How often a thumbnail was wanted that was there, and how often one that had to be made.
    evicted : int
        Thumbnails that had to make way for others.
    making, waiting : int
        Thumbnails that are being made, and that are wanted but have not begun.
    originals : int
        Originals, downloads and archives on their way to a view.
    files, file_bytes : int
        Temporary files that `value` has handed out, and the bytes that they take on the disk.

    Examples
    --------
    >>> from nbgallery import Gallery
    >>> gallery = Gallery([])
    >>> info = gallery.cache_info()
    >>> info.thumbnails, info.hits, info.limit // 2**20
    (0, 0, 32)
    """

    thumbnails: int
    bytes: int
    limit: int
    hits: int
    misses: int
    evicted: int
    making: int
    waiting: int
    originals: int = 0
    files: int = 0
    file_bytes: int = 0


class ByteBoundedCache(Generic[K, V]):
    """Least recently used values, bounded by the sum of their sizes in bytes.

    Not thread safe by itself: the gallery's lock guards it.

    Parameters
    ----------
    limit : int
        Bytes that all values may take together.
    size_of : callable
        The size of one value in bytes.

    Examples
    --------
    >>> cache = ByteBoundedCache[str, bytes](limit=10, size_of=len)
    >>> cache.put("a", b"123456")
    >>> cache.put("b", b"1234567")
    >>> cache.get("a"), cache.get("b"), cache.bytes
    (None, b'1234567', 7)
    """

    def __init__(self, limit: int, size_of: Callable[[V], int]) -> None:
        self._size_of = size_of
        self._values: OrderedDict[K, V] = OrderedDict()
        self.limit = limit
        self.bytes = 0
        self.hits = 0
        self.evicted = 0

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> list[K]:
        """Return the keys, least recently used first."""
        return list(self._values)

    def get(self, key: K) -> V | None:
        """Return the value and mark it as just used; None when it is not here."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
            self.hits += 1
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value, unless it is larger than the limit; the least recently used go until all fit."""
        self.drop(key)
        size = self._size_of(value)
        if size > self.limit:
            return
        self._values[key] = value
        self.bytes += size
        while self.bytes > self.limit:
            _, oldest = self._values.popitem(last=False)
            self.bytes -= self._size_of(oldest)
            self.evicted += 1

    def drop(self, key: K) -> None:
        """Forget one value."""
        value = self._values.pop(key, None)
        if value is not None:
            self.bytes -= self._size_of(value)

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()
        self.bytes = 0
