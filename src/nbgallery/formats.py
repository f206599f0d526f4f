"""Pictures as bytes: which format holds what exactly, which is fast, and how each is written."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin, features

from nbgallery import pictures
from nbgallery.errors import GalleryError, MediaError

# Above 80 the bytes grow faster than anyone sees; without optimising, encoding takes half the time.
_JPEG_THUMBNAIL: dict[str, Any] = {"quality": 80}
# Method 0 is a seventh faster, but leaves opacity uncompressed: a soft shadow weighs as six photographs.
_WEBP_THUMBNAIL: dict[str, Any] = {"quality": 80, "method": 1}
_WEBP_LOSSLESS: dict[str, Any] = {"lossless": True, "quality": 0, "method": 0, "exact": True}

_PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})

_WEBP_SIDE = 16383
_JPEG_SIDE = 65500

_ALIASES = {
    "jpg": "jpeg",
    "jpe": "jpeg",
    "jfif": "jpeg",
    "mpo": "jpeg",
    "tif": "tiff",
    "apng": "png",
    "jp2": "jpeg2000",
    "j2k": "jpeg2000",
    "dib": "bmp",
}

_LOSSY_ONLY = frozenset({"jpeg", "avif", "heif"})
_WITH_QUALITY = frozenset({"webp", "jpeg", "avif", "heif", "jpeg2000"})
_BROWSER = frozenset({"png", "webp", "jpeg", "avif", "gif"})
_ANIMATED = frozenset({"GIF", "PNG", "WEBP", "AVIF"})


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as bytes, and their MIME type."""

    data: bytes
    mime: str


def format_name(format: str) -> str:  # noqa: A002 - Gradio's and Pillow's word for it
    """Bring the name of an image format into one spelling.

    Parameters
    ----------
    format : str
        Any of Pillow's formats, or its file extension; case and a leading dot are forgiven.

    Returns
    -------
    str
        Lower case.

    Raises
    ------
    GalleryError
        Pillow does not write this format.

    Examples
    --------
    >>> format_name("JPG"), format_name(".webp"), format_name("tif")
    ('jpeg', 'webp', 'tiff')
    """
    if isinstance(format, str):
        name = format.strip().lower().removeprefix(".")
        name = _ALIASES.get(name, name)
        if name in ("webp", "png", "jpeg"):
            return name
        Image.init()
        known = Image.EXTENSION.get(f".{name}", name).upper()
        if known in Image.SAVE:
            return _ALIASES.get(known.lower(), known.lower())
    raise GalleryError(
        f"format={format!r}: "
        "give a format that Pillow writes, such as 'webp', 'png', 'jpeg', 'avif' or 'tiff'"
    )


def _written(image: Image.Image, form: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def quick(image: Image.Image) -> Encoded:
    """Encode a small picture for looking at it: JPEG when it is opaque, WebP when it is not.

    Examples
    --------
    >>> quick(Image.new("RGB", (8, 8))).mime, quick(Image.new("RGBA", (8, 8))).mime
    ('image/jpeg', 'image/webp')
    """
    if image.mode in ("RGBA", "LA"):
        if not _opaque(image):
            return Encoded(_written(image, "WEBP", **_WEBP_THUMBNAIL), "image/webp")
        image = image.convert(image.mode.removesuffix("A"))
    elif image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    # Metadata is not for thumbnails: neither a megabyte of profile, nor where a picture was taken.
    image = _bare(image)
    return Encoded(_written(image, "JPEG", **_JPEG_THUMBNAIL), "image/jpeg")


def _bare(image: Image.Image) -> Image.Image:
    """Give the same pixels without metadata, in an object that no other thread writes from."""
    bare = image.copy()
    bare.info = {key: value for key, value in image.info.items() if key == "transparency"}
    return bare


def _opaque(image: Image.Image) -> bool:
    return image.getchannel("A").getextrema()[0] == 255  # noqa: PLR2004 - opaque


def exact(image: Image.Image, profile: bytes | None = None) -> Encoded:
    """Encode a picture for looking at it without changing a value, as fast as its mode allows.

    Parameters
    ----------
    image : PIL.Image.Image
        In a mode of `pictures.look`.
    profile : bytes, optional
        The ICC profile to embed.

    Examples
    --------
    >>> exact(Image.new("RGB", (8, 8))).mime, exact(Image.new("P", (8, 8))).mime
    ('image/webp', 'image/png')
    """
    image = _bare(image)
    if image.mode in ("RGB", "RGBA") and "transparency" not in image.info and features.check("webp"):
        return Encoded(_written(image, "WEBP", icc_profile=profile or b"", **_WEBP_LOSSLESS), "image/webp")
    return Encoded(_written(image, "PNG", compress_level=1, icc_profile=profile), "image/png")


def mean_color(image: Image.Image) -> str:
    """Average the colours of a picture, what is transparent left out; ``""`` when all of it is.

    Examples
    --------
    >>> mean_color(Image.new("RGB", (8, 8), (255, 128, 0)))
    '#ff8000'
    """
    transparent = image.mode in ("RGBA", "LA") or (image.mode == "P" and "transparency" in image.info)
    if not transparent:
        mean = image.convert("RGB") if image.mode not in ("RGB", "L") else image
        mean = mean.reduce(mean.size).convert("RGB")
        return "#{:02x}{:02x}{:02x}".format(*_color(mean))
    premultiplied = image.convert("RGBA").convert("RGBa").reduce(image.size)
    *color, alpha = _color(premultiplied)
    return "#{:02x}{:02x}{:02x}".format(*(min(255, c * 255 // alpha) for c in color)) if alpha else ""


def _color(pixel: Image.Image) -> tuple[int, ...]:
    value = pixel.getpixel((0, 0))
    return tuple(int(part) for part in value) if isinstance(value, tuple) else ()


def full(image: Image.Image, form: str, quality: int | None, *, browser: bool) -> Encoded:
    """Encode a whole picture, without loss unless a quality or a format without lossless mode is asked for.

    Parameters
    ----------
    image : PIL.Image.Image
        Loaded and upright; nobody else's.
    form : str
        As `format_name` gives it. A picture that it does not hold becomes PNG, or TIFF where PNG does not
        hold it either.
    quality : int or None
        1 to 100.
    browser : bool
        The result is for a browser to draw, not for a program to read.

    Returns
    -------
    Encoded

    Raises
    ------
    MediaError
        No format takes it.

    Examples
    --------
    >>> full(Image.new("RGB", (8, 8)), "webp", None, browser=True).mime
    'image/webp'
    >>> full(Image.new("RGBA", (8, 8)), "jpeg", None, browser=False).mime
    'image/png'
    """
    image = _visible(image) if browser else _storable(image)
    form = form if form in _BROWSER or not browser else "png"
    if browser and form == "webp" and image.mode == "RGBA" and _opaque(image):
        image = _kept_info(image, image.convert("RGB"))
    moving = animated(image, form)
    if moving is not None:
        return moving
    try:
        return _try_format(image, form, quality) or _fallback(image)
    except MediaError:
        raise
    except Exception as error:
        raise pictures.broken(error, "the picture") from error


def _kept_info(image: Image.Image, changed: Image.Image) -> Image.Image:
    for key in ("icc_profile", "exif"):
        if key in image.info and changed is not image:
            changed.info[key] = image.info[key]
    return changed


def _visible(image: Image.Image) -> Image.Image:
    """Bring a picture into a mode that browsers draw, unchanged where it is in one."""
    if image.mode in _PNG_MODES - {"I;16"}:
        return image
    seen = pictures.look(image, lossy=True)
    return pictures.to_srgb(seen.image, image.info.get("icc_profile"))


def _storable(image: Image.Image) -> Image.Image:
    """Bring a picture into a mode that files have, with the same values."""
    if image.mode.startswith("I"):
        values = np.asarray(image)
        if values.size and values.min() >= 0 and values.max() < 1 << 16:
            return _kept_info(image, Image.fromarray(np.ascontiguousarray(values, "<u2")))
    plain = {"La": "LA", "RGBa": "RGBA", "PA": "RGBA", "RGBX": "RGB", "HSV": "RGB", "YCbCr": "RGB"}.get(
        image.mode
    )
    return image if plain is None else _kept_info(image, image.convert(plain))


def _metadata(image: Image.Image, form: str) -> dict[str, Any]:
    """Collect what belongs to the picture and the format can hold: profile, EXIF, text."""
    options: dict[str, Any] = {}
    profile, exif = image.info.get("icc_profile"), image.info.get("exif")
    if isinstance(profile, bytes) and profile and form != "gif":
        options["icc_profile"] = profile
    if isinstance(exif, bytes) and exif and form in ("webp", "png", "jpeg", "avif", "tiff"):
        options["exif"] = exif
    if form == "png":
        text = PngImagePlugin.PngInfo()
        for key, value in image.info.items():
            if isinstance(key, str) and isinstance(value, str) and 0 < len(key) < 80:  # noqa: PLR2004 - PNG's limit
                try:
                    text.add_itxt(key, value)
                except (UnicodeError, ValueError):
                    continue
        options["pnginfo"] = text
    return options


def _try_format(image: Image.Image, form: str, quality: int | None) -> Encoded | None:
    """Write in the format asked for; None when it does not hold this picture."""
    if form == "png":
        return None
    lossy = form in _LOSSY_ONLY or (quality is not None and form in _WITH_QUALITY)
    if form == "webp":
        return _webp(image, quality)
    if form == "jpeg" and (image.mode not in ("L", "RGB", "CMYK") or max(image.size) > _JPEG_SIDE):
        return None
    if lossy and (image.mode not in ("L", "RGB", "RGBA", "LA", "CMYK") or "transparency" in image.info):
        return None
    options = _metadata(image, form)
    if lossy:
        options["quality"] = 95 if quality is None else quality
    if form == "jpeg" and options["quality"] >= 90:  # noqa: PLR2004 - as finely as colours can be kept
        options["subsampling"] = 0
    try:
        data = _written(image, form.upper(), **options)
        same = lossy or _same(image, data)
    except Exception:  # noqa: BLE001 - each format refuses in its own way what it does not hold
        return None
    return Encoded(data, Image.MIME.get(form.upper(), "application/octet-stream")) if same else None


def _webp(image: Image.Image, quality: int | None) -> Encoded | None:
    if max(image.size) > _WEBP_SIDE or "transparency" in image.info or not features.check("webp"):
        return None
    if quality is None:
        # WebP forgets an opacity that is 255 everywhere, and knows no gray and no palette.
        if image.mode != "RGB" and (image.mode != "RGBA" or _opaque(image)):
            return None
        options = _WEBP_LOSSLESS
    elif image.mode in ("L", "LA", "RGB", "RGBA"):
        options = {"quality": quality, "method": 2}
    else:
        return None
    return Encoded(_written(image, "WEBP", **options, **_metadata(image, "webp")), "image/webp")


def _same(image: Image.Image, data: bytes) -> bool:
    """Tell whether bytes read back as the same picture."""
    with Image.open(io.BytesIO(data)) as again:
        if (again.mode, again.size) != (image.mode, image.size):
            return False
        same_values = again.tobytes() == image.tobytes()
        if image.mode != "P":
            return same_values
        return same_values and again.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def _fallback(image: Image.Image) -> Encoded:
    if image.mode in _PNG_MODES:
        return Encoded(_written(image, "PNG", compress_level=1, **_metadata(image, "png")), "image/png")
    # CMYK, Lab, 32 bits and floats: what PNG does not hold either.
    data = _written(image, "TIFF", compression="tiff_adobe_deflate", **_metadata(image, "tiff"))
    return Encoded(data, "image/tiff")


def animated(image: Image.Image, form: str) -> Encoded | None:
    """Write all frames of an animation without loss.

    Parameters
    ----------
    image : PIL.Image.Image
        It is sought through, and left where it was.
    form : str
        As `format_name` gives it; where that holds no animation, or not exactly, it becomes PNG.

    Returns
    -------
    Encoded or None
        None for a still, and where the frames cannot be read, for instance because their file was closed.

    Examples
    --------
    >>> animated(Image.new("L", (2, 2)), "webp") is None
    True
    """
    if getattr(image, "n_frames", 1) < 2 or image.format not in _ANIMATED:  # noqa: PLR2004 - a still
        return None
    if form not in ("webp", "gif") or (form == "gif" and image.format != "GIF"):
        form = "png"
    options: dict[str, Any] = {"save_all": True}
    for key in ("duration", "loop"):
        if key in image.info:
            options[key] = image.info[key]
    if form == "webp":
        options |= {"lossless": True, "quality": 0, "method": 0}
    before = image.tell()
    try:
        return Encoded(_written(image, form.upper(), **options), f"image/{form}")
    except Exception:  # noqa: BLE001 - then its present frame is the picture
        return None
    finally:
        image.seek(before)
