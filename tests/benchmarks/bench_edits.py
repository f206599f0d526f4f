"""One append and one click cost the same in a long list as in a short one; ten thousand stay smooth."""

from __future__ import annotations

import statistics

from tests.benchmarks.conftest import OpenBench
from tests.benchmarks.pages import LONG_MS, Bench, Message, long_scripts, told
from tests.benchmarks.pictures import Listing
from tests.benchmarks.record import Bar, Ratio, Report, percentile

SMALL, LARGE = 100, 100_000
CELLS = tuple(
    f"{name} = Gallery(paths[:{count}], columns=8, height=260)\n{name}"
    for name, count in (("small", SMALL), ("large", LARGE))
)
#: The cells, by what is in them.
SHOWN = {1: "small", 2: "large"}
CALLS = 250
SEEN = 40
COUNTED = 11
CLICKS = 60
#: Tiles of the first rows, all of them on screen.
CLICKED = 12


def opened(bench: OpenBench, files: Listing) -> Bench:
    page = bench(*CELLS)
    page.code(f"few = load({str(files.file)!r})\npaths = (few * ({LARGE} // len(few) + 1))[:{LARGE}]")
    for cell in SHOWN:
        page.show(cell)
    page.rest(1_000)
    return page


def compare(
    report: Report, budget: str, what: str, samples: dict[str, list[float]], unit: str, peers: str = ""
) -> None:
    """Take down the long list over the short one."""
    ratio = Ratio(samples["large"], samples["small"])
    report.add(
        budget,
        f"{what}, {LARGE:,} items over {SMALL}",
        ratio.value,
        bar=Bar(1.1),
        spread=ratio.spread(unit),
        peers=peers,
        samples={f"{name}, {unit}": values for name, values in samples.items()},
    )


def both() -> dict[str, list[float]]:
    return {name: [] for name in SHOWN.values()}


def test_append(bench: OpenBench, files: Listing, report: Report):
    page = opened(bench, files)
    # Warm: the first ones compile nothing, but take memory from the system.
    page.ask("time_appends([small, large], paths[:20])")
    calls = dict(
        zip(
            SHOWN.values(),
            page.ask(f"time_appends([small, large], paths[:{CALLS}])", timeout_ms=120_000),
            strict=True,
        )
    )
    compare(report, "9a", "time of one append, the call", calls, "µs")
    seen = both()
    for turn in range(SEEN + 3):
        for cell, name in SHOWN.items():
            took = page.do("timeAppend", cell, f"{name}.append(paths[{turn}])")
            page.rest(60)
            if turn >= 3:
                seen[name].append(took)
    compare(report, "9b", "time of one append, until it is seen", seen, "ms")
    page.do("listen")
    sent = both()
    for turn in range(COUNTED):
        for name in SHOWN.values():
            page.traffic()
            page.code(f"{name}.append(paths[{turn}])")
            sent[name].append(size(page.quiet_traffic()))
    compare(report, "9c", "bytes of one append", sent, "bytes")


def size(messages: list[Message]) -> float:
    return sum(each["bytes"] for each in messages)


def test_click(bench: OpenBench, files: Listing, report: Report):
    page = opened(bench, files)
    for name in SHOWN.values():
        page.code(f"{name}_handling = Handling({name})")
    handled, seen = both(), both()
    for turn in range(CLICKS + 6):
        for cell, name in SHOWN.items():
            took = page.do("timeClick", cell, turn % CLICKED)
            page.rest(40)
            if turn >= 6:
                handled[name].append(took["handled"] * 1000)
                seen[name].append(took["seen"])
    kernel = {name: page.ask(f"json.dumps({name}_handling.taken[6:])") for name in SHOWN.values()}
    both_sides = {
        name: [one + other for one, other in zip(handled[name], kernel[name], strict=False)]
        for name in SHOWN.values()
    }
    medians = {name: (statistics.median(handled[name]), statistics.median(kernel[name])) for name in both()}
    compare(
        report,
        "9d",
        "time of one click in a selection, in page and kernel",
        both_sides,
        "µs",
        ", ".join(f"{name}: page {one:.0f}, kernel {other:.0f} µs" for name, (one, other) in medians.items()),
    )
    compare(report, "9e", "time of one click in a selection, until it is seen", seen, "ms")
    page.do("listen")
    sent = both()
    for turn in range(COUNTED):
        for cell, name in SHOWN.items():
            page.traffic()
            page.do("timeClick", cell, turn)
            sent[name].append(size(page.quiet_traffic()))
    compare(report, "9f", "bytes of one click in a selection", sent, "bytes")


APPENDS = 10_000
LOOP = f"for path in (few * 4)[:{APPENDS}]:\n    gallery.append(path)"
VIEWS = (
    "gallery = Gallery(few[:1000], columns=8, height=260)\ngallery",
    "gallery",
)


def test_ten_thousand_appends(bench: OpenBench, files: Listing, report: Report):
    page = bench(*VIEWS, LOOP)
    page.code(f"few = load({str(files.file)!r})")
    page.show(1)
    page.show(2)
    # One view looks at the end of the list, where all of it happens.
    page.jumps(2, [1])
    page.do("listen")
    page.rest(500)
    page.watch_frames()
    page.traffic()
    page.do("recordFrames")
    page.notebook.run_cell(3)
    page.rest(1_000)
    frames = page.do("recordedFrames")
    long = page.take_frames()
    splices = [each for each in page.quiet_traffic() if each["kind"] == "splice"]
    counts = [page.do("countOf", cell) for cell in (1, 2)]
    assert counts == [1_000 + APPENDS] * 2 == [page.ask("len(gallery)")] * 2
    # Both show the same pictures at the same places.
    places = [page.jumps(cell, [place]) for place in (0.3, 1) for cell in (1, 2)]
    assert None not in [each[0] for each in places]
    drawn = [page.do("drawn", cell) for cell in (1, 2)]
    assert drawn[0] == drawn[1]
    scripts = long_scripts(long)
    report.add(
        "14",
        f"scripts over {LONG_MS} ms during {APPENDS:,} appends in a loop, two views",
        len(scripts),
        digits=0,
        bar=Bar(0),
        spread=(
            f"frames {statistics.median(frames):.0f} ms, 99 % within {percentile(frames, 99):.0f} ms"
            + (f"; {told(scripts)}" if scripts else "")
        ),
        peers=f"{len(splices)} splice messages, {sum(each['bytes'] for each in splices):,} bytes",
        samples={
            "frames, ms": frames,
            "splice messages, bytes": [each["bytes"] for each in splices],
            "scripts in long frames, ms": [s["duration"] for frame in long for s in frame["scripts"]],
        },
    )
