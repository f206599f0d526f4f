"""Answering what views say: every message is checked, routed, and answered, with an error if need be."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, Protocol

from nbgallery import protocol
from nbgallery.feed import Feed
from nbgallery.items import ItemList
from nbgallery.pages import Pages
from nbgallery.selection import Ranges
from nbgallery.sender import Outbox
from nbgallery.transfers import Transfers

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any], "list[bytes] | None"], None]


class Person(Protocol):
    """What a person can do to a gallery, named by items' present indices."""

    def select(self, index: int) -> None:
        """Select an item, or show another one in the preview."""

    def deselect(self, index: int) -> None:
        """Take the selection back."""

    def open_preview(self, index: int) -> None:
        """Open the preview on an item."""

    def close_preview(self, index: int) -> None:
        """Close the preview."""

    def change_selection(self, add: Ranges, remove: Ranges, toggled: int | None) -> None:
        """Change the multi-selection; ``toggled`` is the one item, None when many changed at once."""

    def press(self, button: str) -> None:
        """Press one of the user's own buttons."""

    def selected_ranges(self) -> Ranges:
        """Return the multi-selection."""


class Views:
    """Hears the views of one gallery.

    Parameters
    ----------
    items, lock, outbox, send
        The gallery's list, its lock, and the way to the browser.
    feed, pages, transfers
        Who answers what.
    person : Person
        Told what a person did.
    on_ready : callable
        Called when a view is heard for the first time: the gallery is displayed.
    """

    def __init__(
        self,
        *,
        items: ItemList,
        lock: threading.RLock,
        outbox: Outbox,
        send: Send,
        feed: Feed,
        pages: Pages,
        transfers: Transfers,
        person: Person,
        on_ready: Callable[[], None],
    ) -> None:
        self._items = items
        self._lock = lock
        self._outbox = outbox
        self._send = send
        self._feed = feed
        self._pages = pages
        self._transfers = transfers
        self._person = person
        self._on_ready = on_ready

    def receive(self, content: object) -> None:
        """Take one message; a bad one is answered with ``error`` and changes nothing."""
        self._outbox.remember_context()
        view = content.get("view") if isinstance(content, dict) else None
        try:
            message = protocol.parse(content)
            self._route(message)
        except protocol.ProtocolError as error:
            self._refuse(view, content, str(error))
        except Exception as error:
            logger.exception("A message from the browser could not be handled")
            self._refuse(view, content, f"{type(error).__name__}: {error}")

    def _route(self, message: protocol.ViewMessage) -> None:
        if isinstance(message, protocol.Ready):
            self._on_ready()
            self._outbox.post(lambda: self._answer(message))
        elif isinstance(message, protocol.Want):
            self._pages.heard()
            self._feed.want(message)
        elif isinstance(message, protocol.Ack):
            # One that nobody knows belongs to what was given up since.
            _ = self._feed.acknowledge(message) or self._transfers.acknowledge(message)
        elif isinstance(message, protocol.Open):
            self._transfers.open(message)
        else:
            self._happened(message)

    def _answer(self, message: protocol.Ready) -> None:
        self._feed.flush_splices()
        with self._lock:
            answer = protocol.status(
                view=message.view,
                revision=self._items.revision,
                count=len(self._items),
                selection=self._person.selected_ranges().pairs(),
            )
        self._send(answer, None)

    def _happened(self, message: protocol.PersonEvent) -> None:
        if message.name == "button":
            self._person.press(message.button or "")
            return
        if message.name == "selection":
            with self._lock:
                add, remove = self._now(message.add, message), self._now(message.remove, message)
                toggled = None if message.index is None else self._items.rebase(message.index, message.revision)
            self._person.change_selection(add, remove, toggled)
            return
        with self._lock:
            index = None if message.index is None else self._items.rebase(message.index, message.revision)
            if index is None or index >= len(self._items):
                # The item has gone since; the view hears of it by the splice that is on its way.
                return
        act = {
            "select": self._person.select,
            "deselect": self._person.deselect,
            "preview_open": self._person.open_preview,
            "preview_close": self._person.close_preview,
        }[message.name]
        act(index)

    def _now(self, ranges: tuple[protocol.Range, ...], message: protocol.PersonEvent) -> Ranges:
        """Where the items are now that the view named."""
        operations = self._items.since(message.revision)
        if operations is None:
            return Ranges()
        return Ranges(ranges).shifted(operations).clamp(len(self._items))

    def _refuse(self, view: object, content: object, reason: str) -> None:
        logger.warning("A message from the browser was refused: %s", reason)
        rid = content.get("rid") if isinstance(content, dict) else None
        answer = protocol.error(
            view=view if isinstance(view, str) else "",
            rid=rid if isinstance(rid, int) and not isinstance(rid, bool) else 0,
            message=reason,
        )
        self._outbox.post(lambda: self._send(answer, None))
