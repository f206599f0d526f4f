"""Serving views: every want is answered, nothing is sent twice, and no more than a view can take."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from nbgallery import encode, feed, making, protocol
from nbgallery.errors import MediaError
from nbgallery.items import Item
from nbgallery.pool import worker_count
from nbgallery.sequences import as_sequence
from tests.unit.feed_desk import Desk, picture

ROOM = 2 * worker_count()


@pytest.fixture(autouse=True)
def made(monkeypatch):
    """Count what is made."""
    calls: list[tuple[object, int]] = []

    def thumbnail(media: object, edge: int) -> encode.Thumbnail:
        calls.append((media, edge))
        return picture(media, edge)

    monkeypatch.setattr(making, "encode", SimpleNamespace(thumbnail=thumbnail))
    return calls


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(feed, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


class TestWant:
    def test_is_answered_with_what_was_asked_for_most_urgent_first(self, made):
        desk = Desk()
        desk.want(5, 3, 4)
        desk.run()
        assert desk.shown() == {3: "p3@256", 4: "p4@256", 5: "p5@256"}
        assert [media for media, _ in made] == ["p5", "p3", "p4"]
        (message,) = desk.thumbs()
        assert (message["view"], message["want"], message["revision"]) == ("v", 1, 1)

    def test_what_was_made_once_is_not_made_again(self, made):
        desk = Desk()
        desk.want(1, view="a")
        desk.run()
        desk.want(1, view="b")
        desk.run()
        assert len(made) == 1
        assert [message["view"] for message in desk.thumbs()] == ["a", "b"]

    def test_what_is_being_made_is_shared(self, made):
        desk = Desk()
        desk.want(1, view="a")
        desk.want(1, view="b")
        desk.run()
        assert len(made) == 1
        assert sorted(message["view"] for message in desk.thumbs()) == ["a", "b"]

    def test_replaces_the_one_before_it(self, made):
        desk = Desk()
        desk.want(*range(50), number=1)
        desk.want(90, number=2)
        desk.run()
        assert set(desk.shown()) == {90}
        assert made == [("p90", 256)]

    def test_what_another_view_waits_for_is_made_all_the_same(self, made):
        desk = Desk()
        desk.want(1, view="a")
        desk.want(1, view="b")
        desk.want(2, view="a", number=2)
        desk.run()
        assert sorted(media for media, _ in made) == ["p1", "p2"]
        assert {message["view"]: message["entries"][0]["index"] for message in desk.thumbs()} == {
            "a": 2,
            "b": 1,
        }

    def test_nothing_that_is_on_its_way_is_sent_twice(self):
        desk = Desk()
        desk.want(1, 2)
        desk.run()
        desk.want(1, 2, 3, number=2)
        desk.run()
        assert [[one["index"] for one in message["entries"]] for message in desk.thumbs()] == [[1, 2], [3]]
        # Once it has arrived and is asked for again, the view has lost it.
        desk.ack(desk.thumbs()[0])
        desk.want(1, number=3)
        desk.run()
        assert [one["index"] for one in desk.thumbs()[2]["entries"]] == [1]

    def test_another_size_is_another_picture(self):
        desk = Desk()
        desk.want(1, edge=256)
        desk.run()
        desk.want(1, edge=512, number=2)
        desk.run()
        assert desk.shown() == {1: "p1@512"}
        assert len(desk.thumbs()) == 2

    def test_the_size_that_is_wanted_no_more_is_not_made(self, made):
        desk = Desk()
        desk.want(*range(10), edge=256)
        desk.want(*range(10), edge=512, number=2)
        desk.run()
        assert {edge for _, edge in made} == {512}

    def test_nothing_is_answered_with_nothing(self):
        desk = Desk(10)
        desk.want(50)
        desk.run()
        (message,) = desk.thumbs()
        assert message["entries"] == []

    def test_an_empty_want_is_not_answered(self):
        desk = Desk()
        desk.want(1)
        desk.want(number=2)
        desk.run()
        assert desk.thumbs() == []

    def test_is_answered_when_all_of_it_has_gone_meanwhile(self):
        desk = Desk(10)
        desk.want(*range(8), 9, number=7)
        desk.edit(desk.items.remove(0, 10))
        desk.run()
        assert [(message["want"], message["entries"]) for message in desk.thumbs()] == [(7, [])]

    def test_is_answered_when_the_list_is_replaced(self):
        desk = Desk(10)
        desk.want(*range(8), number=7)
        desk.edit(desk.items.reset(as_sequence(["new"])))
        desk.run()
        assert [(message["want"], message["entries"]) for message in desk.thumbs()] == [(7, [])]

    def test_of_an_older_list_is_meant_as_the_view_saw_it(self):
        desk = Desk()
        seen = desk.items.revision
        desk.edit(desk.items.remove(0))
        desk.want(0, 1, 2, revision=seen)
        desk.run()
        assert desk.shown() == {0: "p1@256", 1: "p2@256"}

    def test_of_a_list_that_nobody_remembers_is_answered(self):
        desk = Desk()
        desk.want(1, 2, revision=99)
        desk.run()
        # Of a revision that is not the view's: so it asks again.
        assert [(message["revision"], message["entries"]) for message in desk.thumbs()] == [(99, [])]
        desk.want(1, 2, number=2)
        desk.run()
        assert desk.thumbs()[1]["revision"] == 1

    def test_while_thousands_are_appended_is_meant_as_the_view_saw_it(self):
        desk = Desk()
        seen = desk.items.revision
        for _ in range(5000):
            desk.arrangement.follow(desk.items.insert(len(desk.items), [Item("more")]))
        desk.want(1, revision=seen)
        desk.want(103, revision=seen + 4, view="w")
        desk.run()
        assert desk.shown() == {1: "p1@256", 103: "more@256"}

    def test_no_more_is_begun_than_is_about_to_be_sent(self, made):
        desk = Desk(500)
        desk.want(*range(400))
        while desk.pool.jobs or desk.outbox.now or desk.outbox.later:
            assert len(desk.maker.keys) <= ROOM
            desk.pool.run(jobs=1)
            desk.outbox.run(works=1)
        # Four batches are on their way, and what is ready for the next ones.
        assert len(made) <= 4 * ROOM + 400
        assert len(desk.thumbs()) == protocol.MAX_UNACKNOWLEDGED
        sent = sum(len(message["entries"]) for message in desk.thumbs())
        assert len(made) <= sent + 2 * ROOM


class TestBackPressure:
    def test_four_batches_are_on_their_way_at_most(self):
        desk = Desk([b"%d" % number + b"." * 200_000 for number in range(12)])
        desk.want(*range(12))
        desk.run()
        assert len(desk.thumbs()) == 4
        for _ in range(8):
            desk.ack(desk.thumbs()[-1])
            desk.run()
        assert set(desk.shown()) == set(range(12))

    def test_a_batch_is_bounded(self):
        desk = Desk([b"." * 100_000] * 8)
        desk.want(*range(8))
        desk.run()
        assert [len(buffer) for _, buffer in desk.sent] == [200_000] * 4

    def test_a_later_ack_stands_for_earlier_ones(self):
        desk = Desk([b"." * 200_000] * 12)
        desk.want(*range(12))
        desk.run()
        assert desk.ack(desk.thumbs()[3])
        assert not desk.ack(desk.thumbs()[0])
        desk.run()
        assert len(desk.thumbs()) == 8

    def test_what_is_not_acknowledged_for_long_is_sent_again_when_asked_for(self, clock):
        desk = Desk([b"." * 200_000] * 12)
        desk.want(*range(12))
        desk.run()
        desk.want(*range(12), number=2)
        desk.run()
        assert len(desk.thumbs()) == 4
        clock.now = 11
        desk.want(*range(12), number=3)
        desk.run()
        assert [one["index"] for message in desk.thumbs() for one in message["entries"]] == [
            0,
            1,
            2,
            3,
            0,
            1,
            2,
            3,
        ]

    def test_acks_that_nobody_waits_for_are_none_of_its(self):
        desk = Desk()
        assert not desk.feed.acknowledge(protocol.Ack("nobody", 1))
        desk.want(1)
        desk.run()
        assert not desk.feed.acknowledge(protocol.Ack("v", 999))


class TestLarge:
    """A thumbnail that is larger than a buffer may be."""

    SIZE = 5 * protocol.MAX_BUFFER_BYTES + 7

    def test_comes_in_parts_no_faster_than_they_are_taken_in(self):
        desk = Desk([bytes(self.SIZE), b"small"])
        desk.want(0, 1)
        desk.run()
        assert len(desk.thumbs()) == 4
        while len(desk.thumbs()) < 7:
            desk.ack(desk.thumbs()[-1])
            desk.run()
        parts = [one["part"] for message in desk.thumbs()[:6] for one in message["entries"]]
        assert [offset for offset, _ in parts] == [number * protocol.MAX_BUFFER_BYTES for number in range(6)]
        assert all(len(buffer) <= protocol.MAX_BUFFER_BYTES for _, buffer in desk.sent)
        assert sum(len(buffer) for _, buffer in desk.sent[:6]) == self.SIZE
        assert desk.thumbs()[6]["entries"][0]["index"] == 1

    def test_begins_anew_after_an_edit(self):
        desk = Desk([bytes(self.SIZE), b"small"])
        desk.want(0)
        desk.run()
        desk.edit(desk.items.insert(0, [Item(b"new")]))
        desk.sent.clear()
        desk.outbox.run()
        desk.ack({"view": "v", "batch": 4})
        desk.run()
        first = desk.thumbs()[0]["entries"][0]
        assert (first["index"], first["part"][0]) == (1, 0)

    def test_is_not_sent_on_when_it_is_wanted_no_more(self):
        desk = Desk([bytes(self.SIZE), b"small"])
        desk.want(0)
        desk.run()
        desk.want(1, number=2)
        desk.ack(desk.thumbs()[3])
        desk.run()
        assert [one["index"] for message in desk.thumbs()[4:] for one in message["entries"]] == [1]

    def test_given_up_and_wanted_again_it_begins_anew(self):
        desk = Desk([bytes(self.SIZE), b"small"])
        desk.want(0)
        desk.run()
        desk.want(1, number=2)
        desk.want(0, number=3)
        desk.ack(desk.thumbs()[3])
        desk.run()
        assert desk.thumbs()[4]["entries"][0]["part"][0] == 0

    def test_what_was_lost_begins_anew(self, clock):
        desk = Desk([bytes(self.SIZE)])
        desk.want(0)
        desk.run()
        clock.now = 11
        desk.want(0, number=2)
        desk.run()
        assert desk.thumbs()[4]["entries"][0]["part"][0] == 0

    def test_goes_with_its_item(self):
        desk = Desk([bytes(self.SIZE), b"small"])
        desk.want(0)
        desk.run()
        desk.edit(desk.items.remove(0))
        desk.ack(desk.thumbs()[3])
        desk.run()
        assert len(desk.thumbs()) == 4


class TestErrors:
    def test_one_bad_item_is_one_bad_tile(self):
        desk = Desk(["good", MediaError("there is no such file"), "good too"])
        desk.want(0, 1, 2)
        desk.run()
        (message,) = desk.thumbs()
        assert [one.get("error") for one in message["entries"]] == [None, "there is no such file", None]
        assert desk.feed.errors == {1: "there is no such file"}

    @pytest.mark.parametrize("error", [KeyError("key"), SystemExit(3), RecursionError()])
    def test_whatever_a_sequence_raises_is_an_error_of_that_item(self, error):
        class Broken:
            def __len__(self) -> int:
                return 3

            def __getitem__(self, index: int) -> str:
                if index == 1:
                    raise error
                return f"p{index}"

        desk = Desk(Broken())
        desk.want(0, 1, 2)
        desk.run()
        assert type(error).__name__ in desk.feed.errors[1]
        assert set(desk.shown()) == {0, 1, 2}

    def test_equal_ones_are_kept_once(self):
        desk = Desk([MediaError("the folder " + "has gone") for _ in range(3)])
        desk.want(0, 1, 2)
        desk.run()
        assert len({id(reason) for reason in desk.feed.errors.values()}) == 1

    def test_of_very_many_the_latest_are_kept(self, monkeypatch):
        monkeypatch.setattr(feed, "_MAX_ERRORS", 5)
        desk = Desk([MediaError(str(number)) for number in range(9)])
        desk.want(*range(9))
        desk.run()
        assert desk.feed.errors == {number: str(number) for number in range(4, 9)}

    def test_they_go_with_their_items(self):
        desk = Desk([MediaError("no"), MediaError("neither"), "good"])
        desk.want(0, 1, 2)
        desk.run()
        desk.edit(desk.items.remove(0))
        assert desk.feed.errors == {1: "neither"}
        desk.edit(desk.items.reset(as_sequence([])))
        assert desk.feed.errors == {}


class TestEdits:
    def test_what_is_dropped_from_the_list_is_dropped_from_the_cache(self):
        desk = Desk(2000)
        desk.want(0, 1, 2)
        desk.run()
        desk.edit(desk.items.remove(1))
        assert [key for key, _ in desk.feed._cache.keys()] == [0, 2]  # noqa: SIM118 - it is no dict
        desk.edit(desk.items.remove(0, 1500))
        assert len(desk.feed._cache) == 0

    def test_a_new_caption_is_told_without_making_the_picture_again(self, made):
        desk = Desk()
        desk.want(1)
        desk.run()
        desk.edit(desk.items.set_caption(1, "new"))
        desk.want(1, view="w")
        desk.run()
        assert desk.thumbs()[-1]["entries"][0]["caption"] == "new"
        assert len(made) == 1

    def test_an_item_removed_while_it_is_made_is_not_sent(self):
        desk = Desk()
        desk.want(1, 2)
        desk.pool.run(jobs=1)
        desk.edit(desk.items.remove(1))
        desk.run()
        assert desk.shown() == {1: "p2@256"}

    def test_what_is_not_to_be_seen_any_more_is_not_made(self, made):
        desk = Desk()
        desk.want(1, 2, 3)
        desk.edit(desk.items.reset(as_sequence(["new"])))
        desk.run()
        assert made == []
        assert desk.maker.keys == []


class TestReading:
    def test_a_sequence_that_blocks_holds_up_one_worker(self):
        """The others are left to other galleries."""
        reading, go_on = threading.Event(), threading.Event()

        class Slow:
            def __len__(self) -> int:
                return 10

            def __getitem__(self, index: int) -> str:
                reading.set()
                go_on.wait()
                return f"p{index}"

        desk = Desk(Slow())
        desk.want(*range(10))
        assert len(desk.pool.jobs) == 1
        worker = threading.Thread(target=desk.pool.run, kwargs={"jobs": 1})
        worker.start()
        assert reading.wait(30)
        assert len(desk.pool.jobs) == 0
        go_on.set()
        worker.join(30)
        desk.run()
        assert set(desk.shown()) == set(range(10))

    def test_the_lock_is_free_while_the_users_code_reads(self):
        free = []

        class Curious:
            def __len__(self) -> int:
                return 3

            def __getitem__(self, index: int) -> str:
                free.append(desk.turn._depth == 0)
                desk.edit(desk.items.set_caption(index, "edited while it is read"))
                return f"p{index}"

        desk = Desk(Curious())
        desk.want(0, 1, 2)
        desk.run()
        assert free == [True] * 3
        assert {one["caption"] for message in desk.thumbs() for one in message["entries"]} == {
            "edited while it is read"
        }


class TestClose:
    def test_frees_all_and_does_nothing_more(self, made):
        desk = Desk()
        desk.want(*range(50))
        desk.pool.run(jobs=2)
        desk.feed.close()
        desk.feed.close()
        made.clear()
        desk.run()
        desk.want(1, number=2)
        desk.run()
        assert made == []
        assert desk.thumbs() == []
        assert len(desk.feed._cache) == 0
        assert desk.maker.keys == []
        assert desk.feed.errors == {}

    def test_in_the_middle_of_making(self):
        class Closing:
            def __len__(self) -> int:
                return 2

            def __getitem__(self, index: int) -> str:
                desk.feed.close()
                return "p"

        desk = Desk(Closing())
        desk.want(0, 1)
        desk.run()
        assert desk.thumbs() == []

    def test_many_views_come_and_go(self):
        desk = Desk()
        for number in range(100):
            desk.want(1, view=f"view {number}")
        desk.run()
        assert len(desk.feed._viewers) <= 32
