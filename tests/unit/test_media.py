from __future__ import annotations

import io
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image, ImageCms

from nbgallery import media
from nbgallery.encode import original, thumbnail
from nbgallery.errors import GalleryError
from nbgallery.media import identify, pixels, to_numpy, to_pil
from tests.corpus import files
from tests.corpus.asking import figure, frame_count, pixel, refusal


@pytest.fixture
def png(tmp_path):
    return files.saved(tmp_path / "a.png", files.photograph(60, 40), "PNG")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_everywhere(form, orientation):
    raw = files.oriented(orientation, form, (400, 200))
    size = (400, 200) if orientation < 5 else (200, 400)
    first = {1: "W", 2: "E", 3: "E", 4: "W", 5: "N", 6: "N", 7: "S", 8: "S"}[orientation]
    at = {"W": (2, 2), "N": (2, 2), "E": (-3, 2), "S": (2, -3)}[first]
    lazy = Image.open(io.BytesIO(raw))
    loaded = Image.open(io.BytesIO(raw))
    loaded.load()
    for thing in (raw, lazy, loaded):
        image = to_pil(thing)
        assert image.size == size
        assert image.getexif().get(files.ORIENTATION, 1) == 1
        for seen in (
            image,
            Image.fromarray(to_numpy(thing)),
            pixels(thing).image,
            pixels(thing, edge=100).image,
        ):
            red, _, blue = pixel(seen, (at[0] % seen.width, at[1] % seen.height))
            assert red > 200
            assert blue < 60
        made = thumbnail(thing, 100)
        assert (made.width, made.height) == size
        drawn = Image.open(io.BytesIO(made.data))
        assert drawn.size == ((100, 50) if orientation < 5 else (50, 100))


def test_exif_that_is_garbage_is_ignored():
    raw = files.encoded(
        files.photograph(60, 40), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\xff" + bytes(range(200))
    )
    assert to_pil(raw).size == (60, 40)
    assert thumbnail(raw, 32).width == 60


@pytest.mark.parametrize("mode", files.all_modes())
def test_every_mode_of_pillow(mode):
    image = files.all_modes()[mode]
    before = image.copy()
    given = to_pil(image)
    assert given is not image
    assert (given.mode, given.size) == (image.mode, image.size)
    assert given.tobytes() == before.tobytes()
    rgb = to_numpy(image)
    assert (rgb.shape, rgb.dtype) == ((32, 48, 3), np.dtype(np.uint8))
    assert (to_numpy(image, mode=None) == np.array(before)).all()
    for edge in (16, 256):
        made = thumbnail(image, edge)
        assert (made.width, made.height, made.color[:1]) == (48, 32, "#")
        assert max(Image.open(io.BytesIO(made.data)).size) == min(edge, 48)
    assert (image.mode, image.tobytes(), image.info) == (before.mode, before.tobytes(), before.info)


def test_deep_pictures_are_drawn_by_the_rules_of_arrays():
    deep = Image.fromarray(np.array([[0, 500, 1000]], np.uint16))
    assert to_numpy(deep)[0, :, 0].tolist() == [0, 128, 255]
    assert pixels(deep).drawn_range == (0, 1000)
    assert pixels(files.encoded(deep, "PNG")).drawn_range == (0, 1000)
    assert to_numpy(files.encoded(deep, "PNG"), mode=None).tolist() == [[0, 500, 1000]]
    clear = Image.fromarray(np.array([[0, np.nan, 1]], np.float32))
    assert np.asarray(pixels(clear).image)[0, :, 1].tolist() == [255, 0, 255]


def test_embedded_profiles_lead_to_srgb():
    image = Image.new("RGB", (300, 200), (200, 100, 50))
    xyz = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = pixels(files.encoded(image, "PNG")).image.getpixel((5, 5))
    assert pixels(files.encoded(image, "PNG", icc_profile=srgb)).image.getpixel((5, 5)) == plain
    for broken in (b"garbage", xyz[:60]):
        assert pixels(files.encoded(image, "PNG", icc_profile=broken)).image.getpixel((5, 5)) == plain
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert pixels(files.encoded(image, "PNG", icc_profile=lab)).image.getpixel((5, 5)) == plain
    assert to_numpy(files.encoded(image, "PNG", icc_profile=xyz))[0, 0].tolist() == [200, 100, 50]


def test_animations_keep_their_frames_in_memory(tmp_path):
    for form in ("GIF", "WEBP", "PNG"):
        path = tmp_path / f"a.{form}"
        path.write_bytes(files.animation(form))
        image = to_pil(path)
        path.unlink()
        assert frame_count(image) == 3
        image.seek(2)
        red, _, blue = pixel(image, (2, 2))
        assert red < 60
        assert blue > 200


def test_numpy_is_always_rgb():
    for mode, image in files.all_modes().items():
        if mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
            raw = files.encoded(image, "PNG")
            assert to_numpy(raw).shape == (32, 48, 3)
    array = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    assert (to_numpy(array) == array).all()
    assert to_numpy(array) is not array
    gray = np.arange(20, dtype=np.uint8).reshape(4, 5)
    assert (to_numpy(gray) == gray[..., None]).all()
    rgba = np.arange(80, dtype=np.uint8).reshape(4, 5, 4)
    assert (to_numpy(rgba) == rgba[..., :3]).all()
    labels = np.array([[0, 3, 7]])
    assert to_numpy(labels)[0, :, 1].tolist() == [0, 3, 7]


def test_numpy_in_other_modes():
    palette = files.encoded(files.all_modes()["P"], "PNG")
    assert to_numpy(palette, mode=None).max() == 4
    assert to_numpy(palette, mode="RGBA").shape == (32, 48, 4)
    assert to_numpy(palette, "L").shape == (32, 48)
    values = np.linspace(-1, 1, 6).reshape(2, 3)
    own = to_numpy(values, mode=None)
    assert own.dtype == values.dtype
    assert (own == values).all()
    assert own is not values
    wrong: tuple[Any, ...] = ("nonsense", 3)
    for mode in wrong:
        with pytest.raises(GalleryError, match="mode="):
            to_numpy(palette, mode=mode)


def test_arrays_become_pictures_of_the_same_values():
    assert to_pil(np.array([[True, False]])).mode == "1"
    deep = np.array([[0, 65535]], np.uint16)
    assert (np.asarray(to_pil(deep)) == deep).all()
    assert "a batch of 5 pictures" in refusal(np.zeros((5, 4, 4, 3)), to_pil)


def test_two_thousand_items_leave_no_file_open(tmp_path, png):
    raw = png.read_bytes()
    gif = tmp_path / "a.gif"
    gif.write_bytes(files.animation("GIF"))
    tiff = files.saved(tmp_path / "a.tif", files.photograph(60, 40), "TIFF", compression="tiff_lzw")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    in_use = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + 12, hard))
    try:
        kept = [to_pil(thing) for _ in range(500) for thing in (png, gif, tiff, raw)]
        kept_pixels = [pixels(thing, edge=32) for _ in range(100) for thing in (png, gif, tiff)]
        for _ in range(100):
            thumbnail(gif, 8)
            thumbnail(tiff, 8)
            identify(png)
            original(tiff)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(kept) == 2000
    assert len(kept_pixels) == 300
    assert len(list(Path("/proc/self/fd").iterdir())) <= in_use + 1


def test_lazy_pictures_stay_lazy(png):
    with Image.open(png) as lazy:
        assert lazy.tile
        assert lazy.fp is not None
        position = lazy.fp.tell()
        assert to_pil(lazy).tobytes() == Image.open(png).tobytes()
        assert thumbnail(lazy, 32).width == 60
        assert identify(lazy) == media.Media("image", "", "a.png")
        assert lazy.tile
        assert lazy.fp.tell() == position
        assert lazy.size == (60, 40)
    assert "call its load()" in refusal(lazy, to_pil)


def test_drafted_pictures_are_what_the_user_made_of_them():
    lazy = Image.open(io.BytesIO(files.encoded(files.photograph(800, 600), "JPEG")))
    lazy.draft("L", (100, 75))
    assert to_pil(lazy).size == lazy.size == (100, 75)
    assert to_pil(lazy).mode == "L"


def test_one_picture_read_by_many_threads():
    raw = files.encoded(files.photograph(300, 200), "PNG")
    image = Image.open(io.BytesIO(raw))
    wanted = to_numpy(raw)
    with ThreadPoolExecutor(8) as pool:
        for made in pool.map(lambda edge: thumbnail(image, edge), [64, 128, 512] * 10):
            assert made.width == 300
        for array in pool.map(lambda _: to_numpy(image), range(20)):
            assert (array == wanted).all()


def test_figures_are_rendered_at_their_own_size():
    drawn = figure()
    for thing in (drawn, drawn.axes[0], drawn.axes[0].lines[0]):
        assert identify(thing) == media.Media("image")
        assert to_pil(thing).size == (100, 50)
        assert (thumbnail(thing, 256).width, thumbnail(thing, 256).height) == (100, 50)
    mpl.use("agg")


def test_figures_from_many_threads():
    drawn = figure()
    wanted = to_pil(drawn).tobytes()
    with ThreadPoolExecutor(4) as pool:
        assert all(image.tobytes() == wanted for image in pool.map(lambda _: to_pil(drawn), range(8)))


def test_a_figure_that_cannot_be_rendered():
    drawn = figure()
    drawn.axes[0].set_title(r"$\broken{$")
    assert "the figure could not be rendered" in refusal(drawn, to_pil)
