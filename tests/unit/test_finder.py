"""What is shown is what a plain list says, whatever is edited, arranged and looked for; views hear of all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from nbgallery import finder
from nbgallery.criteria import Grouping, Matching, Named, Sorting, contains
from nbgallery.errors import GalleryError
from nbgallery.items import Item
from nbgallery.selection import Ranges
from nbgallery.sequences import as_sequence
from tests.unit.doubles import PATIENCE
from tests.unit.finding_desk import FindingDesk, Slow, desk_of, item, number_of, on_a_thread, without_waiting

CAPTIONS = st.sampled_from(["A cat", "a dog", "Cats and dogs", "Bird", None])
KEYS = st.one_of(st.none(), st.integers(0, 5))
TEXTS = st.sampled_from(["cat", "DOG", "bird", "a", "nothing"])
NUMBERS = st.integers(0, 10**6)


class Arranged(RuleBasedStateMachine):
    """Random edits and arrangements beside a plain list of ``(name, caption, key)``."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        without_waiting(self.patch)
        self.patch.setattr(finder, "_CHUNK", 2)
        self.number = 0
        rows = [
            item(self.next(), caption, key)
            for caption, key in zip(["A cat", None] * 3, range(6), strict=True)
        ]
        self.desk = FindingDesk(rows)
        self.rows = list(rows)
        self.text: str | None = None
        self.searched = ""
        self.key: str | None = None
        self.reverse = False
        self.heading: str | None = None

    def next(self) -> int:
        self.number += 1
        return self.number

    def teardown(self) -> None:
        self.desk.finder.close()
        self.patch.undo()

    # Edits

    @rule(at=NUMBERS, captions=st.lists(st.tuples(CAPTIONS, KEYS), min_size=1, max_size=3))
    def insert(self, at: int, captions: list[tuple[str | None, int | None]]) -> None:
        place = at % (len(self.rows) + 1)
        new = [item(self.next(), *row) for row in captions]
        self.desk.edit(lambda: self.desk.items.insert(place, new))
        self.rows[place:place] = new

    @rule(caption=CAPTIONS, key=KEYS)
    def append(self, caption: str | None, key: int | None) -> None:
        new = item(self.next(), caption, key)
        self.desk.edit(lambda: self.desk.items.insert(len(self.desk.items), [new]))
        self.rows.append(new)

    @precondition(lambda self: self.rows)
    @rule(at=NUMBERS, count=st.integers(1, 3))
    def remove(self, at: int, count: int) -> None:
        place = at % len(self.rows)
        count = min(count, len(self.rows) - place)
        self.desk.edit(lambda: self.desk.items.remove(place, count))
        del self.rows[place : place + count]

    @precondition(lambda self: self.rows)
    @rule(at=NUMBERS, to=NUMBERS)
    def move(self, at: int, to: int) -> None:
        source, destination = at % len(self.rows), to % len(self.rows)
        self.desk.edit(lambda: self.desk.items.move(source, destination))
        self.rows.insert(destination, self.rows.pop(source))

    @precondition(lambda self: self.rows)
    @rule(at=NUMBERS, key=KEYS)
    def replace(self, at: int, key: int | None) -> None:
        place = at % len(self.rows)
        new = item(self.next(), "Bird", key)
        self.desk.edit(lambda: self.desk.items.replace(place, new))
        self.rows[place] = new

    @precondition(lambda self: self.rows)
    @rule(at=NUMBERS, caption=CAPTIONS)
    def set_caption(self, at: int, caption: str | None) -> None:
        place = at % len(self.rows)
        self.desk.edit(lambda: self.desk.items.set_caption(place, caption))
        row = self.rows[place]
        self.rows[place] = Item(row.media, caption, row.data)

    @rule(captions=st.lists(st.tuples(CAPTIONS, KEYS), max_size=4))
    def reset(self, captions: list[tuple[str | None, int | None]]) -> None:
        new = [item(self.next(), *row) for row in captions]
        self.desk.edit(lambda: self.desk.items.reset(as_sequence(new)))
        self.rows = list(new)
        self.show_all_in_model()

    # Arranging

    def show_all_in_model(self) -> None:
        self.text, self.searched, self.key, self.heading = None, "", None, None

    @rule(text=st.one_of(st.none(), TEXTS))
    def filter(self, text: str | None) -> None:
        self.desk.filter(text)
        self.text = text

    @rule(text=st.one_of(st.just(""), TEXTS))
    def search(self, text: str) -> None:
        self.desk.search(text)
        self.searched = text

    @rule(key=st.sampled_from([None, "key", "number", "caption"]), reverse=st.booleans())
    def sort(self, key: str | None, *, reverse: bool) -> None:
        sorting = None if key is None else Sorting("key", Named(key, fold=True), reverse=reverse)
        self.desk.finder.apply("sort", lambda: sorting)
        self.key, self.reverse = key, reverse

    @rule(key=st.sampled_from([None, "key", "caption"]))
    def group(self, key: str | None) -> None:
        grouping = None if key is None else Grouping("key", Named(key, fold=False))
        self.desk.finder.apply("group", lambda: grouping)
        self.heading = key

    @rule()
    def show_all(self) -> None:
        with self.desk.turn():
            self.desk.finder.show_all()
        self.show_all_in_model()

    # Hearing

    @precondition(lambda self: self.rows)
    @rule(start=NUMBERS, count=st.integers(1, 4))
    def choose(self, start: int, count: int) -> None:
        place = start % len(self.rows)
        chosen = Ranges([(place, min(place + count, len(self.rows)))])
        self.desk.selection = self.desk.selection.union(chosen)
        self.desk.wire.selection_changed()

    @rule()
    def look_a_little(self) -> None:
        """Let the thread and the sender do a part of their work."""
        if self.desk.thread.works:
            self.desk.thread.works.popleft()()
        self.desk.outbox.run(works=1)

    @rule()
    def catch_up(self) -> None:
        self.desk.run()
        shown = self.expected()
        assert self.desk.names() == [row.media for row in shown]
        view, arrangement = self.desk.view, self.desk.arrangement
        assert view.ids == self.desk.shown()
        assert view.chosen == arrangement.to_positions(self.desk.selection)
        places = {id(row): place for place, row in enumerate(self.rows)}
        assert arrangement.indices.tolist() == [places[id(row)] for row in shown]
        assert view.groups == self.expected_groups(shown)
        captions = dict(zip(view.ids, (row.caption for row in shown), strict=True))
        assert all(captions[known] == text for known, text in view.captions.items() if known in captions)
        state = self.desk.finder.state
        arranged = [
            name for name, on in (("filter", self.text), ("sort", self.key), ("group", self.heading)) if on
        ]
        if arranged or self.searched:
            expected = {"text": self.searched, "total": len(self.rows), "arranged": arranged, "done": None}
            assert state == expected
        else:
            assert state is None
        if self.desk.states:
            assert self.desk.states[-1] == state

    def expected(self) -> list[Item]:
        rows = [row for row in self.rows if self.text is None or contains(self.text)(row)]
        rows = [row for row in rows if contains(self.searched)(row)]
        for name, fold, reverse in ((self.key, True, self.reverse), (self.heading, False, False)):
            if name is not None:
                key = Named(name, fold=fold)
                with_key = [row for row in rows if key(row) is not None]
                without = [row for row in rows if key(row) is None]
                rows = sorted(with_key, key=key, reverse=reverse) + without  # type: ignore[arg-type]  # comparable
        return rows

    def expected_groups(self, shown: list[Item]) -> list[tuple[str, int]] | None:
        if self.heading is None:
            return None
        key = Named(self.heading, fold=False)
        return [(str(name), len(list(rows))) for name, rows in groupby(shown, key)]

    @invariant()
    def places_lead_back_and_forth(self) -> None:
        arrangement = self.desk.arrangement
        for position, index in enumerate(arrangement.indices.tolist()):
            assert arrangement.list_index(position) == index
            assert arrangement.position(index) == position
            assert arrangement.index_of(arrangement.id_at(position)) == position
        everything = Ranges([(0, len(arrangement))])
        assert arrangement.to_positions(arrangement.to_list(everything)) == everything


TestArranged = Arranged.TestCase
TestArranged.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[FindingDesk]:
    without_waiting(monkeypatch)
    made = FindingDesk([item(number, ["A cat", "A dog"][number % 2]) for number in range(10)])
    yield made
    made.finder.close()


def test_a_search_that_ends_at_once_shows_nothing_in_between(monkeypatch):
    monkeypatch.setattr(finder, "_SHOW_SECONDS", PATIENCE)
    one = FindingDesk([item(number, "A cat") for number in range(5)])
    one.search("cat")
    one.outbox.now.popleft()()
    assert (one.finder.state or {})["done"] == 0
    assert len(one.arrangement) == 5
    one.thread.run()
    one.outbox.now.popleft()()
    assert one.view.resets == 1
    assert one.view.ids == [0, 1, 2, 3, 4]
    assert (one.finder.state or {})["done"] is None


def test_what_is_found_first_is_shown_before_the_rest_is_read(monkeypatch):
    without_waiting(monkeypatch)
    slow = Slow(["cat0.png", "dog.png", "cat2.png"], held=2)
    one = desk_of(slow)
    one.search("cat")
    worker = on_a_thread(one)
    assert slow.reached.wait(PATIENCE)
    one.outbox.run()
    assert one.view.ids == [0]
    assert (one.finder.state or {})["done"] == 2
    slow.go_on.set()
    worker.join(PATIENCE)
    one.run()
    assert one.names() == ["cat0.png", "cat2.png"]


def test_another_text_ends_the_search_before_it(monkeypatch):
    without_waiting(monkeypatch)
    slow = Slow([f"{name}{number}.png" for number in range(50) for name in ("cat", "dog")], held=1)
    one = desk_of(slow)
    one.search("cat")
    worker = on_a_thread(one)
    assert slow.reached.wait(PATIENCE)
    one.search("dog")
    slow.go_on.set()
    worker.join(PATIENCE)
    one.run()
    assert one.names() == [f"dog{number}.png" for number in range(50)]


@pytest.mark.parametrize("end", ["show_all", "close"])
def test_a_search_is_ended(monkeypatch, end):
    without_waiting(monkeypatch)
    slow = Slow([f"{number}.png" for number in range(50)], held=1)
    read: list[int] = []
    monkeypatch.setattr(Slow, "__getitem__", _counting(Slow.__getitem__, read))
    one = desk_of(slow)
    one.search("png")
    worker = on_a_thread(one)
    assert slow.reached.wait(PATIENCE)
    with one.turn():
        getattr(one.finder, end)()
    slow.go_on.set()
    worker.join(PATIENCE)
    assert read == [0, 1]


def _counting(read: Any, seen: list[int]) -> Any:
    def counted(self: Any, index: int) -> Any:
        seen.append(index)
        return read(self, index)

    return counted


def test_ten_thousand_appends_are_shown_in_a_few_messages(desk, monkeypatch):
    monkeypatch.setattr(finder, "_SHOW_SECONDS", 0.1)
    desk.filter("cat")
    desk.run()
    puts: list[int] = []
    monkeypatch.setattr(desk.arrangement, "put", _noting(desk.arrangement.put, puts))
    for number in range(10_000):
        desk.edit(lambda number=number: desk.items.insert(len(desk.items), [item(number, "A cat")]))
    desk.run()
    assert len(desk.view.ids) == 10_005
    assert len(puts) == 1


def _noting(put: Any, sizes: list[int]) -> Any:
    def noted(ids: Any) -> Any:
        sizes.append(len(ids))
        return put(ids)

    return noted


def test_a_predicate_that_fails_for_a_later_item_leaves_it_out_and_says_so_once(desk):
    matching = Matching("what", lambda each: number_of(each) >= 0)
    desk.finder.apply("filter", lambda: matching)
    desk.edit(lambda: desk.items.insert(0, [Item("a.png"), Item("b.png"), item(77)]))
    desk.run()
    assert desk.names()[:2] == ["p77.png", "p0.png"]
    assert desk.errors == ["what: TypeError: 'NoneType' object is not subscriptable"]


def test_a_later_key_that_cannot_be_compared_is_last(desk):
    sorting = Sorting("key", number_of, reverse=True)
    desk.finder.apply("sort", lambda: sorting)
    odd = Item("odd.png", data={"number": "nine"})
    desk.edit(lambda: desk.items.insert(0, [odd, item(99)]))
    desk.run()
    assert (desk.names()[0], desk.names()[-1]) == ("p99.png", "odd.png")
    assert len(desk.errors) == 1


def test_an_item_that_cannot_be_read_stops_nothing(monkeypatch):
    without_waiting(monkeypatch)

    class Broken(list[str]):
        def __getitem__(self, index: Any) -> Any:
            if index == 1:
                raise OSError("gone")
            return super().__getitem__(index)

    one = desk_of(
        type("Rows", (), {"__len__": lambda _: 3, "__getitem__": lambda _, at: Broken("bca")[at]})()
    )
    one.search("a")
    one.run()
    assert one.names() == ["a"]
    one.search("")
    sorting = Sorting("key", lambda each: each.media)
    one.finder.apply("sort", lambda: sorting)
    one.run()
    assert one.arrangement.indices.tolist() == [2, 0, 1]


def test_an_interrupt_leaves_everything_as_it_was(desk):
    desk.filter("cat")
    desk.run()
    before = (desk.shown(), desk.arrangement.revision)

    def interrupted(each: Item) -> bool:
        if number_of(each) == 5:
            raise KeyboardInterrupt
        return True

    matching = Matching("what", interrupted)
    with pytest.raises(KeyboardInterrupt):
        desk.finder.apply("filter", lambda: matching)
    desk.run()
    assert (desk.shown(), desk.arrangement.revision) == before
    assert (desk.finder.state or {})["done"] is None


def test_a_list_that_is_replaced_while_code_looks_at_it_is_looked_at_itself(desk):
    seen: list[object] = []

    def once(each: Item) -> bool:
        if not seen:
            new = [Item("new0.png"), Item("new1.png")]
            desk.edit(lambda: desk.items.reset(as_sequence(new)))
        seen.append(each.media)
        return each.media == "new1.png"

    matching = Matching("what", once)
    desk.finder.apply("filter", lambda: matching)
    desk.run()
    assert desk.names() == ["new1.png"]


def test_too_many_groups(monkeypatch, desk):
    monkeypatch.setattr("nbgallery.criteria.MAX_GROUPS", 5)
    grouping = Grouping("key", number_of)
    with pytest.raises(GalleryError, match=r"key: item 4: 4 is one group more than 5"):
        desk.finder.apply("group", lambda: grouping)
    assert desk.arrangement.groups is None
