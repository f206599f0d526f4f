"""The opening state: bounded, each page set once, and never waiting long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from nbgallery import encode, making, protocol
from nbgallery.arrangement import Arrangement
from nbgallery.feed import Feed
from nbgallery.items import Item, ItemList
from nbgallery.making import Maker
from nbgallery.pages import MAX_BYTES, MAX_ITEMS, Page, Pages, opening_edge, screen_size
from nbgallery.selection import Ranges
from nbgallery.sequences import as_sequence
from nbgallery.turn import Turn
from nbgallery.wire import Parcel, Wire
from tests.unit.doubles import HandOutbox, HandPool


@pytest.mark.parametrize(
    "columns, rows, height, count, expected",
    [
        ([1], None, None, 1000, 1),
        ([2], None, None, 1000, 4),
        ([100], None, None, 10**6, MAX_ITEMS),
        ([4], None, None, 0, 0),
        ([4], [3], "100px", 1000, 12),
        ([1, 2, 3, 4], [1, 2], None, 1000, 6),
        ([4], None, "0.5px", 1000, 4),
        # What cannot be known here is taken for the usual height.
        ([4], None, "50vh", 1000, 12),
        ([4], None, "calc(100% - 2px)", 1000, 12),
        ([4], None, "1.2.3px", 1000, 12),
    ],
)
def test_a_first_screen(columns, rows, height, count, expected):
    assert screen_size(columns, rows, height, count) == expected


def test_the_opening_size_is_one_of_those_that_are_asked_for():
    edges = [opening_edge([columns]) for columns in range(1, 50)]
    assert set(edges) <= set(protocol.THUMBNAIL_EDGES)
    assert edges == sorted(edges, reverse=True)
    assert edges[-1] == 256


@pytest.fixture(autouse=True)
def made(monkeypatch):
    calls: list[Any] = []

    def thumbnail(media: object, edge: int) -> encode.Thumbnail:
        calls.append(media)
        data = media if isinstance(media, bytes) else str(media).encode()
        return encode.Thumbnail(data, "image/png", "image", 1, 1, "#000000", "", edge, complete=False)

    monkeypatch.setattr(making, "encode", SimpleNamespace(thumbnail=thumbnail))
    return calls


class Desk:
    def __init__(self, value: Any) -> None:
        self.items = ItemList(as_sequence(value))
        self.arrangement = Arrangement(self.items)
        self.turn, self.pool, self.outbox = Turn(), HandPool(), HandOutbox()
        self.set: list[tuple[int, Page]] = []
        self.wire = Wire(
            self.arrangement,
            self.turn,
            self.outbox,
            lambda _parcel: None,
            lambda _names: Parcel({}, []),
            Ranges,
        )
        maker = Maker(self.arrangement, self.turn, reader=self.pool, shared=self.pool)
        self.feed = Feed(self.arrangement, self.turn, self.wire, maker)
        self.pages = Pages(self.arrangement, self.feed, self.turn, self.wire, self.set_page)

    def set_page(self, number: int, page: Page) -> None:
        self.set.append((number, page))

    def first(self, screen: int) -> Page | None:
        """Make the first screen; all of it is there when the jobs have run that are queued now."""
        worker = threading.Thread(target=self.pool.run)
        # The jobs are there once the first one is posted.
        post = self.pool.post

        def post_and_start(work: Callable[[], None]) -> None:
            post(work)
            if not worker.ident:
                worker.start()

        self.pool.post = post_and_start  # type: ignore[method-assign]  # for this once
        page = self.pages.first(screen, 256, wait_seconds=30)
        self.pool.post = post  # type: ignore[method-assign]  # as it was
        return page

    def run(self) -> None:
        while self.pool.jobs or self.outbox.now or self.outbox.later:
            self.pool.run()
            self.outbox.run(works=1)


def indices(page: Page | None) -> list[int]:
    assert page is not None
    return [entry["index"] for entry in page["entries"]]


def test_the_first_screen_and_no_more(made):
    desk = Desk([f"p{number}" for number in range(100)])
    page = desk.first(4)
    assert indices(page) == [0, 1, 2, 3]
    assert page is not None
    assert page["data"] == b"p0p1p2p3"
    assert page["revision"] == 1
    assert made == ["p0", "p1", "p2", "p3"]


def test_nothing_of_nothing():
    assert Desk([]).first(0) is None


def test_what_is_not_ready_in_time_follows():
    desk = Desk([f"p{number}" for number in range(4)])
    assert desk.pages.first(4, 256, wait_seconds=0) is None
    desk.pages.follow_up()
    desk.run()
    assert [(number, indices(page)) for number, page in desk.set] == [(1, [0, 1, 2, 3])]


def test_the_rest_follows_after_a_while_with_what_is_there():
    desk = Desk([f"p{number}" for number in range(4)])
    desk.pages.first(4, 256, wait_seconds=0)
    desk.pages.follow_up()
    desk.pool.run(jobs=4)
    desk.outbox.run()
    assert [(number, indices(page)) for number, page in desk.set] == [(1, [0, 1])]
    desk.run()
    assert len(desk.set) == 1


def test_the_second_screen_comes_unasked_when_no_view_is_heard():
    desk = Desk([f"p{number}" for number in range(100)])
    desk.first(4)
    desk.pages.follow_up()
    desk.run()
    assert [(number, indices(page)) for number, page in desk.set] == [(2, [4, 5, 6, 7])]


def test_a_view_that_is_heard_asks_for_itself(made):
    desk = Desk([f"p{number}" for number in range(100)])
    desk.first(4)
    desk.pages.follow_up()
    desk.pages.heard()
    desk.run()
    assert desk.set == []
    assert len(made) == 4


def test_the_second_screen_of_a_list_that_has_changed_is_not_sent():
    desk = Desk([f"p{number}" for number in range(100)])
    desk.first(4)
    desk.pages.follow_up()
    desk.items.insert(0, [Item("new")])
    desk.run()
    assert desk.set == []


def test_what_was_removed_meanwhile_is_left_out():
    desk = Desk([f"p{number}" for number in range(4)])
    desk.pages.first(4, 256, wait_seconds=0)
    desk.pages.follow_up()
    with desk.turn():
        desk.feed.list_changed(desk.arrangement.follow(desk.items.remove(1)))
    desk.run()
    ((_, page),) = desk.set
    assert indices(page) == [0, 1, 2]
    assert page["data"] == b"p0p2p3"


def test_all_pages_together_are_bounded():
    desk = Desk([b"." * 200_000] * 20)
    first = desk.first(10)
    desk.pages.follow_up()
    desk.run()
    assert first is not None
    pages = [first, *(page for _, page in desk.set)]
    assert 900_000 < sum(len(page["data"]) for page in pages) <= MAX_BYTES


def test_what_comes_in_parts_is_left_to_the_views():
    desk = Desk([b"." * (protocol.MAX_BUFFER_BYTES + 1), b"small"])
    assert indices(desk.first(2)) == [1]


def test_closed_it_sends_nothing_more():
    desk = Desk([f"p{number}" for number in range(100)])
    desk.pages.first(4, 256, wait_seconds=0)
    desk.pages.close()
    desk.pages.follow_up()
    desk.run()
    assert desk.set == []
