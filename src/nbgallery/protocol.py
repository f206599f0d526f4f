"""The message vocabulary between views and kernel. Twin of ``js/src/protocol.ts``; a test holds them equal.

A view's message is checked here as if a stranger had sent it, and becomes a dataclass of plain numbers; what
is wrong with it is a :class:`ProtocolError`, whose text goes back to the view.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypedDict, cast, get_args

PROTOCOL_VERSION = 1

#: No message from the kernel carries a larger buffer: VS Code's bridge turns buffers into arrays of numbers.
MAX_BUFFER_BYTES = 262_144

#: Batches (and original chunks) that the kernel may have under way to a view without an ``ack``.
MAX_UNACKNOWLEDGED = 4

#: Thumbnail sizes in pixels of the longer side, smallest first.
THUMBNAIL_EDGES = (128, 256, 512, 1024)

#: A ``want`` names at most this many items; the rest is asked for when these have come.
MAX_WANTED_ITEMS = 512

#: Page traits, ``_page_0`` to ``_page_<PAGE_COUNT - 1>``.
PAGE_COUNT = 3

ViewKind = Literal["ready", "want", "ack", "open", "event", "find"]
KernelKind = Literal["thumbs", "original", "splice", "selection", "status", "error"]
OpenPurpose = Literal["view", "poster", "download", "archive"]
EventName = Literal["select", "deselect", "preview_open", "preview_close", "selection", "button"]
EventTarget = Literal["grid", "lightbox", "strip", "toolbar"]
SpliceOperationName = Literal["splice", "move", "caption", "reset"]

VIEW_KINDS = get_args(ViewKind)
KERNEL_KINDS = get_args(KernelKind)
OPEN_PURPOSES = get_args(OpenPurpose)
EVENT_NAMES = get_args(EventName)
EVENT_TARGETS = get_args(EventTarget)
SPLICE_OPERATIONS = get_args(SpliceOperationName)

#: Ids of views and buttons are short random strings of our own making.
_MAX_NAME_LENGTH = 64

#: A selection may be any set of items, but one message names at most this many ranges of it.
_MAX_RANGES = 100_000

#: Neighbours of an original: more than a few would only delay what is shown next.
_MAX_PREFETCH = 8

#: What a person types to look for.
MAX_TEXT_LENGTH = 500

#: Headings beyond these help nobody, and each travels with every change.
MAX_GROUPS = 10_000

#: As much of a group's label is sent.
MAX_LABEL_LENGTH = 200

_PAIR_LENGTH = 2

#: As much of a wrong value is repeated in the answer.
_MAX_SHOWN = 60

#: JavaScript's largest exact integer; no index, count or revision comes near it.
_MAX_INTEGER = 2**53 - 1

Range = tuple[int, int]

#: Headings with their numbers of items, in the order of positions; None while nothing is grouped.
Groups = list[tuple[str, int]]


class ProtocolError(ValueError):
    """A message from the browser is not one of ours; the text says what is wrong with it."""


class EntryHeader(TypedDict, total=False):
    """One item as the views see it, beside the bytes of its thumbnail."""

    index: int
    bytes: int
    part: tuple[int, int]
    kind: str
    mime: str
    width: int
    height: int
    color: str
    caption: str | None
    name: str
    edge: int
    complete: bool
    url: str
    error: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A view (or, with an empty ``view``, the model) is listening. Answered with ``status``."""

    view: str


@dataclass(frozen=True, slots=True)
class Want:
    """All that a view needs now, most urgent first; replaces its previous ``want``."""

    view: str
    number: int
    revision: int
    edge: int
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Ack:
    """A batch or a chunk has been taken in."""

    view: str
    batch: int


@dataclass(frozen=True, slots=True)
class Open:
    """Bytes of an item in full; a new one replaces the view's previous one of the same purpose."""

    view: str
    rid: int
    revision: int
    purpose: OpenPurpose
    index: int | None
    prefetch: tuple[int, ...]
    ranges: tuple[Range, ...] | None


@dataclass(frozen=True, slots=True)
class PersonEvent:
    """Something that a person did."""

    view: str
    name: EventName
    revision: int
    target: EventTarget
    index: int | None
    add: tuple[Range, ...]
    remove: tuple[Range, ...]
    button: str | None


@dataclass(frozen=True, slots=True)
class Find:
    """What a person looks for: a text ("" for no search), or None to undo all that arranges the items."""

    view: str
    text: str | None


ViewMessage = Ready | Want | Ack | Open | PersonEvent | Find


def parse(content: object) -> ViewMessage:
    """Check a message from the browser.

    Parameters
    ----------
    content : object
        What arrived; nothing about it is taken on trust.

    Returns
    -------
    ViewMessage
        The message as one of the dataclasses of this module.

    Raises
    ------
    ProtocolError
        When it is no message of this version, or a field has a wrong type or range.

    Examples
    --------
    >>> parse({"kind": "ack", "v": 1, "view": "a", "batch": 3})
    Ack(view='a', batch=3)
    >>> parse({"kind": "ack", "v": 1, "view": "a", "batch": -3})
    Traceback (most recent call last):
        ...
    nbgallery.protocol.ProtocolError: ack.batch: expected a whole number from 0 to 9007199254740991, not -3
    """
    if not isinstance(content, Mapping):
        msg = f"expected an object, not {type(content).__name__}"
        raise ProtocolError(msg)
    if content.get("v") != PROTOCOL_VERSION:
        msg = f"expected version {PROTOCOL_VERSION}, not {_shown(content.get('v'))}: reload the page"
        raise ProtocolError(msg)
    kind = content.get("kind")
    reader = _PARSERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        msg = f"unknown kind {_shown(kind)}"
        raise ProtocolError(msg)
    return reader(_Fields(cast("str", kind), content))


class _Fields:
    """Reads the fields of one message, each with its check."""

    def __init__(self, kind: str, content: Mapping[str, Any]) -> None:
        self._kind = kind
        self._content = content

    def _wrong(self, name: str, expected: str) -> ProtocolError:
        return ProtocolError(
            f"{self._kind}.{name}: expected {expected}, not {_shown(self._content.get(name))}"
        )

    def integer(self, name: str, low: int = 0, high: int = _MAX_INTEGER) -> int:
        value = self._content.get(name)
        if not _is_integer(value, low, high):
            raise self._wrong(name, f"a whole number from {low} to {high}")
        return cast("int", value)

    def optional_integer(self, name: str) -> int | None:
        return None if self._content.get(name) is None else self.integer(name)

    def name(self, name: str) -> str:
        value = self._content.get(name)
        if not isinstance(value, str) or len(value) > _MAX_NAME_LENGTH:
            raise self._wrong(name, f"a string of at most {_MAX_NAME_LENGTH} characters")
        return value

    def optional_name(self, name: str) -> str | None:
        return None if self._content.get(name) is None else self.name(name)

    def optional_text(self, name: str) -> str | None:
        value = self._content.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > MAX_TEXT_LENGTH):
            raise self._wrong(name, f"a string of at most {MAX_TEXT_LENGTH} characters, or null")
        return value

    def one_of(self, name: str, allowed: tuple[Any, ...]) -> Any:
        value = self._content.get(name)
        if isinstance(value, bool) or value not in allowed:
            raise self._wrong(name, f"one of {', '.join(map(str, allowed))}")
        return value

    def integers(self, name: str, most: int) -> tuple[int, ...]:
        value = self._content.get(name)
        if not isinstance(value, list) or len(value) > most or not all(_is_integer(one) for one in value):
            raise self._wrong(name, f"a list of at most {most} whole numbers")
        return tuple(value)

    def ranges(self, name: str, most: int = _MAX_RANGES) -> tuple[Range, ...]:
        value = self._content.get(name)
        if not isinstance(value, list) or len(value) > most or not all(map(_is_range, value)):
            raise self._wrong(name, f"a list of at most {most} pairs [start, stop]")
        return tuple((start, stop) for start, stop in value)

    def optional_ranges(self, name: str) -> tuple[Range, ...] | None:
        return None if self._content.get(name) is None else self.ranges(name)


def _parse_ready(fields: _Fields) -> Ready:
    return Ready(view=fields.name("view"))


def _parse_want(fields: _Fields) -> Want:
    ranges = fields.ranges("ranges", MAX_WANTED_ITEMS)
    wanted = sum(stop - start for start, stop in ranges)
    if wanted > MAX_WANTED_ITEMS:
        msg = f"want.ranges: expected at most {MAX_WANTED_ITEMS} items, not {wanted}"
        raise ProtocolError(msg)
    return Want(
        view=fields.name("view"),
        number=fields.integer("number"),
        revision=fields.integer("revision"),
        edge=fields.one_of("edge", THUMBNAIL_EDGES),
        ranges=ranges,
    )


def _parse_ack(fields: _Fields) -> Ack:
    return Ack(view=fields.name("view"), batch=fields.integer("batch"))


def _parse_open(fields: _Fields) -> Open:
    return Open(
        view=fields.name("view"),
        rid=fields.integer("rid"),
        revision=fields.integer("revision"),
        purpose=fields.one_of("purpose", OPEN_PURPOSES),
        index=fields.optional_integer("index"),
        prefetch=fields.integers("prefetch", _MAX_PREFETCH),
        ranges=fields.optional_ranges("ranges"),
    )


def _parse_event(fields: _Fields) -> PersonEvent:
    return PersonEvent(
        view=fields.name("view"),
        name=fields.one_of("name", EVENT_NAMES),
        revision=fields.integer("revision"),
        target=fields.one_of("target", EVENT_TARGETS),
        index=fields.optional_integer("index"),
        add=fields.ranges("add"),
        remove=fields.ranges("remove"),
        button=fields.optional_name("button"),
    )


def _parse_find(fields: _Fields) -> Find:
    return Find(view=fields.name("view"), text=fields.optional_text("text"))


_PARSERS: dict[str, Callable[[_Fields], ViewMessage]] = {
    "ready": _parse_ready,
    "want": _parse_want,
    "ack": _parse_ack,
    "open": _parse_open,
    "event": _parse_event,
    "find": _parse_find,
}


def _is_integer(value: object, low: int = 0, high: int = _MAX_INTEGER) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_range(value: object) -> bool:
    if not isinstance(value, list) or len(value) != _PAIR_LENGTH:
        return False
    return all(map(_is_integer, value)) and value[0] < value[1]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "..."


def thumbs(*, view: str, batch: int, want: int, revision: int, entries: list[EntryHeader]) -> dict[str, Any]:
    """Encoded items: one header each, their bytes one after another in one buffer."""
    return {
        "kind": "thumbs",
        "v": PROTOCOL_VERSION,
        "view": view,
        "batch": batch,
        "want": want,
        "revision": revision,
        "entries": entries,
    }


def original(
    *,
    view: str,
    rid: int,
    batch: int,
    index: int | None,
    offset: int,
    total: int | None,
    last: bool,
    mime: str,
    name: str,
    progress: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """A chunk of an original, a download or an archive."""
    return {
        "kind": "original",
        "v": PROTOCOL_VERSION,
        "view": view,
        "rid": rid,
        "batch": batch,
        "index": index,
        "offset": offset,
        "total": total,
        "last": last,
        "mime": mime,
        "name": name,
        "progress": progress,
    }


def splice(
    *, base: int, revision: int, count: int, operations: list[dict[str, Any]], groups: Groups | None
) -> dict[str, Any]:
    """What changed in the list between ``base`` and ``revision``."""
    return {
        "kind": "splice",
        "v": PROTOCOL_VERSION,
        "base": base,
        "revision": revision,
        "count": count,
        "operations": operations,
        "groups": groups,
    }


def selection(
    *, revision: int, add: list[list[int]], remove: list[list[int]], view: str = ""
) -> dict[str, Any]:
    """The selection changed on the Python side: remove, then add."""
    return {
        "kind": "selection",
        "v": PROTOCOL_VERSION,
        "view": view,
        "revision": revision,
        "add": add,
        "remove": remove,
    }


def status(
    *, view: str, revision: int, count: int, selection: list[list[int]], groups: Groups | None
) -> dict[str, Any]:
    """The whole truth in small, answering ``ready``."""
    return {
        "kind": "status",
        "v": PROTOCOL_VERSION,
        "view": view,
        "revision": revision,
        "count": count,
        "selection": selection,
        "groups": groups,
    }


def error(*, view: str, rid: int | None, message: str) -> dict[str, Any]:
    """A request that could not be met (``rid`` names it), or something to tell the person."""
    return {"kind": "error", "v": PROTOCOL_VERSION, "view": view, "rid": rid, "message": message}
