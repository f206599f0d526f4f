"""The same work by others: gradio, ipyplot, and a grid of ipywidgets."""

from __future__ import annotations

import contextlib
import shutil
import statistics
from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.benchmarks.conftest import OpenBench
from tests.benchmarks.pages import HERE, Bench
from tests.benchmarks.peers.process import Peer
from tests.benchmarks.pictures import Listing
from tests.benchmarks.record import Bar, Ratio, Report, spread_of

ROUNDS = 9
ARRAYS = 1_000
CELL = "gallery = Gallery(arrays, columns=4)\ngallery"


def test_gradio_work(bench: OpenBench, report: Report):
    """1,000 arrays of 256²: gradio has to write all of them before it shows one."""
    page = bench(CELL)
    page.code(
        f"from tests.benchmarks import pictures\narrays = pictures.arrays({ARRAYS})",
    )
    times: dict[str, list[float]] = {"gradio": [], "ours": []}
    with Peer("gradio_work") as gradio:
        for turn in range(ROUNDS + 1):
            theirs = gradio.ask(count=ARRAYS)["seconds"] * 1000
            ours = page.time_cell(1)
            assert ours is not None
            page.code("gallery.close()")
            if turn:  # the first of each warms up
                times["gradio"].append(theirs)
                times["ours"].append(ours)
    ratio = Ratio(times["gradio"], times["ours"])
    report.add(
        "3",
        f"gradio's work for {ARRAYS:,} arrays of 256² over ours to first screen painted",
        ratio.value,
        digits=1,
        bar=Bar(20, "at least"),
        spread=ratio.spread(),
        peers=f"gradio {statistics.median(times['gradio']):,.0f} ms, and its page is yet to come",
        samples={f"{name}, ms": values for name, values in times.items()},
    )


#: A peer that needs longer than this for its first screen is not asked for more.
SURVIVES_MS = 60_000
SLOW_MS = 8_000
PEER_SIZES = (100, 1_000, 10_000)
PAGE_SIZE = 2_000
ELEMENTS = "() => document.querySelector('.gradio-container').querySelectorAll('*').length"


@contextlib.contextmanager
def gradio_page(browser: Browser, listing: Listing, sizes: list[int]) -> Iterator[Page]:
    """Open gradio's own page in the browser that ours runs in."""
    # It copies every file that it shows.
    copies = listing.folder.parent / "gradio"
    with Peer("gradio_page", GRADIO_TEMP_DIR=str(copies)) as gradio:
        address = gradio.ask(listing=str(listing.file), sizes=sizes)["address"]
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        page = context.new_page()
        page.goto(address, timeout=60_000)
        page.get_by_role("button", name="clear").wait_for(timeout=60_000)
        page.evaluate((HERE / "page.js").read_text(encoding="utf-8"))
        yield page
        context.close()
    shutil.rmtree(copies)


def show_in_gradio(page: Page, size: int) -> float | None:
    """Click the button; return the milliseconds until the first screen is painted."""
    page.get_by_role("button", name="clear").click()
    page.wait_for_function("() => !document.querySelector('.grid-wrap img')", timeout=60_000)
    took: float | None = page.evaluate(
        "([name, limit]) => bench.timeGradio(name, limit)", [f"show {size}", SURVIVES_MS]
    )
    return took


def add(
    report: Report, budget: str, what: str, times: list[float], cost: str, samples: dict[str, list[float]]
) -> None:
    """Take down what others need, if they got there at all."""
    if not times:
        report.notes.append(f"{what}: not within a minute")
        return
    report.add(
        budget,
        what,
        statistics.median(times),
        unit="ms",
        digits=0,
        spread=spread_of(times),
        peers=cost,
        samples=samples,
    )


def repeated(measure: Iterator[float | None]) -> list[float]:
    """Measure a few times: five, two if it is slow, and not again if it does not come to an end."""
    times: list[float] = []
    for took in measure:
        if took is None:
            return []
        times.append(took)
        if len(times) >= (2 if took > SLOW_MS else 5):
            break
    return times


def test_gradio_page(browser: Browser, million: Listing, report: Report):
    sizes = [*PEER_SIZES, PAGE_SIZE]
    with gradio_page(browser, million, sizes) as page:
        show_in_gradio(page, PEER_SIZES[0])  # warms up
        times = repeated(show_in_gradio(page, PAGE_SIZE) for _ in range(5))
        elements = page.evaluate(ELEMENTS)
        for size in PEER_SIZES:
            took = repeated(show_in_gradio(page, size) for _ in range(5))
            if not took:
                report.notes.append(f"gradio showed no first screen of {size:,} items within a minute")
                break
            report.first_screens["gradio"][size] += took
    add(
        report,
        "3b",
        f"gradio's page, {PAGE_SIZE:,} files: to first screen",
        times,
        f"{elements:,} elements",
        {"ms": times, "elements": [elements]},
    )


#: Without `force_b64` it leaves the paths to the browser, which cannot read them.
IPYPLOT = "ipyplot.plot_images(shown, max_images=len(shown), img_width=250, force_b64=True)"
GRID_BOX = """
grid = ipywidgets.GridBox(
    [ipywidgets.Image.from_file(path) for path in shown],
    layout=ipywidgets.Layout(grid_template_columns="repeat(4, 1fr)", height="560px", overflow="auto"),
)
grid
"""


def peer_in_a_cell(page: Bench, name: str, after: str, report: Report) -> tuple[list[float], float]:
    """Show growing numbers of files; return the times for a thousand, and the bytes that were sent."""
    thousand: tuple[list[float], float] = ([], 0)
    for size in PEER_SIZES:
        page.code(f"shown = paths[:{size}]\ngc.collect()")
        times = repeated(timed(page, after))
        if not times:
            report.notes.append(f"{name} showed no first screen of {size:,} items within a minute")
            break
        page.code(after)
        report.first_screens[name][size] += times
        if size == ARRAYS:
            page.do("listen")
            page.time_cell(1, "any", SURVIVES_MS)
            sent = sum(each["bytes"] for each in page.quiet_traffic() if each["direction"] == "recv")
            page.code(after)
            thousand = times, sent
    return thousand


def timed(page: Bench, after: str) -> Iterator[float | None]:
    while True:
        took = page.time_cell(1, "any", SURVIVES_MS)
        yield took
        page.code(after)


def test_ipyplot(bench: OpenBench, million: Listing, report: Report):
    page = bench(IPYPLOT)
    page.code(f"import ipyplot\npaths = load({str(million.file)!r})[:{max(PEER_SIZES)}]")
    times, sent = peer_in_a_cell(page, "ipyplot", "pass", report)
    add(
        report,
        "3c",
        f"ipyplot.plot_images, {ARRAYS:,} files: to first screen",
        times,
        f"{sent / 2**20:,.1f} MB sent",
        {"ms": times, "bytes": [sent]},
    )


def test_grid_box(bench: OpenBench, million: Listing, report: Report):
    page = bench(GRID_BOX)
    page.code(f"import ipywidgets\npaths = load({str(million.file)!r})[:{max(PEER_SIZES)}]")
    close = "for child in grid.children:\n    child.layout.close(); child.close()\ngrid.close()"
    times, sent = peer_in_a_cell(page, "ipywidgets", close, report)
    add(
        report,
        "3d",
        f"ipywidgets GridBox of Image, {ARRAYS:,} files: to first screen",
        times,
        f"{sent / 2**20:,.1f} MB sent",
        {"ms": times, "bytes": [sent]},
    )
