"""The threads that all galleries share."""

from __future__ import annotations

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache


def worker_count() -> int:
    """Return how many things are decoded at once: one a processor, for Pillow decodes without the GIL.

    Examples
    --------
    >>> worker_count() >= 1
    True
    """
    return os.cpu_count() or 1


#: Originals travel to so many views at once, for one of them may wait for a sequence that blocks.
_ORIGINALS = 16


@cache
def originals_pool() -> Executor:
    """Return the pool that sends originals; its threads start when they are needed."""
    return ThreadPoolExecutor(_ORIGINALS, thread_name_prefix="nbgallery-originals")


@cache
def shared_pool() -> Executor:
    """Return the pool that makes thumbnails; its threads start when they are needed."""
    return ThreadPoolExecutor(worker_count(), thread_name_prefix="nbgallery-decode")
