"""Search, filter, sort and group, as a person and as code do it: the right pictures, by their pixels."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.galleries import NUMBERED, expect_shown, root, scroll, shown_numbers, tile
from tests.browser.hosts import Axe, OpenNotebook, Screen

#: Picture 0 is "cat 0", 1 "dog 1", 2 "cow 2", 3 "cat 3" …; each knows its number.
CELL = f"""
from nbgallery import Item
{NUMBERED}
animals = ["cat", "dog", "cow"]
gallery = Gallery(
    [
        Item(numbered(index), caption=f"{{animals[index % 3]}} {{index}}", data={{"number": index}})
        for index in range(200)
    ],
    columns=4,
    label="Animals",
)
gallery
"""


def field(output: Locator) -> Locator:
    """Return the field that is searched with."""
    return root(output).get_by_role("searchbox", name="Search captions")


def count(output: Locator) -> Locator:
    """Return how many the header says there are."""
    return root(output).locator(".nbg-header .nbg-count")


def headings(output: Locator) -> Locator:
    """Return the headings that are drawn."""
    return root(output).locator(".nbg-heading")


def expect_numbers(output: Locator, wanted: list[int]) -> None:
    """Wait until every visible tile shows its picture, and compare those of the first places."""
    expect_shown(output)
    shown = shown_numbers(output)
    assert [shown.get(place) for place in range(len(wanted))] == wanted


def test_a_person_searches_by_typing(notebook: OpenNotebook):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    keyboard = page.page.keyboard
    expect(root(output).get_by_role("button", name="Search captions")).to_be_visible()
    tile(output, 0).focus()
    keyboard.press("/")
    expect(field(output)).to_be_focused()
    keyboard.type("DOG")
    expect(count(output)).to_have_text("67 of 200")
    expect(field(output)).to_be_focused()
    expect_numbers(output, [1, 4, 7, 10])

    # What is done to what was found is done to the items of the list.
    keyboard.press("ArrowDown")
    expect(tile(output, 0)).to_be_focused()
    keyboard.press("ArrowRight")
    keyboard.press("x")
    keyboard.press("Shift+ArrowRight")
    assert page.run_code("print(list(gallery.selection))") == "[4, 7]"
    keyboard.press("Enter")
    dialog = root(output).get_by_role("dialog")
    expect(dialog).to_contain_text("3 / 67")
    assert page.run_code("print(gallery.selected_index, len(gallery))") == "7 200"
    keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    keyboard.press("/")
    expect(field(output)).to_be_focused()
    keyboard.press("Control+a")
    keyboard.type("<b>no such animal</b>")
    keyboard.press("Enter")
    expect(root(output)).to_contain_text("Nothing found for “<b>no such animal</b>”")
    assert root(output).locator("b").count() == 0
    keyboard.press("Escape")
    expect(count(output)).to_contain_text("200 items")
    expect(field(output)).to_be_hidden()
    expect(tile(output, 0)).to_be_focused()
    expect_numbers(output, [0, 1, 2, 3])


def test_a_search_is_there_after_a_reload(notebook: OpenNotebook):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    tile(output, 0).focus()
    page.page.keyboard.press("/")
    page.page.keyboard.type("cow")
    expect(count(output)).to_have_text("66 of 200")
    page.page.locator("body").press("Control+s")
    page.reload()
    output = page.output(0)
    expect(count(output)).to_have_text("66 of 200")
    expect(field(output)).to_have_value("cow")
    expect(field(output)).not_to_be_focused()
    expect_numbers(output, [2, 5, 8, 11])


def test_code_filters_sorts_and_groups(notebook: OpenNotebook):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    chip = root(output).locator(".nbg-chip")
    page.run_code("gallery.filter(lambda item: item.data['number'] % 10 == 0)")
    expect(count(output)).to_have_text("20 of 200")
    expect_numbers(output, [0, 10, 20, 30])
    page.run_code("gallery.sort('number', reverse=True)")
    expect(chip).to_have_text("Filtered, sorted")
    expect(tile(output, 0)).to_have_accessible_name("dog 190, image 1 of 20")
    expect_numbers(output, [190, 180, 170, 160])
    page.run_code("gallery.group(lambda item: item.caption.split()[0])")
    expect(headings(output).first).to_have_text("cat7")
    expect(tile(output, 0)).to_have_accessible_name("cat 180, image 1 of 20, cat")
    expect_numbers(output, [180, 150, 120, 90, 60, 30, 0])
    # A row ends with its group.
    first, next_group = tile(output, 0).bounding_box(), tile(output, 7).bounding_box()
    assert first is not None
    assert next_group is not None
    assert next_group["x"] == first["x"]

    root(output).get_by_role("button", name="Select all of cow").click()
    assert (
        page.run_code("print([int(index) for index in gallery.selection])") == "[20, 50, 80, 110, 140, 170]"
    )
    chip.click()
    expect(count(output)).to_contain_text("200 items")
    expect(chip).to_be_hidden()
    expect(headings(output)).to_have_count(0)
    expect_numbers(output, [0, 1, 2, 3])


def test_headings_stay_at_the_top_until_the_next_one_comes(notebook: OpenNotebook):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    page.run_code("gallery.group(lambda item: item.caption.split()[0])")
    expect(headings(output).first).to_have_text("cat67")
    scroller = root(output).locator(".nbg-scroller")

    def above(heading: Locator) -> float:
        inner, outer = heading.bounding_box(), scroller.bounding_box()
        assert inner is not None
        assert outer is not None
        return inner["y"] - outer["y"]

    scroll(output, 1000)
    expect_shown(output)
    assert above(headings(output).first) == pytest.approx(0, abs=1)
    # Scrolled to where the second group has come half into the way of the first one's heading.
    tile(output, 0).focus()
    page.page.keyboard.press("Control+Home")
    for _ in range(17):
        page.page.keyboard.press("ArrowDown")
    expect(headings(output).filter(has_text="cow66")).to_be_visible()
    scroller.evaluate(
        "(box, by) => { box.scrollTop += by; }", above(headings(output).filter(has_text="cow66")) - 16
    )
    page.page.wait_for_function(
        "box => [...box.querySelectorAll('.nbg-heading')].some(each =>"
        " Math.abs(each.getBoundingClientRect().top - box.getBoundingClientRect().top + 16) < 2)",
        arg=scroller.element_handle(),
    )
    assert above(headings(output).filter(has_text="cow66")) == pytest.approx(16, abs=1)
    # What gets the focus is not hidden under a heading.
    page.page.keyboard.press("ArrowUp")
    page.page.keyboard.press("ArrowUp")
    focused = root(output).locator("[role=option]:focus")
    assert above(focused) >= 32


@pytest.mark.parametrize("colors", ["light", "dark"])
@pytest.mark.parametrize("width", [500, 1300])
def test_axe_finds_nothing(notebook: OpenNotebook, axe: Axe, colors: str, width: int):
    page = notebook([CELL], screen=Screen(width=width, colors="dark" if colors == "dark" else "light"))
    page.run_cell(0)
    output = page.output(0)
    page.run_code("gallery.group(lambda item: item.caption.split()[0])")
    expect(headings(output).first).to_have_text("cat67")
    scroll(output, 500)
    tile(output, 8).focus()
    page.page.keyboard.press("/")
    expect(field(output)).to_be_focused()
    expect_shown(output)
    assert axe(page.page, ".nbg-root") == []
    page.page.keyboard.type("cow")
    expect(count(output)).to_have_text("66 of 200")
    expect_shown(output)
    root(output).get_by_role("button", name="Select all of cow").click()
    expect(root(output).locator("[aria-selected=true]").first).to_be_visible()
    assert axe(page.page, ".nbg-root") == []
    field(output).fill("nothing")
    expect(root(output).get_by_role("button", name="Show all", exact=True)).to_be_visible()
    assert axe(page.page, ".nbg-root") == []
