"""A button of the user's own in the gallery's toolbar."""

from __future__ import annotations

import base64
import contextvars
import inspect
import os
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from nbgallery.describe import describe
from nbgallery.errors import GalleryError, MediaError

F = TypeVar("F", bound=Callable[..., object])

MAX_ICON_LENGTH = 64 * 1024
"""Characters of an icon as data URI: it rides in the widget's state, which every view gets."""


class Button:
    """A button in the toolbar of a gallery that lists it in `buttons`. It can be in several.

    Parameters
    ----------
    label
        What it says, and its name for a screen reader.
    icon
        A small picture before the label: a path, bytes, or a data URI; SVG is best.

    Raises
    ------
    GalleryError
        If `label` is no text, or `icon` no picture, or one of more than 64 KB.

    Examples
    --------
    >>> button = Button("Keep")
    >>> @button.click
    ... def keep():
    ...     print("kept")
    >>> button
    Button('Keep')
    """

    __slots__ = ("__weakref__", "_icon", "_id", "_label", "_listeners")

    def __init__(self, label: str, icon: str | os.PathLike[str] | bytes | None = None) -> None:
        self._label = _checked_label(label)
        self._icon = None if icon is None else _data_uri(icon)
        self._id = uuid.uuid4().hex
        self._listeners: list[tuple[Callable[..., object], contextvars.Context]] = []

    @property
    def label(self) -> str:
        """What the button says."""
        return self._label

    @property
    def icon(self) -> str | None:
        """The picture before the label, as a data URI."""
        return self._icon

    @property
    def id(self) -> str:
        """What the button is called by between browser and kernel."""
        return self._id

    def __repr__(self) -> str:
        return f"Button({describe(self._label)})"

    def click(self, fn: F) -> F:
        """Call `fn` at every click: with the button if it needs an argument, else without.

        Parameters
        ----------
        fn
            Any callable; it may be registered several times, and is then called as often.

        Returns
        -------
        callable
            `fn` itself, so that this is a decorator too.
        """
        _check_listener(fn)
        # What it prints appears below the cell that registered it.
        self._listeners.append((fn, contextvars.copy_context()))
        return fn

    def calls(self) -> list[Callable[[], object]]:
        """Give what a click calls: one function a listener, in the order of registering.

        Examples
        --------
        >>> button = Button("Keep")
        >>> _ = button.click(lambda which: f"{which.label} was clicked")
        >>> [call() for call in button.calls()]
        ['Keep was clicked']
        """
        return [
            partial(context.copy().run, fn, *([self] if _takes_argument(fn) else []))
            for fn, context in self._listeners
        ]

    def to_state(self) -> dict[str, str | None]:
        """Give what the browser needs to draw it."""
        return {"id": self._id, "label": self._label, "icon": self._icon}


def _checked_label(label: object) -> str:
    if isinstance(label, str) and label.strip():
        return label
    raise GalleryError(f"label={describe(label)}: give a text that is not empty")


def _check_listener(fn: object) -> None:
    if not callable(fn) or inspect.iscoroutinefunction(fn):
        raise GalleryError(f"fn={describe(fn)}: give a function that is not async")


def _takes_argument(fn: Callable[..., object]) -> bool:
    # A parameter with a default, as in `lambda i=i: …`, is the user's own and not for us.
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        parameters = inspect.signature(fn).parameters.values()
    except ValueError:
        # Some builtins do not say.
        return False
    return any(
        parameter.kind is parameter.VAR_POSITIONAL
        or (parameter.kind in positional and parameter.default is parameter.empty)
        for parameter in parameters
    )


def _data_uri(icon: object) -> str:
    from nbgallery.media import identify  # noqa: PLC0415 (needs Pillow, which is not everywhere)

    if not isinstance(icon, (str, os.PathLike, bytes)):
        raise GalleryError(f"icon={describe(icon)}: give a path, bytes or a data URI")
    try:
        found = identify(icon)
        if found.kind != "image" or not found.mime or (found.size or 0) > MAX_ICON_LENGTH:
            found_data = None
        else:
            found_data = found.data if found.path is None else Path(found.path).read_bytes()
    except (MediaError, OSError) as error:
        raise GalleryError(f"icon={describe(icon)}: {error}") from error
    if found_data is not None:
        uri = f"data:{found.mime};base64,{base64.b64encode(found_data).decode()}"
        if len(uri) <= MAX_ICON_LENGTH:
            return uri
    raise GalleryError(f"icon={describe(icon)}: give a picture of at most 64 KB as path, bytes or data URI")
