"""The display parameters: each checked and normalised by one pure function, which raises a GalleryError."""

from __future__ import annotations

import difflib
import math
import operator
import re
from collections.abc import Iterable, Sequence
from typing import SupportsFloat, SupportsIndex

from nbgallery.button import Button
from nbgallery.describe import describe
from nbgallery.errors import GalleryError
from nbgallery.sequences import as_captions

BUTTONS = ("share", "download", "download_all", "fullscreen")
OBJECT_FITS = ("contain", "cover", "fill", "none", "scale-down")
TYPES = ("filepath", "pil", "numpy")
MAX_WIDTHS = 6
"""Widths of the gallery that `columns` and `rows` can tell apart."""

_MAX_QUALITY = 100
_MAX_CSS_LENGTH = 80
_MAX_FORMAT_LENGTH = 20
_MAX_PIXELS = 1e6
_CSS_LENGTH = re.compile(r"[A-Za-z0-9 .,%+*/()-]+")
_CSS_UNIT = re.compile(r"[A-Za-z%]")
_NUMBER = re.compile(r"\d+(\.\d+)?|\.\d+")
# No function but these, so that no url() can be slipped in.
_CSS_FUNCTION = re.compile(r"([A-Za-z-]*)\s*\(")
_CSS_FUNCTIONS = {"", "calc", "clamp", "fit-content", "max", "min", "var"}


def columns(value: object) -> list[int]:
    """Check the number of columns: a whole number, or one for each width of the gallery.

    Examples
    --------
    >>> columns(3), columns([1, 2, 3])
    ([3], [1, 2, 3])
    >>> columns(0)
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: columns=0: give a whole number from 1 up, or a list of up to six of them
    """
    return _by_width("columns", value, "give a whole number from 1 up, or a list of up to six of them")


def rows(value: object) -> list[int] | None:
    """Check the rows shown before scrolling: None for as many as there are, else as `columns`."""
    if value is None:
        return None
    return _by_width("rows", value, "give None, a whole number from 1 up, or a list of up to six of them")


def height(value: object) -> str | None:
    """Check the height: a number of pixels or a CSS length.

    Examples
    --------
    >>> height(400), height("50vh"), height("400")
    ('400px', '50vh', '400px')
    """
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        if _NUMBER.fullmatch(text) and float(text) > 0:
            return f"{text}px"
        safe = len(text) <= _MAX_CSS_LENGTH and _CSS_LENGTH.fullmatch(text) and _CSS_UNIT.search(text)
        if safe and all(name.lower() in _CSS_FUNCTIONS for name in _CSS_FUNCTION.findall(text)):
            return text
    else:
        number = _number(value)
        if number is not None and number > 0:
            return f"{number:.6f}".rstrip("0").rstrip(".") + "px"
    raise _wrong("height", value, "give None, a number of pixels above 0, or a CSS length such as '50vh'")


def object_fit(value: object) -> str | None:
    """Check how thumbnails fill their tiles; None is cover."""
    return None if value is None else _one_of("object_fit", value, OBJECT_FITS)


def label(value: object) -> str | None:
    """Check the header's text; None is the default one."""
    return _text_or_none("label", value)


def show_label(value: object) -> bool | None:
    """Check whether the header is shown; None is True."""
    return _flag_or_none("show_label", value)


def container(value: object) -> bool:
    """Check whether there is a border and padding."""
    return _flag("container", value)


def fit_columns(value: object) -> bool:
    """Check whether there are no more columns than items."""
    return _flag("fit_columns", value)


def scale(value: object) -> float | None:
    """Check the share of a box's width."""
    return None if value is None else _at_least_zero("scale", value, "give None or a number from 0 up")


def min_width(value: object) -> float:
    """Check the least width, in pixels."""
    return _at_least_zero("min_width", value, "give a number of pixels from 0 up")


def visible(value: object) -> bool | str:
    """Check whether the gallery is drawn; "hidden" keeps its place.

    Examples
    --------
    >>> visible(True), visible("hidden")
    (True, 'hidden')
    """
    if isinstance(value, str) and value == "hidden":
        return value
    found = _bool(value)
    if found is None:
        raise _wrong("visible", value, "give True, False or 'hidden'")
    return found


def elem_id(value: object) -> str | None:
    """Check the id of the root element."""
    if value is None or (isinstance(value, str) and _is_name(value)):
        return value
    raise _wrong("elem_id", value, "give None or a text without white space")


def elem_classes(value: object) -> list[str]:
    """Check the classes of the root element.

    Examples
    --------
    >>> elem_classes("wide dark"), elem_classes(None)
    (['wide', 'dark'], [])
    """
    if value is None:
        return []
    if isinstance(value, str):
        return value.split()
    if isinstance(value, (list, tuple)) and all(isinstance(name, str) and _is_name(name) for name in value):
        return [str(name) for name in value]
    raise _wrong("elem_classes", value, "give None, a text or a list of texts without white space")


def allow_preview(value: object) -> bool:
    """Check whether a click enlarges."""
    return _flag("allow_preview", value)


def preview(value: object) -> bool | None:
    """Check whether an item is shown enlarged."""
    return _flag_or_none("preview", value)


def render(value: object) -> bool:
    """Check whether the gallery draws at once."""
    return _flag("render", value)


def selected_index(value: object, count: int) -> int | None:
    """Check an index into a gallery of `count` items.

    Examples
    --------
    >>> selected_index(7, 5)
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: selected_index=7: give None or a whole number from 0 to 4
    """
    if value is None:
        return None
    number = _whole(value)
    if number is None or not 0 <= number < count:
        allowed = (
            f"None or a whole number from 0 to {count - 1}" if count else "None, for the gallery is empty"
        )
        raise _wrong("selected_index", value, f"give {allowed}")
    return number


def media_type(value: object) -> str:
    """Check `type`: what `value` hands to Python."""
    return _one_of("type", value, TYPES)


def quality(value: object) -> int | None:
    """Check the quality of encoded arrays and PIL images; None is lossless."""
    if value is None:
        return None
    number = _whole(value)
    if number is None or not 1 <= number <= _MAX_QUALITY:
        raise _wrong("quality", value, "give None (lossless) or a whole number from 1 to 100")
    return number


def encoding_format(value: object) -> str:
    """Check `format`: how arrays and PIL images are encoded.

    Examples
    --------
    >>> encoding_format(".JPG")
    'jpeg'
    """
    from nbgallery.formats import format_name  # noqa: PLC0415 (needs Pillow, which is not everywhere)

    if not isinstance(value, str) or len(value) > _MAX_FORMAT_LENGTH:
        raise _wrong("format", value, "give a format of Pillow's, such as 'webp', 'png' or 'jpeg'")
    return format_name(value)


def captions(value: object, count: int) -> object:
    """Check the captions beside a value of `count` items."""
    return None if value is None else as_captions(value, count)


def buttons(
    value: object,
    *,
    show_share_button: object = None,
    show_download_button: object = None,
    show_fullscreen_button: object = None,
) -> list[str | Button]:
    """Check which buttons the toolbar has, in this order; None is all of the gallery's own.

    Parameters
    ----------
    value
        None or a list of "share", "download", "download_all", "fullscreen" and `Button` objects.
    show_share_button, show_download_button, show_fullscreen_button
        Gradio 5's spellings: False takes a button out (both downloads), True puts it in, None does neither.

    Examples
    --------
    >>> buttons(None, show_download_button=False)
    ['share', 'fullscreen']
    >>> buttons(["download"], show_share_button=True)
    ['download', 'share']
    """
    chosen: list[str | Button] = list(BUTTONS) if value is None else _chosen_buttons(value)
    switches = (
        ("show_share_button", show_share_button, ("share",)),
        ("show_download_button", show_download_button, ("download", "download_all")),
        ("show_fullscreen_button", show_fullscreen_button, ("fullscreen",)),
    )
    for name, given, meant in switches:
        switch = _flag_or_none(name, given)
        if switch is False:
            chosen = [button for button in chosen if isinstance(button, Button) or button not in meant]
        elif switch is True and meant[0] not in chosen:
            chosen.append(meant[0])
    return chosen


def check_keywords(given: Iterable[str], allowed: Iterable[str]) -> None:
    """Raise a TypeError for the first keyword that is not allowed, with the one that was probably meant.

    Examples
    --------
    >>> check_keywords(["colums"], ["columns", "rows"])
    Traceback (most recent call last):
        ...
    TypeError: Gallery() has no parameter 'colums': did you mean 'columns'?
    """
    names = list(allowed)
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            remedy = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(sorted(names))}"
            raise TypeError(f"Gallery() has no parameter {describe(name)}: {remedy}")


def _chosen_buttons(value: object) -> list[str | Button]:
    allowed = "give None or a list of 'share', 'download', 'download_all', 'fullscreen' and Button objects"
    if not isinstance(value, (list, tuple)):
        raise _wrong("buttons", value, allowed)
    chosen: list[str | Button] = []
    for index, button in enumerate(value):
        if not isinstance(button, Button) and not (isinstance(button, str) and button in BUTTONS):
            raise _wrong(f"buttons[{index}]", button, allowed)
        if button in chosen:
            raise _wrong(f"buttons[{index}]", button, "give each button once")
        chosen.append(button)
    return chosen


def _wrong(name: str, value: object, remedy: str) -> GalleryError:
    return GalleryError(f"{name}={describe(value)}: {remedy}")


def _by_width(name: str, value: object, remedy: str) -> list[int]:
    given = [value] if isinstance(value, SupportsIndex) else value
    if isinstance(given, (list, tuple)) and 1 <= len(given) <= MAX_WIDTHS:
        numbers = [number for number in map(_whole, given) if number is not None and number >= 1]
        if len(numbers) == len(given):
            return numbers
    raise _wrong(name, value, remedy)


def _whole(value: object) -> int | None:
    """Give a whole number, of Python's or numpy's; None for anything else, a bool too."""
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        return None
    try:
        return operator.index(value)
    except TypeError:
        # Arrays of more than one number only say so when asked.
        return None


def _number(value: object) -> float | None:
    """Give a finite number, of Python's or numpy's; None for anything else."""
    whole = _whole(value)
    if whole is not None:
        return float(whole) if abs(whole) <= _MAX_PIXELS else None
    if _bool(value) is not None or isinstance(value, (str, bytes)) or not isinstance(value, SupportsFloat):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and abs(number) <= _MAX_PIXELS else None


def _at_least_zero(name: str, value: object, remedy: str) -> float:
    number = _number(value)
    if number is None or number < 0:
        raise _wrong(name, value, remedy)
    return int(number) if number.is_integer() else number


def _bool(value: object) -> bool | None:
    """Give a bool, of Python's or numpy's; None for anything else."""
    if isinstance(value, bool):
        return value
    scalar = type(value).__module__ == "numpy" and type(value).__name__ in {"bool", "bool_"}
    return bool(value) if scalar else None


def _flag(name: str, value: object) -> bool:
    found = _bool(value)
    if found is None:
        raise _wrong(name, value, "give True or False")
    return found


def _flag_or_none(name: str, value: object) -> bool | None:
    if value is None:
        return None
    found = _bool(value)
    if found is None:
        raise _wrong(name, value, "give None, True or False")
    return found


def _text_or_none(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise _wrong(name, value, "give None or a text")


def _one_of(name: str, value: object, allowed: Sequence[str]) -> str:
    if isinstance(value, str) and value in allowed:
        return value
    raise _wrong(name, value, f"give one of {', '.join(map(repr, allowed))}")


def _is_name(text: str) -> bool:
    return bool(text) and not any(character.isspace() or character == "\0" for character in text)
