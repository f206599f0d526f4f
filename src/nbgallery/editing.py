"""The list methods of a gallery: each is one edit, and one change event."""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import overload

from nbgallery.describe import describe
from nbgallery.errors import GalleryError
from nbgallery.items import Change, Item, ItemList, ItemView, Pair
from nbgallery.media import snapshot
from nbgallery.sequences import as_sequence
from nbgallery.state import joined
from nbgallery.turn import Turn

_PAIR_LENGTH = 2


class EditableList:
    """``append``, ``insert``, ``del`` … for a gallery.

    What is added is kept as it is now: arrays and tensors are copied and figures rendered at once, so that a
    buffer appended three times stays three pictures.
    """

    _items: ItemList
    _turn: Turn

    @abstractmethod
    def _commit(self, edit: Callable[[], Change | None]) -> None:
        """Make an edit under the gallery's lock, and let everything follow it; None changes nothing."""

    @property
    def items(self) -> ItemView:
        """The items with the objects exactly as given: a lazy sequence that later edits leave alone."""
        with self._turn():
            return self._items.view()

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        # An empty gallery is a gallery: `if gallery:` asks whether there is one.
        return True

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> ItemView: ...
    def __getitem__(self, index: int | slice) -> Item | ItemView:
        return self.items[index]

    def __setitem__(self, index: int, media: object) -> None:
        position = _whole(index)
        item = _added(media, None, "gallery[i]")
        self._commit(lambda: self._items.replace(self._position(position), item))

    def __delitem__(self, index: int | slice) -> None:
        if isinstance(index, slice):
            self._commit(lambda: self._remove(range(len(self))[index]))
        else:
            position = _whole(index)
            self._commit(lambda: self._items.remove(self._position(position)))

    def append(self, media: object, caption: str | None = None) -> None:
        """Add one item at the end.

        Parameters
        ----------
        media : object
            Anything that the gallery draws, a ``(media, caption)`` pair or an `Item`.
        caption : str, optional
            Its caption.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery()
        >>> gallery.append("cat.png", "A cat")
        >>> len(gallery), gallery[0].caption
        (1, 'A cat')
        """
        item = _added(media, caption, "media")
        self._commit(lambda: self._items.insert(len(self._items), [item]))

    def extend(self, media: Iterable[object]) -> None:
        """Add several items at the end, in one change.

        Parameters
        ----------
        media : iterable
            What `append` takes, one after another.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery()
        >>> gallery.extend(["cat.png", ("dog.png", "A dog")])
        >>> [item.caption for item in gallery]
        [None, 'A dog']
        """
        source = as_sequence(media)
        items = [_kept(source.item(index)) for index in range(len(source))]
        self._commit(lambda: self._items.insert(len(self._items), items))

    def insert(self, index: int, media: object, caption: str | None = None) -> None:
        """Add one item before the one at ``index``, which may be negative or past the end as for a list.

        Parameters
        ----------
        index : int
            Where it is to be.
        media, caption
            As for `append`.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery(["cat.png"])
        >>> gallery.insert(0, "dog.png")
        >>> gallery[0].media
        'dog.png'
        """
        start = slice(_whole(index), None)
        item = _added(media, caption, "media")
        self._commit(lambda: self._items.insert(start.indices(len(self._items))[0], [item]))

    def pop(self, index: int = -1) -> Item:
        """Remove an item and return it.

        Parameters
        ----------
        index : int
            Which one; from the end when it is negative.

        Returns
        -------
        Item
            The item, with its media as it was given.

        Raises
        ------
        IndexError
            If there is no such item.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery(["cat.png", "dog.png"])
        >>> gallery.pop().media, len(gallery)
        ('dog.png', 1)
        """
        position = _whole(index)
        popped: list[Item] = []
        while not popped:
            with self._turn():
                place = self._position(position)
                view, item_id = self._items.view(), self._items.id_at(place)
            # Read outside the lock, for it may be the user's own code that reads it.
            item = view[place]
            self._commit(lambda item=item, item_id=item_id: self._pop(position, item_id, item, popped))  # type: ignore[misc]  # defaults, to bind them now
        return popped[0]

    def move(self, index: int, to: int) -> None:
        """Move the item at ``index`` so that it ends up at ``to``.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery(["a.png", "b.png", "c.png"])
        >>> gallery.move(0, 2)
        >>> [item.media for item in gallery]
        ['b.png', 'c.png', 'a.png']
        """
        source, destination = _whole(index), _whole(to)
        self._commit(lambda: self._items.move(self._position(source), self._position(destination)))

    def set_caption(self, index: int, caption: str | None) -> None:
        """Give the item at ``index`` another caption; its picture is not read for that.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery([("cat.png", "A dog")])
        >>> gallery.set_caption(0, "A cat")
        >>> gallery[0].caption
        'A cat'
        """
        position = _whole(index)
        self._commit(lambda: self._items.set_caption(self._position(position), caption))

    def clear(self) -> None:
        """Remove all items.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery(["cat.png"])
        >>> gallery.clear()
        >>> len(gallery)
        0
        """
        self._commit(lambda: self._items.remove(0, len(self._items)))

    def _pop(self, index: int, item_id: int, item: Item, popped: list[Item]) -> Change | None:
        position = self._position(index)
        if self._items.id_at(position) != item_id:
            # Another thread was quicker: what is there now has to be read first.
            return None
        popped.append(item)
        return self._items.remove(position)

    def _remove(self, positions: range) -> Change | None:
        """Remove what a slice names, as one change."""
        if not positions:
            return None
        if abs(positions.step) == 1:
            return self._items.remove(min(positions), len(positions))
        # From the end, so that what is to go stays where it is until its turn.
        return joined([self._items.remove(position) for position in sorted(positions, reverse=True)])

    def _position(self, index: int) -> int:
        count = len(self._items)
        if not -count <= index < count:
            raise IndexError(f"index {index} is out of range: the gallery has {count} items")
        return index % count


def _whole(index: object) -> int:
    try:
        return operator.index(index)  # type: ignore[arg-type]  # that is what is asked here
    except TypeError:
        raise TypeError(f"index {describe(index)}: give one whole number") from None


def _added(media: object, caption: str | None, name: str) -> Item:
    """One item of what was given for one."""
    if isinstance(media, Item):
        item = media
    elif isinstance(media, Pair):
        item = media.item
    elif (
        isinstance(media, (tuple, list))
        and len(media) == _PAIR_LENGTH
        and (media[1] is None or isinstance(media[1], str))
    ):
        item = Item(media[0], media[1])
    elif isinstance(media, (tuple, list, dict, set)):
        raise GalleryError(
            f"{name}={describe(media)}: give one picture or video, a (media, caption) pair or an Item; "
            "extend() takes several"
        )
    else:
        item = Item(media)
    if caption is not None:
        item = Item(item.media, caption, item.data)
    return _kept(item)


def _kept(item: Item) -> Item:
    media = snapshot(item.media)
    return item if media is item.media else Item(media, item.caption, item.data)
