"""Galleries on a real Dask cluster: its workers make the thumbnails, and may die."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Iterator

import pytest
from distributed import Client, LocalCluster

from nbgallery import executors
from tests.unit.doubles import PATIENCE
from tests.unit.galleries import Listening, gray, shown
from tests.unit.test_executor import numbers
from tests.unit.travelling import Held, Stamped, until_begun


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            dashboard_address=None,
            processes=True,
            # It says at length how its workers come and go.
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def workers(client: Client) -> set[int]:
    return set(client.run(os.getpid).values())


def until_known(client: Client, tasks: int) -> None:
    """Wait until the scheduler knows of so many tasks."""
    deadline = time.monotonic() + PATIENCE
    while (known := client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))) != tasks:
        assert time.monotonic() < deadline, f"{known} tasks"
        time.sleep(0.01)


def test_its_workers_make_the_thumbnails(gallery, client):
    class Lazy(Stamped):
        """Pickled by value, as what a notebook defines is."""

    before = workers(client)
    one = gallery([Lazy() for _ in range(40)], executor=client.get_executor())
    view = Listening(one)
    view.wait_for([(0, 40)])
    assert set(numbers(view).values()) == before
    assert os.getpid() not in before
    assert len(before) == 2


def test_the_client_itself_will_do(gallery, client):
    one = gallery([gray(value) for value in range(9)], executor=client)
    view = Listening(one)
    view.wait_for([(0, 9)])
    assert [shown(view.entries[index][1]) for index in range(9)] == list(range(9))


def test_as_much_is_under_way_as_its_threads_are_worth(client):
    assert executors.room(client.get_executor()) == 4


def test_a_worker_killed_in_the_middle_leaves_no_error_tile(gallery, client, tmp_path):
    one = gallery([Held(tmp_path, str(number)) for number in range(12)], executor=client, render=False)
    view = Listening(one)
    view.need("v", 128, [(0, 12)])
    killed = until_begun(tmp_path, "0")
    os.kill(killed, signal.SIGKILL)
    (tmp_path / "go").touch()
    view.wait_for([(0, 12)])
    made_by = set(numbers(view).values())
    assert one.errors == []
    assert made_by
    assert killed not in made_by
    assert os.getpid() not in made_by


def test_what_has_left_is_taken_back(gallery, client, tmp_path):
    one = gallery([Held(tmp_path, str(number)) for number in range(40)], executor=client, render=False)
    view = Listening(one)
    view.need("v", 128, [(0, 20)])
    until_begun(tmp_path, "0")
    view.need("v", 128, [(30, 32)])
    until_known(client, 2)
    (tmp_path / "go").touch()
    view.wait_for([(30, 32)])
    begun = {int(path.name.partition(".")[0]) for path in tmp_path.glob("*.*")}
    assert {30, 31} <= begun
    # Two have begun on its two threads; of the others, none.
    assert len(begun - {30, 31}) <= 2


def test_a_client_that_is_closed_is_an_error_tile(gallery, client):
    with Client(client.cluster) as other:
        one = gallery([gray(1), gray(2)], executor=other, render=False)
    view = Listening(one)
    view.wait_for([(0, 2)])
    assert [index for index, _ in one.errors] == [0, 1]
    assert "ClientExecutor" in one.errors[0][1]
