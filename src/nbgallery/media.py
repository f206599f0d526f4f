"""What kinds of media there are, and how each becomes pixels: what it is, for looking, and for Python.

Pillow and NumPy are imported where they are needed, so that the package can be imported without them.
"""

from __future__ import annotations

import io
import math
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from nbgallery import opening
from nbgallery.errors import GalleryError, MediaError
from nbgallery.opening import Media, Opened, opened

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

__all__ = ["Media", "Opened", "Pixels", "identify", "opened", "pixels", "snapshot", "to_numpy", "to_pil"]


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture for looking at.

    Attributes
    ----------
    image : PIL.Image.Image
        Upright, in mode L, LA, P, RGB or RGBA. It may be the user's own object: not to be changed.
    width, height : int
        Size of the whole picture, upright, however small `image` is.
    drawn_range : tuple of float, or None
        The values drawn as black and as white, where they are not those of the pixels themselves.
    labels, flat : bool
        A map of labels (values must not blend); a picture of few values.
    complete : bool
        `image` has every pixel as it is drawn.
    profile : bytes or None
        The ICC profile that `image` is in, when that is not sRGB.
    """

    image: Image.Image
    width: int
    height: int
    drawn_range: tuple[float, float] | None
    labels: bool
    flat: bool
    complete: bool
    profile: bytes | None = None


def identify(media: object) -> Media:
    """Tell what a medium is, by its content, then its MIME type, then its name.

    Parameters
    ----------
    media : object
        A path, http(s) URL, data URI, fsspec URL or SVG text; bytes, or a binary file object; an array, a
        tensor, a PIL image, a matplotlib figure.

    Returns
    -------
    Media
        Of a file at most the first kilobytes are read, of a URL nothing.

    Raises
    ------
    MediaError
        It cannot be drawn; the message says why.

    Examples
    --------
    >>> identify("https://example.org/clip.mp4?token=1").kind
    'video'
    >>> identify(b"<svg/>").mime
    'image/svg+xml'
    """
    with opened(media, head_only=True) as source:
        if opening.is_picture(media):
            return replace(source.media, mime="")
        if source.stream is None or source.media.mime:
            return source.media
    # No signature is known: now only a decoder can tell, and that needs all of it.
    with opened(media) as source:
        return replace(source.media, mime=mime_by_decoder(source))


def mime_by_decoder(source: Opened) -> str:
    """Name the type of an image by the decoder that takes it.

    Examples
    --------
    >>> with opened(b"P5 1 1 255 x") as source:
    ...     mime_by_decoder(source)
    'image/x-portable-anymap'
    """
    from PIL import Image  # noqa: PLC0415 - needs Pillow or NumPy

    from nbgallery import pictures  # noqa: PLC0415 - needs Pillow or NumPy

    image = pictures.open_picture(cast("BinaryIO", source.stream), source.media.mime, source.label)
    return Image.MIME.get(image.format or "", "application/octet-stream")


def all_bytes(source: Opened) -> bytes:
    """Read all of what has been opened as bytes.

    Examples
    --------
    >>> with opened(b"<svg/>") as source:
    ...     all_bytes(source)
    b'<svg/>'
    """
    from nbgallery import pictures  # noqa: PLC0415 - needs Pillow or NumPy

    if source.media.data is not None:
        return source.media.data
    stream = cast("BinaryIO", source.stream)
    try:
        stream.seek(0)
        return stream.read()
    except Exception as error:
        raise pictures.broken(error, source.label) from error


def decode(source: Opened, edge: int | None = None) -> Pixels:
    """Decode what has been opened for looking at it.

    Parameters
    ----------
    source : Opened
        An image, neither SVG nor remote.
    edge : int, optional
        Scale it down until its longer side is no longer; JPEG is decoded no larger than that needs.

    Returns
    -------
    Pixels

    Examples
    --------
    >>> import numpy as np
    >>> with opened(np.zeros((600, 800, 3), np.uint8)) as source:
    ...     decode(source, 256).image.size
    (256, 192)
    """
    from nbgallery import pictures  # noqa: PLC0415 - needs Pillow or NumPy

    if source.stream is not None:
        return decode_picture(
            pictures.open_picture(source.stream, source.media.mime, source.label),
            source.label,
            edge,
            own=True,
        )
    if opening.is_picture(source.subject):
        image = source.subject
        with opening.lock_of(image):
            _load_own(image, source.label)
        return decode_picture(image, source.label, edge)
    if opening.figure_of(source.subject) is not None:
        return decode_picture(opening.render(source.subject), source.label, edge)
    return _draw(source.subject, edge)


def _load_own(image: Image.Image, label: str) -> None:
    from nbgallery import pictures  # noqa: PLC0415 - needs Pillow or NumPy

    try:
        pictures.load(image, label)
    except MediaError as error:
        if getattr(image, "tile", None) and getattr(getattr(image, "fp", None), "closed", True):
            raise MediaError(
                f"{label} was closed before it was read: call its load() while it is open"
            ) from error
        raise


def _draw(subject: object, edge: int | None) -> Pixels:
    from nbgallery import arrays, pictures  # noqa: PLC0415 - needs Pillow or NumPy

    array = arrays.to_array(subject)
    drawing = arrays.draw(array)
    image = pictures.from_drawing(drawing)
    seen = pictures.look(image, lossy=image.mode != "L")
    size = pictures.fitted(image.size, edge) if edge else image.size
    small = pictures.shrink(image, size, labels=seen.labels)
    return Pixels(small, *image.size, drawing.drawn_range, seen.labels, seen.flat, size == image.size)


def decode_picture(image: Image.Image, label: str, edge: int | None, *, own: bool = False) -> Pixels:
    """Decode a picture for looking; as `decode`, for one that Pillow has opened already.

    Parameters
    ----------
    image : PIL.Image.Image
        Changed only when it is `own`.
    label : str
        How messages call it.
    edge : int or None
        As in `decode`.
    own : bool
        Nobody else has this object.

    Examples
    --------
    >>> from PIL import Image
    >>> decode_picture(Image.new("CMYK", (40, 30)), "it", 20).image.mode
    'RGB'
    """
    from nbgallery import pictures  # noqa: PLC0415 - needs Pillow or NumPy

    full, box = image.size, None
    if not all(full):
        raise MediaError(f"{label} holds no pixels: its size is {full[0]} x {full[1]}")
    if own and edge:
        target = pictures.fitted(full, edge)
        wanted = (math.ceil(target[0] * pictures.DRAFT_GAP), math.ceil(target[1] * pictures.DRAFT_GAP))
        drafted = image.draft("", wanted) if target != full else None
        box = drafted[1] if drafted else None
    if own:
        pictures.load(image, label)
    full = full if box else image.size
    turn = pictures.orientation(image)
    seen = pictures.look(image, lossy=image.format in ("JPEG", "MPO"))
    size = pictures.fitted(full, edge) if edge else full
    small = pictures.shrink(seen.image, size, labels=seen.labels, box=box if size != full else None)
    profile = image.info.get("icc_profile")
    keep = size == full and edge is not None and seen.exact and isinstance(profile, bytes)
    if not keep:
        small = pictures.to_srgb(small, profile)
    small = pictures.upright(small, turn)
    return Pixels(
        small,
        *pictures.turned(full, turn),
        seen.drawn_range,
        seen.labels,
        seen.flat,
        size == full,
        cast("bytes", profile) if keep else None,
    )


def pixels(media: object, *, edge: int | None = None) -> Pixels:
    """Open a picture for looking at it: upright, in sRGB, numbers drawn by the rules of `arrays`.

    Parameters
    ----------
    media : object
        As for `identify`; a URL is fetched.
    edge : int, optional
        The longest side that is needed.

    Returns
    -------
    Pixels
        No file is left open.

    Raises
    ------
    MediaError
        It cannot be drawn, or it is a video or SVG, which only the browser draws.

    Examples
    --------
    >>> import numpy as np
    >>> pixels(np.array([[-1.5, 2.5]])).drawn_range
    (-1.5, 2.5)
    """
    with opened(media, fetch=True) as source:
        _only_pixels(source)
        return decode(source, edge)


def _only_pixels(source: Opened) -> None:
    if source.media.kind == "video" or source.media.mime == "image/svg+xml":
        what = "a video" if source.media.kind == "video" else "an SVG"
        raise MediaError(f"{source.label} is {what}: it has no pixels of its own, use its path or bytes")


def to_pil(media: object) -> Image.Image:
    """Open a picture as a PIL image: loaded, upright, its own mode and values, no file left open.

    Parameters
    ----------
    media : object
        As for `identify`; a URL is fetched.

    Returns
    -------
    PIL.Image.Image
        A new object. Of an animation, the first frame; the others can be sought.

    Raises
    ------
    MediaError
        It cannot be read as a picture.

    Examples
    --------
    >>> import numpy as np
    >>> to_pil(np.zeros((2, 3, 3), np.uint8)).size
    (3, 2)
    """
    with opened(media, fetch=True) as source:
        return read_picture(source)


def read_picture(source: Opened) -> Image.Image:
    """Read what has been opened as `to_pil` gives it.

    Examples
    --------
    >>> import numpy as np
    >>> with opened(np.zeros((2, 3), bool)) as source:
    ...     read_picture(source).mode
    '1'
    """
    from nbgallery import arrays, pictures  # noqa: PLC0415 - needs Pillow or NumPy

    _only_pixels(source)
    if source.stream is not None:
        # In memory, so that an image of several frames needs no file to seek them.
        image = pictures.open_picture(io.BytesIO(all_bytes(source)), source.media.mime, source.label)
        pictures.load(image, source.label)
        return pictures.upright(image)
    if opening.is_picture(source.subject):
        own = source.subject
        with opening.lock_of(own):
            _load_own(own, source.label)
            return pictures.upright(own.copy())
    if opening.figure_of(source.subject) is not None:
        return opening.render(source.subject)
    return pictures.from_array(arrays.to_array(source.subject))


def to_numpy(media: object, mode: str | None = "RGB") -> NDArray[Any]:
    """Open a picture as an array.

    Parameters
    ----------
    media : object
        As for `identify`; a URL is fetched.
    mode : str or None
        "RGB" gives (H, W, 3) uint8 of anything, whatever is transparent left out; another of Pillow's modes
        gives that; None the picture's own values: palette indices, 16 bits, or an array just as it was given.

    Returns
    -------
    numpy.ndarray
        A copy that can be written to.

    Raises
    ------
    MediaError
        It cannot be read as a picture.
    GalleryError
        `mode` is none of Pillow's, or not one that this picture can be converted to.

    Examples
    --------
    >>> import numpy as np
    >>> to_numpy(np.array([[False, True]])).tolist()
    [[[0, 0, 0], [255, 255, 255]]]
    >>> to_numpy(np.array([[7, 300]]), mode=None).tolist()
    [[7, 300]]
    """
    import numpy as np  # noqa: PLC0415 - needs Pillow or NumPy
    from PIL import Image  # noqa: PLC0415 - needs Pillow or NumPy

    from nbgallery import arrays, pictures  # noqa: PLC0415 - needs Pillow or NumPy

    if mode is not None and mode not in Image.MODES:
        raise GalleryError(
            f"mode={mode!r}: give one of Pillow's modes such as 'RGB', or None for the picture's own"
        )
    if mode is None and opening.is_array(media) and not opening.is_picture(media):
        return arrays.to_array(media).copy()
    image = to_pil(media)
    if mode is None:
        return np.array(image)
    try:
        if image.mode != mode:
            image = pictures.look(image, lossy=True).image.convert(mode)
    except ValueError as error:
        raise GalleryError(
            f"mode={mode!r}: a picture of mode {image.mode!r} cannot be given in it ({error})"
        ) from None
    return np.array(image)


def snapshot(media: object) -> object:
    """Take what may change out of the user's hands: the object to keep for a medium given now.

    Parameters
    ----------
    media : object
        As for `identify`.

    Returns
    -------
    object
        Arrays, tensors and buffers copied, figures rendered, file objects read; all else, and what cannot be
        read, as it is.

    Examples
    --------
    >>> import numpy as np
    >>> frame = np.zeros((2, 2))
    >>> kept = snapshot(frame)
    >>> frame[:] = 1
    >>> float(kept.max())
    0.0
    """
    if isinstance(media, (bytearray, memoryview)):
        return bytes(media)
    try:
        return _kept(media)
    except MediaError:
        return media


def _kept(media: object) -> object:
    if isinstance(media, (str, bytes, os.PathLike)) or opening.is_picture(media):
        return media
    if opening.figure_of(media) is not None:
        return opening.render(media)
    if opening.is_array(media):
        from nbgallery import arrays  # noqa: PLC0415 - needs Pillow or NumPy

        return arrays.to_array(media).copy()
    if callable(getattr(media, "read", None)):
        data = io.BytesIO(opening.read_object(media))
        data.name = getattr(media, "name", "")
        return data
    return media
