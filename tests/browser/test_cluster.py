"""The cluster's notebook in a real JupyterLab: its tiles carry the id of the worker that made them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.galleries import expect_shown, root
from tests.browser.hosts import NotebookPage, OpenNotebook
from tests.browser.test_notebooks import BROKEN, DRAWN, NOTEBOOKS, cell_with, code_cells

#: The workers import nbgallery first, all at once.
PATIENCE_MS = 60_000
CELLS = code_cells(NOTEBOOKS / "cluster.ipynb")
#: The process that drew each tile's picture, read off its pixels.
PROCESSES = """
tiles => tiles.map(tile => {
  const image = tile.querySelector('img');
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { colorSpace: 'srgb' });
  context.drawImage(image, 1, 1, 1, 1, 0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return red << 16 | green << 8 | blue;
})
"""
#: Pictures that are begun, and end when they are told to.
HELD = """
import time
from pathlib import Path
from tempfile import mkdtemp

folder = Path(mkdtemp())

class Held(WhoDrewMe):
    def __array__(self, dtype=None, copy=None):
        (folder / f"{os.getpid()}.begun").touch()
        deadline = time.monotonic() + 60
        while not (folder / "go").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return super().__array__()

held = Gallery(
    [(Held(), f"Picture {number}") for number in range(40)],
    columns=8,
    label="Held",
    executor=client.get_executor(),
)
held
"""
KILL = """
import signal
deadline = time.monotonic() + 60
while not (begun := list(folder.glob("*.begun"))):
    assert time.monotonic() < deadline
    time.sleep(0.02)
killed = int(begun[0].stem)
assert killed != os.getpid()
os.kill(killed, signal.SIGKILL)
(folder / "go").touch()
print(killed)
"""
LOOK = cell_with(CELLS, "gallery = Gallery(")
CLOSE = cell_with(CELLS, "cluster.close()")


def shown_processes(output: Locator) -> set[int]:
    return set(root(output).locator("[role=option]").evaluate_all(PROCESSES))


def expect_all_drawn(output: Locator) -> None:
    output.scroll_into_view_if_needed()
    expect(output.get_by_role("option").first).to_be_visible()
    missing = output.locator(f"[role=option]:not({DRAWN}, {BROKEN}, .nbg-away)")
    expect(missing).to_have_count(0, timeout=PATIENCE_MS)
    expect_shown(output, PATIENCE_MS)


def run_until(page: NotebookPage, index: int) -> None:
    for each in range(index):
        page.run_cell(each)


@pytest.mark.timeout(240)  # it starts two processes more than others, and JupyterLab's kernel beside them
def test_tiles_say_which_worker_has_made_them(notebook: OpenNotebook):
    page = notebook(CELLS)
    run_until(page, CLOSE)
    output = page.output(LOOK)
    expect_all_drawn(output)
    kernel = int(page.run_code("print(os.getpid())"))
    workers = {int(word) for word in page.run_code("print(*workers)").split()}
    shown = shown_processes(output)
    assert kernel not in shown
    assert len(shown) >= 2
    assert shown == workers
    expect(page.output(cell_with(CELLS, "cache_info"))).to_contain_text("CacheInfo(thumbnails=")
    page.run_cell(CLOSE)


@pytest.mark.timeout(240)  # likewise
def test_a_worker_killed_in_the_middle_leaves_no_error_tile(notebook: OpenNotebook):
    page = notebook([*CELLS[:CLOSE], HELD, CELLS[CLOSE]])
    run_until(page, CLOSE)
    page.run_cell(CLOSE)
    killed = int(page.run_code(KILL))
    output = page.output(CLOSE)
    expect_all_drawn(output)
    expect(root(output).locator(BROKEN)).to_have_count(0)
    assert page.run_code("print(held.errors)") == "[]"
    shown = shown_processes(output)
    assert killed not in shown
    assert int(page.run_code("print(os.getpid())")) not in shown
    page.run_code("held.close()")
    page.run_cell(CLOSE + 1)
