"""Ranges against sets of ints."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbgallery.errors import GalleryError
from nbgallery.selection import Ranges, difference
from nbgallery.splices import shift

LIMIT = 40

spans = st.lists(st.tuples(st.integers(0, LIMIT), st.integers(0, LIMIT)), max_size=8)


def as_set(pairs):
    return {index for start, stop in pairs for index in range(start, stop)}


@st.composite
def histories(draw):
    """A list's length, and operations that fit it."""
    count = length = draw(st.integers(0, LIMIT))
    operations = []
    for _ in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["splice", "splice", "move", "caption", "reset"]))
        if kind == "splice":
            at = draw(st.integers(0, length))
            remove = draw(st.integers(0, length - at))
            insert = draw(st.integers(0, 5))
            operations.append({"op": "splice", "at": at, "remove": remove, "insert": insert})
            length += insert - remove
        elif kind == "move" and length:
            places = st.integers(0, length - 1)
            operations.append({"op": "move", "from": draw(places), "to": draw(places)})
        elif kind == "caption" and length:
            operations.append({"op": "caption", "at": draw(st.integers(0, length - 1)), "caption": None})
        elif kind == "reset" and draw(st.integers(0, 5)) == 0:
            operations.append({"op": "reset"})
    return count, operations


def replayed(count, chosen, operations):
    """The explicit model: a list of items, some of which are chosen."""
    rows = [index in chosen for index in range(count)]
    for operation in operations:
        if operation["op"] == "splice":
            at, remove = operation["at"], operation["remove"]
            rows[at : at + remove] = [False] * operation["insert"]
        elif operation["op"] == "move":
            rows.insert(operation["to"], rows.pop(operation["from"]))
        elif operation["op"] == "reset":
            # The new list is as long here, for the operations that follow it.
            rows = [False] * len(rows)
    return {index for index, chosen in enumerate(rows) if chosen}


@given(spans)
def test_reads_like_the_sorted_ints(pairs):
    ranges, expected = Ranges(pairs), sorted(as_set(pairs))
    assert list(ranges) == expected
    assert len(ranges) == len(expected)
    assert bool(ranges) == bool(expected)
    assert [ranges[index] for index in range(len(expected))] == expected
    assert [ranges[index] for index in range(-len(expected), 0)] == expected
    assert list(reversed(ranges)) == expected[::-1]
    assert [index in ranges for index in range(-1, LIMIT + 2)] == [
        i in expected for i in range(-1, LIMIT + 2)
    ]
    assert [ranges.index(index) for index in expected] == list(range(len(expected)))
    assert np.asarray(ranges).tolist() == expected
    assert copy.copy(ranges) == ranges == pickle.loads(pickle.dumps(ranges))  # noqa: S301 (its own)


@given(spans)
def test_its_pairs_are_ascending_disjoint_and_never_touch(pairs):
    flat = [edge for pair in Ranges(pairs).pairs() for edge in pair]
    assert flat == sorted(set(flat))
    assert as_set(Ranges(pairs).pairs()) == as_set(pairs)


@given(spans, st.slices(LIMIT))
def test_slices_are_those_of_the_list(pairs, part):
    assert list(Ranges(pairs)[part]) == sorted(as_set(pairs))[part]


@given(spans, spans, st.integers(0, LIMIT))
def test_set_operations(one, other, count):
    mine, theirs = as_set(one), as_set(other)
    assert Ranges(one).union(Ranges(other)) == mine | theirs
    assert Ranges(one).minus(Ranges(other)) == mine - theirs
    assert Ranges(one).clamp(count) == {index for index in mine if index < count}
    remove, add = difference(Ranges(one), Ranges(other))
    assert Ranges(one).minus(remove).union(add) == Ranges(other)
    assert not mine & set(add)
    assert set(remove) <= mine


@given(spans, histories())
def test_follows_every_change_of_the_list(pairs, history):
    count, operations = history
    chosen = Ranges(pairs).clamp(count)
    moved = chosen.shifted(operations)
    assert moved == replayed(count, set(chosen), operations)
    assert moved == {place for index in chosen if (place := shift(index, operations)) is not None}


@given(spans)
def test_pairs_go_there_and_back(pairs):
    assert Ranges.from_pairs(Ranges(pairs).pairs(), LIMIT) == Ranges(pairs)


@given(st.sets(st.integers(0, LIMIT)))
def test_indices_in_any_order(indices):
    assert Ranges.from_indices(indices, LIMIT + 1) == indices
    assert Ranges.from_indices([*indices, *indices], LIMIT + 1) == indices
    assert Ranges.from_indices(np.array(list(indices), np.int16), LIMIT + 1) == indices


def test_a_billion_cost_as_much_as_one():
    chosen = Ranges([(0, 10**9)]).minus(Ranges([(5, 6)]))
    moved = chosen.shifted(
        [{"op": "move", "from": 5, "to": 10**8}, {"op": "splice", "at": 7, "remove": 10, "insert": 1}]
    )
    assert len(moved) == 10**9 - 11
    assert len(moved.pairs()) <= 4
    assert (10**9 - 10 in moved, moved[-1]) == (True, 10**9 - 10)
    assert repr(chosen) == "Ranges(0…4, 6…999999999)"


def test_an_insertion_into_a_range_is_not_selected():
    assert Ranges([(0, 4)]).shifted([{"op": "splice", "at": 2, "remove": 0, "insert": 2}]) == [0, 1, 4, 5]


@pytest.mark.parametrize(
    "other",
    [[1, 2, 5], (5, 2, 1), {1, 2, 5}, frozenset({1, 2, 5}), Ranges([(5, 6), (1, 3)]), [np.int64(1), 2, 5]],
)
def test_is_equal_to_the_same_ints_in_any_order(other):
    assert Ranges([(1, 3), (5, 6)]) == other


@pytest.mark.parametrize(
    "other", [[1, 2], [1, 2, 2], [1, 2, "5"], "125", b"125", None, 5, [None, 1, 2], {1: 2}]
)
def test_is_not_equal_to_anything_else(other):
    assert Ranges([(1, 3), (5, 6)]) != other


@pytest.mark.parametrize("index", ["1", None, 1.5, object()])
def test_contains_only_whole_numbers(index):
    assert index not in Ranges([(0, 10)])
    assert Ranges([(0, 10)]).count(index) == 0


def test_contains_numbers_of_numpys():
    assert np.int32(3) in Ranges([(0, 10)])


def test_index_errors():
    with pytest.raises(IndexError):
        Ranges([(0, 3)])[3]
    with pytest.raises(IndexError):
        Ranges()[0]
    with pytest.raises(ValueError, match="7 is not in the selection"):
        Ranges([(0, 3)]).index(7)
    with pytest.raises(ValueError, match="0 is not in the selection"):
        Ranges([(0, 3)]).index(0, 1)


def test_its_repr_is_short():
    assert repr(Ranges()) == "Ranges()"
    assert repr(Ranges((i, i + 1) for i in range(0, 10**5, 2))) == "Ranges(0, 2, 4, 6, 8, 10, … 50000 in all)"


@pytest.mark.parametrize(
    "pairs",
    [
        None,
        5,
        "0-5",
        {"0": 5},
        [5],
        [[0]],
        [[0, 1, 2]],
        ["01"],
        [[0, None]],
        [[0, 1.0]],
        [[False, True]],
        [[-1, 5]],
        [[5, 4]],
        [["0", "1"]],
        [[0, float("nan")]],
        [[0, float("inf")]],
        [[0, 5], None],
    ],
)
def test_hostile_pairs_are_a_value_error(pairs):
    with pytest.raises(ValueError, match="range"):
        Ranges.from_pairs(pairs, 10)


def test_pairs_beyond_the_end_are_cut_off():
    assert Ranges.from_pairs([[8, 10**30], [50, 60]], 10) == [8, 9]


@pytest.mark.parametrize(
    "indices, named",
    [
        (5, "selection=5"),
        (None, "selection=None"),
        ("123", "selection='123'"),
        ([10], "10 is not within 0 … 9"),
        ([-1], "-1 is not within 0 … 9"),
        (range(5, 11), "10 is not within"),
        (Ranges([(9, 11)]), "10 is not within"),
        ([1.0], "1.0 is no index"),
        ([True, False], "True is no index.*flatnonzero"),
        (np.array([True, False]), "no index.*flatnonzero"),
        (["1"], "'1' is no index"),
        ([None], "None is no index"),
    ],
)
def test_wrong_indices_name_what_is_wrong(indices, named):
    with pytest.raises(GalleryError, match=named):
        Ranges.from_indices(indices, 10)


def test_a_range_of_a_million_is_one_range():
    assert Ranges.from_indices(range(10**6), 10**6).pairs() == [[0, 10**6]]
    assert Ranges.from_indices(range(10**6 - 1, -1, -1), 10**6).pairs() == [[0, 10**6]]
    assert Ranges.from_indices(range(0, 10, 3), 10) == [0, 3, 6, 9]
    assert Ranges.from_indices(range(0), 0) == []


def test_as_an_array():
    chosen = Ranges([(1, 3)])
    assert np.array(chosen, dtype=np.float32).dtype == np.float32
    assert np.arange(5)[np.asarray(chosen)].tolist() == [1, 2]
    assert np.asarray(Ranges()).dtype == np.int64
