"""What is said of an item from a record of the user's: a field, several, a format string, or a function."""

from __future__ import annotations

import difflib
import math
import re
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from nbgallery.describe import describe
from nbgallery.errors import GalleryError

_MOST_LISTED = 20

Caption: TypeAlias = Callable[[Any], "str | None"]

#: Fields that are a caption when nothing is said of it, the first of them that there is.
CAPTION_NAMES = ("caption", "captions", "text", "title", "description", "prompt", "label")

#: Fields that are the picture when nothing is said of it.
MEDIA_NAMES = frozenset(
    [
        "image",
        "images",
        "img",
        "imgs",
        "picture",
        "pictures",
        "photo",
        "photos",
        "path",
        "paths",
        "image_path",
        "img_path",
        "file_path",
        "file",
        "files",
        "file_name",
        "filename",
        "filepath",
        "url",
        "urls",
        "uri",
        "image_url",
        "img_url",
        "media",
        "video",
        "videos",
    ]
)

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MEDIA_WORDS = MEDIA_NAMES | {"filename", "filepath"}


def missing(value: object) -> bool:
    """Tell whether a value stands for none: None, NaN, NaT, NA.

    Examples
    --------
    >>> missing(None), missing(float("nan")), missing("")
    (True, True, False)
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and math.isnan(value)


def nearest(name: object, names: Iterable[object]) -> str:
    """Name what there is, the most similar first, for an error.

    Examples
    --------
    >>> nearest("imgae", ["label", "image"])
    "did you mean 'image'? There are 'label', 'image'"
    """
    texts = [str(each) for each in names]
    close = difflib.get_close_matches(str(name).casefold(), [text.casefold() for text in texts], 1)
    hint = next((text for text in texts if close and text.casefold() == close[0]), None)
    listed = ", ".join(map(repr, texts[:_MOST_LISTED])) + (", …" if len(texts) > _MOST_LISTED else "")
    there = f"there are {listed}" if texts else "there are none"
    return there if hint is None else f"did you mean {hint!r}? {there[:1].upper()}{there[1:]}"


def media_name(names: Sequence[str], parameter: str, kind: str) -> str:
    """Choose the field whose name says that it is the picture.

    Parameters
    ----------
    names : sequence of str
        The fields that could be.
    parameter, kind : str
        How the error calls the parameter that names it, and a field.

    Examples
    --------
    >>> media_name(["label", "image"], "media", "column")
    'image'
    >>> media_name(["id", "imagePath"], "media", "column")
    'imagePath'
    >>> media_name(["left", "right"], "media", "column")
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: media=None: which column has the pictures? There are 'left', 'right'
    """
    exact = [name for name in names if name.casefold() in MEDIA_NAMES]
    similar = [
        name for name in names if any(word.casefold() in _MEDIA_WORDS for word in _WORDS.findall(name))
    ]
    for found in (exact, similar):
        if len(found) == 1:
            return found[0]
        if found:
            several = " or ".join(repr(name) for name in found)
            raise GalleryError(f"{parameter}=None: which {kind} has the pictures, {several}?")
    there = ", ".join(map(repr, names)) or "none"
    raise GalleryError(f"{parameter}=None: which {kind} has the pictures? There are {there}")


def caption_of_fields(caption: object, fields: Sequence[object], kind: str, media: object = None) -> Caption:
    """Make the function that gives the caption of a record.

    Parameters
    ----------
    caption
        A field, a list of fields, a format string such as ``"{label}: {score:.2f}"``, a function of the
        record, None for the field that is called so, False for none.
    fields
        The fields that there are.
    kind
        How an error calls a field.
    media
        The field that is the picture; it is not chosen by itself.

    Examples
    --------
    >>> caption_of_fields("{a}: {b:.1f}", ["a", "b"], "column")({"a": "cat", "b": 0.25})
    'cat: 0.2'
    >>> caption_of_fields(None, ["a", "Title"], "column")({"a": 1, "Title": "T"})
    'T'
    """
    if caption is False:
        return _nothing
    if caption is None:
        named = {str(field).casefold(): field for field in reversed(fields) if field != media}
        found = next((named[name] for name in CAPTION_NAMES if name in named), None)
        return _nothing if found is None else _of_field(found)
    if isinstance(caption, (str, int, tuple)) and not isinstance(caption, bool) and caption in fields:
        return _of_field(caption)
    if isinstance(caption, str) and "{" in caption:
        return _of_format(caption, fields, kind)
    if isinstance(caption, (list, tuple)) and caption:
        for field in caption:
            _check_field(field, fields, kind, caption)
        chosen = tuple(caption)
        return lambda record: ", ".join(filter(None, (text_of(record[field]) for field in chosen))) or None
    if callable(caption):
        return caption
    _check_field(caption, fields, kind, caption)
    raise AssertionError


def _check_field(field: object, fields: Sequence[object], kind: str, caption: object) -> None:
    if isinstance(field, (str, int)) and field in fields:
        return
    raise GalleryError(f"caption={describe(caption)}: no {kind} {describe(field)}; {nearest(field, fields)}")


def _nothing(_record: object) -> None:
    return None


def _of_field(field: object) -> Caption:
    return lambda record: text_of(record[field])


def text_of(value: object) -> str | None:
    """Write a value as a caption has it; None for one that is missing.

    Examples
    --------
    >>> text_of(3), text_of(None)
    ('3', None)
    """
    return None if missing(value) else str(value)


class _Formatter(string.Formatter):
    """Writes nothing for what is missing."""

    def __init__(self) -> None:
        super().__init__()
        self.record: Mapping[Any, object] = {}

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        del args
        return kwargs[key] if isinstance(key, str) else kwargs[str(key)]

    def format_field(self, value: Any, format_spec: str) -> str:
        return "" if missing(value) else str(super().format_field(value, format_spec))


def _of_format(caption: str, fields: Sequence[object], kind: str) -> Caption:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(caption) if name is not None]
    except ValueError as error:
        raise GalleryError(f"caption={describe(caption)}: no format string ({error})") from None
    known = {str(field): field for field in fields}
    for name in names:
        first = re.split(r"[.\[]", name, maxsplit=1)[0]
        if first not in known:
            raise GalleryError(
                f"caption={describe(caption)}: no {kind} {describe(first)}; {nearest(first, fields)}"
            )
    formatter = _Formatter()
    return lambda record: formatter.vformat(caption, (), _ByText(record, known)) or None


class _ByText(Mapping[str, Any]):
    """A record whose fields are found by what they are called, for they may be numbers."""

    def __init__(self, record: Mapping[Any, object], known: Mapping[str, object]) -> None:
        self._record = record
        self._known = known

    def __getitem__(self, name: str) -> Any:
        return self._record[self._known[name]]

    def __iter__(self) -> Any:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
