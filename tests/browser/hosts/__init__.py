"""The notebook applications that the browser tests run in, each with one interface: `NotebookPage`."""

from __future__ import annotations

from tests.browser.hosts.jupyter import JupyterPage
from tests.browser.hosts.page import App, Axe, NotebookPage, OpenNotebook, Screen, Violation
from tests.browser.hosts.vscode import VSCodePage

__all__ = [
    "App",
    "Axe",
    "JupyterPage",
    "NotebookPage",
    "OpenNotebook",
    "Screen",
    "VSCodePage",
    "Violation",
]
