"""The list methods of a gallery: each is one edit, and one change event."""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import overload

from nbgallery.errors import GalleryError
from nbgallery.items import Change, Item, ItemList, ItemView, Pair
from nbgallery.media import snapshot
from nbgallery.sequences import as_sequence


class EditableList:
    """``append``, ``insert``, ``del`` … for a gallery.

    What is added is kept as it is now: arrays and tensors are copied and figures rendered at once, so that a buffer
    appended three times stays three pictures.
    """

    _items: ItemList

    @abstractmethod
    def _commit(self, edit: Callable[[], Change]) -> None:
        """Make an edit under the gallery's lock, and let everything follow it."""

    @property
    def items(self) -> ItemView:
        """The items with the objects exactly as given: a lazy sequence that later edits leave alone."""
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
        item = _added(media, None, "gallery[i]")
        self._commit(lambda: self._items.replace(self._position(index), item))

    def __delitem__(self, index: int | slice) -> None:
        if not isinstance(index, slice):
            self._commit(lambda: self._items.remove(self._position(index)))
            return
        # From the end, so that what is to go stays where it is until its turn.
        for position in sorted(range(len(self))[index], reverse=True):
            self._commit(lambda at=position: self._items.remove(at))  # type: ignore[misc]  # a default, to bind it now

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
        """
        source = as_sequence(media)
        items = [_kept(source.item(index)) for index in range(len(source))]
        self._commit(lambda: self._items.insert(len(self._items), items))

    def insert(self, index: int, media: object, caption: str | None = None) -> None:
        """Add one item before the one at ``index``, which may be negative or past the end as for a list."""
        item = _added(media, caption, "media")

        def edit() -> Change:
            place = slice(operator.index(index), None).indices(len(self._items))[0]
            return self._items.insert(place, [item])

        self._commit(edit)

    def pop(self, index: int = -1) -> Item:
        """Remove an item and return it.

        Raises
        ------
        IndexError
            If there is no such item.
        """
        popped: list[Item] = []

        def edit() -> Change:
            position = self._position(index)
            popped.append(self._items.item(self._items.id_at(position)))
            return self._items.remove(position)

        self._commit(edit)
        return popped[0]

    def move(self, index: int, to: int) -> None:
        """Move the item at ``index`` so that it ends up at ``to``."""
        self._commit(lambda: self._items.move(self._position(index), self._position(to)))

    def set_caption(self, index: int, caption: str | None) -> None:
        """Give the item at ``index`` another caption; its picture is not read for that."""
        self._commit(lambda: self._items.set_caption(self._position(index), caption))

    def clear(self) -> None:
        """Remove all items."""
        self._commit(lambda: self._items.remove(0, len(self._items)))

    def _position(self, index: int) -> int:
        position, count = operator.index(index), len(self._items)
        if not -count <= position < count:
            message = f"index {index} is out of range: the gallery has {count} items"
            raise IndexError(message)
        return position % count


def _added(media: object, caption: str | None, name: str) -> Item:
    """One item of what was given for one."""
    if isinstance(media, Item):
        item = media
    elif isinstance(media, Pair):
        item = media.item
    elif isinstance(media, (tuple, list)) and len(media) == 2 and (media[1] is None or isinstance(media[1], str)):
        item = Item(media[0], media[1])
    elif isinstance(media, (tuple, list, dict, set)):
        message = f"{name}: give one picture or video, a (media, caption) pair or an Item; extend() takes several"
        raise GalleryError(message)
    else:
        item = Item(media)
    if caption is not None:
        item = Item(item.media, caption, item.data)
    return _kept(item)


def _kept(item: Item) -> Item:
    media = snapshot(item.media)
    return item if media is item.media else Item(media, item.caption, item.data)
