"""Items, and the edited sequence of them against a plain list."""

from __future__ import annotations

import gc
import pickle
import weakref

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from nbgallery.errors import GalleryError
from nbgallery.items import Item, ItemList, Pair, check_caption
from nbgallery.pieces import Piece, Pieces
from nbgallery.sequences import as_sequence
from nbgallery.splices import LOG_LENGTH, shift


class Counting:
    """A source of any length that notes what is read."""

    def __init__(self, count):
        self.count = count
        self.read = []

    def __len__(self):
        return self.count

    def item(self, index):
        self.read.append(index)
        return Item(f"{index}.png")


def media(items):
    return [items.item(items.id_at(index)).media for index in range(len(items))]


class TestItem:
    def test_keeps_what_it_is_given(self):
        record = object()
        item = Item("cat.png", "A cat", record)
        assert (item.media, item.caption, item.data) == ("cat.png", "A cat", record)

    @pytest.mark.parametrize("caption", [5, b"bytes", ["list"], object(), float("nan")])
    def test_refuses_a_caption_that_is_no_text(self, caption):
        with pytest.raises(GalleryError, match=r"^caption=.*: give a str or None$"):
            Item("cat.png", caption)

    def test_is_equal_to_itself_only(self):
        item = Item("cat.png")
        same = item
        assert item == same
        assert item != Item("cat.png")
        assert len({item, Item("cat.png")}) == 2

    def test_cannot_be_changed(self):
        with pytest.raises(AttributeError):
            Item("cat.png").caption = "other"  # type: ignore[misc]

    def test_can_be_pickled_and_referred_to_weakly(self):
        item = Item("cat.png", "A cat", 3)
        assert weakref.ref(item)() is item
        copy = pickle.loads(pickle.dumps(item))  # noqa: S301 (its own)
        assert (copy.media, copy.caption, copy.data) == ("cat.png", "A cat", 3)

    def test_its_repr_is_short_whatever_it_holds(self):
        assert len(repr(Item(b"x" * 10**7, "c" * 10**6, list(range(10**5))))) < 250

    def test_hostile_captions_are_kept_as_they_are(self):
        assert Item("x", "<script>alert(1)</script>").caption == "<script>alert(1)</script>"


class TestPair:
    def test_is_the_tuple_that_it_looks_like(self):
        item = Item("cat.png", "A cat")
        pair = Pair("spooled.png", item)
        assert pair.item is item
        assert pair == ("spooled.png", "A cat")

    def test_pickled_it_leaves_the_item_behind(self):
        copy = pickle.loads(pickle.dumps(Pair("a", Item("b", "c"))))  # noqa: S301 (its own)
        assert type(copy) is tuple
        assert copy == ("a", "c")


def test_check_caption_names_what_is_wrong():
    assert check_caption(None, "x") is None
    with pytest.raises(GalleryError, match=r"captions\[3\]=5"):
        check_caption(5, "captions[3]")


class ListMachine(RuleBasedStateMachine):
    """Every edit on an `ItemList` and on a list of (id, media, caption)."""

    @initialize(count=st.integers(0, 12))
    def begin(self, count):
        self.source = Counting(count)
        self.items = ItemList(self.source)
        self.model = [[index, f"{index}.png", None] for index in range(count)]
        self.next_id = count
        self.added = 0
        # Each revision's ids, and whether a reset came after it.
        self.history = {1: [row[0] for row in self.model]}
        self.era = 1
        self.views = []

    def _new(self, count):
        rows = [[self.next_id + i, f"new{self.added + i}", None] for i in range(count)]
        self.next_id += count
        self.added += count
        return rows

    def _follow(self, change, *, changed=True):
        assert change.base == max(self.history)
        assert change.revision == change.base + changed
        assert bool(change.operations) is changed
        assert change.count == len(self.model)
        before, after = set(self.history[change.base]), {row[0] for row in self.model}
        assert {item_id for ids in change.removed_ids for item_id in ids} == before - after
        self.history[change.revision] = [row[0] for row in self.model]

    @rule(data=st.data(), count=st.integers(0, 4))
    def insert(self, data, count):
        at = data.draw(st.integers(0, len(self.model)))
        rows = self._new(count)
        change = self.items.insert(at, [Item(row[1]) for row in rows])
        self.model[at:at] = rows
        self._follow(change, changed=count > 0)

    @rule()
    def append(self):
        rows = self._new(1)
        change = self.items.insert(len(self.model), [Item(rows[0][1])])
        self.model += rows
        self._follow(change)

    @rule(data=st.data())
    def remove(self, data):
        at = data.draw(st.integers(0, len(self.model)))
        count = data.draw(st.integers(0, min(3, len(self.model) - at)))
        change = self.items.remove(at, count)
        del self.model[at : at + count]
        self._follow(change, changed=count > 0)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def replace(self, data):
        at = data.draw(st.integers(0, len(self.model) - 1))
        rows = self._new(1)
        change = self.items.replace(at, Item(rows[0][1]))
        self.model[at : at + 1] = rows
        self._follow(change)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def move(self, data):
        source = data.draw(st.integers(0, len(self.model) - 1))
        destination = data.draw(st.integers(0, len(self.model) - 1))
        change = self.items.move(source, destination)
        self.model.insert(destination, self.model.pop(source))
        self._follow(change, changed=source != destination)

    @precondition(lambda self: self.model)
    @rule(data=st.data(), caption=st.sampled_from([None, "one", "two"]))
    def set_caption(self, data, caption):
        at = data.draw(st.integers(0, len(self.model) - 1))
        change = self.items.set_caption(at, caption)
        self.model[at] = [*self.model[at][:2], caption]
        self._follow(change)

    @rule()
    def clear(self):
        change = self.items.remove(0, len(self.model))
        changed = bool(self.model)
        self.model = []
        self._follow(change, changed=changed)

    @rule(count=st.integers(0, 5))
    def reset(self, count):
        change = self.items.reset(Counting(count))
        self.model = [[self.next_id + index, f"{index}.png", None] for index in range(count)]
        self.next_id += count
        self._follow(change)
        self.era = change.revision

    @precondition(lambda self: self.model)
    @rule(step=st.sampled_from([1, -1, 2]))
    def reset_to_a_view_of_itself(self, step):
        change = self.items.reset(self.items.view()[::step])
        rows = self.model[::step]
        self.model = [[self.next_id + index, *row[1:]] for index, row in enumerate(rows)]
        self.next_id += len(rows)
        self._follow(change)
        self.era = change.revision

    @rule(data=st.data())
    def keep_a_view(self, data):
        start = data.draw(st.integers(0, len(self.model)))
        step = data.draw(st.sampled_from([1, 1, 2, -1]))
        view = self.items.view()[start::step]
        self.views = [*self.views[-2:], (view, [row[1:] for row in self.model[start::step]])]

    @rule(data=st.data())
    def hold_on_to_an_item(self, data):
        if self.model:
            at = data.draw(st.integers(0, len(self.model) - 1))
            item = self.items.item(self.items.id_at(at))
            assert self.items.item(self.items.id_at(at)) is item
            assert self.items.view()[at] is item

    @invariant()
    def reads_like_the_list(self):
        if not hasattr(self, "model"):
            return
        assert len(self.items) == len(self.model)
        assert self.items.revision == max(self.history)
        for index, (item_id, name, caption) in enumerate(self.model):
            assert self.items.id_at(index) == item_id
            assert self.items.index_of(item_id) == index
            item = self.items.item(item_id)
            assert (item.media, item.caption) == (name, caption)
        present = {row[0] for row in self.model}
        for gone in set(range(self.next_id)) - present:
            assert self.items.index_of(gone) is None

    @invariant()
    def every_index_of_every_revision_is_rebased(self):
        if not hasattr(self, "model"):
            return
        now = {row[0]: index for index, row in enumerate(self.model)}
        for revision, ids in self.history.items():
            operations = self.items.since(revision)
            assert operations is not None
            for index, item_id in enumerate(ids):
                # A reset gives every item another id, so that nothing is found across one.
                assert self.items.rebase(index, revision) == now.get(item_id)
                assert shift(index, operations) == now.get(item_id)

    @invariant()
    def views_stay_as_they_were(self):
        for view, rows in getattr(self, "views", []):
            assert [[item.media, item.caption] for item in view] == rows
            assert [[item.media, item.caption] for item in view[::-1]] == rows[::-1]


ListMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestListMachine = ListMachine.TestCase


class TestItemList:
    def test_nothing_is_read_before_it_is_asked_for(self):
        source = Counting(1_000_000)
        items = ItemList(source)
        items.remove(10)
        items.move(0, 999_000)
        items.set_caption(5, "five")
        items.insert(500_000, [Item("new")])
        view = items.view()[::-1]
        assert source.read == []
        assert view[0].media == "999999.png"
        assert source.read == [999_999]

    def test_ten_thousand_appends_are_one_piece(self):
        items = ItemList(Counting(3))
        for number in range(10_000):
            items.insert(len(items), [Item(str(number))])
        # The ids of the source and of what is appended to it run on.
        assert items.pieces == 1
        assert (len(items), items.revision) == (10_003, 10_001)

    @pytest.mark.parametrize("count", [100, 1_000_000])
    def test_an_edit_adds_a_few_pieces_whatever_the_length(self, count):
        items = ItemList(Counting(count))
        for edit in (
            lambda: items.insert(50, [Item("a")]),
            lambda: items.remove(20),
            lambda: items.replace(30, Item("b")),
            lambda: items.move(3, 60),
            lambda: items.set_caption(7, "seven"),
        ):
            before = items.pieces
            change = edit()
            assert items.pieces <= before + 3
            assert len(change.operations) == 1
            assert len(change.removed_ids) <= 1

    def test_what_was_cut_is_joined_again(self):
        items = ItemList(Counting(100))
        items.move(10, 90)
        items.move(90, 10)
        assert items.pieces == 1

    def test_removing_a_million_names_them_as_one_range(self):
        items = ItemList(Counting(1_000_000))
        assert items.remove(0, len(items)).removed_ids == (range(1_000_000),)

    def test_ids_are_never_used_twice(self):
        items = ItemList(Counting(2))
        items.insert(2, [Item("a")])
        items.remove(0, 3)
        items.insert(0, [Item("b")])
        assert items.id_at(0) == 3
        items.reset(Counting(2))
        assert [items.id_at(0), items.id_at(1)] == [4, 5]
        items.reset(Counting(1))
        assert items.id_at(0) == 6
        assert media(items) == ["0.png"]

    def test_the_operations_are_those_of_the_protocol(self):
        items = ItemList(Counting(5))
        assert items.insert(1, [Item("a"), Item("b")]).operations == (
            {"op": "splice", "at": 1, "remove": 0, "insert": 2},
        )
        assert items.remove(0, 2).operations == ({"op": "splice", "at": 0, "remove": 2, "insert": 0},)
        assert items.replace(2, Item("c")).operations == (
            {"op": "splice", "at": 2, "remove": 1, "insert": 1},
        )
        assert items.move(0, 3).operations == ({"op": "move", "from": 0, "to": 3},)
        assert items.set_caption(1, "x").operations == ({"op": "caption", "at": 1, "caption": "x"},)
        assert items.reset(Counting(0)).operations == ({"op": "reset"},)

    def test_the_log_is_bounded(self):
        items = ItemList(Counting(1))
        for _ in range(LOG_LENGTH + 5):
            items.insert(0, [Item("a")])
        assert items.since(1) is None
        assert items.rebase(0, 1) is None
        assert len(items.since(items.revision - LOG_LENGTH) or ()) == LOG_LENGTH
        assert items.since(items.revision) == []
        assert items.since(items.revision + 1) is None
        assert items.since(0) is None

    def test_a_row_of_appends_is_one_entry_of_the_log_and_every_revision_in_it_is_known(self):
        items = ItemList(Counting(3))
        items.remove(0)
        for _ in range(3 * LOG_LENGTH):
            items.insert(len(items), [Item("a")])
        items.insert(len(items), [Item("b"), Item("c")])
        items.insert(len(items), [Item("d")])
        last = items.revision
        assert items.since(1) == [
            {"op": "splice", "at": 0, "remove": 1, "insert": 0},
            {"op": "splice", "at": 2, "remove": 0, "insert": 3 * LOG_LENGTH},
            {"op": "splice", "at": 2 + 3 * LOG_LENGTH, "remove": 0, "insert": 2},
            {"op": "splice", "at": 4 + 3 * LOG_LENGTH, "remove": 0, "insert": 1},
        ]
        assert (items.since(12) or [])[0] == {
            "op": "splice",
            "at": 12,
            "remove": 0,
            "insert": 3 * LOG_LENGTH - 10,
        }
        assert items.since(last) == []
        assert len(items.since(last - 1) or ()) == 1
        assert items.rebase(0, 500) == 0

    @pytest.mark.parametrize(
        "edit",
        [
            lambda items: items.insert(4, [Item("a")]),
            lambda items: items.insert(-1, [Item("a")]),
            lambda items: items.remove(3),
            lambda items: items.remove(0, 4),
            lambda items: items.remove(1, -1),
            lambda items: items.replace(3, Item("a")),
            lambda items: items.move(0, 3),
            lambda items: items.move(3, 0),
            lambda items: items.set_caption(3, "x"),
            lambda items: items.id_at(-1),
        ],
    )
    def test_an_edit_out_of_range_changes_nothing(self, edit):
        items = ItemList(Counting(3))
        with pytest.raises(IndexError):
            edit(items)
        assert (media(items), items.revision) == (["0.png", "1.png", "2.png"], 1)

    def test_a_wrong_caption_changes_nothing(self):
        items = ItemList(Counting(3))
        with pytest.raises(GalleryError, match="caption=5"):
            items.set_caption(0, 5)  # type: ignore[arg-type]
        assert (items.revision, items.item(0).caption) == (1, None)

    def test_an_item_that_is_gone_is_a_lookup_error(self):
        items = ItemList(Counting(1))
        items.insert(1, [Item("a")])
        items.remove(1)
        with pytest.raises(LookupError, match="item 1 is gone"):
            items.item(1)

    def test_what_the_users_sequence_raises_is_raised(self):
        class Broken:
            def __len__(self):
                return 2

            def __getitem__(self, index):
                message = "the disk is on fire"
                raise OSError(message)

        items = ItemList(as_sequence(Broken()))
        with pytest.raises(OSError, match="on fire"):
            items.item(0)

    def test_removed_items_are_let_go(self):
        items = ItemList(Counting(0))
        items.insert(0, [Item("a"), Item("b")])
        dropped = weakref.ref(items.item(0))
        items.remove(0)
        gc.collect()
        assert dropped() is None

    def test_an_emptied_list_lets_its_source_go(self):
        source = Counting(3)
        gone = weakref.ref(source)
        items = ItemList(source)
        del source
        items.remove(0, 3)
        gc.collect()
        assert gone() is None
        items.insert(0, [Item("a")])
        assert media(items) == ["a"]

    def test_an_old_view_does_not_gather_what_passes_through_the_list(self):
        items = ItemList(Counting(1))
        view = items.view()
        dropped = []
        for _ in range(5):
            items.insert(1, [Item("frame")])
            dropped.append(weakref.ref(items.item(items.id_at(1))))
            items.remove(1)
        gc.collect()
        assert [reference() for reference in dropped] == [None] * 5
        assert len(view) == 1

    def test_what_an_old_view_reads_is_not_taken_for_the_new(self):
        items = ItemList(Counting(1))
        view = items.view()
        items.set_caption(0, "new")
        old = view[0]
        new = items.item(0)
        assert (old.caption, new.caption) == (None, "new")
        assert items.item(0) is new

    def test_a_part_of_an_old_view_is_as_old(self):
        items = ItemList(Counting(2))
        items.insert(2, [Item("added")])
        view = items.view()
        items.set_caption(0, "new")
        items.remove(2)
        assert [(item.media, item.caption) for item in view[::-1]] == [
            ("added", None),
            ("1.png", None),
            ("0.png", None),
        ]

    def test_reordering_a_thousand_times_does_not_nest(self):
        items = ItemList(Counting(3))
        for _ in range(3001):
            items.reset(items.view()[::-1])
        assert media(items) == ["2.png", "1.png", "0.png"]

    def test_items_given_are_the_same_objects(self):
        given = [Item("a"), Item("b", "B", data={})]
        view = ItemList(as_sequence(given)).view()
        assert [item is mine for item, mine in zip(view, given, strict=True)] == [True, True]

    def test_reprs_read_nothing(self):
        source = Counting(1_000_000)
        items = ItemList(source)
        assert repr(items) == "<ItemList of 1000000, revision 1>"
        assert repr(items.view()) == "<1000000 items>"
        assert source.read == []

    def test_a_view_is_indexed_as_a_list_is(self):
        view = ItemList(Counting(3)).view()
        assert (view[-1].media, view[0].media) == ("2.png", "0.png")
        for index in (3, -4):
            with pytest.raises(IndexError):
                view[index]


def test_pieces_of_two_runs_are_found_by_id():
    row = Pieces([Piece(10, 2), Piece(0, 3)])
    assert [row.id_at(index) for index in range(5)] == [10, 11, 0, 1, 2]
    assert [row.index_of(item_id) for item_id in (0, 2, 3, 9, 10, 11, 12, -1)] == [
        2,
        4,
        None,
        None,
        0,
        1,
        None,
        None,
    ]
