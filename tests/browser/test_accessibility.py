"""axe-core finds nothing in a gallery, in whatever state; and the keyboard alone is enough."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.galleries import PHOTOGRAPHS, expect_shown, root, tile
from tests.browser.hosts import Axe, OpenNotebook, Screen

CELL = f"""
{PHOTOGRAPHS}
svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'
hostile = '<img src=x onerror="window.hacked = true"><b>bold</b>'
gallery = Gallery([*photographs, (svg, hostile), ("missing.png", "a file that is not there")] * 3, columns=4,
                  label=hostile)
gallery
"""


@pytest.mark.parametrize("colors", ["light", "dark"])
def test_axe_finds_nothing(notebook: OpenNotebook, axe: Axe, colors: str):
    page = notebook([CELL], screen=Screen(colors="dark" if colors == "dark" else "light"))
    page.run_cell(0)
    output = page.output(0)
    expect(root(output).get_by_role("option").first).to_be_visible()
    page.page.wait_for_timeout(1000)
    assert axe(page.page, ".nbg-root") == []

    tile(output, 1).click(modifiers=["Control"])
    tile(output, 2).click(modifiers=["Control"])
    assert axe(page.page, ".nbg-root") == []

    page.page.keyboard.press("?")
    expect(root(output)).to_contain_text("Select a range")
    assert axe(page.page, ".nbg-root") == []
    page.page.keyboard.press("Escape")

    dialog = root(output).get_by_role("dialog")
    for index in (0, 6, 7):
        tile(output, index).click()
        expect(dialog).to_contain_text(f"{index + 1} / 24")
        page.page.wait_for_timeout(500)
        assert axe(page.page, ".nbg-root") == []
        page.page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()

    page.run_code("gallery.selected_index = 2")
    expect(dialog).to_be_visible()
    page.page.wait_for_timeout(500)
    assert axe(page.page, ".nbg-root") == []
    page.run_code("gallery.preview = False; gallery.value = []")
    expect(root(output).get_by_text("No images yet")).to_be_visible()
    assert axe(page.page, ".nbg-root") == []
    assert page.page.evaluate("() => window.hacked") is None
    assert root(output).locator("b").count() == 0


def test_the_keyboard_alone_is_enough(notebook: OpenNotebook):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    keyboard = page.page.keyboard
    tile(output, 0).focus()
    assert root(output).locator("[role=option][tabindex='0']").count() == 1
    keyboard.press("ArrowRight")
    expect(tile(output, 1)).to_be_focused()
    keyboard.press("ArrowDown")
    expect(tile(output, 5)).to_be_focused()
    keyboard.press("Space")
    keyboard.press("Shift+ArrowRight")
    assert page.run_code("print(list(gallery.selection))") == "[5, 6]"
    keyboard.press("Control+a")
    assert page.run_code("print(len(gallery.selection))") == "24"
    keyboard.press("Escape")
    assert page.run_code("print(len(gallery.selection))") == "0"
    keyboard.press("Control+End")
    expect(tile(output, 23)).to_be_focused()
    keyboard.press("Control+Home")
    expect(tile(output, 0)).to_be_focused()
    keyboard.press("Enter")
    dialog = root(output).get_by_role("dialog")
    expect(dialog).to_contain_text("1 / 24")
    keyboard.press("ArrowLeft")
    expect(dialog).to_contain_text("24 / 24")
    keyboard.press("Home")
    keyboard.press("PageDown")
    expect(dialog).to_contain_text("11 / 24")
    keyboard.press("x")
    assert page.run_code("print(list(gallery.selection))") == "[10]"
    keyboard.press("Escape")
    expect(tile(output, 10)).to_be_focused()
    # No cell was deleted, cut or added on the way: JupyterLab's own keys stay out of it.
    assert page.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == 1


def test_touch(notebook: OpenNotebook):
    page = notebook([CELL], screen=Screen(width=700, touch=True))
    page.run_cell(0)
    output = page.output(0)
    expect(tile(output, 1)).to_be_visible()
    page.page.wait_for_timeout(500)
    tile(output, 1).tap()
    dialog = root(output).get_by_role("dialog")
    expect(dialog).to_contain_text("2 / 24")
    dialog.get_by_role("button", name="Next").tap()
    expect(dialog).to_contain_text("3 / 24")
    dialog.get_by_role("button", name="Close").tap()
    expect(dialog).to_be_hidden()


def test_photographs_are_shown_in_a_narrow_window(notebook: OpenNotebook):
    page = notebook([CELL], screen=Screen(width=480, height=700))
    page.run_cell(0)
    page.run_code("gallery.value = photographs")
    expect_shown(page.output(0))
    assert page.page.evaluate("() => document.querySelector('.nbg-root').scrollWidth") <= 480
