"""A finder among threads, and what it looks at again when an item has another caption."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from nbgallery import finder
from nbgallery.criteria import Grouping, Matching, Named, Sorting
from nbgallery.errors import GalleryError
from nbgallery.items import Item
from tests.unit.doubles import PATIENCE
from tests.unit.finding_desk import FindingDesk, Slow, desk_of, item, number_of, on_a_thread, without_waiting


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[FindingDesk]:
    without_waiting(monkeypatch)
    made = FindingDesk([item(number, ["A cat", "A dog"][number % 2]) for number in range(10)])
    yield made
    made.finder.close()


def test_what_is_not_found_is_learnt_bit_by_bit(desk, monkeypatch):
    monkeypatch.setattr(finder, "_CHUNK", 2)
    desk.filter("")
    desk.run()
    desk.search("nothing")
    desk.outbox.run()
    held = []
    monkeypatch.setattr(desk.finder, "_judge", _then(desk.finder._judge, desk.outbox.run))
    monkeypatch.setattr(
        desk.finder, "_learn", _before(desk.finder._learn, lambda: held.append(len(desk.finder._found)))
    )
    desk.thread.run()
    assert max(held) < 10


def _then(do: Any, after: Any) -> Any:
    return lambda *given: (do(*given), after())[0]


def _before(do: Any, first: Any) -> Any:
    return lambda *given: (first(), do(*given))[1]


def test_two_threads_that_filter_at_once(desk):
    first_begun, second_begun = threading.Event(), threading.Event()

    def until_the_second_has_begun(_each: Item) -> bool:
        first_begun.set()
        return second_begun.wait(PATIENCE)

    def until_the_first_has_ended(each: Item) -> bool:
        second_begun.set()
        thread.join(PATIENCE)
        return bool(number_of(each) < 3)

    first, second = Matching("what", until_the_second_has_begun), Matching("what", until_the_first_has_ended)
    thread = threading.Thread(target=desk.finder.apply, args=("filter", lambda: first))
    thread.start()
    assert first_begun.wait(PATIENCE)
    desk.finder.apply("filter", lambda: second)
    desk.run()
    assert desk.view.ids == [0, 1, 2]
    assert (desk.finder.state or {})["done"] is None


def test_an_item_that_another_thread_has_looked_at_meanwhile_is_not_learnt_twice(desk):
    def key(each: Item) -> Any:
        if number_of(each) == 9 and not sorting.knows(0):
            sorting.learn(desk.items.order.ids()[:5], range(5))
        return number_of(each)

    sorting = Sorting("key", key)
    desk.finder.apply("sort", lambda: sorting)
    assert len(sorting._keys) == 10


def test_keys_that_cannot_be_compared_with_one_another():
    class Odd:
        def __init__(self, number: int) -> None:
            self.number = number

        def __lt__(self, other: Odd) -> bool:
            if {self.number, other.number} == {1, 2}:
                raise TypeError("no")
            return self.number < other.number

    one = FindingDesk([Item(f"{number}.png", data={"number": Odd(number)}) for number in (0, 1, 2)])
    sorting = Sorting("key", number_of)
    with pytest.raises(GalleryError, match=r"key: item 0: .*cannot be compared"):
        one.finder.apply("sort", lambda: sorting)


def test_another_caption_is_looked_at_again(desk):
    desk.filter("cat")
    desk.edit(lambda: desk.items.set_caption(0, "A bird"))
    desk.edit(lambda: desk.items.set_caption(1, "A cat"))
    desk.run()
    assert desk.view.ids == desk.shown() == [1, 2, 4, 6, 8]
    grouping = Grouping("key", Named("caption", fold=False))
    desk.finder.apply("group", lambda: grouping)
    desk.edit(lambda: desk.items.set_caption(1, "Cats"))
    desk.run()
    assert desk.view.groups == [("A cat", 4), ("Cats", 1)]


def test_a_caption_that_moves_nothing_resets_no_view(desk):
    desk.filter("cat")
    desk.run()
    resets = desk.view.resets
    desk.edit(lambda: desk.items.set_caption(0, "Another cat"))
    desk.run()
    assert desk.view.resets == resets
    assert desk.view.captions == {0: "Another cat"}


def test_items_chosen_by_their_indices_stay_whatever_their_captions(desk):
    chosen = Matching("what", lambda _item: False)
    chosen.learn(desk.items.order.ids(), [number < 3 for number in range(10)])
    desk.finder.apply("filter", lambda: chosen)
    desk.edit(lambda: desk.items.set_caption(1, "Other"))
    desk.run()
    assert desk.view.ids == [0, 1, 2]


def test_a_caption_set_while_code_looks_at_the_items(desk):
    def test(each: Item) -> bool:
        if number_of(each) == 5:
            desk.edit(lambda: desk.items.set_caption(0, "A bird"))
        return "cat" in (each.caption or "")

    matching = Matching("what", test)
    desk.finder.apply("filter", lambda: matching)
    desk.run()
    assert desk.view.ids == [2, 4, 6, 8]


def test_a_caption_set_while_the_item_is_looked_at(monkeypatch):
    without_waiting(monkeypatch)
    slow = Slow(["cat0.png", "cat1.png"], held=1)
    one = desk_of(slow)
    one.search("cat")
    worker = on_a_thread(one)
    assert slow.reached.wait(PATIENCE)
    one.edit(lambda: one.items.set_caption(0, "A bird"))
    one.edit(lambda: one.items.set_caption(1, "A dog"))
    slow.go_on.set()
    worker.join(PATIENCE)
    one.run()
    assert one.names() == []


def test_keys_of_removed_items_are_let_go(desk):
    sorting = Sorting("key", number_of, reverse=True)
    desk.finder.apply("sort", lambda: sorting)
    desk.edit(lambda: desk.items.remove(0, 6))
    desk.run()
    assert len(sorting._keys) == 4
    desk.edit(lambda: desk.items.insert(0, [item(7), item(70)]))
    desk.run()
    assert [number_of(desk.items.item(item_id)) for item_id in desk.shown()] == [70, 9, 8, 7, 7, 6]


def test_a_closed_finder_holds_no_criteria(desk):
    desk.filter("cat")
    desk.finder.close()
    assert not desk.finder._criteria.all
