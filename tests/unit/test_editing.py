"""The list methods: each is one edit and one change event, and keeps what is selected on its items."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from nbgallery import GalleryError, Item
from tests.unit.doubles import PATIENCE


@pytest.fixture
def four(gallery):
    return gallery(["a", "b", "c", "d"], render=False)


def media(gallery) -> list[object]:
    return [item.media for item in gallery]


def changes(gallery):
    """Give what the change event has told so far."""
    done = threading.Event()
    gallery._queue.run("the test", done.set)
    assert done.wait(PATIENCE)
    return gallery.heard


@pytest.fixture(autouse=True)
def listening(request):
    if "four" in request.fixturenames:
        four = request.getfixturevalue("four")
        four.heard = []
        four.change(lambda data: four.heard.append((data.revision, data.count)))


class Reference(list[Any]):
    """A list with the gallery's one method that lists have not."""

    def move(self, index: int, to: int) -> None:
        item = self[index]
        to = range(len(self))[to]
        del self[index]
        self.insert(to, item)


@pytest.mark.parametrize(
    "edit",
    [
        lambda some: some.append("x"),
        lambda some: some.extend(["x", "y"]),
        lambda some: some.insert(0, "x"),
        lambda some: some.insert(-1, "x"),
        lambda some: some.insert(99, "x"),
        lambda some: some.insert(-99, "x"),
        lambda some: some.pop(),
        lambda some: some.pop(0),
        lambda some: some.pop(-2),
        lambda some: some.move(0, 3),
        lambda some: some.move(-1, 0),
        lambda some: some.move(1, -1),
        lambda some: some.clear(),
        lambda some: some.__setitem__(1, "x"),
        lambda some: some.__setitem__(-1, "x"),
        lambda some: some.__delitem__(0),
        lambda some: some.__delitem__(-1),
        lambda some: some.__delitem__(slice(1, 3)),
        lambda some: some.__delitem__(slice(None, None, -1)),
        lambda some: some.__delitem__(slice(None, None, 2)),
        lambda some: some.__delitem__(slice(None, None, -3)),
        lambda some: some.move(np.int64(0), np.int64(2)),
    ],
)
def test_does_what_a_list_does_in_one_change(four, edit):
    reference = Reference("abcd")
    edit(reference)
    edit(four)
    assert media(four) == reference
    assert len(four) == len(reference)
    assert changes(four) == [(four.revision, len(reference))]


@pytest.mark.parametrize(
    "edit",
    [
        lambda some: some.extend([]),
        lambda some: some.__delitem__(slice(2, 2)),
        lambda some: some.move(1, 1),
        lambda some: some.move(1, -3),
    ],
)
def test_what_changes_nothing_is_no_change(four, edit):
    edit(four)
    assert media(four) == list("abcd")
    assert changes(four) == []
    assert four.revision == 1


@pytest.mark.parametrize(
    "edit",
    [
        lambda some: some.pop(4),
        lambda some: some.pop(-5),
        lambda some: some.move(0, 4),
        lambda some: some.move(9, 0),
        lambda some: some.__setitem__(4, "x"),
        lambda some: some.__delitem__(4),
        lambda some: some.set_caption(4, "x"),
        lambda some: some[4],
    ],
)
def test_an_index_out_of_range_is_an_index_error(four, edit):
    with pytest.raises(IndexError):
        edit(four)
    assert media(four) == list("abcd")
    assert changes(four) == []


def test_the_error_says_how_many_there_are(four):
    with pytest.raises(IndexError, match="index 9 is out of range: the gallery has 4 items"):
        four.pop(9)


@pytest.mark.parametrize("index", ["1", 1.0, None, [1]])
def test_an_index_is_a_whole_number(four, index):
    for edit in (four.pop, lambda which: four.insert(which, "x"), lambda which: four.set_caption(which, "x")):
        with pytest.raises(TypeError, match="give one whole number"):
            edit(index)


def test_several_cannot_be_assigned_at_once(four):
    with pytest.raises(TypeError, match="give one whole number"):
        four[1:3] = ["x", "y"]


class TestOneItem:
    @pytest.mark.parametrize(
        "given, caption, expected",
        [
            ("x", None, ("x", None)),
            ("x", "X", ("x", "X")),
            (("x", "X"), None, ("x", "X")),
            (("x", None), None, ("x", None)),
            (["x", "X"], "other", ("x", "other")),
            (Item("x", "X"), None, ("x", "X")),
            (Item("x", "X"), "other", ("x", "other")),
        ],
    )
    def test_is_given_as_for_value(self, four, given, caption, expected):
        four.append(given, caption)
        assert (four[-1].media, four[-1].caption) == expected

    def test_an_item_is_kept_as_it_is(self, four):
        item = Item("x", "X", data=[1])
        four.append(item)
        assert four.pop() is item
        four.insert(0, item, "other")
        assert four[0].data is item.data

    @pytest.mark.parametrize("given", [("x", "y", "z"), ["x"], {"A cat": "x"}, {"x"}, ("x", 5)])
    def test_several_are_refused_with_the_remedy(self, four, given):
        with pytest.raises(GalleryError, match=r"extend\(\) takes several"):
            four.append(given)
        assert changes(four) == []

    @pytest.mark.parametrize("caption", [5, b"x", ["x"]])
    def test_a_caption_is_text(self, four, caption):
        for edit in (lambda: four.append("x", caption), lambda: four.set_caption(0, caption)):
            with pytest.raises(GalleryError, match="caption"):
                edit()
        assert changes(four) == []

    def test_a_pair_of_value_is_the_item_that_it_stands_for(self, gallery):
        one = gallery([Item("x.png", "X", data=3)], render=False)
        other = gallery([], render=False)
        other.append(one.value[0])
        assert other[0] is one[0]


def test_a_buffer_that_is_used_again_stays_three_pictures(four):
    frame = np.zeros((2, 2), np.uint8)
    for value in (1, 2, 3):
        frame[:] = value
        four.append(frame)
    assert [int(item.media.max()) for item in four[-3:]] == [1, 2, 3]


def test_set_caption_reads_no_picture(gallery):
    class Unreadable:
        def __len__(self) -> int:
            return 3

        def __getitem__(self, index: int) -> object:
            raise AssertionError

    one = gallery(Unreadable(), render=False)
    one.set_caption(1, "new")
    one.move(0, 2)
    del one[0]
    assert len(one) == 2


class TestItems:
    def test_are_a_view_that_later_edits_leave_alone(self, four):
        before = four.items
        four.pop(0)
        four.set_caption(0, "new")
        assert [(item.media, item.caption) for item in before] == [(name, None) for name in "abcd"]

    def test_reads_like_a_sequence(self, four):
        assert four[1].media == "b"
        assert [item.media for item in four[1:3]] == ["b", "c"]
        assert [item.media for item in four] == list("abcd")
        assert len(four) == 4

    def test_an_empty_gallery_is_a_gallery(self, gallery):
        assert gallery([], render=False)


class TestSelection:
    def test_stays_on_its_items(self, four):
        four.selected_index = 2
        four.selection = [1, 3]
        four.insert(0, "x")
        assert (four.selected_index, list(four.selection)) == (3, [2, 4])
        four.move(3, 0)
        assert (four.selected_index, list(four.selection)) == (0, [3, 4])
        four.pop(0)
        assert (four.selected_index, list(four.selection)) == (None, [2, 3])

    def test_ends_with_a_new_list_but_the_index_is_kept_where_there_is_one(self, four):
        four.selected_index = 1
        four.selection = [1]
        four.value = ["x", "y"]
        assert (four.selected_index, list(four.selection)) == (1, [])
        four.value = ["x"]
        assert four.selected_index is None

    def test_emptying_closes_the_preview_and_refilling_does_not_open_it(self, four):
        four.selected_index = 1
        assert four.preview
        four.clear()
        assert four.preview is False
        four.extend(["x", "y"])
        assert (four.preview, four.selected_index) == (False, None)


class TestThreads:
    def test_two_that_pop_never_get_the_same_item(self, gallery):
        one = gallery([f"p{number}" for number in range(300)], render=False)
        taken: list[object] = []

        def take() -> None:
            taken.extend(one.pop().media for _ in range(100))

        threads = [threading.Thread(target=take) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert len(taken) == len(set(taken)) == 300
        assert len(one) == 0

    def test_what_is_popped_is_read_outside_the_lock(self, gallery):
        class Curious:
            def __len__(self) -> int:
                return 3

            def __getitem__(self, index: int) -> str:
                # Another thread must be able to have its turn meanwhile.
                other = threading.Thread(target=one.append, args=["new"])
                other.start()
                other.join(PATIENCE)
                assert not other.is_alive()
                return f"p{index}"

        one = gallery(Curious(), render=False)
        assert one.pop(0).media == "p0"
        one.selected_index = 0
        assert one.selected_items[0].media == "p1"

    def test_an_observer_may_edit(self, four):
        def follow(_change: object) -> None:
            if len(four) < 10:
                four.append("x")

        four.observe(follow, "value")
        four.append("x")
        assert len(four) == 10
        assert len(changes(four)) == 6


def test_observers_of_value_see_what_was_and_what_is(four):
    seen: list[tuple[int, int]] = []
    four.observe(lambda change: seen.append((len(change["old"]), len(change["new"]))), "value")
    four.append("x")
    four.set_caption(0, "new")
    del four[1:3]
    four.value = ["y"]
    # It is what it was.
    four.value = four.value
    assert seen == [(4, 5), (5, 5), (5, 3), (3, 1)]
    assert len(changes(four)) == 4


def test_edits_of_a_closed_gallery_are_edits_all_the_same(four):
    four.close()
    four.append("x")
    assert media(four) == list("abcdx")
