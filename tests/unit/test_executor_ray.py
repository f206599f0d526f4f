"""A gallery on a real Ray: it has no executor of its own, but its references turn into futures."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from nbgallery import Gallery, GalleryError
from tests.unit.galleries import Listening
from tests.unit.test_executor import numbers
from tests.unit.travelling import Stamped

ray = pytest.importorskip("ray", reason="Ray has no wheel for this Python")
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    """Give what the README says to do."""
    (recipe,) = re.findall(
        r"^```python\n(from concurrent\.futures import Executor\n.*?)^```",
        README.read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    names: dict[str, Any] = {}
    exec(recipe, names)  # noqa: S102 - our own text
    with pytest.MonkeyPatch.context() as patch:
        # Its workers find what is found here.
        patch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
        yield names["RayExecutor"]()
        ray.shutdown()


def test_its_workers_make_the_thumbnails(gallery: Callable[..., Gallery], executor: Executor):
    class Lazy(Stamped):
        """Pickled by value, as what a notebook defines is."""

    one = gallery([Lazy() for _ in range(20)], executor=executor)
    view = Listening(one)
    view.wait_for([(0, 20)])
    workers = set(numbers(view).values())
    assert one.errors == []
    assert workers
    assert os.getpid() not in workers


def test_its_futures_are_futures(executor: Executor):
    future = executor.submit(len, "abc")
    assert isinstance(future, Future)
    assert future.result(30) == 3


def test_its_pool_is_no_executor():
    multiprocessing = pytest.importorskip("ray.util.multiprocessing")

    class Pool:
        """As ``ray.util.multiprocessing.Pool``: what it takes is applied, not submitted."""

        def apply_async(self) -> None: ...

    assert not hasattr(multiprocessing.Pool, "submit")
    with pytest.raises(GalleryError, match=r"^executor=.*: give a concurrent\.futures\.Executor"):
        Gallery([], executor=Pool())  # type: ignore[arg-type]  # this is the point
