"""The threads that decode, shared by all galleries."""

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


@cache
def shared_pool() -> Executor:
    """Return the pool that all galleries share; its threads start with the first use."""
    return ThreadPoolExecutor(worker_count(), thread_name_prefix="nbgallery-decode")
