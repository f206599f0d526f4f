"""Each host shows a small widget, and its kernel hears of a click."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.hosts import App, Axe, OpenNotebook, Screen

COUNTER = """
import anywidget, traitlets
class Counter(anywidget.AnyWidget):
    _esm = '''export default { render({ model, el }) {
      const button = document.createElement("button");
      const show = () => { button.textContent = `count ${model.get("count")}`; };
      button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
      model.on("change:count", show);
      model.on("msg:custom", (content, [buffer]) => {
        const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
        button.title = `${content.text} ${bytes.join()}`;
      });
      show(); el.append(button);
      if (model.get("broken")) throw new Error("broken on purpose");
    } }'''
    count = traitlets.Int(1).tag(sync=True)
    broken = traitlets.Bool(False).tag(sync=True)
counter = Counter()
counter
"""


@pytest.mark.parametrize("app", ["lab", "notebook", "vscode"])
def test_shows_and_hears(notebook: OpenNotebook, axe: Axe, app: App):
    page = notebook([COUNTER, "import time; time.sleep(60)", "1 / 0"], app=app)
    page.run_cell(0)
    button = page.output(0).get_by_role("button", name="count 1")
    button.click()
    expect(page.output(0).get_by_role("button", name="count 2")).to_be_visible()
    assert page.run_code("print(counter.count)") == "2"
    page.run_code("counter.count = 7; counter.send({'text': 'hi'}, [bytes([1, 2, 255])])")
    expect(page.output(0).get_by_role("button", name="count 7")).to_have_attribute("title", "hi 1,2,255")
    assert axe(page.page, "button") == []

    page.run_cell(1, wait=False)
    page.page.wait_for_timeout(500)
    page.interrupt()
    assert page.run_code("print(counter.count)") == "7"
    with pytest.raises(AssertionError, match="cell 2 raised ZeroDivisionError: division by zero"):
        page.run_cell(2)
    page.restart()
    with pytest.raises(Exception, match="NameError"):
        page.run_code("counter")
    page.run_cell(0)
    expect(page.output(0).get_by_role("button", name="count 1")).to_be_visible()
    page.reload()
    assert page.run_code("print(counter.count)") == "1"
    if app != "vscode":
        expect(page.output(0).get_by_role("button", name="count 1")).to_be_visible()


@pytest.mark.parametrize("app", ["lab", "notebook", "vscode"])
def test_reports_problems(notebook: OpenNotebook, app: App):
    page = notebook([COUNTER.replace("False", "True")], app=app, screen=Screen(colors="dark", touch=True))
    page.run_cell(0)
    page.page.wait_for_timeout(500)
    assert any("broken on purpose" in problem for problem in page.problems), page.console
    page.problems.clear()
    page.page.evaluate("() => fetch('https://example.com/').catch(() => null)")
    assert "left the machine" in page.problems[0]
    page.problems.clear()
