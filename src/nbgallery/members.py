"""Media that are opened by themselves: a file within an archive, and a place where there is none."""

from __future__ import annotations

import bz2
import io
import lzma
import os
import struct
import tempfile
import zlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from nbgallery import locations
from nbgallery.errors import MediaError
from nbgallery.ranged import RangedFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
"""How a zip packs a member."""

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_PIECE_BYTES = 64 * 1024
_IN_MEMORY_BYTES = 16 * 1024 * 1024
_LARGEST_BUFFER = 256 * 1024
_EXTRA_BYTES = 128


class Openable(ABC):
    """A medium that opens its own bytes.

    Attributes
    ----------
    name : str
        Its file name, folders included; ``""`` for none.
    size : int or None
        Bytes, where that is known.
    """

    name: str
    size: int | None

    @property
    @abstractmethod
    def label(self) -> str:
        """How messages call it."""

    @abstractmethod
    def open(self) -> BinaryIO:
        """Open its bytes at their start; a `MediaError` says why that cannot be."""


@dataclass(frozen=True)
class Missing(Openable):
    """The place of a medium where there is none: a tile that says so.

    Examples
    --------
    >>> Missing("the cell is empty").open()
    Traceback (most recent call last):
        ...
    nbgallery.errors.MediaError: the cell is empty
    """

    reason: str
    name = ""
    size = None

    @property
    def label(self) -> str:
        """How messages call it."""
        return "the item"

    def open(self) -> BinaryIO:
        """Raise the reason."""
        raise MediaError(self.reason)


@dataclass(frozen=True, repr=False)
class Stored(Openable):
    """A file that a data set holds as bytes, under its own name: another process can open it as well.

    Examples
    --------
    >>> file = Stored("a.gif", b"GIF89a")
    >>> file, file.size, file.open().read()
    (Stored('a.gif'), 6, b'GIF89a')
    """

    name: str
    data: bytes

    @property
    def size(self) -> int:  # type: ignore[override]  # read only, as the dataclass is
        """Its bytes."""
        return len(self.data)

    @property
    def label(self) -> str:
        """How messages call it."""
        return locations.shown(self.name)

    def open(self) -> BinaryIO:
        """Open its bytes at their start."""
        return io.BytesIO(self.data)

    def __repr__(self) -> str:
        return f"Stored({self.name!r})"


@dataclass(frozen=True, repr=False)
class Member(Openable):
    """A file within a zip or tar, named by where its bytes are: another process can read it as well.

    Parameters
    ----------
    archive : str
        Path or fsspec URL of the archive, as it is read.
    origin : str
        What the user calls it.
    name : str
        Its name in there; it is never used as a path.
    offset : int
        Where it begins: of a zip's member its local header, of a tar's its data.
    length : int
        Bytes in the archive.
    size : int
        Bytes when it is unpacked.
    method : int or None
        How a zip has packed it; None for a tar.
    crc : int or None
        The checksum that its bytes are to have.
    encrypted : bool
        It needs a password.

    Examples
    --------
    >>> import zipfile
    >>> file = tempfile.NamedTemporaryFile(suffix=".zip")
    >>> with zipfile.ZipFile(file, "w") as written:
    ...     written.writestr("a.txt", "abc")
    >>> file.flush()
    >>> Member(file.name, "some.zip", "a.txt", 0, 3, 3, STORED, zlib.crc32(b"abc")).read()
    b'abc'
    """

    archive: str
    origin: str
    name: str
    offset: int
    length: int
    size: int
    method: int | None = None
    crc: int | None = None
    encrypted: bool = False

    def __repr__(self) -> str:
        return f"<Member {self.name!r} of {self.origin!r}>"

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{locations.shown(self.name)} in {locations.shown(PurePosixPath(self.origin).name)}"

    def read(self) -> bytes:
        """Read all of it."""
        with self.open() as stream:
            return stream.read()

    def open(self) -> BinaryIO:
        """Open it, by a file handle of its own."""
        if self.encrypted:
            raise MediaError(f"{self.label} is encrypted: unpack the archive with its password")
        if self.method not in (None, STORED, DEFLATED, BZIP2, LZMA):
            raise MediaError(f"{self.label} is packed by a method that is not known here ({self.method})")
        around = len(self.name.encode("utf-8", "surrogateescape")) + _LOCAL_HEADER.size + _EXTRA_BYTES
        whole = self.length + around
        archive = open_archive(self.archive, buffer=max(1, min(whole, _LARGEST_BUFFER)))
        try:
            return cast("BinaryIO", self._opened(archive))
        except BaseException:
            archive.close()
            raise

    def _opened(self, archive: BinaryIO) -> io.RawIOBase:
        start = self.offset
        if self.method is not None:
            archive.seek(start)
            header = archive.read(_LOCAL_HEADER.size)
            if len(header) < _LOCAL_HEADER.size or header[:4] != b"PK\3\4":
                raise MediaError(f"{self.label} is damaged: the archive has no such file where it says so")
            _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
            start += _LOCAL_HEADER.size + name_length + extra_length
        if isinstance(archive, RangedFile):
            archive.end_at(start + self.length)
        stored = _Part(archive, start, self.length, self.label)
        if self.method in (None, STORED):
            return _Checked(stored, self.crc, self.label) if self.crc is not None else stored
        return _Unpacked(stored, self.size, self.method or 0, self.crc, self.label)


def open_archive(archive: str, *, buffer: int = _PIECE_BYTES) -> BinaryIO:
    """Open an archive by its path or URL; of a remote one, ranges are fetched as they are read.

    Examples
    --------
    >>> open_archive("no/such.zip")
    Traceback (most recent call last):
        ...
    nbgallery.errors.MediaError: there is no file 'no/such.zip'
    """
    if "://" in archive:
        return locations.open_store(archive, first=buffer)[0]
    try:
        return open(archive, "rb", buffering=max(2, buffer))  # noqa: PTH123 - with a size of its buffer
    except (OSError, ValueError) as error:
        raise locations.unreachable(archive, error) from None


class _Seekable(io.RawIOBase):
    """What the files below share: a position within a known size."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError(f"position {base + offset} is before the start")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        part = self._bytes(max(0, min(len(view), self.size - self._at)))
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    @abstractmethod
    def _bytes(self, count: int) -> bytes:
        """Give the bytes at the position: as many, for there are so many."""


class _Part(_Seekable):
    """Some bytes of a file, which is closed with it."""

    def __init__(self, file: BinaryIO, start: int, length: int, label: str) -> None:
        super().__init__(length)
        self._file = file
        self._start = start
        self._label = label

    def _bytes(self, count: int) -> bytes:
        self._file.seek(self._start + self._at)
        data = self._file.read(count)
        if len(data) < count:
            raise MediaError(f"{self._label} is truncated: the archive ends before it does")
        return data

    def close(self) -> None:
        self._file.close()
        super().close()


class _Checked(_Seekable):
    """Stored bytes, whose checksum is compared when they have been read to the end."""

    def __init__(self, stored: _Part, crc: int | None, label: str) -> None:
        super().__init__(stored.size)
        self._stored = stored
        self._sum = _Sum(crc, stored.size, label)

    def _bytes(self, count: int) -> bytes:
        self._stored.seek(self._at)
        data = self._stored.read(count) or b""
        self._sum.add(self._at, data)
        return data

    def close(self) -> None:
        self._stored.close()
        super().close()


class _Unpacked(_Seekable):
    """A packed member: unpacked as far as it is read, and kept so that a decoder can go back."""

    def __init__(self, stored: _Part, size: int, method: int, crc: int | None, label: str) -> None:
        super().__init__(size)
        self._stored = stored
        self._label = label
        self._sum = _Sum(crc, size, label)
        self._done = 0
        self._kept = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - closed with this
        self._unpacker = _unpacker(method, stored)

    def _bytes(self, count: int) -> bytes:
        while self._done < self._at + count:
            self._unpack()
        self._kept.seek(self._at)
        return self._kept.read(count)

    def _unpack(self) -> None:
        packed = self._stored.read(_PIECE_BYTES) or b""
        try:
            # A member never grows beyond what the directory says: a bomb has to say that it is one.
            data = self._unpacker.decompress(packed, self.size - self._done + 1)
        except (zlib.error, lzma.LZMAError, OSError, EOFError) as error:
            raise MediaError(f"{self._label} is damaged: {error}") from error
        if self._done + len(data) > self.size:
            raise MediaError(f"{self._label} is damaged: it is larger than the archive says")
        if not data and not packed:
            raise MediaError(f"{self._label} is damaged: it is smaller than the archive says")
        self._sum.add(self._done, data)
        self._kept.seek(0, io.SEEK_END)
        self._kept.write(data)
        self._done += len(data)

    def close(self) -> None:
        self._kept.close()
        self._stored.close()
        super().close()


class _Sum:
    """The checksum of bytes that are read one after another; it is none of those that are read otherwise."""

    def __init__(self, crc: int | None, size: int, label: str) -> None:
        self._wanted = crc
        self._size = size
        self._label = label
        self._crc = 0
        self._summed = 0

    def add(self, at: int, data: bytes) -> None:
        if self._wanted is None or at > self._summed or at + len(data) <= self._summed:
            return
        self._crc = zlib.crc32(data[self._summed - at :], self._crc)
        self._summed = at + len(data)
        if self._summed == self._size and self._crc != self._wanted:
            raise MediaError(f"{self._label} is damaged: its checksum is wrong")


class _Unpacker(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _unpacker(method: int, stored: _Part) -> _Unpacker:
    if method == DEFLATED:
        return _Inflater()
    if method == BZIP2:
        return bz2.BZ2Decompressor()
    # A zip's LZMA has its properties in front: version, their length, and they themselves.
    head = stored.read(4) or b""
    properties = stored.read(int.from_bytes(head[2:4], "little")) or b""
    if len(properties) < 5:  # noqa: PLR2004 - one byte, and a size of four
        return lzma.LZMADecompressor()
    packed = properties[0]
    filters = {
        "id": lzma.FILTER_LZMA1,
        "lc": packed % 9,
        "lp": packed // 9 % 5,
        "pb": packed // 45,
        "dict_size": int.from_bytes(properties[1:5], "little"),
    }
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[filters])


class _Inflater:
    """Deflate, which hands back what it has not taken in; the other two keep it."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(-15)

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)


def base_name(name: str) -> str:
    """Give the file name at the end of a member's.

    Examples
    --------
    >>> base_name("a/b.png")
    'b.png'
    """
    return PurePosixPath(name.replace("\\", "/")).name if os.name == "nt" else PurePosixPath(name).name
