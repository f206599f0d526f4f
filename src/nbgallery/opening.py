"""Opening one medium, whatever it was given as: one `open` of the file, one look at its first bytes.

Pillow is imported where it is needed, so that the package can be imported without it.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePath
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO, TypeGuard, cast

from nbgallery import locations, sniff, svg
from nbgallery.errors import MediaError
from nbgallery.members import Openable, base_name

if TYPE_CHECKING:
    from PIL import Image

MAX_SVG_BYTES = 16 * 1024 * 1024

_LONG_HEAD = 65536

# A user's own file object or lazy picture has one position: reading it is one thread's work at a time.
_LOCKS = tuple(threading.Lock() for _ in range(64))

# Matplotlib's figures share state behind the scenes.
_FIGURES = threading.Lock()


@dataclass(frozen=True, slots=True)
class Media:
    """What one medium is, and where its own bytes are.

    Attributes
    ----------
    kind : {"image", "video"}
    mime : str
        MIME type of its own bytes, ``""`` for arrays, PIL images and figures.
    name : str
        File name, ``""`` when it has none.
    size : int or None
        Bytes, where that is known without reading them.
    url : str or None
        The address of an http(s) medium.
    path : str or None
        The path of a local file.
    data : bytes or None
        The bytes themselves, where they are in memory.
    """

    kind: sniff.Kind
    mime: str = ""
    name: str = ""
    size: int | None = None
    url: str | None = None
    path: str | None = None
    data: bytes | None = None


@dataclass(slots=True)
class Opened:
    """A medium within `opened`: its bytes as a stream at their start, or the object that has its values.

    Attributes
    ----------
    media : Media
        With ``mime`` empty where only a decoder can tell.
    label : str
        How messages call it.
    stream : binary file or None
        None for what is remote, or no bytes.
    subject : object
        The array, tensor, PIL image or figure; None for bytes.
    store : object
        What has to live as long as the stream is read.
    """

    media: Media
    label: str
    stream: BinaryIO | None = None
    subject: object = None
    store: object = None


@contextmanager
def opened(media: object, *, fetch: bool = False, head_only: bool = False) -> Iterator[Opened]:
    """Open a medium once, tell what it is, and close it at the end.

    Parameters
    ----------
    media : object
        As for `identify`.
    fetch : bool
        Download an http(s) medium.
    head_only : bool
        Of a file object, read no more than its type needs.

    Yields
    ------
    Opened

    Raises
    ------
    MediaError
        It cannot be drawn; the message says why.

    Examples
    --------
    >>> with opened(b"<svg/>") as source:
    ...     source.stream.read()
    b'<svg/>'
    """
    source = _open(media, fetch=fetch, head_only=head_only)
    try:
        if source.stream is not None and not source.media.mime:
            head = source.stream.read(sniff.HEAD_BYTES)
            source.stream.seek(0)
            if not head:
                raise MediaError(f"{source.label} is empty (0 bytes)")
            mime = sniff.sniff(head) or _svg_type(source.stream, head)
            source.media = replace(source.media, mime=mime, kind=sniff.kind_of(mime))
        yield source
    finally:
        if source.stream is not None:
            source.stream.close()


def _svg_type(stream: BinaryIO, head: bytes) -> str:
    if svg.is_svg(head):
        return "image/svg+xml"
    if len(head) == sniff.HEAD_BYTES and svg.is_markup(head):
        # A licence may stand before the first element.
        head = stream.read(_LONG_HEAD)
        stream.seek(0)
        return "image/svg+xml" if svg.is_svg(head) else ""
    return ""


def _open(media: object, *, fetch: bool, head_only: bool) -> Opened:  # noqa: C901, PLR0911 - one for each kind
    if isinstance(media, str):
        return _open_text(media, fetch=fetch)
    if isinstance(media, os.PathLike):
        return _open_path(os.fsdecode(os.fspath(media)))
    if isinstance(media, (bytes, bytearray, memoryview)):
        return _open_bytes(media if isinstance(media, bytes) else bytes(media), "the given data")
    if isinstance(media, Openable):
        return _open_member(media)
    if is_picture(media):
        data = _unread(media)
        if data is not None:
            source = _open_bytes(data, _picture_label(media))
            source.media = Media("image", "", _picture_name(media))
            return source
        return Opened(Media("image", name=_picture_name(media)), _picture_label(media), subject=media)
    if figure_of(media) is not None:
        return Opened(Media("image"), "the figure", subject=media)
    if not isinstance(media, (type, ModuleType)):
        if is_array(media):
            return Opened(Media("image"), "the array", subject=media)
        if callable(getattr(media, "read", None)):
            return _open_object(media, head_only=head_only)
    advice = "numpy.array(…) makes one of numbers" if isinstance(media, (list, tuple)) else _ACCEPTED
    raise MediaError(f"{_described(media)} is no image or video: {advice}")


_ACCEPTED = "give a path, a URL, bytes, a file object, an array, a PIL image or a matplotlib figure"


def is_array(media: object) -> bool:
    """Tell whether an object offers its values as an array, without asking for them.

    Examples
    --------
    >>> is_array(memoryview(b"")), is_array([[0, 0]])
    (False, False)
    """
    return any(hasattr(type(media), name) for name in ("__array__", "__array_interface__", "__dlpack__"))


def _described(media: object) -> str:
    if media is None or isinstance(media, (bool, int, float)):
        return repr(media)
    return f"an object of type {type(media).__module__}.{type(media).__qualname__}".replace("builtins.", "")


def _open_text(text: str, *, fetch: bool) -> Opened:
    location = locations.locate(text)
    if location.form == "path":
        return _open_path(text)
    if location.form == "svg":
        return _open_bytes(text.encode("utf-8", "replace"), "the SVG text", mime="image/svg+xml")
    if location.form == "data":
        data, _mime = locations.decode_data_uri(text)
        return _open_bytes(data, locations.shown(text, 40))
    name = locations.base_name(location.text)
    if location.form == "http":
        mime = sniff.mime_by_name(name)
        source = Opened(
            Media(sniff.kind_of(mime), mime, name, url=location.text), locations.shown(location.text)
        )
        if fetch:
            data = locations.fetch(location.text)
            source.stream = io.BytesIO(data)
            source.media = replace(source.media, mime="", size=len(data), data=data)
        return source
    stream, store = locations.open_store(text)
    size = getattr(stream, "size", None)
    known = size if isinstance(size, int) else None
    return Opened(Media("image", "", name, known), locations.shown(text), stream, store=store)


def _open_path(path: str) -> Opened:
    size = locations.file_size(path)
    media = Media("image", "", PurePath(path).name, size, path=path)
    return Opened(media, locations.shown(path), locations.open_file(path))


def _open_bytes(data: bytes, label: str, *, mime: str = "") -> Opened:
    if not data:
        raise MediaError(f"{label} is empty (0 bytes)")
    return Opened(Media("image", mime, size=len(data), data=data), label, io.BytesIO(data))


def _open_member(media: Openable) -> Opened:
    stream = media.open()
    return Opened(Media("image", "", base_name(media.name), media.size), media.label, stream)


def _open_object(media: object, *, head_only: bool) -> Opened:
    name = getattr(media, "name", "")
    name = PurePath(name).name if isinstance(name, str) else ""
    label = locations.shown(name) if name else "the file object"
    data = read_object(media, sniff.HEAD_BYTES if head_only else -1, label)
    if not data:
        raise MediaError(f"{label} is empty (0 bytes)")
    whole = None if head_only else data
    return Opened(
        Media("image", "", name, None if head_only else len(data), data=whole), label, io.BytesIO(data)
    )


def lock_of(thing: object) -> threading.Lock:
    """Give the lock under which a user's own object is read.

    Examples
    --------
    >>> stream = io.BytesIO()
    >>> lock_of(stream) is lock_of(stream)
    True
    """
    return _LOCKS[(id(thing) >> 4) % len(_LOCKS)]


def read_object(media: object, length: int = -1, label: str = "the file object") -> bytes:
    """Read a user's file object from its start, and leave its position where it was.

    Examples
    --------
    >>> stream = io.BytesIO(b"abc")
    >>> stream.seek(2), read_object(stream), stream.tell()
    (2, b'abc', 2)
    """
    stream = cast("BinaryIO", media)
    with lock_of(media):
        try:
            before = stream.tell()
            stream.seek(0)
            try:
                data: object = stream.read(length)
            finally:
                stream.seek(before)
        except Exception as error:
            raise MediaError(
                f"{label} cannot be read ({error}): it must be open and seekable; else pass its bytes"
            ) from error
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise MediaError(f'{label} was opened as text: open it in mode "rb"')
    return bytes(data)


def is_picture(media: object) -> TypeGuard[Image.Image]:
    """Tell whether an object is a PIL image, without importing Pillow.

    Examples
    --------
    >>> is_picture("a.png")
    False
    """
    # Where Pillow has not been imported, nothing is a picture of its.
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(media, pillow.Image)


def _picture_name(media: object) -> str:
    name = getattr(media, "filename", "")
    return PurePath(name).name if isinstance(name, str) else ""


def _picture_label(media: object) -> str:
    name = _picture_name(media)
    return locations.shown(name) if name else "the PIL image"


def _unread(media: object) -> bytes | None:
    """Give the bytes behind a PIL image that has been opened, but not loaded yet.

    Decoding a copy leaves the user's object as lazy as it was: a list of a thousand of them does not fill the
    memory by being looked at.
    """
    from PIL import Image, ImageFile  # noqa: PLC0415 - needs Pillow or NumPy

    if not isinstance(media, ImageFile.ImageFile) or not media.tile or media.fp is None or media.tell():
        return None
    with lock_of(media):
        try:
            before = media.fp.tell()
            media.fp.seek(0)
            try:
                data = media.fp.read()
            finally:
                media.fp.seek(before)
            with Image.open(io.BytesIO(data), formats=[media.format or ""]) as again:
                same = (again.size, again.mode) == (media.size, media.mode)
        except Exception:  # noqa: BLE001 - then the object itself is loaded, and its own error is the one to tell
            return None
    return data if same else None


def figure_of(media: object) -> Any:
    """Give the object that can save the figure: a figure itself, or what stands in one; else None.

    Examples
    --------
    >>> figure_of("a.png") is None
    True
    """
    if isinstance(media, (type, ModuleType)):
        return None
    if callable(getattr(media, "savefig", None)):
        return media
    if type(media).__module__.partition(".")[0] == "matplotlib":
        figure = getattr(media, "figure", None)
        return figure if callable(getattr(figure, "savefig", None)) else None
    return None


def render(figure: object) -> Image.Image:
    """Draw a figure as a picture, at its own size and resolution.

    Examples
    --------
    >>> class Chart:
    ...     def savefig(self, file, format):
    ...         from PIL import Image
    ...         Image.new("RGB", (3, 2)).save(file, format)
    >>> render(Chart()).size
    (3, 2)
    """
    from nbgallery import pictures  # noqa: PLC0415 - needs Pillow or NumPy

    data = io.BytesIO()
    try:
        with _FIGURES:
            figure_of(figure).savefig(data, format="png")
    except Exception as error:
        raise MediaError(f"the figure could not be rendered: {error}") from error
    image = pictures.open_picture(data, "image/png", "the figure")
    pictures.load(image, "the figure")
    return image
