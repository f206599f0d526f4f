from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nbgallery import opening, sniff
from nbgallery.media import identify, snapshot, to_pil
from tests.corpus import files
from tests.corpus.asking import figure


@pytest.fixture
def png(tmp_path):
    return files.saved(tmp_path / "a.png", files.photograph(60, 40), "PNG")


def test_snapshots_do_not_follow_their_object(png):
    array = np.zeros((4, 4, 3), np.uint8)
    buffer = bytearray(png.read_bytes())
    stream = io.BytesIO(png.read_bytes())
    drawn = figure()
    masked = np.ma.MaskedArray([[1.0, 2.0]], [[True, False]])
    kept = [snapshot(thing) for thing in (array, buffer, stream, drawn, masked)]
    before = [to_pil(thing).tobytes() for thing in kept]
    array[:] = 200
    buffer[:] = bytes(len(buffer))
    stream.truncate(0)
    drawn.axes[0].set_title("changed")
    masked[:] = 3
    assert [to_pil(thing).tobytes() for thing in kept] == before


def test_snapshots_of_what_does_not_change_are_the_thing_itself(png):
    for thing in ("a.png", png, b"x", Image.new("L", (1, 1)), 3, None, "<svg/>", [1], io.StringIO("x")):
        assert snapshot(thing) is thing
    with png.open("rb") as stream:
        kept = snapshot(stream)
    assert identify(kept).name == "a.png"
    assert pickle.loads(pickle.dumps(kept)).read() == png.read_bytes()  # noqa: S301 - our own


def test_snapshot_of_a_tensor_is_an_array():
    class Tensor:
        def __init__(self):
            self.values = np.zeros((2, 2))

        def __array__(self, dtype=None, copy=None):
            return self.values

    tensor = Tensor()
    kept = snapshot(tensor)
    tensor.values += 1
    assert isinstance(kept, np.ndarray)
    assert not kept.any()


def test_rooms_import_without_pillow_and_numpy():
    code = (
        "import sys; sys.modules.update({'PIL': None, 'PIL.Image': None, 'numpy': None});"
        "from nbgallery import media, encode; print(media.identify('https://example.org/a.png').kind)"
    )
    source = str(Path(opening.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "image\n", done.stderr


def test_the_first_bytes_are_enough(png):
    assert sniff.sniff(png.read_bytes()[:16]) == "image/png"
    assert sniff.sniff(b"") == ""
    for length in range(40):
        for head in (
            files.movie_head(),
            files.OGV,
            files.WEBM,
            files.encoded(files.photograph(8, 8), "WEBP"),
        ):
            sniff.sniff(head[:length])
            sniff.complaint(head[:length])
