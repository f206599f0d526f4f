"""Benchmarks run in the hosts of the browser tests; what they measure is one report, judged at the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.benchmarks import machine, plot
from tests.benchmarks.pages import Bench
from tests.benchmarks.pictures import Listing, kept_listing, link_million, make_files
from tests.benchmarks.record import Report
from tests.browser.conftest import browser, jupyter, notebook, pytest_runtest_makereport
from tests.browser.hosts import OpenNotebook

__all__ = ["browser", "jupyter", "notebook", "pytest_runtest_makereport"]

# What runs elsewhere: with packages that the tests do not have, or in the kernel.
collect_ignore = ["inside.py", "peers"]

REPORT = pytest.StashKey[Report]()
CHROMIUM = pytest.StashKey[str]()

OpenBench = Callable[..., Bench]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say where the results go."""
    group = parser.getgroup("benchmarks")
    group.addoption(
        "--bench-results",
        type=Path,
        default=Path("bench-results"),
        help="folder for results.json, with every sample, and the plot",
    )
    group.addoption(
        "--bench-pictures",
        type=Path,
        default=None,
        help="folder that keeps the pictures for the next run; a million links take a while to make",
    )
    group.addoption(
        "--bench-plot",
        type=Path,
        default=None,
        help="where a run of all parts draws the plot too: items against time to first screen",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin the report."""
    config.stash[REPORT] = Report()
    config.stash[CHROMIUM] = "not started"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a missed bar fail the run, after everything has been measured."""
    if session.config.stash[REPORT].missed and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table, and write everything down."""
    report = config.stash[REPORT]
    if not report.measurements:
        return
    facts = write_results(config)
    folder: Path = config.option.bench_results
    plot.draw(report.first_screens, folder / "first-screen.svg")
    if config.option.bench_plot is not None and plot.is_complete(report.first_screens):
        shutil.copy(folder / "first-screen.svg", config.option.bench_plot)
    write = terminalreporter.write_line
    write("")
    for name, fact in facts.items():
        write(f"{name}: {fact}")
    write("")
    write(report.table())
    for note in report.notes:
        write(f"- {note}")
    write(f"\nall samples: {folder / 'results.json'}")
    missed = report.missed
    write(f"MISSED: {len(missed)} bars" if missed else "every bar is reached")
    for each in missed:
        write(f"  {each.budget} {each.what}: {each.measured}, bar {each.bar}")


def write_results(config: pytest.Config) -> dict[str, object]:
    """Write every sample; return what is known of the machine."""
    facts = machine.describe(config.stash[CHROMIUM])
    config.stash[REPORT].write(config.option.bench_results / "results.json", facts)
    return facts


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    """Return the report of this run, and write down what it has so far: a run may be interrupted."""
    config = request.config
    yield config.stash[REPORT]
    write_results(config)


@pytest.fixture
def bench(notebook: OpenNotebook, browser: Browser, request: pytest.FixtureRequest) -> OpenBench:
    """Open notebooks that are measured."""
    request.config.stash[CHROMIUM] = browser.version
    return lambda *cells: Bench.open(notebook, browser, cells)


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder of all pictures of this run, and remove it afterwards unless it is to be kept."""
    kept: Path | None = request.config.option.bench_pictures
    folder = tmp_path_factory.mktemp("pictures") if kept is None else kept
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    if kept is None:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def files(pictures: Path) -> Listing:
    """Return a few thousand real files."""
    return kept_listing(pictures / "files") or make_files(pictures / "files")


@pytest.fixture(scope="session")
def million(pictures: Path, files: Listing) -> Listing:
    """Return a million real paths, on the file system of the files: links cannot leave it."""
    return kept_listing(pictures / "links") or link_million(files, pictures / "links")
