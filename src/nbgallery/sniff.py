"""What some bytes are, by looking at their first ones: no decoder, no import of one.

The name of a file decides nothing here but for media that have no signature of their own.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

Kind = Literal["image", "video"]

HEAD_BYTES = 4096

NATIVE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"})
"""What every browser draws by itself."""

_EXTENSIONS = {
    "png": "image/png",
    "apng": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "jpe": "image/jpeg",
    "jfif": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "svg": "image/svg+xml",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "ico": "image/x-icon",
    "heic": "image/heic",
    "heif": "image/heif",
    "jp2": "image/jp2",
    "tga": "image/x-tga",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "mkv": "video/x-matroska",
    "mov": "video/quicktime",
    "ogv": "video/ogg",
    "ogg": "video/ogg",
}

KNOWN_EXTENSIONS = tuple(_EXTENSIONS)
"""File extensions, in small letters and without their dot, that name a type."""

_SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tiff",
    "image/x-icon": ".ico",
    "image/jp2": ".jp2",
    "image/vnd.adobe.photoshop": ".psd",
    "image/x-tga": ".tga",
    "image/x-portable-anymap": ".pnm",
    "video/x-matroska": ".mkv",
    "video/quicktime": ".mov",
    "video/ogg": ".ogv",
}

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"\0\0\1\0", "image/x-icon"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"qoif", "image/qoi"),
    (b"DDS ", "image/vnd.ms-dds"),
)

PILLOW_FORMATS: dict[str, tuple[str, ...]] = {
    "image/png": ("PNG",),
    "image/jpeg": ("JPEG",),
    "image/gif": ("GIF",),
    "image/webp": ("WEBP",),
    "image/avif": ("AVIF",),
    "image/bmp": ("BMP",),
    "image/tiff": ("TIFF",),
    "image/x-icon": ("ICO",),
    "image/jp2": ("JPEG2000",),
    "image/vnd.adobe.photoshop": ("PSD",),
    "image/qoi": ("QOI",),
    "image/vnd.ms-dds": ("DDS",),
    "image/heic": ("HEIF",),
}
"""The decoder for each type: naming it spares trying dozens, and keeps a file from choosing its own."""

_NO_MEDIA = (
    (rb"%PDF", "a PDF: turn its pages into pictures first"),
    (rb"%!PS", "PostScript: convert it to SVG or PNG first"),
    (rb"\xc5\xd0\xd3\xc6", "PostScript: convert it to SVG or PNG first"),
    (rb"version https://git-lfs", "a Git LFS pointer, not the file itself: run `git lfs pull`"),
    (rb"PK\x03\x04", "a zip archive: Gallery.from_archive(path) shows what it holds"),
    (rb"\x1f\x8b", "gzip-compressed: unpack it first"),
    (rb"\x93NUMPY", "a NumPy file: pass numpy.load(path)"),
    (rb"\x89HDF", "an HDF5 file: pass the arrays that it holds"),
    (rb"ID3", "a sound file"),
    (rb"fLaC", "a sound file"),
    (rb"OggS", "a sound file"),
    (rb"....ftypM4[AB]", "a sound file"),
    (rb"RIFF....WAVE", "a sound file"),
    (rb"RIFF....AVI ", "an AVI video, which browsers do not play: convert it to MP4 or WebM"),
    (rb"FLV\x01", "a Flash video, which browsers do not play: convert it to MP4 or WebM"),
    (rb"\x30\x26\xb2\x75", "a Windows Media file, which browsers do not play: convert it to MP4 or WebM"),
    (rb"\x00\x00\x01\xba", "an MPEG-1/2 video, which browsers do not play: convert it to MP4 or WebM"),
    (rb"\x00\x00\x01\xb3", "an MPEG-1/2 video, which browsers do not play: convert it to MP4 or WebM"),
)

_QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})


def sniff(head: bytes) -> str:  # noqa: PLR0911 - one for each family
    """Tell the MIME type of media by their first bytes.

    Parameters
    ----------
    head : bytes
        The first kilobytes; `HEAD_BYTES` are enough.

    Returns
    -------
    str
        ``""`` when the bytes have no signature that is known.

    Examples
    --------
    >>> sniff(bytes.fromhex("89504e470d0a1a0a"))
    'image/png'
    >>> sniff(b"hello")
    ''
    """
    for signature, mime in _SIGNATURES:
        if head.startswith(signature):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head[:4] == b"\x1aE\xdf\xa3":
        return "video/webm" if b"webm" in head[:128] else "video/x-matroska"
    if head[:4] == b"OggS":
        return "video/ogg" if b"theora" in head else ""
    if head[4:8] in _QUICKTIME_ATOMS and head[:1] in b"\0\1":
        return "video/quicktime"
    return ""


def _iso_media(head: bytes) -> str:
    """Tell apart what shares the ISO container: AVIF, HEIC, MP4, QuickTime, and sound."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    major = head[8:12]
    brands = {major, *(head[at : at + 4] for at in range(16, length - 3, 4))}
    if brands & {b"avif", b"avis"}:
        return "image/avif"
    if major in _HEIF_BRANDS:
        return "image/heic"
    if major.startswith((b"M4A", b"M4B")):
        return ""
    return "video/quicktime" if major == b"qt  " else "video/mp4"


def complaint(head: bytes) -> str:
    """Say what bytes are that are no media: ``"a PDF: …"``; ``""`` when even that is unknown.

    Examples
    --------
    >>> complaint(b"%PDF-1.7")
    'a PDF: turn its pages into pictures first'
    """
    for pattern, sentence in _NO_MEDIA:
        if re.match(pattern, head, re.DOTALL):
            return sentence
    text = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML), perhaps the error page of a download"
    if text.startswith((b"{", b"[")) and b"\0" not in head:
        return "JSON text"
    return ""


def mime_by_name(name: str) -> str:
    """Guess a MIME type from a file's name.

    Examples
    --------
    >>> mime_by_name("clip.MP4"), mime_by_name("notes.txt")
    ('video/mp4', '')
    """
    return _EXTENSIONS.get(PurePosixPath(name).suffix[1:].lower(), "")


def suffix_of(mime: str) -> str:
    """Name the usual file extension of a MIME type, with its dot.

    Examples
    --------
    >>> suffix_of("image/jpeg"), suffix_of("image/webp")
    ('.jpg', '.webp')
    """
    if mime in _SUFFIXES:
        return _SUFFIXES[mime]
    subtype = mime.partition("/")[2].partition("+")[0].removeprefix("x-")
    return f".{subtype}" if re.fullmatch(r"[a-z0-9]{2,8}", subtype) else ""


def kind_of(mime: str) -> Kind:
    """Tell whether a MIME type is drawn as a picture or played.

    Examples
    --------
    >>> kind_of("video/mp4")
    'video'
    """
    return "video" if mime.startswith("video/") else "image"


@dataclass(frozen=True, slots=True)
class Nature:
    """What a complete file says of itself that decides whether it may travel as it is."""

    whole: bool
    animated: bool


def nature(data: bytes, mime: str) -> Nature:
    """Check the frame of a file in a browser's format, without decoding its pixels.

    Parameters
    ----------
    data : bytes
        The whole file.
    mime : str
        What `sniff` said of it.

    Returns
    -------
    Nature
        ``whole`` is False when the file breaks off, or when that cannot be told without decoding.

    Examples
    --------
    >>> nature(b"GIF89a", "image/gif")
    Nature(whole=False, animated=False)
    """
    if mime == "image/png":
        return _png(data)
    if mime == "image/jpeg":
        return Nature(whole=data.endswith(b"\xff\xd9"), animated=False)
    if mime == "image/gif":
        # Each frame has a graphic control block of its own; two of them are an animation.
        frames = len(re.findall(rb"\x21\xf9\x04.{4}\x00[\x2c\x21]", data, re.DOTALL))
        return Nature(whole=len(data) > 13 and data.endswith(b"\x3b"), animated=frames > 1)  # noqa: PLR2004 - the header
    if mime == "image/webp":
        whole = len(data) >= int.from_bytes(data[4:8], "little") + 8
        return Nature(whole=whole, animated=data[12:16] == b"VP8X" and bool(data[20] & 2))
    if mime == "image/avif":
        return Nature(whole=_boxes_end(data), animated=b"avis" in data[:64])
    return Nature(whole=False, animated=False)


def _png(data: bytes) -> Nature:
    animated = False
    at = 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunk = data[at + 4 : at + 8]
        end = at + 8 + length
        if end + 4 > len(data) or zlib.crc32(data[at + 4 : end]) != int.from_bytes(
            data[end : end + 4], "big"
        ):
            break
        if chunk == b"acTL":
            animated = True
        if chunk == b"IEND":
            return Nature(whole=True, animated=animated)
        at = end + 4
    return Nature(whole=False, animated=animated)


def _boxes_end(data: bytes) -> bool:
    """Tell whether the boxes of an ISO file end where the file does."""
    at = 0
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 0:
            return True
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length < 8:  # noqa: PLR2004 - a box holds at least its own header
            return False
        at += length
    return at == len(data)
