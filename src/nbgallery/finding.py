"""Filter, sort and group a gallery: methods that change what is shown, and never the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from nbgallery.arrangement import Arrangement
from nbgallery.criteria import Grouping, Matching, Named, Sorting, contains
from nbgallery.describe import describe
from nbgallery.errors import GalleryError
from nbgallery.finder import Finder
from nbgallery.items import Item, ItemList
from nbgallery.selection import Ranges
from nbgallery.turn import Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ArrangedList:
    """``filter``, ``sort``, ``group`` for a gallery.

    They combine with one another and with what a person searches for; the items and their indices stay what
    they are. Items that are added later are shown if and where they belong.
    """

    _items: ItemList
    _turn: Turn
    _arrangement: Arrangement
    _finder: Finder

    def filter(self, what: Callable[[Item], object] | str | Iterable[int] | None) -> None:
        """Show some of the items.

        Parameters
        ----------
        what : callable, str, iterable of int or None
            A function of an `Item` that returns whether to show it; a text to be found in the caption, or in
            the file's name where there is no caption, whatever its case; indices, or ``gallery.errors``; None
            shows all again. An item that cannot be read is left out.

        Raises
        ------
        GalleryError
            When it is none of these, or when the function raises; then nothing has changed.

        Examples
        --------
        >>> from nbgallery import Gallery, Item
        >>> gallery = Gallery([Item("a.png", data={"score": 3}), Item("b.png", data={"score": 8})])
        >>> gallery.filter(lambda item: item.data["score"] > 5)
        >>> gallery.visible_indices.tolist()
        [1]
        >>> gallery.filter("A.PNG")
        >>> gallery.visible_indices.tolist()
        [0]
        >>> gallery.filter(None)
        """
        if what is None:
            self._finder.apply("filter", lambda: None)
        elif isinstance(what, str) or callable(what):
            test = contains(what) if isinstance(what, str) else what
            matching = Matching(f"what={describe(what)}", test)
            self._finder.apply("filter", lambda: matching)
        elif isinstance(what, (bytes, bool)) or not isinstance(what, Iterable):
            raise GalleryError(
                f"what={describe(what)}: give a function of an item, a text, indices, or None to show all"
            )
        else:
            indices: object = what if isinstance(what, (range, Ranges)) else [_index(each) for each in what]
            self._finder.apply("filter", lambda: self._chosen(indices))

    def sort(self, key: Callable[[Item], object] | str | None, *, reverse: bool = False) -> None:
        """Show the items in another order.

        Parameters
        ----------
        key : callable, str or None
            A function of an `Item` that returns what to sort by; "caption", whatever its case; the name of a
            field in each item's ``data``; None shows the list's own order again. Items for which it is None
            or NaN, and those that cannot be read, are last.
        reverse : bool, default False
            Largest first.

        Raises
        ------
        GalleryError
            When it is none of these, when the function raises, or when what it returns cannot be compared;
            then nothing has changed.

        Examples
        --------
        >>> from nbgallery import Gallery, Item
        >>> gallery = Gallery([Item("a.png", data={"score": 3}), Item("b.png", data={"score": 8})])
        >>> gallery.sort("score", reverse=True)
        >>> gallery.visible_indices.tolist()
        [1, 0]
        >>> [item.media for item in gallery]
        ['a.png', 'b.png']
        """
        found = _key(key, fold=True)
        sorting = None if found is None else Sorting(f"key={describe(key)}", found, reverse=bool(reverse))
        self._finder.apply("sort", lambda: sorting)

    def group(self, key: Callable[[Item], object] | str | None) -> None:
        """Show the items under headings.

        Parameters
        ----------
        key : callable, str or None
            A function of an `Item` that returns its group; "caption"; the name of a field in each item's
            ``data``; None shows no headings any more. Groups are in the order of their keys, or of their
            first items when keys cannot be compared; items for which it is None are last. At most 10,000.

        Raises
        ------
        GalleryError
            When it is none of these, when the function raises, or when there are too many groups; then
            nothing has changed.

        Examples
        --------
        >>> from nbgallery import Gallery, Item
        >>> gallery = Gallery([Item("a.png", data={"kind": "dog"}), Item("b.png", data={"kind": "cat"})])
        >>> gallery.group("kind")
        >>> gallery.visible_indices.tolist()
        [1, 0]
        """
        found = _key(key, fold=False)
        grouping = None if found is None else Grouping(f"key={describe(key)}", found)
        self._finder.apply("group", lambda: grouping)

    def show_all(self) -> None:
        """Show all items in the list's own order: no filter, no sort, no groups, no search.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery(["a.png", "b.png"])
        >>> gallery.filter("b")
        >>> gallery.show_all()
        >>> gallery.visible_indices.tolist()
        [0, 1]
        """
        with self._turn():
            self._finder.show_all()

    @property
    def visible_indices(self) -> NDArray[np.int64]:
        """The indices of the items that are shown, in the order in which they are.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery([("a.png", "A dog"), ("b.png", "A cat"), ("c.png", "Cats")])
        >>> gallery.filter("cat")
        >>> gallery.visible_indices
        array([1, 2])
        """
        with self._turn():
            return self._arrangement.indices

    def _chosen(self, indices: object) -> Matching:
        """Make a filter of indices as they are now: what is added later is not among them."""
        import numpy as np  # noqa: PLC0415 (what is not arranged does without)

        count, order = len(self._items), self._items.order
        chosen = Ranges.from_indices(indices, count, "what")
        matching = Matching(f"what={describe(indices)}", lambda _item: False)
        passed = np.zeros(count, bool)
        passed[np.asarray(chosen, np.int64)] = True
        matching.learn(order.ids(), passed.tolist())
        return matching


def _index(given: object) -> object:
    # What ``gallery.errors`` holds is an index with its reason.
    return given[0] if isinstance(given, tuple) and given else given


def _key(key: object, *, fold: bool) -> Callable[[Item], object] | None:
    if isinstance(key, str):
        return Named(key, fold=fold)
    if key is None or callable(key):
        return key
    raise GalleryError(
        f'key={describe(key)}: give a function of an item, "caption", a field of its data, or None to undo'
    )
