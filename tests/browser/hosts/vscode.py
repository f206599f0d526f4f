"""Widgets as VS Code shows them: its own widget manager in a page of ours, with its bridge simulated."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlencode

import anywidget
from playwright.sync_api import Locator, Page

from tests.browser.hosts.page import RUN_TIMEOUT_MS, WITHIN, NotebookPage
from tests.browser.hosts.server import JupyterServer

SOURCE = Path(__file__).parent / "vscode"
INSTALL_SECONDS = 300
BUILD_SECONDS = 60
OPEN_TIMEOUT_MS = 60_000

HEADERS = {
    "Cache-Control": "no-store",
    # What VS Code's webview forbids: no dialogs of the browser, no fullscreen, no camera.
    "Content-Security-Policy": (
        "sandbox allow-scripts allow-same-origin allow-forms allow-pointer-lock allow-downloads"
    ),
    "Permissions-Policy": "fullscreen=(), camera=()",
}


@dataclass(frozen=True)
class VSCodeSite:
    """The address of the page, and of the Jupyter server that runs its kernels."""

    url: str
    jupyter: JupyterServer


@contextmanager
def vscode_site(folder: Path, jupyter: JupyterServer) -> Iterator[VSCodeSite]:
    """Build the page into `folder` and serve it."""
    _build(folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, name="vscode-site", daemon=True)
        thread.start()
        try:
            yield VSCodeSite(f"http://127.0.0.1:{server.server_port}/index.html", jupyter)
        finally:
            server.shutdown()
            thread.join()


class VSCodePage(NotebookPage):
    """Cells whose outputs share one document, as in VS Code's notebook webview."""

    def __init__(self, page: Page, cells: Sequence[str], site: VSCodeSite) -> None:
        super().__init__(page, cells)
        self._site = site

    def open(self) -> None:
        self._open({"base": self._site.jupyter.url})

    def run_cell(self, index: int, *, check: bool = True, wait: bool = True) -> None:
        call = f"host.runCell({index}, code)"
        if not wait:
            self.page.evaluate(f"code => {{ {_remember(index, call)} }}", self.cells[index])
            return
        self._evaluate(f"{_remember(index, call)} await host.running", self.cells[index])
        if check:
            self.raise_cell_error(index)

    def run_code(self, code: str, timeout_ms: int = RUN_TIMEOUT_MS) -> str:
        return str(self._evaluate("return await host.runCode(code)", code, timeout_ms))

    def output(self, index: int) -> Locator:
        return self.page.locator(f"#container > .output[data-cell='{index}']")

    def cell_error(self, index: int) -> str | None:
        error: str | None = self.page.evaluate("index => window.cellErrors?.[index] ?? null", index)
        return error

    def interrupt(self) -> None:
        self._evaluate("await host.interrupt()")

    def restart(self) -> None:
        self._evaluate("await host.restart()")

    def shut_down(self) -> None:
        self._evaluate("await host.shutdown()")

    def reload(self) -> None:
        """Reload the page on the same kernel; as in VS Code, outputs come back when cells are run again."""
        kernel = self.page.evaluate("() => host.kernelId")
        self._open({"base": self._site.jupyter.url, "kernel": kernel})

    def _open(self, query: dict[str, str]) -> None:
        self.page.goto(f"{self._site.url}?{urlencode(query)}", timeout=OPEN_TIMEOUT_MS)
        self.page.wait_for_function("() => window.host || window.hostFailure", timeout=OPEN_TIMEOUT_MS)
        if failure := self.page.evaluate("() => window.hostFailure"):
            raise RuntimeError(f"the page that stands for VS Code failed: {failure}")

    def _evaluate(self, body: str, code: str = "", timeout_ms: int = RUN_TIMEOUT_MS) -> object:
        run = f"(async () => {{ {body} }})()"
        return self.page.evaluate(
            f"async ([code, ms]) => {{ {WITHIN} return within({run}, ms, 'the kernel'); }}",
            [code, timeout_ms],
        )


def _remember(index: int, call: str) -> str:
    return (
        "window.cellErrors ??= {}; "
        f"delete cellErrors[{index}]; "
        f"host.running = {call}.then(error => {{ cellErrors[{index}] = error; }});"
    )


class _Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *arguments: object) -> None:
        """Stay quiet: the page itself logs what it misses."""


def _build(folder: Path) -> None:
    modules = SOURCE / "node_modules"
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("the page that stands for VS Code is built by npm: install Node.js 20 or later")
    if not (modules / ".package-lock.json").exists():
        subprocess.run([npm, "ci"], cwd=SOURCE, check=True, stdin=subprocess.DEVNULL, timeout=INSTALL_SECONDS)
    build = [npm, "run", "--silent", "build", "--", f"--outfile={folder / 'host.js'}"]
    subprocess.run(build, cwd=SOURCE, check=True, stdin=subprocess.DEVNULL, timeout=BUILD_SECONDS)
    for file in ("index.html", "theme.css", "theme.js"):
        shutil.copy(SOURCE / file, folder)
    shutil.copy(modules / "requirejs" / "require.js", folder)
    shutil.copy(modules / "@vscode" / "jupyter-ipywidgets8" / "dist" / "ipywidgets.js", folder)
    front_end = Path(anywidget.__file__).parent / "nbextension"
    shutil.copytree(front_end, folder / "nbextensions" / "anywidget")
