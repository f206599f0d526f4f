"""Answering what views say: every message is checked, routed, and answered, with an error if need be."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from nbgallery import protocol
from nbgallery.arrangement import Arrangement
from nbgallery.feed import Feed
from nbgallery.pages import Pages
from nbgallery.selection import Ranges
from nbgallery.transfers import Transfers
from nbgallery.turn import Turn
from nbgallery.wire import Wire

logger = logging.getLogger(__name__)


class Person(Protocol):
    """What a person can do to a gallery, named by items' present indices in the list; under the lock."""

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

    def find(self, text: str | None) -> None:
        """Look for a text; None shows everything again."""


class Views:
    """Hears the views of one gallery.

    Parameters
    ----------
    items, turn, wire
        The gallery's items as they are shown, its lock, and the way to the browser.
    feed, pages, transfers
        Who answers what.
    person : Person
        Told what a person did.
    on_ready : callable
        Called when a view says that it listens: the gallery is displayed.
    """

    def __init__(
        self,
        *,
        items: Arrangement,
        turn: Turn,
        wire: Wire,
        feed: Feed,
        pages: Pages,
        transfers: Transfers,
        person: Person,
        on_ready: Callable[[], None],
    ) -> None:
        self._items = items
        self._turn = turn
        self._wire = wire
        self._feed = feed
        self._pages = pages
        self._transfers = transfers
        self._person = person
        self._on_ready = on_ready

    def receive(self, content: object) -> None:
        """Take one message; a bad one is answered with ``error`` and changes nothing."""
        try:
            message = protocol.parse(content)
            self._route(message)
        except protocol.ProtocolError as error:
            self._refuse(content, str(error))
        except Exception as error:
            logger.exception("A message from the browser could not be handled")
            self._refuse(content, f"{type(error).__name__}: {error}")

    def _route(self, message: protocol.ViewMessage) -> None:
        if isinstance(message, protocol.Ready):
            self._on_ready()
            self._wire.tell_status(message.view)
        elif isinstance(message, protocol.Want):
            self._pages.heard()
            self._feed.want(message)
        elif isinstance(message, protocol.Ack):
            # One that nobody knows belongs to what was given up since.
            _ = self._feed.acknowledge(message) or self._transfers.acknowledge(message)
        elif isinstance(message, protocol.Open):
            self._transfers.open(message)
        elif isinstance(message, protocol.Find):
            with self._turn():
                self._person.find(message.text)
        else:
            # One turn: between finding the item and acting on it, no edit must come.
            with self._turn():
                self._happened(message)

    def _happened(self, message: protocol.PersonEvent) -> None:
        index = self._present(message)
        if message.name == "button":
            self._person.press(message.button or "")
        elif message.name == "selection":
            add, remove = self._moved(message.add, message), self._moved(message.remove, message)
            self._wire.selection_heard(add, remove)
            self._person.change_selection(self._items.to_list(add), self._items.to_list(remove), index)
        elif index is None:
            # The item has gone since; the view hears of it by the splice that is on its way.
            return
        elif message.name == "select":
            self._person.select(index)
        elif message.name == "deselect":
            self._person.deselect(index)
        elif message.name == "preview_open":
            self._person.open_preview(index)
        else:
            self._person.close_preview(index)

    def _present(self, message: protocol.PersonEvent) -> int | None:
        """Where in the list the item is now that the view named."""
        position = None if message.index is None else self._items.rebase(message.index, message.revision)
        if position is None or position >= len(self._items):
            return None
        return self._items.list_index(position)

    def _moved(self, ranges: Sequence[protocol.Range], message: protocol.PersonEvent) -> Ranges:
        """At which positions the items are now that the view named."""
        operations = self._items.since(message.revision)
        if operations is None:
            return Ranges()
        return Ranges(ranges).shifted(operations).clamp(len(self._items))

    def _refuse(self, content: object, reason: str) -> None:
        logger.warning("A message from the browser was refused: %s", reason)
        view, rid = (content.get("view"), content.get("rid")) if isinstance(content, dict) else ("", 0)
        self._wire.say(
            protocol.error(
                view=view if isinstance(view, str) else "",
                # None would be something to tell the person.
                rid=rid if isinstance(rid, int) and not isinstance(rid, bool) else 0,
                message=reason,
            )
        )
