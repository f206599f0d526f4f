"""Fixtures of the tests that drive a real Chromium: one browser and one Jupyter server for the whole run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from tests.browser.hosts import (
    App,
    Axe,
    JupyterPage,
    NotebookPage,
    OpenNotebook,
    Screen,
    Violation,
    VSCodePage,
)
from tests.browser.hosts.chromium import chromium
from tests.browser.hosts.server import JupyterServer, jupyter_server
from tests.browser.hosts.vscode import VSCodeSite, vscode_site

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
RESULTS = REPOSITORY / "test-results"
AXE = REPOSITORY / "js" / "node_modules" / "axe-core" / "axe.min.js"
AXE_RUN = """
async selector => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations } = await axe.run(selector, { runOnly: { type: 'tag', values: tags } });
  return violations.map(({ id, impact, help, helpUrl, nodes }) => ({ id, impact, help, helpUrl,
    nodes: nodes.map(({ html, target, failureSummary }) => ({ html, target, failureSummary })) }));
}
"""
CALL_REPORT = pytest.StashKey[pytest.TestReport]()
DEFAULT_SCREEN = Screen()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, so that `pytest -m "not browser"` leaves it out."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:  # noqa: ARG001 - hook
    """Keep the report of the test itself for its fixtures, which end later."""
    report: pytest.TestReport = yield
    if report.when == "call":
        item.stash[CALL_REPORT] = report
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the Chromium of this run."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """Return the Jupyter server of this run."""
    with jupyter_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="session")
def vscode(tmp_path_factory: pytest.TempPathFactory, jupyter: JupyterServer) -> Iterator[VSCodeSite]:
    """Return the page that stands for VS Code, served on an address of its own."""
    with vscode_site(tmp_path_factory.mktemp("vscode"), jupyter) as site:
        yield site


@pytest.fixture
def notebook(
    browser: Browser, jupyter: JupyterServer, request: pytest.FixtureRequest
) -> Iterator[OpenNotebook]:
    """Open notebooks; at the end their kernels are shut down, and problems of ours fail the test."""
    opened: list[NotebookPage] = []
    numbers = count(1)

    def open_notebook(
        cells: Sequence[str], app: App = "lab", screen: Screen = DEFAULT_SCREEN, name: str | None = None
    ) -> NotebookPage:
        page = screen.context(browser).new_page()
        file = name or f"{_slug(request.node.name)}-{next(numbers)}.ipynb"
        result = (
            VSCodePage(page, cells, request.getfixturevalue("vscode"))
            if app == "vscode"
            else JupyterPage(page, cells, jupyter, file, app)
        )
        opened.append(result)
        result.open()
        return result

    yield open_notebook
    report = request.node.stash.get(CALL_REPORT, None)
    failed = report is None or report.failed
    for number, each in enumerate(opened):
        if failed:
            _show(each, f"{_slug(request.node.name)}-{number}")
        each.close()
    jupyter.clear()
    problems = [problem for each in opened for problem in each.problems]
    if problems and not failed:
        pytest.fail("problems in the page:\n" + "\n".join(problems), pytrace=False)


@pytest.fixture
def axe() -> Axe:
    """Return the function that lets axe-core look at an element of a page and lists what it finds."""
    script = AXE.read_text(encoding="utf-8")

    def find(page: Page, selector: str) -> list[Violation]:
        if not page.evaluate("() => 'axe' in window"):
            # Lab's require.js would take the script for a module of its own: hide it meanwhile.
            page.evaluate(f"() => {{ const define = undefined, module = undefined; {script} }}")
        violations: list[Violation] = page.evaluate(AXE_RUN, selector)
        return violations

    return find


def _show(opened: NotebookPage, name: str) -> None:
    """Leave a picture of what the failed test saw, and print what was logged."""
    picture = RESULTS / f"{name}.png"
    try:
        opened.page.screenshot(path=picture, timeout=5_000)
    except PlaywrightError as error:
        print(f"no screenshot: {error.message}")
    else:
        print(f"screenshot: {picture}")
    print(*opened.console[-40:], sep="\n")


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name).strip("-").lower()
