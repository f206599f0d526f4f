"""What a listener is told: the data classes of the events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbgallery.gallery import Gallery

_FILE_KEYS = ("path", "url", "orig_name", "mime_type", "size")


class FileData(Mapping[str, Any]):
    """A picture or video as an event names it, with Gradio's keys.

    Parameters
    ----------
    facts : Mapping
        ``url``, ``orig_name``, ``mime_type`` and ``size`` (bytes), each None where it is not known.
    path : callable
        Returns the path of a file with the item's pixels; called when ``["path"]`` is read, for an array has
        to be written to disk first.

    Examples
    --------
    >>> file = FileData({"orig_name": "cat.png", "mime_type": "image/png"}, path=lambda: "/tmp/cat.png")
    >>> file["path"], file["orig_name"], file["size"]
    ('/tmp/cat.png', 'cat.png', None)
    """

    def __init__(self, facts: Mapping[str, Any], path: Callable[[], object]) -> None:
        self._facts = facts
        self._path = path

    def __getitem__(self, key: str) -> Any:
        if key not in _FILE_KEYS:
            raise KeyError(key)
        return self._path() if key == "path" else self._facts.get(key)

    def __iter__(self) -> Iterator[str]:
        return iter(_FILE_KEYS)

    def __len__(self) -> int:
        return len(_FILE_KEYS)

    def __repr__(self) -> str:
        shown = ", ".join(f"{key}={self._facts.get(key)!r}" for key in _FILE_KEYS[1:])
        return f"FileData({shown})"


@dataclass(frozen=True, slots=True)
class EventData:
    """What every event carries.

    Attributes
    ----------
    target : Gallery
        The gallery in which it happened.
    """

    target: Gallery


@dataclass(frozen=True, slots=True)
class SelectData(EventData):
    """A person selected or deselected an item.

    Attributes
    ----------
    index : int
        Where the item is in the gallery.
    value : dict
        ``{"image": FileData, "caption": …}``, or ``"video"`` in place of ``"image"``.
    selected : bool
        False when the item was deselected.
    """

    index: int
    value: Mapping[str, Any]
    selected: bool


@dataclass(frozen=True, slots=True)
class ChangeData(EventData):
    """The gallery's list changed, by a person or by code.

    Attributes
    ----------
    revision : int
        The list's revision after the change.
    count : int
        How many items there are after the change.
    """

    revision: int
    count: int


@dataclass(frozen=True, slots=True)
class PreviewData(EventData):
    """A person opened or closed the preview.

    Attributes
    ----------
    index : int
        The item that it showed.
    opened : bool
        True when it was opened.
    """

    index: int
    opened: bool
