"""Thumbnails and originals as bytes: pure functions that a pool, or another computer, can run.

Pillow is imported where it is needed, so that the package can be imported without it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from nbgallery import sniff, svg
from nbgallery.errors import MediaError
from nbgallery.media import (
    Opened,
    Pixels,
    all_bytes,
    decode,
    decode_picture,
    mime_by_decoder,
    opened,
    read_picture,
)
from nbgallery.opening import MAX_SVG_BYTES, is_picture, lock_of

if TYPE_CHECKING:
    from PIL import Image, ImageFile

AS_IT_IS_BYTES = 96
"""Bytes per pixel of the edge up to which a file is its own thumbnail: about what a photograph's weighs."""

_NAME_BYTES = 200
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture of an item, and what is known of the item from making it.

    Attributes
    ----------
    data : bytes
        Empty for what the browser draws itself: remote media, and videos without a poster.
    mime : str
        MIME type of `data`; of the item itself when there is no data.
    kind : {"image", "video"}
    width, height : int
        Pixels of the original, upright; 0 when not known.
    color : str
        Mean colour, ``#rrggbb``; empty when not known.
    name : str
        File name; empty when there is none.
    edge : int
        The size that was asked for.
    complete : bool
        `data` has every pixel of the original.
    url : str or None
        Where a remote medium is.
    """

    data: bytes
    mime: str
    kind: sniff.Kind
    width: int
    height: int
    color: str
    name: str
    edge: int
    complete: bool
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """An item in full: bytes, or the path of the file to stream them from.

    Attributes
    ----------
    data : bytes or None
    path : str or None
    mime : str
    name : str
        File name; empty when there is none.
    size : int
        Length in bytes.
    """

    data: bytes | None
    path: str | None
    mime: str
    name: str
    size: int


def thumbnail(media: object, edge: int) -> Thumbnail:
    """Make the thumbnail of one item.

    Parameters
    ----------
    media : object
        Anything that `nbgallery.media.identify` takes.
    edge : int
        Pixels of the longer side; nothing is scaled up.

    Returns
    -------
    Thumbnail
        Exact where the picture is no larger than that, and for maps of labels and palettes.

    Raises
    ------
    MediaError
        It cannot be drawn; the message is the sentence for its error tile.

    Examples
    --------
    >>> import numpy as np
    >>> made = thumbnail(np.zeros((600, 800, 3), np.uint8), 256)
    >>> made.mime, made.width, made.height, made.color, made.complete
    ('image/jpeg', 800, 600, '#000000', False)
    """
    with opened(media) as source:
        found = source.media
        blank = Thumbnail(
            b"", found.mime, found.kind, 0, 0, "", found.name, edge, complete=False, url=found.url
        )
        if found.url is not None:
            return blank
        if found.mime == "image/svg+xml":
            data = _svg(source)
            width, height = svg.size(data)
            return replace(blank, data=svg.drawable(data), width=width, height=height, complete=True)
        if found.kind == "video":
            return _poster(source, blank)
        if source.stream is None:
            return _encoded(decode(source, edge), blank)

        from nbgallery import pictures  # noqa: PLC0415 - needs Pillow or NumPy

        image = pictures.open_picture(source.stream, found.mime, source.label)
        as_it_is = _as_it_is(source, image, edge)
        if as_it_is is not None:
            width, height = pictures.turned(image.size, pictures.orientation(image))
            return replace(blank, data=as_it_is, width=width, height=height, complete=True)
        return _encoded(decode_picture(image, source.label, edge, own=True), blank)


def _encoded(pixels: Pixels, blank: Thumbnail) -> Thumbnail:
    from nbgallery import formats  # noqa: PLC0415 - needs Pillow or NumPy

    lossless = pixels.complete or pixels.flat
    made = formats.exact(pixels.image, pixels.profile) if lossless else formats.quick(pixels.image)
    return replace(
        blank,
        data=made.data,
        mime=made.mime,
        width=pixels.width,
        height=pixels.height,
        color=formats.mean_color(pixels.image),
        complete=pixels.complete,
    )


def _poster(source: Opened, blank: Thumbnail) -> Thumbnail:
    from nbgallery import formats, pictures, video  # noqa: PLC0415 - needs Pillow or NumPy

    image = video.poster(source.stream) if source.stream is not None else None
    if image is None:
        return blank
    small = pictures.shrink(image, pictures.fitted(image.size, blank.edge))
    made = formats.quick(small)
    color = formats.mean_color(small)
    return replace(blank, data=made.data, mime=made.mime, width=image.width, height=image.height, color=color)


def _svg(source: Opened) -> bytes:
    data = source.media.data
    if data is None and source.stream is not None:
        data = source.stream.read(MAX_SVG_BYTES + 1)
    if data is None or len(data) > MAX_SVG_BYTES:
        raise MediaError(f"{source.label} is an SVG of more than {MAX_SVG_BYTES // 2**20} MB")
    svg.check(data, source.label)
    return data


def _as_it_is(source: Opened, image: ImageFile.ImageFile, edge: int) -> bytes | None:
    """Give the bytes of a file that is its own thumbnail: drawn by browsers, still, whole and light."""
    size, stream = source.media.size, source.stream
    if size is None or stream is None or not _shown_by_browsers(source.media.mime, image):
        return None
    longest = max(image.size)
    light = size <= AS_IT_IS_BYTES * edge and longest <= 2 * edge
    # A picture that fits has to arrive exactly in any case: its own bytes are the smallest that do so.
    small = longest <= edge and size <= 4 * image.width * image.height + AS_IT_IS_BYTES * edge
    if not light and not small:
        return None
    before = stream.tell()
    stream.seek(0)
    data = stream.read()
    stream.seek(before)
    nature = sniff.nature(data, source.media.mime)
    return (
        data
        if nature.whole and not nature.animated and _stands_upright(data, source.media.mime, image)
        else None
    )


def _shown_by_browsers(mime: str, image: Image.Image) -> bool:
    """Tell whether browsers show a file as a gallery does: 16 bits of gray they show, but mostly as black."""
    return mime in sniff.NATIVE and image.mode in ("1", "L", "LA", "P", "RGB", "RGBA")


def _stands_upright(data: bytes, mime: str, image: Image.Image) -> bool:
    """Tell whether the orientation is one that every browser applies: JPEG's, or none."""
    if mime == "image/jpeg":
        return True
    if mime == "image/png":
        # Pillow would have to decode the picture to find out.
        return b"eXIf" not in data and b"Raw profile type exif" not in data

    from nbgallery import pictures  # noqa: PLC0415 - needs Pillow or NumPy

    return mime == "image/gif" or pictures.orientation(image) == 1


def original(
    media: object,
    format: str = "webp",  # noqa: A002 - Gradio's word for it
    quality: int | None = None,
    *,
    own_bytes: bool = False,
) -> Original:
    """Give one item in full.

    Parameters
    ----------
    media : object
        Anything that `nbgallery.media.identify` takes.
    format : str
        The format for what has no bytes of its own, arrays and PIL images; a picture that it does not hold
        becomes PNG.
    quality : int, optional
        1 to 100 makes it lossy; without it, every value is kept.
    own_bytes : bool
        True: the user's own file, name and values, whatever they are. False: what a browser can draw.

    Returns
    -------
    Original

    Raises
    ------
    MediaError
        It cannot be read.

    Examples
    --------
    >>> import numpy as np
    >>> original(np.zeros((4, 4), bool)).mime, original(b"<svg xmlns='http://www.w3.org/2000/svg'/>").mime
    ('image/png', 'image/svg+xml')
    """
    from nbgallery import formats  # noqa: PLC0415 - needs Pillow or NumPy

    with opened(media, fetch=True) as source:
        found = source.media
        if source.stream is None or is_picture(media):
            return _encoded_original(source, formats.format_name(format), quality, browser=not own_bytes)
        if own_bytes or found.kind == "video":
            return _own(source)
        if found.mime == "image/svg+xml":
            data = svg.drawable(_svg(source))
            return Original(data, None, found.mime, found.name, len(data))

        from nbgallery import pictures  # noqa: PLC0415 - needs Pillow or NumPy

        image = pictures.open_picture(source.stream, found.mime, source.label)
        if _shown_by_browsers(found.mime, image) and (
            found.mime == "image/jpeg" or pictures.orientation(image) == 1
        ):
            return _own(source)
        return _encoded_original(source, "webp", None, browser=True)


def _own(source: Opened) -> Original:
    found = source.media
    mime = found.mime or mime_by_decoder(source)
    if found.path is not None:
        return Original(None, found.path, mime, found.name, found.size or 0)
    data = all_bytes(source)
    return Original(data, None, mime, found.name, len(data))


def _encoded_original(source: Opened, form: str, quality: int | None, *, browser: bool) -> Original:
    from nbgallery import formats  # noqa: PLC0415 - needs Pillow or NumPy

    made = None
    if is_picture(source.subject):
        with lock_of(source.subject):
            made = formats.animated(source.subject, form)
    made = made or formats.full(read_picture(source), form, quality, browser=browser)
    name = source.media.name
    if name:
        name = str(PurePath(name).with_suffix(sniff.suffix_of(made.mime)))
    return Original(made.data, None, made.mime, name, len(made.data))


def clear_name(name: str, index: int, mime: str) -> str:
    r"""Make a file name that every system takes, as near to the given one as possible.

    Parameters
    ----------
    name : str
        The item's own name; empty when it has none.
    index : int
        The item's place, which names it then.
    mime : str
        The type of the bytes, for an extension where the name has none.

    Returns
    -------
    str
        Without folders, control or invisible characters, and at most 200 bytes of UTF-8.

    Examples
    --------
    >>> clear_name("../a:b\u202egpj.png", 0, "image/png"), clear_name("", 7, "image/webp")
    ('a_bgpj.png', 'image-00007.webp')
    """
    visible = "".join(
        c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c) not in ("Cc", "Cf", "Cs")
    )
    cleared = re.sub(r'[<>:"|?*]', "_", re.split(r"[/\\]", visible)[-1]).strip().rstrip(". ")
    suffix = PurePath(cleared).suffix
    stem = cleared.removesuffix(suffix)
    if not stem.strip("._ "):
        stem, suffix = f"{sniff.kind_of(mime)}-{index:05d}", suffix if stem else ""
    suffix = suffix or sniff.suffix_of(mime)
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    suffix = suffix.encode()[:20].decode(errors="ignore")
    return stem.encode()[: _NAME_BYTES - len(suffix.encode())].decode(errors="ignore").rstrip(". ") + suffix
