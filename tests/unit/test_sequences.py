"""What may be given as `value` and `captions`, and what may not."""

from __future__ import annotations

import array
import collections
import io
import os
import pathlib
import threading
import types
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from nbgallery.errors import GalleryError
from nbgallery.items import Item, Pair
from nbgallery.sequences import CHECKED_AT_ONCE, as_captions, as_sequence


class Lazy:
    """A sequence of the user's own that notes what it is asked for."""

    def __init__(self, count, element=lambda index: f"{index}.png"):
        self.count = count
        self.element = element
        self.read = []

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        self.read.append(index)
        return self.element(index)


class Series:
    """As pandas has it: [0] is the row that is labelled 0, and `iloc` has no length."""

    def __init__(self, rows, dtype="O"):
        self.shape = (len(rows),)
        self.dtype = np.dtype(dtype)
        self.rows = rows

        class ByPosition:
            def __getitem__(self, index):
                return rows[index]

        self.iloc = ByPosition()

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, label):
        raise KeyError(label)


class Tensor:
    """As torch has it: a dtype without `kind`, views as elements."""

    def __init__(self, data):
        self.data = data
        self.shape = data.shape
        self.dtype = f"torch.{data.dtype}"

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        return Tensor(self.data[index])


def read(source):
    return [(item.media, item.caption) for item in map(source.item, range(len(source)))]


def test_none_is_empty():
    assert len(as_sequence(None)) == 0


def test_a_list_of_media_pairs_and_items():
    item = Item("c.png", "C", data=3)
    pair = Pair("/spooled.png", item)
    source = as_sequence(
        ["a.png", ("b.png", "B"), ["b2.png", None], item, pair, (item, None), (item, "other")]
    )
    assert read(source) == [
        ("a.png", None),
        ("b.png", "B"),
        ("b2.png", None),
        ("c.png", "C"),
        ("c.png", "C"),
        ("c.png", "C"),
        ("c.png", "other"),
    ]
    assert source.item(3) is source.item(4) is source.item(5) is item
    assert source.item(6).data == 3


def test_a_list_is_referenced_not_copied():
    paths = ["a.png", "b.png"]
    source = as_sequence(paths)
    paths[1] = "c.png"
    assert source.item(1).media == "c.png"


def test_any_sequence_is_read_one_at_a_time():
    lazy = Lazy(1_000_000)
    source = as_sequence(lazy)
    assert (len(source), lazy.read) == (1_000_000, [])
    assert source.item(999_999).media == "999999.png"
    assert source.item(999_999).media == "999999.png"
    assert lazy.read == [999_999, 999_999]


def test_a_range_is_a_sequence():
    assert read(as_sequence(range(2))) == [(0, None), (1, None)]


def test_a_series_is_read_by_position():
    assert read(as_sequence(Series(["a.png", ("b.png", "B")]))) == [("a.png", None), ("b.png", "B")]
    assert read(as_sequence(["a.png"], Series(["A"]))) == [("a.png", "A")]


def test_what_is_missing_from_a_series_is_none():
    class NAType:
        def __bool__(self):
            raise TypeError

    captions = Series(["A", float("nan"), NAType(), None])
    assert [caption for _, caption in read(as_sequence(["a"] * 4, captions))] == ["A", None, None, None]


def test_arrays_of_paths_and_of_objects():
    objects = np.empty(2, object)
    objects[:] = [np.zeros((2, 2)), "b.png"]
    source = as_sequence(objects)
    assert source.item(0).media is objects[0]
    assert source.item(1).media == "b.png"
    assert as_sequence(np.array(["a.png", "b.png"])).item(1).media == "b.png"


def test_a_batch_is_shown_in_views():
    batch = np.zeros((5, 8, 8, 3), np.uint8)
    source = as_sequence(batch)
    assert len(source) == 5
    assert np.shares_memory(source.item(4).media, batch)
    tensor: Any = as_sequence(Tensor(batch)).item(0).media
    assert tensor.data.base is batch
    assert len(as_sequence(batch[:0])) == 0


def test_a_dict_is_captions_to_media():
    item = Item("c.png", data=3)
    source = as_sequence({"A": "a.png", None: "b.png", "C": item})
    assert read(source) == [("a.png", "A"), ("b.png", None), ("c.png", "C")]
    assert source.item(2).data == 3
    ordered = collections.OrderedDict([("x", 1), ("y", 2)])
    assert read(as_sequence(types.MappingProxyType(ordered))) == [(1, "x"), (2, "y")]


def test_iterators_are_drawn_up():
    assert read(as_sequence(f"{i}.png" for i in range(3))) == [
        ("0.png", None),
        ("1.png", None),
        ("2.png", None),
    ]
    assert read(as_sequence({"A": "a.png"}.values())) == [("a.png", None)]
    assert read(as_sequence(zip(["a.png"], ["A"], strict=True))) == [("a.png", "A")]
    assert len(as_sequence(iter(()))) == 0


def test_an_iterator_that_fails_says_so():
    def broken():
        yield "a.png"
        message = "no more"
        raise OSError(message)

    with pytest.raises(OSError, match="no more"):
        as_sequence(broken())


@pytest.mark.parametrize(
    "value",
    [
        "cat.png",
        pathlib.Path("cat.png"),
        b"GIF89a",
        bytearray(b"GIF89a"),
        memoryview(b"GIF89a"),
        io.BytesIO(b"GIF89a"),
        Image.new("L", (2, 2)),
        Figure(),
        Item("cat.png"),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 3)),
        np.zeros((4, 4), bool),
        np.zeros((4, 4), complex),
        Tensor(np.zeros((3, 4, 4), np.float32)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_single_picture_names_the_fix(value):
    with pytest.raises(GalleryError, match=r"^value=.*: this is a single picture.*give Gallery\(\["):
        as_sequence(value)


def test_the_fix_can_be_copied():
    with pytest.raises(GalleryError, match=r"Gallery\(\['cat.png'\]\)"):
        as_sequence("cat.png")


@pytest.mark.parametrize(
    "value, remedy",
    [
        ({"a.png"}, "a set has no order"),
        (frozenset({"a.png"}), "a set has no order"),
        (5, "give a sequence"),
        (1.5, "give a sequence"),
        (True, "give a sequence"),
        (object(), "give a sequence"),
        (print, "give a sequence"),
        (Lazy, "give a sequence"),
        (np.float32, "give a sequence"),
        (np.zeros(5), "a row of numbers"),
        (array.array("B", [1, 2]), "a row of numbers"),
        (Series([1, 2], "int64"), "a row of numbers"),
        (np.zeros((2, 2), object), "4-D"),
        (np.full((2, 2), "a.png"), "4-D"),
        (np.zeros(()), "4-D"),
        (np.uint8(3), "4-D"),
        (np.zeros((1, 2, 3, 4, 5)), "4-D"),
        (types.SimpleNamespace(shape=(2, 2), columns=["path"]), "one of its columns"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_sequence_says_what_to_give(value, remedy):
    with pytest.raises(GalleryError, match=remedy):
        as_sequence(value)


@pytest.mark.parametrize(
    "value, named",
    [
        (["a.png", ("b.png", 5)], r"caption of value\[1\]=5: give a str or None"),
        ([("a.png", b"A")], r"caption of value\[0\]=<1 bytes>"),
        ([("a.png", "A", "B")], r"value\[0\]=\('a.png', 'A', 'B'\)"),
        ([()], r"value\[0\]=\(\)"),
        ([[[1, 2], [3, 4]]], r"caption of value\[0\]=\[3, 4\]"),
        ({5: "a.png"}, "key of value=5"),
    ],
)
def test_a_wrong_caption_in_the_value_is_named(value, named):
    with pytest.raises(GalleryError, match=named):
        as_sequence(value)


def test_a_wrong_caption_far_down_is_found_when_it_is_read():
    far = CHECKED_AT_ONCE + 10
    source = as_sequence(["a.png"] * far + [("b.png", 5)])
    assert source.item(0).caption is None
    with pytest.raises(GalleryError, match=rf"caption of value\[{far}\]=5"):
        source.item(far)
    source = as_sequence(["a.png"] * (far + 1), ["A"] * far + [5])
    with pytest.raises(GalleryError, match=rf"captions\[{far}\]=5"):
        source.item(far)
    rows: dict[object, str] = {str(i): "a.png" for i in range(far)}
    source = as_sequence({**rows, 5: "b.png"})
    with pytest.raises(GalleryError, match="key of value=5"):
        source.item(far)


def test_a_dataset_with_labels_says_that_they_are_no_captions():
    source = as_sequence(Lazy(3, lambda index: (np.zeros((2, 2)), index)))
    with pytest.raises(GalleryError, match=r"caption of value\[2\]=2"):
        source.item(2)


def test_the_length_alone_decides_what_construction_costs():
    class Untouched(list[str]):
        def __iter__(self):
            raise AssertionError

    value = Untouched(["a.png"] * 5000)
    assert len(as_sequence(value)) == 5000


def test_captions_beside_the_value():
    item = Item("c.png", "C", data=3)
    source = as_sequence(["a.png", ("b.png", "B"), item], ["one", None, "three"])
    assert read(source) == [("a.png", "one"), ("b.png", "B"), ("c.png", "three")]
    assert source.item(2).data == 3
    lazy = Lazy(1_000_000, str)
    source = as_sequence(Lazy(1_000_000), lazy)
    assert source.item(7).caption == "7"
    assert lazy.read == [7]


@pytest.mark.parametrize(
    "captions, named",
    [
        (["A"], r"captions=\['A'\]: give as many captions as items: they are 1, and value has 2"),
        ([], "they are 0, and value has 2"),
        ("AB", "captions='AB': give a sequence"),
        (b"AB", "captions=<2 bytes>: give a sequence"),
        (5, "captions=5: give a sequence"),
        ({"A", "B"}, "give a sequence"),
        ({0: "A", 1: "B"}, "give a sequence"),
        (iter("AB"), "give a sequence"),
        (["A", 5], r"captions\[1\]=5: give a str or None"),
        (("A", b"B"), r"captions\[1\]=<1 bytes>"),
    ],
)
def test_wrong_captions_name_what_is_wrong(captions, named):
    with pytest.raises(GalleryError, match=named):
        as_sequence(["a.png", "b.png"], captions)
    with pytest.raises(GalleryError, match=named):
        as_captions(captions, 2)


def test_captions_do_not_go_with_a_dict():
    with pytest.raises(GalleryError, match=r"captions=\['A'\]: leave it out"):
        as_sequence({"A": "a.png"}, ["A"])


def test_a_sequence_is_read_by_one_thread_at_a_time():
    inside = threading.Semaphore(1)
    clashes = []

    def element(index):
        if not inside.acquire(blocking=False):
            clashes.append(index)
            return "clash.png"
        os.sched_yield()
        inside.release()
        return f"{index}.png"

    source = as_sequence(Lazy(200, element))
    threads = [
        threading.Thread(target=lambda part=part: [source.item(index) for index in range(part, 200, 4)])
        for part in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clashes == []
