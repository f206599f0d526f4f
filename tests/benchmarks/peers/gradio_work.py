"""What gradio does with arrays before anything is shown."""

from __future__ import annotations

import tempfile
import time

import gradio

from tests.benchmarks.peers.process import answer
from tests.benchmarks.pictures import arrays

PICTURES = arrays(1_000)


def work(count: int) -> dict[str, float]:
    """Run `postprocess` to its end, with an empty cache as for pictures that are new."""
    with tempfile.TemporaryDirectory() as cache:
        gallery = gradio.Gallery(columns=4)
        gallery.GRADIO_CACHE = cache
        began = time.perf_counter()
        made = gallery.postprocess(PICTURES[:count])
        seconds = time.perf_counter() - began
    assert made is not None
    assert len(made.root) == count
    return {"seconds": seconds}


if __name__ == "__main__":
    answer(work)
