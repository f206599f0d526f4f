"""The two spellings of the protocol are one, and no message is taken on trust."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbgallery import protocol

TWIN = (Path(__file__).parents[2] / "js/src/protocol.ts").read_text(encoding="utf-8")


def constant(name: str) -> Any:
    """Read a constant of the TypeScript twin."""
    found = re.search(rf"export const {name} = ([^;]+?)(?: as const)?;", TWIN)
    assert found, name
    text = re.sub(r"(?<=\d)_(?=\d)", "", found[1])
    return json.loads(re.sub(r",\s*\]", "]", text))


def fields(interface: str) -> set[str]:
    """Read the field names of an interface of the twin, without those of what it extends."""
    found = re.search(rf"export interface {interface}\b[^{{]*{{(.*?)\n}}", TWIN, re.DOTALL)
    assert found, interface
    return set(re.findall(r"readonly (\w+)\??:", re.sub(r"/\*\*.*?\*/", "", found[1], flags=re.DOTALL)))


@pytest.mark.parametrize(
    "name",
    [
        "PROTOCOL_VERSION",
        "MAX_BUFFER_BYTES",
        "MAX_UNACKNOWLEDGED",
        "MAX_WANTED_ITEMS",
        "MAX_TEXT_LENGTH",
        "PAGE_COUNT",
        "THUMBNAIL_EDGES",
        "VIEW_KINDS",
        "KERNEL_KINDS",
        "OPEN_PURPOSES",
        "EVENT_NAMES",
        "EVENT_TARGETS",
        "SPLICE_OPERATIONS",
    ],
)
def test_constants_are_equal(name: str) -> None:
    ours = getattr(protocol, name)
    assert (list(ours) if isinstance(ours, tuple) else ours) == constant(name)


@pytest.mark.parametrize(
    "interface,ours",
    [
        ("Want", protocol.Want),
        ("Ack", protocol.Ack),
        ("Open", protocol.Open),
        ("PersonEvent", protocol.PersonEvent),
        ("Find", protocol.Find),
    ],
)
def test_what_views_send_has_the_same_fields(interface: str, ours: type) -> None:
    assert fields(interface) | {"view"} == set(get_type_hints(ours))


@pytest.mark.parametrize(
    "interface,message",
    [
        ("Thumbs", protocol.thumbs(view="a", batch=1, want=1, revision=1, entries=[])),
        (
            "Original",
            protocol.original(
                view="a", rid=1, batch=1, index=0, offset=0, total=None, last=True, mime="", name=""
            ),
        ),
        ("Splice", protocol.splice(base=1, revision=2, count=0, operations=[], groups=None)),
        ("SelectionChange", protocol.selection(revision=1, add=[], remove=[])),
        ("Status", protocol.status(view="a", revision=1, count=0, selection=[], groups=None)),
        ("Failure", protocol.error(view="a", rid=None, message="")),
    ],
)
def test_what_the_kernel_sends_has_the_same_fields(interface: str, message: dict[str, Any]) -> None:
    assert fields(interface) | {"kind", "v"} == set(message)
    assert message["kind"] in protocol.KERNEL_KINDS


def test_entries_have_the_same_fields() -> None:
    assert fields("EntryHeader") == set(get_type_hints(protocol.EntryHeader))


GOOD: list[dict[str, Any]] = [
    {"kind": "ready", "v": 1, "view": ""},
    {
        "kind": "want",
        "v": 1,
        "view": "a",
        "number": 1,
        "revision": 1,
        "edge": 256,
        "ranges": [[0, 4], [9, 10]],
    },
    {"kind": "ack", "v": 1, "view": "a", "batch": 1},
    {
        "kind": "open",
        "v": 1,
        "view": "a",
        "rid": 1,
        "revision": 1,
        "purpose": "view",
        "index": 3,
        "prefetch": [4, 2],
        "ranges": None,
    },
    {
        "kind": "event",
        "v": 1,
        "view": "a",
        "name": "selection",
        "revision": 1,
        "target": "grid",
        "index": None,
        "add": [[0, 2]],
        "remove": [],
        "button": None,
    },
]


@pytest.mark.parametrize("message", GOOD, ids=lambda message: message["kind"])
def test_good_messages_are_taken(message: dict[str, Any]) -> None:
    parsed = protocol.parse(message)
    assert type(parsed).__name__.lower().endswith(message["kind"])


BAD_RANGES: list[object] = [[], [[1, 1]], [[2, 1]], [[0, "1"]], [[0, 1, 2]], [0, 513]]
BAD_VALUES = [-1, 2**53, 1.5, "x" * 65, True, *BAD_RANGES, {}, b"x"]


@pytest.mark.parametrize("message", GOOD, ids=lambda message: message["kind"])
def test_a_wrong_field_is_named(message: dict[str, Any]) -> None:
    for name in message.keys() - {"kind", "v"}:
        refused = 0
        for bad in BAD_VALUES:
            try:
                protocol.parse({**message, name: bad})
            except protocol.ProtocolError as error:
                assert f"{message['kind']}.{name}" in str(error)  # noqa: PT017 - most values are good somewhere
                refused += 1
        assert refused > len(BAD_VALUES) // 2, name


def test_a_want_of_too_much_is_refused() -> None:
    with pytest.raises(protocol.ProtocolError, match="at most 512 items, not 513"):
        protocol.parse({**GOOD[1], "ranges": [[0, 513]]})


def test_another_version_is_told_to_reload() -> None:
    with pytest.raises(protocol.ProtocolError, match="reload the page"):
        protocol.parse({**GOOD[0], "v": 2})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def spoiled(good: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(sorted(good)), JSON).map(lambda bad: {**good, **bad})


@given(JSON | st.sampled_from(GOOD).flatmap(spoiled))
def test_anything_is_refused_or_understood(content: object) -> None:
    try:
        protocol.parse(content)
    except protocol.ProtocolError as error:
        assert len(str(error)) < 300  # noqa: PT017 - either outcome is right
