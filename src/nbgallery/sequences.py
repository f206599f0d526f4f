"""What the user passes as `value`, as a source of items: nothing is opened, copied or read ahead."""

from __future__ import annotations

import math
import os
import re
import sys
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from threading import RLock
from typing import Protocol, TypeGuard

from nbgallery.describe import describe
from nbgallery.errors import GalleryError
from nbgallery.items import Item, ItemSource, Pair, check_caption
from nbgallery.iterators import exhaust

CHECKED_AT_ONCE = 1000
"""Captions in a list that are looked at when it is given; a wrong one further on is found when it is read."""

_NUMERIC = re.compile(r"bool|int|float|complex|double|half", re.IGNORECASE)
_BATCH_RANK = 4
_TABLE_RANK = 2
_PAIR_LENGTH = 2


class Source(ABC):
    """A source of items that a gallery can be made of as it is."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def item(self, index: int, /) -> Item:
        """Read the item at `index`, and nothing else."""


def as_sequence(value: object, captions: object = None) -> ItemSource:
    """Take what the user passed as a source of items.

    Parameters
    ----------
    value
        A sequence of media, ``(media, caption)`` pairs and `Item` objects: a list, an array of objects, a
        Series (by position), a 4-D array (a batch, one picture an entry), a class with ``__len__`` and
        ``__getitem__``. Also a dict ``{caption: media}``, an iterator, which is drawn up to the end, or None.
        A sequence is asked for its length and nothing more; of a list, the captions of the first thousand are
        checked.
    captions
        Captions beside `value`, as many of them. None among them leaves an item its own.

    Returns
    -------
    ItemSource
        Reads one item at a time. A user's own sequence is read by one thread at a time.

    Raises
    ------
    GalleryError
        If `value` is no sequence, or is one picture by itself, or if `captions` do not fit.

    Examples
    --------
    >>> source = as_sequence(["a.png", ("b.png", "B")])
    >>> len(source), source.item(1)
    (2, Item('b.png', caption='B'))
    >>> as_sequence("a.png")
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: value='a.png': this is a single picture or video: give Gallery(['a.png'])
    """
    if isinstance(value, Mapping):
        if captions is not None:
            raise GalleryError(
                f"captions={describe(captions)}: leave it out, the keys of value are the captions"
            )
        return _Keyed(value)
    source = _source(value)
    if captions is None:
        return source
    return _Captioned(source, as_captions(captions, len(source)))


def as_captions(captions: object, count: int) -> _Indexable:
    """Check `captions` beside a value of `count` items, and make them indexable by position.

    Examples
    --------
    >>> as_captions(["a", None], 2)
    ['a', None]
    >>> as_captions(["a"], 2)
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: captions=['a']: give as many captions as items: they are 1, and value has 2
    """
    unordered = isinstance(captions, (str, bytes, Mapping, AbstractSet))
    if unordered or not _indexable(captions) or _rank(captions) not in (None, 1) or _is_numeric(captions):
        raise GalleryError(f"captions={describe(captions)}: give a sequence of str or None, as long as value")
    rows = _by_position(captions)
    if len(rows) != count:
        raise GalleryError(
            f"captions={describe(captions)}: give as many captions as items: "
            f"they are {len(rows)}, and value has {count}"
        )
    if isinstance(rows, (list, tuple)):
        for index, caption in enumerate(rows[:CHECKED_AT_ONCE]):
            check_caption(caption, f"captions[{index}]")
    return rows


def _source(value: object) -> ItemSource:
    if value is None:
        return _Listed(())
    if isinstance(value, Source):
        return value
    if isinstance(value, (list, tuple)):
        return _Listed(_checked(value))
    if _is_single(value):
        raise _wrong(value, f"this is a single picture or video: give Gallery([{_name(value)}])")
    rank = _rank(value)
    if rank is not None:
        _check_array(value, rank)
    elif isinstance(value, AbstractSet):
        raise _wrong(value, "a set has no order: give a list, for instance sorted(...) of it")
    if _indexable(value):
        return _Listed(_by_position(value))
    if isinstance(value, Iterable):
        return _Listed(_checked(exhaust(value)))
    raise _wrong(value, "give a sequence of paths, URLs, arrays, images or (media, caption) pairs")


def _checked(rows: Sequence[object]) -> Sequence[object]:
    for index, element in enumerate(rows[:CHECKED_AT_ONCE]):
        if isinstance(element, (tuple, list)):
            _check_pair(element, index)
    return rows


def _check_pair(element: Sequence[object], index: int) -> tuple[object, str | None]:
    if len(element) != _PAIR_LENGTH:
        raise GalleryError(
            f"value[{index}]={describe(element)}: give a path, image, array … or (media, caption)"
        )
    media, caption = element
    return media, check_caption(caption, f"caption of value[{index}]")


def _as_item(element: object, index: int) -> Item:
    if isinstance(element, Item):
        return element
    if isinstance(element, Pair):
        return element.item
    if not isinstance(element, (tuple, list)):
        return Item(element)
    media, caption = _check_pair(element, index)
    return _with_caption(media, caption) if isinstance(media, Item) else Item(media, caption)


def _with_caption(item: Item, caption: str | None) -> Item:
    return item if caption is None or caption == item.caption else replace(item, caption=caption)


def _wrong(value: object, remedy: str) -> GalleryError:
    return GalleryError(f"value={describe(value)}: {remedy}")


def _name(value: object) -> str:
    return describe(value) if isinstance(value, (str, os.PathLike)) else "x"


def _is_single(value: object) -> bool:
    if isinstance(value, (Item, str, os.PathLike, bytes, bytearray, memoryview)):
        return True
    if callable(getattr(value, "read", None)) and not _indexable(value):
        # An open file would be drawn up line by line.
        return True
    # An object of a module that nobody has imported yet does not exist: nothing is imported to find out.
    classes = (("PIL.Image", "Image"), ("matplotlib.figure", "Figure"), ("mmap", "mmap"))
    known = (getattr(sys.modules.get(module), name, None) for module, name in classes)
    return any(isinstance(cls, type) and isinstance(value, cls) for cls in known)


def _rank(value: object) -> int | None:
    """Count the dimensions of an array, tensor, Series or table; None for anything else."""
    if isinstance(value, array):
        return 1
    shape = getattr(value, "shape", None)
    if isinstance(value, type) or shape is None:
        return None
    if hasattr(value, "dtype") or hasattr(value, "columns"):
        return len(shape)
    return None


def _check_array(value: object, rank: int) -> None:
    if hasattr(value, "columns") and rank == _TABLE_RANK:
        raise _wrong(value, "give Gallery.from_dataframe(x), or one of its columns")
    numeric = _is_numeric(value)
    if numeric and rank in (2, 3):
        raise _wrong(value, "this is a single picture: give Gallery([x])")
    if numeric and rank == 1:
        raise _wrong(value, "a row of numbers is no picture: give a 4-D array (a batch) or a list of arrays")
    if rank != (_BATCH_RANK if numeric else 1):
        raise _wrong(value, "give a 4-D array of numbers (a batch), a 1-D one of paths or objects, or a list")


def _is_numeric(value: object) -> bool:
    if isinstance(value, array):
        return True
    dtype = getattr(value, "dtype", None)
    kind = getattr(dtype, "kind", None)
    if isinstance(kind, str):
        return kind not in "OSUT"
    # A tensor's has none, but a telling name.
    return _NUMERIC.search(str(dtype)) is not None


def _indexable(value: object) -> TypeGuard[_Indexable]:
    return hasattr(type(value), "__len__") and hasattr(type(value), "__getitem__")


def _by_position(value: _Indexable) -> _Indexable:
    return _Rows(value) if hasattr(value, "iloc") else value


class _Indexable(Protocol):
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> object: ...


class _Rows:
    """A Series by position; ``series[0]`` itself is the row that is labelled 0, which may be any or none."""

    def __init__(self, series: _Indexable) -> None:
        self._series = series
        self._iloc: _Indexable = getattr(series, "iloc")  # noqa: B009 (only a Series has it)

    def __len__(self) -> int:
        return len(self._series)

    def __getitem__(self, index: int) -> object:
        element = self._iloc[index]
        # What is missing from a column is NaN or NA there, whatever was put in.
        missing = type(element).__name__ == "NAType" or (isinstance(element, float) and math.isnan(element))
        return None if missing else element


class _Listed:
    """Items read from a sequence, by position."""

    def __init__(self, rows: _Indexable) -> None:
        self._rows = rows
        self._reading = RLock()

    def __len__(self) -> int:
        return len(self._rows)

    def item(self, index: int, /) -> Item:
        with self._reading:
            element = self._rows[index]
        return _as_item(element, index)


class _Keyed:
    """Items read from a mapping of captions to media, in its order."""

    def __init__(self, mapping: Mapping[object, object]) -> None:
        self._mapping = mapping
        self._keys = list(mapping)
        self._reading = RLock()
        for key in self._keys[:CHECKED_AT_ONCE]:
            check_caption(key, "key of value")

    def __len__(self) -> int:
        return len(self._keys)

    def item(self, index: int, /) -> Item:
        key = self._keys[index]
        caption = check_caption(key, "key of value")
        with self._reading:
            media = self._mapping[key]
        return _with_caption(media, caption) if isinstance(media, Item) else Item(media, caption)


class _Captioned:
    """Another source's items, with captions from beside it."""

    def __init__(self, source: ItemSource, captions: _Indexable) -> None:
        self._source = source
        self._captions = captions
        self._reading = RLock()

    def __len__(self) -> int:
        return len(self._source)

    def item(self, index: int, /) -> Item:
        item = self._source.item(index)
        with self._reading:
            caption = self._captions[index]
        return _with_caption(item, check_caption(caption, f"captions[{index}]"))
