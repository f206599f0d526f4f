"""What everyone pays before the first picture: the bundle, which each gallery sends, and the import."""

from __future__ import annotations

import subprocess
import sys

from tests.benchmarks.pages import REPOSITORY
from tests.benchmarks.record import Bar, Ratio, Report

STATIC = REPOSITORY / "src" / "nbgallery" / "static"
BUNDLE_BYTES = 61_440

ROUNDS = 15
DEPENDENCIES = "import anywidget, traitlets, PIL.Image, numpy, IPython.display"
TIMED = "import time; began = time.perf_counter(); {}; print((time.perf_counter() - began) * 1000)"


def test_bundle(report: Report):
    sizes = {name: (STATIC / name).stat().st_size for name in ("widget.js", "widget.css")}
    report.add(
        "11",
        "bundle, CSS included, minified",
        sum(sizes.values()),
        unit="bytes",
        digits=0,
        bar=Bar(BUNDLE_BYTES),
        spread=", ".join(f"{name} {size:,}" for name, size in sizes.items()),
        samples={name: [size] for name, size in sizes.items()},
    )


def milliseconds(statement: str) -> float:
    """Run a statement in a fresh interpreter; return how long it took there."""
    run = subprocess.run(
        [sys.executable, "-c", TIMED.format(statement)],
        cwd=REPOSITORY / "src",
        check=True,
        capture_output=True,
        text=True,
    )
    return float(run.stdout)


def test_import(report: Report):
    ours: list[float] = []
    dependencies: list[float] = []
    for turn in range(ROUNDS + 1):
        both = milliseconds("import nbgallery"), milliseconds(DEPENDENCIES)
        if turn:  # the first of each fills the file cache
            ours.append(both[0])
            dependencies.append(both[1])
    ratio = Ratio(ours, dependencies)
    report.add(
        "12",
        "import nbgallery over importing its dependencies",
        ratio.value,
        bar=Bar(1.1),
        spread=ratio.spread(),
        samples={"import nbgallery, ms": ours, "import dependencies, ms": dependencies},
    )
