from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from nbgallery import locations
from nbgallery.encode import thumbnail
from nbgallery.media import pixels, to_pil
from tests.corpus import files
from tests.corpus.asking import refusal


@pytest.fixture
def png(tmp_path):
    return files.saved(tmp_path / "a.png", files.photograph(60, 40), "PNG")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "JPEG2000", "QOI"])
@pytest.mark.parametrize("size", [(40, 30), (500, 400)])
def test_truncated_files_say_so(tmp_path, form, size):
    whole = files.encoded(files.photograph(*size), form)
    path = tmp_path / "cut.bin"
    for share in (0.5, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        for use in (lambda thing: thumbnail(thing, 256), to_pil, pixels):
            message = refusal(path, use)
            assert "truncated" in message or "damaged" in message
            assert "cut.bin" in message


def test_damage_in_the_middle_of_a_small_png():
    raw = bytearray(files.encoded(files.photograph(40, 30), "PNG"))
    raw[len(raw) // 2] ^= 0xFF
    assert "is damaged" in refusal(bytes(raw), lambda thing: thumbnail(thing, 256))


def test_bombs_are_refused_and_arrays_are_not(monkeypatch):
    message = refusal(files.png_bomb(), lambda thing: thumbnail(thing, 256))
    assert "decompression bomb" in message
    assert "decompression bomb" in refusal(files.png_bomb(11_000), to_pil)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    raw = files.encoded(files.photograph(60, 40), "JPEG")
    for use in (to_pil, pixels, lambda thing: thumbnail(thing, 256)):
        message = refusal(raw, use)
        assert "2400 pixels" in message
        assert "raise PIL.Image.MAX_IMAGE_PIXELS" in message
    assert thumbnail(np.zeros((60, 60, 3), np.uint8), 256).width == 60
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert to_pil(raw).size == (60, 40)


def test_a_file_that_goes_away_while_it_is_read(png, monkeypatch):
    class Failing(io.BytesIO):
        def read(self, *args):
            if self.tell() > 0:
                raise OSError(5, "Input/output error")
            return super().read(*args)

    monkeypatch.setattr(locations, "open_file", lambda _path: Failing(png.read_bytes()))
    assert "Input/output error" in refusal(png, pixels)


def test_pictures_without_pixels():
    for size in ((0, 0), (0, 5), (5, 0)):
        assert "holds no pixels" in refusal(Image.new("RGB", size), lambda thing: thumbnail(thing, 256))
