"""Files made for media that have none, and the memory of what was handed out for which item."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
import weakref
from pathlib import Path
from threading import RLock

from nbgallery.items import Item

_SUFFIXES = {
    "image/apng": ".png",
    "image/avif": ".avif",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/jp2": ".jp2",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tif",
    "image/vnd.microsoft.icon": ".ico",
    "image/webp": ".webp",
    "image/x-icon": ".ico",
    "video/mp4": ".mp4",
    "video/ogg": ".ogv",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
    "video/x-msvideo": ".avi",
}
_LONGEST_SUFFIX = 8


class Spool:
    """The files that a gallery's `value` handed out, in a private folder; ids are those of one `ItemList`.

    The folder is made with the first file, and goes when the process ends: a path that the user was given
    stays good after the gallery is closed.

    Examples
    --------
    >>> spool = Spool()
    >>> path = spool.write(b"GIF89a", ".gif")
    >>> Path(path).read_bytes()
    b'GIF89a'
    >>> spool.close()
    >>> Path(path).exists()
    False
    """

    def __init__(self) -> None:
        self._guard = RLock()
        self._folder: str | None = None
        self._made: dict[tuple[int, str, int | None], str] = {}
        self._paths: dict[str, int] = {}
        self._objects: dict[int, tuple[weakref.ref[object], int]] = {}

    def __len__(self) -> int:
        """Count what was handed out and can be known again."""
        return len(self._paths) + len(self._objects)

    @property
    def folder(self) -> str | None:
        """The folder, or None as long as there is none."""
        return self._folder

    def write(self, data: bytes, suffix: str) -> str:
        """Keep `data` in a file of its own and give its path. When that fails, no part of it is left."""
        with self._guard:
            if self._folder is None:
                self._folder = tempfile.mkdtemp(prefix="nbgallery-")
                atexit.register(_remove, self._folder, os.getpid())
            path = Path(self._folder, secrets.token_hex(16) + suffix)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return str(path)

    def path_of(self, item_id: int, item: Item, format: str, quality: int | None) -> str:  # noqa: A002 (Pillow's word)
        """Give a file with the item's own bytes, or else its pixels in `format`; the same file each time."""
        from nbgallery.encode import original  # noqa: PLC0415 (needs Pillow, which is not everywhere)

        key = (item_id, format, quality)
        with self._guard:
            if key not in self._made:
                found = original(item.media, format, quality, own_bytes=True)
                if found.data is None:
                    self._made[key] = str(found.path)
                else:
                    self._made[key] = self.write(found.data, _suffix(found.mime, found.name))
            return self._made[key]

    def on_disk(self) -> tuple[int, int]:
        """Count the files in the folder, and their bytes."""
        folder = self._folder
        if folder is None:
            return 0, 0
        try:
            sizes = [entry.stat().st_size for entry in os.scandir(folder)]
        except OSError:  # it has gone meanwhile
            return 0, 0
        return len(sizes), sum(sizes)

    def remember(self, media: object, item_id: int) -> None:
        """Note for which item `media` (a path, or what can be referred to weakly) was handed out."""
        if isinstance(media, str):
            self._paths.setdefault(media, item_id)
            return
        key, objects = id(media), self._objects
        objects[key] = (weakref.ref(media, lambda _: objects.pop(key, None)), item_id)

    def id_of(self, media: object) -> int | None:
        """Tell for which item `media` was handed out: a path by its text, anything else by identity."""
        if isinstance(media, (str, os.PathLike)):
            path = os.fspath(media)
            return self._paths.get(path) if isinstance(path, str) else None
        reference, item_id = self._objects.get(id(media), (None, None))
        return item_id if reference is not None and reference() is media else None

    def close(self) -> None:
        """Remove the folder with all that was handed out."""
        with self._guard:
            folder, self._folder = self._folder, None
            self._made.clear()
            self._paths.clear()
        if folder is not None:
            _remove(folder, os.getpid())


def _remove(folder: str, process: int) -> None:
    # A forked child must not take its parent's files along when it ends.
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


def _suffix(mime: str, name: str) -> str:
    known = _SUFFIXES.get(mime)
    if known is not None:
        return known
    own = Path(name).suffix
    return own if own.isascii() and own[1:].isalnum() and len(own) <= _LONGEST_SUFFIX else ""
