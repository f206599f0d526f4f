"""A zip that is written while it is sent."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest

from nbgallery.archive import ERRORS_NAME, UniqueNames, archive
from nbgallery.encode import Original
from nbgallery.errors import MediaError


def of(data: bytes, name: str, mime: str = "image/png") -> Original:
    return Original(data, None, mime, name, len(data))


def opened(pieces) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def test_bytes_and_files_are_in_it_unchanged(tmp_path):
    (tmp_path / "file.jpg").write_bytes(b"of a file")
    originals = [
        of(b"of an array", ""),
        Original(None, str(tmp_path / "file.jpg"), "image/jpeg", "file.jpg", 9),
    ]
    with opened(archive([0, 1], originals.__getitem__)) as written:
        assert written.testzip() is None
        assert {name: written.read(name) for name in written.namelist()} == {
            "image-00000.png": b"of an array",
            "file.jpg": b"of a file",
        }


def test_names_are_of_the_gallerys_indices():
    with opened(archive([7, 12], lambda _index: of(b"1", ""))) as written:
        assert written.namelist() == ["image-00007.png", "image-00012.png"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/abs.png", "a\\b.png", "C:\\x.png", "a\0b.png", "..", "con.png"]
)
def test_no_name_leads_out_of_the_folder(name):
    with opened(archive([0], lambda _index: of(b"1", name))) as written:
        (found,) = written.namelist()
    assert not set(found) & set("/\\:\0")
    assert found not in {"..", "."}
    assert not found.lower().startswith("con.")


def test_unicode_names_stay_and_are_unique():
    names = ["Käfer.png", "ka\u0308fer.PNG", "日本.png", "日本.png", "日本 (2).png"]
    with opened(archive(range(5), lambda index: of(b"%d" % index, names[index]))) as written:
        found = written.namelist()
        assert found[0] == "Käfer.png"
        assert found[2:] == ["日本.png", "日本 (2).png", "日本 (2) (2).png"]
        assert len({name.casefold() for name in found}) == 5
        assert [written.read(name) for name in found] == [b"0", b"1", b"2", b"3", b"4"]
        assert all(entry.flag_bits & 0x800 for entry in written.infolist())


def test_ten_thousand_files_of_one_name_are_numbered_at_once():
    names = UniqueNames()
    found = [names.take("frame.png") for _ in range(10_000)]
    assert len(set(found)) == 10_000
    assert found[-1] == "frame (10000).png"


def test_an_item_that_fails_is_named_and_the_others_are_there(tmp_path):
    def original(index: int) -> Original:
        if index == 1:
            raise MediaError("there is no file 'b.png'")
        if index == 2:
            return Original(None, str(tmp_path / "gone.png"), "image/png", "gone.png", 3)
        return of(b"1", f"{index}.png")

    with opened(archive(range(4), original)) as written:
        assert written.namelist() == ["0.png", "3.png", ERRORS_NAME]
        note = written.read(ERRORS_NAME).decode()
    assert "item 1: there is no file 'b.png'" in note
    assert "item 2: " in note


def test_progress_is_told_item_by_item():
    told: list[int] = []
    list(archive([5, 6, 7], lambda _index: of(b"1", "a.png"), told.append))
    assert told == [1, 2, 3]


def test_an_empty_archive_is_one():
    with opened(archive([], lambda _index: of(b"", ""))) as written:
        assert written.namelist() == []


def test_memory_stays_flat(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(bytes(8 * 2**20))
    large = Original(None, str(path), "image/png", "large.png", 8 * 2**20)
    list(archive([0], lambda _index: large))
    tracemalloc.start()
    try:
        total = sum(len(piece) for piece in archive(range(8), lambda _index: large))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total > 64 * 2**20
    assert peak < 8 * 2**20


def test_abandoned_it_closes_its_files(tmp_path):
    path = tmp_path / "large.png"
    path.write_bytes(bytes(4 * 2**20))
    pieces = archive([0], lambda _index: Original(None, str(path), "image/png", "large.png", 4 * 2**20))
    next(pieces)
    # An open file would be a ResourceWarning, which fails the run.
    pieces.close()  # type: ignore[attr-defined]  # it is a generator
