"""A notebook that is measured: the tests' own page in JupyterLab, with instruments in page and kernel."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, cast

import psutil
from playwright.sync_api import Browser

from tests.browser.hosts import NotebookPage, OpenNotebook, Screen

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
LONG_MS = 50
SCREEN = Screen(width=1400, height=900)

_INSTRUMENTS = (HERE / "page.js").read_text(encoding="utf-8")
_FIRST_CELL = f"""
import sys
sys.path.insert(0, {str(REPOSITORY)!r})
import gc, json
from nbgallery import Gallery
from tests.benchmarks.inside import *
"""


class Script(TypedDict):
    """One script of a long frame: how long, whose, and what called it."""

    duration: float
    ours: bool
    source: str
    name: str
    invoker: str
    type: str


class Frame(TypedDict):
    """One long animation frame."""

    start: float
    duration: float
    scripts: list[Script]


class Jump(TypedDict):
    """Where a jump led, and how long each tile that is seen there was blank, in milliseconds."""

    first: int
    stop: int
    edge: int
    blank: list[float]


class Message(TypedDict):
    """One message between the kernel and the page."""

    direction: str
    type: str
    kind: str
    bundle: int
    buffers: int
    envelope: int
    bytes: int
    operations: int
    thumbnails: list[tuple[int, int]]
    at: float


@dataclass
class Bench:
    """An open notebook with the instruments in it. Its cell 0 is theirs, the others follow."""

    notebook: NotebookPage
    browser: Browser

    @classmethod
    def open(cls, notebook: OpenNotebook, browser: Browser, cells: Sequence[str]) -> Bench:
        """Open a notebook whose first cell, number 0, imports what measures in the kernel, and run that."""
        page = notebook([_FIRST_CELL, *cells], screen=SCREEN)
        page.page.evaluate(_INSTRUMENTS)
        page.run_cell(0)
        return cls(page, browser)

    def do(self, call: str, *arguments: object) -> Any:
        """Call one of the instruments in the page."""
        return self.notebook.page.evaluate(f"arguments => bench.{call}(...arguments)", list(arguments))

    def code(self, code: str, timeout_ms: int = 120_000) -> str:
        """Run code in the kernel."""
        return self.notebook.run_code(code, timeout_ms)

    def ask(self, expression: str, timeout_ms: int = 300_000) -> Any:
        """Return the value of an expression in the kernel that is, or prints as, JSON."""
        return json.loads(self.code(f"print({expression})", timeout_ms))

    def time_cell(self, cell: int, kind: str = "gallery", limit_ms: float = 60_000) -> float | None:
        """Run a cell; return the milliseconds until its first screen is painted, None beyond the limit."""
        return cast("float | None", self.do("timeCell", cell, kind, limit_ms))

    def show(self, cell: int, *, check: bool = True) -> None:
        """Run a cell with a gallery, and wait for its first screen."""
        took = self.time_cell(cell)
        if check and took is None:
            raise AssertionError(f"cell {cell} showed no first screen within a minute")

    def rest(self, milliseconds: float) -> None:
        """Let what is on its way arrive."""
        self.notebook.page.wait_for_timeout(milliseconds)

    # Long frames

    def watch_frames(self) -> None:
        """Take down long frames from now on."""
        self.do("watchFrames")
        self.do("takeFrames")

    def take_frames(self) -> list[Frame]:
        """Return the long frames since the last time."""
        return cast("list[Frame]", self.do("takeFrames"))

    # Messages

    def traffic(self) -> list[Message]:
        """Return the messages since the last time."""
        return cast("list[Message]", self.notebook.page.evaluate("() => window.bench.traffic.splice(0)"))

    def quiet_traffic(self, still_ms: float = 400, limit_s: float = 20) -> list[Message]:
        """Return the messages up to when none has come for a while."""
        messages: list[Message] = []
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            more = self.traffic()
            messages += more
            if not more and messages:
                break
            self.rest(still_ms)
        return messages

    # Scrolling

    def sweep(self, cell: int, steps: int) -> list[float]:
        """Scroll a gallery end to end, a step a frame; return the milliseconds of each frame."""
        return cast(
            "list[float]",
            self.notebook.page.evaluate(
                "([cell, steps]) => bench.sweep(bench.scroller(cell), steps)", [cell, steps]
            ),
        )

    def jumps(self, cell: int, places: Sequence[float], pause_ms: float = 0) -> list[Jump | None]:
        """Jump to one place after the other, as soon as all tiles are filled."""
        return cast("list[Jump | None]", self.do("jumps", cell, list(places), pause_ms))

    # Memory

    def heap(self) -> int:
        """Return the bytes of the page's JavaScript heap after a collection."""
        session = self.notebook.page.context.new_cdp_session(self.notebook.page)
        for _ in range(2):
            session.send("HeapProfiler.collectGarbage")
        session.send("Performance.enable")
        metrics = session.send("Performance.getMetrics")["metrics"]
        session.detach()
        return int(next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize"))

    def browser_memory(self) -> int:
        """Return the bytes that all processes of the browser hold for themselves, blobs included."""
        session = self.browser.new_browser_cdp_session()
        processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
        session.detach()
        return sum(_unique_bytes(each["id"]) for each in processes)


def _unique_bytes(process: int) -> int:
    try:
        return int(psutil.Process(process).memory_full_info().uss)
    except psutil.Error:  # it ended in between
        return 0


def long_scripts(frames: Sequence[Frame]) -> list[Script]:
    """Return the scripts that took longer than they may."""
    return [script for frame in frames for script in frame["scripts"] if script["duration"] > LONG_MS]


def told(scripts: Sequence[Script]) -> str:
    """Name the worst scripts."""
    worst = sorted(scripts, key=lambda script: -script["duration"])[:3]
    return "; ".join(
        f"{script['duration']:.0f} ms {script['name'] or '?'} by {script['invoker'] or script['type']}"
        for script in worst
    )
