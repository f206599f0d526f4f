"""The public widget: traits, methods, and the wiring of the rooms behind them. Does nothing itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import anywidget
import traitlets as t

from nbgallery import parameters, protocol
from nbgallery.button import Button
from nbgallery.editing import EditableList
from nbgallery.events import ChangeData, PreviewData, SelectData
from nbgallery.feed import Feed
from nbgallery.items import Change, Item, ItemList
from nbgallery.listeners import Event, ListenerQueue
from nbgallery.pages import Page, Pages, opening_edge, screen_size
from nbgallery.person import GalleryPerson
from nbgallery.pool import shared_pool
from nbgallery.selection import Ranges, difference
from nbgallery.sender import Outbox
from nbgallery.sequences import as_sequence
from nbgallery.state import first_touched, follow, from_browser
from nbgallery.transfers import Transfers
from nbgallery.values import Spool, Values, ValueType, assigned
from nbgallery.views import Views

_STATIC = Path(__file__).parent / "static"

#: Synced, so that they survive a reload, but never sent by themselves: messages carry what changed in them.
_QUIET = frozenset({"_selection", "_count", "_revision", "_page_limit"})

#: Keywords of every widget that a gallery takes too.
_WIDGET_KEYWORDS = ("layout", "tooltip", "tabbable")

#: How each attribute is checked. What is kept is what was given; what travels is normalised.
_RULES: dict[str, Callable[[Any], object]] = {
    "label": parameters.label,
    "show_label": parameters.show_label,
    "container": parameters.container,
    "scale": parameters.scale,
    "min_width": parameters.min_width,
    "visible": parameters.visible,
    "elem_id": parameters.elem_id,
    "elem_classes": parameters.elem_classes,
    "columns": parameters.columns,
    "rows": parameters.rows,
    "height": parameters.height,
    "fit_columns": parameters.fit_columns,
    "object_fit": parameters.object_fit,
    "allow_preview": parameters.allow_preview,
    "preview": parameters.preview,
    "buttons": parameters.buttons,
    "show_share_button": lambda value: parameters.buttons(None, show_share_button=value),
    "show_download_button": lambda value: parameters.buttons(None, show_download_button=value),
    "show_fullscreen_button": lambda value: parameters.buttons(None, show_fullscreen_button=value),
    "type": parameters.media_type,
    "format": parameters.encoding_format,
    "quality": parameters.quality,
}


class Gallery(EditableList, anywidget.AnyWidget):
    """Images and videos in a notebook: a captioned grid and a lightbox, for one item or a million.

    Every parameter but ``render`` and ``captions`` is a live attribute: assign to it, and what is displayed follows.

    Parameters
    ----------
    value : sequence, dict or callable, optional
        What to show: a sequence of media, ``(media, caption)`` pairs or `Item` objects. Media are paths, URLs, bytes,
        arrays, tensors, PIL images, figures, SVG and videos. Any sequence is taken as it is and read item by item
        as it is looked at; a 4-D array is a batch; a dict is ``{caption: media}``; a callable is evaluated on display.
    captions : sequence of (str or None), optional
        Captions beside `value`, as many as there are items.
    format : str, default "webp"
        How arrays and PIL images are encoded when they are looked at in full or downloaded; losslessly, unless
        `quality` is given. A mode that the format cannot hold is sent as PNG.
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
        Gradio 5's spelling of the same: False takes a button out, True puts it in, None leaves it to `buttons`.
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

    _esm = _STATIC / "widget.js"
    _css = _STATIC / "widget.css"

    # What is shown, and how
    label = t.Any(None).tag(sync=True)
    show_label = t.Any(None).tag(sync=True)
    container = t.Any(default_value=True).tag(sync=True)
    scale = t.Any(None).tag(sync=True)
    min_width = t.Any(160).tag(sync=True)
    visible = t.Any(default_value=True).tag(sync=True)
    elem_id = t.Any(None).tag(sync=True)
    elem_classes = t.Any(None).tag(sync=True, to_json=lambda value, _: parameters.elem_classes(value))
    columns = t.Any(2).tag(sync=True, to_json=lambda value, _: parameters.columns(value))
    rows = t.Any(None).tag(sync=True, to_json=lambda value, _: parameters.rows(value))
    height = t.Any(None).tag(sync=True, to_json=lambda value, _: parameters.height(value))
    fit_columns = t.Any(default_value=True).tag(sync=True)
    object_fit = t.Any(None).tag(sync=True)
    allow_preview = t.Any(default_value=True).tag(sync=True)
    buttons = t.Any(None)
    show_share_button = t.Any(None)
    show_download_button = t.Any(None)
    show_fullscreen_button = t.Any(None)

    # What is handed to Python, and in which form pixels travel
    type = t.Any("filepath")
    format = t.Any("webp")
    quality = t.Any(None)

    # Live both ways
    selected_index = t.Any(None).tag(sync=True, echo_update=False)
    preview = t.Any(None).tag(sync=True, echo_update=False)
    selection = t.Any(Ranges())

    # What the views start from
    _count = t.Int(0).tag(sync=True)
    _revision = t.Int(1).tag(sync=True)
    _selection = t.List().tag(sync=True)
    _buttons = t.List().tag(sync=True)
    _rendered = t.Bool(default_value=True).tag(sync=True)
    _page_limit = t.Int(0).tag(sync=True)
    _page_0 = t.Dict(allow_none=True, default_value=None).tag(sync=True)
    _page_1 = t.Dict(allow_none=True, default_value=None).tag(sync=True)
    _page_2 = t.Dict(allow_none=True, default_value=None).tag(sync=True)

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
        later = callable(value) and not hasattr(value, "__len__")
        self._make_value = cast("Callable[[], object]", value) if later else None
        self._items = ItemList(as_sequence(None if later else value, captions))
        self._lock = threading.RLock()
        self._errors: dict[int, str] = {}
        self._spool = Spool()
        self._outbox = Outbox()
        self._build_rooms()
        if preview is None and selected_index is not None and allow_preview:
            given["preview"] = True
        first = self._first_page(columns, rows, height) if parameters.render(render) and not later else None
        super().__init__(
            **given,
            _rendered=render,
            _count=len(self._items),
            _page_0=first,
            _page_limit=len(self._items),
            **widget,
        )
        self._outbox.use(self.comm)
        self.on_msg(lambda _widget, content, _buffers: self._views.receive(content))
        if first is not None:
            self._pages.follow_up()

    def _build_rooms(self) -> None:
        send = self._send_now
        pool = shared_pool()
        self._feed = Feed(self._items, self._lock, self._outbox, send, pool, self._note_error)
        self._feed.on_spliced(lambda: self.send_state(["_count", "_revision", "_page_limit"]))
        self._pages = Pages(self._items, self._feed, self._lock, self._outbox, self._set_page)
        self._transfers = Transfers(
            self._items,
            self._lock,
            self._outbox,
            send,
            pool,
            self._feed.next_batch,
            lambda: (parameters.encoding_format(self.format), self.quality),
        )
        self._queue = ListenerQueue(self.show_error)
        self.select = Event("select", SelectData, self._queue, "To select an item, assign gallery.selected_index")
        self.deselect = Event("deselect", SelectData, self._queue)
        self.change = Event("change", ChangeData, self._queue)
        self.preview_open = Event("preview_open", PreviewData, self._queue, "To open it, assign gallery.preview")
        self.preview_close = Event("preview_close", PreviewData, self._queue)
        self._views = Views(
            items=self._items,
            lock=self._lock,
            outbox=self._outbox,
            send=send,
            feed=self._feed,
            pages=self._pages,
            transfers=self._transfers,
            person=GalleryPerson(self),
            on_ready=self._displayed,
        )

    # The value, and what is selected of it

    @property
    def value(self) -> Values:
        """The ``(media, caption)`` pairs, converted as `type` says when they are indexed; later edits leave it alone.

        Assigning replaces all items. What it handed out is known again: ``gallery.value = gallery.value`` changes
        nothing.
        """
        return Values(self._items, self.type, self._spool, self.format, self.quality)

    @value.setter
    def value(self, value: object) -> None:
        if isinstance(value, Values) and self._items.shows(value.items):
            return
        source = assigned(value, None, self._items, self._spool)
        self._commit(lambda: self._items.reset(source))

    @property
    def selected_items(self) -> list[Item]:
        """The items of the multi-selection; else the selected one, if any. With ``data``, they lead to your records."""
        with self._lock:
            chosen = self.selection or ([] if self.selected_index is None else [self.selected_index])
            items = self._items.view()
            return [items[index] for index in chosen if index < len(items)]

    @property
    def errors(self) -> list[tuple[int, str]]:
        """Index and reason of every item that could not be drawn so far."""
        with self._lock:
            found = [(self._items.index_of(item_id), reason) for item_id, reason in self._errors.items()]
        return sorted((index, reason) for index, reason in found if index is not None)

    @property
    def revision(self) -> int:
        """One more with every change of the list."""
        return self._items.revision

    def render(self) -> None:
        """Draw a gallery that was made with ``render=False``."""
        if not self._rendered:
            self._rendered = True
            self._open_again()

    def close(self) -> None:
        """Close the gallery everywhere, and free its threads' work, its caches and its connection."""
        queue = getattr(self, "_queue", None)
        if queue is not None:
            queue.close()
            self._feed.close()
            self._transfers.close()
            self._outbox.close()
        super().close()

    def __repr__(self) -> str:
        return f"<Gallery of {len(self._items)}, revision {self._items.revision}>"

    # What follows an edit

    def _commit(self, edit: Callable[[], Change]) -> None:
        with self._lock:
            change = edit()
            if change.base == change.revision:
                return
            for removed in change.removed_ids:
                for item_id in [item_id for item_id in self._errors if item_id in removed]:
                    del self._errors[item_id]
            self._feed.list_changed(change)
            self._count, self._revision = change.count, change.revision
            self._page_limit = min(self._page_limit, first_touched(change))
        self._follow(change)

    def _follow(self, change: Change) -> None:
        """Let the selection stay on its items, then tell those who listen; outside the lock, for they are the user's."""
        selected, selection = follow(change, self.selected_index, self.selection)
        self.take_from_browser(selected_index=selected, selection=selection)
        if any(operation["op"] == "reset" for operation in change.operations):
            # The views cannot know which index was kept: they may hear of several changes as one.
            self.send_state(["selected_index"])
        if change.count == 0 and self.preview:
            self.preview = False
        self.notify_change(t.Bunch(name="value", old=None, new=self.value, owner=self, type="change"))
        self.change.fire(lambda: ChangeData(self, change.revision, change.count))

    def _note_error(self, item_id: int, reason: str | None) -> None:
        if reason is None:
            self._errors.pop(item_id, None)
        else:
            self._errors[item_id] = reason

    # What comes from the browser, and what goes there

    def take_from_browser(self, **state: object) -> None:
        """Set attributes to what the views have already; nothing is sent back, and nothing opens or closes."""
        with self._lock_property(**state):
            for name, each in state.items():
                self.set_trait(name, each)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser writes: only what it may, and only within range."""
        state = dict(sync_data)
        ours = {name: state.pop(name) for name in list(state) if name in _OWN_TRAITS}
        if state:
            super().set_state(state)
        with self._lock:
            accepted = from_browser(ours, len(self._items))
        self.take_from_browser(**accepted)

    def press(self, button_id: str) -> None:
        """Run the listeners of one of the user's own buttons."""
        for button in parameters.buttons(self.buttons):
            if isinstance(button, Button) and button.id == button_id:
                self._queue.run(f"the button {button.label!r}", button.clicked)

    def show_error(self, message: str) -> None:
        """Show a sentence on every view of the gallery, until the person dismisses it."""
        content = protocol.error(view="", rid=None, message=message)
        self._outbox.post(partial(self._send_now, content, None))

    def paths(self) -> Values:
        """Return the values as they are now, as paths: for an event, whatever is edited until it is handled."""
        return Values(self._items, "filepath", self._spool, self.format, self.quality)

    def _send(self, msg: dict[str, Any], buffers: list[Any] | None = None) -> None:
        if self.comm is not None:
            self._outbox.post(partial(super()._send, msg, buffers))

    def _send_now(self, content: dict[str, Any], buffers: list[bytes] | None) -> None:
        super()._send({"method": "custom", "content": content}, buffers)

    def _should_send_property(self, key: str, value: object) -> bool:
        return key not in _QUIET and super()._should_send_property(key, value)

    # The first screen

    def _first_page(self, columns: object, rows: object, height: object) -> Page | None:
        wide = parameters.columns(columns)
        screen = screen_size(wide, parameters.rows(rows), parameters.height(height), len(self._items))
        return self._pages.first(screen, opening_edge(wide))

    def _screen(self) -> int:
        columns, rows = parameters.columns(self.columns), parameters.rows(self.rows)
        return screen_size(columns, rows, parameters.height(self.height), len(self._items))

    def _open_again(self) -> None:
        """Make the first screen anew, for views to come."""
        page = self._first_page(self.columns, self.rows, self.height)
        self._page_limit = len(self._items)
        self._page_0, self._page_1, self._page_2 = page, None, None
        self.send_state(["_page_limit"])
        self._pages.follow_up()

    def _set_page(self, number: int, page: Page) -> None:
        self.set_trait(f"_page_{number}", page)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        self._evaluate()
        if self._rendered and self._page_limit < self._screen():
            self._open_again()
        return super()._repr_mimebundle_(**kwargs)

    def _displayed(self) -> None:
        if self._make_value is not None:
            # Not here: a message handler must not wait for the user's code.
            self._queue.run("the callable value", self._evaluate)

    def _evaluate(self) -> None:
        make, self._make_value = self._make_value, None
        if make is not None:
            self.value = make()

    # What assignments are checked for

    @t.validate(*_RULES)
    def _check(self, proposal: dict[str, Any]) -> object:
        _RULES[proposal["trait"].name](proposal["value"])
        return proposal["value"]

    @t.validate("selected_index")
    def _check_selected_index(self, proposal: dict[str, Any]) -> int | None:
        return parameters.selected_index(proposal["value"], len(self._items))

    @t.validate("selection")
    def _check_selection(self, proposal: dict[str, Any]) -> Ranges:
        return Ranges.from_indices(proposal["value"], len(self._items))

    @t.observe("selected_index")
    def _preview_follows(self, change: dict[str, Any]) -> None:
        # Only code's doing: what comes from the browser says itself whether the preview is open. Nor the constructor's.
        if self.comm is not None and "selected_index" not in self._property_lock:
            self.preview = self.allow_preview and change["new"] is not None

    @t.observe("selection")
    def _selection_follows(self, change: dict[str, Any]) -> None:
        self._selection = change["new"].pairs()
        if "selection" not in self._property_lock:
            remove, add = difference(change["old"], change["new"])
            content = protocol.selection(revision=self.revision, add=add.pairs(), remove=remove.pairs())
            self._outbox.post(partial(self._send_now, content, None))

    @t.observe("buttons", "show_share_button", "show_download_button", "show_fullscreen_button")
    def _buttons_follow(self, _change: object = None) -> None:
        self._buttons = self._button_states()

    @t.default("_buttons")
    def _button_states(self) -> list[object]:
        chosen = parameters.buttons(
            self.buttons,
            show_share_button=self.show_share_button,
            show_download_button=self.show_download_button,
            show_fullscreen_button=self.show_fullscreen_button,
        )
        return [button.to_state() if isinstance(button, Button) else button for button in chosen]


_OWN_TRAITS = frozenset(Gallery.class_own_traits())
