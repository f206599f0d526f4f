"""The items of a gallery and the edited sequence of them; what the user passed is neither copied nor read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, overload
from weakref import WeakSet, WeakValueDictionary

from nbgallery.describe import describe
from nbgallery.errors import GalleryError
from nbgallery.pieces import Piece, Pieces
from nbgallery.splices import Change, Operation, SpliceLog, shift

__all__ = [
    "Change",
    "Item",
    "ItemList",
    "ItemSource",
    "ItemView",
    "NewCaption",
    "Pair",
    "Redirect",
    "check_caption",
    "shift",
]


class _Referable:
    """Lets a dataclass with slots be referred to weakly (its own `weakref_slot` is not in Python 3.10)."""

    __slots__ = ("__weakref__",)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Item(_Referable):
    """One picture or video, with what is said about it. Items are equal only to themselves.

    Parameters
    ----------
    media
        A path, URL, bytes, array, tensor, PIL image, figure … It is opened when it is shown, not before.
    caption
        Text below the picture: never read as HTML.
    data
        A record of your own, which leads from what a person selects back to your data.

    Raises
    ------
    GalleryError
        If `caption` is neither a str nor None.

    Examples
    --------
    >>> item = Item("cat.png", "A cat", data={"label": 3})
    >>> item
    Item('cat.png', caption='A cat', data={'label': 3})
    >>> item.data["label"]
    3
    """

    media: object
    caption: str | None = None
    data: object = None

    def __post_init__(self) -> None:
        check_caption(self.caption, "caption")

    def __repr__(self) -> str:
        caption = "" if self.caption is None else f", caption={describe(self.caption)}"
        data = "" if self.data is None else f", data={describe(self.data)}"
        return f"Item({describe(self.media)}{caption}{data})"


def check_caption(caption: object, name: str) -> str | None:
    """Give `caption` if it is a str or None; else raise a `GalleryError` that names it as `name`."""
    if caption is None or isinstance(caption, str):
        return caption
    raise GalleryError(f"{name}={describe(caption)}: give a str or None")


class Pair(tuple[Any, "str | None"]):  # noqa: SLOT001 (no tuple can have slots with something in them)
    """The ``(media, caption)`` that ``value`` hands out: a tuple that remembers which item it stands for.

    So it can be put into a list, sorted, filtered and assigned back, and is the very same item again.

    Examples
    --------
    >>> item = Item("cat.png", "A cat", data=3)
    >>> pair = Pair("cat.png", item)
    >>> pair, pair.item is item
    (('cat.png', 'A cat'), True)
    """

    item: Item

    def __new__(cls, media: object, item: Item) -> Pair:  # noqa: PYI034 (Self is not in Python 3.10)
        """Pair `media` with the caption of `item`."""
        pair = super().__new__(cls, (media, item.caption))
        pair.item = item
        return pair

    def __reduce__(self) -> tuple[type[tuple[object, ...]], tuple[tuple[object, ...]]]:
        # Pickled, it is what it looks like: the item may hold gigabytes.
        return tuple, (tuple(self),)


class ItemSource(Protocol):
    """What a gallery reads its items from: reading one reads that one only, and opens nothing."""

    def __len__(self) -> int: ...

    def item(self, index: int, /) -> Item:
        """Read the item at `index`. What the user's own sequence raises is raised."""
        ...


class NewCaption(NamedTuple):
    """A caption that replaces that of an item which has not been read."""

    text: str | None


class Redirect(ABC):
    """A source whose items are those of another one, so that a list of lists of lists is read in a loop."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def step(self, index: int, /) -> tuple[Item | NewCaption | None, ItemSource, int]:
        """Give what is at hand of the item at `index`, and where to read the rest."""

    def item(self, index: int, /) -> Item:
        """Read the item at `index`."""
        return _read(*self.step(index))


class _Contents:
    """What the ids stand for: places in the source, items added since, captions set since.

    `own` is shared by a list and its views; what a view would lose by an edit is handed to it first. So an
    edit costs the same whatever the gallery's size, and a view never changes.
    """

    def __init__(self, source: ItemSource, base: int, size: int) -> None:
        self.source = source
        self.base = base
        self.size = size
        self.own: dict[int, Item | NewCaption] = {}
        self.alive: WeakValueDictionary[int, Item] = WeakValueDictionary()
        self.views: WeakSet[ItemView] = WeakSet()

    def entry(self, item_id: int) -> Item | NewCaption | None:
        """Give what is at hand of an item: all of it, its new caption, or nothing."""
        return self.alive.get(item_id) or self.own.get(item_id)

    def change(self, item_id: int, entry: Item | NewCaption | None) -> None:
        """Set (or with None drop) what is known of an item beside the source."""
        before = self.entry(item_id)
        for view in list(self.views):
            view.keep(item_id, before)
        self.alive.pop(item_id, None)
        if entry is None:
            self.own.pop(item_id, None)
        else:
            self.own[item_id] = entry

    def drop(self, pieces: Iterable[Piece]) -> None:
        """Let go of what is known of removed items."""
        for first, count in pieces:
            removed = range(first, first + count)
            fewer, other = (removed, self.own) if count <= len(self.own) else (self.own, removed)
            for item_id in [item_id for item_id in fewer if item_id in other]:
                self.change(item_id, None)


def _read(entry: Item | NewCaption | None, source: ItemSource, index: int) -> Item:
    """Read an item; through views of views in a loop, for a list that is reordered often is made of many."""
    caption: NewCaption | None = None
    while True:
        if isinstance(entry, Item):
            item = entry
            break
        caption = caption or entry
        if not isinstance(source, Redirect):
            item = source.item(index)
            break
        entry, source, index = source.step(index)
    return item if caption is None or item.caption == caption.text else replace(item, caption=caption.text)


class ItemView(Redirect, Sequence[Item]):
    """The items of a gallery as they were at one moment; each is read when it is indexed.

    Slices are views too. The same item is the same object for as long as somebody holds it.

    Examples
    --------
    >>> from nbgallery.sequences import as_sequence
    >>> view = ItemList(as_sequence(["a.png", ("b.png", "B")])).view()
    >>> len(view), view[-1].caption
    (2, 'B')
    >>> [item.media for item in view[::-1]]
    ['b.png', 'a.png']
    """

    def __init__(self, contents: _Contents, pieces: Pieces, limit: int, positions: range) -> None:
        self._contents = contents
        self._pieces = pieces
        self._limit = limit
        self._positions = positions
        self._kept: dict[int, Item | NewCaption | None] = {}
        contents.views.add(self)

    def __len__(self) -> int:
        return len(self._positions)

    def __repr__(self) -> str:
        return f"<{len(self)} {'item' if len(self) == 1 else 'items'}>"

    @overload
    def __getitem__(self, index: int, /) -> Item: ...
    @overload
    def __getitem__(self, index: slice, /) -> ItemView: ...
    def __getitem__(self, index: int | slice, /) -> Item | ItemView:
        if not isinstance(index, slice):
            return self.item(range(len(self))[index])
        part = ItemView(self._contents, self._pieces, self._limit, self._positions[index])
        # Registered first, copied second: an edit in between is heard of by both.
        part._kept |= self._kept
        return part

    def item(self, index: int, /) -> Item:
        """Read the item at `index` (what `view[index]` does for a whole index)."""
        item = super().item(index)
        item_id = self.id_at(index)
        if item_id not in self._kept:
            self._contents.alive[item_id] = item
        return item

    def id_at(self, index: int) -> int:
        """Give the id that the item at `index` has in its list."""
        return self._pieces.id_at(self._positions[index])

    def step(self, index: int, /) -> tuple[Item | NewCaption | None, ItemSource, int]:
        """Give what is at hand of the item at `index`, and where to read the rest."""
        item_id = self.id_at(index)
        contents = self._contents
        # The list first, what was kept second: an edit on another thread does it the other way round.
        entry = contents.entry(item_id)
        entry = self._kept.get(item_id, entry)
        return entry, contents.source, item_id - contents.base

    def is_whole(self, contents: _Contents, pieces: Pieces) -> bool:
        """Tell whether these are all items of a list that has not been edited since."""
        untouched = self._contents is contents and self._pieces is pieces and not self._kept
        return untouched and self._positions == range(len(pieces))

    def keep(self, item_id: int, entry: Item | NewCaption | None) -> None:
        """Take over what the list is about to lose."""
        if item_id < self._limit:
            self._kept.setdefault(item_id, entry)


class ItemList:
    """The edited sequence of a gallery's items: an order of ids over a source that is never copied.

    Every edit costs as much as there are pieces, however many items there are. Items have ids: those of the
    source count from where the ids were when it was set (0 at first), those added follow; none is used twice.
    Not thread safe: the gallery's lock guards it.

    Parameters
    ----------
    source
        What the user passed, as `nbgallery.sequences.as_sequence` reads it.

    Examples
    --------
    >>> from nbgallery.sequences import as_sequence
    >>> items = ItemList(as_sequence(["a.png", "b.png"]))
    >>> items.insert(0, [Item("c.png")]).operations
    ({'op': 'splice', 'at': 0, 'remove': 0, 'insert': 1},)
    >>> [items.id_at(index) for index in range(len(items))]
    [2, 0, 1]
    >>> items.rebase(1, revision=1), items.item(0).media
    (2, 'a.png')
    """

    def __init__(self, source: ItemSource) -> None:
        self._log = SpliceLog()
        self._contents = _Contents(source, 0, len(source))
        self._next_id = self._contents.size
        self._pieces = Pieces(_whole(self._contents))

    def __len__(self) -> int:
        return len(self._pieces)

    def __contains__(self, item_id: int) -> bool:
        """Tell whether the item with this id is in the list."""
        return self._pieces.index_of(item_id) is not None

    def __repr__(self) -> str:
        return f"<ItemList of {len(self)}, revision {self.revision}>"

    @property
    def revision(self) -> int:
        """One more with every change, starting from 1."""
        return self._log.revision

    @property
    def pieces(self) -> int:
        """Into how many pieces the edits have cut the list: what an edit costs."""
        return len(self._pieces.all)

    @property
    def order(self) -> Pieces:
        """The ids of all items in their order, as an edit leaves them alone."""
        return self._pieces

    @property
    def next_id(self) -> int:
        """The id that the next new item gets; no item has had it."""
        return self._next_id

    def view(self) -> ItemView:
        """Give the items as they are now: a sequence that later edits leave alone."""
        return ItemView(self._contents, self._pieces, self._next_id, range(len(self)))

    def shows(self, view: ItemView) -> bool:
        """Tell whether `view` holds exactly the items as they are now, captions included."""
        return view.is_whole(self._contents, self._pieces)

    def id_at(self, index: int) -> int:
        """Give the id of the item at `index`."""
        return self._pieces.id_at(_checked(index, len(self) - 1))

    def index_of(self, item_id: int) -> int | None:
        """Tell where the item is, or None when it is not in the list."""
        return self._pieces.index_of(item_id)

    def item(self, item_id: int) -> Item:
        """Read an item. What the user's own sequence raises is raised; an unknown id is a LookupError."""
        contents = self._contents
        entry = contents.entry(item_id)
        place = item_id - contents.base
        if not isinstance(entry, Item) and not 0 <= place < contents.size:
            raise LookupError(f"item {item_id} is gone")
        item = _read(entry, contents.source, place)
        contents.alive[item_id] = item
        return item

    def caption(self, item_id: int, default: str | None) -> str | None:
        """Give the caption set since, or that of an item added since; `default` for one of the source.

        Nothing is read for that.

        Examples
        --------
        >>> from nbgallery.sequences import as_sequence
        >>> items = ItemList(as_sequence([("a.png", "A"), ("b.png", "B")]))
        >>> items.set_caption(1, "Bee").count
        2
        >>> items.caption(0, "as read"), items.caption(1, "as read")
        ('as read', 'Bee')
        """
        entry = self._contents.own.get(item_id)
        if entry is None:
            return default
        return entry.caption if isinstance(entry, Item) else entry.text

    def insert(self, index: int, items: Sequence[Item]) -> Change:
        """Put `items` before the one at `index`."""
        return self._splice(index, 0, items)

    def remove(self, index: int, count: int = 1) -> Change:
        """Take out `count` items from `index` on."""
        return self._splice(index, count, ())

    def replace(self, index: int, item: Item) -> Change:
        """Put `item`, under an id of its own, in the place of the one at `index`."""
        return self._splice(index, 1, (item,))

    def move(self, source: int, destination: int) -> Change:
        """Take the item at `source` out and put it in again so that it ends up at `destination`."""
        item_id = self.id_at(source)
        _checked(destination, len(self) - 1)
        if source == destination:
            return self._changed(())
        without, _ = self._pieces.spliced(source, 1, ())
        self._pieces, _ = without.spliced(destination, 0, (Piece(item_id, 1),))
        return self._changed(({"op": "move", "from": source, "to": destination},))

    def set_caption(self, index: int, caption: str | None) -> Change:
        """Give the item at `index` another caption; it is not read for that, and keeps its id."""
        check_caption(caption, "caption")
        item_id = self.id_at(index)
        entry = self._contents.own.get(item_id)
        self._contents.change(
            item_id, replace(entry, caption=caption) if isinstance(entry, Item) else NewCaption(caption)
        )
        return self._changed(({"op": "caption", "at": index, "caption": caption},))

    def reset(self, source: ItemSource, count: int | None = None) -> Change:
        """Begin anew with another source; `count` is its length, for who must not ask a user's code here."""
        removed = self._pieces.all
        self._contents = _Contents(source, self._next_id, len(source) if count is None else count)
        self._next_id += self._contents.size
        self._pieces = Pieces(_whole(self._contents))
        return self._changed(({"op": "reset"},), removed)

    def since(self, revision: int) -> list[Operation] | None:
        """Give the operations after `revision`, or None when they are not (or no longer) known."""
        return self._log.since(revision)

    def rebase(self, index: int, revision: int) -> int | None:
        """Tell where the item is now that was at `index` in `revision`; None if it is gone or not known."""
        operations = self.since(revision)
        return None if operations is None else shift(index, operations)

    def _splice(self, at: int, remove: int, items: Sequence[Item]) -> Change:
        _checked(at, len(self))
        _checked(remove, len(self) - at)
        if not remove and not items:
            return self._changed(())
        inserted = (Piece(self._next_id, len(items)),) if items else ()
        self._pieces, removed = self._pieces.spliced(at, remove, inserted)
        if not self._pieces.all:
            # Nothing of the source is left: let go of it (views of it hold on to what they need).
            self._contents = _Contents(_Nothing(), self._next_id, 0)
        self._contents.drop(removed)
        self._contents.own.update(enumerate(items, self._next_id))
        self._next_id += len(items)
        return self._changed(({"op": "splice", "at": at, "remove": remove, "insert": len(items)},), removed)

    def _changed(self, operations: tuple[Operation, ...], removed: tuple[Piece, ...] = ()) -> Change:
        base = self.revision
        ids = tuple(range(first, first + count) for first, count in removed)
        change = Change(base, base + bool(operations), len(self), operations, ids)
        if operations:
            self._log.add(change)
        return change


class _Nothing:
    """A source without items."""

    def __len__(self) -> int:
        return 0

    def item(self, index: int, /) -> Item:
        raise IndexError(index)


def _whole(contents: _Contents) -> tuple[Piece, ...]:
    return (Piece(contents.base, contents.size),) if contents.size else ()


def _checked(index: int, last: int) -> int:
    if not 0 <= index <= last:
        raise IndexError(f"{index} is not within 0 … {last}")
    return index
