"""A gallery's list, arrangement, finder and wire, run by hand, and a view that replays what it is told."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from nbgallery import finder
from nbgallery.arrangement import Arrangement
from nbgallery.criteria import Matching, contains
from nbgallery.finder import Finder
from nbgallery.items import Change, Item, ItemList
from nbgallery.selection import Ranges
from nbgallery.sequences import as_sequence
from nbgallery.state import follow
from nbgallery.turn import Turn
from nbgallery.wire import Parcel, Wire
from tests.unit.doubles import PATIENCE, HandOutbox


class HandThread:
    """A thread that runs what it was given when it is told to."""

    def __init__(self, _name: str = "") -> None:
        self.works: deque[Callable[[], None]] = deque()

    def post(self, work: Callable[[], None], _delay: float = 0.0) -> None:
        self.works.append(work)

    def run(self) -> None:
        while self.works:
            self.works.popleft()()


class ReplayedView:
    """What a view knows: how many items there are, which of them are chosen, and the headings.

    It knows the items by their ids where it can: of those that a message inserts, it is told.
    """

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids: list[int | None] = list(ids)
        self.revision = 1
        self.chosen = Ranges()
        self.groups: list[tuple[str, int]] | None = None
        self.state: Any = None
        self.resets = 0
        #: The captions told of since the last reset.
        self.captions: dict[int, str | None] = {}

    def take(self, message: dict[str, Any], ids: Sequence[int]) -> None:
        """Take a message that left when the items shown were these."""
        if message["kind"] == "splice":
            assert message["base"] == self.revision
            self.revision = message["revision"]
            for operation in message["operations"]:
                self._apply(operation, len(ids))
            self.chosen = self.chosen.shifted(message["operations"])
            assert message["count"] == len(self.ids) == len(ids)
            assert all(known in (None, item_id) for known, item_id in zip(self.ids, ids, strict=True))
            self.ids, self.groups = list(ids), message["groups"]
            for operation in message["operations"]:
                if operation["op"] == "caption":
                    # They are the last ones, and name the places that the items have in the end.
                    self.captions[ids[operation["at"]]] = operation["caption"]
        elif message["kind"] == "selection":
            assert message["revision"] == self.revision
            remove = Ranges.from_pairs(message["remove"], len(self.ids))
            self.chosen = self.chosen.minus(remove).union(Ranges.from_pairs(message["add"], len(self.ids)))

    def _apply(self, operation: dict[str, Any], count: int) -> None:
        if operation["op"] == "reset":
            self.ids = [None] * count
            self.captions.clear()
            self.resets += 1
        elif operation["op"] == "splice":
            at = operation["at"]
            assert at + operation["remove"] <= len(self.ids)
            self.ids[at : at + operation["remove"]] = [None] * operation["insert"]
        elif operation["op"] == "move":
            self.ids.insert(operation["to"], self.ids.pop(operation["from"]))


class FindingDesk:
    """What a gallery does when its list is edited or arranged, without a widget."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = ItemList(as_sequence(list(items)))
        self.arrangement = Arrangement(self.items)
        self.turn, self.outbox, self.thread = Turn(), HandOutbox(), HandThread()
        self.selection = Ranges()
        self.view = ReplayedView(self.shown())
        self.states: list[dict[str, Any] | None] = []
        self.errors: list[str] = []
        self.wire = Wire(
            self.arrangement,
            self.turn,
            self.outbox,
            self.send,
            self.state,
            lambda: self.arrangement.to_positions(self.selection),
        )
        self.finder = Finder(
            self.items, self.arrangement, self.turn, self.wire, self.wire.list_changed, self.errors.append
        )
        self.finder._thread = self.thread  # type: ignore[assignment]  # a stand-in

    def send(self, one: Parcel) -> None:
        assert not self.turn._depth, "the lock must be free while it is sent"
        if one.data["method"] == "custom":
            self.view.take(one.data["content"], self.shown())

    def state(self, names: Sequence[str]) -> Parcel:
        if "_find" in names:
            self.states.append(self.finder.state)
        return Parcel({"method": "update"}, [])

    def shown(self) -> list[int]:
        return [self.arrangement.id_at(position) for position in range(len(self.arrangement))]

    def names(self) -> list[object]:
        """Give the media of what is shown."""
        return [self.items.item(item_id).media for item_id in self.shown()]

    def edit(self, edit: Callable[[], Change]) -> None:
        """Do what a gallery does for an edit."""
        with self.turn():
            change = edit()
            if change.base == change.revision:
                return
            shown = self.arrangement.follow(change)
            _, self.selection = follow(change, None, self.selection)
            if shown.operations:
                self.wire.list_changed(shown)
            self.finder.list_changed(change)

    def search(self, text: str) -> None:
        with self.turn():
            self.finder.search(text)

    def filter(self, text: str | None) -> None:
        matching = None if text is None else Matching("what", contains(text))
        self.finder.apply("filter", lambda: matching)

    def run(self, rounds: int | None = None) -> None:
        """Let thread and sender do what they have to do."""
        for _ in itertools.count() if rounds is None else range(rounds):
            self.thread.run()
            self.outbox.run()
            if not (self.thread.works or self.outbox.now or self.outbox.later):
                break


def without_waiting(monkeypatch: Any) -> None:
    """Show at once whatever is found."""
    monkeypatch.setattr(finder, "_SHOW_SECONDS", 0.0)


def number_of(each: Item) -> Any:
    return each.data["number"]  # type: ignore[index]  # a dict


def item(number: int, caption: str | None = None, key: object = None) -> Item:
    return Item(f"p{number}.png", caption, {"number": number, "key": key})


class Slow:
    """A sequence whose items can be held back."""

    def __init__(self, names: list[str], held: int) -> None:
        self.names = names
        self.held = held
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> str:
        if index == self.held:
            self.reached.set()
            assert self.go_on.wait(PATIENCE)
        return self.names[index]


def on_a_thread(desk: FindingDesk) -> threading.Thread:
    """Let the finder's work run beside the test."""
    worker = threading.Thread(target=desk.thread.run)
    worker.start()
    return worker


def desk_of(rows: Any) -> FindingDesk:
    made = FindingDesk([])
    made.edit(lambda: made.items.reset(as_sequence(rows)))
    made.run()
    return made
