"""What every host has in common: cells to run, a kernel beside them, and problems that fail the test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypedDict
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page

App = Literal["lab", "notebook", "vscode"]

DEFAULT_TIMEOUT_MS = 30_000
RUN_TIMEOUT_MS = 60_000

# Gives up instead of waiting for ever: Playwright's `evaluate` knows no timeout.
WITHIN = """
const within = (promise, ms, what) => Promise.race([promise, new Promise((_, reject) =>
  setTimeout(() => reject(new Error(`${what}: no answer after ${ms} ms`)), ms))]);
"""


@dataclass(frozen=True)
class Screen:
    """The screen and the person in front of it."""

    width: int = 1280
    height: int = 900
    pixel_ratio: float = 1
    colors: Literal["light", "dark"] = "light"
    touch: bool = False
    reduced_motion: bool = False
    forced_colors: bool = False

    def context(self, browser: Browser) -> BrowserContext:
        """Return a fresh browser context for it."""
        return browser.new_context(
            viewport={"width": self.width, "height": self.height},
            device_scale_factor=self.pixel_ratio,
            color_scheme=self.colors,
            has_touch=self.touch,
            reduced_motion="reduce" if self.reduced_motion else "no-preference",
            forced_colors="active" if self.forced_colors else "none",
        )


class Violation(TypedDict):
    """What axe-core found: the broken rule and the elements that break it."""

    id: str
    impact: str
    help: str
    helpUrl: str
    nodes: list[dict[str, Any]]


class NotebookPage(ABC):
    """A notebook that is open in a host.

    Attributes
    ----------
    page
        The Playwright page.
    cells
        The code of each cell.
    problems
        What went wrong and is ours: errors of scripts that came from a blob (the widget's module), and any
        request that left the machine. The fixture fails the test unless this is empty; a test that expects
        some clears it.
    console
        All that was logged, whoever logged it; shown when the test fails.
    """

    def __init__(self, page: Page, cells: Sequence[str]) -> None:
        self.page = page
        self.cells = list(cells)
        self.problems: list[str] = []
        self.console: list[str] = []
        page.set_default_timeout(DEFAULT_TIMEOUT_MS)
        page.on("pageerror", self._hear_error)
        page.on("console", self._hear_console)
        page.on("request", lambda request: self._hear_request(request.url))
        page.on("websocket", lambda socket: self._hear_request(socket.url))
        # A host asks before it leaves a page with unsaved changes.
        page.on("dialog", lambda dialog: dialog.accept())

    @abstractmethod
    def open(self) -> None:
        """Open the notebook and wait until its kernel is idle."""

    @abstractmethod
    def run_cell(self, index: int, *, check: bool = True, wait: bool = True) -> None:
        """Run one cell.

        Parameters
        ----------
        index
            Which one.
        check
            Raise AssertionError when the cell raised.
        wait
            Return when the cell is done; otherwise at once.
        """

    @abstractmethod
    def run_code(self, code: str, timeout_ms: int = RUN_TIMEOUT_MS) -> str:
        """Run code in the kernel, beside the cells; return what it printed, stripped. Raise if it raised."""

    @abstractmethod
    def output(self, index: int) -> Locator:
        """Return the output area of a cell."""

    @abstractmethod
    def cell_error(self, index: int) -> str | None:
        """Return ``Name: message`` of the error that a cell shows."""

    @abstractmethod
    def interrupt(self) -> None:
        """Interrupt the kernel and wait until it takes code again."""

    @abstractmethod
    def restart(self) -> None:
        """Restart the kernel; the page stays."""

    @abstractmethod
    def shut_down(self) -> None:
        """End the kernel; the page stays."""

    @abstractmethod
    def reload(self) -> None:
        """Save where the host saves, reload the page and wait until it is ready again."""

    def run_all(self, *, check: bool = True) -> None:
        """Run all cells, one after the other, and wait for the last."""
        for index in range(len(self.cells)):
            self.run_cell(index, check=check)

    def raise_cell_error(self, index: int) -> None:
        """Raise AssertionError when a cell shows an error."""
        if error := self.cell_error(index):
            raise AssertionError(f"cell {index} raised {error}")

    def close(self) -> None:
        """Leave the page; what its closing breaks is not the widget's doing."""
        before = list(self.problems)
        self.page.context.close()
        self.problems[:] = before

    def _hear_error(self, error: Error) -> None:
        text = f"{error.name}: {error.message}\n{error.stack}"
        self._hear("page error", text, ours="blob:" in text)

    def _hear_console(self, message: ConsoleMessage) -> None:
        source = message.location.get("url", "")
        ours = source.startswith("blob:") or "blob:" in message.text or "[anywidget]" in message.text
        self._hear(message.type, f"{message.text} ({source})", ours=ours and message.type == "error")

    def _hear_request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
            self._hear("request", f"left the machine: {url[:200]}", ours=True)

    def _hear(self, kind: str, text: str, *, ours: bool) -> None:
        line = f"{kind}: {text[:1000]}"
        self.console.append(line)
        if ours:
            self.problems.append(line)


class OpenNotebook(Protocol):
    """The ``notebook`` fixture: write the cells into a notebook, open it, return its page."""

    def __call__(
        self, cells: Sequence[str], app: App = "lab", screen: Screen = ..., name: str | None = None
    ) -> NotebookPage: ...


Axe = Callable[[Page, str], list[Violation]]
