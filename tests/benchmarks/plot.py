"""The plot of the README: items against the time to the first screen."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

#: Seen on white and on black alike.
_INK = "#7d8590"
_OURS = "nbgallery"
_COLORS = {_OURS: "#2f81f7", "gradio": "#f0883e", "ipyplot": "#a371f7", "ipywidgets": "#3fb950"}
_LABELS = {
    _OURS: "nbgallery",
    "gradio": "gradio.Gallery",
    "ipyplot": "ipyplot.plot_images",
    "ipywidgets": "ipywidgets GridBox",
}

#: The height of a label, and of a power of ten on the axis.
_LINE_POINTS = 15
_POINTS_A_DECADE = 82

FirstScreens = Mapping[str, Mapping[int, Sequence[float]]]


def is_complete(series: FirstScreens) -> bool:
    """Tell whether everyone has been measured."""
    return all(series.get(name) for name in _COLORS)


def draw(series: FirstScreens, path: Path) -> None:
    """Draw the medians of what has been measured; nothing when there is nothing."""
    if not any(series.values()):
        return
    import matplotlib as mpl  # noqa: PLC0415 - slow to import, and only a whole run needs it
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    style: Any = {
        "font.family": "sans-serif",
        "font.size": 11,
        "svg.fonttype": "path",
        "text.color": _INK,
        "axes.labelcolor": _INK,
        "axes.edgecolor": _INK,
        "xtick.color": _INK,
        "ytick.color": _INK,
        # The same figures give the same file.
        "svg.hashsalt": "nbgallery",
    }
    with mpl.rc_context(style):
        figure = Figure(figsize=(8, 4.2), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        axes.set_xscale("log")
        axes.set_yscale("log")
        medians = {
            name: {count: statistics.median(times) / 1000 for count, times in sorted(measured.items())}
            for name, measured in series.items()
            if name in _COLORS and measured
        }
        for name, points in medians.items():
            ours = name == _OURS
            axes.plot(
                list(points),
                list(points.values()),
                marker="o",
                markersize=7 if ours else 5,
                linewidth=3.2 if ours else 1.8,
                color=_COLORS[name],
                zorder=3 if ours else 2,
            )
        for name, (count, seconds), lift in _labels(medians):
            ours = name == _OURS
            axes.annotate(
                f"{_LABELS[name]}, {count:,}: {_seconds(seconds)}",
                (count, seconds),
                xytext=(0, 10) if ours else (9, lift),
                textcoords="offset points",
                ha="right" if ours else "left",
                va="bottom" if ours else "center",
                color=_COLORS[name],
                fontweight="bold" if ours else "normal",
            )
        axes.set_xlim(70, 1_600_000)
        axes.set_ylim(0.1, 100)
        axes.set_xticks([10**power for power in range(2, 7)], [f"{10**power:,}" for power in range(2, 7)])
        axes.set_yticks([0.1, 1, 10, 60], ["0.1 s", "1 s", "10 s", "1 min"])
        axes.minorticks_off()
        axes.set_xlabel("items")
        axes.set_title("Time to the first screen, JupyterLab in Chromium", loc="left", fontsize=12)
        axes.grid(visible=True, color=_INK, alpha=0.25, linewidth=0.8)
        axes.spines[["top", "right"]].set_visible(False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, transparent=True, metadata={"Date": None})


def _labels(
    medians: Mapping[str, Mapping[int, float]],
) -> Iterator[tuple[str, tuple[int, float], float]]:
    """Give each line's end and how many points its label is lifted, so that no two of them touch."""
    ends = {name: list(points.items())[-1] for name, points in medians.items()}
    lowest: dict[int, float] = {}
    for name, (count, seconds) in sorted(ends.items(), key=lambda end: end[1][1]):
        here = math.log10(seconds) * _POINTS_A_DECADE
        at = max(here, lowest.get(count, here))
        lowest[count] = at + _LINE_POINTS
        yield name, (count, seconds), at - here


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 1 else f"{value * 1000:.0f} ms"
