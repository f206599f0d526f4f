"""What leaves for the browser is in step with the list as the views know it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbgallery import wire
from nbgallery.arrangement import Arrangement
from nbgallery.items import Item, ItemList
from nbgallery.selection import Ranges
from nbgallery.sequences import as_sequence
from nbgallery.splices import Change, shift
from nbgallery.turn import Turn
from nbgallery.wire import Parcel, Wire, merge, parcel
from tests.unit.doubles import HandOutbox


class Desk:
    """A wire with nothing behind it."""

    def __init__(self, count: int = 10) -> None:
        self.items = ItemList(as_sequence([f"{number}.png" for number in range(count)]))
        self.arrangement = Arrangement(self.items)
        self.outbox = HandOutbox()
        self.sent: list[dict[str, Any]] = []
        self.selection = Ranges()
        self.turn = Turn()
        self.wire = Wire(
            self.arrangement, self.turn, self.outbox, self.send, self.state, lambda: self.selection
        )

    def send(self, one: Parcel) -> None:
        assert not self.turn._depth, "the lock must be free while it is sent"
        self.sent.append(one.data.get("content", one.data))

    def state(self, names: Any) -> Parcel:
        return Parcel({"method": "update", "state": dict.fromkeys(names, self.items.revision)}, [])

    def changed(self, change: Change) -> None:
        self.selection = self.selection.shifted(change.operations)
        self.wire.list_changed(self.arrangement.follow(change))

    def run(self) -> list[dict[str, Any]]:
        self.outbox.run()
        sent, self.sent = self.sent, []
        return sent


def insert(at: int, count: int = 1) -> dict[str, Any]:
    return {"op": "splice", "at": at, "remove": 0, "insert": count}


def test_edits_of_one_frame_leave_as_one_message():
    desk = Desk()
    for _ in range(5000):
        desk.changed(desk.items.insert(len(desk.items), [Item("more.png")]))
    splice, state = desk.run()
    assert splice["operations"] == [insert(10, 5000)]
    assert (splice["base"], splice["revision"], splice["count"]) == (1, 5001, 5010)
    assert state["state"] == {"_count": 5001, "_revision": 5001, "_page_limit": 5001, "_groups": 5001}
    assert desk.run() == []


def test_a_message_leaves_behind_the_edits_that_it_has_seen():
    desk = Desk()
    # Edits wait for the end of the frame; what depends on them takes them along.
    desk.wire._spliced_at = float("inf")
    desk.changed(desk.items.remove(0))
    desk.wire.post(lambda: [parcel({"kind": "thumbs", "revision": desk.items.revision})])
    desk.outbox.run(works=1)
    assert [message.get("kind") for message in desk.sent] == ["splice", None, "thumbs"]
    assert desk.sent[0]["revision"] == desk.sent[2]["revision"] == 2
    desk.sent.clear()
    assert desk.run() == []


def test_attributes_leave_together_with_the_values_of_that_moment():
    desk = Desk()
    desk.wire.traits_changed(["label"])
    desk.wire.traits_changed(["columns", "label"])
    desk.items.remove(0)
    desk.items.remove(0)
    messages = [message for message in desk.run() if "state" in message]
    assert [message["state"] for message in messages] == [{"label": 3, "columns": 3}]


def test_what_a_message_sets_leaves_before_it():
    desk = Desk()

    def compose() -> list[Parcel]:
        desk.wire.traits_changed(["_page_1"])
        return [parcel({"kind": "thumbs"})]

    desk.wire.post(compose)
    assert ["_page_1" in message.get("state", {}) for message in desk.run()] == [True, False]


def test_what_cannot_be_composed_loses_no_edit():
    desk = Desk()
    desk.changed(desk.items.remove(0))
    desk.wire.post(lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    desk.outbox.now.rotate(1)
    with pytest.raises(ZeroDivisionError):
        desk.outbox.run(works=1)
    assert [message.get("kind") for message in desk.run()] == ["splice", None]


@pytest.mark.parametrize("another", [False, True])
def test_an_edit_that_was_interrupted_is_told_as_a_new_list(another):
    desk = Desk()
    desk.selection = Ranges([(5, 6)])
    desk.wire.selection_changed()
    desk.run()
    # The list has changed, and nothing was told of it any more.
    desk.items.remove(0)
    desk.wire.selection_changed()
    if another:
        desk.changed(desk.items.remove(0))
    messages = desk.run()
    assert (messages[0]["operations"], messages[0]["revision"]) == ([{"op": "reset"}], 2 + another)
    assert messages[-1]["add"] == desk.selection.pairs()
    desk.changed(desk.items.remove(0))
    assert desk.run()[0]["operations"] == [{"op": "splice", "at": 0, "remove": 1, "insert": 0}]


def test_a_reset_says_which_index_was_kept():
    desk = Desk()
    desk.changed(desk.items.remove(0))
    desk.changed(desk.items.reset(as_sequence(["a.png"])))
    desk.changed(desk.items.remove(0))
    splice, state = desk.run()
    assert splice["operations"] == [{"op": "reset"}]
    assert splice["count"] == 0
    assert "selected_index" in state["state"]


class TestSelection:
    """The views' own idea of the multi-selection, which follows every splice by itself."""

    def test_only_the_difference_is_sent_and_behind_the_edits(self):
        desk = Desk()
        desk.selection = Ranges([(2, 4)])
        desk.wire.selection_changed()
        (first,) = desk.run()
        assert (first["add"], first["remove"]) == ([[2, 4]], [])
        desk.changed(desk.items.remove(0))
        desk.selection = Ranges([(2, 3), (7, 8)])
        desk.wire.selection_changed()
        messages = desk.run()
        assert [message.get("kind") for message in messages] == ["splice", None, "selection"]
        assert (messages[2]["add"], messages[2]["remove"]) == ([[7, 8]], [[1, 2]])

    def test_what_the_views_have_done_themselves_is_not_sent_back(self):
        desk = Desk()
        desk.selection = Ranges([(2, 4)])
        desk.wire.selection_heard(Ranges([(2, 4)]), Ranges())
        desk.wire.selection_changed()
        assert desk.run() == []

    def test_an_edit_alone_sends_no_selection(self):
        desk = Desk()
        desk.selection = Ranges([(2, 4)])
        desk.wire.selection_changed()
        desk.run()
        desk.changed(desk.items.move(3, 0))
        assert [message.get("kind") for message in desk.run()] == ["splice", None]

    def test_a_status_tells_all_of_it(self):
        desk = Desk()
        desk.selection = Ranges([(2, 4)])
        desk.wire.selection_changed()
        desk.wire.tell_status("v")
        messages = desk.run()
        assert messages[-1]["selection"] == [[2, 4]]
        assert desk.run() == []

    def test_after_more_edits_than_can_be_told_it_is_sent_anew(self, monkeypatch):
        monkeypatch.setattr(wire, "_MOST_OPERATIONS", 100)
        desk = Desk(3000)
        desk.selection = Ranges([(2999, 3000)])
        desk.wire.selection_changed()
        desk.run()
        for _ in range(110):
            desk.changed(desk.items.remove(0))
        messages = desk.run()
        assert messages[0]["operations"] == [{"op": "reset"}]
        last = len(desk.items) - 1
        assert messages[2]["add"] == [[last, last + 1]]


edits = st.lists(
    st.one_of(
        st.tuples(st.just("splice"), st.integers(0, 30), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("move"), st.integers(0, 30), st.integers(0, 30)),
        st.tuples(st.just("caption"), st.integers(0, 30)),
    ),
    max_size=30,
)


@given(edits)
def test_merged_edits_do_what_the_edits_did(given_edits):
    count, operations = 20, []
    for edit in given_edits:
        if edit[0] == "splice":
            at = min(edit[1], count)
            remove = min(edit[2], count - at)
            operations.append({"op": "splice", "at": at, "remove": remove, "insert": edit[3]})
            count += edit[3] - remove
        elif count and edit[0] == "caption":
            operations.append({"op": "caption", "at": edit[1] % count, "caption": str(len(operations))})
        elif count:
            operations.append({"op": "move", "from": edit[1] % count, "to": edit[2] % count})
    merged: list[dict[str, Any]] = []
    for operation in operations:
        merged = merge(merged, [operation])
    assert [shift(index, merged) for index in range(20)] == [shift(index, operations) for index in range(20)]
    assert len(merged) <= len(operations)
    kinds = [operation["op"] for operation in merged]
    assert kinds == sorted(kinds, key=lambda kind: kind == "caption")
    assert captions(merged) == captions(operations)


def captions(operations: list[dict[str, Any]]) -> dict[int, str]:
    """Give the captions by the places that their items have at the end."""
    found = {}
    for number, operation in enumerate(operations):
        if operation["op"] == "caption":
            place = shift(operation["at"], operations[number:])
            if place is not None:
                found[place] = operation["caption"]
    return found
