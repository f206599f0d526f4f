"""A zip of many items, made while it is sent: memory stays flat, however large it grows."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath

from nbgallery import encode

#: Read from disk in pieces of this size.
_READ_BYTES = 2**20

#: Pictures and videos are compressed already; a second time costs seconds and gains nothing.
_COMPRESSION = zipfile.ZIP_STORED

#: What the note about items that could not be added is called inside the archive.
ERRORS_NAME = "could not be added.txt"


def archive(
    count: int,
    original: Callable[[int], encode.Original],
    note_progress: Callable[[int], None] = lambda done: None,
) -> Iterator[bytes]:
    """Write a zip of ``count`` items, piece by piece.

    Names are kept where they are given and made unique where two are alike. An item that fails is named in a text
    file inside the archive; the others are there.

    Parameters
    ----------
    count : int
        How many items there are.
    original : callable
        Returns the bytes of the item at a position; whatever it raises is written down and skipped.
    note_progress : callable
        Told how many items are done.

    Yields
    ------
    bytes
        The next piece of the archive.

    Examples
    --------
    >>> one = encode.Original(data=b"1", path=None, mime="text/plain", name="a.txt", size=1)
    >>> with zipfile.ZipFile(io.BytesIO(b"".join(archive(2, lambda position: one)))) as written:
    ...     written.namelist()
    ['a.txt', 'a (2).txt']
    """
    sink = _Sink()
    taken: set[str] = set()
    failures: list[str] = []
    with zipfile.ZipFile(sink, "w", _COMPRESSION) as target:
        for position in range(count):
            try:
                source = original(position)
                name = unique_name(source.name, taken)
                yield from _add(target, sink, source, name)
            except Exception as error:  # noqa: BLE001 - one item that fails is one line in the note
                failures.append(f"{position}: {error}")
            note_progress(position + 1)
            yield from sink.drain()
        if failures:
            target.writestr(unique_name(ERRORS_NAME, taken), "\n".join(failures) + "\n")
    yield from sink.drain()


def unique_name(name: str, taken: set[str]) -> str:
    """Return ``name``, numbered if it is taken already (whatever its case), and take it.

    Examples
    --------
    >>> taken = {"cat.png"}
    >>> unique_name("Cat.png", taken), unique_name("dog.png", taken)
    ('Cat (2).png', 'dog.png')
    """
    path = PurePath(name)
    candidate, number = name, 1
    while _folded(candidate) in taken:
        number += 1
        candidate = f"{path.stem} ({number}){path.suffix}"
    taken.add(_folded(candidate))
    return candidate


def _folded(name: str) -> str:
    # Windows and macOS hold names that differ in case or composition for one.
    return unicodedata.normalize("NFC", name).casefold()


def _add(target: zipfile.ZipFile, sink: _Sink, source: encode.Original, name: str) -> Iterator[bytes]:
    if source.data is not None or source.path is None:
        target.writestr(name, source.data or b"")
        return
    with Path(source.path).open("rb") as file, target.open(name, "w", force_zip64=True) as entry:
        while piece := file.read(_READ_BYTES):
            entry.write(piece)
            yield from sink.drain()


class _Sink(io.RawIOBase):
    """What the zip is written to: it cannot seek, so that what was written can leave at once."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed wants Buffer
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def drain(self) -> Iterator[bytes]:
        pieces: Sequence[bytes] = self._pieces
        self._pieces = []
        yield from pieces
