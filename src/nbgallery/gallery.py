"""The public widget: traits, methods, and the wiring of the rooms behind them. Does nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeGuard

import traitlets as t

from nbgallery import parameters, protocol
from nbgallery.button import Button
from nbgallery.display import DisplayOptions, Option
from nbgallery.editing import EditableList
from nbgallery.events import ChangeData, PreviewData, SelectData
from nbgallery.feed import Feed
from nbgallery.items import Change, Item, ItemList
from nbgallery.listeners import Event, ListenerQueue
from nbgallery.pages import Page, Pages, opening_edge, screen_size
from nbgallery.person import GalleryPerson
from nbgallery.pool import shared_pool
from nbgallery.selection import Ranges
from nbgallery.sender import Outbox
from nbgallery.sequences import as_sequence
from nbgallery.state import first_touched, follow, from_browser, read_indices
from nbgallery.synced import Guarded, SyncedWidget
from nbgallery.transfers import Transfers
from nbgallery.turn import Turn
from nbgallery.values import Spool, Values, ValueType, assigned
from nbgallery.views import Views
from nbgallery.wire import Wire

_STATIC = Path(__file__).parent / "static"

#: Keywords of every widget that a gallery takes too.
_WIDGET_KEYWORDS = ("layout", "tooltip", "tabbable")


class Gallery(EditableList, DisplayOptions, SyncedWidget):
    """Images and videos in a notebook: a captioned grid and a lightbox, for one item or a million.

    Every parameter but ``render`` and ``captions`` is a live attribute: assign to it, and what is displayed
    follows.

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
    _rooms: tuple[ListenerQueue | Feed | Pages | Transfers | Outbox, ...] = ()

    # What is handed to Python, and in which form pixels travel
    type = Option(parameters.media_type, "filepath")
    format = Option(parameters.encoding_format, "webp")
    quality = Option(parameters.quality)

    # Live both ways
    preview = Option(parameters.preview).tag(sync=True, echo_update=False)
    selected_index = Guarded(lambda value, self: parameters.selected_index(value, len(self))).tag(
        sync=True, echo_update=False
    )
    selection = Guarded(
        lambda value, self: Ranges.from_indices(value, len(self)),
        default=Ranges(),
        read=read_indices,
    )

    # What the views start from; later, messages say what changes in it
    _count = t.Int(0).tag(sync=True)
    _revision = t.Int(1).tag(sync=True)
    _selection = t.Any(()).tag(sync=True)
    _rendered = t.Bool(default_value=True).tag(sync=True)
    _page_limit = t.Int(0).tag(sync=True)
    _page_0 = t.Any(None).tag(sync=True)
    _page_1 = t.Any(None).tag(sync=True)
    _page_2 = t.Any(None).tag(sync=True)

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
        **widget: object,
    ) -> None:
        given = {name: each for name, each in locals().items() if name in self.class_trait_names()}
        parameters.check_keywords(widget, (*given, "value", "captions", "render", *_WIDGET_KEYWORDS))
        self._make_value = value if _is_callable(value) else None
        # As long as there are no items there is nothing to select.
        self._select_later = given.pop("selected_index") if self._make_value else None
        if preview is None and selected_index is not None and allow_preview:
            given["preview"] = True
        self._items = ItemList(as_sequence(None if self._make_value else value, captions))
        self._build_rooms()
        super().__init__(**given, _rendered=parameters.render(render), **widget)
        self.on_msg(lambda _widget, content, _buffers: self._views.receive(content))

    def _build_rooms(self) -> None:
        items, pool = self._items, shared_pool()
        self._turn = turn = Turn()
        self._spool = Spool()
        self._outbox = Outbox()
        self._wire = wire = Wire(
            items, turn, self._outbox, self._transmit, self._state_parcel, lambda: self.selection
        )
        self._feed = feed = Feed(items, turn, wire, pool)
        self._pages = pages = Pages(items, feed, turn, wire, self._set_page)
        transfers = Transfers(
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
        self._rooms = (queue, feed, pages, transfers, self._outbox)

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
        """Index and reason of every item that could not be drawn so far.

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
        self.set_quietly(_count=len(self), _page_limit=len(self))
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

    def __repr__(self) -> str:
        return f"<Gallery of {len(self._items)}, revision {self._items.revision}>"

    # What follows an edit

    def _commit(self, edit: Callable[[], Change | None], *, by_display: bool = False) -> None:
        with self._turn():
            before = self.value
            change = edit()
            if change is None or change.base == change.revision:
                return
            self._feed.list_changed(change)
            self._wire.list_changed(change)
            selected, selection = follow(change, self.selected_index, self.selection)
            self.set_quietly(
                _count=change.count,
                _revision=change.revision,
                _page_limit=min(self._page_limit, first_touched(change)),
                _selection=selection.pairs(),
                selection=selection,
                selected_index=selected,
            )
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
            self.set_quietly(**from_browser(sync_data, len(self)))

    def select_by_person(self, add: Ranges, remove: Ranges) -> Ranges:
        """Change the multi-selection as the views have done already, and return it."""
        with self._turn():
            self._wire.selection_heard(add, remove)
            selection: Ranges = self.selection.minus(remove).union(add)
            self.set_quietly(selection=selection, _selection=selection.pairs())
            return selection

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

    # The first screen

    def _screen(self) -> int:
        columns, rows = parameters.columns(self.columns), parameters.rows(self.rows)
        return screen_size(columns, rows, parameters.height(self.height), len(self))

    def _first_page(self) -> Page | None:
        return self._pages.first(self._screen(), opening_edge(parameters.columns(self.columns)))

    def _open_again(self) -> None:
        """Make the first screen anew, for views to come."""
        page = self._first_page()
        with self._turn():
            # A page that an edit has overtaken says nothing any more.
            page = page if page is not None and page["revision"] == self.revision else None
            self.set_quietly(_page_limit=len(self), _page_0=page, _page_1=None, _page_2=None)
            self._wire.traits_changed(["_page_limit", "_page_0", "_page_1", "_page_2"])
        self._pages.follow_up()

    def _set_page(self, number: int, page: Page) -> None:
        self.set_quietly(**{f"_page_{number}": page})
        self._wire.traits_changed([f"_page_{number}"])

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
            self.preview = self.allow_preview and change["new"] is not None

    @t.observe("selection")
    def _selection_follows(self, change: t.Bunch) -> None:
        if "quiet" not in change:
            with self._turn():
                self.set_quietly(_selection=self.selection.pairs())
                self._wire.selection_changed()


def _is_callable(value: object) -> TypeGuard[Callable[[], object]]:
    return callable(value) and not hasattr(value, "__len__")


#: Of these a browser may write two.
_TRAITS = frozenset(Gallery.class_trait_names())
