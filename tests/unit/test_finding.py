"""Filter, sort and group a gallery: what is shown changes, the list does not, and views and events agree."""

from __future__ import annotations

import io
import time
import zipfile
from typing import Any

import numpy as np
import pytest

from nbgallery import Gallery, GalleryError, Item
from tests.unit.doubles import PATIENCE
from tests.unit.galleries import gray, until_all_is_sent, until_listeners_have_run


@pytest.fixture
def five(gallery):
    """Make five pictures with captions and records."""
    rows = zip("badce", (3, 1, 2, 1, None), strict=True)
    return gallery([Item(gray(9 * n), name, {"n": key, "k": n % 2}) for n, (name, key) in enumerate(rows)])


def seen(gallery: Gallery) -> str:
    return "".join(gallery[int(index)].caption or "-" for index in gallery.visible_indices)


def settled(gallery: Gallery) -> dict[str, Any]:
    """Wait until a person's search has ended."""
    deadline = time.monotonic() + PATIENCE
    while True:
        until_all_is_sent(gallery)
        state = gallery.get_state("_find")["_find"]
        if state is None or state["done"] is None:
            return state or {}
        assert time.monotonic() < deadline, "the search has not ended"


def test_filter(five):
    five.filter(lambda item: item.data["n"] == 1)
    assert seen(five) == "ac"
    five.filter("D")
    assert seen(five) == "d"
    five.filter([4, 0])
    assert seen(five) == "be"
    five.filter(np.array([1]))
    assert seen(five) == "a"
    five.filter([(2, "a reason"), (3, "another")])
    assert seen(five) == "dc"
    five.filter(None)
    assert seen(five) == "badce"
    assert five.get_state("_find")["_find"] is None


def test_sort(five):
    five.sort("caption")
    assert seen(five) == "abcde"
    five.sort("n")
    assert seen(five) == "acdbe"
    five.sort(lambda item: item.data["n"], reverse=True)
    assert seen(five) == "bdace"
    five.sort(None)
    assert seen(five) == "badce"


def test_group(five):
    five.group("k")
    assert seen(five) == "bdeac"
    assert five.get_state("_groups")["_groups"] == [("0", 3), ("1", 2)]
    five.group("n")
    assert five.get_state("_groups")["_groups"] == [("1", 2), ("2", 1), ("3", 1), ("None", 1)]
    five.group(lambda item: {"b": 1, "a": "x"}.get(item.caption, "y"))
    assert five.get_state("_groups")["_groups"] == [("1", 1), ("x", 1), ("y", 3)]
    five.group(None)
    assert five.get_state("_groups")["_groups"] is None


def test_they_combine_and_end_together(five):
    five.filter(lambda item: item.data["n"] is not None)
    five.sort("n")
    five.group("k")
    assert seen(five) == "dbac"
    assert five.get_state("_find")["_find"] == {
        "text": "",
        "total": 5,
        "arranged": ["filter", "sort", "group"],
        "done": None,
    }
    five.show_all()
    assert seen(five) == "badce"
    five.group("k")
    five.value = [gray(1)]
    assert five.visible_indices.tolist() == [0]
    assert five.get_state("_find")["_find"] is None


def test_only_what_the_filter_shows_needs_a_key(five):
    five.filter(lambda item: item.data["n"] is not None)
    five.sort(lambda item: -item.data["n"])
    assert seen(five) == "bdac"
    with pytest.raises(GalleryError, match="item 4: TypeError"):
        five.filter(None)
    assert seen(five) == "bdac"


@pytest.mark.parametrize(
    "do,message",
    [
        (lambda one: one.filter(5), "what=5: give a function"),
        (lambda one: one.filter(*[True]), "what=True: give a function"),
        (lambda one: one.filter([7]), r"what: 7 is not within 0 … 4"),
        (lambda one: one.filter(np.array([True, False])), "what: .* is no index.*flatnonzero"),
        (lambda one: one.filter(lambda item: 1 / item.data["k"]), "what=.*: item 0: ZeroDivisionError"),
        (lambda one: one.sort("nope"), "key='nope': item 0: .*is in no item's data"),
        (lambda one: one.sort(7), "key=7: give a function"),
        (lambda one: one.sort(lambda item: item.data["n"] or "x"), "key=.*: item 4: 'x' cannot be compared"),
        (lambda one: one.group(lambda _item: []), r"key=.*: item 0: \[\] cannot name a group"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(five, do, message):
    five.filter(lambda _item: True)
    five.sort("caption")
    before = five._arrangement.revision
    with pytest.raises(GalleryError, match=message):
        do(five)
    assert seen(five) == "abcde"
    assert five._arrangement.revision == before


def test_the_user_s_exception_is_the_cause(five):
    with pytest.raises(GalleryError) as raised:
        five.filter(lambda item: 1 / item.data["k"])
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_python_speaks_of_the_list_and_views_of_positions(five):
    five.selected_index = 3
    five.selection = [0, 3, 4]
    five.sort("caption")
    until_all_is_sent(five)
    five.comm.wait(lambda: five.comm.states("selected_index")[-1] == 2)
    assert five.get_state("_selection")["_selection"] == [[1, 3], [4, 5]]
    five.comm.write(selected_index=0)
    assert five.selected_index == 1
    event = {"kind": "event", "v": 1, "view": "v", "target": "grid", "button": None}
    revision = five._arrangement.revision
    heard: list[int] = []
    five.select(lambda data: heard.append(data.index))
    five.comm.say(**event, name="selection", index=0, add=[[0, 1]], remove=[[4, 5]], revision=revision)
    until_listeners_have_run(five)
    assert five.selection == [0, 1, 3]
    assert heard == [1]


def test_what_is_hidden_stays_selected_and_is_not_looked_at(five):
    five.selected_index = 0
    five.selection = [0, 1]
    assert five.preview is True
    five.filter("a")
    until_all_is_sent(five)
    assert (five.selected_index, five.selection, five.preview) == (0, [0, 1], False)
    five.comm.wait(lambda: five.comm.states("selected_index")[-1] is None)
    five.filter(None)
    five.comm.wait(lambda: five.comm.states("selected_index")[-1] == 0)


def test_a_person_searches(five):
    five.comm.say(kind="find", v=1, view="v", text="c")
    assert settled(five) == {"text": "c", "total": 5, "arranged": [], "done": None}
    assert seen(five) == "c"
    five.append(gray(50), "cc")
    assert settled(five)["total"] == 6
    assert len(five.visible_indices) == 2
    five.sort("caption", reverse=True)
    assert [five[int(index)].caption for index in five.visible_indices] == ["cc", "c"]
    five.comm.say(kind="find", v=1, view="v", text=None)
    assert settled(five) == {}
    assert five.visible_indices.tolist() == [0, 1, 2, 3, 4, 5]
    five.comm.wait(lambda: five.comm.states("_find")[-1] is None)


def test_captions_set_since_count(five):
    five.set_caption(4, "Zebra")
    five.filter("zebra")
    assert five.visible_indices.tolist() == [4]


def test_a_view_that_comes_later_starts_from_what_is_shown(five):
    five.filter("a")
    five._repr_mimebundle_()
    state = five.get_state()
    assert (state["_count"], state["_page_limit"]) == (1, 1)
    assert [entry["caption"] for entry in state["_page_0"]["entries"]] == ["a"]
    assert state["_revision"] == five._arrangement.revision


def test_all_that_is_shown_is_downloaded_in_its_order(five):
    five.filter(lambda item: item.data["n"] == 1)
    five.sort("caption", reverse=True)
    revision = five._arrangement.revision
    asked = {
        "kind": "open",
        "v": 1,
        "view": "v",
        "rid": 1,
        "purpose": "archive",
        "index": None,
        "prefetch": [],
    }
    five.comm.say(**asked, ranges=None, revision=revision)
    five.comm.wait(lambda: [each for each in five.comm.messages("original") if each["last"]])
    sent = [
        parcel.buffers[0]
        for parcel in list(five.comm.sent)
        if parcel.data["method"] == "custom" and parcel.data["content"]["kind"] == "original"
    ]
    with zipfile.ZipFile(io.BytesIO(b"".join(sent))) as written:
        assert len(written.namelist()) == 2
        assert [name.rpartition(".")[0][-1] for name in written.namelist()] == ["3", "1"]
