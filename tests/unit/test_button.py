"""Buttons of the user's own."""

from __future__ import annotations

import base64
import contextvars
import io
import threading
from contextlib import closing

import pytest
from PIL import Image

from nbgallery import Gallery
from nbgallery.button import Button
from nbgallery.errors import GalleryError

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'


def png(edge=2):
    file = io.BytesIO()
    Image.effect_noise((edge, edge), 100).save(file, "png")
    return file.getvalue()


def clicked(button):
    return [call() for call in button.calls()]


def test_what_the_browser_is_told():
    button = Button("Keep")
    assert button.to_state() == {"id": button.id, "label": "Keep", "icon": None}
    assert Button("Keep").id != button.id


@pytest.mark.parametrize("name", ["label", "icon", "id"])
def test_cannot_be_changed(name):
    with pytest.raises(AttributeError):
        setattr(Button("Keep"), name, "other")


@pytest.mark.parametrize("label", ["", "  ", None, 5, b"Keep"])
def test_a_label_is_a_text(label):
    with pytest.raises(GalleryError, match=r"^label="):
        Button(label)


def test_icons_become_data_uris(tmp_path):
    data = png()
    (tmp_path / "icon.png").write_bytes(data)
    (tmp_path / "icon.svg").write_text(SVG)
    uri = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    for icon in (data, tmp_path / "icon.png", str(tmp_path / "icon.png"), uri):
        assert Button("Keep", icon).icon == uri
    svg = Button("Keep", tmp_path / "icon.svg").icon
    assert svg is not None
    assert svg.startswith("data:image/svg+xml;base64,")
    assert base64.b64decode(svg.partition(",")[2]).decode() == SVG


def test_an_icon_that_is_none_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "large.png").write_bytes(png(400))
    icons = [
        5,
        b"",
        b"no picture",
        "missing.png",
        tmp_path,
        tmp_path / "notes.txt",
        tmp_path / "large.png",
        png(400),
        "https://example.org/icon.png",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:image/png;base64,!!!",
        Image.new("L", (2, 2)),
    ]
    for icon in icons:
        with pytest.raises(GalleryError, match=r"^icon="):
            Button("Keep", icon)


def test_listeners_get_the_button_if_they_need_an_argument():
    calls: list[object] = []
    button = Button("Keep")
    button.click(lambda: calls.append("none"))
    button.click(lambda which: calls.append([which]))
    button.click(lambda *which: calls.append(which))
    button.click(lambda number=3: calls.append(number))
    button.click(lambda *, number=4: calls.append(number))
    clicked(button)
    assert calls == ["none", [button], (button,), 3, 4]


def test_is_a_decorator_that_gives_the_function_back():
    button = Button("Keep")

    @button.click
    def keep():
        return "kept"

    assert keep() == "kept"


def test_methods_and_builtins_are_called_too():
    button = Button("Keep")
    seen: list[object] = []
    button.click(seen.append)
    button.click(seen.copy)
    assert clicked(button) == [None, [button]]
    assert seen == [button]


def test_a_listener_that_fails_stops_none_of_the_others(caplog):
    calls = []
    button, done = Button("Keep"), threading.Event()
    button.click(lambda: 1 / 0)
    button.click(lambda: calls.append(1))
    button.click(lambda: int("no number"))
    button.click(done.set)
    with closing(Gallery(buttons=[button])) as gallery:
        gallery.press(button.id)
        assert done.wait(10)
    errors = [record.exc_info[0] for record in caplog.records if record.exc_info]
    assert errors == [ZeroDivisionError, ValueError]
    assert calls == [1]


def test_a_listener_may_register_another():
    button, calls = Button("Keep"), []
    button.click(lambda: button.click(lambda: calls.append(1)))
    clicked(button)
    assert calls == []
    clicked(button)
    assert calls == [1]


def test_a_listener_runs_in_the_context_of_the_cell_that_registered_it():
    where = contextvars.ContextVar("where", default="nowhere")
    button = Button("Keep")

    def register():
        where.set("first cell")
        button.click(where.get)

    contextvars.copy_context().run(register)
    where.set("second cell")
    assert clicked(button) == ["first cell"]


def test_what_cannot_be_called_is_refused():
    async def later():
        pass

    for fn in (None, 5, "keep", later):
        with pytest.raises(GalleryError, match=r"^fn="):
            Button("Keep").click(fn)  # type: ignore[type-var]
