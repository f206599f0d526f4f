"""What the lightbox shows is what was given: every pixel of an array, a video that plays, an SVG."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from tests.browser.galleries import expect_shown, root, tile
from tests.browser.hosts import OpenNotebook

PIXELS = """
() => {
  const image = [...document.querySelectorAll('dialog img')].find(img =>
    img.naturalWidth === 700 && img.naturalHeight === 500);
  if (!image?.complete) return null;
  const canvas = new OffscreenCanvas(700, 500);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, 700, 500);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4)
    sum = (sum * 31 + data[i] * 65536 + data[i + 1] * 256 + data[i + 2]) % 2147483647;
  return sum;
}
"""

SUM = """
total = 0
for red, green, blue in noise.reshape(-1, 3).tolist():
    total = (total * 31 + red * 65536 + green * 256 + blue) % 2147483647
print(total)
"""

VIDEO = """
import sys, tempfile, pathlib
import av, numpy as np
from nbgallery import Gallery
path = pathlib.Path(tempfile.mkdtemp()) / "clip.webm"
with av.open(str(path), "w") as container:
    stream = container.add_stream("libvpx", rate=10)
    stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
    for number in range(20):
        frame = np.full((120, 160, 3), (200, number * 10, 40), np.uint8)
        for packet in stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")):
            container.mux(packet)
    for packet in stream.encode():
        container.mux(packet)
sys.modules["av"] = None  # as if no decoder were installed: the browser makes the poster
circle = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'
gallery = Gallery([(path, "a clip"), circle])
gallery
"""


NOISE = """
import numpy as np
from nbgallery import Gallery
noise = np.random.default_rng(1).integers(0, 256, (500, 700, 3), np.uint8)
Gallery([noise, noise[:9]])
"""


def test_every_pixel_of_an_array_is_there(notebook: OpenNotebook):
    page = notebook([NOISE])
    page.run_cell(0)
    output = page.output(0)
    expect_shown(output)
    tile(output, 0).click()
    expected = json.loads(page.run_code(SUM))
    page.page.wait_for_function(f"expected => ({PIXELS})() === expected", arg=expected, timeout=20_000)


def test_a_video_has_a_poster_and_plays(notebook: OpenNotebook):
    page = notebook([VIDEO])
    page.run_cell(0)
    output = page.output(0)
    expect_shown(output)
    tile(output, 0).click()
    video = root(output).get_by_role("dialog").locator("video")
    expect(video).to_have_attribute("controls", "")
    page.page.wait_for_function("() => document.querySelector('dialog video')?.readyState >= 1")
    page.page.keyboard.press("Space")
    page.page.wait_for_function("() => document.querySelector('dialog video').currentTime > 0.2")
    page.page.keyboard.press("ArrowRight")
    # An SVG is only ever a picture: no script, no style of it reaches the page.
    expect(root(output).get_by_role("dialog").locator("img").first).to_be_visible()
    assert root(output).locator("circle[r='4']").count() == 0
