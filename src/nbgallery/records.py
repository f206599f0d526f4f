"""Sources whose items are records of the user's: rows of a frame, samples of a dataset."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import PurePath
from threading import RLock
from typing import Any

from nbgallery.members import Stored
from nbgallery.sequences import Source


class RecordSource(Source):
    """A source that can give some of its records as the user's kind of table."""

    def __init__(self) -> None:
        #: A user's own sequence is read by one thread at a time.
        self.reading = RLock()

    @abstractmethod
    def take(self, numbers: list[int]) -> object:
        """Give the records of these numbers as the user's kind of table."""


class Record(Mapping[Any, Any]):
    """One record, which knows where it is from.

    Parameters
    ----------
    origin : RecordSource
    number : int
        Its place there.
    """

    def __init__(self, origin: RecordSource, number: int) -> None:
        self.origin = origin
        self.number = number

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.number}: {', '.join(map(str, self))}>"


def unwrapped(value: object) -> object:
    """Give what is opened of a picture as data sets store it: ``{"bytes": …, "path": …}``; else `value`.

    Examples
    --------
    >>> unwrapped({"bytes": None, "path": "a.png"}), unwrapped("b.png")
    ('a.png', 'b.png')
    >>> file = unwrapped({"bytes": b"GIF89a", "path": "c/a.gif"})
    >>> file, file.size
    (Stored('a.gif'), 6)
    """
    if not isinstance(value, Mapping) or not {"bytes", "path"} & value.keys():
        return value
    data, path = value.get("bytes"), value.get("path")
    if not isinstance(data, (bytes, bytearray, memoryview)):
        return path
    if not isinstance(path, str) or not path:
        return bytes(data)
    return Stored(PurePath(path).name, bytes(data))
