"""Making on an executor: whatever it does, a picture or one bad tile comes of it."""

from __future__ import annotations

import asyncio
import io
import pickle
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from types import SimpleNamespace
from typing import Any

import pytest

from nbgallery import encode, executors, making
from nbgallery.batches import Encoded
from nbgallery.errors import GalleryError, MediaError
from nbgallery.making import Key, Maker, make
from nbgallery.turn import Turn
from tests.unit.doubles import HandPool
from tests.unit.feed_desk import Desk, picture


class Remote(Executor):
    """An executor whose tasks are ended by the test."""

    def __init__(self) -> None:
        self.tasks: list[tuple[Future[Any], Callable[[], Any]]] = []
        self.refuses: list[BaseException] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.refuses:
            raise self.refuses.pop(0)
        future: Future[Any] = Future()
        self.tasks.append((future, lambda: fn(*args, **kwargs)))
        return future

    def end(self, number: int, result: object = None) -> None:
        """End a task: with an exception, with what is given, or with what comes of the call."""
        future, call = self.tasks[number]
        assert future.set_running_or_notify_cancel()
        if isinstance(result, BaseException):
            future.set_exception(result)
        else:
            future.set_result(call() if result is None else result)


class Shop:
    """A maker whose threads are run by hand, and what has come of its keys."""

    def __init__(self, media: Callable[[int], object] = "p{}".format) -> None:
        self.remote, self.pool = Remote(), HandPool()
        self.read: list[int] = []
        self.media = media
        self.made: dict[Key, Encoded | None] = {}
        self.turn = Turn()
        self.maker = Maker(
            self, self.turn, self.remote, reader=self.pool, courier=self.pool, shared=self.pool
        )

    def item(self, item_id: int) -> Any:
        self.read.append(item_id)
        return SimpleNamespace(media=self.media(item_id), caption=f"caption {item_id}")

    def ask(self, *item_ids: int) -> None:
        with self.turn():
            for item_id in item_ids:
                self.maker.make((item_id, 128), self.done)

    def leave(self, *item_ids: int) -> None:
        with self.turn():
            for item_id in item_ids:
                self.maker.abandon((item_id, 128))

    def done(self, key: Key, future: Future[Encoded]) -> None:
        assert key not in self.made
        self.made[key] = None if future.cancelled() else future.result()

    def run(self) -> None:
        self.pool.run()

    def error(self, item_id: int) -> str | None:
        made = self.made[item_id, 128]
        assert made is not None
        return made.error

    def drawn(self) -> dict[int, bytes]:
        return {
            item_id: made.thumbnail.data
            for (item_id, _), made in self.made.items()
            if made is not None and made.thumbnail is not None
        }


@pytest.fixture(autouse=True)
def _pictures(monkeypatch):
    monkeypatch.setattr(making, "encode", SimpleNamespace(thumbnail=picture))


class TestMake:
    @pytest.mark.parametrize("error", [MediaError("no"), KeyError("key"), SystemExit(3), MemoryError()])
    def test_whatever_a_decoder_raises_is_in_the_result(self, error, monkeypatch):
        def fail(_media: object, _edge: int) -> encode.Thumbnail:
            raise error

        monkeypatch.setattr(making, "encode", SimpleNamespace(thumbnail=fail))
        made = make("cat.png", "A cat", 128)
        assert (made.thumbnail, made.caption, made.passing) == (None, "A cat", False)
        assert made.error

    def test_it_travels_and_so_does_what_comes_of_it(self):
        assert pickle.loads(pickle.dumps(make)) is make  # noqa: S301 - our own
        made = make("cat.png", "A cat", 128)
        assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - our own
        assert len(pickle.dumps(made)) < 1000

    def test_a_sentence_is_bounded(self):
        assert len(making.failed(ValueError("x" * 10**6), None).error or "") == 1000


class TestReading:
    def test_is_done_here_and_encoding_there(self):
        shop = Shop()
        shop.ask(3, 1, 2)
        shop.run()
        assert shop.read == [3, 1, 2]
        assert len(shop.remote.tasks) == 3
        assert shop.made == {}

    def test_results_come_in_any_order(self):
        shop = Shop()
        shop.ask(1, 2, 3)
        shop.run()
        for number in (2, 0, 1):
            shop.remote.end(number)
            shop.run()
        assert shop.drawn() == {3: b"p3@128", 1: b"p1@128", 2: b"p2@128"}
        assert list(shop.drawn()) == [3, 1, 2]

    def test_what_is_wanted_no_more_is_not_read(self):
        shop = Shop()
        shop.ask(1, 2, 3)
        shop.leave(2)
        shop.run()
        assert shop.read == [1, 3]
        assert shop.made == {(2, 128): None}

    def test_what_is_wanted_no_more_once_it_is_read_is_not_submitted(self):
        shop = Shop()
        shop.ask(1)
        shop.pool.run(jobs=1)
        shop.leave(1)
        shop.run()
        assert shop.remote.tasks == []
        assert shop.maker.keys == []

    def test_what_the_sequence_raises_is_one_bad_tile(self):
        def media(item_id: int) -> object:
            if item_id == 2:
                raise KeyError("no row")
            return f"p{item_id}"

        shop = Shop(media)
        shop.ask(1, 2, 3)
        shop.run()
        assert shop.error(2) == "KeyError: 'no row'"
        assert len(shop.remote.tasks) == 2

    def test_an_open_file_is_not_taken_anywhere(self):
        shop = Shop(lambda _: io.BytesIO(b"picture"))
        shop.ask(1)
        shop.run()
        assert shop.remote.tasks == []
        assert list(shop.drawn()) == [1]


class TestFailing:
    def test_a_worker_that_dies_costs_a_retry(self):
        shop = Shop()
        shop.ask(1)
        shop.run()
        shop.remote.end(0, BrokenExecutor("it died"))
        shop.run()
        shop.remote.end(1)
        shop.run()
        assert shop.drawn() == {1: b"p1@128"}

    def test_then_an_error_tile_that_may_be_tried_again(self):
        shop = Shop()
        shop.ask(1, 2)
        shop.run()
        shop.remote.end(0, BrokenExecutor("it died"))
        shop.remote.end(1)
        shop.run()
        shop.remote.end(2, BrokenExecutor("it died"))
        shop.run()
        made = shop.made[1, 128]
        assert made is not None
        assert made.passing
        assert made.caption == "caption 1"
        assert made.error is not None
        assert made.error.startswith(
            "a worker of the Remote died (BrokenExecutor: it died): make a gallery with"
        )
        assert list(shop.drawn()) == [2]
        assert len(shop.remote.tasks) == 3

    @pytest.mark.parametrize(
        "error",
        [
            pickle.PicklingError("Can't pickle it"),
            TypeError("cannot pickle '_thread.lock' object"),
            AttributeError("Can't pickle local object 'f.<locals>.<lambda>'"),
            RecursionError(),
        ],
    )
    @pytest.mark.parametrize("at_submit", [True, False])
    def test_what_cannot_travel_is_made_here(self, error, at_submit):
        shop = Shop()
        if at_submit:
            shop.remote.refuses.append(error)
        shop.ask(1)
        shop.run()
        if not at_submit:
            shop.remote.end(0, error)
            shop.run()
        assert shop.drawn() == {1: b"p1@128"}

    def test_an_executor_that_refuses_now_and_then_is_asked_again(self):
        shop = Shop()
        shop.remote.refuses = [RuntimeError("busy")]
        shop.ask(1, 2)
        shop.run()
        assert len(shop.remote.tasks) == 2

    def test_one_that_is_shut_down_says_so_and_nothing_hangs(self):
        shop = Shop()
        shut = RuntimeError("cannot schedule new futures after shutdown")
        shop.remote.refuses = [shut] * 4
        shop.ask(1, 2)
        shop.run()
        assert shop.error(1) == shop.error(2)
        assert "Remote takes no more work (cannot schedule new futures after shutdown)" in (
            shop.error(1) or ""
        )
        assert shop.maker.keys == []

    def test_a_package_that_its_workers_lack_is_named(self):
        shop = Shop()
        shop.ask(1)
        shop.run()
        for number in (0, 1):
            shop.remote.end(number, ModuleNotFoundError("No module named 'nbgallery'"))
            shop.run()
        assert "No module named 'nbgallery'): install it" in (shop.error(1) or "")

    @pytest.mark.parametrize("junk", [object(), "text", 5])
    def test_junk_is_one_bad_tile(self, junk):
        shop = Shop()
        shop.ask(1)
        shop.run()
        shop.remote.end(0, junk)
        shop.run()
        shop.remote.end(1, junk)
        shop.run()
        assert "the Remote failed (RuntimeError: it returned" in (shop.error(1) or "")

    def test_a_submit_that_returns_no_future_is_one_bad_tile(self, monkeypatch):
        shop = Shop()
        monkeypatch.setattr(shop.remote, "submit", lambda *_: None)
        shop.ask(1)
        shop.run()
        assert "its submit returned None, which is no future" in (shop.error(1) or "")


class TestCancelling:
    @pytest.mark.parametrize("error", [CancelledError(), asyncio.CancelledError()])
    def test_what_is_wanted_is_submitted_again(self, error):
        shop = Shop()
        shop.ask(1)
        shop.run()
        shop.remote.end(0, error)
        shop.run()
        assert len(shop.remote.tasks) == 2
        assert shop.made == {}

    def test_but_not_for_ever(self):
        shop = Shop()
        shop.ask(1)
        shop.run()
        for number in range(4):
            shop.remote.tasks[number][0].cancel()
            shop.run()
        assert len(shop.remote.tasks) == 4
        assert "the Remote cancelled it" in (shop.error(1) or "")

    def test_what_has_not_begun_is_taken_back_when_nobody_wants_it(self):
        shop = Shop()
        shop.ask(1, 2)
        shop.run()
        shop.leave(1)
        shop.run()
        assert [task.cancelled() for task, _ in shop.remote.tasks] == [True, False]
        assert shop.made == {(1, 128): None}
        assert shop.maker.keys == [(2, 128)]

    def test_what_has_begun_is_made_to_its_end(self):
        shop = Shop()
        shop.ask(1)
        shop.run()
        task, call = shop.remote.tasks[0]
        task.set_running_or_notify_cancel()
        shop.leave(1)
        shop.run()
        assert not task.cancelled()
        task.set_result(call())
        shop.run()
        assert shop.drawn() == {1: b"p1@128"}

    def test_what_fails_when_nobody_wants_it_is_no_error(self):
        shop = Shop()
        shop.ask(1)
        shop.run()
        shop.leave(1)
        shop.remote.end(0, BrokenExecutor("it died"))
        shop.run()
        assert shop.made == {(1, 128): None}
        assert len(shop.remote.tasks) == 1

    def test_wanted_again_in_time_it_is_not_taken_back(self):
        shop = Shop()
        shop.ask(1)
        shop.run()
        shop.leave(1)
        shop.ask(1)
        shop.run()
        assert not shop.remote.tasks[0][0].cancelled()

    def test_wanted_again_too_late_it_is_submitted_again_however_often(self):
        shop = Shop()
        shop.ask(1)
        shop.run()
        for number in range(10):
            shop.leave(1)
            # The executor has heard of it, and its answer is on its way.
            shop.pool.run(jobs=1)
            assert shop.remote.tasks[number][0].cancelled()
            shop.ask(1)
            shop.run()
        shop.remote.end(10)
        shop.run()
        assert shop.drawn() == {1: b"p1@128"}

    def test_one_that_cannot_be_cancelled_harms_nobody(self, monkeypatch):
        shop = Shop()
        shop.ask(1)
        shop.run()

        def refuse() -> bool:
            raise OSError("the connection is lost")

        monkeypatch.setattr(shop.remote.tasks[0][0], "cancel", refuse)
        shop.leave(1)
        shop.ask(2)
        shop.run()
        assert len(shop.remote.tasks) == 2

    def test_close_takes_all_back(self):
        shop = Shop()
        shop.ask(1, 2)
        shop.run()
        shop.ask(3)
        with shop.turn():
            shop.maker.close()
        shop.run()
        assert all(task.cancelled() for task, _ in shop.remote.tasks)
        assert shop.made == {(1, 128): None, (2, 128): None, (3, 128): None}
        shop.ask(4)
        assert shop.made[4, 128] is None
        assert shop.read == [1, 2]


def test_an_executors_failure_is_not_kept():
    """Asked for again, it is tried again: the cluster may be back."""
    desk = Desk(3)
    remote = Remote()
    desk.feed._maker = Maker(
        desk.arrangement, desk.turn, remote, reader=desk.pool, courier=desk.pool, shared=desk.pool
    )
    desk.want(1)
    desk.run()
    for number in (0, 1):
        remote.end(number, BrokenExecutor("it died"))
        desk.run()
    assert "died" in desk.feed.errors[1]
    desk.want(1, view="w")
    desk.run()
    remote.end(2)
    desk.run()
    assert desk.feed.errors == {}
    assert desk.shown() == {1: "p1@256"}


class TestExecutors:
    @pytest.mark.parametrize("given", [8, "threads", object(), Executor, [Remote()]])
    def test_what_is_none_is_named(self, given):
        with pytest.raises(GalleryError, match=r"^executor=.*: give a concurrent\.futures\.Executor"):
            executors.checked(given)

    def test_a_duck_is_one(self):
        duck: Any = SimpleNamespace(submit=lambda *_: Future())
        assert executors.checked(duck) is duck
        assert executors.checked(None) is None

    @pytest.mark.parametrize(
        "known, room",
        [
            ({"_max_workers": 3}, 6),
            ({"_max_workers": 5000}, 1024),
            ({"_max_workers": None}, 64),
            ({"_max_workers": 0}, 64),
            ({}, 64),
            ({"_client": SimpleNamespace(_scheduler_identity={"total_threads": 12})}, 24),
            (
                {
                    "_client": SimpleNamespace(
                        _scheduler_identity={"workers": {"a": {"nthreads": 4}, "b": {}}}
                    )
                },
                10,
            ),
            ({"_client": SimpleNamespace(_scheduler_identity={})}, 64),
            ({"_client": object()}, 64),
        ],
    )
    def test_room_is_twice_its_workers_as_far_as_they_are_known(self, known, room):
        assert executors.room(SimpleNamespace(**known)) == room  # type: ignore[arg-type]  # a duck
