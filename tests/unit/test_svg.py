from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from nbgallery import svg
from nbgallery.encode import original, thumbnail
from nbgallery.errors import MediaError
from nbgallery.media import identify, to_pil
from tests.corpus import files
from tests.corpus.asking import refusal


@pytest.mark.parametrize(
    "text, size",
    [
        (files.svg(), (40, 30)),
        (
            '<?xml version="1.0"?>\n<!-- <svg width="1"> -->\n<!DOCTYPE svg [<!ENTITY a "b">]>\n'
            + files.svg(),
            (40, 30),
        ),
        ("\n  " + files.svg(attributes='viewBox="0 0 20 10"'), (20, 10)),
        (files.svg(attributes='width="100%" height="50" viewBox="0,0,20,10"'), (100, 50)),
        (files.svg(attributes="width='1in' height='1e2px'"), (96, 100)),
        (files.svg(attributes='width="-5" height="nan"'), (300, 150)),
        (files.svg(attributes='width="1e300" height="0.1"'), (1_000_000, 1)),
        ('<s:svg xmlns:s="http://www.w3.org/2000/svg" width="7" height="8"></s:svg>', (7, 8)),
    ],
)
def test_svg_text_and_files(tmp_path, text, size):
    path = tmp_path / "drawing.txt"
    path.write_text(text)
    for thing in (text, path, text.encode(), text.encode("utf-16"), io.BytesIO(text.encode())):
        assert identify(thing).mime == "image/svg+xml"
        made = thumbnail(thing, 256)
        assert (made.mime, made.width, made.height, made.complete) == ("image/svg+xml", *size, True)
    assert "is an SVG" in refusal(text, to_pil)
    assert original(path, own_bytes=True).path == str(path)


def test_svg_gets_the_namespace_that_images_need():
    made = thumbnail("<svg width='4' height='4'><path/></svg>", 256)
    assert made.data == b"<svg xmlns=\"http://www.w3.org/2000/svg\" width='4' height='4'><path/></svg>"
    assert original(made.data).data == made.data
    assert original("<svg/>", own_bytes=True).data == b"<svg/>"


@pytest.mark.parametrize(
    "text", ["<svg", "<?xml version='1.0'?><html/>", "<!-- <svg>", "<!DOCTYPE svg [", "<svg><g>"]
)
def test_svg_that_is_none_or_breaks_off(text):
    message = refusal(text, lambda thing: thumbnail(thing, 256))
    assert "no SVG document" in message or "truncated" in message


@pytest.mark.parametrize(
    "text",
    [
        "<svg" * 100_000,
        '<svg a="' * 50_000,
        "<svg " + "a" * 400_000,
        "<svg " + "a " * 200_000 + ">",
        "<!---->" * 100_000,
        "<!DOCTYPE [" * 50_000,
        " " * 500_000 + "<svg>",
        '<svg width="' + "9" * 400_000 + '"/>',
    ],
    ids=range(8),
)
def test_hostile_svg_takes_no_time(text):
    def ask(use):
        with suppress(MediaError):
            use(text.encode())

    with ThreadPoolExecutor(1) as pool:
        for use in (svg.is_svg, svg.drawable, svg.size, lambda data: svg.check(data, "it")):
            pool.submit(ask, use).result(timeout=2)
