from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbgallery import Gallery, watching
from tests.corpus import files
from tests.unit.doubles import PATIENCE
from tests.unit.numbered import file_of, number_of


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_LOOK_MS", 50)
    monkeypatch.setattr(watching, "_SETTLED_SECONDS", 0.05)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "watched"
    made.mkdir()
    for number in range(3):
        (made / f"{number}.png").write_bytes(file_of(number))
    return made


@pytest.fixture
def watched() -> Iterator[Callable[..., Gallery]]:
    made: list[Gallery] = []

    def make(folder: Path, **options: Any) -> Gallery:
        gallery = Gallery.from_folder(folder, watch=True, render=False, **options)
        made.append(gallery)
        assert room(gallery).began.wait(PATIENCE)
        return gallery

    yield make
    for gallery in made:
        gallery.close()


def room(gallery: Gallery) -> watching.FolderWatch:
    return next(each for each in gallery._rooms if isinstance(each, watching.FolderWatch))


def numbers(gallery: Gallery) -> list[int]:
    return [number_of(item.media) for item in gallery]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    tick = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "what was waited for has not happened"
        tick.wait(0.02)


def names(gallery: Gallery) -> list[str]:
    return [Path(str(item.media)).name for item in gallery]


def test_what_comes_changes_and_goes_does_so_in_the_gallery(folder, watched):
    gallery = watched(folder)
    (folder / "10.png").write_bytes(file_of(10))
    (folder / "note.txt").write_text("no picture")
    until(lambda: names(gallery) == ["0.png", "1.png", "2.png", "10.png"])
    gallery.set_caption(1, "mine")
    before = gallery[1]
    (folder / "1.png").write_bytes(file_of(111))
    until(lambda: gallery[1] is not before)
    assert numbers(gallery) == [0, 111, 2, 10]
    assert gallery[1].caption == "mine"
    (folder / "0.png").unlink()
    (folder / "10.png").unlink()
    until(lambda: len(gallery) == 2)
    assert names(gallery) == ["1.png", "2.png"]
    (folder / "0.png").write_bytes(file_of(100))
    until(lambda: len(gallery) == 3)
    assert numbers(gallery) == [111, 2, 100]


def test_a_file_half_written_is_not_shown(folder, watched):
    gallery = watched(folder)
    data = files.encoded(files.photograph(), "PNG")
    half = len(data) // 2
    lengths: list[int] = []
    looked = watching._can_be_drawn

    def look(path: Path) -> bool:
        lengths.append(path.stat().st_size)
        return looked(path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "_can_be_drawn", look)
        with (folder / "7.png").open("wb") as file:
            file.write(data[:half])
            file.flush()
            until(lambda: lengths.count(half) > 2)
            assert len(gallery) == 3
            file.write(data[half:])
        until(lambda: len(gallery) == 4)
    assert watching._can_be_drawn(folder / "7.png")


def test_one_that_never_becomes_whole_is_shown_in_the_end(folder, watched, monkeypatch):
    monkeypatch.setattr(watching, "_GIVEN_UP_SECONDS", 0.3)
    gallery = watched(folder)
    (folder / "7.png").write_bytes(file_of(7)[:60])
    until(lambda: len(gallery) == 4)


def test_what_a_person_has_arranged_and_removed_stays(folder, watched):
    gallery = watched(folder)
    gallery.move(2, 0)
    del gallery[1]
    assert names(gallery) == ["2.png", "1.png"]
    (folder / "0.png").write_bytes(file_of(100))
    (folder / "1.png").write_bytes(file_of(101))
    (folder / "3.png").write_bytes(file_of(3))
    until(lambda: len(gallery) == 3 and numbers(gallery)[1] == 101)
    assert names(gallery) == ["2.png", "1.png", "3.png"]


def test_folders_that_come_and_go(folder, watched, tmp_path):
    gallery = watched(folder, recursive=True, caption="path")
    ready = tmp_path / "ready" / "deep"
    ready.mkdir(parents=True)
    for number in (10, 11):
        (ready / f"{number}.png").write_bytes(file_of(number))
    (tmp_path / "ready").rename(folder / "new")
    until(lambda: len(gallery) == 5)
    assert {item.caption for item in gallery} >= {"new/deep/10.png", "new/deep/11.png"}
    shutil.rmtree(folder / "new")
    until(lambda: len(gallery) == 3)
    (folder / "x" / "y").mkdir(parents=True)
    (folder / "x" / "y" / "5.png").write_bytes(file_of(5))
    until(lambda: len(gallery) == 4)


def test_without_recursive_folders_are_not_looked_into(folder, watched):
    gallery = watched(folder)
    (folder / "x").mkdir()
    (folder / "x" / "5.png").write_bytes(file_of(5))
    (folder / "6.png").write_bytes(file_of(6))
    until(lambda: len(gallery) == 4)
    assert names(gallery)[3] == "6.png"


def test_the_folder_itself_goes(folder, watched):
    gallery = watched(folder)
    shutil.rmtree(folder)
    until(lambda: len(gallery) == 0)


def test_it_ends_with_the_gallery_and_with_another_value(folder, watched):
    gallery = watched(folder)
    watch = room(gallery)
    gallery.close()
    watch._thread.join(PATIENCE)
    assert not watch._thread.is_alive()
    other = watched(folder)
    watch = room(other)
    other.value = [folder / "1.png"]
    (folder / "9.png").write_bytes(file_of(9))
    watch._thread.join(PATIENCE)
    assert not watch._thread.is_alive()
    assert names(other) == ["1.png"]


def test_what_happens_between_listing_and_watching_is_found(folder, monkeypatch, watched):
    real = watching.FolderWatch.start

    def start(self: watching.FolderWatch) -> None:
        (folder / "0.png").unlink()
        (folder / "5.png").write_bytes(file_of(5))
        real(self)

    monkeypatch.setattr(watching.FolderWatch, "start", start)
    gallery = watched(folder)
    until(lambda: names(gallery) == ["1.png", "2.png", "5.png"])


def test_without_watchfiles_the_command_is_said(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(ImportError, match=r"pip install 'nbgallery\[watch\]'"):
        Gallery.from_folder(folder, watch=True)


def test_what_the_users_own_code_raises_ends_nothing(folder, watched):
    captions = {f"{number}.png": str(number) for number in (0, 1, 2, 5)}
    gallery = watched(folder, caption=lambda path: captions[path.name])

    def observer(_change: object) -> None:
        raise RuntimeError

    gallery.observe(observer, "value")
    (folder / "4.png").write_bytes(file_of(4))
    until(lambda: len(gallery) == 4)
    (folder / "5.png").write_bytes(file_of(5))
    until(lambda: len(gallery) == 5)
    assert gallery[4].caption == "5"
