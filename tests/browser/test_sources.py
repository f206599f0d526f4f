"""Galleries of a frame, a dataset, a zip and shards: at random places the right pictures, by their pixels."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.galleries import expect_shown, root, shown_numbers
from tests.browser.hosts import OpenNotebook

COUNT = 900
PLACES = (611, 47, 888, 312)

PICTURES = f"""
import io, json, tarfile, zipfile
from pathlib import Path
import numpy as np
from PIL import Image
from nbgallery import Gallery
folder = Path({{folder!r}})
def numbered(index):
    picture = np.zeros((48, 48, 3), np.uint8)
    picture[:] = index % 32 * 8 + 4, index // 32 * 8 + 4, 200
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG")
    return data.getvalue()
count = {COUNT}
options = dict(columns=8, height=300)
"""

SOURCES = {
    "polars": """
import polars as pl
for index in range(count):
    (folder / f"{index}.png").write_bytes(numbered(index))
paths = [str(folder / f"{index}.png") for index in range(count)]
frame = pl.DataFrame({"path": paths, "id": range(count)})
gallery = Gallery.from_dataframe(frame, caption="number {id}", **options)
""",
    "datasets": """
from datasets import Dataset, Features, Image as Picture, Value
images = [{"bytes": numbered(index), "path": None} for index in range(count)]
rows = {"image": images, "id": list(range(count))}
dataset = Dataset.from_dict(rows, features=Features({"image": Picture(), "id": Value("int64")}))
gallery = Gallery.from_dataset(dataset, caption="number {id}", **options)
""",
    "zip": """
with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as file:
    for index in range(count):
        file.writestr(f"number {index}.png", numbered(index))
gallery = Gallery.from_archive(folder / "all.zip", caption="stem", **options)
""",
    "shards": """
for shard in range(3):
    with tarfile.open(folder / f"train-{shard:03}.tar", "w") as file:
        for index in range(shard * 300, shard * 300 + 300):
            for name, data in (("png", numbered(index)), ("txt", f"number {index}".encode())):
                entry = tarfile.TarInfo(f"{index:06}.{name}")
                entry.size = len(data)
                file.addfile(entry, io.BytesIO(data))
gallery = Gallery.from_archive(str(folder / "train-{000..002}.tar"), **options)
""",
}


def jump(output: Locator, place: int) -> None:
    """Scroll the grid to a share of its height, as a person does who drags the scroll bar."""
    root(output).locator(".nbg-scroller").evaluate(
        "(box, share) => { box.scrollTop = share * (box.scrollHeight - box.clientHeight); }", place / COUNT
    )


@pytest.mark.parametrize("source", SOURCES)
def test_shows_the_right_pictures_wherever_it_is_scrolled_to(
    notebook: OpenNotebook, tmp_path: Path, source: str
):
    code = PICTURES.replace("{folder!r}", repr(str(tmp_path))) + SOURCES[source] + "gallery"
    page = notebook([code])
    page.run_cell(0)
    output = page.output(0)
    expect(root(output)).to_be_visible(timeout=60_000)
    for place in PLACES:
        jump(output, place)
        output.page.wait_for_function(
            """([root, place, count]) => [...root.querySelectorAll('[role=option]')].some(
                tile => Math.abs(tile.ariaPosInSet - 1 - place) < 0.1 * count)""",
            arg=[root(output).element_handle(), place, COUNT],
        )
        expect_shown(output)
        numbers = {at: number for at, number in shown_numbers(output).items() if number is not None}
        assert len(numbers) >= 8
        assert all(number == at for at, number in numbers.items())
        some = next(iter(numbers))
        expect(root(output).locator(f"[aria-posinset='{some + 1}']")).to_contain_text(f"number {some}")
    assert page.run_code("print(gallery.errors)") == "[]"
