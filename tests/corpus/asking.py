"""What tests ask of odd files: how they are refused, and what came out of them."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from matplotlib.figure import Figure
from PIL import Image

from nbgallery.errors import MediaError
from nbgallery.media import identify


def refusal(thing: object, use: Callable[[object], object] = identify) -> str:
    """The sentence with which something is refused."""
    with pytest.raises(MediaError) as caught:
        use(thing)
    return str(caught.value)


def reopened(data: bytes | None) -> Image.Image:
    assert data is not None
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def pixel(image: Image.Image, at: tuple[int, int]) -> tuple[int, int, int]:
    found = image.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    red, green, blue = found
    return red, green, blue


def colors(image: Image.Image) -> set[object]:
    """The colours that occur in a picture, of which there are few."""
    counted = image.getcolors()
    assert counted is not None
    return {color for _, color in counted}


def frame_count(image: Image.Image) -> int:
    return getattr(image, "n_frames", 1)


def figure() -> Figure:
    drawn = Figure(figsize=(2, 1), dpi=50)
    drawn.subplots().plot([0, 1], [1, 0])
    return drawn
