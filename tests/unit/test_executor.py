"""Whole galleries on executors of the user's: where thumbnails are made, and what happens when one breaks."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from nbgallery import Gallery, GalleryError, Item
from nbgallery.pool import worker_count
from tests.unit.doubles import PATIENCE
from tests.unit.galleries import Listening, gray, shown
from tests.unit.travelling import Fatal, Held, Stamped, number_of, until_begun


def processes(workers: int = 2) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with processes() as executor:
        yield executor


def numbers(view: Listening) -> dict[int, int | str]:
    """Give what each item's picture carries, or why there is none."""
    found: dict[int, int | str] = {}
    for index, (header, data) in view.entries.items():
        if "error" in header:
            found[index] = header["error"]
        else:
            with Image.open(io.BytesIO(data)) as image:
                found[index] = number_of(np.asarray(image.convert("RGB")))
    return found


def here(view: Listening) -> set[int]:
    """Take what has come, and give what is here."""
    view.catch_up()
    return set(view.entries)


class Recovering(Executor):
    """An executor that makes itself new workers when they have died."""

    def __init__(self) -> None:
        self._inner = processes(1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        try:
            return self._inner.submit(fn, *args, **kwargs)
        except BrokenProcessPool:
            self._inner = processes(1)
            return self._inner.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as Executor has it
        self._inner.shutdown(wait, cancel_futures=cancel_futures)


class Moody(ThreadPoolExecutor):
    """An executor that refuses every other thing that it is given, the first time."""

    refused: set[int]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        value = int(args[0][0, 0])
        if value % 2 and value not in self.refused:
            self.refused.add(value)
            raise RuntimeError("not now")
        return super().submit(fn, *args, **kwargs)


class TestWhere:
    def test_processes_make_what_is_read_here(self, gallery, pool):
        read_in = set()

        class Rows:
            def __len__(self) -> int:
                return 30

            def __getitem__(self, index: int) -> Stamped:
                read_in.add((os.getpid(), threading.current_thread().name))
                return Stamped()

        one = gallery(Rows(), executor=pool)
        view = Listening(one)
        view.wait_for([(0, 30)])
        workers = set(numbers(view).values())
        assert read_in == {(os.getpid(), "nbgallery-reader")}
        assert workers
        assert all(isinstance(worker, int) for worker in workers)
        assert os.getpid() not in workers

    def test_what_cannot_be_pickled_is_made_here(self, gallery, pool, tmp_path):
        path = tmp_path / "gray.png"
        Image.fromarray(gray(50)).save(path)
        figure = Figure(figsize=(1, 1))
        # A figure that holds what cannot travel.
        figure.hold_me = lambda: None  # type: ignore[attr-defined]  # it is an object of the user's

        class Local(Stamped):
            """A class that no other process can import."""

        with path.open("rb") as file:
            one = gallery([file, figure, Local(), gray(7), lambda: None], executor=pool)
            view = Listening(one)
            view.wait_for([(0, 5)])
        entries = numbers(view)
        assert shown(view.entries[0][1]) == 50
        assert isinstance(entries[1], int)
        assert entries[2] == os.getpid()
        assert shown(view.entries[3][1]) == 7
        # Neither a picture here nor elsewhere.
        assert "function" in str(entries[4])

    def test_threads_of_the_users(self, gallery):
        made_by = set()

        class Curious(Stamped):
            def happen(self) -> None:
                made_by.add(threading.current_thread().name)

        with ThreadPoolExecutor(2, thread_name_prefix="own") as executor:
            one = gallery([Curious() for _ in range(20)], executor=executor)
            Listening(one).wait_for([(0, 20)])
            one.close()
            assert made_by
            assert all(name.startswith("own") for name in made_by)
            # It is the user's: it works on.
            assert executor.submit(len, "abc").result() == 3

    @pytest.mark.parametrize("given", [8, Executor, "threads"])
    def test_what_is_none_is_an_error_that_names_it(self, comms, given):
        with pytest.raises(GalleryError, match=r"^executor="):
            Gallery([], executor=given)
        assert comms == []


class TestBreaking:
    def test_a_worker_that_dies_once_costs_a_retry(self, gallery, tmp_path):
        bomb = tmp_path / "bomb"
        bomb.touch()
        with Recovering() as executor:
            one = gallery([Stamped(), Fatal(bomb, once=True), Stamped()], executor=executor)
            view = Listening(one)
            view.wait_for([(0, 3)])
        assert one.errors == []
        assert os.getpid() not in numbers(view).values()

    def test_one_that_stays_broken_is_an_error_tile(self, gallery, tmp_path):
        bomb = tmp_path / "bomb"
        bomb.touch()
        with processes(1) as executor:
            one = gallery([Fatal(bomb, once=False), gray(1)], executor=executor)
            view = Listening(one)
            view.wait_for([(0, 2)])
        reasons = dict(one.errors)
        assert "ProcessPoolExecutor died (BrokenProcessPool: " in reasons[0]
        assert "make a gallery with a new executor" in reasons[0]

    def test_shut_down_before(self, gallery):
        executor = ThreadPoolExecutor(1)
        executor.shutdown()
        one = gallery([gray(1), io.BytesIO(b"no picture"), gray(2)], executor=executor)
        Listening(one).wait_for([(0, 3)])
        reasons = dict(one.errors)
        assert "the ThreadPoolExecutor takes no more work (cannot schedule" in reasons[0]
        assert "ThreadPoolExecutor" in reasons[2]
        assert "ThreadPoolExecutor" not in reasons[1]
        # Others go on.
        other = gallery([gray(3)])
        Listening(other).wait_for([(0, 1)])
        assert other.errors == []

    def test_shut_down_in_the_middle(self, gallery, tmp_path):
        executor = ThreadPoolExecutor(1)
        items = [Held(tmp_path, "first"), *(gray(value) for value in range(9))]
        one = gallery(items, executor=executor, render=False)
        view = Listening(one)
        view.need("v", 128, [(0, 10)])
        until_begun(tmp_path, "first")
        executor.shutdown(wait=False, cancel_futures=True)
        (tmp_path / "go").touch()
        view.wait_for([(0, 10)])
        reasons = dict(one.errors)
        assert 0 not in reasons
        assert sorted(reasons) == list(range(1, 10))
        assert all("ThreadPoolExecutor takes no more work" in reason for reason in reasons.values())

    def test_one_that_refuses_now_and_then(self, gallery):
        with Moody(2) as executor:
            executor.refused = set()
            one = gallery([gray(value) for value in range(40)], executor=executor)
            view = Listening(one)
            view.wait_for([(0, 40)])
            assert len(executor.refused) == 20
        assert one.errors == []
        assert {index: shown(data) for index, (_, data) in view.entries.items()} == {
            value: value for value in range(40)
        }

    def test_a_task_that_never_ends_holds_up_nothing_else(self, gallery):
        class Forgetful(ThreadPoolExecutor):
            forgotten: Future[Any] | None = None

            def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
                if self.forgotten is None:
                    self.forgotten = Future()
                    self.forgotten.set_running_or_notify_cancel()
                    return self.forgotten
                return super().submit(fn, *args, **kwargs)

        with Forgetful(2) as executor:
            one = gallery([gray(value) for value in range(30)], executor=executor, render=False)
            view = Listening(one)
            view.need("v", 128, [(0, 30)])
            view.comm.wait(lambda: len(here(view)) == 29)
            assert one.cache_info().making == 1
            assert 0 not in view.entries
            one.close()


class TestLatestWant:
    def test_wins_and_what_has_left_is_taken_back(self, gallery, tmp_path):
        with ThreadPoolExecutor(1) as executor:
            items = [Held(tmp_path, "first"), *(gray(value) for value in range(1, 60))]
            one = gallery(items, executor=executor, render=False)
            view = Listening(one)
            view.need("v", 128, [(0, 20)])
            until_begun(tmp_path, "first")
            # Only the task that runs cannot be taken back, and nothing visible waits behind another one.
            view.need("v", 128, [(40, 42)])
            (tmp_path / "go").touch()
            view.wait_for([(40, 42)])
            assert sorted(index for index in view.entries if index) == [40, 41]
            info = one.cache_info()
            assert (info.making, info.waiting) == (0, 0)


class TestBlockingSequence:
    def test_holds_up_neither_other_galleries_nor_what_is_read(self, gallery):
        reading, go_on = threading.Event(), threading.Event()

        class Slow:
            def __len__(self) -> int:
                return 100

            def __getitem__(self, index: int) -> object:
                if index == 3:
                    reading.set()
                    assert go_on.wait(PATIENCE)
                return Item(gray(index))

        try:
            # As many of them as would take all shared threads.
            blocked = [gallery(Slow(), render=False) for _ in range(worker_count() + 1)]
            views = []
            for one in blocked:
                views.append(Listening(one))
                reading.clear()
                views[-1].need("v", 128, [(0, 10)])
                assert reading.wait(PATIENCE)
            for view in views:
                # What was read before it comes.
                view.comm.wait(partial(lambda each: {0, 1, 2} <= here(each), view))
            other = gallery([gray(value) for value in range(50)])
            Listening(other).wait_for([(0, 50)])
            assert other.errors == []
            assert blocked[0].cache_info().making == 1
        finally:
            go_on.set()
        for view in views:
            view.wait_for([(0, 10)])

    def test_closing_does_not_wait_for_it(self, gallery):
        reading, go_on = threading.Event(), threading.Event()

        class Slow:
            def __len__(self) -> int:
                return 9

            def __getitem__(self, index: int) -> object:
                reading.set()
                assert go_on.wait(PATIENCE)
                return gray(index)

        one = gallery(Slow(), render=False)
        Listening(one).need("v", 128, [(0, 9)])
        assert reading.wait(PATIENCE)
        one.close()
        assert one._feed._maker.keys == []
        go_on.set()


class TestCacheInfo:
    def test_counts_what_is_kept_and_what_was_there(self, gallery):
        one = gallery([gray(value) for value in range(30)])
        view = Listening(one)
        view.wait_for([(0, 30)])
        before = one.cache_info()
        assert before.misses >= 30
        assert (before.making, before.waiting, before.evicted) == (0, 0, 0)
        assert before.thumbnails * 400 <= before.bytes <= before.limit == 32 * 2**20
        view.entries.clear()
        view.wait_for([(0, 30)])
        after = one.cache_info()
        assert after.misses == before.misses
        assert after.hits == before.hits + 30

    def test_counts_what_was_evicted(self, gallery):
        one = gallery([gray(value) for value in range(30)], render=False)
        one._feed._cache.limit = 2000
        Listening(one).wait_for([(0, 30)])
        info = one.cache_info()
        assert info.evicted > 0
        assert info.bytes <= 2000

    def test_counts_the_files_that_were_handed_out(self, gallery):
        one = gallery([gray(1), gray(2)])
        assert one.cache_info().files == 0
        path = Path(one.value[0][0])
        info = one.cache_info()
        assert (info.files, info.file_bytes) == (1, path.stat().st_size)

    def test_is_frozen(self, gallery):
        with pytest.raises(AttributeError):
            gallery([]).cache_info().hits = 5
