"""Thumbnails by a gallery's own feed, on the pool that all galleries share."""

from __future__ import annotations

import time
from concurrent.futures import wait

from nbgallery import Gallery
from tests.benchmarks.peers.process import answer


def make(paths: list[str], edge: int) -> dict[str, float]:
    """Let a gallery make these thumbnails, as it does for a view that wants all of them."""
    gallery = Gallery(paths, render=False)
    feed = gallery._feed
    began, busy = time.perf_counter(), time.process_time()
    with gallery._turn():
        made = [feed.make(gallery._items.id_at(index), edge) for index in range(len(paths))]
    wait(made)
    seconds, busy = time.perf_counter() - began, time.process_time() - busy
    gallery.close()
    return {"seconds": seconds, "busy": busy, "bytes": sum(future.result().bytes for future in made)}


if __name__ == "__main__":
    answer(make)
