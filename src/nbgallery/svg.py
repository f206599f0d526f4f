"""SVG as text: is it one, how large is it, can an ``<img>`` draw it. Nothing is expanded, nothing is run."""

from __future__ import annotations

import math
import re

from nbgallery.errors import MediaError

_DEFAULT_SIZE = (300, 150)  # what CSS gives a picture that states no size

_UNITS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 96 / 25.4,
    "q": 96 / 101.6,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
}

_START = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?svg(?![\w:.-])")
_TAG = re.compile(r"<(?:([A-Za-z_][\w.-]*):)?svg(?=[\s/>])((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
# The look-behind keeps a megabyte of letters without "=" from being tried from each of its letters.
_ATTRIBUTE = re.compile(r"(?<![\w:.-])([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LENGTH = re.compile(r"\s*\+?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d{1,3})?\s*([a-zA-Z]*)\s*\Z", re.IGNORECASE)
_SPACE = re.compile(r"\s*")
_NAMESPACE = "http://www.w3.org/2000/svg"


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _root(text: str, pattern: re.Pattern[str] = _TAG) -> re.Match[str] | None:
    """Find the opening tag of the root element behind declarations, comments and a document type."""
    at = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if text.startswith("<?", at):
            end = text.find("?>", at)
            at = end + 2
        elif text.startswith("<!--", at):
            end = text.find("-->", at)
            at = end + 3
        elif text.startswith("<!", at):
            end = text.find(">", at)
            subset = text.find("[", at)
            if 0 <= subset < end:
                closing = text.find("]", subset)
                end = text.find(">", closing) if closing >= 0 else -1
            at = end + 1
        else:
            return pattern.match(text, at)
        if end < 0:
            return None


def is_svg(head: bytes) -> bool:
    """Tell whether bytes are an SVG document, by its root element.

    Parameters
    ----------
    head : bytes
        The document, or its first kilobytes.

    Examples
    --------
    >>> is_svg(b'<?xml version="1.0"?><!-- <b> --><svg width="1"/>'), is_svg(b"<html><svg></svg></html>")
    (True, False)
    """
    return is_markup(head) and _root(_text(head), _START) is not None


def is_markup(head: bytes) -> bool:
    r"""Tell whether bytes start as XML or HTML does.

    Examples
    --------
    >>> is_markup(b"\xef\xbb\xbf <!-- "), is_markup(b"RIFF")
    (True, False)
    """
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def size(data: bytes) -> tuple[int, int]:
    """Read the size an SVG asks for, in CSS pixels.

    Parameters
    ----------
    data : bytes
        The document.

    Returns
    -------
    tuple of int
        Width and height, each at least 1: of its attributes, else of its ``viewBox``, else 300 by 150.

    Raises
    ------
    MediaError
        It is no SVG document.

    Examples
    --------
    >>> size(b'<svg width="2in" viewBox="0 0 4 3"></svg>')
    (192, 144)
    """
    root = _root(_text(data))
    if root is None:
        raise MediaError("this is no SVG document: its first element is no complete <svg>")
    attributes = {name: double or single for name, double, single in _ATTRIBUTE.findall(root[2])}
    width, height = _pixels(attributes.get("width")), _pixels(attributes.get("height"))
    box = _box(attributes.get("viewBox"))
    if box is not None:
        if width is None and height is None:
            width, height = box
        elif height is None and width is not None:
            height = width * box[1] / box[0]
        elif width is None and height is not None:
            width = height * box[0] / box[1]
    return _whole(width, _DEFAULT_SIZE[0]), _whole(height, _DEFAULT_SIZE[1])


def _pixels(length: str | None) -> float | None:
    found = _LENGTH.match(length) if length is not None and len(length) <= 64 else None  # noqa: PLR2004 - no length is longer
    if found is None or found[3].lower() not in _UNITS:
        return None
    number = float(found[1] + (found[2] or "")) * _UNITS[found[3].lower()]
    return number if number > 0 and math.isfinite(number) else None


def _box(text: str | None) -> tuple[float, float] | None:
    try:
        _, _, width, height = (float(part) for part in re.split(r"[\s,]+", (text or "").strip()))
    except ValueError:
        return None
    return (width, height) if 0 < width < math.inf and 0 < height < math.inf else None


def _whole(length: float | None, default: int) -> int:
    return default if length is None else int(min(max(round(length), 1), 1_000_000))


def check(data: bytes, name: str) -> None:
    """Raise `MediaError` when the document breaks off before its end.

    Examples
    --------
    >>> check(b"<svg></svg>", "it")
    >>> check(b"<svg><path", "it")
    Traceback (most recent call last):
        ...
    nbgallery.errors.MediaError: it is truncated: the SVG has no end tag
    """
    text = _text(data)
    root = _root(text)
    if root is None:
        raise MediaError(f"{name} is no SVG document, or truncated: its first element is no complete <svg>")
    prefix = f"{root[1]}:" if root[1] else ""
    if not root[2].rstrip().endswith("/") and f"</{prefix}svg" not in text[root.end() :]:
        raise MediaError(f"{name} is truncated: the SVG has no end tag")


def drawable(data: bytes) -> bytes:
    """Give an SVG the namespace without which an ``<img>`` does not draw it.

    Text that was written to stand inside an HTML page often lacks it; other documents come back unchanged.

    Examples
    --------
    >>> drawable(b'<svg width="1"/>')
    b'<svg xmlns="http://www.w3.org/2000/svg" width="1"/>'
    """
    text = _text(data)
    root = _root(text)
    if root is None or root[1] or re.search(r"\sxmlns\s*=", root[2]):
        return data
    at = root.start(2)
    return f'{text[:at]} xmlns="{_NAMESPACE}"{text[at:]}'.encode()
