"""Drawing an iterator up to its end, with a progress bar in a notebook."""

from __future__ import annotations

import operator
import time
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

DELAY_SECONDS = 0.5
"""What is drawn faster shows no bar."""

INTERVAL_SECONDS = 0.1


def exhaust(iterable: Iterable[T]) -> list[T]:
    """List what `iterable` gives; in a notebook, a bar shows how far it has come, and goes when it is done.

    Examples
    --------
    >>> exhaust(name for name in ("a.png", "b.png"))
    ['a.png', 'b.png']
    """
    items: list[T] = []
    bar: _Bar | None = None
    due = time.monotonic() + DELAY_SECONDS
    total = operator.length_hint(iterable)
    try:
        for item in iterable:
            items.append(item)
            now = time.monotonic()
            if now >= due:
                due = now + INTERVAL_SECONDS
                bar = bar or _Bar(total)
                bar.show(len(items))
    finally:
        if bar is not None:
            bar.close()
    return items


class _Bar:
    """A progress bar below the cell; outside a notebook, nothing."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._widget: Any = None
        self._output: Any = None
        if not _in_notebook():
            return
        from IPython.display import display  # noqa: PLC0415 (only in a notebook)
        from ipywidgets import IntProgress  # noqa: PLC0415 (only in a notebook)

        self._widget = IntProgress(max=max(total, 1), bar_style="" if total else "info")
        self._output = display(self._widget, display_id=True)  # type: ignore[no-untyped-call]

    def show(self, done: int) -> None:
        if self._widget is None:
            return
        # An iterator of unknown length fills a bar that is always half as long again.
        self._widget.max = max(self._total, done) if self._total else done * 3 // 2 + 1
        self._widget.value = done
        self._widget.description = f"{done:,}"

    def close(self) -> None:
        if self._widget is None:
            return
        self._widget.close()
        if self._output is not None:
            # A saved notebook would else show a widget that is no more.
            self._output.update({"text/plain": ""}, raw=True)


def _in_notebook() -> bool:
    try:
        from IPython import get_ipython  # noqa: PLC0415 (the model works without IPython)
    except ImportError:
        return False
    shell: Any = get_ipython()
    return shell is not None and getattr(shell, "kernel", None) is not None
