"""Pictures that carry their number, and what is read of files while something is done."""

from __future__ import annotations

import io
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from nbgallery import Gallery, Item, MediaError
from nbgallery.encode import thumbnail

EDGE = 8


def numbered(number: int) -> Image.Image:
    red, rest = number % 256, number // 256
    return Image.new("RGB", (EDGE, EDGE), (red, rest % 256, 77))


def file_of(number: int, form: str = "PNG") -> bytes:
    data = io.BytesIO()
    numbered(number).save(data, form, **({"compress_level": 1} if form == "PNG" else {}))
    return data.getvalue()


def array_of(number: int) -> np.ndarray[Any, Any]:
    return np.asarray(numbered(number))


def number_of(media: object) -> int:
    """Read the number off the thumbnail that a gallery makes."""
    with Image.open(io.BytesIO(thumbnail(media, 128).data)) as image:
        pixel = image.convert("RGB").getpixel((EDGE // 2, EDGE // 2))
    assert isinstance(pixel, tuple)
    assert pixel[2] == 77
    return int(pixel[0]) + 256 * int(pixel[1])


def fifty(count: int) -> list[int]:
    """Fifty random places, the ends among them."""
    return [0, count - 1, *random.Random(7).sample(range(1, count - 1), 48)]  # noqa: S311 - no secret


def media_of(item: Item) -> Any:
    return item.media


def data_of(item: Item) -> Any:
    return item.data


def numbers_at(gallery: Gallery, places: list[int]) -> list[int]:
    return [number_of(gallery[place].media) for place in places]


_notes: list[list[str]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _notes and isinstance(arguments[0], str):
        for note in _notes:
            note.append(arguments[0])


# A hook stays for as long as the process does: one for all tests.
sys.addaudithook(_hear)


@contextmanager
def files_opened(below: Path) -> Iterator[list[str]]:
    """Note the files below a folder that are opened meanwhile."""
    heard: list[str] = []
    found: list[str] = []
    _notes.append(heard)
    try:
        yield found
    finally:
        _notes.remove(heard)
        found.extend(path for path in heard if path.startswith(str(below)))


def reasons(gallery: Gallery) -> list[str | None]:
    """Say for each item why it cannot be drawn; None for one that can."""
    found: list[str | None] = []
    for index in range(len(gallery)):
        try:
            number_of(gallery[index].media)
        except MediaError as error:
            found.append(str(error))
        else:
            found.append(None)
    return found
