"""Scrolling and jumping: nothing holds up a frame, and tiles are filled about as fast as they are made."""

from __future__ import annotations

import random
import statistics

from tests.benchmarks.conftest import OpenBench
from tests.benchmarks.pages import LONG_MS, Frame, long_scripts, told
from tests.benchmarks.pictures import Listing
from tests.benchmarks.record import Bar, Report, percentile, spread_of

ITEMS = 100_000
STEPS = 1_200
JUMPS = 60
CELL = "gallery = Gallery(paths, columns=8)\ngallery"


def test_scroll(bench: OpenBench, million: Listing, report: Report):
    page = bench(CELL)
    page.code(f"paths = load({str(million.file)!r})[:{ITEMS}]")
    page.show(1)
    page.rest(1_000)
    page.watch_frames()
    frames: dict[str, list[float]] = {"gallery": [], "empty": []}
    long: dict[str, list[Frame]] = {"gallery": [], "empty": []}
    for _ in range(2):
        frames["empty"] += page.do("sweepEmpty", 1, STEPS)
        long["empty"] += page.take_frames()
        frames["gallery"] += page.sweep(1, STEPS)
        long["gallery"] += page.take_frames()
        page.rest(500)
    scripts = long_scripts(long["gallery"])
    ours = [script for script in scripts if script["ours"]]
    control = long_scripts(long["empty"])
    # What the kernel sends comes in through the page's own websocket, and nothing else comes meanwhile: a
    # script of the page that is long here and not in the control is as good as ours.
    held_up = [*ours, *([] if control else [script for script in scripts if not script["ours"]])]
    report.add(
        "7",
        f"scripts over {LONG_MS} ms while scrolling {ITEMS:,} items end to end",
        len(held_up),
        digits=0,
        bar=Bar(0),
        spread=(
            f"frames {statistics.median(frames['gallery']):.0f} ms, 99 % within "
            f"{percentile(frames['gallery'], 99):.0f} ms" + (f"; {told(held_up)}" if held_up else "")
        ),
        peers=(
            f"empty scroller: {len(control)} scripts, frames {statistics.median(frames['empty']):.0f} ms, "
            f"99 % within {percentile(frames['empty'], 99):.0f} ms"
        ),
        samples={
            "frames of the gallery, ms": frames["gallery"],
            "frames of the empty scroller, ms": frames["empty"],
            "scripts of ours in long frames, ms": _durations(long["gallery"], ours=True),
            "scripts of the page in long frames, ms": _durations(long["gallery"], ours=False),
            "scripts in long frames of the control, ms": _durations(long["empty"]),
        },
    )


def _durations(frames: list[Frame], *, ours: bool | None = None) -> list[float]:
    return [
        script["duration"]
        for frame in frames
        for script in frame["scripts"]
        if ours is None or script["ours"] is ours
    ]


def test_jump(bench: OpenBench, million: Listing, report: Report):
    """From a jump until the last visible tile has its picture, over the time to make just these pictures."""
    page = bench(CELL)
    page.code(f"paths = load({str(million.file)!r})[:{ITEMS}]")
    page.show(1)
    page.code("wait_until_idle()")
    # Not at the very ends, where the first screen has been made already.
    places = random.Random(3)  # noqa: S311 - any places will do
    filled: list[float] = []
    making: list[float] = []
    for turn in range(JUMPS + 3):
        [jump] = page.jumps(1, [places.uniform(0.01, 0.99)])
        assert jump is not None
        # The same pictures once more, when what was prefetched is done: nothing else is on the pool.
        page.code("wait_until_idle()")
        span = f"paths[{jump['first']}:{jump['stop']}], {jump['edge']}"
        made = page.ask(f"making_ms({span})")
        if turn >= 3:  # the first ones warm up
            filled.append(max(jump["blank"]))
            making.append(made)
    ratios = [one / other for one, other in zip(filled, making, strict=True)]
    medians = f"{statistics.median(filled):.0f} / {statistics.median(making):.0f} ms"
    report.add(
        "8",
        "after a jump, visible tiles filled over the time to make them",
        statistics.median(ratios),
        bar=Bar(2),
        spread=f"{spread_of(ratios, '', 2)}; {medians}",
        samples={"filled, ms": filled, "making, ms": making},
    )
