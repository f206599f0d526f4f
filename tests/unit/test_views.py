"""Hearing the views: each message is checked, routed, answered, and meant for the items of that moment."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from nbgallery import protocol
from nbgallery.arrangement import Arrangement
from nbgallery.items import Change, Item, ItemList
from nbgallery.selection import Ranges
from nbgallery.sequences import as_sequence
from nbgallery.turn import Turn
from nbgallery.views import Views
from nbgallery.wire import Parcel, Wire
from tests.unit.doubles import HandOutbox


class Recorder:
    """Stands for the rooms behind the views: keeps what it is told."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.calls: list[tuple[Any, ...]] = []
        self.knows_ack = False

    def __getattr__(self, name: str) -> Any:
        def method(*given: Any) -> Any:
            if name in {"select", "deselect", "open_preview", "close_preview", "change_selection", "press"}:
                assert self.turn._depth, "between finding an item and acting on it, no edit must come"
            self.calls.append((name, *given))
            return self.knows_ack

        return method


class Desk:
    def __init__(self) -> None:
        self.items = ItemList(as_sequence([f"p{number}" for number in range(10)]))
        self.arrangement = Arrangement(self.items)
        self.turn, self.outbox = Turn(), HandOutbox()
        self.sent: list[dict[str, Any]] = []
        self.selection = Ranges()
        self.wire = Wire(
            self.arrangement,
            self.turn,
            self.outbox,
            self.send,
            lambda _names: Parcel({"content": {}}, []),
            lambda: self.selection,
        )
        self.rooms = Recorder(self.turn)
        rooms: Any = self.rooms
        self.views = Views(
            items=self.arrangement,
            turn=self.turn,
            wire=self.wire,
            feed=rooms,
            pages=rooms,
            transfers=rooms,
            person=rooms,
            on_ready=lambda: self.rooms.calls.append(("ready",)),
        )

    def send(self, one: Parcel) -> None:
        self.sent.append(one.data["content"])

    def edit(self, change: Change) -> None:
        with self.turn():
            self.wire.list_changed(self.arrangement.follow(change))

    def say(self, kind: str, **fields: Any) -> None:
        self.views.receive({"kind": kind, "v": 1, "view": "v", **fields})
        self.outbox.run()

    def happened(self, name: str, index: int | None = None, **fields: Any) -> list[tuple[Any, ...]]:
        self.rooms.calls.clear()
        event = {
            "name": name,
            "revision": 1,
            "target": "grid",
            "index": index,
            "add": [],
            "remove": [],
            "button": None,
            **fields,
        }
        self.say("event", **event)
        return self.rooms.calls


@pytest.fixture
def desk():
    return Desk()


def test_a_view_that_begins_to_listen_is_told_the_truth(desk):
    desk.edit(desk.items.remove(0))
    desk.selection = Ranges([(1, 3)])
    desk.say("ready")
    assert desk.rooms.calls == [("ready",)]
    splice, _, status = desk.sent[0], desk.sent[1], desk.sent[-1]
    assert splice["kind"] == "splice"
    assert (status["kind"], status["view"], status["revision"], status["count"]) == ("status", "v", 2, 9)
    assert status["selection"] == [[1, 3]]


def test_each_is_brought_to_whom_it_concerns(desk):
    desk.say("want", number=1, revision=1, edge=256, ranges=[[0, 4]])
    desk.say("open", rid=1, revision=1, purpose="view", index=0, prefetch=[], ranges=None)
    desk.say("ack", batch=3)
    assert [name for name, *_ in desk.rooms.calls] == ["heard", "want", "open", "acknowledge", "acknowledge"]
    desk.rooms.calls.clear()
    desk.rooms.knows_ack = True
    desk.say("ack", batch=3)
    assert [name for name, *_ in desk.rooms.calls] == ["acknowledge"]
    assert desk.sent == []


@pytest.mark.parametrize(
    "name, method",
    [
        ("select", "select"),
        ("deselect", "deselect"),
        ("preview_open", "open_preview"),
        ("preview_close", "close_preview"),
    ],
)
def test_what_a_person_did_is_meant_for_the_item_and_not_for_the_index(desk, name, method):
    assert desk.happened(name, 3) == [(method, 3)]
    desk.edit(desk.items.remove(0))
    desk.edit(desk.items.move(2, 0))
    assert desk.happened(name, 3) == [(method, 0)]
    assert desk.happened(name, 3, revision=3) == [(method, 3)]


@pytest.mark.parametrize("name", ["select", "deselect", "preview_open", "preview_close"])
def test_what_has_gone_is_done_nothing_to(desk, name):
    desk.edit(desk.items.replace(3, Item("other")))
    assert desk.happened(name, 3) == []
    assert desk.happened(name, 10) == []
    assert desk.happened(name, 2**53 - 1) == []
    assert desk.happened(name, None) == []
    assert desk.happened(name, 3, revision=99) == []


def test_a_selection_follows_the_edits_that_the_view_had_not_heard_of(desk):
    desk.edit(desk.items.remove(0))
    ((name, add, remove, toggled),) = desk.happened("selection", 4, add=[[4, 6], [9, 400]], remove=[[0, 2]])
    assert (name, add, remove, toggled) == ("change_selection", Ranges([(3, 5), (8, 9)]), Ranges([(0, 1)]), 3)


def test_a_selection_of_a_list_that_nobody_remembers_changes_nothing(desk):
    assert desk.happened("selection", 4, add=[[4, 6]], revision=99) == [
        ("change_selection", Ranges(), Ranges(), None)
    ]


def test_a_toggled_item_that_is_none_is_none(desk):
    ((*_, toggled),) = desk.happened("selection", 10**9, add=[[10**9, 10**9 + 1]])
    assert toggled is None


def test_buttons_are_pressed(desk):
    assert desk.happened("button", button="id") == [("press", "id")]
    assert desk.happened("button") == [("press", "")]


@pytest.mark.parametrize(
    "content, rid",
    [
        (None, 0),
        ([], 0),
        ({}, 0),
        ({"kind": "ready", "v": 2, "view": "v"}, 0),
        ({"kind": "open", "v": 1, "view": "v", "rid": 7, "index": "../etc/passwd"}, 7),
        ({"kind": "open", "v": 1, "view": ["v"], "rid": True}, 0),
        ({"kind": ["open"], "v": 1, "view": 3, "rid": "7"}, 0),
    ],
)
def test_a_bad_message_is_answered_and_changes_nothing(desk, caplog, content, rid):
    with caplog.at_level(logging.WARNING):
        desk.views.receive(content)
    desk.outbox.run()
    (answer,) = desk.sent
    assert (answer["kind"], answer["rid"]) == ("error", rid)
    assert isinstance(answer["view"], str)
    assert desk.rooms.calls == []
    assert "refused" in caplog.text


def test_what_goes_wrong_on_our_side_is_answered_and_logged(desk, caplog, monkeypatch):
    monkeypatch.setattr(desk.views, "_route", lambda _message: 1 / 0)
    with caplog.at_level(logging.ERROR):
        desk.say("ack", batch=1)
    assert desk.sent[0]["message"] == "ZeroDivisionError: division by zero"
    assert "Traceback" in caplog.text


def test_every_event_of_the_protocol_is_understood(desk):
    for name in protocol.EVENT_NAMES:
        assert desk.happened(name, 1), name
