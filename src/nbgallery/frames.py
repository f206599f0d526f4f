"""A data frame as a source: one row an item, of which one cell at a time is read, by position."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from nbgallery.captions import caption_of_fields, media_name, missing, nearest
from nbgallery.describe import describe
from nbgallery.errors import GalleryError
from nbgallery.items import Item
from nbgallery.members import Missing
from nbgallery.records import Record, RecordSource, unwrapped


class _Cells(Protocol):
    """One column."""

    def __getitem__(self, row: int, /) -> object: ...


class Frame(Protocol):
    """What is asked of a frame of any kind."""

    columns: Sequence[Any]

    def __len__(self) -> int: ...

    def cells(self, place: int) -> _Cells:
        """Give the column at `place`, without copying it."""

    def is_numeric(self, place: int) -> bool:
        """Tell whether the column at `place` holds numbers."""

    def take(self, rows: list[int]) -> object:
        """Give some rows as a frame of the user's kind."""


class _Pandas:
    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.columns: Sequence[Any] = list(frame.columns)

    def __len__(self) -> int:
        return len(self._frame)

    def cells(self, place: int) -> _Cells:
        # The values by themselves: they have positions only, whatever the index is.
        cells: _Cells = self._frame.iloc[:, place].array
        return cells

    def is_numeric(self, place: int) -> bool:
        kind = getattr(self._frame.dtypes.iloc[place], "kind", "O")
        return kind in "biufcmM"

    def take(self, rows: list[int]) -> object:
        return self._frame.iloc[rows]


class _Polars:
    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.columns: Sequence[Any] = frame.columns

    def __len__(self) -> int:
        return int(self._frame.height)

    def cells(self, place: int) -> _Cells:
        cells: _Cells = self._frame.to_series(place)
        return cells

    def is_numeric(self, place: int) -> bool:
        dtype = self._frame.dtypes[place]
        return bool(dtype.is_numeric() or dtype.is_temporal() or str(dtype) == "Boolean")

    def take(self, rows: list[int]) -> object:
        return self._frame[rows]


class _Other:
    """Any other frame, by way of narwhals."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.columns: Sequence[Any] = frame.columns

    def __len__(self) -> int:
        return len(self._frame)

    def cells(self, place: int) -> _Cells:
        return _Items(self._frame, place)

    def is_numeric(self, place: int) -> bool:
        dtype = self._frame.schema[self.columns[place]]
        return bool(dtype.is_numeric() or dtype.is_temporal() or str(dtype) == "Boolean")

    def take(self, rows: list[int]) -> object:
        return self._frame[rows].to_native()


class _Items:
    def __init__(self, frame: Any, place: int) -> None:
        self._frame = frame
        self._place = place

    def __getitem__(self, row: int, /) -> object:
        return self._frame.item(row, self._place)


def as_frame(frame: object) -> Frame:
    """Take a frame of any kind; nothing is copied.

    Examples
    --------
    >>> as_frame([1, 2])
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: df=[1, 2]: give a data frame, for instance of pandas or polars
    """
    for module, kind in (("pandas", _Pandas), ("polars", _Polars)):
        cls = getattr(sys.modules.get(module), "DataFrame", None)
        if isinstance(cls, type) and isinstance(frame, cls):
            return kind(frame)
    lazy = getattr(sys.modules.get("polars"), "LazyFrame", None)
    if isinstance(lazy, type) and isinstance(frame, lazy):
        raise GalleryError("df=<LazyFrame>: it has no rows yet: give df.collect()")
    if not (hasattr(frame, "columns") or hasattr(frame, "column_names") or hasattr(frame, "__dataframe__")):
        raise GalleryError(f"df={describe(frame)}: give a data frame, for instance of pandas or polars")
    try:
        import narwhals as nw  # noqa: PLC0415 - optional
    except ImportError:
        raise ImportError(
            f"df={describe(frame)}: a frame of {type(frame).__module__.partition('.')[0]} needs narwhals: "
            "`pip install 'nbgallery[narwhals]'`"
        ) from None
    try:
        return _Other(nw.from_native(frame, eager_only=True))
    except TypeError as error:
        raise GalleryError(
            f"df={describe(frame)}: its rows cannot be read by position: compute it first ({error})"
        ) from error


class Row(Record):
    """A row of a frame, as a mapping of its columns to its values, each read when it is asked for.

    Examples
    --------
    >>> class Cells(dict):
    ...     pass
    >>> source = FrameSource.__new__(FrameSource)
    >>> source._places, source._columns = {"a": 0}, {0: ["x", "y"]}
    >>> row = Row(source, 1)
    >>> row["a"], list(row), row.number
    ('y', ['a'], 1)
    """

    def __init__(self, source: FrameSource, number: int) -> None:
        super().__init__(source, number)
        self._source = source

    def __getitem__(self, column: Any) -> Any:
        return self._source.cell(self.number, column)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._source.columns)

    def __len__(self) -> int:
        return len(self._source.columns)


class FrameSource(RecordSource):
    """The rows of a frame.

    Parameters
    ----------
    df, media, caption
        As for `nbgallery.Gallery.from_dataframe`.

    Examples
    --------
    >>> FrameSource("a.csv")
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: df='a.csv': give a data frame, for instance of pandas or polars
    """

    def __init__(self, df: object, media: object = None, caption: object = None) -> None:
        super().__init__()
        self._frame = as_frame(df)
        names = self._frame.columns
        self._places: dict[Any, int] = {}
        for place, name in enumerate(names):
            self._places.setdefault(name, place)
        self._columns: dict[int, _Cells] = {}
        self._media = self._media_column(media)
        if isinstance(caption, (str, int, tuple)) and not isinstance(caption, bool):
            self._check_once(caption, "caption")
        self._caption = caption_of_fields(caption, list(self._places), "column", self._media)

    @property
    def columns(self) -> Mapping[Any, int]:
        """The columns, and their places."""
        return self._places

    def __len__(self) -> int:
        return len(self._frame)

    def cell(self, row: int, column: Any) -> object:
        """Read one cell."""
        place = self._places[column]
        cells = self._columns.get(place)
        if cells is None:
            cells = self._columns[place] = self._frame.cells(place)
        return cells[row]

    def item(self, index: int, /) -> Item:
        """Read the item at `index`: its picture's cell, and those that its caption needs."""
        with self.reading:
            row = Row(self, index)
            value = unwrapped(self.cell(index, self._media))
            media = (
                Missing(f"row {index}: the cell of the column {str(self._media)!r} is empty")
                if missing(value) or (isinstance(value, (str, bytes)) and not value)
                else value
            )
            return Item(media, self._caption(row), row)

    def value_of(self, item: Item, column: object) -> object:
        """Give what the row of an item has in a column; None where it is missing, or has no row of these."""
        if not isinstance(item.data, Row) or item.data.origin is not self:
            return None
        value = item.data[column]
        return None if missing(value) else value

    def take(self, numbers: list[int]) -> object:
        """Give some rows as a frame of the user's kind."""
        return self._frame.take(numbers)

    def check_column(self, column: object, parameter: str) -> None:
        """Raise an error that says what there is if there is no such column."""
        try:
            known = column in self._places
        except TypeError:
            known = False
        if not known:
            raise GalleryError(
                f"{parameter}={describe(column)}: there is no such column; {nearest(column, self._places)}"
            )
        self._check_once(column, parameter)

    def _check_once(self, column: object, parameter: str) -> None:
        if list(self._frame.columns).count(column) > 1:
            raise GalleryError(
                f"{parameter}={describe(column)}: several columns are called so: rename all but one"
            )

    def _media_column(self, media: object) -> object:
        if media is None:
            texts = [
                name
                for name, place in self._places.items()
                if isinstance(name, str) and not self._frame.is_numeric(place)
            ]
            media = media_name(texts, "media", "column")
        self.check_column(media, "media")
        if self._frame.is_numeric(self._places[media]):
            raise GalleryError(
                f"media={describe(media)}: this column holds numbers or dates: give one of paths, URLs, "
                f"bytes or pictures; {nearest(media, (name for name in self._places if name != media))}"
            )
        return media
