"""The buttons do what they say: one original, a zip of all, the clipboard, fullscreen, and the user's own."""

from __future__ import annotations

import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.galleries import NUMBERED, expect_shown, root, tile
from tests.browser.hosts import OpenNotebook

CELL = f"""
{NUMBERED}
import pathlib, tempfile
from nbgallery import Button
from PIL import Image
folder = pathlib.Path(tempfile.mkdtemp())
names = ["räksmörgås.png", "cat.png"]
for index, name in enumerate(names):
    Image.fromarray(numbered(index)).save(folder / name)
(folder / "other").mkdir()
Image.fromarray(numbered(2)).save(folder / "other" / "cat.png")
keep = Button("Keep these")
kept = []
keep.click(lambda: kept.append(list(gallery.selection)))
files = [folder / names[0], folder / names[1], folder / "other" / "cat.png"]
gallery = Gallery([*files, numbered(3), "missing.png"], columns=5,
                  buttons=["share", "download", "download_all", "fullscreen", keep])
gallery
"""


def test_download_hands_over_the_file_itself(notebook: OpenNotebook, tmp_path: Path):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    expect(tile(output, 0)).to_be_visible()
    tile(output, 0).click()
    dialog = root(output).get_by_role("dialog")
    with page.page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    saved = tmp_path / "saved.png"
    download.value.save_as(saved)
    assert download.value.suggested_filename == "räksmörgås.png"
    assert saved.read_bytes().hex() == page.run_code("print((folder / names[0]).read_bytes().hex())")


def test_download_all_is_a_zip_with_unique_names_and_a_note(notebook: OpenNotebook, tmp_path: Path):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    expect(tile(output, 0)).to_be_visible()
    with page.page.expect_download() as download:
        root(output).get_by_role("button", name="Download all").click()
    saved = tmp_path / "gallery.zip"
    download.value.save_as(saved)
    with zipfile.ZipFile(saved) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[:3] == ["räksmörgås.png", "cat.png", "cat (2).png"]
        assert len(names) == len(set(names)) == 5
        assert b"missing.png" in archive.read(names[-1])


def test_a_selection_is_downloaded_together(notebook: OpenNotebook, tmp_path: Path):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    expect(tile(output, 0)).to_be_visible()
    tile(output, 1).click(modifiers=["Control"])
    tile(output, 2).click(modifiers=["Control"])
    with page.page.expect_download() as download:
        root(output).get_by_role("button", name="Download 2 selected").click()
    saved = tmp_path / "selection.zip"
    download.value.save_as(saved)
    with zipfile.ZipFile(saved) as archive:
        assert archive.namelist() == ["cat.png", "cat (2).png"]


def test_share_copies_the_picture(notebook: OpenNotebook):
    page = notebook([CELL])
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    # Chromium on Linux has no share sheet; where a system has one, it would take the picture.
    page.page.evaluate("() => { navigator.canShare = undefined; }")
    page.run_cell(0)
    output = page.output(0)
    expect(tile(output, 0)).to_be_visible()
    tile(output, 0).click()
    dialog = root(output).get_by_role("dialog")
    dialog.get_by_role("button", name="Share").click()
    expect(root(output).get_by_text("copied")).not_to_have_count(0)
    types = page.page.evaluate("async () => (await navigator.clipboard.read()).flatMap(item => item.types)")
    assert "image/png" in types


def test_fullscreen_and_back(notebook: OpenNotebook):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    expect_shown_or_failed = tile(output, 4)
    expect(expect_shown_or_failed).to_be_visible()
    root(output).get_by_role("button", name="Fullscreen").click()
    page.page.wait_for_function("() => document.fullscreenElement?.closest('.nbg-root')")
    page.page.keyboard.press("f")
    page.page.wait_for_function("() => !document.fullscreenElement")


def test_a_button_of_the_users_own(notebook: OpenNotebook):
    page = notebook([CELL])
    page.run_cell(0)
    output = page.output(0)
    expect(tile(output, 2)).to_be_visible()
    tile(output, 2).click(modifiers=["Control"])
    root(output).get_by_role("button", name="Keep these").click()
    page.page.wait_for_timeout(500)
    assert page.run_code("print(kept)") == "[[2]]"
    page.run_code("gallery.buttons = ['fullscreen']")
    expect(root(output).get_by_role("button", name="Keep these")).to_have_count(0)
    expect(root(output).get_by_role("button", name="Download all")).to_have_count(0)


def test_what_a_listener_raises_is_shown_and_the_next_still_runs(notebook: OpenNotebook):
    page = notebook(
        [f"{NUMBERED}\ngallery = Gallery([numbered(1), numbered(2)], allow_preview=False)\ngallery"]
    )
    page.run_cell(0)
    page.run_code("heard = []\ngallery.select(lambda: 1 / 0)")
    page.run_code("gallery.select(lambda data: heard.append((data.index, data.selected)))")
    output = page.output(0)
    expect_shown(output)
    tile(output, 1).click()
    expect(root(output)).to_contain_text("division by zero")
    tile(output, 1).click()
    page.page.wait_for_timeout(500)
    assert page.run_code("print(heard)") == "[(1, True), (1, False)]"
