"""The quickstart, run top to bottom in a real JupyterLab, and the server that `make demo` starts."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.hosts import NotebookPage, OpenNotebook

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
STOP_SECONDS = 20

# ZeroMQ's own connections are not Python's, so the kernel talking to Jupyter is not among these.
WATCH_NETWORK = """
import sys
reached = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        reached.append(arguments[1][0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        reached.append(arguments[0])
sys.addaudithook(watch)
"""
WHO_WAS_REACHED = "print([host for host in reached if host not in ('127.0.0.1', 'localhost', '::1', None)])"
SHOWS_WIDGET = """
index => {
  const { outputs } = window.jupyterapp.shell.currentWidget.content.widgets[index].model;
  const all = Array.from({ length: outputs.length }, (_, i) => outputs.get(i).data);
  return all.some(data => 'application/vnd.jupyter.widget-view+json' in data);
}
"""
DRAWN = "[data-drawn]"
BROKEN = "[data-kind=error]"


def test_quickstart_top_to_bottom(notebook: OpenNotebook):
    """That nothing of the page's leaves the machine is watched by the fixture."""
    cells = code_cells(NOTEBOOKS / "quickstart.ipynb")
    page = notebook(cells)
    page.run_code(WATCH_NETWORK)
    page.run_all()
    shown = [index for index in range(len(cells)) if page.page.evaluate(SHOWS_WIDGET, index)]
    assert len(shown) >= 10
    for index in shown:
        every_tile_is_drawn(page, index)
    reasons = page.output(cell_with(cells, "missing.png")).locator(BROKEN)
    expect(reasons).to_have_count(2)
    expect(reasons.nth(0)).to_have_accessible_name(re.compile("truncated"))
    expect(reasons.nth(1)).to_have_accessible_name(re.compile("there is no file .missing.png."))

    clicks = page.output(cell_with(cells, "@clicks.select"))
    clicks.get_by_role("option").nth(1).click()
    expect(clicks).to_contain_text("1 Chelsea, a cat selected")
    choice = page.output(cell_with(cells, "@remove.click"))
    choice.get_by_role("button", name="Remove").click()
    expect(choice.get_by_role("option", name="Chelsea, a cat")).to_have_count(0)
    expect(choice.get_by_role("option")).to_have_count(6)
    assert page.run_code(WHO_WAS_REACHED) == "[]"


def test_readme_lists_the_keys_that_are_shown(notebook: OpenNotebook):
    page = notebook(["import numpy as np, nbgallery\nnbgallery.Gallery([np.eye(9)])"])
    page.run_cell(0)
    output = page.output(0)
    output.get_by_role("option").focus()
    shown = keys_shown(page)
    page.page.keyboard.press("Enter")
    expect(output.get_by_role("dialog")).to_be_visible()
    shown |= keys_shown(page)
    readme = (NOTEBOOKS.parent / "README.md").read_text(encoding="utf-8")
    section = readme.partition("\n## Keys\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [^|]*\| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    assert {(key, text) for keys, text in rows for key in re.split(",? ", keys)} == shown


def test_demo_serves_the_quickstart(tmp_path: Path):
    folders = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    own = {f"JUPYTER_{name}": str(tmp_path / name.lower()) for name in folders}
    own |= {f"JUPYTERLAB_{name}_DIR": str(tmp_path / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    environment = {**os.environ, **own, "BROWSER": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    keyboard, terminal = os.openpty()  # JupyterLab handles Ctrl+C only where there is a keyboard
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, str(NOTEBOOKS / "serve.py")],
            env=environment,
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as server,
    ):
        try:
            assert server.stdout is not None
            address = next(line.strip() for line in server.stdout if line.startswith("http"))
            with urllib.request.urlopen(address, timeout=STOP_SECONDS) as response:
                page = response.read().decode()
            assert response.url.partition("?")[0].endswith("/lab/tree/quickstart.ipynb")
            assert re.search(r'"disabledExtensions": \[[^]]*apputils-extension:announcements"', page)
            server.send_signal(signal.SIGINT)
            assert server.wait(STOP_SECONDS) == 0, (tmp_path / "log").read_text()
        finally:
            server.kill()
            os.close(keyboard)
            os.close(terminal)


def code_cells(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def cell_with(cells: list[str], text: str) -> int:
    return next(index for index, cell in enumerate(cells) if text in cell)


def keys_shown(page: NotebookPage) -> set[tuple[str, str]]:
    page.page.keyboard.press("?")
    panel = page.output(0).get_by_role("dialog", name="Keys")
    expect(panel).to_be_visible()
    rows = panel.locator("dt")
    found = {
        (key, rows.nth(row).locator("xpath=following-sibling::dd[1]").inner_text())
        for row in range(rows.count())
        for key in rows.nth(row).locator("kbd").all_inner_texts()
    }
    page.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    return found


def every_tile_is_drawn(page: NotebookPage, index: int) -> None:
    output = page.output(index)
    output.scroll_into_view_if_needed()
    expect(output.get_by_role("option").first).to_be_visible()
    expect(output.locator(f"[role=option]:not({DRAWN}, {BROKEN}, .nbg-away)")).to_have_count(0)
    expect(output.locator(f"[role=option]{DRAWN}").first).to_be_visible()
