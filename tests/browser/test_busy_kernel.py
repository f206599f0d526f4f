"""While a cell runs, a gallery fills its first two screens and goes on filling when it is scrolled."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.galleries import NUMBERED, expect_shown, root, scroll, shown_numbers
from tests.browser.hosts import OpenNotebook

SLEEP = "import time; time.sleep(30); print('slept well')"


@pytest.mark.parametrize(
    "display",
    [
        pytest.param("display(gallery)", id="alone"),
        pytest.param("from ipywidgets import HBox\ndisplay(HBox([gallery]))", id="in a box"),
    ],
)
@pytest.mark.parametrize("same_cell", [True, False], ids=["in the same cell", "in the next cell"])
def test_fills_while_a_cell_runs(notebook: OpenNotebook, display: str, same_cell: bool):  # noqa: FBT001 - a parameter of the test
    # Pictures that are larger than their thumbnails: they have to be made.
    pictures = "[numbered(index, 300) for index in range(500)]"
    show = f"{NUMBERED}\ngallery = Gallery({pictures}, columns=4)\n{display}"
    page = notebook([f"{show}\n{SLEEP}"] if same_cell else [show, SLEEP])
    if not same_cell:
        page.run_cell(0)
        expect_shown(page.output(0))
    page.run_cell(len(page.cells) - 1, wait=False)
    output = page.output(0)
    # Each of these waits less than the cell sleeps.
    expect_shown(output, timeout_ms=8_000)
    height = root(output).locator(".nbg-scroller").evaluate("box => box.clientHeight")
    scroll(output, height)
    expect_shown(output, timeout_ms=6_000)
    scroll(output, 15_000)
    expect_shown(output, timeout_ms=6_000)
    numbers = shown_numbers(output)
    assert max(numbers) > 200
    assert all(number == place for place, number in numbers.items() if number is not None)
    expect(page.output(len(page.cells) - 1)).not_to_contain_text("slept well")
    page.interrupt()
