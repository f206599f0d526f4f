"""Thumbnails by Pillow alone: what anybody would write."""

from __future__ import annotations

import io
import os
import time
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from tests.benchmarks.peers.process import answer

#: As nbgallery's thumbnails.
QUALITY = 80


def thumbnail(path: str, edge: int) -> bytes:
    """Make one."""
    with Image.open(path) as image:
        image.draft("RGB", (edge, edge))
        image.thumbnail((edge, edge))
        target = io.BytesIO()
        image.save(target, "JPEG", quality=QUALITY)
    return target.getvalue()


def make(paths: list[str], edge: int) -> dict[str, float]:
    """Make these thumbnails on as many threads as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        began, busy = time.perf_counter(), time.process_time()
        made = list(pool.map(lambda path: thumbnail(path, edge), paths))
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
    return {"seconds": seconds, "busy": busy, "bytes": sum(map(len, made))}


if __name__ == "__main__":
    answer(make)
