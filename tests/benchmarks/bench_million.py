"""The million: opened, jumped through, scrolled. Nothing holds up a frame, and memory stays what it was."""

from __future__ import annotations

import random
import statistics

from tests.benchmarks.conftest import OpenBench
from tests.benchmarks.pages import LONG_MS, Bench, Frame, Jump, long_scripts, told
from tests.benchmarks.pictures import Listing
from tests.benchmarks.record import Bar, Report, percentile, quartiles

ITEMS = 1_000_000
COLUMNS = 8
JUMPS = 1_000
#: After each round of jumps the kernel makes the same screens again, with nothing else to do.
ROUND = 50
#: By then both caches have been full for a while: a jump brings 80 thumbnails of 10 KB, the larger cache has
#: 64 MB.
FULL_AFTER = 200
STEPS = 2_500
CELL = f"gallery = Gallery(paths, columns={COLUMNS})\ngallery"
MEGABYTE = 2**20
KERNEL_BYTES = 64 * MEGABYTE


def test_million(bench: OpenBench, million: Listing, report: Report):
    page = bench(CELL)
    page.code(f"paths = load({str(million.file)!r})")
    page.show(1)
    page.rest(1_000)
    page.watch_frames()
    memory: dict[str, dict[str, float]] = {}
    jumps: list[Jump] = []
    making: list[float] = []
    long: list[Frame] = []
    places = random.Random(13)  # noqa: S311 - any places will do
    for done in range(0, JUMPS, ROUND):
        made = page.jumps(1, [places.random() for _ in range(ROUND)])
        long += page.take_frames()
        assert None not in made, "a screen stayed blank for 20 s"
        now = [each for each in made if each is not None]
        jumps += now
        screens = [[each["first"], each["stop"], each["edge"]] for each in now]
        making += page.ask(f"making_of_screens(paths, '{screens}')")
        if done + ROUND == FULL_AFTER:
            memory["first full"] = held(page)
    page.take_frames()
    frames = page.sweep(1, STEPS)
    swept = page.take_frames()
    last = page.jumps(1, [0.5])
    assert last[0] is not None
    memory["at the end"] = held(page)
    add_blank(report, jumps, making)
    add_scripts(report, long, swept, frames)
    add_memory(report, memory)


def add_blank(report: Report, jumps: list[Jump], making: list[float]) -> None:
    """Compare the blank time of tiles with the time to make them.

    A jump comes to rest as it is made. From then on each visible tile is blank until the first frame in
    which its picture is complete. The time to make it is that of its screen: of exactly these thumbnails, on
    the same pool of the same kernel, with nothing else to do.
    """
    worst = [max(jump["blank"]) / made for jump, made in zip(jumps, making, strict=True)]
    tiles = [blank for jump in jumps for blank in jump["blank"]]
    within = sum(ratio <= 2 for ratio in worst) / len(worst)
    low, high = quartiles(worst)
    report.add(
        "13a",
        f"{ITEMS:,} items, {len(jumps):,} jumps: longest blank of a tile over making its screen, worst jump",
        max(worst),
        bar=Bar(2),
        spread=(
            f"median {statistics.median(worst):.2f} ({low:.2f} to {high:.2f}), 99 % within "
            f"{percentile(worst, 99):.2f}; {within:.1%} of jumps within 2"
        ),
        peers=(
            f"blank {statistics.median(tiles):.0f} ms, at most {max(tiles):.0f} ms; making a screen "
            f"{statistics.median(making):.0f} ms"
        ),
        samples={
            "longest blank of a jump, ms": [max(jump["blank"]) for jump in jumps],
            "making its screen, ms": making,
            "tiles of its screen": [len(jump["blank"]) for jump in jumps],
        },
    )


def add_scripts(report: Report, jumped: list[Frame], swept: list[Frame], frames: list[float]) -> None:
    """Count what held up a frame."""
    scripts = long_scripts([*jumped, *swept])
    report.add(
        "13b",
        f"{ITEMS:,} items, {JUMPS:,} jumps and end to end: scripts over {LONG_MS} ms",
        len(scripts),
        digits=0,
        bar=Bar(0),
        spread=(
            f"frames while scrolling {statistics.median(frames):.0f} ms, 99 % within "
            f"{percentile(frames, 99):.0f} ms" + (f"; {told(scripts)}" if scripts else "")
        ),
        samples={
            "frames while scrolling, ms": frames,
            "scripts in long frames, ms": [
                script["duration"] for frame in (*jumped, *swept) for script in frame["scripts"]
            ],
        },
    )


def held(page: Bench) -> dict[str, float]:
    """Return the memory of kernel and browser after all that can go has gone."""
    page.code("wait_until_idle()")
    page.rest(1_500)
    kernel = page.ask("resident()")
    heap = page.heap()
    page.rest(1_500)
    return {"kernel": kernel, "JavaScript heap": heap, "browser": page.browser_memory()}


def add_memory(report: Report, memory: dict[str, dict[str, float]]) -> None:
    """Compare the memory at the end with that when the caches were first full."""
    full, end = memory["first full"], memory["at the end"]
    for letter, name in zip("cde", full, strict=True):
        report.add(
            f"13{letter}",
            f"{ITEMS:,} items: memory of the {name} at the end over when caches were first full",
            end[name] / full[name],
            bar=Bar(1.1),
            spread=f"{end[name] / MEGABYTE:,.0f} / {full[name] / MEGABYTE:,.0f} MB",
            samples={moment: [values[name]] for moment, values in memory.items()},
        )


def test_memory(bench: OpenBench, million: Listing, report: Report):
    """What a gallery takes over the list: Pillow and what else it imports to make thumbnails included."""
    page = bench(CELL)
    page.code(f"paths = load({str(million.file)!r})")
    before = page.ask("resident()")
    page.show(1)
    places = random.Random(10)  # noqa: S311 - any places will do
    assert None not in page.jumps(1, [places.random() for _ in range(FULL_AFTER)])
    page.sweep(1, STEPS // 2)
    assert None not in page.jumps(1, [1, 0.5, 0])
    page.code("wait_until_idle()")
    page.rest(1_500)
    after = page.ask("resident()")
    report.add(
        "10",
        f"kernel memory over the list itself, {ITEMS:,} paths, scrolled all over",
        (after - before) / MEGABYTE,
        unit="MB",
        digits=1,
        bar=Bar(KERNEL_BYTES / MEGABYTE),
        spread=f"{after / MEGABYTE:,.0f} - {before / MEGABYTE:,.0f} MB",
        samples={"before, bytes": [before], "after, bytes": [after]},
    )
