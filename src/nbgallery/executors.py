"""What is known of the executors that a user may pass: how much they take, and what their failures mean."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from typing import Any, TypeVar

from nbgallery.describe import describe
from nbgallery.errors import GalleryError

#: In flight on an executor that does not say how many workers it has.
UNKNOWN_ROOM = 64

#: In flight on the largest cluster: more would be made than a view can take in.
_MOST_ROOM = 1024

_Result = TypeVar("_Result")


def checked(executor: object) -> Executor | None:
    """Take what a user passes as ``executor``.

    Parameters
    ----------
    executor
        A `concurrent.futures.Executor`, or anything with its ``submit``. A Dask ``Client`` stands for its
        ``get_executor()``.

    Raises
    ------
    GalleryError
        It is none.

    Examples
    --------
    >>> checked(8)
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: executor=8: give a concurrent.futures.Executor, or None
    """
    if executor is None:
        return None
    of_client = getattr(executor, "get_executor", None)
    found: object = of_client() if callable(of_client) and not isinstance(executor, type) else executor
    if isinstance(found, type) or not callable(getattr(found, "submit", None)):
        raise GalleryError(f"executor={describe(executor)}: give a concurrent.futures.Executor, or None")
    return found  # type: ignore[return-value]  # a duck


def room(executor: Executor) -> int:
    """Return how many tasks keep an executor busy: twice its workers, as far as they are known.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> room(ThreadPoolExecutor(3))
    6
    """
    client = _dask_client(executor)
    workers = getattr(executor, "_max_workers", None) if client is None else _dask_threads(client)
    if not isinstance(workers, int) or workers < 1:
        return UNKNOWN_ROOM
    return min(2 * workers, _MOST_ROOM)


def _dask_client(executor: Executor) -> Any:
    client = getattr(executor, "_client", None)
    return client if isinstance(getattr(client, "_scheduler_identity", None), dict) else None


def _dask_threads(client: Any) -> int:
    """Read off what a client has heard last of its cluster: to ask for it would be to wait."""
    known: dict[str, Any] = client._scheduler_identity  # noqa: SLF001 - there is no public way that does not wait
    workers = known.get("workers", {}).values()
    total: int | None = known.get("total_threads")
    return sum(worker.get("nthreads", 1) for worker in workers) if total is None else total


def submit(executor: Executor, function: Callable[..., _Result], *args: object) -> Future[_Result]:
    """Submit a call, and check that what comes back is a future.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> submit(ThreadPoolExecutor(), max, 3, 4).result()
    4
    """
    # Else Dask looks at every byte of the media, to find out whether it has done the same before.
    own = {} if _dask_client(executor) is None else {"pure": False}
    task: Future[_Result] = executor.submit(function, *args, **own)
    if not callable(getattr(task, "add_done_callback", None)):
        raise RuntimeError(f"its submit returned {describe(task)}, which is no future")  # noqa: TRY004 - not ours
    return task


def is_cancelled(error: BaseException) -> bool:
    """Tell whether a task was taken back rather than run.

    Examples
    --------
    >>> is_cancelled(CancelledError())
    True
    """
    return isinstance(error, (CancelledError, asyncio.CancelledError))


def cannot_travel(error: BaseException) -> bool:
    """Tell whether a task failed because its media cannot be pickled; media may say so in many ways.

    Examples
    --------
    >>> cannot_travel(TypeError("cannot pickle '_io.BufferedReader' object"))
    True
    """
    unpicklable = (
        pickle.PicklingError,
        AttributeError,
        NotImplementedError,
        RecursionError,
        TypeError,
        ValueError,
    )
    return isinstance(error, unpicklable)


def explain(executor: Executor, error: BaseException) -> str:
    """Write the sentence of an error tile for what an executor has failed at.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> explain(ThreadPoolExecutor(), RuntimeError("cannot schedule new futures after shutdown"))
    'the ThreadPoolExecutor takes no more work (cannot schedule new futures after shutdown): make ...
    """
    name = type(executor).__name__
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, ImportError):
        return f"a worker of the {name} lacks a package ({error}): install it, and nbgallery, where they run"
    if isinstance(error, BrokenExecutor):
        return (
            f"a worker of the {name} died ({said}): make a gallery with a new executor; its workers need "
            "enough memory, and can import no class that is defined in a notebook"
        )
    if is_cancelled(error):
        return f"the {name} cancelled it ({said}): look whether its workers are still there"
    if "shutdown" in str(error) or "closed" in str(error).lower():
        return f"the {name} takes no more work ({error}): make a gallery with one that is open"
    return f"the {name} failed ({said}): look at its workers, or make a gallery without executor"
