"""What runs inside the kernel that is measured; its first cell imports all of it."""

from __future__ import annotations

import ctypes
import gc
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import psutil

from nbgallery import encode
from nbgallery.pool import shared_pool, worker_count

#: A pool that answers so fast has nothing else to do.
_IDLE_SECONDS = 0.002
_IDLE_IN_A_ROW = 5

_opened: set[str] = set()
_watched: list[str] = []


def load(listing: str) -> list[str]:
    """Read the paths of a listing."""
    return Path(listing).read_text(encoding="utf-8").splitlines()


def resident() -> int:
    """Return the bytes that this process holds after it has given back what it can."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    return int(psutil.Process().memory_info().rss)


def watch_files(folder: str) -> None:
    """Count the files below a folder that are opened from now on."""
    if not _watched:
        sys.addaudithook(_note)
    _watched[:] = [folder]
    _opened.clear()


def opened_files() -> int:
    """Return how many different files were opened since they are counted."""
    return len(_opened)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watched and _watched[0] in str(arguments[0]):
        _opened.add(str(arguments[0]))


def wait_until_idle() -> None:
    """Wait until the pool that all galleries share makes nothing any more."""
    in_a_row = 0
    while in_a_row < _IDLE_IN_A_ROW:
        began = time.perf_counter()
        wait([shared_pool().submit(time.sleep, 0.001) for _ in range(worker_count())])
        in_a_row = in_a_row + 1 if time.perf_counter() - began < _IDLE_SECONDS + 0.001 else 0
        time.sleep(0.005)


def making_ms(media: Sequence[object], edge: int) -> float:
    """Make thumbnails on the pool, with nothing else on it; return how long all of them took together."""
    began = time.perf_counter()
    wait([shared_pool().submit(encode.thumbnail, each, edge) for each in media])
    return (time.perf_counter() - began) * 1000


def making_of_screens(paths: Sequence[str], screens: str) -> str:
    """Time the making of several screens, given as JSON ``[first, stop, edge]``; return JSON too."""
    wait_until_idle()
    return json.dumps(
        [making_ms(paths[first:stop], edge) for first, stop, edge in json.loads(screens)],
    )


def time_appends(galleries: Sequence[Any], paths: Sequence[str], pause: float = 0.03) -> str:
    """Append to galleries in turns, and time each call; each is sent before the next."""
    times: list[list[float]] = [[] for _ in galleries]
    for path in paths:
        for gallery, taken in zip(galleries, times, strict=True):
            began = time.perf_counter()
            gallery.append(path)
            taken.append((time.perf_counter() - began) * 1e6)
            time.sleep(pause)
    return json.dumps(times)


class Handling:
    """Times how long a gallery takes to handle what a view says.

    Parameters
    ----------
    gallery : Gallery
        Its messages are timed from now on.
    """

    def __init__(self, gallery: Any) -> None:
        self.taken: list[float] = []
        receive = gallery._views.receive

        def timed(content: Any) -> None:
            began = time.perf_counter()
            receive(content)
            if content.get("kind") == "event":
                self.taken.append((time.perf_counter() - began) * 1e6)

        gallery._views.receive = timed
