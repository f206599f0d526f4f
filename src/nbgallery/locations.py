"""What a str may stand for, and how its bytes are reached: files, URLs, data URIs, fsspec stores."""

from __future__ import annotations

import base64
import binascii
import errno
import os
import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from nbgallery.errors import MediaError
from nbgallery.ranged import FIRST_BYTES, RangedFile

if TYPE_CHECKING:
    from http.client import HTTPResponse

MAX_FETCH_BYTES = 256 * 1024 * 1024
FETCH_TIMEOUT = 15.0
FETCH_DEADLINE = 120.0

# Schemes that run code, or that would lead from a string of unknown origin into the machine or the page.
_REFUSED = frozenset({"javascript", "vbscript", "file", "local", "blob", "about", "chrome", "view-source"})

_SKIPPED = "".join(map(chr, range(33)))
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_SVG_TEXT = re.compile(r"\s*<(?:(?:\w+:)?svg(?![\w:.-])|\?xml\b|!--|!DOCTYPE\s+svg\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Location:
    """What a str was found to be.

    Attributes
    ----------
    form : {"path", "http", "data", "svg", "store"}
    text : str
        The path, the URL, or the text itself.
    """

    form: Literal["path", "http", "data", "svg", "store"]
    text: str


def shown(text: str, limit: int = 80) -> str:
    """Quote a str for a message, its middle left out when it is long.

    Examples
    --------
    >>> shown("a.png"), len(shown("x" * 5000))
    ("'a.png'", 83)
    """
    if len(text) > limit:
        text = f"{text[: limit // 2]}…{text[-limit // 2 :]}"
    return repr(text)


def locate(text: str) -> Location:
    """Decide what a str stands for, touching neither disk nor network where its form tells.

    Parameters
    ----------
    text : str
        A path, an http(s) or fsspec URL, a data URI, or SVG text.

    Returns
    -------
    Location

    Raises
    ------
    MediaError
        It is empty, or its scheme is none that a gallery opens.

    Examples
    --------
    >>> locate("https://example.org/a.png").form, locate("photos/a.png").form
    ('http', 'path')
    >>> locate("javascript:alert(1)")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    nbgallery.errors.MediaError: 'javascript:alert(1)': the scheme 'javascript:' is refused; give a path, ...
    """
    if _SVG_TEXT.match(text):
        return Location("svg", text)
    if not text.strip():
        raise MediaError(f"{text!r} is no path or URL: it is empty")
    # A browser skips control characters and spaces in front of a scheme, and tabs and line ends within.
    start = re.sub(r"[\t\r\n]", "", text[:256]).lstrip(_SKIPPED)
    found = _SCHEME.match(start)
    if found is None:
        return Location("path", text)
    scheme = found[1].lower()
    if scheme in _REFUSED:
        advice = (
            "pass the path itself"
            if scheme in ("file", "local")
            else "give a path, an http(s) URL or a data: URI"
        )
        raise MediaError(f"{shown(text)}: the scheme '{scheme}:' is refused; {advice}")
    if scheme in ("http", "https"):
        return Location("http", _web_address(text))
    if scheme == "data":
        return Location("data", text)
    rest = start[found.end() :]
    if rest.startswith(("//", ":")):
        _check_chain(text)
        return Location("store", text)
    if os.path.lexists(text):
        return Location("path", text)
    raise MediaError(
        f"{shown(text)}: there is no such file, and the scheme '{scheme}:' is unknown; "
        "give a path, an http(s) URL or a data: URI"
    )


def _web_address(text: str) -> str:
    address = text.strip()
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    if not host or re.search(r"[\x00-\x20\x7f<>\"\\]", address):
        raise MediaError(f"{shown(text)} is no complete URL: it needs a host, and spaces written as %20")
    return address


def _check_chain(text: str) -> None:
    """Refuse what `locate` refuses at the start of an fsspec chain too when it stands in the middle."""
    for link in text.split("::")[1:]:
        found = _SCHEME.match(link)
        if found and found[1].lower() in _REFUSED - {"file", "local"}:
            raise MediaError(f"{shown(text)}: the scheme '{found[1].lower()}:' is refused")


def base_name(text: str) -> str:
    """Give the file name at the end of a path or URL, without query and fragment of the latter.

    Examples
    --------
    >>> base_name("https://example.org/my%20clip.mp4?token=1"), base_name("/tmp/a#1.png")
    ('my clip.mp4', 'a#1.png')
    """
    if "://" in text:
        # In a chain (zip://inner.png::s3://bucket/a.zip) the first link names the file.
        text = unquote(urlsplit(text.partition("::")[0]).path or urlsplit(text).netloc)
    return re.split(r"[/\\]" if os.name == "nt" else r"/", text.rstrip("/"))[-1]


def decode_data_uri(text: str) -> tuple[bytes, str]:
    """Take bytes and MIME type out of a ``data:`` URI, base64 or percent-encoded.

    Examples
    --------
    >>> decode_data_uri("data:image/svg+xml,%3Csvg/%3E")
    (b'<svg/>', 'image/svg+xml')
    """
    header, comma, body = text.strip()[5:].partition(",")
    if not comma:
        raise MediaError(f"{shown(text)} is no data URI: it has no comma before its data")
    mime, *parameters = (part.strip().lower() for part in header.split(";"))
    if not mime.startswith(("image/", "video/")):
        raise MediaError(
            f"{shown(text)}: a data URI of type '{mime or 'text/plain'}' is refused; give image/ or video/"
        )
    try:
        data = unquote_to_bytes(body)
        if "base64" in parameters:
            data = re.sub(rb"\s", b"", data).replace(b"-", b"+").replace(b"_", b"/")
            data = base64.b64decode(data + b"=" * (-len(data) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MediaError(f"{shown(text)}: its base64 is damaged ({error})") from None
    if not data:
        raise MediaError(f"{shown(text)} is empty (0 bytes)")
    return data, mime


def file_size(path: str) -> int:
    """Check that a path is a regular file with something in it, without opening it.

    Raises
    ------
    MediaError
        It is missing, a folder, a device, empty, or not for this user.

    Examples
    --------
    >>> file_size("no/such.png")
    Traceback (most recent call last):
        ...
    nbgallery.errors.MediaError: there is no file 'no/such.png'
    """
    try:
        status = Path(path).stat()
    except (OSError, ValueError) as error:
        raise unreachable(path, error) from None
    if stat.S_ISDIR(status.st_mode):
        raise MediaError(f"{shown(path)} is a folder, not a file: pass the files in it")
    if not stat.S_ISREG(status.st_mode):
        raise MediaError(f"{shown(path)} is a device or pipe, not a file")
    if status.st_size == 0:
        raise MediaError(f"{shown(path)} is empty (0 bytes)")
    return status.st_size


def open_file(path: str) -> BinaryIO:
    """Open a file for reading; what the system refuses becomes a `MediaError`.

    Examples
    --------
    >>> open_file("no/such.png")
    Traceback (most recent call last):
        ...
    nbgallery.errors.MediaError: there is no file 'no/such.png'
    """
    try:
        return Path(path).open("rb")
    except (OSError, ValueError) as error:
        raise unreachable(path, error) from None


def unreachable(path: str, error: Exception) -> MediaError:
    """Say in a sentence why the system does not give a file.

    Examples
    --------
    >>> unreachable("a.png", PermissionError(13, "Permission denied"))
    MediaError("'a.png' may not be read: permission denied")
    """
    name = shown(path)
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return MediaError(f"there is no file {name}")
    if isinstance(error, IsADirectoryError):
        return MediaError(f"{name} is a folder, not a file: pass the files in it")
    if isinstance(error, PermissionError):
        return MediaError(f"{name} may not be read: permission denied")
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return MediaError(
            f"{name} is no path: {len(path)} characters are too long for one; are these the data itself?"
        )
    if isinstance(error, OSError):
        return MediaError(f"{name} could not be read: {error.strerror or error}")
    return MediaError(f"{name} is no path: {error}")


def open_store(url: str, *, first: int = FIRST_BYTES) -> tuple[BinaryIO, object]:
    """Open a file in an fsspec store: ranges of it are fetched as they are read, where the store can.

    Parameters
    ----------
    url : str
        Such as ``s3://bucket/a.png``, or a chain such as ``zip://a.png::s3://bucket/all.zip``.
    first : int
        How much is fetched at first, at least.

    Returns
    -------
    stream : binary file
    store : object
        What has to live as long as the stream is read.

    Raises
    ------
    MediaError
        fsspec, or what it needs for this store, is not installed; or the store refuses.

    Examples
    --------
    >>> open_store("nosuchstore://bucket/a.png")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    nbgallery.errors.MediaError: 'nosuchstore://bucket/a.png': ...
    """
    try:
        store, path = find_store(url)
        return _ranged(store.open(path, "rb"), shown(url), first), store
    except MediaError:
        raise
    except FileNotFoundError:
        raise MediaError(f"there is no file {shown(url)}") from None
    except Exception as error:
        raise _refused(url, error) from error


def find_store(url: str) -> tuple[Any, str]:
    """Give the fsspec store that a URL leads to, and the path in it.

    Examples
    --------
    >>> find_store("nosuchstore://bucket/a.png")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    nbgallery.errors.MediaError: 'nosuchstore://bucket/a.png': ...
    """
    try:
        import fsspec  # noqa: PLC0415 - optional
    except ImportError:
        scheme = url.partition(":")[0]
        raise MediaError(
            f"{shown(url)}: paths of the scheme '{scheme}:' need fsspec: `pip install 'nbgallery[fsspec]'`"
        ) from None
    try:
        store, path = fsspec.url_to_fs(url)
    except Exception as error:
        raise _refused(url, error) from error
    return store, str(path)


def _refused(url: str, error: Exception) -> MediaError:
    reason = str(error).strip().partition("\n")[0] or type(error).__name__
    return MediaError(f"{shown(url)}: the scheme '{url.partition(':')[0]}:' could not be opened: {reason}")


def _ranged(file: Any, label: str, first: int) -> BinaryIO:
    """Read a store's file by ranges of our own: it fetches five megabytes to give the first byte."""
    from fsspec.spec import AbstractBufferedFile  # noqa: PLC0415 - optional

    if not isinstance(file, AbstractBufferedFile) or not isinstance(file.size, int):
        return cast("BinaryIO", file)
    fetch = file._fetch_range  # noqa: SLF001 - what fsspec has every store define
    return cast("BinaryIO", RangedFile(fetch, file.size, label, first=first))


def fetch(url: str) -> bytes:
    """Download what an http(s) URL leads to: bounded in size and time, to no other scheme.

    Parameters
    ----------
    url : str
        The address.

    Returns
    -------
    bytes

    Raises
    ------
    MediaError
        The server cannot be reached or refuses, or the answer is larger than `MAX_FETCH_BYTES`.

    Examples
    --------
    >>> fetch("http://127.0.0.1:9/a.png")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    nbgallery.errors.MediaError: 'http://127.0.0.1:9/a.png' could not be fetched: ...
    """
    from urllib import request  # noqa: PLC0415 - a third of the package's import time, for a rare case

    # Built by hand: the usual opener also follows ftp: and file:.
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPRedirectHandler(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    asked = request.Request(url, headers={"User-Agent": "nbgallery", "Accept": "image/*,video/*,*/*;q=0.1"})  # noqa: S310 - http(s) only, see locate
    try:
        with opener.open(asked, timeout=FETCH_TIMEOUT) as answer:
            data = _bounded(answer, url)
    except MediaError:
        raise
    except Exception as error:
        # An answer of 404 is an exception that holds its connection.
        getattr(error, "close", lambda: None)()
        raise MediaError(f"{shown(url)} could not be fetched: {error}") from error
    if not data:
        raise MediaError(f"{shown(url)} is empty (0 bytes)")
    return data


def _bounded(answer: HTTPResponse, url: str) -> bytes:
    deadline = time.monotonic() + FETCH_DEADLINE
    data = bytearray()
    while part := answer.read1(1 << 16):
        data += part
        if len(data) > MAX_FETCH_BYTES:
            raise MediaError(f"{shown(url)} is larger than {MAX_FETCH_BYTES // 2**20} MB: download it first")
        if time.monotonic() > deadline:
            raise MediaError(f"{shown(url)} takes longer than {FETCH_DEADLINE:.0f} s: download it first")
    return bytes(data)
