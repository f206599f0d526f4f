"""How many thumbnails a second: ours beside a bare loop of Pillow, each in a process of its own, in turns."""

from __future__ import annotations

import os
import statistics

from tests.benchmarks.peers.process import Peer
from tests.benchmarks.pictures import Listing
from tests.benchmarks.record import Bar, Ratio, Report

ROUNDS = 11
COUNT = 400
EDGE = 256


def test_thumbnails(files: Listing, report: Report):
    rates: dict[str, list[float]] = {"ours": [], "bare": []}
    busy: dict[str, list[float]] = {"ours": [], "bare": []}
    size: dict[str, float] = {}
    with Peer("ours") as ours, Peer("bare") as bare:
        for turn in range(ROUNDS + 1):
            first = turn * COUNT % (files.count - COUNT)
            paths = files.paths()[first : first + COUNT]
            for name, peer in (("ours", ours), ("bare", bare)):
                answer = peer.ask(paths=paths, edge=EDGE)
                size[name] = answer["bytes"] / COUNT
                if turn:  # the first of each imports what it needs
                    rates[name].append(COUNT / answer["seconds"])
                    busy[name].append(answer["busy"] / COUNT * 1000)
    ratio = Ratio(rates["ours"], rates["bare"])
    report.add(
        "4",
        f"thumbnails a second over the bare Pillow loop, {os.cpu_count()} threads, 640 by 480 to {EDGE}",
        ratio.value,
        bar=Bar(0.9, "at least"),
        spread=ratio.spread("/s"),
        peers=(
            f"bare Pillow loop {statistics.median(rates['bare']):.0f}/s; "
            f"{statistics.median(busy['bare']):.2f} ms of processor each, ours "
            f"{statistics.median(busy['ours']):.2f}; "
            f"{size['bare']:,.0f} bytes each, ours {size['ours']:,.0f}"
        ),
        samples={
            **{f"{name}, thumbnails a second": values for name, values in rates.items()},
            **{f"{name}, ms of processor each": values for name, values in busy.items()},
        },
    )
