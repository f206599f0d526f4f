from __future__ import annotations

import io
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from nbgallery import encode
from nbgallery.encode import Original, Thumbnail, original, thumbnail
from nbgallery.errors import MediaError
from nbgallery.media import to_pil
from tests.corpus import files
from tests.corpus.asking import colors, frame_count, pixel, reopened


def content(given: Original) -> bytes:
    if given.path is not None:
        assert given.data is None
        raw = Path(given.path).read_bytes()
    else:
        assert given.data is not None
        raw = given.data
    assert len(raw) == given.size
    return raw


@pytest.mark.parametrize("edge", [128, 256, 512, 1024])
@pytest.mark.parametrize("size", [(1600, 1200), (1200, 1600), (3000, 7), (1025, 1024)])
def test_sizes_follow_the_longer_side(size, edge):
    for form in ("JPEG", "PNG"):
        noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
        made = thumbnail(files.encoded(Image.fromarray(noise), form), edge)
        assert (made.width, made.height, made.edge) == (*size, edge)
        drawn = reopened(made.data)
        assert max(drawn.size) == edge
        assert abs(drawn.width / edge - size[0] / max(size)) <= 1 / edge


def test_nothing_is_scaled_up():
    made = thumbnail(files.photograph(40, 30), 256)
    assert reopened(made.data).size == (40, 30)
    assert made.complete


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP", "TIFF"])
def test_thumbnails_look_like_the_picture(form):
    image = files.photograph(1600, 1200)
    made = thumbnail(files.encoded(image, form), 256)
    assert made.mime == "image/jpeg"
    assert len(made.data) < 20_000
    wanted = np.asarray(image.resize((256, 192), Image.Resampling.BOX), float)
    assert np.abs(np.asarray(reopened(made.data), float) - wanted).mean() < 4


def test_transparency_survives():
    image = files.photograph(800, 600)
    image.putalpha(Image.linear_gradient("L").resize((800, 600)))
    made = thumbnail(files.encoded(image, "PNG"), 256)
    assert made.mime == "image/webp"
    drawn = reopened(made.data)
    assert drawn.mode == "RGBA"
    assert (
        np.abs(
            np.asarray(drawn.getchannel("A"), int) - np.asarray(image.resize((256, 192)).getchannel("A"), int)
        ).max()
        < 8
    )
    assert len(made.data) < 30_000


def test_opaque_alpha_is_no_alpha():
    image = files.photograph(800, 600).convert("RGBA")
    assert thumbnail(image, 256).mime == "image/jpeg"
    assert thumbnail(image.convert("LA"), 256).mime == "image/jpeg"


def test_hidden_colours_do_not_bleed():
    image = Image.new("RGBA", (800, 800), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (3, 0, 800, 800))
    drawn = np.asarray(reopened(thumbnail(image, 256).data).convert("RGBA"))
    assert drawn[..., 0][drawn[..., 3] > 30].max() < 40


@pytest.mark.parametrize("mode", files.all_modes())
@pytest.mark.parametrize("form", ["object", "file"])
def test_small_pictures_arrive_exactly(mode, form):
    image = files.all_modes()[mode]
    if form == "file":
        if mode not in ("1", "L", "LA", "P", "P transparent", "RGB", "RGBA"):
            image = files.photograph(48, 32)
        made = thumbnail(files.encoded(image, "PNG"), 256)
    else:
        made = thumbnail(image, 256)
    assert made.complete
    if mode in ("1", "L", "LA", "P", "P transparent", "RGB", "RGBA", "PA"):
        drawn = reopened(made.data)
        assert drawn.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_small_arrays_arrive_exactly(data):
    channels = data.draw(st.sampled_from([(), (1,), (3,), (4,)]))
    shape = (data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40)), *channels)
    array = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, 256, shape, np.uint8)
    made = thumbnail(array, 128)
    assert made.complete
    drawn = np.asarray(reopened(made.data))
    wanted = array if channels != (1,) else array[..., 0]
    if channels == (4,) and drawn.shape[-1] == 3:
        assert (array[..., 3] == 255).all()
        wanted = array[..., :3]
    assert (drawn == wanted).all()


@pytest.mark.parametrize("values", [[0, 3, 7], [0, 255], list(range(64))])
def test_maps_of_labels_are_never_blended(values):
    rng = np.random.default_rng(0)
    labels = np.array(values)[rng.integers(0, len(values), (60, 80))].repeat(10, 0).repeat(10, 1)
    for thing in (
        labels,
        labels.astype(np.uint8),
        files.encoded(Image.fromarray(labels.astype(np.uint8)), "PNG"),
    ):
        made = thumbnail(thing, 256)
        assert (made.mime, made.complete) == ("image/png", False)
        drawn = np.asarray(reopened(made.data))
        if len(values) > 2:
            assert set(np.unique(drawn)) <= set(values)


def test_thin_lines_of_a_mask_stay():
    mask = np.zeros((2000, 2000), bool)
    mask[:, 1001] = True
    drawn = np.asarray(reopened(thumbnail(mask, 256).data))
    assert drawn.max(axis=1).min() > 10


def test_palettes_keep_their_colours():
    image = files.all_modes()["P transparent"].resize((960, 640), Image.Resampling.NEAREST)
    made = thumbnail(files.encoded(image, "PNG"), 256)
    drawn = reopened(made.data)
    assert drawn.mode == "P"
    assert colors(drawn.convert("RGBA")) <= colors(image.convert("RGBA"))
    photo = files.photograph(960, 640).quantize(256)
    assert thumbnail(photo, 256).mime == "image/jpeg"


def test_mean_colours():
    assert thumbnail(Image.new("RGB", (900, 600), (255, 128, 0)), 256).color == "#ff8000"
    assert thumbnail(Image.new("L", (900, 600), 16), 256).color == "#101010"
    half = np.zeros((600, 600, 4), np.uint8)
    half[:300] = (0, 0, 255, 255)
    half[300:] = (255, 0, 0, 0)
    assert thumbnail(half, 256).color == "#0000ff"
    assert thumbnail(np.zeros((600, 600, 4), np.uint8), 256).color == ""
    assert thumbnail(Image.new("CMYK", (9, 9), (0, 255, 255, 0)), 256).color == "#ff0000"


def test_thumbnails_carry_no_metadata():
    exif = Image.Exif()
    exif[0x010E] = "where it was taken" * 50
    raw = files.encoded(
        files.photograph(900, 600), "JPEG", exif=exif.tobytes(), comment=b"secret", icc_profile=b"x" * 5000
    )
    made = thumbnail(raw, 256)
    assert b"taken" not in made.data
    assert b"secret" not in made.data
    assert b"x" * 100 not in made.data


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_small_files_travel_as_they_are(tmp_path, form, monkeypatch):
    path = files.saved(tmp_path / "a.bin", files.photograph(60, 40), form)
    monkeypatch.setattr(encode, "decode_picture", None)
    made = thumbnail(path, 256)
    assert made.data == path.read_bytes()
    assert (made.mime, made.width, made.height, made.complete) == (f"image/{form.lower()}", 60, 40, True)


def test_light_files_travel_as_they_are_up_to_twice_the_edge():
    flat = files.encoded(Image.new("RGB", (500, 400), (1, 2, 3)), "PNG")
    assert thumbnail(flat, 256).data == flat
    assert thumbnail(flat, 128).data != flat
    wide = files.encoded(Image.new("RGB", (600, 400), (1, 2, 3)), "PNG")
    assert thumbnail(wide, 256).data != wide
    noise = files.encoded(Image.effect_noise((300, 300), 99), "PNG")
    assert thumbnail(noise, 256).data != noise


def test_files_that_fit_travel_as_they_are_unless_padded():
    noise = files.encoded(Image.effect_noise((250, 250), 99), "PNG")
    assert len(noise) > 256 * encode.AS_IT_IS_BYTES
    assert thumbnail(noise, 256).data == noise
    padded = files.encoded(
        files.photograph(20, 20), "PNG", icc_profile=np.random.default_rng(0).bytes(100_000)
    )
    made = thumbnail(padded, 256)
    assert made.complete


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_animations_become_stills_and_stay_whole(tmp_path, form):
    path = tmp_path / "a.gif"
    path.write_bytes(files.animation(form))
    made = thumbnail(path, 256)
    assert frame_count(reopened(made.data)) == 1
    red, green, _ = pixel(reopened(made.data), (3, 3))
    assert red > 200
    assert green < 60
    assert content(original(path)) == path.read_bytes()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_turned_files_are_turned_by_the_browser_or_by_us(form):
    raw = files.oriented(6, form)
    made = thumbnail(raw, 256)
    assert (made.width, made.height) == (40, 80)
    assert (made.data == raw) == (form == "JPEG")
    if form != "JPEG":
        assert reopened(made.data).size == (40, 80)
        assert reopened(content(original(raw))).size == (40, 80)


def test_what_browsers_show_otherwise_is_converted():
    gray = Image.fromarray(np.linspace(0, 900, 1200).reshape(30, 40).astype(np.uint16))
    raw = files.encoded(gray, "PNG")
    drawn = np.asarray(reopened(thumbnail(raw, 256).data))
    assert (drawn.min(), drawn.max()) == (0, 255)
    shown = original(raw)
    assert (np.asarray(reopened(shown.data)) == drawn).all()
    assert content(original(raw, own_bytes=True)) == raw
    cmyk = files.encoded(files.photograph(60, 40).convert("CMYK"), "JPEG")
    assert reopened(thumbnail(cmyk, 256).data).mode == "RGB"
    assert reopened(original(cmyk).data).mode == "RGB"
    assert content(original(cmyk, own_bytes=True)) == cmyk


def test_profiles_are_kept_where_values_are():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    image = files.photograph(60, 40)
    image.info["icc_profile"] = profile
    drawn = reopened(thumbnail(image, 256).data)
    assert drawn.tobytes() == image.tobytes()
    assert drawn.info["icc_profile"] == profile
    assert reopened(original(image).data).info["icc_profile"] == profile


LISTENING: list[list[object]] = []


def heard(event, arguments):
    for opens in LISTENING:
        if event == "open":
            opens.append(arguments[0])


def opens(use) -> list[object]:
    LISTENING.append([])
    try:
        use()
    finally:
        caught = LISTENING.pop()
    return caught


def test_one_open_makes_a_thumbnail(tmp_path):
    sys.addaudithook(heard)
    photo = files.photograph(900, 600)
    flat = Image.new("RGB", (500, 400))
    made = [
        files.saved(tmp_path / "a.jpg", photo, "JPEG"),
        files.saved(tmp_path / "a.png", photo, "PNG"),
        files.saved(tmp_path / "a.tif", photo, "TIFF"),
        files.saved(tmp_path / "lzw.tif", photo, "TIFF", compression="tiff_lzw"),
        files.saved(tmp_path / "a.bmp", photo, "BMP"),
        files.saved(tmp_path / "flat.png", flat, "PNG"),
        files.saved(tmp_path / "a.tga", photo, "TGA"),
        tmp_path / "a.svg",
        tmp_path / "a.mp4",
    ]
    made[-2].write_text(files.svg())
    made[-1].write_bytes(files.movie_head())
    for path in made:
        thumbnail(path, 256)
        assert opens(lambda path=path: thumbnail(path, 256)) == [str(path)]
        assert opens(lambda path=path: original(path, own_bytes=True)) == [str(path)]
        assert opens(lambda path=path: original(path)) == [str(path)]
    for path in made[:-2]:
        assert opens(lambda path=path: to_pil(path)) == [str(path)]


def test_everything_can_be_pickled():
    for function in (thumbnail, original):
        assert pickle.loads(pickle.dumps(function)) is function  # noqa: S301 - our own
    for result in (thumbnail(np.zeros((4, 4)), 256), original(np.zeros((4, 4)))):
        assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301 - our own
    with pytest.raises(MediaError) as caught:
        thumbnail("no/such.png", 256)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - our own


def test_threads_agree():
    images = [files.photograph(900, 600, seed) for seed in range(4)]
    things = [
        *images,
        *(files.encoded(image, "JPEG") for image in images),
        *(np.asarray(image) for image in images),
    ]
    wanted = [thumbnail(thing, 256) for thing in things]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda thing: thumbnail(thing, 256), things * 4)) == wanted * 4


def test_urls_are_left_to_the_browser():
    made = thumbnail("https://example.org/clip.webm?x=1", 256)
    assert made == Thumbnail(
        b"",
        "video/webm",
        "video",
        0,
        0,
        "",
        "clip.webm",
        256,
        complete=False,
        url="https://example.org/clip.webm?x=1",
    )


def test_videos_without_a_decoder_are_left_to_the_browser(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    path = tmp_path / "a.mp4"
    path.write_bytes(files.movie_head())
    made = thumbnail(path, 256)
    assert (made.data, made.mime, made.kind, made.name, made.complete) == (
        b"",
        "video/mp4",
        "video",
        "a.mp4",
        False,
    )
    assert original(path) == Original(None, str(path), "video/mp4", "a.mp4", path.stat().st_size)


def test_a_video_that_cannot_be_decoded_is_left_to_the_browser():
    made = thumbnail(files.movie_head(), 256)
    assert (made.data, made.kind) == (b"", "video")
    assert content(original(files.movie_head())) == files.movie_head()


@pytest.mark.parametrize(
    "form, codec, mime",
    [
        ("mp4", "mpeg4", "video/mp4"),
        ("webm", "libvpx", "video/webm"),
        ("matroska", "mpeg4", "video/x-matroska"),
        ("mov", "mpeg4", "video/quicktime"),
    ],
)
def test_posters_show_more_than_a_black_start(tmp_path, form, codec, mime):
    path = files.video(tmp_path / "clip", form, codec, seconds=12)
    for thing in (path, path.read_bytes(), io.BytesIO(path.read_bytes())):
        made = thumbnail(thing, 32)
        assert (made.kind, made.mime, made.width, made.height) == ("video", "image/jpeg", 64, 48)
        red, green, blue = pixel(reopened(made.data), (10, 10))
        assert red > 180
        assert max(green, blue) < 80
        assert reopened(made.data).size == (32, 24)
        assert not made.complete
        assert original(thing).mime == mime


def test_posters_of_very_short_videos(tmp_path):
    made = thumbnail(files.video(tmp_path / "a.mp4", seconds=0.1), 32)
    assert reopened(made.data).size == (32, 24)
