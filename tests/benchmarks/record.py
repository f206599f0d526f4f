"""What was measured: each budget with its bar, its samples and its verdict, as a table and a JSON file."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

Samples = Mapping[str, Sequence[float]]

_QUARTERS = 4


@dataclass(frozen=True)
class Bar:
    """What a measurement must reach."""

    limit: float
    sense: Literal["at most", "at least"] = "at most"

    def holds(self, value: float) -> bool:
        """Tell whether a value is at or past the bar."""
        return value <= self.limit if self.sense == "at most" else value >= self.limit

    def __str__(self) -> str:
        return f"{'≤' if self.sense == 'at most' else '≥'} {self.limit:,g}"


@dataclass(frozen=True)
class Measurement:
    """One row of the table.

    Attributes
    ----------
    budget
        Where the row stands: the number of the budget, and a letter where it has several rows.
    what
        What was measured, in words.
    measured, spread
        As they are printed.
    bar
        None for a row that only informs.
    ok
        None without a bar.
    peers
        What others need for the same.
    samples
        Every raw value, by name.
    """

    budget: str
    what: str
    value: float
    measured: str
    spread: str
    bar: str
    ok: bool | None
    peers: str
    samples: dict[str, list[float]]


@dataclass
class Report:
    """All that one run has measured."""

    measurements: list[Measurement] = field(default_factory=list)
    #: Milliseconds to the first screen, by who drew it and by the number of items: the plot.
    first_screens: dict[str, dict[int, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    #: Facts that belong to no row: versions of peers, what did not survive.
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        budget: str,
        what: str,
        value: float,
        *,
        unit: str = "",
        digits: int = 2,
        bar: Bar | None = None,
        spread: str = "",
        peers: str = "",
        samples: Samples | None = None,
    ) -> None:
        """Take down one measurement; whether it holds is judged at the end of the run."""
        self.measurements.append(
            Measurement(
                budget,
                what,
                value,
                f"{value:,.{digits}f}{unit and ' ' + unit}",
                spread,
                str(bar or ""),
                None if bar is None else bar.holds(value),
                peers,
                {name: [float(each) for each in values] for name, values in (samples or {}).items()},
            )
        )

    @property
    def missed(self) -> list[Measurement]:
        """The rows that do not reach their bar."""
        return [each for each in self.measurements if each.ok is False]

    def table(self) -> str:
        """Return the measurements as one Markdown table, in the order of the budgets."""
        head = ("", "what", "measured", "spread", "bar", "", "peers")
        verdicts = {True: "ok", False: "MISSED", None: ""}
        rows = [
            (each.budget, each.what, each.measured, each.spread, each.bar, verdicts[each.ok], each.peers)
            for each in sorted(self.measurements, key=lambda each: _place(each.budget))
        ]
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]

        def line(cells: Sequence[str], fill: str = " ") -> str:
            padded = (cell.ljust(width, fill) for cell, width in zip(cells, widths, strict=True))
            return "| " + " | ".join(padded) + " |"

        return "\n".join([line(head), line([""] * len(head), "-"), *map(line, rows)])

    def write(self, path: Path, machine: Mapping[str, object]) -> None:
        """Write all of it, with every sample, as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "machine": machine,
            "measurements": [asdict(each) for each in self.measurements],
            "first_screens": self.first_screens,
            "notes": self.notes,
        }
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _place(budget: str) -> tuple[int, str]:
    digits = "".join(character for character in budget if character.isdigit())
    return int(digits or 99), budget


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the quarter and the three-quarter value: between them lies the middle half."""
    if len(values) == 1:
        return values[0], values[0]
    cuts = statistics.quantiles(values, n=_QUARTERS, method="inclusive")
    return cuts[0], cuts[2]


def percentile(values: Sequence[float], hundredths: int) -> float:
    """Return the value below which so many hundredths of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * hundredths // 100)]


def spread_of(values: Sequence[float], unit: str = "ms", digits: int = 0) -> str:
    """Say how far the middle half of the samples reaches, and how many they are."""
    low, high = quartiles(values)
    return f"{low:,.{digits}f} to {high:,.{digits}f}{unit and ' ' + unit}, n {len(values)}"


@dataclass(frozen=True)
class Ratio:
    """How one thing compares with another that was measured in turns with it."""

    over: Sequence[float]
    under: Sequence[float]

    @property
    def value(self) -> float:
        """The ratio of the medians."""
        return statistics.median(self.over) / statistics.median(self.under)

    def spread(self, unit: str = "ms", digits: int = 0) -> str:
        """Say where the middle half of the ratios of single rounds lies, and what both medians are."""
        rounds = [over / under for over, under in zip(self.over, self.under, strict=False) if under]
        low, high = quartiles(rounds)
        over, under = statistics.median(self.over), statistics.median(self.under)
        return f"{low:.2f} to {high:.2f}; {over:,.{digits}f} / {under:,.{digits}f} {unit}, n {len(rounds)}"
