"""The public widget: traits, methods, and the wiring of the rooms behind them. Does nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Protocol, TypeGuard

import traitlets as t

from nbgallery import executors, parameters, protocol
from nbgallery.arrangement import Arrangement
from nbgallery.button import Button
from nbgallery.cache import CacheInfo
from nbgallery.display import Option
from nbgallery.editing import EditableList
from nbgallery.events import ChangeData, PreviewData, SelectData
from nbgallery.feed import Feed
from nbgallery.finder import Finder
from nbgallery.finding import ArrangedList
from nbgallery.items import Change, Item, ItemList
from nbgallery.listeners import Event, ListenerQueue
from nbgallery.making import Maker
from nbgallery.pages import Pages
from nbgallery.person import GalleryPerson
from nbgallery.pool import originals_pool
from nbgallery.selection import Ranges
from nbgallery.sender import Outbox
from nbgallery.sequences import as_sequence
from nbgallery.shown import ShownItems
from nbgallery.sources import Sources
from nbgallery.state import follow, from_browser
from nbgallery.transfers import Transfers
from nbgallery.turn import Turn
from nbgallery.values import Spool, Values, ValueType, assigned
from nbgallery.views import Views
from nbgallery.wire import Wire

_STATIC = Path(__file__).parent / "static"

#: Keywords of every widget that a gallery takes too.
_WIDGET_KEYWORDS = ("layout", "tooltip", "tabbable")


class Closeable(Protocol):
    """A room that holds something for as long as its gallery is there."""

    def close(self) -> None:
        """Let go of it."""


class Gallery(ArrangedList, EditableList, Sources, ShownItems):
    """Images and videos in a notebook: a captioned grid and a lightbox, for one item or a million.

    Every parameter but ``render``, ``captions`` and ``executor`` is a live attribute: assign to it, and what
    is displayed follows.

    Parameters
    ----------
    value : sequence, dict or callable, optional
        What to show: a sequence of media, ``(media, caption)`` pairs or `Item` objects. Media are paths,
        URLs, bytes, arrays, tensors, PIL images, figures, SVG and videos. Any sequence is taken as it is and
        read item by item as it is looked at; a 4-D array is a batch; a dict is ``{caption: media}``; a
        callable is evaluated on display.
    captions : sequence of (str or None), optional
        Captions beside `value`, as many as there are items.
    format : str, default "webp"
        How arrays and PIL images are encoded when they are looked at in full or downloaded; losslessly,
        unless `quality` is given. A mode that the format cannot hold is sent as PNG.
    quality : int, optional
        1 to 100 makes `format` lossy; None keeps every pixel.
    label : str, optional
        The header's text; "Gallery" when None.
    show_label : bool, optional
        False hides the header's text.
    container : bool, default True
        Border and padding around the gallery.
    scale : int, optional
        How much of the free space in an `HBox` it takes, relative to its neighbours.
    min_width : int, default 160
        Pixels that it takes at least in an `HBox`.
    visible : bool or "hidden", default True
        False draws nothing; "hidden" keeps the space.
    elem_id, elem_classes : str; str or list of str, optional
        Set on the gallery's root element.
    render : bool, default True
        False draws nothing before `render` is called.
    columns : int or list of int, default 2
        Columns, or up to six numbers for widths of the gallery below 576, 768, 992, 1200, 1400 px, and above.
    rows : int or list of int, optional
        Rows shown before the gallery scrolls; likewise.
    height : int or str, optional
        Height in pixels, or as CSS has it. None is as high as the rows, at most 560 px.
    fit_columns : bool, default True
        No more columns than items.
    object_fit : {"contain", "cover", "fill", "none", "scale-down"}, optional
        How a picture fills its tile; None is "cover".
    allow_preview : bool, default True
        A click enlarges.
    preview : bool, optional
        Whether the preview is open.
    selected_index : int, optional
        The selected item. Setting it opens the preview, if `allow_preview`, and fires no event.
    buttons : list, optional
        Any of "share", "download", "download_all", "fullscreen" and `Button` objects; None is all four.
    show_share_button, show_download_button, show_fullscreen_button : bool, optional
        Gradio 5's spelling of the same: False takes a button out, True puts it in, None leaves it to
        `buttons`.
    type : {"filepath", "pil", "numpy"}, default "filepath"
        What `value` hands to Python.
    executor : concurrent.futures.Executor, optional
        Where thumbnails are made: a pool of processes, a Dask cluster (``client.get_executor()``), any object
        with ``submit``. Items are read here all the same. The gallery never shuts it down. None is a thread a
        processor, which all galleries share.
    layout, tooltip, tabbable
        As every widget has them.

    Raises
    ------
    GalleryError
        When a parameter is not what it may be; the message names it, the value and what is allowed.
    TypeError
        For an unknown keyword; the message suggests the nearest name.

    Examples
    --------
    >>> import numpy as np
    >>> gallery = Gallery([(np.zeros((32, 32), np.uint8), "black")], columns=4)
    >>> gallery.items[0].caption, gallery.columns
    ('black', 4)
    >>> gallery.close()
    """

    # Read here: anywidget connects each widget to the changes of a file that it is given, and so keeps it for
    # good.
    _esm = (_STATIC / "widget.js").read_text(encoding="utf-8")
    _css = (_STATIC / "widget.css").read_text(encoding="utf-8")

    # What is closed with the gallery
    _rooms: tuple[Closeable, ...] = ()

    # What is handed to Python, and in which form pixels travel
    type = Option(parameters.media_type, "filepath")
    format = Option(parameters.encoding_format, "webp")
    quality = Option(parameters.quality)

    # Whether anything is drawn
    _rendered = t.Bool(default_value=True).tag(sync=True)

    def __init__(
        self,
        value: object = None,
        *,
        captions: object = None,
        format: str = "webp",  # noqa: A002 - Gradio's name
        quality: int | None = None,
        label: str | None = None,
        show_label: bool | None = None,
        container: bool = True,
        scale: float | None = None,
        min_width: float = 160,
        visible: bool | Literal["hidden"] = True,
        elem_id: str | None = None,
        elem_classes: str | list[str] | None = None,
        render: bool = True,
        columns: int | list[int] = 2,
        rows: int | list[int] | None = None,
        height: float | str | None = None,
        fit_columns: bool = True,
        object_fit: Literal["contain", "cover", "fill", "none", "scale-down"] | None = None,
        allow_preview: bool = True,
        preview: bool | None = None,
        selected_index: int | None = None,
        buttons: list[str | Button] | None = None,
        show_share_button: bool | None = None,
        show_download_button: bool | None = None,
        show_fullscreen_button: bool | None = None,
        type: ValueType = "filepath",  # noqa: A002 - Gradio's name
        executor: Executor | None = None,
        **widget: object,
    ) -> None:
        given = {name: each for name, each in locals().items() if name in self.class_trait_names()}
        parameters.check_keywords(
            widget, (*given, "value", "captions", "executor", "render", *_WIDGET_KEYWORDS)
        )
        self._make_value = value if _is_callable(value) else None
        # As long as there are no items there is nothing to select.
        self._select_later = given.pop("selected_index") if self._make_value else None
        if preview is None and selected_index is not None and allow_preview:
            given["preview"] = True
        self._items = ItemList(as_sequence(None if self._make_value else value, captions))
        self._build_rooms(executors.checked(executor))
        super().__init__(**given, _rendered=parameters.render(render), **widget)
        self.on_msg(lambda _widget, content, _buffers: self._views.receive(content))

    def _build_rooms(self, executor: Executor | None) -> None:
        pool = originals_pool()
        self._arrangement = items = Arrangement(self._items)
        self._turn = turn = Turn()
        self._spool = Spool()
        self._outbox = Outbox()
        self._wire = wire = Wire(
            items, turn, self._outbox, self._transmit, self._state_parcel, self._selected_positions
        )
        self._feed = feed = Feed(items, turn, wire, Maker(items, turn, executor))
        self._pages = pages = Pages(items, feed, turn, wire, self._set_page)
        self._transfers = transfers = Transfers(
            items,
            turn,
            wire,
            pool,
            feed.next_batch,
            lambda: (parameters.encoding_format(self.format), parameters.quality(self.quality)),
        )
        self._queue = queue = ListenerQueue(self.show_error)
        self.select = Event("select", SelectData, queue, "To select an item, assign gallery.selected_index")
        self.deselect = Event(
            "deselect", SelectData, queue, "To deselect, assign None to gallery.selected_index"
        )
        self.change = Event("change", ChangeData, queue, "To change the items, assign gallery.value")
        self.preview_open = Event("preview_open", PreviewData, queue, "To open it, assign gallery.preview")
        self.preview_close = Event("preview_close", PreviewData, queue, "To close it, assign gallery.preview")
        self._views = Views(
            items=items,
            turn=turn,
            wire=wire,
            feed=feed,
            pages=pages,
            transfers=transfers,
            person=GalleryPerson(self),
            on_ready=self._displayed,
        )
        self._finder = Finder(self._items, items, turn, wire, self._rearranged, self.show_error)
        self._rooms = (queue, self._finder, feed, pages, transfers, self._outbox)

    # The value, and what is selected of it

    @property
    def value(self) -> Values:
        """The ``(media, caption)`` pairs as they are now, converted as `type` says when they are indexed.

        Assigning replaces all items. What it handed out is known again: ``gallery.value = gallery.value``
        changes nothing.

        Examples
        --------
        >>> gallery = Gallery([("cat.png", "A cat")])
        >>> gallery.value[0]
        ('cat.png', 'A cat')
        """
        with self._turn():
            return Values(self._items, self.type, self._spool, self.format, self.quality)

    @value.setter
    def value(self, value: object) -> None:
        self._make_value = self._select_later = None
        self._replace(value() if _is_callable(value) else value)

    @property
    def selected_items(self) -> list[Item]:
        """The items of the multi-selection, else the selected one; ``data`` leads to your own records.

        Examples
        --------
        >>> gallery = Gallery([Item("cat.png", data={"id": 7})], selected_index=0)
        >>> [item.data["id"] for item in gallery.selected_items]
        [7]
        """
        with self._turn():
            chosen = self.selection or ([] if self.selected_index is None else [self.selected_index])
            items = self._items.view()
        return [items[index] for index in chosen]

    @property
    def errors(self) -> list[tuple[int, str]]:
        """Index and reason of every item that could not be drawn so far; of very many, of those seen last.

        Examples
        --------
        >>> Gallery([]).errors
        []
        """
        with self._turn():
            found = [(self._items.index_of(item_id), reason) for item_id, reason in self._feed.errors.items()]
        return sorted((index, reason) for index, reason in found if index is not None)

    @property
    def revision(self) -> int:
        """One more with every change of the list."""
        return self._items.revision

    def cache_info(self) -> CacheInfo:
        """Count the thumbnails that are kept, being made and waiting, and what else takes memory or disk.

        Examples
        --------
        >>> import numpy as np
        >>> gallery = Gallery([np.zeros((8, 8), np.uint8)])
        >>> info = gallery.cache_info()
        >>> info.misses, info.evicted
        (1, 0)
        >>> gallery.close()
        """
        with self._turn():
            info, originals = self._feed.cache_info(), self._transfers.under_way
        files, file_bytes = self._spool.on_disk()
        return replace(info, originals=originals, files=files, file_bytes=file_bytes)

    def render(self) -> None:
        """Draw a gallery that was made with ``render=False``."""
        if not self._rendered:
            self._rendered = True
            self._evaluate()
            self._open_again()

    def open(self) -> None:
        """Open the connection to the views, with the first screen in it; the constructor does so."""
        if self.comm is not None:
            return
        if self._rendered and self._make_value is None:
            self.set_quietly(_page_0=self._first_page())
        shown = len(self._arrangement)
        self.set_quietly(_count=shown, _page_limit=shown)
        super().open()
        self._outbox.use(self.comm)
        self._pages.follow_up()

    def close(self) -> None:
        """Close the gallery everywhere, and free its threads' work, its caches and its connection."""
        # None are there any more when it is closed, nor yet when the constructor has raised.
        if not self._rooms:
            return
        with self._turn():
            rooms, self._rooms = self._rooms, ()
            for room in rooms:
                room.close()
            self.set_quietly(_page_0=None, _page_1=None, _page_2=None)
            super().close()

    def _close_too(self, room: Closeable) -> None:
        """Close a room with the gallery that has been built around it."""
        self._rooms = (*self._rooms, room)

    def __repr__(self) -> str:
        return f"<Gallery of {len(self._items)}, revision {self._items.revision}>"

    # What follows an edit

    def _commit(self, edit: Callable[[], Change | None], *, by_display: bool = False) -> None:
        with self._turn():
            before = self.value
            change = edit()
            if change is None or change.base == change.revision:
                return
            shown = self._arrangement.follow(change)
            selected, selection = follow(change, self.selected_index, self.selection)
            self.set_quietly(selection=selection, selected_index=selected)
            self._shown_changed(shown)
            self._finder.list_changed(change)
            if not change.count and self.preview:
                self.preview = False
            self.notify_change(t.Bunch(name="value", old=before, new=self.value, owner=self, type="change"))
            if not by_display:
                self.change.fire(lambda: ChangeData(self, change.revision, change.count))

    def _replace(self, value: object, *, by_display: bool = False) -> None:
        with self._turn():
            if isinstance(value, Values) and self._items.shows(value.items):
                return
        source = assigned(value, None, self._items, self._spool)
        count = len(source)
        self._commit(lambda: self._items.reset(source, count), by_display=by_display)

    # What comes from the browser, and what goes there

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser writes: of a gallery's own attributes two, and within range."""
        # What a subclass adds; anywidget adds attributes too, the program itself among them, but no public
        # one.
        added = {name: each for name, each in sync_data.items() if name not in _TRAITS and name[:1] != "_"}
        if added:
            super().set_state(added)
        with self._turn():
            written = from_browser(sync_data, len(self._arrangement))
            if written.get("selected_index") is not None:
                written["selected_index"] = self._arrangement.list_index(written["selected_index"])
            self.set_quietly(**written)

    def select_by_person(self, add: Ranges, remove: Ranges) -> Ranges:
        """Change the multi-selection as the views have done already, and return it."""
        with self._turn():
            selection: Ranges = self.selection.minus(remove).union(add)
            self.set_quietly(selection=selection)
            self.set_quietly(_selection=self._selected_positions().pairs())
            return selection

    def find_by_person(self, text: str | None) -> None:
        """Look for what a person has typed; None undoes all that arranges the items."""
        with self._turn():
            if text is None:
                self._finder.show_all()
            else:
                self._finder.search(text)

    def press(self, button_id: str) -> None:
        """Run the listeners of one of the user's own buttons."""
        for button in self._chosen_buttons():
            if isinstance(button, Button) and button.id == button_id:
                for call in button.calls():
                    self._queue.run(f"the button {button.label!r}", call)

    def show_error(self, message: str) -> None:
        """Show a sentence on every view of the gallery, until the person dismisses it."""
        self._wire.say(protocol.error(view="", rid=None, message=message))

    def paths(self) -> Values:
        """Return the values as they are now, as paths: what an event tells, whatever is edited until then."""
        with self._turn():
            return Values(self._items, "filepath", self._spool, self.format, self.quality)

    # Display

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        if self._rendered:
            self._evaluate()
            if self._page_limit < self._screen():
                self._open_again()
        return super()._repr_mimebundle_(**kwargs)

    def _displayed(self) -> None:
        if self._rendered and self._make_value is not None:
            # Not here: a message handler must not wait for the user's code.
            self._queue.run("the callable value", self._evaluate)

    def _evaluate(self) -> None:
        with self._turn():
            make, self._make_value = self._make_value, None
        if make is None:
            return
        try:
            self._replace(make(), by_display=True)
        except BaseException:
            # The next display tries again.
            self._make_value = make
            raise
        if self._select_later is not None:
            self.selected_index, self._select_later = self._select_later, None

    # What code's own doing leads to

    @t.observe("selected_index")
    def _preview_follows(self, change: t.Bunch) -> None:
        # Not the browser's doing, which says itself whether the preview is open; nor the constructor's.
        if "quiet" not in change and self.comm is not None:
            self.preview = self.allow_preview and self._selected_position() is not None

    @t.observe("selection")
    def _selection_follows(self, change: t.Bunch) -> None:
        if "quiet" not in change:
            with self._turn():
                self.set_quietly(_selection=self._selected_positions().pairs())
                self._wire.selection_changed()


def _is_callable(value: object) -> TypeGuard[Callable[[], object]]:
    return callable(value) and not hasattr(value, "__len__")


#: Of these a browser may write two.
_TRAITS = frozenset(Gallery.class_trait_names())
