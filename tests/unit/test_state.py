"""What follows from an edit, and what a browser may write."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbgallery.items import Change
from nbgallery.selection import Ranges
from nbgallery.state import first_touched, follow, from_browser, joined, read_indices


def change(*operations: dict[str, Any], count: int = 10) -> Change:
    return Change(1, 2, count, operations)


INSERT = {"op": "splice", "at": 2, "remove": 0, "insert": 3}
REMOVE = {"op": "splice", "at": 2, "remove": 2, "insert": 0}
MOVE = {"op": "move", "from": 5, "to": 1}
CAPTION = {"op": "caption", "at": 4, "caption": "new"}
RESET = {"op": "reset"}


@pytest.mark.parametrize(
    "operation, selected, selection",
    [
        (INSERT, 8, Ranges([(0, 2), (8, 9)])),
        (REMOVE, 3, Ranges([(0, 2), (3, 4)])),
        (MOVE, 1, Ranges([(0, 3)])),
        (CAPTION, 5, Ranges([(0, 2), (5, 6)])),
    ],
)
def test_what_is_selected_stays_on_its_items(operation, selected, selection):
    assert follow(change(operation), 5, Ranges([(0, 2), (5, 6)])) == (selected, selection)


def test_what_is_removed_is_selected_no_more():
    assert follow(change(REMOVE), 3, Ranges([(2, 4)])) == (None, Ranges())


def test_a_new_list_keeps_the_index_that_it_has_and_no_selection():
    assert follow(change(RESET, count=10), 5, Ranges([(5, 6)])) == (5, Ranges())
    assert follow(change(RESET, count=5), 5, Ranges([(5, 6)])) == (None, Ranges())
    assert follow(change(RESET), None, Ranges()) == (None, Ranges())


@pytest.mark.parametrize(
    "operations, first",
    [([INSERT], 2), ([MOVE], 1), ([CAPTION], 4), ([RESET], 0), ([CAPTION, MOVE], 1), ([], 10)],
)
def test_the_first_index_that_an_edit_touches(operations, first):
    assert first_touched(change(*operations)) == first


def test_changes_one_after_another_are_one():
    one = Change(1, 2, 9, (REMOVE,), (range(2, 4),))
    two = Change(2, 3, 12, (INSERT,), ())
    assert joined([one, two]) == Change(1, 3, 12, (REMOVE, INSERT), (range(2, 4),))


@pytest.mark.parametrize(
    "state, accepted",
    [
        ({"selected_index": 3}, {"selected_index": 3}),
        ({"selected_index": None}, {"selected_index": None}),
        ({"selected_index": -4}, {"selected_index": 0}),
        ({"selected_index": 10**30}, {"selected_index": 9}),
        ({"preview": None}, {}),
        ({"preview": "yes"}, {}),
        ({"selected_index": True}, {}),
        ({"selected_index": 3.0}, {}),
        ({"selected_index": [3]}, {}),
        ({"_count": 5, "_selection": [[0, 1]], "value": "x", "comm": None, "_page_0": {}}, {}),
    ],
)
def test_a_browser_writes_two_things_within_range(state, accepted):
    assert from_browser(state, 10) == accepted


def test_nothing_can_be_selected_of_nothing():
    assert from_browser({"selected_index": 3}, 0) == {"selected_index": None}
    assert from_browser({"selected_index": "3"}, 0) == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.sampled_from(["selected_index", "preview", "columns"]), JSON), st.integers(0, 5))
def test_whatever_a_browser_writes_is_within_range_or_ignored(state, count):
    accepted = from_browser(state, count)
    index = accepted.get("selected_index")
    assert index is None or 0 <= index < count
    assert accepted.get("preview") in {None, True, False}
    assert set(accepted) <= {"selected_index", "preview"}


def test_only_the_users_own_iterables_are_read():
    ranges, text = Ranges([(0, 10**9)]), "all"
    assert read_indices(ranges) is ranges
    assert read_indices(text) is text
    assert read_indices(7) == 7
    assert read_indices({3}) == [3]
