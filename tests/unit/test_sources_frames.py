from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from nbgallery import Gallery, GalleryError
from nbgallery.frames import FrameSource
from tests.unit.numbered import (
    array_of,
    data_of,
    fifty,
    file_of,
    files_opened,
    number_of,
    numbers_at,
    reasons,
)

COUNT = 400


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("frame")
    for number in range(COUNT):
        (folder / f"{number}.png").write_bytes(file_of(number))
    return [str(folder / f"{number}.png") for number in range(COUNT)]


@pytest.fixture(scope="module")
def columns(paths: list[str]) -> dict[str, list[Any]]:
    return {
        "score": [number / COUNT for number in range(COUNT)],
        "path": paths,
        "label": [f"class {number % 3}" for number in range(COUNT)],
    }


def reindexed(columns: dict[str, list[Any]]) -> pd.DataFrame:
    """A frame whose labels say nothing about positions."""
    order = np.random.default_rng(3).permutation(COUNT)
    frame = pd.DataFrame(columns)
    frame.index = pd.Index(order % 50)
    return frame


FRAMES = {
    "pandas": pd.DataFrame,
    "pandas, reindexed": reindexed,
    "pandas, many levels": lambda columns: pd.DataFrame(columns).set_index(["label", "score"], drop=False),
    "pandas, filtered": lambda columns: pd.concat([pd.DataFrame(columns)] * 2).iloc[COUNT:],
    "pandas, Arrow": lambda columns: pd.DataFrame(columns).convert_dtypes(dtype_backend="pyarrow"),
    "pandas, categories": lambda columns: pd.DataFrame(columns).astype({"path": "category"}),
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
    "narwhals": lambda columns: nw.from_native(pl.DataFrame(columns)),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_fifty_random_places_show_their_pictures_and_nothing_else_is_read(kind, columns, paths):
    frame = FRAMES[kind](columns)
    places = fifty(COUNT)
    with files_opened(Path(paths[0]).parent) as opened:
        gallery = Gallery.from_dataframe(frame, caption="{label}: {score:.2f}", render=False)
        assert numbers_at(gallery, places) == places
    assert opened == [paths[place] for place in places]
    assert gallery[399].caption == "class 0: 1.00"
    gallery.selection = [7, 300]
    rows: Any = gallery.selected_rows
    assert type(rows) is (pl.DataFrame if kind == "narwhals" else type(frame))
    assert [str(path) for path in rows["path"]] == [paths[7], paths[300]]


def test_a_reindexed_series_is_read_by_position(paths):
    series = pd.Series(paths).set_axis(np.random.default_rng(1).permutation(COUNT))
    places = fifty(COUNT)
    with files_opened(Path(paths[0]).parent) as opened:
        gallery = Gallery(series, render=False)
        assert numbers_at(gallery, places) == places
    assert opened == [paths[place] for place in places]


def test_one_cell_at_a_time_is_read_and_the_frame_is_not_copied(columns):
    read: list[tuple[str, int]] = []

    class Cells:
        def __init__(self, name: str) -> None:
            self.name = name

        def __getitem__(self, row: int) -> object:
            read.append((self.name, row))
            return columns[self.name][row]

    source = FrameSource(pd.DataFrame(columns), caption="label")
    source._columns = {place: Cells(name) for name, place in source.columns.items()}
    gallery = Gallery(source, render=False)
    assert gallery[7].caption == "class 1"
    assert read == [("path", 7), ("label", 7)]
    row = data_of(gallery[7])
    assert isinstance(row, dict) is False
    assert [*row] == ["score", "path", "label"]
    assert len(read) == 4

    frame = pd.DataFrame(columns)
    cells = FrameSource(frame)._frame.cells(0)
    assert np.shares_memory(np.asarray(cells), frame["score"].to_numpy())


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_what_a_cell_may_hold(make, paths):
    data = [file_of(1), file_of(2)]
    assert [number_of(item.media) for item in Gallery.from_dataframe(make({"image": data}))] == [1, 2]
    stored = [{"bytes": file_of(3), "path": "x/three.png"}, {"bytes": None, "path": paths[4]}]
    gallery = Gallery.from_dataframe(make({"image": stored}))
    assert [number_of(item.media) for item in gallery] == [3, 4]
    assert getattr(gallery[0].media, "name", "") == "three.png"


def test_a_column_of_arrays():
    frame = pd.DataFrame({"image": [array_of(5), array_of(6)]})
    assert [number_of(item.media) for item in Gallery.from_dataframe(frame)] == [5, 6]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_an_empty_cell_is_an_error_tile_and_leaves_its_caption_out(make, paths):
    frame = make({"path": [paths[0], None, ""], "label": ["a", None, "c"]})
    gallery = Gallery.from_dataframe(frame, caption="label")
    said = "row {}: the cell of the column 'path' is empty"
    assert reasons(gallery) == [None, said.format(1), said.format(2)]
    assert [item.caption for item in gallery] == ["a", None, "c"]
    assert data_of(gallery[1])["label"] is None or pd.isna(data_of(gallery[1])["label"])


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_a_missing_column_is_said_with_those_that_there_are(make, columns):
    frame = make(columns)
    for given, parameter in (
        ({"media": "paht"}, "media='paht'"),
        ({"caption": "paht"}, "caption='paht'"),
        ({"caption": ["label", "paht"]}, "caption=.*'paht'"),
        ({"caption": "{paht}"}, "caption='{paht}'"),
        ({"group": "paht"}, "group='paht'"),
    ):
        with pytest.raises(GalleryError, match=f"{parameter}.*did you mean 'path'.*'score', 'path', 'label'"):
            Gallery.from_dataframe(frame, **given)
    with pytest.raises(GalleryError, match="media='score': this column holds numbers"):
        Gallery.from_dataframe(frame, media="score")


def test_the_column_of_pictures_is_found_by_its_name():
    def found(*names: str) -> str:
        return str(FrameSource(pl.DataFrame({name: ["x"] for name in names}))._media)

    assert found("id", "Image") == "Image"
    assert found("image_id", "image") == "image"
    assert found("author", "imageFile") == "imageFile"
    for names, said in ((["a", "b"], "There are 'a', 'b'"), (["path", "url"], "'path' or 'url'")):
        with pytest.raises(GalleryError, match=f"media=None: which column has the pictures.*{said}"):
            found(*names)
    with pytest.raises(GalleryError, match="media=None"):
        FrameSource(pl.DataFrame({"image": [1, 2]}))


def test_captions(paths):
    frame = pd.DataFrame({"path": paths[:2], "label": ["cat", None], "score": [0.5, None], 7: [1, 2]})

    def captions(caption: Any) -> list[str | None]:
        return [item.caption for item in Gallery.from_dataframe(frame, caption=caption)]

    assert captions(None) == captions("label") == ["cat", None]
    assert [item.caption for item in Gallery.from_dataframe(frame, caption=False)] == [None, None]
    assert captions(["label", "score"]) == ["cat, 0.5", None]
    assert captions("{label}: {score:.2f} {7}") == ["cat: 0.50 1", ":  2"]
    assert captions(7) == ["1", "2"]
    assert captions(lambda row: f"{row['label']}!") == [
        "cat!",
        "None!" if frame["label"][1] is None else "nan!",
    ]
    with pytest.raises(GalleryError, match="no format string"):
        captions("{label")


def test_a_caption_that_raises_is_one_error(paths):
    frame = pl.DataFrame({"path": paths[:2], "n": [1, 0]})
    gallery = Gallery.from_dataframe(frame, caption=lambda row: str(1 / row["n"]))
    assert gallery[0].caption == "1.0"
    with pytest.raises(ZeroDivisionError):
        gallery[1]


def test_columns_that_are_called_alike(paths):
    frame = pd.DataFrame([[paths[0], "a", "b"]], columns=["path", "label", "label"])
    assert Gallery.from_dataframe(frame, caption=False)[0].media == paths[0]
    with pytest.raises(GalleryError, match="caption='label': several columns"):
        Gallery.from_dataframe(frame, caption="label")
    with pytest.raises(GalleryError, match="media='label': several columns"):
        Gallery.from_dataframe(frame, media="label")


def test_what_is_no_frame_is_said(paths, monkeypatch):
    for wrong in (paths, "a.csv", None, pl.Series(paths)):
        with pytest.raises(GalleryError, match=r"df=.*give a data frame"):
            Gallery.from_dataframe(wrong)
    with pytest.raises(GalleryError, match=r"df\.collect\(\)"):
        Gallery.from_dataframe(pl.DataFrame({"path": paths}).lazy())
    with pytest.raises(GalleryError, match="from_dataframe or from_dataset"):
        _ = Gallery(paths).selected_rows
    monkeypatch.setitem(sys.modules, "narwhals", None)
    with pytest.raises(ImportError, match=r"pip install 'nbgallery\[narwhals\]'"):
        Gallery.from_dataframe(pa.table({"path": paths}))


def test_rows_follow_the_items_through_edits(columns):
    gallery = Gallery.from_dataframe(pl.DataFrame(columns))
    gallery.move(5, 0)
    del gallery[1]
    gallery.append(io.BytesIO(file_of(1)))
    gallery.selection = [0, 1, len(gallery) - 1]
    assert gallery.selected_rows["score"].to_list() == [5 / COUNT, 1 / COUNT]
    gallery.selection = []
    assert gallery.selected_rows.shape == (0, 3)


def test_a_group_of_each_label(columns):
    gallery = Gallery.from_dataframe(pl.DataFrame(columns).head(6), group="label")
    assert gallery.visible_indices.tolist() == [0, 3, 1, 4, 2, 5]


def test_what_has_no_group_comes_last(paths):
    frame = pd.DataFrame({"path": paths[:4], "score": [float("nan"), 2.0, float("nan"), 1.0]})
    gallery = Gallery.from_dataframe(frame, group="score")
    assert gallery.visible_indices.tolist() == [3, 1, 0, 2]


def test_columns_of_several_levels(paths):
    frame = pd.DataFrame({("a", "path"): paths[:2], ("a", "label"): ["x", "y"]})
    gallery = Gallery.from_dataframe(frame, media=("a", "path"), caption=("a", "label"))  # type: ignore[arg-type]  # named so by pandas
    assert [item.caption for item in gallery] == ["x", "y"]


def test_too_many_groups_leave_no_gallery_behind(columns, monkeypatch):
    closed: list[Gallery] = []
    monkeypatch.setattr("nbgallery.criteria.MAX_GROUPS", 3)

    def close(gallery: Gallery) -> None:
        closed.append(gallery)

    monkeypatch.setattr(Gallery, "close", close)
    with pytest.raises(GalleryError, match="one group more than 3"):
        Gallery.from_dataframe(pd.DataFrame(columns), media="path", group="score", render=False)
    assert len(closed) == 1
