"""Reading a remote file by ranges of bytes: a few kilobytes to tell what it is, more only as more is read."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from nbgallery.errors import MediaError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FIRST_BYTES = 64 * 1024
"""What the first request asks for: enough to tell what nearly every picture is, and how large."""

MOST_BYTES = 4 * 1024 * 1024
"""What a request asks for in the end: each is four times the one before, for a request costs time too."""

_GROWTH = 4


class RangedFile(io.RawIOBase):
    """A file of which ranges can be fetched.

    Parameters
    ----------
    fetch : callable
        Gives the bytes from one position up to, not including, another.
    size : int
        Length of the file in bytes.
    label : str
        How messages call it.
    first : int
        The least that the first request asks for.

    Examples
    --------
    >>> data = bytes(range(256))
    >>> file = RangedFile(lambda start, stop: data[start:stop], 256, "it", first=16)
    >>> file.seek(100), file.read(2)
    (100, b'de')
    """

    def __init__(
        self, fetch: Callable[[int, int], bytes], size: int, label: str, *, first: int = FIRST_BYTES
    ) -> None:
        super().__init__()
        self._fetch = fetch
        self._label = label
        self._step = first
        self._at = 0
        self._start = 0
        self._held = b""
        self.size = size

    def end_at(self, position: int) -> None:
        """Fetch nothing from this position on: what is read ends there."""
        self.size = min(self.size, position)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought."""
        return True

    def tell(self) -> int:
        """Give the position."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a position; nothing is fetched for that."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError(f"position {base + offset} is before the start")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill `buffer`, as far as the file goes."""
        view = memoryview(buffer).cast("B")
        wanted = max(0, min(len(view), self.size - self._at))
        if not self._holds(wanted):
            self._request(wanted)
        offset = self._at - self._start
        part = self._held[offset : offset + wanted]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _holds(self, count: int) -> bool:
        return self._start <= self._at and self._at + count <= self._start + len(self._held)

    def _request(self, count: int) -> None:
        stop = min(self.size, self._at + max(count, self._step))
        self._step = min(MOST_BYTES, self._step * _GROWTH)
        # What is held of it already is not asked for again.
        kept = self._held[self._at - self._start :] if self._start <= self._at else b""
        first = self._at + len(kept)
        try:
            fetched = bytes(self._fetch(first, stop))
        except MediaError:
            raise
        except Exception as error:
            # A store's client raises whatever it likes.
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise MediaError(f"{self._label} could not be read: {reason}") from error
        self._held = kept + fetched
        self._start = self._at
