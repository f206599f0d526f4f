"""The first screen: how long it takes, what it opens, and what it sends, whatever the length of the list."""

from __future__ import annotations

import statistics

from tests.benchmarks.conftest import OpenBench
from tests.benchmarks.pages import Bench
from tests.benchmarks.pictures import Listing
from tests.benchmarks.record import Bar, Ratio, Report, spread_of

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
ROUNDS = 13
HEADERS = "with Jupyter's headers"
CELL = "gallery = Gallery(shown, columns=4)\ngallery"


def measured(bench: Bench, size: int) -> float:
    """Show so many items; return the milliseconds to the first screen."""
    bench.code(f"shown = paths[:{size}]\ngc.collect()")
    took = bench.time_cell(1)
    assert took is not None
    bench.code("gallery.close()")
    return took


def test_time(bench: OpenBench, million: Listing, report: Report):
    page = bench(CELL)
    page.code(f"paths = load({str(million.file)!r})")
    times: dict[int, list[float]] = {size: [] for size in SIZES}
    for turn in range(ROUNDS + 1):
        # Each round in another order: what comes first is not always the same.
        for size in SIZES[turn % len(SIZES) :] + SIZES[: turn % len(SIZES)]:
            took = measured(page, size)
            if turn:  # the first of each warms up
                times[size].append(took)
    ratio = Ratio(times[SIZES[-1]], times[SIZES[0]])
    report.add(
        "1",
        "display to first screen painted, 1,000,000 items over 100",
        ratio.value,
        bar=Bar(1.2),
        spread=ratio.spread(),
        samples={f"{size} items, ms": each for size, each in times.items()},
    )
    for size, of_size in times.items():
        report.first_screens["nbgallery"][size] += of_size


def test_files_and_bytes(bench: OpenBench, million: Listing, report: Report):
    page = bench(CELL)
    page.code(f"paths = load({str(million.file)!r})")
    page.do("listen")
    opened: list[float] = []
    screens: list[float] = []
    sent: dict[str, list[float]] = {"ratio": [], HEADERS: [], "bytes of thumbnails": []}
    # The first gallery of a kernel, which has to import Pillow meanwhile, is one of its own.
    for size in (SIZES[0], *SIZES):
        page.code(f"shown = paths[:{size}]\nwatch_files({str(million.folder)!r})")
        page.traffic()
        page.show(1)
        messages = [each for each in page.traffic() if each["direction"] == "recv"]
        page.rest(1_500)  # what else is asked for, unasked pages included, has come by then
        files, seen = page.ask("opened_files()"), page.do("seen", 1)
        opened.append(files)
        screens.append(files / seen)
        # All that had come when the first screen was painted, over the thumbnails that are on it; what came
        # for the next screen belongs to neither.
        visible: dict[int, int] = {}
        further = 0
        for index, data in (each for message in messages for each in message["thumbnails"]):
            if index >= seen:
                further += data
            else:
                visible.setdefault(index, data)
        assert len(visible) == seen
        thumbnails = sum(visible.values())
        content = sum(each["bytes"] for each in messages) - further
        envelope = sum(each["envelope"] for each in messages)
        sent["ratio"].append(content / thumbnails)
        sent[HEADERS].append((content + envelope) / thumbnails)
        sent["bytes of thumbnails"].append(thumbnails)
        page.code("gallery.close()")
    report.add(
        "2",
        f"files opened for the first screen, in screens, most of {SIZES[0]:,} to {SIZES[-1]:,} items",
        max(screens),
        bar=Bar(2),
        spread=f"{min(opened):.0f} to {max(opened):.0f} files, n {len(opened)}",
        samples={"screens": screens, "files": opened},
    )
    ratios = sent["ratio"][1:]
    report.add(
        "5",
        "bytes sent for the first screen (bundle aside) over those of its thumbnails",
        statistics.median(ratios),
        digits=3,
        bar=Bar(1.05),
        spread=spread_of(ratios, "", 3),
        peers=(
            f"with Jupyter's headers {max(sent[HEADERS][1:]):.3f}; "
            f"a kernel's first gallery {sent['ratio'][0]:.3f}"
        ),
        samples=sent,
    )


def test_elements(bench: OpenBench, million: Listing, report: Report):
    page = bench("gallery = Gallery(shown, columns=4)\ngallery")
    page.code(f"paths = load({str(million.file)!r})")
    counts: dict[str, list[float]] = {}
    for size in (SIZES[0], SIZES[-1]):
        page.code(f"shown = paths[:{size}]")
        page.show(1)
        for columns in (1, 2, 4, 6, 8):
            page.code(f"gallery.columns = {columns}")
            page.rest(300)
            counts[f"{size} items, {columns} columns"] = [
                page.notebook.page.evaluate(
                    "async place => { await bench.jump(1, place); return bench.elements(1); }", place
                )
                for place in (0.001, 0.5, 0.7, 1, 0)
            ]
        page.code("gallery.close()")
    every = [count for each in counts.values() for count in each]
    report.add(
        "6",
        "DOM elements at 1400 by 900, up to 8 columns and 1,000,000 items, scrolled",
        max(every),
        digits=0,
        bar=Bar(500),
        spread=f"{min(every)} to {max(every)}, n {len(every)}",
        samples=counts,
    )
