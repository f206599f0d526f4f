"""A million items: the handle, a number and the keys lead anywhere, and what is shown is what is there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.galleries import NUMBERED, SHOWN_NUMBER, expect_shown, root, tile
from tests.browser.hosts import App, Axe, NotebookPage, OpenNotebook, Screen

COUNT = 1_000_000

CELL = f"""
{NUMBERED}
class Numbers:
    def __len__(self):
        return {COUNT:_}
    def __getitem__(self, index):
        return numbered(index % 1024, 24), f"number {{index}}"
gallery = Gallery(Numbers(), columns=COLUMNS)
gallery
"""

#: The places of the tiles that can be seen, however little of them, and the numbers in their pictures.
SEEN = f"""
root => {{
  const box = root.querySelector('.nbg-scroller').getBoundingClientRect();
  return [...root.querySelectorAll('[role=option]')].filter(tile => {{
    const {{ top, bottom }} = tile.getBoundingClientRect();
    return bottom > box.top + 1 && top < box.bottom - 1 && !tile.matches('.nbg-away');
  }}).map(tile => [tile.ariaPosInSet - 1, ({SHOWN_NUMBER})(tile)]).sort(([a], [b]) => a - b);
}}
"""


def opened(
    notebook: OpenNotebook, app: App = "lab", columns: int = 4, screen: Screen | None = None
) -> tuple[NotebookPage, Locator]:
    """Show the million items."""
    page = notebook([CELL.replace("COLUMNS", str(columns))], app=app, screen=screen or Screen())
    page.run_cell(0)
    output = page.output(0)
    expect_shown(output)
    return page, output


def seen(output: Locator) -> list[int]:
    """Return the places of the items that are seen."""
    return [place for place, _ in root(output).evaluate(SEEN)]


def expect_right_pictures(output: Locator) -> None:
    """Wait for all pictures that are seen, and compare them with their places."""
    expect_shown(output)
    numbers: list[tuple[int, int]] = root(output).evaluate(SEEN)
    assert all(number == place % 1024 for place, number in numbers), numbers


def page_tops(page: Page) -> list[float]:
    """Return how far everything around the gallery is scrolled."""
    script = """() => {
      const tops = [];
      let box = document.querySelector('.nbg-root');
      for (; box; box = box.parentElement) tops.push(box.scrollTop);
      return tops;
    }"""
    tops: list[float] = page.evaluate(script)
    return tops


def handle(output: Locator) -> tuple[float, float, float]:
    """Return where the handle is held, and how far it can go down from there."""
    grip = root(output).locator(".nbg-handle").bounding_box()
    track = root(output).locator(".nbg-track").bounding_box()
    assert grip is not None
    assert track is not None
    assert min(grip["width"], grip["height"]) >= 24
    x, y = grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2
    return x, y, track["y"] + track["height"] - grip["y"] - grip["height"]


def go_to(page: Page, number: str) -> None:
    """Type a number into the field that `g` opens."""
    page.keyboard.press("g")
    page.keyboard.type(number)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("app", ["lab", "vscode"])
def test_the_handle_leads_anywhere(notebook: OpenNotebook, app: App):
    page, output = opened(notebook, app)
    mouse = page.page.mouse
    tile(output, 1).focus()
    before = page_tops(page.page)
    x, y, way = handle(output)
    mouse.move(x, y)
    mouse.down()
    for part in (0.25, 0.5, 0.75):
        mouse.move(x, y + way * part, steps=5)
        expect_right_pictures(output)
        assert seen(output)[0] == pytest.approx(COUNT * part, abs=COUNT / 50)
        bubble = root(output).locator(".nbg-bubble")
        expect(bubble).to_have_css("opacity", "1")
        assert abs(int(bubble.inner_text().replace(",", "")) - 1 - seen(output)[0]) <= 4
    mouse.move(x, y + 5_000)
    expect_right_pictures(output)
    assert seen(output)[-1] == COUNT - 1
    mouse.move(x, y - 5_000)
    expect_right_pictures(output)
    assert seen(output)[0] == 0
    mouse.up()
    # A click beside the handle leads there too.
    mouse.click(x, y + way / 2)
    expect_right_pictures(output)
    assert seen(output)[0] == pytest.approx(COUNT / 2, abs=COUNT / 50)
    expect(tile(output, 1)).to_be_focused()
    assert page_tops(page.page) == before


@pytest.mark.parametrize("columns, pixel_ratio", [(1, 2), (5, 1)])
def test_a_number_leads_to_its_item(notebook: OpenNotebook, columns: int, pixel_ratio: float):
    page, output = opened(notebook, columns=columns, screen=Screen(pixel_ratio=pixel_ratio))
    tile(output, 0).focus()
    before = page_tops(page.page)
    for index in [512_339, 7, 999_321, 40_404, 731_002, COUNT - 1, 0]:
        go_to(page.page, f"{index + 1:,}")
        expect(tile(output, index)).to_be_focused()
        expect_right_pictures(output)
        assert index in seen(output)
    go_to(page.page, "-1000")
    expect(tile(output, COUNT - 1000)).to_be_focused()
    go_to(page.page, "2 000 000")
    expect(tile(output, COUNT - 1)).to_be_focused()
    expect(root(output)).to_contain_text("The items are 1 to 1,000,000.")
    page.page.keyboard.press("g")
    page.page.keyboard.press("Escape")
    expect(tile(output, COUNT - 1)).to_be_focused()
    assert page_tops(page.page) == before


def test_a_number_leads_to_its_item_in_the_lightbox(notebook: OpenNotebook, axe: Axe):
    page, output = opened(notebook)
    tile(output, 3).focus()
    page.page.keyboard.press("g")
    assert axe(page.page, ".nbg-root") == []
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("Enter")
    dialog = root(output).get_by_role("dialog")
    expect(dialog).to_contain_text("4 / 1,000,000")
    page.page.keyboard.press("g")
    page.page.wait_for_timeout(500)
    assert axe(page.page, ".nbg-root") == []
    page.page.keyboard.press("Escape")
    expect(dialog).to_contain_text("4 / 1,000,000")
    go_to(page.page, "777 778")
    expect(dialog).to_contain_text("777,778 / 1,000,000")
    expect(dialog).to_contain_text("number 777777")
    page.page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("number 777778")
    page.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(tile(output, 777_778)).to_be_focused()
    expect_right_pictures(output)


@pytest.mark.parametrize("columns", [1, 4])
def test_keys_and_wheel_move_by_what_they_always_do(notebook: OpenNotebook, columns: int):
    page, output = opened(notebook, columns=columns, screen=Screen(reduced_motion=True))
    keyboard = page.page.keyboard
    tile(output, 0).focus()
    keyboard.press("Control+End")
    expect(tile(output, COUNT - 1)).to_be_focused()
    expect_right_pictures(output)
    keyboard.press("PageUp")
    expect_right_pictures(output)
    # What an upward page leads away from, a downward one leads back to.
    for start in (20_000, 500_000, 980_000):
        go_to(page.page, str(start + 1))
        expect(tile(output, start)).to_be_focused()
        keyboard.press("PageDown")
        expect(tile(output, start)).not_to_be_focused()
        keyboard.press("PageUp")
        expect(tile(output, start)).to_be_focused()
        expect_right_pictures(output)
        place = tile(output, start).bounding_box()
        assert place is not None
        page.page.mouse.move(place["x"] + 20, place["y"] + 20)
        for turns in range(1, 4):
            page.page.mouse.wheel(0, 40)
            page.page.wait_for_function(
                "([tile, top]) => Math.abs(tile.getBoundingClientRect().top - top) < 1",
                arg=[tile(output, start).element_handle(), place["y"] - 40 * turns],
            )
        # Also after the scroll bar has been put where it belongs, unseen.
        page.page.wait_for_timeout(300)
        now = tile(output, start).bounding_box()
        assert now is not None
        assert now["y"] == pytest.approx(place["y"] - 120, abs=1)
    keyboard.press("Control+Home")
    expect(tile(output, 0)).to_be_focused()
    expect_right_pictures(output)


def test_a_finger_drags_the_handle(notebook: OpenNotebook):
    page, output = opened(notebook, screen=Screen(width=500, touch=True))
    before = page_tops(page.page)
    x, y, way = handle(output)
    session = page.page.context.new_cdp_session(page.page)

    def touch(kind: str, *points: float) -> None:
        at = [{"x": x, "y": point} for point in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", y)
    for part in (0.1, 0.2, 0.3):
        touch("touchMove", y + way * part)
    touch("touchEnd")
    expect_right_pictures(output)
    first = seen(output)[0]
    assert first == pytest.approx(COUNT * 0.3, abs=COUNT / 50)
    assert page_tops(page.page) == before
    # Beside the handle a finger scrolls, as everywhere.
    x -= 60
    touch("touchStart", y + way / 2)
    for part in (0.45, 0.4, 0.3):
        touch("touchMove", y + way * part)
    touch("touchEnd")
    page.page.wait_for_function(
        f"([root, first]) => ({SEEN})(root)[0][0] > first",
        arg=[root(output).element_handle(), first],
    )
    assert seen(output)[0] < first + 100
