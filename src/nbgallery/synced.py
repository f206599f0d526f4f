"""A widget whose every message leaves by its wire, and whose observers are told outside its lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import anywidget
import traitlets as t
from ipywidgets.widgets.widget import _remove_buffers

from nbgallery.turn import Turn
from nbgallery.wire import Parcel, Wire


class Guarded(t.Any):
    """An attribute that is checked and set in one turn: what it may be can change at any time, with the list.

    Parameters
    ----------
    rule : callable
        Returns the value to keep, given one and the widget; raises `GalleryError`.
    default : object
        Its value when none is given.
    read : callable, optional
        Reads what is given before the turn begins: it may be an iterable of the user's own.
    """

    # None is for the rule to judge.
    allow_none = False

    def __init__(
        self,
        rule: Callable[[Any, Any], object],
        default: object = None,
        read: Callable[[Any], object] = lambda value: value,
    ) -> None:
        super().__init__(default_value=default)
        self._rule = rule
        self._read = read

    def validate(self, obj: Any, value: object) -> object:
        """Check a value that is assigned."""
        return self._rule(value, obj)

    def set(self, obj: Any, value: Any) -> None:
        """Check and keep a value that is assigned; observers are told when the turn is over."""
        given = self._read(value)
        with obj._turn():  # noqa: SLF001 - a trait belongs to the class that has it
            super().set(obj, given)


class SyncedWidget(anywidget.AnyWidget):
    """Where ipywidgets assumes one thread, a gallery has a lock and a thread that sends.

    ``_turn`` and ``_wire`` are there before the widget's own constructor runs.
    """

    _turn: Turn
    _wire: Wire

    def set_quietly(self, **state: object) -> None:
        """Set attributes to what the views know, or are told by other means: nothing is sent."""
        with self._turn():
            for name, new in state.items():
                old = getattr(self, name)
                if old is new or (type(old) is type(new) and old == new):
                    continue
                # Around the widget's own way, which sends, and through which threads lose each other's
                # changes.
                self._trait_values[name] = new
                change = t.Bunch(name=name, old=old, new=new, owner=self, type="change", quiet=True)
                self._turn.afterwards(partial(t.HasTraits.notify_change, self, change))

    def notify_change(self, change: t.Bunch) -> None:
        """Send what code has set, and tell who observes it."""
        self._turn.afterwards(partial(super().notify_change, change))

    def send_state(self, key: str | Iterable[str] | None = None) -> None:
        """Send attributes (all, by default), with the values that they have when they leave."""
        names = self.keys if key is None else [key] if isinstance(key, str) else list(key)
        if self.comm is not None and names:
            self._wire.traits_changed(names)

    def _send(self, msg: dict[str, Any], buffers: list[Any] | None = None) -> None:
        if self.comm is not None:
            self._wire.post(lambda: [Parcel(msg, buffers or [])])

    def _transmit(self, parcel: Parcel) -> None:
        comm = self.comm
        # None since a moment ago, when the gallery was closed meanwhile.
        if comm is not None:
            comm.send(data=parcel.data, buffers=parcel.buffers)

    def _state_parcel(self, names: Sequence[str]) -> Parcel:
        state, paths, buffers = _remove_buffers(self.get_state(names))
        return Parcel({"method": "update", "state": state, "buffer_paths": paths}, buffers)
