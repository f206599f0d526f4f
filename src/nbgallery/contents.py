"""What a zip or tar contains: its directory is read once, and none of its files."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import tarfile
import tempfile
import warnings
import weakref
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from nbgallery import locations
from nbgallery.errors import GalleryError, MediaError
from nbgallery.members import Member, open_archive
from nbgallery.names import Names, is_hidden, natural_key

_ENCRYPTED = 1
_COPY_BYTES = 1024 * 1024
_PACKED: tuple[tuple[bytes, Callable[[BinaryIO], object]], ...] = (
    (b"\x1f\x8b", partial(gzip.GzipFile, None, "rb", 9)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ", lzma.LZMAFile),
)
_NO_METHOD = -1


class Contents:
    """The files of one archive, by their number; folders and hidden files are left out.

    Parameters
    ----------
    members : iterable of Member
        In the order of the archive.
    archive, origin : str
        Where the bytes are, and what the user calls that.
    spooled : bool
        `archive` is a temporary file of ours.

    Examples
    --------
    >>> one = Member("a.tar", "a.tar", "b.png", 512, 3, 3)
    >>> contents = Contents([one], "a.tar", "a.tar")
    >>> len(contents), contents.names[0], contents[0] == one
    (1, 'b.png', True)
    """

    def __init__(
        self, members: Iterable[Member], archive: str, origin: str, *, spooled: bool = False
    ) -> None:
        self._numbers = array("q")
        self._archive = archive
        self._origin = origin
        # Also when nobody closes the gallery: at the latest when the kernel ends.
        self._remove = weakref.finalize(self, _remove, archive, os.getpid()) if spooled else None
        self.names = Names(self._note(member) for member in members if not is_hidden(member.name))

    def _note(self, member: Member) -> str:
        self._numbers.extend(
            (
                member.offset,
                member.length,
                member.size,
                _NO_METHOD if member.method is None else member.method,
                _NO_METHOD if member.crc is None else member.crc,
                member.encrypted,
            )
        )
        return member.name

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, number: int) -> Member:
        offset, length, size, method, crc, encrypted = self._numbers[6 * number : 6 * number + 6]
        return Member(
            self._archive,
            self._origin,
            self.names[number],
            offset,
            length,
            size,
            None if method == _NO_METHOD else method,
            None if crc == _NO_METHOD else crc,
            bool(encrypted),
        )

    def sort(self) -> None:
        """Put the files in natural order of their names."""
        names, numbers = list(self.names), self._numbers
        keys = [natural_key(name) for name in names]
        order = sorted(range(len(names)), key=keys.__getitem__)
        self.names = Names(names[number] for number in order)
        self._numbers = array("q")
        for number in order:
            self._numbers.extend(numbers[6 * number : 6 * number + 6])

    def close(self) -> None:
        """Remove the temporary file, if there is one."""
        if self._remove is not None:
            self._remove()


def _remove(archive: str, process: int) -> None:
    # A forked child must not take its parent's file along when it ends.
    if os.getpid() == process:
        Path(archive).unlink(missing_ok=True)


def contents_of(path: object) -> Contents:
    """Read the directory of an archive.

    Parameters
    ----------
    path : path or fsspec URL
        A zip, a tar, or a tar packed by gzip, bzip2 or xz, which is unpacked into a temporary file.

    Returns
    -------
    Contents

    Raises
    ------
    GalleryError
        It is missing, no archive, or its directory is damaged.

    Examples
    --------
    >>> contents_of("no/such.zip")
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: path='no/such.zip': there is no file 'no/such.zip'
    """
    origin = os.fsdecode(os.fspath(path)) if isinstance(path, os.PathLike) else path
    if not isinstance(origin, str) or not origin:
        raise GalleryError(f"path={path!r}: give the path or URL of a zip or tar")
    archive = origin if "://" in origin else str(Path(origin).expanduser().absolute())
    try:
        if "://" not in archive:
            locations.file_size(archive)
        with open_archive(archive) as file:
            return _read(file, archive, origin)
    except (MediaError, OSError) as error:
        raise GalleryError(f"path={locations.shown(origin)}: {error}".replace(archive, origin)) from error


def _read(file: BinaryIO, archive: str, origin: str) -> Contents:
    head = file.read(512)
    file.seek(0)
    for signature, unpacker in _PACKED:
        if head.startswith(signature):
            return _read_packed(cast("IO[bytes]", unpacker(file)), origin)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        raise MediaError("it is packed by Zstandard: unpack it first, `zstd -d` does it")
    if head[257:262] == b"ustar" or (not head.startswith(b"PK") and _begins_a_tar(head)):
        return Contents(_of_tar(file, archive, origin), archive, origin)
    # A zip may have anything in front: its directory is at its end.
    return Contents(_of_zip(file, archive, origin), archive, origin)


def _read_packed(unpacked: IO[bytes], origin: str) -> Contents:
    """Unpack into a temporary file: from a packed tar, the last picture costs unpacking all before it."""
    with tempfile.NamedTemporaryFile(prefix="nbgallery-", suffix=".tar", delete=False) as spooled:
        try:
            shutil.copyfileobj(unpacked, spooled, _COPY_BYTES)
            spooled.seek(0)
            found = _of_tar(cast("BinaryIO", spooled), spooled.name, origin)
            return Contents(found, spooled.name, origin, spooled=True)
        except BaseException as error:
            Path(spooled.name).unlink(missing_ok=True)
            if isinstance(error, (EOFError, lzma.LZMAError, ValueError, zlib.error)):
                raise MediaError(f"it is damaged: {error}") from error
            raise


def _of_zip(file: BinaryIO, archive: str, origin: str) -> Iterator[Member]:
    try:
        with zipfile.ZipFile(file) as directory:
            entries = directory.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise MediaError(f"it is no zip or tar, or its directory is damaged ({error})") from error
    for entry in entries:
        if not entry.is_dir():
            yield Member(
                archive,
                origin,
                entry.filename,
                entry.header_offset,
                entry.compress_size,
                entry.file_size,
                entry.compress_type,
                entry.CRC,
                bool(entry.flag_bits & _ENCRYPTED),
            )


def _begins_a_tar(head: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _of_tar(file: BinaryIO, archive: str, origin: str) -> Iterator[Member]:
    try:
        directory: Any = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115 - closed below
    except tarfile.TarError as error:
        raise MediaError(f"it is no zip or tar, or its directory is damaged ({error})") from error
    last = "its start"
    with directory:
        while True:
            try:
                entry = directory.next()
            except tarfile.TarError as error:
                # The last one is cut off: it is an error tile, those before it are whole.
                _warn(origin, last, str(error))
                return
            if entry is None:
                break
            # It keeps what it has found, though nobody asks for it a second time.
            directory.members.clear()
            last = repr(entry.name)
            if entry.isreg() and not entry.issparse():
                yield Member(archive, origin, entry.name, entry.offset_data, entry.size, entry.size)
        file.seek(directory.offset)
        if file.read(tarfile.BLOCKSIZE).strip(b"\0"):
            _warn(origin, last, "no directory entry where one should be")


def _warn(origin: str, last: str, reason: str) -> None:
    warnings.warn(
        f"{locations.shown(origin)} is damaged after {last} ({reason}): what follows is not shown",
        stacklevel=2,
    )
