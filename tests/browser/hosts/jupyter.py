"""A notebook in JupyterLab or Notebook 7, driven through `window.jupyterapp`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from playwright.sync_api import Locator, Page

from tests.browser.hosts.page import RUN_TIMEOUT_MS, WITHIN, NotebookPage
from tests.browser.hosts.server import JupyterServer

OPEN_TIMEOUT_MS = 90_000
ADDRESSES = {"lab": "lab/tree/{}?reset", "notebook": "notebooks/{}"}

# The indicator in the page says idle before there is a kernel: ask the session itself.
READY = """
async ms => {
  const panel = window.jupyterapp.shell.currentWidget;
  await within(panel.context.ready, ms, 'the notebook');
  await within(panel.sessionContext.ready, ms, 'the session');
  const kernel = () => panel.sessionContext.session?.kernel;
  const idle = () => kernel()?.status === 'idle' && kernel().connectionStatus === 'connected';
  for (const end = Date.now() + ms; !idle(); await new Promise(resolve => setTimeout(resolve, 50)))
    if (Date.now() > end) throw new Error(`the kernel is ${kernel()?.status}, ${kernel()?.connectionStatus}`);
  await within(kernel().info, ms, 'the kernel');
}
"""
RUN_CELL = """
async ([index, wait, ms]) => {
  const { commands, shell } = window.jupyterapp;
  const notebook = shell.currentWidget.content;
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  const done = commands.execute('notebook:run-cell');
  if (wait) await within(done, ms, `cell ${index}`);
}
"""
RUN_CODE = """
async ([code, ms]) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, store_history: false });
  let printed = '', raised = null;
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === 'stream') printed += content.text;
    if (header.msg_type === 'error') raised = `${content.ename}: ${content.evalue}`;
  };
  await within(future.done, ms, 'code beside the cells');
  if (raised) throw new Error(raised);
  return printed.trim();
}
"""
CELL_ERROR = """
index => {
  const outputs = window.jupyterapp.shell.currentWidget.content.widgets[index].model.outputs;
  const all = Array.from({ length: outputs.length }, (_, i) => outputs.get(i).toJSON());
  const error = all.find(output => output.output_type === 'error');
  return error ? `${error.ename}: ${error.evalue}` : null;
}
"""
INTERRUPT = """
async ms => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  await within(kernel.interrupt(), ms, 'the interrupt');
  // For a moment after it the kernel aborts what it is sent.
  const answer = () => within(kernel.requestExecute({ code: '' }).done, ms, 'the kernel');
  while ((await answer()).content.status === 'aborted');
}
"""
SESSION = "window.jupyterapp.shell.currentWidget.sessionContext"


class JupyterPage(NotebookPage):
    """A notebook in JupyterLab (`app="lab"`) or Notebook 7 (`app="notebook"`)."""

    def __init__(
        self,
        page: Page,
        cells: Sequence[str],
        server: JupyterServer,
        name: str,
        app: Literal["lab", "notebook"],
    ) -> None:
        super().__init__(page, cells)
        self._address = f"{server.url}/{ADDRESSES[app].format(name)}"
        server.write_notebook(name, cells)

    def open(self) -> None:
        self.page.goto(self._address, timeout=OPEN_TIMEOUT_MS)
        self._wait_until_ready()

    def run_cell(self, index: int, *, check: bool = True, wait: bool = True) -> None:
        self._evaluate(RUN_CELL, [index, wait, RUN_TIMEOUT_MS])
        if check and wait:
            self.raise_cell_error(index)

    def run_code(self, code: str, timeout_ms: int = RUN_TIMEOUT_MS) -> str:
        return str(self._evaluate(RUN_CODE, [code, timeout_ms]))

    def output(self, index: int) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-Cell-outputArea")

    def cell_error(self, index: int) -> str | None:
        error: str | None = self.page.evaluate(CELL_ERROR, index)
        return error

    def interrupt(self) -> None:
        self._evaluate(INTERRUPT, RUN_TIMEOUT_MS)

    def restart(self) -> None:
        self._session("session.kernel.restart()")
        self._wait_until_ready()

    def shut_down(self) -> None:
        self._session("shutdown()")

    def reload(self) -> None:
        self._evaluate("() => within(window.jupyterapp.commands.execute('docmanager:save'), 20000, 'saving')")
        self.page.reload(timeout=OPEN_TIMEOUT_MS)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        self.page.wait_for_function(f"() => {SESSION.replace('.', '?.')}", timeout=OPEN_TIMEOUT_MS)
        self._evaluate(READY, OPEN_TIMEOUT_MS)

    def _session(self, call: str) -> None:
        self._evaluate(f"() => within({SESSION}.{call}, {RUN_TIMEOUT_MS}, '{call}')")

    def _evaluate(self, function: str, argument: object = None) -> object:
        return self.page.evaluate(
            f"async argument => {{ {WITHIN} return ({function})(argument); }}", argument
        )
