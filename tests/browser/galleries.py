"""What the browser tests show, and how they look at it."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

#: Pictures that carry their index, below 1024, as a colour that survives a lossy thumbnail: red counts to 32
#: in steps of 8, green counts the rounds.
NUMBERED = """
import numpy as np
from nbgallery import Gallery
def numbered(index, size=48):
    picture = np.zeros((size, size, 3), np.uint8)
    picture[:] = index % 32 * 8 + 4, index // 32 * 8 + 4, 200
    return picture
"""

PHOTOGRAPHS = """
from nbgallery import Gallery
from skimage import data
photographs = [
    (data.astronaut(), "Eileen Collins"),
    (data.coffee(), "A cup of coffee"),
    (data.chelsea(), "Chelsea"),
    (data.rocket(), "A rocket at night"),
    (data.camera(), "A man with a camera"),
    (data.coins(), "Greek coins"),
]
"""

#: The index that a tile's picture carries, read off its pixels; None while it has none.
SHOWN_NUMBER = """
tile => {
  const image = tile.querySelector('img');
  if (!image?.complete || !image.naturalWidth) return null;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d');
  context.drawImage(image, image.naturalWidth / 2, image.naturalHeight / 2, 1, 1, 0, 0, 1, 1);
  const [red, green] = context.getImageData(0, 0, 1, 1).data;
  return Math.floor(green / 8) * 32 + Math.floor(red / 8);
}
"""

#: Whether every tile within the grid's scroll box shows its picture.
ALL_VISIBLE_SHOWN = """
root => {
  const box = root.querySelector('.nbg-scroller').getBoundingClientRect();
  const tiles = [...root.querySelectorAll('[role=option]')].filter(tile => {
    const { top, bottom, height } = tile.getBoundingClientRect();
    return height > 0 && bottom > box.top + 1 && top < box.bottom - 1;
  });
  return tiles.length > 0 && tiles.every(tile => {
    const image = tile.querySelector('img');
    return image?.complete && image.naturalWidth > 0;
  });
}
"""


def root(output: Locator) -> Locator:
    """Return the gallery in an output area."""
    return output.locator(".nbg-root")


def tile(output: Locator, index: int) -> Locator:
    """Return the tile of an item, which has to be on screen."""
    return root(output).locator(f"[role=option][aria-posinset='{index + 1}']")


def scroll(output: Locator, top: int) -> None:
    """Scroll the grid, not the page."""
    root(output).locator(".nbg-scroller").evaluate("(box, top) => { box.scrollTop = top; }", top)


def expect_shown(output: Locator, timeout_ms: int = 15_000) -> None:
    """Wait until every visible tile shows its picture."""
    expect(root(output)).to_be_visible(timeout=timeout_ms)
    handle = root(output).element_handle()
    assert handle is not None
    output.page.wait_for_function(ALL_VISIBLE_SHOWN, arg=handle, timeout=timeout_ms)


def shown_numbers(output: Locator) -> dict[int, int | None]:
    """Read the number off every tile's picture, by the tile's place in the list."""
    script = f"tiles => tiles.map(tile => [tile.ariaPosInSet - 1, ({SHOWN_NUMBER})(tile)])"
    shown = root(output).locator("[role=option]").evaluate_all(script)
    return {int(place): number for place, number in shown}


#: The places of the tiles that are on screen in full.
WHOLE = """
root => {
  const box = root.querySelector('.nbg-scroller').getBoundingClientRect();
  return [...root.querySelectorAll('[role=option]')].filter(tile => {
    const { top, bottom } = tile.getBoundingClientRect();
    return top >= box.top && bottom <= box.bottom;
  }).map(tile => tile.ariaPosInSet - 1);
}
"""


def a_whole_tile(output: Locator) -> int:
    """Return the place of a tile that is on screen in full."""
    places: list[int] = root(output).evaluate(WHOLE)
    return places[len(places) // 2]
