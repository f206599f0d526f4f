"""Pillow's side of it: opening within limits, upright, in a mode that can be looked at, in sRGB, smaller."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from nbgallery import arrays, sniff
from nbgallery.errors import MediaError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LABELS = 64
"""A gray or palette picture of no more values than this is taken for a map of labels, not a photograph."""

GAP = 1.5
"""A picture is reduced by whole steps to this many times the size wanted before it is resampled. That takes
two thirds of the time of Pillow's usual 2, and the thumbnail's JPEG takes away thirty times as much."""

DRAFT_GAP = 1.2
"""A JPEG is decoded at half, a quarter or an eighth of its size, down to this many times the size wanted. A
photograph 640 wide becomes a thumbnail of 256 in half the time of decoding all of it. Beside the original,
reduced, the thumbnail loses at most 0.4 dB by it, of the 33 to 36 dB that its own JPEG leaves (measured on
scikit-image's photographs)."""

_SAMPLE = (64, 64)

_ORIENTATION = 0x0112

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# EPS starts Ghostscript on what the file says; the others have no decoder of their own in Pillow.
_REFUSED = frozenset({"EPS", "BUFR", "GRIB", "HDF5", "WMF", "MPEG", "PDF"})


@dataclass(frozen=True, slots=True)
class Look:
    """A picture in a mode for looking.

    Attributes
    ----------
    image : PIL.Image.Image
        In mode L, LA, P, RGB, RGBA or CMYK.
    labels : bool
        It is a map of few values, which must not be blended with each other.
    flat : bool
        It has so few values that a lossless encoding is small, and a lossy one shows.
    drawn_range : tuple of float, or None
        The values drawn as black and as white, where the picture had more than 8 bits.
    exact : bool
        Every pixel is as in the picture itself, not only for looking.
    """

    image: Image.Image
    labels: bool = False
    flat: bool = False
    drawn_range: tuple[float, float] | None = None
    exact: bool = True


def open_picture(stream: BinaryIO, mime: str, name: str) -> ImageFile.ImageFile:
    """Open a picture file without decoding it.

    Parameters
    ----------
    stream : binary file
        At any position; it must stay open until the picture is loaded.
    mime : str
        What `sniff.sniff` said of it; ``""`` tries every decoder.
    name : str
        How messages call it.

    Returns
    -------
    PIL.ImageFile.ImageFile

    Raises
    ------
    MediaError
        It is damaged, too large, or nothing that Pillow reads.

    Examples
    --------
    >>> data = io.BytesIO()
    >>> Image.new("L", (3, 2)).save(data, "PNG")
    >>> open_picture(data, "image/png", "it").size
    (3, 2)
    """
    try:
        image = Image.open(stream, formats=_decoders(mime, name))
    except UnidentifiedImageError:
        if mime:
            kind = mime.partition("/")[2].upper()
            raise MediaError(
                f"{name} is damaged or truncated: it starts as {kind}, but cannot be read as such"
            ) from None
        raise unknown(stream, name) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _bomb(name, str(error)) from None
    except Exception as error:
        raise broken(error, name) from error
    limit = Image.MAX_IMAGE_PIXELS
    if limit is not None and image.width * image.height > limit:
        # Pillow itself only warns up to twice its limit.
        raise _bomb(name, f"{image.width} x {image.height} pixels exceed the limit of {limit}")
    return image


def _bomb(name: str, reason: str) -> MediaError:
    return MediaError(
        f"{name} is refused as a decompression bomb: {reason}; "
        "if you trust it, raise PIL.Image.MAX_IMAGE_PIXELS"
    )


def _decoders(mime: str, name: str) -> tuple[str, ...]:
    if mime == "image/heic" and "HEIF" not in Image.OPEN:
        try:
            import pillow_heif  # noqa: PLC0415 - optional, and only for this format
        except ImportError:
            raise MediaError(f"{name} is HEIC: install its decoder with `pip install pillow-heif`") from None
        pillow_heif.register_heif_opener()
    wanted = sniff.PILLOW_FORMATS.get(mime, ())
    if not wanted or wanted[0] not in Image.OPEN:
        Image.init()
    if wanted and wanted[0] not in Image.OPEN:
        raise MediaError(f"{name} is {wanted[0]}, which the installed Pillow does not read: upgrade it")
    if wanted:
        return wanted
    return tuple(form for form in Image.OPEN if form not in _REFUSED)


def unknown(stream: BinaryIO, name: str) -> MediaError:
    """Make the error for a file that is no media, saying what it is where that shows.

    Examples
    --------
    >>> unknown(io.BytesIO(b"%PDF-1.7"), "a.png")
    MediaError('a.png is no image or video: it is a PDF: turn its pages into pictures first')
    """
    stream.seek(0)
    head = stream.read(sniff.HEAD_BYTES)
    if not head:
        return MediaError(f"{name} is empty (0 bytes)")
    what = sniff.complaint(head)
    return MediaError(
        f"{name} is no image or video: it is {what}"
        if what
        else f"{name} is no image or video that is known: it starts with {head[:8]!r}"
    )


def broken(error: Exception, name: str) -> MediaError:
    """Turn what a decoder raised into the sentence for an error tile.

    Examples
    --------
    >>> broken(OSError("image file is truncated (3 bytes not processed)"), "a.jpg")
    MediaError('a.jpg is truncated: its end is missing (image file is truncated (3 bytes not processed))')
    """
    if isinstance(error, MediaError):
        return error
    reason = str(error).strip().partition("\n")[0] or type(error).__name__
    if isinstance(error, MemoryError):
        return MediaError(f"{name} needs more memory than there is")
    if isinstance(error, (EOFError, struct.error)) or "truncated" in reason.lower():
        return MediaError(f"{name} is truncated: its end is missing ({reason})")
    return MediaError(f"{name} is damaged: {reason}")


def load(image: Image.Image, name: str) -> None:
    """Decode a picture; whatever its decoder raises becomes a `MediaError`.

    Examples
    --------
    >>> load(Image.new("L", (1, 1)), "it")
    """
    try:
        image.load()
    except Exception as error:
        raise broken(error, name) from error


def orientation(image: Image.Image) -> int:
    """Read the EXIF orientation, 1 to 8; 1 (upright) when there is none or it cannot be read.

    Examples
    --------
    >>> orientation(Image.new("L", (1, 1)))
    1
    """
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - what cameras and editors write as EXIF breaks its parser in every way
        return 1
    return value if value in _UPRIGHT else 1


def turned(size: tuple[int, int], turn: int) -> tuple[int, int]:
    """Give the size that a picture of this orientation has when it is upright.

    Examples
    --------
    >>> turned((40, 30), 6)
    (30, 40)
    """
    return (size[1], size[0]) if turn >= 5 else size  # noqa: PLR2004 - 5 to 8 lie on their side


def upright(image: Image.Image, turn: int | None = None) -> Image.Image:
    """Turn a picture by its EXIF orientation, and take the orientation out of its metadata.

    Parameters
    ----------
    image : PIL.Image.Image
        Loaded; it is not changed.
    turn : int, optional
        The orientation where it is known; the metadata of the result is not to be kept then.

    Returns
    -------
    PIL.Image.Image
        The same object when there is nothing to turn.

    Examples
    --------
    >>> upright(Image.new("L", (40, 30)), 6).size
    (30, 40)
    """
    if turn is None:
        turn = orientation(image)
        if turn != 1:
            try:
                return ImageOps.exif_transpose(image)
            except Exception:  # noqa: BLE001, S110 - EXIF that can be read but not be written again is dropped below
                pass
    if turn == 1:
        return image
    straight = image.transpose(_UPRIGHT[turn])
    straight.info.pop("exif", None)
    return straight


def look(image: Image.Image, *, lossy: bool = False) -> Look:  # noqa: PLR0911 - one for each kind of mode
    """Bring a picture of any mode into one that can be looked at.

    Parameters
    ----------
    image : PIL.Image.Image
        Loaded; it is not changed.
    lossy : bool
        It comes from a format in which a map of labels cannot be.

    Returns
    -------
    Look

    Examples
    --------
    >>> look(Image.new("I;16", (2, 2), 700)).image.mode
    'L'
    """
    mode = image.mode
    if mode == "1":
        # Two values blend into grays that cannot be mistaken for a third one, and thin lines survive.
        opaque = "transparency" not in image.info
        return Look(image.convert("L") if opaque else _transparent(image, "LA"), flat=True)
    if mode in ("RGB", "L") and "transparency" in image.info:
        return Look(_transparent(image, "RGBA" if mode == "RGB" else "LA"))
    if mode == "L":
        values = 0 if lossy else count_values(image)
        return Look(image, labels=values > 2, flat=values > 0)  # noqa: PLR2004 - black and white, as above
    if mode in ("RGB", "RGBA", "LA"):
        return Look(image)
    if mode == "P":
        if count_values(image):
            return Look(image, labels=True, flat=True)
        return Look(image.convert("RGBA" if image.has_transparency_data else "RGB"))
    if mode.startswith("I") or mode == "F":
        drawing = arrays.draw(np.asarray(image))
        return Look(from_drawing(drawing), drawn_range=drawing.drawn_range, exact=False)
    if mode == "CMYK":
        return Look(image, exact=False)
    if mode == "LAB":
        return Look(_lab(image), exact=False)
    return Look(
        image.convert({"La": "LA", "PA": "RGBA", "RGBa": "RGBA"}.get(mode, "RGB")), exact=mode == "PA"
    )


def count_values(image: Image.Image) -> int:
    """Count the values of a gray or palette picture; 0 when they are more than `LABELS`.

    Examples
    --------
    >>> count_values(Image.linear_gradient("L")), count_values(Image.new("P", (4, 4)))
    (0, 1)
    """
    if image.width * image.height > _SAMPLE[0] * _SAMPLE[1]:
        # A photograph gives itself away at once; only what does not is counted in full.
        some = image.resize(_SAMPLE, Image.Resampling.NEAREST).getcolors(LABELS)
        if some is None:
            return 0
    colors = image.getcolors(LABELS)
    return 0 if colors is None else len(colors)


def _transparent(image: Image.Image, mode: str) -> Image.Image:
    """Apply a colour that the file declares transparent."""
    try:
        return image.convert(mode)
    except (ValueError, TypeError):
        return image.convert(mode[:-1])


def from_drawing(drawing: arrays.Drawing) -> Image.Image:
    """Make a picture of drawn pixels.

    Examples
    --------
    >>> from_drawing(arrays.draw(np.zeros((2, 3, 3)))).size
    (3, 2)
    """
    return Image.fromarray(drawing.pixels)


def from_array(array: NDArray[Any]) -> Image.Image:
    """Make a picture that has an array's values where a mode of Pillow's holds them, else of its drawing.

    Examples
    --------
    >>> from_array(np.array([[7, 40_000]], np.uint16)).mode, from_array(np.array([[True]])).mode
    ('I;16', '1')
    >>> from_array(np.array([[7, 40_000]])).mode
    'L'
    """
    plain = not np.ma.isMaskedArray(array) or not np.ma.getmaskarray(array).any()
    if plain and (array.dtype.kind == "b" or (array.dtype.kind == "u" and array.dtype.itemsize == 2)):  # noqa: PLR2004 - 16 bits
        values = arrays.channels_last(np.ma.getdata(array, subok=False))
        if values.ndim == 2:  # noqa: PLR2004 - gray
            return Image.fromarray(np.ascontiguousarray(values, bool if array.dtype.kind == "b" else "<u2"))
    return from_drawing(arrays.draw(array))


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str, target: str) -> ImageCms.ImageCmsTransform | None:
    """Build the way from a profile to sRGB; None when it is sRGB already."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if "srgb" in ImageCms.getProfileDescription(source).lower():
        return None
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, target)


def _lab(image: Image.Image) -> Image.Image:
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    converted = ImageCms.applyTransform(image, transform)
    return image.convert("L") if converted is None else converted


def to_srgb(image: Image.Image, profile: object) -> Image.Image:
    """Bring a picture into sRGB; a profile that is broken, or of another kind of picture, changes nothing.

    Parameters
    ----------
    image : PIL.Image.Image
        In a mode of `look`.
    profile : object
        The embedded ICC profile, or None.

    Returns
    -------
    PIL.Image.Image
        Never CMYK.

    Examples
    --------
    >>> to_srgb(Image.new("CMYK", (1, 1)), None).mode
    'RGB'
    """
    if isinstance(profile, bytes) and profile and image.mode in ("RGB", "RGBA", "L", "LA", "CMYK"):
        opaque = image.mode.removesuffix("A")
        try:
            transform = _transform(profile, opaque, "RGB")
            if transform is not None:
                base = image if image.mode == opaque else image.convert(opaque)
                converted = ImageCms.applyTransform(base, transform)
                if converted is not None:
                    if image.mode != opaque:
                        converted.putalpha(image.getchannel("A"))
                    return converted
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
    return image.convert("RGB") if image.mode == "CMYK" else image


def fitted(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """Give the size at which the longer side is at most `edge`; a size that fits is returned as it is.

    Examples
    --------
    >>> fitted((1000, 500), 256), fitted((100, 50), 256), fitted((10_000, 1), 256)
    ((256, 128), (100, 50), (256, 1))
    """
    longest = max(size)
    if longest <= edge:
        return size
    return max(1, round(size[0] * edge / longest)), max(1, round(size[1] * edge / longest))


def shrink(
    image: Image.Image,
    size: tuple[int, int],
    *,
    labels: bool = False,
    box: tuple[float, float, float, float] | None = None,
) -> Image.Image:
    """Scale a picture down.

    Parameters
    ----------
    image : PIL.Image.Image
        In a mode of `look`; it is not changed.
    size : tuple of int
        As `fitted` gives it.
    labels : bool
        Take values as they are instead of blending them.
    box : tuple of float, optional
        The part of the image that is the picture.

    Returns
    -------
    PIL.Image.Image
        The same object when it has this size already.

    Examples
    --------
    >>> shrink(Image.new("RGB", (1000, 500)), (256, 128)).size
    (256, 128)
    """
    if image.size == size:
        return image
    if labels:
        return image.resize(size, Image.Resampling.NEAREST)
    # Otherwise the colour of what cannot be seen bleeds into what can.
    premultiplied = {"RGBA": "RGBa", "LA": "La"}.get(image.mode)
    visible = image.convert(premultiplied) if premultiplied else image
    factor = image.width // size[0]
    if box is None and (size[0] * factor, size[1] * factor) == image.size:
        # Sizes are often powers of two: whole blocks average to the same picture in a fifth of the time.
        small = visible.reduce(factor)
    else:
        small = visible.resize(size, Image.Resampling.BICUBIC, box, reducing_gap=GAP)
    return small.convert(image.mode) if premultiplied else small
