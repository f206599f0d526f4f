from __future__ import annotations

import gzip
import io
import itertools
import json
import multiprocessing
import os
import pickle
import tarfile
import zipfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.registry import _registry

from nbgallery import Gallery, GalleryError, MediaError
from nbgallery.encode import original
from nbgallery.media import identify
from nbgallery.members import Member
from nbgallery.shards import expand_braces
from tests.unit.numbered import (
    data_of,
    fifty,
    file_of,
    files_opened,
    media_of,
    number_of,
    numbers_at,
    reasons,
)

COUNT = 20_000


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip of 20,000 pictures, some stored and some packed."""
    path = tmp_path_factory.mktemp("zip") / "large.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(COUNT):
            packing = zipfile.ZIP_DEFLATED if number % 3 else zipfile.ZIP_STORED
            file.writestr(f"img{number}.png", file_of(number), packing)
    return path


def zipped(path: Path, members: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def tarred(path: Path, members: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as file:  # type: ignore[call-overload]  # one of its modes
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            file.addfile(entry, io.BytesIO(data))
    return path


def shard(path: Path, numbers: range) -> Path:
    members: dict[str, bytes] = {}
    for number in numbers:
        members[f"{number:06}.png"] = file_of(number)
        members[f"{number:06}.json"] = json.dumps({"caption": f"number {number}", "id": number}).encode()
        members[f"{number:06}.cls"] = str(number % 10).encode()
    return tarred(path, members)


class Reads:
    """What is read of one file: where, and how much, told by the system's own calls."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ranges: list[tuple[int, int]] = []
        real = open
        reads = self

        class Noted(io.FileIO):
            def readinto(self, buffer: Any) -> int | None:
                at = self.tell()
                count = super().readinto(buffer)
                reads.ranges.append((at, at + (count or 0)))
                return count

            def readall(self) -> bytes:
                at = self.tell()
                data = super().readall()
                reads.ranges.append((at, at + len(data)))
                return data

        def opening(name: Any, mode: str = "r", buffering: int = -1, **options: Any) -> Any:
            if isinstance(name, str) and Path(name) == path:
                return io.BufferedReader(Noted(name), buffering)
            return real(name, mode, buffering, **options)

        monkeypatch.setattr("builtins.open", opening)

    @property
    def count(self) -> int:
        return sum(stop - start for start, stop in self.ranges)


def test_fifty_random_places_of_twenty_thousand_and_nothing_else_is_read(large, monkeypatch):
    reads = Reads(large, monkeypatch)
    places = fifty(COUNT)
    gallery = Gallery.from_archive(large, render=False)
    assert len(gallery) == COUNT
    directory = zipfile.ZipFile(io.FileIO(large)).start_dir
    # Its end, and the directory before it.
    assert min(start for start, _ in reads.ranges if start) >= directory - 70_000
    assert reads.count < large.stat().st_size - directory + 200_000
    reads.ranges.clear()
    assert numbers_at(gallery, places) == places
    members = [media_of(gallery[place]) for place in places]
    assert all(isinstance(member, Member) for member in members)
    near = [(member.offset, member.offset + member.length + 400) for member in members]
    assert all(any(low <= start and stop <= high for low, high in near) for start, stop in reads.ranges)
    assert [gallery[place].caption for place in places[:2]] == ["img0.png", f"img{COUNT - 1}.png"]


def test_a_member_is_read_by_a_handle_of_its_own(large):
    with files_opened(large.parent) as opened:
        gallery = Gallery.from_archive(large, render=False)
        assert numbers_at(gallery, [5, 6]) == [5, 6]
    assert opened == [str(large)] * 3


def test_many_threads_and_other_processes_read_members(large):
    gallery = Gallery.from_archive(large, render=False)
    places = fifty(COUNT)
    members = [gallery[place].media for place in places]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(number_of, members)) == places
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
        assert list(processes.map(number_of, members[:5])) == places[:5]
    assert len(pickle.dumps(members[0])) < 1000


@pytest.mark.parametrize(
    "packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_every_packing_and_use(tmp_path, packing):
    data = file_of(300)
    path = zipped(tmp_path / "a.zip", {"x/three hundred.png": data}, packing)
    gallery = Gallery.from_archive(path)
    member = gallery[0].media
    assert isinstance(member, Member)
    assert repr(member) == f"<Member 'x/three hundred.png' of '{path}'>"
    found = identify(member)
    assert (found.mime, found.name, found.size) == ("image/png", "three hundred.png", len(data))
    assert original(member, own_bytes=True).data == data
    assert Path(gallery.value[0][0]).read_bytes() == data
    gallery.type = "numpy"
    assert gallery.value[0][0][0, 0].tolist() == [44, 1, 77]
    gallery.type = "pil"
    assert gallery.value[0][0].getpixel((0, 0)) == (44, 1, 77)


def test_a_packed_member_can_be_sought_like_a_file(tmp_path):
    data = os.urandom(300_000) + bytes(200_000)
    path = zipped(tmp_path / "a.zip", {"a.png": data}, zipfile.ZIP_DEFLATED)
    with media_of(Gallery.from_archive(path, render=False)[0]).open() as file:
        for at, count in ((499_990, 20), (0, 10), (250_000, 100_000), (7, 0), (400_000, 100_000)):
            file.seek(at)
            assert file.read(count) == data[at : at + count]
        assert (file.seek(-5, io.SEEK_END), file.read(), file.read(1)) == (499_995, data[-5:], b"")
        assert file.seek(-3, io.SEEK_CUR) == 499_997
        with pytest.raises(ValueError, match="before the start"):
            file.seek(-1)


def test_the_order_is_natural_and_only_pictures_are_listed(tmp_path):
    names = ["b/10.png", "b/2.png", "a.txt", ".hidden.png", "__MACOSX/._a.png", "./a.png", "c/", "b.JPG"]
    for path in (
        zipped(tmp_path / "a.zip", {name: file_of(1) for name in names}),
        tarred(tmp_path / "a.tar", {name: file_of(1) for name in names if name != "c/"}),
    ):
        gallery = Gallery.from_archive(path, caption="path")
        assert [item.caption for item in gallery] == ["./a.png", "b/2.png", "b/10.png", "b.JPG"]
        assert [item.caption for item in Gallery.from_archive(path, "b/*", caption="stem")] == ["2", "10"]
        assert [item.caption for item in Gallery.from_archive(path, "*.txt")] == ["a.txt"]
        assert Gallery.from_archive(path, caption=str.upper)[1].caption == "B/2.PNG"
        assert Gallery.from_archive(path, caption=False)[0].caption is None
        with pytest.raises(GalleryError, match="caption='label'"):
            Gallery.from_archive(path, caption="label")


def test_names_are_only_names(tmp_path):
    path = zipped(tmp_path / "a.zip", {"x/../../../etc/passwd.png": file_of(1), "/abs.png": file_of(2)})
    gallery = Gallery.from_archive(path)
    assert sorted(number_of(item.media) for item in gallery) == [1, 2]
    assert Path(gallery.value[0][0]).parent == Path(gallery.value[1][0]).parent


def test_large_and_prefixed_directories(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file, file.open("a.png", "w", force_zip64=True) as member:
        member.write(file_of(9))
    assert number_of(Gallery.from_archive(path)[0].media) == 9
    prefixed = tmp_path / "b.zip"
    prefixed.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert number_of(Gallery.from_archive(prefixed)[0].media) == 9


def damaged(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_corrupt_member_is_one_error_tile(tmp_path, packing):
    path = zipped(tmp_path / "a.zip", {f"{number}.png": file_of(number) for number in range(3)}, packing)
    with zipfile.ZipFile(path) as file:
        offset = file.infolist()[1].header_offset
    damaged(path, offset + 30 + 5 + 40, b"\xff\x00\xff\x00\xff")
    found = reasons(Gallery.from_archive(path, render=False))
    assert (found[0], found[2]) == (None, None)
    assert "'1.png' in 'a.zip' is" in str(found[1])
    damaged(path, offset, b"XXXX")
    found = reasons(Gallery.from_archive(path, render=False))
    assert found[1] == "'1.png' in 'a.zip' is damaged: the archive has no such file where it says so"


def test_a_wrong_checksum_and_a_wrong_size_are_noticed(tmp_path):
    data = b"abc" * 1000
    path = zipped(tmp_path / "a.zip", {"a.png": data}, zipfile.ZIP_DEFLATED)
    member = Gallery.from_archive(path, render=False)[0].media
    assert isinstance(member, Member)

    def said(**changes: Any) -> str:
        fields = {name: getattr(member, name) for name in Member.__dataclass_fields__}
        with pytest.raises(MediaError) as caught:
            Member(**(fields | changes)).read()
        return str(caught.value)

    assert member.read() == data
    assert "its checksum is wrong" in said(crc=1)
    assert "larger than the archive says" in said(size=100)
    assert "smaller than the archive says" in said(size=10_000)
    assert "packed by a method that is not known here (97)" in said(method=97)
    stored = zipped(tmp_path / "b.zip", {"a.png": data})
    member = Gallery.from_archive(stored, render=False)[0].media
    assert isinstance(member, Member)
    assert "its checksum is wrong" in said(crc=1)


def test_an_encrypted_member_is_one_error_tile(tmp_path):
    path = zipped(tmp_path / "a.zip", {"0.png": file_of(0), "1.png": file_of(1)})
    with zipfile.ZipFile(path) as file:
        directory = file.start_dir
    # What an encrypted entry's flags are.
    damaged(path, directory + 8, b"\x01\x00")
    assert reasons(Gallery.from_archive(path)) == [
        "'0.png' in 'a.zip' is encrypted: unpack the archive with its password",
        None,
    ]


def test_a_corrupt_directory_is_one_clear_error(tmp_path):
    path = zipped(tmp_path / "a.zip", {"0.png": file_of(0)})
    whole = path.read_bytes()
    for data in (whole[:-30], b"PK\3\4" + bytes(500), b"hello", whole[: len(whole) - 60] + bytes(10)):
        path.write_bytes(data)
        with pytest.raises(GalleryError, match=r"a.zip'.*no zip or tar, or its directory is damaged"):
            Gallery.from_archive(path)
    path.write_bytes(b"")
    with pytest.raises(GalleryError, match="is empty"):
        Gallery.from_archive(path)
    with pytest.raises(GalleryError, match="is a folder"):
        Gallery.from_archive(tmp_path)
    with pytest.raises(GalleryError, match="there is no file"):
        Gallery.from_archive(tmp_path / "none.zip")
    for wrong in (None, 3, [], [3]):
        with pytest.raises(GalleryError, match="path="):
            Gallery.from_archive(wrong)  # type: ignore[arg-type]  # that is what is tested
    path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100))
    with pytest.raises(GalleryError, match="Zstandard: unpack it first"):
        Gallery.from_archive(path)


def test_an_archive_that_disappears_leaves_error_tiles(tmp_path):
    path = zipped(tmp_path / "a.zip", {"0.png": file_of(0)})
    gallery = Gallery.from_archive(path, render=False)
    path.unlink()
    assert reasons(gallery) == [f"there is no file '{path}'"]


# Tar


def test_tar_and_a_truncated_one(tmp_path):
    path = tarred(tmp_path / "a.tar", {f"{number}.png": file_of(number) for number in range(30)})
    gallery = Gallery.from_archive(path)
    assert numbers_at(gallery, [0, 29, 7]) == [0, 29, 7]
    with tarfile.open(path) as file:
        entry = file.getmembers()[20]
    path.write_bytes(path.read_bytes()[: entry.offset_data + 20])
    with pytest.warns(UserWarning, match="damaged after '20.png'"):
        gallery = Gallery.from_archive(path, render=False)
    found = reasons(gallery)
    assert found[:20] == [None] * 20
    assert found[20:] == ["'20.png' in 'a.tar' is truncated: the archive ends before it does"]


def test_a_tar_that_is_damaged_in_the_middle_says_so(tmp_path):
    path = tarred(tmp_path / "a.tar", {f"{number}.png": file_of(number) for number in range(9)})
    with tarfile.open(path) as file:
        entry = file.getmembers()[4]
    damaged(path, entry.offset, b"\xff" * 200)
    with pytest.warns(UserWarning, match="damaged after '3.png'"):
        assert len(Gallery.from_archive(path)) == 4


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_a_packed_tar_is_unpacked_once_and_goes_with_its_gallery(tmp_path, monkeypatch, mode):
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    path = tarred(tmp_path / "a.tar.gz", {f"{number}.png": file_of(number) for number in range(30)}, mode)
    gallery = Gallery.from_archive(path)
    assert numbers_at(gallery, [0, 29, 7]) == [0, 29, 7]
    assert "'7.png' in 'a.tar.gz'" in media_of(gallery[7]).label
    assert len(list(spool.iterdir())) == 1
    gallery.close()
    assert list(spool.iterdir()) == []
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(GalleryError, match="damaged"):
        Gallery.from_archive(path)
    with pytest.raises(TypeError, match="colums"):
        Gallery.from_archive(tarred(tmp_path / "b.tar.gz", {"a.png": file_of(1)}, mode), colums=3)
    assert list(spool.iterdir()) == []


def test_something_packed_that_is_no_tar(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"hello" * 1000))
    with pytest.raises(GalleryError, match="no zip or tar"):
        Gallery.from_archive(path)


# Shards


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards")
    for number in range(4):
        shard(folder / f"train-{number:03}.tar", range(100 * number, 100 * (number + 1)))
    return folder


def test_fifty_random_places_of_shards_and_nothing_else_is_read(shards, monkeypatch):
    gallery = Gallery.from_archive(str(shards / "train-{000..003}.tar"), render=False)
    assert len(gallery) == 400
    reads = Reads(shards / "train-001.tar", monkeypatch)
    places = fifty(400)
    items = [gallery[place] for place in places]
    assert [item.caption for item in items] == [f"number {place}" for place in places]
    assert [number_of(item.media) for item in items] == places
    # A caption's JSON and a picture of each sample of this shard, and never its class.
    mine = sum(100 <= place < 200 for place in places)
    assert reads.count < 1500 * mine
    assert data_of(items[5])["cls"] == places[5] % 10
    assert data_of(items[5])["json"]["id"] == places[5]
    assert dict(data_of(items[5])).keys() == {"__key__", "json", "cls"}
    assert data_of(items[5])["__key__"] == f"{places[5]:06}"


def test_webdataset_writes_what_is_read(tmp_path):
    import webdataset  # noqa: PLC0415 - it takes long to import

    with webdataset.TarWriter(str(tmp_path / "a.tar")) as sink:
        for number in range(3):
            sink.write(
                {"__key__": f"s/{number}", "png": file_of(number), "txt": f"text {number}", "npy": b"\x93"}
            )
    gallery = Gallery.from_archive(tmp_path / "a.tar")
    assert numbers_at(gallery, [0, 1, 2]) == [0, 1, 2]
    assert [item.caption for item in gallery] == ["text 0", "text 1", "text 2"]
    assert (data_of(gallery[1])["npy"], data_of(gallery[1])["__key__"]) == (b"\x93", "s/1")


def test_captions_of_samples(tmp_path):
    path = tarred(
        tmp_path / "a.tar",
        {
            "0.json": b'{"text": "from JSON", "n": 3}',
            "0.left.png": file_of(0),
            "0.right.png": file_of(1),
            "1.cls": b"7",
            "1.png": file_of(2),
            "2.json": b"{broken",
            "2.png": file_of(3),
            "note.txt": b"belongs to no picture",
        },
    )

    gallery = Gallery.from_archive(path, render=False)
    assert [gallery[place].caption for place in range(2)] == ["from JSON", "7"]
    assert sorted(data_of(gallery[0])) == ["__key__", "json", "right.png"]
    assert number_of(data_of(gallery[0])["right.png"]) == 1
    gallery = Gallery.from_archive(
        path, "*.right.png", caption=lambda sample: sample["__key__"], render=False
    )
    assert (len(gallery), number_of(gallery[0].media), gallery[0].caption) == (1, 1, "0")
    gallery = Gallery.from_archive(path, caption="{json[n]}", render=False)
    assert gallery[0].caption == "3"
    gallery = Gallery.from_archive(path, caption="__key__", render=False)
    assert gallery[1].caption == "1"
    gallery = Gallery.from_archive(path, caption=False, render=False)
    assert [number_of(item.media) for item in gallery] == [0, 2, 3]
    assert Gallery.from_archive(path, render=False)[2].caption is None
    with pytest.raises(MediaError, match=r"'2\.json' in 'a\.tar' is damaged"):
        _ = data_of(gallery[2])["json"]
    with pytest.raises(GalleryError, match=r"caption='jso'.*did you mean 'json'"):
        Gallery.from_archive(path, caption="jso")


def test_braces():
    assert expand_braces("a-{08..10}.tar") == ["a-08.tar", "a-09.tar", "a-10.tar"]
    assert expand_braces("{a,b}{1..2}") == ["a1", "a2", "b1", "b2"]
    assert expand_braces("plain{x}.tar") == ["plain{x}.tar"]
    for wrong in ("{a..b}", "{3..1}", "{0..99999999}", "{0..999}{0..999}"):
        with pytest.raises(GalleryError, match="path="):
            expand_braces(wrong)


# Remote


class Remote:
    """A store in memory which gives ranges, and notes them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ranges: list[tuple[int, int]] = []
        self.files: dict[str, bytes] = {}
        self.error: Exception | None = None
        remote = self

        class File(fsspec.spec.AbstractBufferedFile):  # type: ignore[misc]  # it ships no types
            def _fetch_range(self, start: int, stop: int) -> bytes:
                if remote.error is not None:
                    raise remote.error
                remote.ranges.append((start, stop))
                return remote.files[self.path][start:stop]

        class Store(fsspec.AbstractFileSystem):  # type: ignore[misc]  # as above
            protocol = "ranged"
            cachable = False

            def info(self, path: str, **_: Any) -> dict[str, Any]:
                if path not in remote.files:
                    raise FileNotFoundError(path)
                return {"name": path, "size": len(remote.files[path]), "type": "file"}

            def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:  # noqa: FBT001, FBT002 - fsspec's own
                if remote.error is not None:
                    raise remote.error
                found = [
                    self.info(each) for each in remote.files if each.rpartition("/")[0] == path.strip("/")
                ]
                return found if detail else [each["name"] for each in found]

            def _open(self, path: str, mode: str = "rb", **options: Any) -> File:
                return File(
                    self, path, mode, **{key: options[key] for key in options if key == "cache_options"}
                )

        monkeypatch.setitem(_registry, "ranged", Store)

    @property
    def count(self) -> int:
        return sum(stop - start for start, stop in self.ranges)


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> Remote:
    return Remote(monkeypatch)


def test_a_remote_archive_is_read_by_ranges(remote, large):
    data = large.read_bytes()
    remote.files["b/large.zip"] = data
    gallery = Gallery.from_archive("ranged://b/large.zip", render=False)
    directory = zipfile.ZipFile(io.FileIO(large)).start_dir
    assert remote.count < len(data) - directory + 200_000
    remote.ranges.clear()
    assert numbers_at(gallery, [7, 10_000]) == [7, 10_000]
    assert remote.count < 2000
    assert len(remote.ranges) <= 4


def test_of_a_large_remote_member_nothing_is_fetched_twice_or_beyond(remote, tmp_path):
    data = b"BM" + bytes(3_000_000)
    path = zipped(tmp_path / "a.zip", {"a.bmp": data, "b.bmp": data})
    remote.files["a.zip"] = path.read_bytes()
    member = media_of(Gallery.from_archive("ranged://a.zip", render=False)[0])
    remote.ranges.clear()
    assert identify(member).mime == "image/bmp"
    assert remote.count <= 256 * 1024
    remote.ranges.clear()
    assert member.read() == data
    assert remote.ranges[-1][1] == 30 + len("a.bmp") + len(data)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(remote.ranges))


def test_a_remote_shard(remote, shards):
    remote.files["b/train-000.tar"] = (shards / "train-000.tar").read_bytes()
    gallery = Gallery.from_archive("ranged://b/train-{000..000}.tar", render=False)
    assert number_of(gallery[57].media) == 57
    assert gallery[57].caption == "number 57"


def test_a_remote_picture_is_identified_by_its_head(remote):
    remote.files["b/large.bmp"] = b"BM" + bytes(50_000_000)
    found = identify("ranged://b/large.bmp")
    assert (found.mime, found.size, found.name) == ("image/bmp", 50_000_002, "large.bmp")
    assert remote.count <= 64 * 1024


def test_a_store_that_refuses_is_one_error_tile(remote):
    remote.files |= {"b/0.png": file_of(0), "b/1.png": file_of(1)}
    gallery = Gallery.from_folder("ranged://b", render=False)
    assert numbers_at(gallery, [0, 1]) == [0, 1]
    remote.error = PermissionError("Access Denied: no such key id")
    assert reasons(gallery) == [
        f"'ranged://b/{number}.png' could not be read: Access Denied: no such key id" for number in range(2)
    ]
    with pytest.raises(GalleryError, match="could not be listed: Access Denied"):
        Gallery.from_folder("ranged://b")
    with pytest.raises(GalleryError, match="Access Denied"):
        Gallery.from_archive("ranged://b/0.png")
    remote.error = None
    del remote.files["b/1.png"]
    assert reasons(gallery) == [None, "there is no file 'ranged://b/1.png'"]


def test_remote_folders(tmp_path):
    store = fsspec.filesystem("memory")
    for name in ("x/img10.png", "x/img2.png", "x/deep/3.png", "x/.hidden/4.png", "x/note.txt"):
        store.pipe(f"/photos/{name}", file_of(int("".join(filter(str.isdigit, name)) or 0)))
    gallery = Gallery.from_folder("memory://photos/x")
    assert [item.media for item in gallery] == ["memory://photos/x/img2.png", "memory://photos/x/img10.png"]
    assert numbers_at(gallery, [0, 1]) == [2, 10]
    deep = Gallery.from_folder("memory://photos/x/", recursive=True, caption="path")
    assert [item.caption for item in deep] == ["deep/3.png", "img2.png", "img10.png"]
    assert numbers_at(deep, [0]) == [3]
    with pytest.raises(GalleryError, match="no such folder"):
        Gallery.from_folder("memory://photos/none")
    with pytest.raises(GalleryError, match="a file, not a folder"):
        Gallery.from_folder("memory://photos/x/img2.png")
    with pytest.raises(GalleryError, match="watch=True: only a folder on this computer"):
        Gallery.from_folder("memory://photos/x", watch=True)
    path = zipped(tmp_path / "a.zip", {"in/2.png": file_of(2), "in/b/10.png": file_of(10)})
    chained = Gallery.from_folder(f"zip://in::{path}", recursive=True)
    assert numbers_at(chained, [0, 1]) == [2, 10]
    nothing = Gallery.from_folder(f"zip://::{path}")
    assert len(nothing) == 0


def test_a_folder_in_an_unknown_store_is_one_clear_error():
    with pytest.raises(GalleryError, match="path='nosuchstore://b'"):
        Gallery.from_folder("nosuchstore://b")
