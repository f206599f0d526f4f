from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nbgallery.encode import Original, clear_name, original, thumbnail
from nbgallery.errors import GalleryError, MediaError
from nbgallery.formats import format_name
from nbgallery.media import opened
from tests.corpus import files
from tests.corpus.asking import frame_count, pixel, reopened


def content(given: Original) -> bytes:
    if given.path is not None:
        assert given.data is None
        raw = Path(given.path).read_bytes()
    else:
        assert given.data is not None
        raw = given.data
    assert len(raw) == given.size
    return raw


@pytest.mark.parametrize("mode", files.all_modes())
@pytest.mark.parametrize(
    "form", ["webp", "png", "jpeg", "gif", "tiff", "bmp", "avif", "jpeg2000", "tga", "ico", "pdf"]
)
@pytest.mark.parametrize("own_bytes", [True, False])
def test_originals_of_every_mode_in_every_format(mode, form, own_bytes):
    image = files.all_modes()[mode]
    before = image.tobytes()
    made = original(image, form, own_bytes=own_bytes)
    again = reopened(made.data)
    assert again.size == image.size
    assert image.tobytes() == before
    if not own_bytes:
        assert made.mime in ("image/webp", "image/png", "image/jpeg", "image/gif", "image/avif")
    held = ("1", "L", "LA", "P", "P transparent", "RGB", "RGBA", "I;16")
    if made.mime not in ("image/jpeg", "image/avif") and mode in held and (own_bytes or mode != "I;16"):
        assert again.mode == image.mode
        assert again.tobytes() == image.tobytes()
        assert again.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()
    if own_bytes and made.mime not in ("image/jpeg", "image/avif") and mode in ("CMYK", "LAB", "I", "F"):
        assert again.mode == image.mode
        assert again.tobytes() == image.tobytes()
    if own_bytes and mode == "I;16B" and made.mime != "image/jpeg":
        assert (np.asarray(again) == np.asarray(image)).all()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_originals_of_arrays_are_exact(data):
    dtype = data.draw(st.sampled_from([bool, np.uint8, np.uint16, np.int64]))
    channels = data.draw(st.sampled_from([(), (3,), (4,)]))
    shape = (data.draw(st.integers(1, 30)), data.draw(st.integers(1, 30)), *channels)
    top = 65536 if dtype is np.uint16 and not channels else 256
    array = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, top, shape).astype(dtype)
    form = data.draw(st.sampled_from(["webp", "png", "tiff", "gif"]))
    again = np.asarray(reopened(original(array, form, own_bytes=True).data))
    if dtype is bool and channels:
        array = array * np.uint8(255)
    assert again.shape == array.shape
    assert (again == array).all()


def test_label_maps_and_masks_come_back_as_they_went():
    labels = np.array([0, 3, 7], np.uint8)[np.random.default_rng(0).integers(0, 3, (700, 900))]
    for own_bytes in (True, False):
        assert (np.asarray(reopened(original(labels, own_bytes=own_bytes).data)) == labels).all()
        mask = labels == 3
        assert (np.asarray(reopened(original(mask, own_bytes=own_bytes).data)) == mask).all()


def test_colours_of_what_is_transparent_are_kept():
    array = np.random.default_rng(0).integers(0, 256, (40, 40, 4), np.uint8)
    array[:20, :, 3] = 0
    for own_bytes in (True, False):
        made = original(array, own_bytes=own_bytes)
        assert made.mime == "image/webp"
        assert (np.asarray(reopened(made.data)) == array).all()


def test_what_is_shown_of_deep_pictures_is_what_the_thumbnail_shows():
    for thing in (np.linspace(-3, 9, 1200).reshape(30, 40), np.arange(1200, dtype=np.uint16).reshape(30, 40)):
        small, large = reopened(thumbnail(thing, 256).data), reopened(original(thing).data)
        assert small.convert("RGB").tobytes() == large.convert("RGB").tobytes()


def test_formats_that_cannot_hold_a_picture():
    rgba = files.all_modes()["RGBA"]
    assert original(rgba, "jpeg").mime == "image/png"
    assert original(rgba, "JPG").mime == "image/png"
    assert original(Image.new("RGB", (20_000, 1)), "webp").mime == "image/png"
    assert original(Image.new("RGB", (8, 8)), "jpeg").mime == "image/jpeg"
    assert original(Image.new("RGB", (8, 8)), "tiff").mime == "image/png"
    assert original(Image.new("RGB", (8, 8)), "tiff", own_bytes=True).mime == "image/tiff"
    assert original(Image.new("RGBA", (8, 8), "red"), "webp", own_bytes=True).mime == "image/png"


def test_quality_makes_it_smaller():
    photo = files.photograph(600, 400)
    exact = original(photo)
    for form in ("webp", "jpeg", "avif"):
        made = original(photo, form, 60)
        assert made.mime == f"image/{form}"
        assert made.size < exact.size / 4
    assert original(photo.convert("L"), "webp", 60).mime == "image/webp"
    assert original(files.all_modes()["P"], "webp", 60).mime == "image/png"
    assert original(photo, "png", 60).mime == "image/png"


def test_metadata_of_pictures_is_kept_where_the_format_can():
    image = files.photograph(40, 30)
    exif = Image.Exif()
    exif[0x010E] = "a caption"
    image.info |= {"exif": exif.tobytes(), "icc_profile": b"profile", "Title": "Grüße"}
    for form in ("webp", "png", "jpeg"):
        again = reopened(original(image, form).data)
        assert again.getexif()[0x010E] == "a caption"
        assert again.info["icc_profile"] == b"profile"
    assert reopened(original(image, "png").data).info["Title"] == "Grüße"


def test_animated_pictures_stay_animated(tmp_path):
    for form in ("GIF", "WEBP", "PNG"):
        path = tmp_path / f"a.{form.lower()}"
        path.write_bytes(files.animation(form))
        lazy, loaded = Image.open(path), Image.open(path)
        loaded.load()
        for image in (lazy, loaded):
            for wanted in ("webp", "png", "gif"):
                again = reopened(original(image, wanted).data)
                assert frame_count(again) == 3
                again.seek(1)
                red, green, _ = pixel(again, (3, 3))
                assert green > 200
                assert red < 60
            assert image.tell() == 0


def test_files_keep_bytes_and_names(tmp_path):
    path = files.saved(tmp_path / "a.jpg", files.photograph(400, 300), "PNG")
    for own_bytes in (True, False):
        made = original(path, "jpeg", 10, own_bytes=own_bytes)
        assert made == Original(None, str(path), "image/png", "a.jpg", path.stat().st_size)
    with path.open("rb") as stream:
        made = original(stream, own_bytes=True)
        assert (made.data, made.name) == (path.read_bytes(), "a.jpg")
    image = Image.open(path)
    made = original(image)
    assert (made.name, made.mime) == ("a.webp", "image/webp")


@pytest.mark.parametrize("form", ["TIFF", "BMP", "TGA", "JPEG2000", "ICO", "PPM"])
def test_files_that_no_browser_shows_are_converted_without_loss(tmp_path, form):
    photo = files.photograph(64, 48)
    path = files.saved(
        tmp_path / f"a.{form.lower()}", photo, form, **({"sizes": [(64, 48)]} if form == "ICO" else {})
    )
    shown = original(path)
    assert shown.mime == "image/webp"
    assert shown.name == "a.webp"
    assert reopened(shown.data).tobytes() == photo.tobytes()
    own = original(path, own_bytes=True)
    assert (own.path, own.name) == (str(path), path.name)
    assert own.mime.startswith("image/")


def test_a_truncated_file_can_still_be_downloaded(tmp_path):
    path = tmp_path / "cut.jpg"
    path.write_bytes(files.encoded(files.photograph(400, 300), "JPEG")[:3000])
    assert content(original(path, own_bytes=True)) == path.read_bytes()
    with pytest.raises(MediaError, match="truncated"):
        thumbnail(path, 256)


@pytest.mark.parametrize(
    "given, name",
    [
        ("webp", "webp"),
        ("JPG", "jpeg"),
        (".Jpeg", "jpeg"),
        ("tif", "tiff"),
        ("PNG", "png"),
        ("jp2", "jpeg2000"),
        ("gif", "gif"),
        ("avif", "avif"),
        (".bmp", "bmp"),
        ("JPEG2000", "jpeg2000"),
        ("apng", "png"),
        ("tga", "tga"),
    ],
)
def test_format_names(given, name):
    assert format_name(given) == name
    assert format_name(name) == name


@pytest.mark.parametrize("given", ["", ".", "docx", "web p", None, 3, "../png", "svg"])
def test_unknown_formats(given):
    with pytest.raises(GalleryError, match=r"format=.*'webp'"):
        format_name(given)


@pytest.mark.parametrize(
    "name, mime, cleared",
    [
        ("cat.png", "image/png", "cat.png"),
        ("lying.jpg", "image/png", "lying.jpg"),
        ("no extension", "image/jpeg", "no extension.jpg"),
        ("../../etc/passwd", "image/png", "passwd.png"),
        (r"C:\pictures\a.png", "image/png", "a.png"),
        ("a\0b\n.png", "image/png", "ab.png"),
        ("<img src=x onerror=1>.png", "image/png", "_img src=x onerror=1_.png"),
        ("con.png", "image/png", "_con.png"),
        ("LPT1", "image/png", "_LPT1.png"),
        ("Grüße 🐱.webp", "image/webp", "Grüße 🐱.webp"),
        ("evil\u202egnp.exe", "image/png", "evilgnp.exe"),
        ("", "image/webp", "image-00007.webp"),
        ("", "video/mp4", "video-00007.mp4"),
        ("", "", "image-00007"),
        ("...", "image/png", "image-00007.png"),
        ("dir/", "image/png", "image-00007.png"),
        ("trailing. . ", "image/png", "trailing.png"),
        (".hidden", "image/png", ".hidden.png"),
    ],
)
def test_download_names(name, mime, cleared):
    assert clear_name(name, 7, mime) == cleared


@given(st.text(max_size=400))
def test_download_names_are_always_safe(name):
    cleared = clear_name(name, 3, "image/png")
    assert cleared
    assert len(cleared.encode()) <= 200
    assert not set(cleared) & set('/\\<>:"|?*\0\n\r')
    assert cleared not in (".", "..")
    assert clear_name(cleared, 3, "image/png") == cleared


def test_hostile_png_dimensions_do_not_pass_as_they_are():
    header = struct.pack(">IIBBBBB", 0, 10, 8, 0, 0, 0, 0)
    raw = b"\x89PNG\r\n\x1a\n" + files.chunk(b"IHDR", header) + files.chunk(b"IEND", b"")
    with pytest.raises(MediaError):
        thumbnail(raw, 256)


def test_opened_closes_what_it_opened(tmp_path):
    path = files.saved(tmp_path / "a.png", files.photograph(9, 9), "PNG")
    with opened(path) as source:
        stream = source.stream
        assert stream is not None
        assert not stream.closed
    assert stream.closed
