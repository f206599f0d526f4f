"""The arithmetic of what is shown: positions, ids and places in the list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbgallery.arrangement import Arrangement
from nbgallery.items import Item, ItemList
from nbgallery.pieces import Piece, Pieces
from nbgallery.selection import Ranges
from nbgallery.sequences import as_sequence


def made(count: int = 6) -> tuple[ItemList, Arrangement]:
    items = ItemList(as_sequence([f"{number}.png" for number in range(count)]))
    return items, Arrangement(items)


def test_not_arranged_it_is_the_list():
    items, arrangement = made()
    change = items.insert(0, [Item("new.png")])
    followed = arrangement.follow(change)
    assert followed.operations is change.operations
    assert (len(arrangement), arrangement.revision, arrangement.id_at(0)) == (7, 2, 6)
    chosen = Ranges([(1, 3)])
    assert arrangement.to_list(chosen) is chosen
    assert arrangement.to_positions(chosen) is chosen
    assert arrangement.rebase(0, 1) == 1
    assert arrangement.groups is None


def test_asking_for_positions_again_gives_the_same_object():
    items, arrangement = made()
    arrangement.show(np.array([1, 3, 5]), None)
    chosen = Ranges([(1, 4)])
    positions = arrangement.to_positions(chosen)
    assert positions == [0, 1]
    assert arrangement.to_positions(chosen) is positions
    arrangement.follow(items.remove(3))
    assert arrangement.to_positions(chosen) == [0]


def test_an_edit_is_told_in_positions():
    items, arrangement = made()
    arrangement.show(np.array([0, 1, 4, 5]), None)
    assert arrangement.follow(items.set_caption(4, "B")).operations == (
        {"op": "caption", "at": 2, "caption": "B"},
    )
    assert arrangement.follow(items.set_caption(3, "B")).operations == ()
    assert arrangement.follow(items.move(5, 0)).operations == ({"op": "move", "from": 3, "to": 0},)
    assert arrangement.follow(items.move(4, 2)).operations == ()
    removed = arrangement.follow(items.remove(0, 4))
    assert removed.operations == ({"op": "splice", "at": 0, "remove": 3, "insert": 0},)
    assert sorted(item_id for each in removed.removed_ids for item_id in each) == [0, 1, 3, 5]
    assert arrangement.follow(items.insert(0, [Item("new.png")])).operations == ()
    assert [arrangement.id_at(position) for position in range(len(arrangement))] == [4]


def test_what_is_put_goes_where_it_belongs():
    _, arrangement = made()
    arrangement.show(np.array([1, 4]), None)
    change = arrangement.put(np.array([5, 0, 2, 3, 1, 77]))
    assert change.operations == (
        {"op": "splice", "at": 0, "remove": 0, "insert": 1},
        {"op": "splice", "at": 2, "remove": 0, "insert": 2},
        {"op": "splice", "at": 5, "remove": 0, "insert": 1},
    )
    assert arrangement.indices.tolist() == [0, 1, 2, 3, 4, 5]


def test_an_edit_that_nobody_told_of_is_a_new_arrangement():
    items, arrangement = made()
    arrangement.show(np.array([1, 3]), None)
    items.remove(3)
    assert arrangement.revision == 3
    assert arrangement.since(2) == [{"op": "reset"}]
    assert arrangement.indices.tolist() == [1]
    items.remove(0)
    assert arrangement.follow(items.remove(0)).operations == ({"op": "reset"},)
    assert len(arrangement) == 0


def test_a_change_in_very_many_pieces_is_a_reset():
    items, arrangement = made(5000)
    arrangement.show(np.arange(0, 5000, 2), None)
    assert arrangement.put(np.arange(1, 5000, 2)).operations == ({"op": "reset"},)
    assert len(arrangement) == len(items)


def test_a_position_that_is_not_there():
    _, arrangement = made()
    arrangement.show(np.array([1]), None)
    for position in (-1, 1):
        with pytest.raises(IndexError):
            arrangement.id_at(position)


@given(st.lists(st.integers(1, 4), max_size=8), st.randoms(use_true_random=False))
def test_many_ids_are_found_as_each_is(sizes, random):
    """By arrays and one by one, a row of pieces says the same."""
    firsts = [sum(sizes[:number]) + 2 * number for number in range(len(sizes))]
    pieces = [Piece(first, size) for first, size in zip(firsts, sizes, strict=True)]
    random.shuffle(pieces)
    row = Pieces(pieces)
    ids = [row.id_at(position) for position in range(len(row))]
    assert row.ids().tolist() == ids
    assert row.ids_at(np.arange(len(row))).tolist() == ids
    asked = np.arange(-2, 60)
    expected = [-1 if (found := row.index_of(item_id)) is None else found for item_id in asked.tolist()]
    assert row.indices_of(asked).tolist() == expected
