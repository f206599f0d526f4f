"""What code does neither takes the focus, nor scrolls the page, nor opens a modal dialog."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.galleries import NUMBERED, expect_shown, root
from tests.browser.hosts import OpenNotebook

COUNT_MODALS = """
() => {
  window.modals = 0;
  const show = HTMLDialogElement.prototype.showModal;
  HTMLDialogElement.prototype.showModal = function () { window.modals += 1; return show.call(this); };
}
"""
SCROLL_POSITIONS = """
() => [...document.querySelectorAll('*')]
  .filter(element => element.scrollTop > 0 && !element.closest('.nbg-root'))
  .map(element => [element.className, element.scrollTop])
"""
SLIDER = """
import ipywidgets
slider = ipywidgets.IntSlider(max=59)
slider.observe(lambda change: setattr(gallery, 'selected_index', change['new']), 'value')
slider
"""
FOCUSED = "() => document.activeElement?.className"


def test_a_slider_keeps_its_focus_while_code_selects(notebook: OpenNotebook):
    page = notebook(
        [
            f"{NUMBERED}\ngallery = Gallery([numbered(index) for index in range(60)], columns=4)\ngallery",
            SLIDER,
        ]
    )
    page.run_all()
    expect_shown(page.output(0))
    page.page.evaluate(COUNT_MODALS)
    handle = page.output(1).get_by_role("slider")
    handle.focus()
    before = page.page.evaluate(SCROLL_POSITIONS)
    focused = page.page.evaluate(FOCUSED)
    dialog = root(page.output(0)).get_by_role("dialog")
    for step in range(1, 6):
        page.page.keyboard.press("ArrowRight")
        expect(dialog).to_contain_text(f"{step + 1} / 60")
    assert page.page.evaluate(FOCUSED) == focused
    assert page.page.evaluate(SCROLL_POSITIONS) == before
    page.run_code("gallery.preview = False; gallery.preview = True; gallery.selected_index = 40")
    expect(dialog).to_contain_text("41 / 60")
    page.run_code("gallery.value = [numbered(1)]; gallery.selected_index = 0")
    expect(dialog).to_contain_text("1 / 1")
    page.run_code("gallery.selected_index = None")
    expect(dialog).to_be_hidden()
    assert page.page.evaluate("() => window.modals") == 0
    assert page.page.evaluate(FOCUSED) == focused
    assert page.page.evaluate(SCROLL_POSITIONS) == before


def test_a_gallery_below_the_fold_that_starts_enlarged_stays_there(notebook: OpenNotebook):
    page = notebook(
        [
            # One cell: JupyterLab itself scrolls to a cell that is run.
            (
                f"{NUMBERED}\nfrom IPython.display import HTML\n"
                "display(HTML('<div style=\"height: 3000px\">tall</div>'))\n"
                "display(Gallery([numbered(index) for index in range(9)], preview=True))"
            ),
        ]
    )
    before = page.page.evaluate(SCROLL_POSITIONS)
    page.page.evaluate(COUNT_MODALS)
    page.run_cell(0)
    expect(root(page.output(0)).get_by_role("dialog")).to_be_attached()
    assert page.page.evaluate("() => window.modals") == 0
    assert page.page.evaluate("() => document.activeElement?.closest('.nbg-root')") is None
    assert page.page.evaluate(SCROLL_POSITIONS) == before


def test_emptied_and_refilled_it_stays_closed_and_preview_opens_when_filled_later(notebook: OpenNotebook):
    page = notebook(
        [
            (
                f"{NUMBERED}\ngallery = Gallery([numbered(1), numbered(2)], selected_index=1)\n"
                "later = Gallery(preview=True)\ndisplay(gallery, later)"
            ),
        ]
    )
    page.run_cell(0)
    dialogs = page.output(0).get_by_role("dialog")
    expect(dialogs).to_have_count(1)
    page.run_code("gallery.value = []; gallery.value = [numbered(3)]")
    expect(dialogs).to_have_count(0)
    page.run_code("later.value = [numbered(4)]")
    expect(dialogs).to_have_count(1)
