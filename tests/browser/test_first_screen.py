"""The cost of a first screen follows what is on it, never what is in the list."""

from __future__ import annotations

import json

from tests.browser.galleries import expect_shown, root
from tests.browser.hosts import NotebookPage, OpenNotebook

MAKE_FILES = """
import pathlib, sys, tempfile
import numpy as np
from PIL import Image
from nbgallery import Gallery
folder = pathlib.Path(tempfile.mkdtemp())
def photograph(index):
    path = folder / f"{index:05}.jpg"
    noise = np.random.default_rng(index).integers(0, 255, (6, 8, 3), np.uint8)
    Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC).save(path, quality=90)
    return path
few = [photograph(index) for index in range(100)]
many = few + [photograph(index) for index in range(100, 10_000)]
opened = set()
def note(event, args):
    if event == "open" and str(folder) in str(args[0]):
        opened.add(str(args[0]))
sys.addaudithook(note)
"""

COUNT_BYTES = """
() => {
  window.received = 0;
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  kernel.anyMessage.connect((_, { direction, msg }) => {
    if (direction !== 'recv' || !String(msg.header.msg_type).startsWith('comm')) return;
    const bundle = msg.content.data?.state ?? {};
    const { _esm, _css, ...state } = bundle;
    window.received += JSON.stringify({ ...msg.content.data, state }).length;
    for (const buffer of msg.buffers ?? []) window.received += buffer.byteLength;
  });
}
"""

VISIBLE = """
root => {
  const box = root.querySelector('.nbg-scroller').getBoundingClientRect();
  return [...root.querySelectorAll('[role=option]')].filter(tile => {
    const { top, bottom } = tile.getBoundingClientRect();
    return bottom > box.top && top < box.bottom;
  }).length;
}
"""


def measure(page: NotebookPage, cell: int) -> dict[str, int]:
    """Show a gallery; count the files that it opened, the bytes that came, and its elements."""
    page.run_code("opened.clear()")
    page.page.evaluate("() => { window.received = 0; }")
    page.run_cell(cell)
    output = page.output(cell)
    output.scroll_into_view_if_needed()
    expect_shown(output)
    page.page.wait_for_timeout(1500)  # what else it asks for, unasked pages included, has come by then
    return {
        "opened": json.loads(page.run_code("print(len(opened))")),
        "bytes": page.page.evaluate("() => window.received"),
        "elements": root(output).evaluate("root => root.querySelectorAll('*').length"),
        "visible": root(output).evaluate(VISIBLE),
    }


def test_ten_thousand_files_cost_what_a_hundred_cost(notebook: OpenNotebook):
    page = notebook([MAKE_FILES, "Gallery(few, columns=4)", "Gallery(many, columns=4)"])
    page.run_cell(0)
    page.page.evaluate(COUNT_BYTES)
    of_few, of_many = measure(page, 1), measure(page, 2)
    print(of_few, of_many)
    assert of_many["visible"] == of_few["visible"] > 0
    assert of_many["opened"] <= 2 * of_many["visible"]
    assert of_many["opened"] == of_few["opened"]
    assert of_many["elements"] == of_few["elements"] <= 500
    # The same pictures, in now one batch more, now one less.
    assert abs(of_many["bytes"] - of_few["bytes"]) <= 0.01 * of_few["bytes"]
