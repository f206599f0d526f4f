"""What a person's doing means: state follows, events fire once each, as Gradio's do."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from nbgallery import FileData, Gallery, PreviewData, SelectData
from tests.unit.doubles import PATIENCE, FakeComm


class Room:
    """A gallery with somebody in front of it."""

    def __init__(self, gallery: Gallery) -> None:
        self.gallery = gallery
        self.comm: FakeComm = gallery.comm
        self.events: list[tuple[str, Any]] = []
        for name in ("select", "deselect", "preview_open", "preview_close", "change"):
            event = getattr(gallery, name)
            event(lambda data, name=name: self.events.append((name, data)))

    def does(self, name: str, index: int | None = None, **fields: Any) -> list[tuple[str, Any]]:
        """Report what was done, and give the events that it fires."""
        self.events.clear()
        event = {
            "name": name,
            "target": "grid",
            "index": index,
            "revision": self.gallery.revision,
            "add": [],
            "remove": [],
            "button": None,
            **fields,
        }
        self.comm.say(kind="event", v=1, view="v", **event)
        self.wait()
        return [(name, data) for name, data in self.events if name != "change"]

    def wait(self) -> None:
        """Wait until all listeners have run."""
        done = threading.Event()
        self.gallery._queue.run("the test", done.set)
        assert done.wait(PATIENCE)


@pytest.fixture
def room(gallery):
    return Room(gallery([f"p{number}.png" for number in range(10)]))


def test_select(room):
    ((name, data),) = room.does("select", 3)
    assert name == "select"
    assert isinstance(data, SelectData)
    assert (data.index, data.selected, data.target) == (3, True, room.gallery)
    assert room.gallery.selected_index == 3


def test_deselect_fires_select_too_with_selected_false(room):
    room.does("select", 3)
    events = room.does("deselect", 3)
    assert [(name, data.index, data.selected) for name, data in events] == [
        ("select", 3, False),
        ("deselect", 3, False),
    ]
    assert room.gallery.selected_index is None


def test_preview(room):
    ((name, opened),) = room.does("preview_open", 3)
    assert (name, opened) == ("preview_open", PreviewData(room.gallery, 3, opened=True))
    assert room.gallery.preview is True
    ((name, closed),) = room.does("preview_close", 4)
    assert (name, closed) == ("preview_close", PreviewData(room.gallery, 4, opened=False))
    assert room.gallery.preview is False


def test_toggling_one_item_of_the_multi_selection(room):
    events = room.does("selection", 3, add=[[3, 4]])
    assert [(name, data.index, data.selected) for name, data in events] == [("select", 3, True)]
    assert room.gallery.selection == [3]
    events = room.does("selection", 3, remove=[[3, 4]])
    assert [(name, data.index, data.selected) for name, data in events] == [
        ("select", 3, False),
        ("deselect", 3, False),
    ]
    assert room.gallery.selection == []


def test_selecting_many_at_once_is_seen_but_is_no_event_of_one(room):
    assert room.does("selection", add=[[2, 7]]) == []
    assert list(room.gallery.selection) == [2, 3, 4, 5, 6]
    assert [item.media for item in room.gallery.selected_items] == [
        f"p{number}.png" for number in range(2, 7)
    ]


def test_plain_observers_hear_it_too_once_and_outside_the_lock(room):
    heard: list[tuple[str, object, object]] = []

    def hear(change: Any) -> None:
        assert not room.gallery._turn._depth
        heard.append((change["name"], change["old"], change["new"]))

    room.gallery.observe(hear, ["selected_index", "preview", "selection"])
    room.does("select", 3)
    room.does("select", 3)
    room.does("preview_open", 3)
    room.does("selection", 3, add=[[3, 4]])
    assert heard == [("selected_index", None, 3), ("preview", None, True), ("selection", [], [3])]


def test_nothing_of_it_is_sent_back(room):
    room.does("select", 3)
    room.does("preview_open", 3)
    room.does("selection", 3, add=[[3, 4]])
    room.comm.say(kind="ready", v=1, view="v")
    room.comm.wait(lambda: room.comm.messages("status"))
    assert [parcel.data.get("state") for parcel in room.comm.sent if parcel.data["method"] == "update"] == []
    assert room.comm.messages("selection") == []


def test_codes_own_doing_fires_nothing(room):
    gallery = room.gallery
    gallery.selected_index = 3
    gallery.preview = False
    gallery.selection = [1, 2]
    gallery.selected_index = None
    room.wait()
    assert room.events == []


class TestValue:
    """``data.value``, with Gradio's keys."""

    def test_of_a_file(self, gallery, tmp_path):
        path = tmp_path / "cat.png"
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))
        room = Room(gallery([(path, "A cat")]))
        ((_, data),) = room.does("select", 0)
        file = data.value["image"]
        assert isinstance(file, FileData)
        assert data.value["caption"] == "A cat"
        assert dict(file) == {
            "path": str(path),
            "url": None,
            "orig_name": "cat.png",
            "mime_type": "image/png",
            "size": 28,
        }

    def test_of_an_array_its_file_is_made_when_it_is_asked_for(self, gallery):
        room = Room(gallery([np.zeros((4, 4), np.uint8)]))
        ((_, data),) = room.does("select", 0)
        spool = room.gallery._spool
        assert spool.folder is None
        assert data.value["image"]["path"].startswith(str(spool.folder))
        with pytest.raises(KeyError):
            data.value["image"]["name"]
        assert "path" not in repr(data.value["image"])

    def test_of_a_video(self, gallery):
        room = Room(gallery(["https://example.org/clip.mp4"]))
        ((_, data),) = room.does("select", 0)
        assert data.value["video"]["url"] == "https://example.org/clip.mp4"

    def test_of_what_cannot_be_opened(self, room):
        ((_, data),) = room.does("select", 0)
        assert data.value["image"]["orig_name"] is None

    def test_is_the_item_of_that_moment(self, gallery):
        go_on = threading.Event()
        room = Room(gallery([("a.png", "A"), ("b.png", "B")]))
        room.gallery._queue.run("a slow listener", lambda: go_on.wait(PATIENCE))
        room.comm.say(
            kind="event", v=1, view="v", name="select", target="grid", index=1, revision=1, add=[], remove=[]
        )
        room.gallery.value = [("c.png", "C"), ("d.png", "D")]
        go_on.set()
        room.wait()
        (data,) = [data for name, data in room.events if name == "select"]
        assert (data.index, data.value["caption"]) == (1, "B")

    def test_without_listeners_nothing_is_read(self, gallery):
        class Counting:
            reads = 0

            def __len__(self) -> int:
                return 3

            def __getitem__(self, index: int) -> str:
                self.reads += 1
                return f"p{index}.png"

        value = Counting()
        one = gallery(value, render=False)
        one.comm.say(
            kind="event", v=1, view="v", name="select", target="grid", index=1, revision=1, add=[], remove=[]
        )
        assert one.selected_index == 1
        assert value.reads == 0


def test_a_click_on_what_python_has_just_moved(room):
    seen = room.gallery.revision
    room.gallery.insert(0, "new.png")
    ((_, data),) = room.does("select", 3, revision=seen)
    assert data.index == 4
    room.gallery.pop(4)
    assert room.does("select", 3, revision=seen) == []


def test_a_listener_may_do_anything_to_the_gallery(gallery):
    one = gallery([f"p{number}.png" for number in range(10)])
    done, comm = threading.Event(), one.comm

    @one.select
    def edit(data: SelectData) -> None:
        one.pop(data.index)
        one.append("new.png")
        one.selected_index = 0
        one.value = ["other.png"]

    @one.select
    def close() -> None:
        one.close()
        done.set()

    one.comm.say(
        kind="event", v=1, view="v", name="select", target="grid", index=1, revision=1, add=[], remove=[]
    )
    assert done.wait(PATIENCE)
    assert [item.media for item in one] == ["other.png"]
    assert comm.closed
