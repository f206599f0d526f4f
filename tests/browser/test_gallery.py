"""The main job in each host: it shows, scrolls, opens, navigates, selects, and follows Python."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.galleries import NUMBERED, expect_shown, root, scroll, shown_numbers, tile
from tests.browser.hosts import App, OpenNotebook

CELL = f"""
{NUMBERED}
gallery = Gallery([(numbered(index), f"number {{index}}") for index in range(300)], columns=4)
heard = []
gallery.select(lambda data: heard.append(("select", data.index, data.selected)))
gallery.deselect(lambda data: heard.append(("deselect", data.index)))
gallery.preview_open(lambda data: heard.append(("open", data.index)))
gallery.preview_close(lambda data: heard.append(("close", data.index)))
gallery
"""


@pytest.mark.parametrize("app", ["lab", "notebook", "vscode"])
def test_shows_scrolls_opens_navigates_selects_and_follows_python(notebook: OpenNotebook, app: App):
    page = notebook([CELL], app=app)
    page.run_cell(0)
    output = page.output(0)
    expect_shown(output)
    assert {0, 1, 2, 3} <= shown_numbers(output).keys()
    assert all(place == number for place, number in shown_numbers(output).items() if number is not None)

    scroll(output, 4000)
    expect_shown(output)
    numbers = shown_numbers(output)
    assert min(place for place in numbers if place > 3) > 40
    assert all(place == number for place, number in numbers.items() if number is not None)

    scroll(output, 0)
    expect_shown(output)
    tile(output, 1).click()
    dialog = root(output).get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("2 / 300")
    # VS Code's outputs share one frame as high as the notebook: a modal dialog would cover all of it.
    assert page.page.locator("dialog:modal").count() == (0 if app == "vscode" else 1)

    dialog.get_by_role("button", name="Next").click()
    expect(dialog).to_contain_text("number 2")
    page.page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("4 / 300")
    assert page.run_code("print(gallery.selected_index, gallery.preview)") == "3 True"
    page.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tile(output, 3)).to_be_focused()
    assert page.run_code("print(gallery.selected_index, gallery.preview)") == "None False"
    assert page.run_code("print(heard)") == str(
        [
            ("select", 1, True),
            ("open", 1),
            ("select", 2, True),
            ("select", 3, True),
            ("close", 3),
            ("select", 3, False),
            ("deselect", 3),
        ]
    )

    tile(output, 0).click(modifiers=["Control"])
    tile(output, 6).click(modifiers=["Shift"])
    expect(root(output).locator("[role=option][aria-selected=true]")).to_have_count(7)
    assert page.run_code("print(list(gallery.selection))") == "[0, 1, 2, 3, 4, 5, 6]"
    page.run_code("gallery.selection = [2]")
    expect(root(output).locator("[role=option][aria-selected=true]")).to_have_count(1)
    expect(tile(output, 2)).to_have_attribute("aria-selected", "true")

    page.run_code(
        "gallery.insert(0, numbered(555), 'new'); gallery.set_caption(1, 'was 0'); gallery.columns = 3"
    )
    expect(tile(output, 0)).to_contain_text("new")
    expect(tile(output, 1)).to_contain_text("was 0")
    expect(tile(output, 3)).to_have_attribute("aria-selected", "true")
    expect_shown(output)
    numbers = shown_numbers(output)
    assert [numbers[place] for place in range(4)] == [555, 0, 1, 2]
    page.run_code("gallery.value = [numbered(7)]")
    expect(root(output).locator("[role=option]")).to_have_count(1)
    expect_shown(output)
    assert shown_numbers(output) == {0: 7}
