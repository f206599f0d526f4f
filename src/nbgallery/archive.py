"""A zip of many items, made while it is sent: memory stays flat, however large it grows."""

from __future__ import annotations

import io
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath

from nbgallery import encode

#: Read, written and sent on in pieces of this size.
_PIECE_BYTES = 2**20

#: The format's first day; files from before it are given that one.
_EPOCH = (1980, 1, 1, 0, 0, 0)

#: What the note about items that could not be added is called inside the archive.
ERRORS_NAME = "could not be added.txt"


def archive(
    indices: Sequence[int],
    original: Callable[[int], encode.Original],
    note_progress: Callable[[int], None] = lambda _done: None,
) -> Iterator[bytes]:
    """Write a zip of some items, piece by piece.

    Names are kept as far as every system takes them, and numbered where two are alike. An item that fails is
    named in a text file inside the archive; the others are there.

    Parameters
    ----------
    indices : sequence of int
        Which items.
    original : callable
        Returns the bytes of the item at an index; whatever it raises is written down and skipped.
    note_progress : callable
        Told how many items are done.

    Yields
    ------
    bytes
        The next piece of the archive.

    Examples
    --------
    >>> one = encode.Original(data=b"1", path=None, mime="text/plain", name="a.txt", size=1)
    >>> with zipfile.ZipFile(io.BytesIO(b"".join(archive([0, 1], lambda index: one)))) as written:
    ...     written.namelist()
    ['a.txt', 'a (2).txt']
    """
    sink = _Sink()
    names = UniqueNames()
    failures: list[str] = []
    # Stored: pictures and videos are compressed already; a second time costs seconds and gains nothing.
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as target:
        for done, index in enumerate(indices, 1):
            try:
                source = original(index)
                name = names.take(encode.clear_name(source.name, index, source.mime))
                yield from _add(target, sink, source, name)
            except Exception as error:  # noqa: BLE001 - one item that fails is one line in the note
                failures.append(f"item {index}: {str(error) or type(error).__name__}")
            note_progress(done)
            yield from sink.drain()
        if failures:
            target.writestr(names.take(ERRORS_NAME), "\n".join(failures) + "\n")
    yield from sink.drain()


class UniqueNames:
    """Numbers names that are taken already, whatever their case.

    Examples
    --------
    >>> names = UniqueNames()
    >>> [names.take(name) for name in ("cat.png", "Cat.png", "dog.png", "cat.png")]
    ['cat.png', 'Cat (2).png', 'dog.png', 'cat (3).png']
    """

    def __init__(self) -> None:
        self._uses: dict[str, int] = {}

    def take(self, name: str) -> str:
        """Return ``name``, numbered if need be, and take it."""
        path, folded = PurePath(name), _folded(name)
        candidate = name
        while _folded(candidate) in self._uses:
            # From the last number on, for ten thousand files may be called alike.
            self._uses[folded] += 1
            candidate = f"{path.stem} ({self._uses[folded]}){path.suffix}"
        self._uses[_folded(candidate)] = 1
        return candidate


def _folded(name: str) -> str:
    # Windows and macOS hold names that differ in case or composition for one.
    return unicodedata.normalize("NFC", name).casefold()


def _add(target: zipfile.ZipFile, sink: _Sink, source: encode.Original, name: str) -> Iterator[bytes]:
    if source.data is not None or source.path is None:
        yield from _write(target, sink, name, time.time(), io.BytesIO(source.data or b""))
    else:
        path = Path(source.path)
        with path.open("rb") as file:
            yield from _write(target, sink, name, path.stat().st_mtime, file)


def _write(
    target: zipfile.ZipFile, sink: _Sink, name: str, modified: float, file: io.BufferedIOBase
) -> Iterator[bytes]:
    entry = zipfile.ZipInfo(name, max(_EPOCH, time.localtime(modified)[:6]))
    entry.external_attr = 0o644 << 16
    with target.open(entry, "w", force_zip64=True) as written:
        while piece := file.read(_PIECE_BYTES):
            written.write(piece)
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
        pieces, self._pieces = self._pieces, []
        yield from pieces
