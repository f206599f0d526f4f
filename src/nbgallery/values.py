"""What `gallery.value` hands to Python: media converted one at a time, known again when they come back."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Literal, TypeAlias, overload

from nbgallery.errors import MediaError
from nbgallery.items import Item, ItemList, ItemSource, ItemView, NewCaption, Pair, Redirect
from nbgallery.sequences import as_sequence
from nbgallery.spool import Spool

__all__ = ["Spool", "ValueType", "Values", "assigned"]

ValueType: TypeAlias = Literal["filepath", "pil", "numpy"]

# At least two letters: C:\pictures is a path.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_MARKUP = re.compile(r"\s*<")


class Values(Sequence[Pair]):
    """The ``(media, caption)`` pairs of a gallery as it is now; each is converted when it is indexed.

    Slices are as lazy. Two of them are equal when they are the same object: compare lists of them.

    Parameters
    ----------
    items
        The gallery's items. Later edits leave these values alone.
    type
        ``"filepath"``: the file's own path or URL, or a file made for what has none. ``"pil"``: a PIL image.
        ``"numpy"``: an array of ``(height, width, 3)`` uint8. A video and an SVG always give their path.
    spool
        Where files are made, and where it is kept in mind what was handed out.
    format, quality
        How arrays and PIL images are encoded for a file.

    Raises
    ------
    MediaError
        On indexing, for an item that cannot be opened; the message names the index.

    Examples
    --------
    >>> items = ItemList(as_sequence(["a.png", ("b.png", "B")]))
    >>> values = Values(items, "filepath", Spool())
    >>> values[1]
    ('b.png', 'B')
    >>> len(values[:1])
    1
    """

    def __init__(
        self,
        items: ItemList,
        type: ValueType,  # noqa: A002 (the gallery's word)
        spool: Spool,
        format: str = "webp",  # noqa: A002 (the gallery's word)
        quality: int | None = None,
    ) -> None:
        self._list = items
        self._items = items.view()
        self._type = type
        self._spool = spool
        self._format = format
        self._quality = quality

    @property
    def items(self) -> ItemView:
        """The items that these are the values of."""
        return self._items

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"<{len(self)} values, type={self._type!r}>"

    @overload
    def __getitem__(self, index: int, /) -> Pair: ...
    @overload
    def __getitem__(self, index: slice, /) -> Values: ...
    def __getitem__(self, index: int | slice, /) -> Pair | Values:
        if isinstance(index, slice):
            part = Values(self._list, self._type, self._spool, self._format, self._quality)
            part._items = self._items[index]
            return part
        place = range(len(self))[index]
        item = self._items.item(place)
        try:
            media = self._converted(self._items.id_at(place), item)
        except MediaError as error:
            raise MediaError(f"value[{place}]: {error}") from error
        return Pair(media, item)

    def resolve(self, media: object) -> Item | None:
        """Give the item for which `media` was handed out, or None.

        None too for the path that an item was made of, if it has no `data`: it says all by itself.
        """
        item_id = self._spool.id_of(media)
        return None if item_id is None or self._list.index_of(item_id) is None else self._list.item(item_id)

    def _converted(self, item_id: int, item: Item) -> object:
        if self._type != "filepath":
            pixels = _pixels(item.media, self._type)
            if pixels is not None:
                self._spool.remember(pixels, item_id)
                return pixels
        own = _own_address(item.media)
        if own is not None and item.data is None:
            return own
        path = own or self._spool.path_of(item_id, item, self._format, self._quality)
        self._spool.remember(path, item_id)
        return path


def assigned(value: object, captions: object, items: ItemList, spool: Spool) -> ItemSource:
    """Take what is assigned to `value` as a source of items, as `as_sequence` does, and know its own again.

    The pairs of `Values` lead to their items wherever they are found. A path, image or array from them does
    so in a list or tuple; it takes the caption that it is given there.

    Parameters
    ----------
    value, captions
        As for `as_sequence`.
    items, spool
        The gallery's, as they are before this assignment.

    Examples
    --------
    >>> item = Item("a.png", "A", data=1)
    >>> items, spool = ItemList(as_sequence([item])), Spool()
    >>> values = Values(items, "filepath", spool)
    >>> assigned(list(values), None, items, spool).item(0) is item
    True
    >>> again = ItemList(assigned([values[0][0]], None, items, spool))
    >>> again.item(0)
    Item('a.png', data=1)
    """
    if isinstance(value, Values):
        return value.items if captions is None else as_sequence(value.items, captions)
    source = as_sequence(value, captions)
    if not len(spool) or not isinstance(value, (list, tuple)):
        return source
    found = ((index, spool.id_of(_media(element))) for index, element in enumerate(value))
    places = {
        index: place
        for index, item_id in found
        if item_id is not None and (place := items.index_of(item_id)) is not None
    }
    return _Resolved(source, items.view(), places) if places else source


class _Resolved(Redirect):
    """A list in which some elements stand for items of the list before it."""

    def __init__(self, source: ItemSource, before: ItemView, places: dict[int, int]) -> None:
        self._source = source
        self._before = before
        self._places = places

    def __len__(self) -> int:
        return len(self._source)

    def step(self, index: int, /) -> tuple[NewCaption | None, ItemSource, int]:
        place = self._places.get(index)
        if place is None:
            return None, self._source, index
        return NewCaption(self._source.item(index).caption), self._before, place


def _media(element: object) -> object:
    if isinstance(element, (Pair, Item)):
        return None
    return element[0] if isinstance(element, (tuple, list)) and element else element


def _own_address(media: object) -> str | None:
    """Give the path or http(s) URL that an item was made of, without opening it."""
    if isinstance(media, os.PathLike):
        path = os.fspath(media)
        return path if isinstance(path, str) else os.fsdecode(path)
    if not isinstance(media, str) or _MARKUP.match(media):
        return None
    scheme = _SCHEME.match(media)
    return media if scheme is None or scheme[0].lower() in {"http:", "https:"} else None


def _pixels(media: object, type: ValueType) -> object:  # noqa: A002 (the gallery's word)
    """Convert a picture; None for what has no pixels of its own (videos, SVG)."""
    from nbgallery.media import identify, to_numpy, to_pil  # noqa: PLC0415 (needs Pillow, which is not everywhere)

    known = identify(media)
    if known.kind == "video" or known.mime == "image/svg+xml":
        return None
    return to_pil(media) if type == "pil" else to_numpy(media)
