from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from nbgallery import Gallery, GalleryError
from nbgallery.folders import FolderSource
from nbgallery.names import Names, Pattern, natural_key
from tests.unit.numbered import fifty, file_of, files_opened, number_of, numbers_at, reasons


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for number in range(300):
        (folder / f"img{number}.png").write_bytes(file_of(number))
    return folder


def names(gallery: Gallery) -> list[str]:
    return [Path(str(item.media)).name for item in gallery]


def files(folder: Path, *paths: str) -> Path:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(file_of(1))
    return folder


def test_fifty_random_places_show_their_pictures_and_nothing_else_is_read(photos):
    places = fifty(300)
    with files_opened(photos) as opened:
        gallery = Gallery.from_folder(photos, render=False)
        assert numbers_at(gallery, places) == places
    assert opened == [str(photos / f"img{place}.png") for place in places]


def test_the_order_is_as_people_count(tmp_path):
    files(
        tmp_path, "img10.png", "img2.png", "IMG1.png", "img007.png", "a.png", "b/1.png", "b/10.png", "b.png"
    )
    assert names(Gallery.from_folder(tmp_path)) == [
        "a.png",
        "b.png",
        "IMG1.png",
        "img2.png",
        "img007.png",
        "img10.png",
    ]
    deep = Gallery.from_folder(tmp_path, recursive=True, caption="path")
    assert [item.caption for item in deep][1:4] == ["b/1.png", "b/10.png", "b.png"]


def test_only_what_is_drawn_is_listed_and_nothing_hidden(tmp_path):
    files(
        tmp_path,
        "a.png",
        "b.JPG",
        "c.txt",
        ".d.png",
        ".git/e.png",
        "f.mp4",
        "g.ppm",
        "h.svg",
        "i.ogg",
        "j/k.png",
    )
    assert names(Gallery.from_folder(tmp_path)) == ["a.png", "b.JPG", "f.mp4", "g.ppm", "h.svg"]
    assert names(Gallery.from_folder(tmp_path, recursive=True))[-1] == "k.png"


def test_patterns(tmp_path):
    files(tmp_path, "a.png", "B.PNG", "c.dat", "left/a.png", "x/left/b.png", "x/right/b.png", "[1].png")
    assert names(Gallery.from_folder(tmp_path, "*.dat")) == ["c.dat"]
    assert names(Gallery.from_folder(tmp_path, ["?.png", "*.dat"])) == ["a.png", "B.PNG", "c.dat"]
    assert names(Gallery.from_folder(tmp_path, "**/left/*.png")) == ["a.png", "b.png"]
    assert names(Gallery.from_folder(tmp_path, "x/*/*")) == ["b.png", "b.png"]
    assert names(Gallery.from_folder(tmp_path, "[[]1].png")) == ["[1].png"]
    assert names(Gallery.from_folder(tmp_path, "[!a].png")) == ["B.PNG"]
    for wrong in (3, [], [3], "", {"a": 1}):
        with pytest.raises(GalleryError, match=r"pattern=.*give a glob"):
            Gallery.from_folder(tmp_path, wrong)  # type: ignore[arg-type]  # that is what is tested


def test_a_pattern_is_never_a_regular_expression():
    assert Pattern("a+(b).png")("a+(b).png")
    assert not Pattern("a.png")("abpng")
    assert Pattern("a[^b].png")("a^.png")


def test_captions(tmp_path):
    files(tmp_path, "x/cat.v2.png")

    def caption(**options: object) -> str | None:
        return Gallery.from_folder(tmp_path, recursive=True, **options)[0].caption  # type: ignore[arg-type]  # one of those below

    assert caption() == caption(caption="name") == "cat.v2.png"
    assert caption(caption="stem") == "cat.v2"
    assert caption(caption="path") == "x/cat.v2.png"
    assert caption(caption=False) is None
    assert caption(caption=lambda path: path.parent.name) == "x"
    with pytest.raises(GalleryError, match="caption='names'"):
        caption(caption="names")


def test_what_is_no_folder_is_said(tmp_path):
    file = files(tmp_path, "a.png") / "a.png"
    with pytest.raises(GalleryError, match="there is no such folder"):
        Gallery.from_folder(tmp_path / "none")
    with pytest.raises(GalleryError, match=r"a file, not a folder.*from_archive"):
        Gallery.from_folder(file)
    for wrong in (None, 3, ""):
        with pytest.raises(GalleryError, match="give the path or URL of a folder"):
            Gallery.from_folder(wrong)  # type: ignore[arg-type]  # that is what is tested
    with pytest.raises(GalleryError, match="recursive='yes'"):
        Gallery.from_folder(tmp_path, recursive="yes")  # type: ignore[arg-type]  # that is what is tested
    with pytest.raises(TypeError, match="columns"):
        Gallery.from_folder(tmp_path, colums=3)
    (tmp_path / "empty").mkdir()
    assert len(Gallery.from_folder(tmp_path / "empty")) == 0


def test_links_in_a_loop_are_followed_once(tmp_path):
    files(tmp_path, "a/b/1.png")
    (tmp_path / "a" / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "nowhere.png").symlink_to(tmp_path / "none.png")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    assert names(Gallery.from_folder(tmp_path, recursive=True)) == ["1.png"]


def test_a_folder_that_cannot_be_read_is_left_out_with_a_warning(tmp_path, monkeypatch):
    files(tmp_path, "a.png", "locked/b.png")
    scan = os.scandir

    def refuse(path: str):
        if "locked" in path:
            raise PermissionError(13, "Permission denied")
        return scan(path)

    # Whoever may read everything, as in many containers, is refused nothing by a folder's mode.
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.warns(
        UserWarning, match="1 of the folders in .* left out: 'locked/' \\(Permission denied\\)"
    ):
        assert names(Gallery.from_folder(tmp_path, recursive=True)) == ["a.png"]


def test_names_that_are_no_text(tmp_path):
    if sys.platform == "darwin":
        pytest.skip("this file system takes no such names")
    path = os.fsencode(tmp_path) + b"/caf\xe9.png"
    with open(path, "wb") as file:  # noqa: PTH123 - a path of bytes
        file.write(file_of(5))
    gallery = Gallery.from_folder(tmp_path)
    assert gallery[0].caption == "caf\N{REPLACEMENT CHARACTER}.png"
    assert number_of(gallery[0].media) == 5


def test_names_that_look_like_something_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files(tmp_path, "<svg.png", "data:,a.png", "100%.png", "a#b?.png")
    gallery = Gallery.from_folder(".")
    monkeypatch.chdir("/")
    assert [number_of(item.media) for item in gallery] == [1, 1, 1, 1]


def test_a_folder_that_disappears_leaves_error_tiles(tmp_path):
    gallery = Gallery.from_folder(files(tmp_path / "x", "a.png", "b.png"), render=False)
    shutil.rmtree(tmp_path / "x")
    assert all(str(reason).startswith("there is no file") for reason in reasons(gallery))


def test_a_hundred_thousand_names_take_what_their_letters_take():
    kept = Names(f"crop_{number:07}.jpg" for number in range(100_000))
    assert sys.getsizeof(kept._letters) + sys.getsizeof(kept._ends) < 100_000 * 26
    assert kept[77_777] == "crop_0077777.jpg"


def test_names_are_found_in_natural_order():
    given = sorted(
        ["a/1.png", "a/2.png", "a/10.png", "A/3.png", "b.png", "a.png", "a1/x.png"], key=natural_key
    )
    kept = Names(given)
    assert [kept.find(name) for name in given] == list(range(len(given)))
    assert kept.find("a/4.png") is None
    assert list(kept.starting("a/")) == ["a/1.png", "a/2.png", "a/10.png"]
    assert list(kept.starting("")) == given


def test_a_source_says_where_its_files_are(photos):
    source = FolderSource(photos, "img1*.png")
    assert [
        source.name(0),
        source.find("img10.png"),
        source.takes("img1.png"),
        source.takes("x/img1.png"),
    ] == [
        "img1.png",
        1,
        True,
        False,
    ]
