"""Originals, downloads and archives: every request is answered, no faster than it is taken in."""

from __future__ import annotations

import io
import logging
import zipfile
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from nbgallery import encode, protocol, transfers
from nbgallery.arrangement import Arrangement
from nbgallery.items import Change, Item, ItemList
from nbgallery.protocol import MAX_BUFFER_BYTES, MAX_UNACKNOWLEDGED
from nbgallery.selection import Ranges
from nbgallery.sequences import as_sequence
from nbgallery.transfers import Transfers
from nbgallery.turn import Turn
from nbgallery.wire import Parcel, Wire
from tests.unit.doubles import HandOutbox, HandPool

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'>" + b"<!-- -->" * 40_000 + b"</svg>"


def png(color: int = 0, edge: int = 8) -> bytes:
    file = io.BytesIO()
    Image.new("L", (edge, edge), color).save(file, "png")
    return file.getvalue()


def noise(size: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).integers(0, 256, (size, size, 3), np.uint8)


class Desk:
    def __init__(self, value: Any) -> None:
        self.items = ItemList(as_sequence(value))
        self.arrangement = Arrangement(self.items)
        self.turn, self.pool, self.outbox = Turn(), HandPool(), HandOutbox()
        self.sent: list[tuple[dict[str, Any], bytes]] = []
        self.encoding: tuple[str, int | None] = ("png", None)
        self.wire = Wire(
            self.arrangement,
            self.turn,
            self.outbox,
            self.send,
            lambda _names: Parcel({"content": {"kind": "state"}}, []),
            Ranges,
        )
        self.numbers = iter(range(1, 10**6))
        self.transfers = Transfers(
            self.arrangement,
            self.turn,
            self.wire,
            self.pool,
            lambda: next(self.numbers),
            lambda: self.encoding,
        )

    def send(self, one: Parcel) -> None:
        assert not self.turn._depth
        self.sent.append((one.data["content"], b"".join(one.buffers)))

    def open(self, index: int | None = None, **fields: Any) -> None:
        message = {
            "view": "v",
            "rid": 1,
            "revision": self.items.revision,
            "purpose": "view",
            "index": index,
            "prefetch": (),
            "ranges": None,
            **fields,
        }
        self.transfers.open(protocol.Open(**message))

    def edit(self, change: Change) -> None:
        with self.turn():
            self.wire.list_changed(self.arrangement.follow(change))

    def chunks(self, rid: int | None = None) -> list[tuple[dict[str, Any], bytes]]:
        return [
            (message, data)
            for message, data in self.sent
            if message["kind"] == "original" and rid in {None, message["rid"]}
        ]

    def errors(self) -> list[dict[str, Any]]:
        return [message for message, _ in self.sent if message["kind"] == "error"]

    def run(self, *, ack: bool = True) -> None:
        """Run until nothing more comes; take it in like a view, or like one that has gone."""
        heard = 0
        while self.pool.jobs or self.outbox.now or self.outbox.later or (ack and heard < len(self.sent)):
            self.pool.run(jobs=1)
            self.outbox.run()
            for message, _ in self.sent[heard:] if ack else ():
                if message["kind"] == "original":
                    self.transfers.acknowledge(protocol.Ack(message["view"], message["batch"]))
            heard = len(self.sent)

    def fetched(self, index: int | None = None, **fields: Any) -> tuple[dict[str, Any], bytes]:
        """Open, and give the last chunk's message and all the bytes."""
        self.sent.clear()
        self.open(index, **fields)
        self.run()
        assert self.errors() == []
        offset = 0
        for message, data in self.chunks():
            assert message["offset"] == offset
            assert len(data) <= MAX_BUFFER_BYTES
            offset += len(data)
        assert [message["last"] for message, _ in self.chunks()] == [False] * (len(self.chunks()) - 1) + [
            True
        ]
        assert self.chunks()[-1][0]["total"] == offset
        return self.chunks()[-1][0], b"".join(data for _, data in self.chunks())


class TestOriginals:
    def test_a_file_keeps_its_bytes_and_its_name(self, tmp_path):
        path = tmp_path / "Käfer.png"
        Image.fromarray(noise(500)).save(path)
        message, data = Desk([path]).fetched(0)
        assert data == path.read_bytes()
        assert len(data) > MAX_BUFFER_BYTES
        assert (message["name"], message["mime"], message["index"]) == ("Käfer.png", "image/png", 0)

    def test_an_array_is_encoded_without_loss(self):
        pixels = noise(20)
        message, data = Desk([pixels]).fetched(0)
        assert np.array_equal(np.array(Image.open(io.BytesIO(data))), pixels)
        assert message["name"] == "image-00000.png"

    def test_the_format_is_the_one_of_now(self):
        desk = Desk([noise(20)])
        desk.encoding = ("jpeg", 50)
        message, _ = desk.fetched(0)
        assert message["mime"] == "image/jpeg"

    def test_a_download_is_the_users_own_file(self, tmp_path):
        path = tmp_path / "scan.tif"
        Image.fromarray(noise(20)).save(path)
        desk = Desk([path])
        shown, _ = desk.fetched(0)
        assert shown["mime"] != "image/tiff"
        message, data = desk.fetched(0, purpose="download")
        assert (message["name"], data) == ("scan.tif", path.read_bytes())

    def test_the_index_is_the_one_of_the_moment(self):
        desk = Desk([png(), png(1)])
        seen = desk.items.revision
        desk.edit(desk.items.insert(0, [Item(png(2))]))
        desk.open(1, revision=seen)
        desk.edit(desk.items.insert(0, [Item(png(3))]))
        desk.run()
        kinds = [message["kind"] for message, _ in desk.sent if message["kind"] != "state"]
        # Not before the edits that moved it.
        assert kinds == ["splice", "original"]
        assert desk.chunks()[0][0]["index"] == 3

    def test_an_item_removed_on_the_way_has_no_index_any_more(self):
        desk = Desk([SVG])
        desk.open(0)
        desk.pool.run(jobs=1)
        desk.edit(desk.items.remove(0))
        desk.run()
        assert {message["index"] for message, _ in desk.chunks()} == {None}
        assert desk.chunks()[-1][0]["last"]


class TestErrors:
    @pytest.mark.parametrize("index", [1, 10**9, None])
    def test_an_item_that_is_not_there_is_answered(self, index):
        desk = Desk([png()])
        desk.open(index, rid=5)
        desk.run()
        ((message),) = desk.errors()
        assert (message["view"], message["rid"]) == ("v", 5)
        assert "no longer in the gallery" in message["message"]

    def test_an_item_that_has_gone_meanwhile_is_answered(self):
        desk = Desk([png(), png(1)])
        desk.open(0)
        desk.edit(desk.items.reset(as_sequence([png(2)])))
        desk.run()
        assert "no longer in the gallery" in desk.errors()[0]["message"]

    def test_what_cannot_be_read_is_answered(self, caplog):
        class Broken:
            def __len__(self) -> int:
                return 2

            def __getitem__(self, index: int) -> object:
                if index:
                    raise KeyError("no such row")
                return "missing.png"

        desk = Desk(Broken())
        with caplog.at_level(logging.WARNING):
            for index in (0, 1):
                desk.open(index, rid=index)
                desk.run()
        assert "missing.png" in desk.errors()[0]["message"]
        assert "no such row" in desk.errors()[1]["message"]
        # What is wrong with an item is said on its tile; what is wrong with a program belongs in the log.
        assert "no such row" in caplog.text
        assert "missing.png" not in caplog.text

    def test_a_file_that_shrinks_while_it_is_sent_is_an_error(self, tmp_path):
        path = tmp_path / "noise.png"
        Image.fromarray(noise(900)).save(path)
        desk = Desk([path])
        desk.open(0)
        desk.run(ack=False)
        with path.open("r+b") as file:
            file.truncate(1000)
        desk.transfers.acknowledge(protocol.Ack("v", 4))
        desk.run()
        assert "the file ended after" in desk.errors()[0]["message"]

    def test_a_file_that_grows_while_it_is_sent_is_sent_as_it_was(self, tmp_path):
        path = tmp_path / "noise.png"
        Image.fromarray(noise(900)).save(path)
        size = path.stat().st_size
        desk = Desk([path])
        desk.open(0)
        desk.run(ack=False)
        with path.open("ab") as file:
            file.write(bytes(10**6))
        desk.transfers.acknowledge(protocol.Ack("v", 4))
        desk.run()
        assert [message["last"] for message, _ in desk.chunks()].count(True) == 1
        assert sum(len(data) for _, data in desk.chunks()) == size

    def test_an_empty_file_is_answered(self, tmp_path):
        source = encode.Original(None, str(tmp_path / "empty"), "image/png", "empty", 0)
        (tmp_path / "empty").write_bytes(b"")
        for one in (source, encode.Original(b"", None, "image/png", "empty", 0)):
            (chunk,) = transfers._sliced(0, one)
            assert (chunk.last, chunk.total, chunk.data) == (True, 0, b"")


class TestWindow:
    def test_no_more_is_under_way_than_a_view_can_take(self):
        desk = Desk([SVG])
        desk.fetched(0)
        everything = len(desk.chunks())
        desk = Desk([SVG * 1])
        desk.items.replace(0, Item(noise(900)))
        desk.open(0)
        desk.run(ack=False)
        assert everything == 2
        assert len(desk.chunks()) == MAX_UNACKNOWLEDGED
        # The last ack stands for those before it.
        assert desk.transfers.acknowledge(protocol.Ack("v", 4))
        assert not desk.transfers.acknowledge(protocol.Ack("v", 3))
        desk.run(ack=False)
        assert len(desk.chunks()) == 2 * MAX_UNACKNOWLEDGED

    def test_a_new_request_replaces_the_one_before_it(self):
        desk = Desk([noise(900), png()])
        desk.open(0, rid=1)
        desk.run(ack=False)
        desk.open(1, rid=2)
        desk.run()
        assert len(desk.chunks(1)) == MAX_UNACKNOWLEDGED
        assert desk.chunks(2)[-1][0]["last"]
        assert not desk.transfers.acknowledge(protocol.Ack("v", 1))

    def test_purposes_and_views_do_not_replace_each_other(self):
        desk = Desk([png()])
        desk.open(0, rid=1)
        desk.open(0, rid=2, purpose="download")
        desk.open(0, rid=3, view="w")
        desk.run()
        assert all(len(desk.chunks(rid)) == 1 for rid in (1, 2, 3))

    def test_asking_for_nothing_ends_it_without_a_word(self):
        desk = Desk([noise(900)])
        desk.open(0)
        desk.run(ack=False)
        sent = len(desk.sent)
        desk.open(None, ranges=())
        desk.transfers.acknowledge(protocol.Ack("v", 4))
        desk.run()
        assert len(desk.sent) == sent

    def test_what_fails_after_it_was_replaced_says_nothing(self):
        desk = Desk(["missing.png", png()])
        desk.open(0, rid=1)
        (failing,) = desk.pool.jobs
        desk.pool.jobs.clear()
        desk.open(1, rid=2)
        desk.run()
        failing()
        desk.run()
        assert desk.errors() == []

    def test_views_that_went_without_a_word_leave_little_behind(self):
        desk = Desk([noise(900)])
        for number in range(100):
            desk.open(0, view=f"view {number}")
        assert len(desk.transfers._transfers) <= 64

    def test_closed_it_sends_nothing_more(self):
        desk = Desk([noise(900)])
        desk.open(0)
        desk.pool.run(jobs=1)
        desk.transfers.close()
        desk.transfers.close()
        desk.open(0, rid=2)
        desk.run()
        assert desk.chunks(2) == []
        assert desk.transfers._transfers == {}


class TestPrefetch:
    def test_small_pictures_beside_it_follow_under_the_same_request(self):
        desk = Desk([png(0), png(1), png(2)])
        desk.open(1, prefetch=(2, 0, 99))
        desk.run()
        assert [message["index"] for message, _ in desk.chunks()] == [1, 2, 0]
        assert all(message["last"] and message["rid"] == 1 for message, _ in desk.chunks())

    def test_videos_large_remote_and_broken_neighbours_do_not(self, tmp_path, monkeypatch):
        monkeypatch.setattr(transfers, "_MAX_PREFETCH_BYTES", 10_000)
        large, clip = tmp_path / "large.png", tmp_path / "clip.mp4"
        Image.fromarray(noise(200)).save(large)
        clip.write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100))
        value = [png(), large, clip, "https://example.org/a.png", "missing.png", noise(200), png(1)]
        desk = Desk(value)
        desk.open(0, prefetch=(1, 2, 3, 4, 5, 6))
        desk.run()
        assert [message["index"] for message, _ in desk.chunks()] == [0, 6]
        assert desk.errors() == []

    def test_a_poster_of_a_very_large_video_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.setattr(transfers, "_MAX_POSTER_BYTES", 100)
        clip = tmp_path / "clip.mp4"
        clip.write_bytes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(100))
        desk = Desk([clip])
        desk.open(0, purpose="poster")
        desk.run()
        assert "too large" in desk.errors()[0]["message"]


class TestArchive:
    def opened(self, desk: Desk, **fields: Any) -> zipfile.ZipFile:
        message, data = desk.fetched(purpose="archive", **fields)
        assert (message["mime"], message["name"], message["index"]) == (
            "application/zip",
            "gallery.zip",
            None,
        )
        assert message["progress"][0] == message["progress"][1]
        return zipfile.ZipFile(io.BytesIO(data))

    def test_holds_all_items(self, tmp_path):
        path = tmp_path / "cat.png"
        path.write_bytes(png(3))
        with self.opened(Desk([path, path, noise(400)])) as written:
            assert written.testzip() is None
            assert written.namelist() == ["cat.png", "cat (2).png", "image-00002.png"]
            assert written.read("cat.png") == png(3)

    def test_or_those_of_the_selection_as_the_view_saw_them(self):
        desk = Desk([png(number) for number in range(10)])
        seen = desk.items.revision
        desk.edit(desk.items.remove(0, 2))
        with self.opened(desk, ranges=((1, 4), (2, 5), (9, 99)), revision=seen) as written:
            assert [written.read(name) for name in written.namelist()] == [png(2), png(3), png(4), png(9)]

    def test_of_another_list_it_is_an_error(self):
        desk = Desk([png()])
        seen = desk.items.revision
        desk.edit(desk.items.reset(as_sequence([png(1)])))
        for revision in (seen, 99):
            desk.open(None, purpose="archive", ranges=((0, 1),), revision=revision)
            desk.run()
        assert ["has changed since" in message["message"] for message in desk.errors()] == [True, True]

    def test_edits_do_not_disturb_one_that_is_on_its_way(self):
        desk = Desk([noise(400), noise(400), png()])
        desk.open(None, purpose="archive")
        desk.run(ack=False)
        desk.edit(desk.items.remove(0, 3))
        desk.transfers.acknowledge(protocol.Ack("v", 4))
        desk.run()
        data = b"".join(data for _, data in desk.chunks())
        with zipfile.ZipFile(io.BytesIO(data)) as written:
            assert len(written.namelist()) == 3
        assert desk.errors() == []

    def test_tells_how_far_it_is(self):
        desk = Desk([noise(400)] * 4)
        desk.open(None, purpose="archive")
        desk.run()
        progress = [cast("tuple[int, int]", message["progress"]) for message, _ in desk.chunks()]
        assert progress == sorted(progress)
        assert progress[-1] == (4, 4)
        assert all(message["total"] is None for message, _ in desk.chunks()[:-1])

    @pytest.mark.parametrize("sizes", [[], [0], [5], [10], [3, 7, 1], [25], [10, 10], [0, 0, 4]])
    def test_pieces_are_cut_and_joined(self, sizes):
        pieces = [bytes([number]) * size for number, size in enumerate(sizes)]
        found = list(transfers._regrouped(pieces, 10))
        assert b"".join(data for data, _ in found) == b"".join(pieces)
        assert [last for _, last in found] == [False] * (len(found) - 1) + [True]
        assert all(len(data) == 10 for data, last in found if not last)
