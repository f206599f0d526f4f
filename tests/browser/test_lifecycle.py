"""A gallery in JupyterLab, from cell to cell: shown twice, reloaded, run again, closed, its kernel gone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.galleries import NUMBERED, a_whole_tile, expect_shown, root, scroll, shown_numbers, tile
from tests.browser.hosts import OpenNotebook

CELL = f"""
{NUMBERED}
gallery = Gallery([numbered(index) for index in range(200)], columns=4)
gallery
"""


def test_two_views_of_one_gallery_stay_equal(notebook: OpenNotebook):
    page = notebook([CELL, "gallery"])
    page.run_all()
    first, second = page.output(0), page.output(1)
    expect_shown(first)
    second.scroll_into_view_if_needed()
    expect_shown(second)
    tile(second, 1).click(modifiers=["Control"])
    expect(tile(first, 1)).to_have_attribute("aria-selected", "true")
    page.run_code("gallery.pop(0)")
    expect(tile(first, 0)).to_have_attribute("aria-selected", "true")
    expect(tile(second, 0)).to_have_attribute("aria-selected", "true")
    # A person's click opens the dialog in that view alone.
    tile(second, 2).click()
    expect(page.page.locator("dialog:modal")).to_have_count(1)
    expect(second.locator("dialog:modal")).to_have_count(1)


def test_a_reload_of_the_page_brings_it_back(notebook: OpenNotebook):
    page = notebook([CELL])
    page.run_cell(0)
    expect_shown(page.output(0))
    page.run_code(
        "gallery.append(numbered(999)); gallery.selection = [1, 2]; gallery.insert(0, numbered(777))"
    )
    page.reload()
    output = page.output(0)
    expect_shown(output)
    numbers = shown_numbers(output)
    assert [numbers[place] for place in range(4)] == [777, 0, 1, 2]
    expect(tile(output, 2)).to_have_attribute("aria-selected", "true")
    scroll(output, 2000)
    expect_shown(output)
    tile(output, a_whole_tile(output)).click()
    expect(root(output).get_by_role("dialog")).to_be_visible()


def test_running_the_cell_again_replaces_it(notebook: OpenNotebook):
    page = notebook([CELL])
    page.run_cell(0)
    expect_shown(page.output(0))
    scroll(page.output(0), 1000)
    page.run_cell(0)
    expect(root(page.output(0))).to_have_count(1)
    expect_shown(page.output(0))
    assert shown_numbers(page.output(0))[0] == 0


def test_closing_takes_every_view_away(notebook: OpenNotebook):
    page = notebook([CELL, "gallery"])
    page.run_all()
    expect_shown(page.output(0))
    page.run_code("gallery.close()")
    expect(root(page.output(0))).to_have_count(0)
    expect(root(page.output(1))).to_have_count(0)


def test_an_interrupt_harms_nothing(notebook: OpenNotebook):
    page = notebook([CELL, "import time; time.sleep(60)"])
    page.run_cell(0)
    expect_shown(page.output(0))
    page.run_cell(1, wait=False)
    page.interrupt()
    scroll(page.output(0), 3000)
    expect_shown(page.output(0))
    tile(page.output(0), a_whole_tile(page.output(0))).click()
    expect(root(page.output(0)).get_by_role("dialog")).to_be_visible()


def test_a_restarted_kernel_leaves_what_was_drawn_and_a_note(notebook: OpenNotebook):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    expect_shown(output)
    before = shown_numbers(output)
    page.restart()
    expect(root(output)).to_contain_text("The kernel is gone")
    assert shown_numbers(output) == before
    tile(output, 1).click()
    expect(root(output).get_by_role("dialog")).to_be_visible()
    page.page.keyboard.press("Escape")
    page.run_cell(0)
    expect_shown(page.output(0))
    expect(root(page.output(0))).not_to_contain_text("The kernel is gone")
