"""Whatever is edited, scrolled and lost, and in whichever order: the right picture ends at each index."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pytest

from nbgallery import feed, making, protocol
from nbgallery.errors import MediaError
from nbgallery.items import Item
from nbgallery.sequences import as_sequence
from tests.unit.doubles import FakeView
from tests.unit.feed_desk import Desk, picture


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(feed, "time", SimpleNamespace(monotonic=lambda: clock.now))
    monkeypatch.setattr(making, "encode", SimpleNamespace(thumbnail=picture))
    return clock


class Stress:
    """A random mix of edits, scrolling, work, sending and listening, one step at a time."""

    def __init__(self, seed: int, *, loses_acks: bool) -> None:
        self.loses_acks = loses_acks
        self.random = random.Random(seed)  # noqa: S311 - it is to be repeated, not to be secret
        self.desk = Desk([self.media(f"p{number}") for number in range(self.random.randrange(60))])
        self.inbox: list[dict[str, Any]] = []
        self.view = FakeView(self.inbox.append, len(self.desk.items), 1)
        self.added = 0

    def media(self, name: str) -> object:
        """Name a picture; one in ten is larger than a buffer may be, and one in twenty cannot be drawn."""
        if self.random.random() < 0.1:
            return name.encode() + b"." * (protocol.MAX_BUFFER_BYTES + self.random.randrange(300_000))
        return MediaError(name) if self.random.random() < 0.05 else name

    def new(self) -> Item:
        self.added += 1
        return Item(self.media(f"n{self.added}"))

    def edit(self) -> None:
        items, count = self.desk.items, len(self.desk.items)
        at = self.random.randrange(count + 1)
        choice = self.random.randrange(7)
        if choice == 0 and self.random.random() < 0.2:
            change = items.reset(as_sequence([self.new() for _ in range(self.random.randrange(40))]))
        elif choice == 1 and at < count:
            change = items.remove(at, self.random.randrange(1, min(6, count - at + 1)))
        elif choice == 2 and at < count:
            change = items.replace(at, self.new())
        elif choice == 3 and at < count:
            change = items.move(at, self.random.randrange(count))
        elif choice == 4 and at < count:
            self.added += 1
            change = items.set_caption(at, f"caption {self.added}")
        else:
            change = items.insert(at, [self.new() for _ in range(self.random.randrange(1, 4))])
        self.desk.edit(change)

    def scroll(self) -> None:
        view = self.random.choice("ab")
        if self.random.random() < 0.1 and view in self.view.demands:
            self.view.leave(view)
            return
        start = self.random.randrange(self.view.count + 1)
        stop = start + self.random.randrange(12)
        self.view.need(view, self.random.choice([128, 256, 512]), [(start, stop), (max(0, start - 5), start)])

    def deliver(self) -> None:
        if self.desk.sent:
            message, buffer = self.desk.sent.pop(0)
            self.view.take(message, buffer)

    def hear(self) -> None:
        if not self.inbox:
            return
        message = protocol.parse(self.inbox.pop(0))
        if isinstance(message, protocol.Want):
            self.desk.feed.want(message)
        elif isinstance(message, protocol.Ack):
            if not self.loses_acks or self.random.random() > 0.05:
                self.desk.feed.acknowledge(message)
        elif isinstance(message, protocol.Ready):
            self.desk.wire.tell_status(message.view)

    def work(self) -> None:
        self.desk.pool.run(jobs=1)

    def send(self) -> None:
        self.desk.outbox.run(works=1)

    def step(self) -> None:
        steps = [self.edit, self.scroll, self.deliver, self.hear, self.work, self.send]
        self.random.choices(steps, weights=[1, 2, 6, 6, 6, 6])[0]()
        for viewer in self.desk.feed._viewers.values():
            assert len(viewer.on_the_way) <= protocol.MAX_UNACKNOWLEDGED

    def settle(self) -> None:
        while (
            self.desk.sent
            or self.inbox
            or self.desk.pool.jobs
            or self.desk.outbox.now
            or self.desk.outbox.later
        ):
            self.deliver()
            self.hear()
            self.work()
            self.send()

    def check(self) -> None:
        items = self.desk.items
        assert (self.view.count, self.view.revision) == (len(items), items.revision)
        # Without losses, nothing is ever out of step.
        assert self.view.resynchronized == 0
        for demand in self.view.demands.values():
            assert self.view.missing(demand) == []
        for index, (header, data) in self.view.entries.items():
            item = items.item(items.id_at(index))
            assert header["caption"] == item.caption
            if isinstance(item.media, MediaError):
                assert header["error"] == str(item.media)
            elif isinstance(item.media, bytes):
                assert data == item.media
            else:
                assert data == f"{item.media}@{header['edge']}".encode()


@pytest.mark.parametrize("loses_acks", [False, True])
@pytest.mark.parametrize("seed", range(30))
def test_whatever_happens_the_right_picture_ends_at_each_index(seed, clock, loses_acks):
    stress = Stress(seed, loses_acks=loses_acks)
    for _ in range(400):
        clock.now += 0.01
        stress.step()
    stress.settle()
    # After a while without an answer, a view asks again.
    for _ in range(20 if loses_acks else 0):
        clock.now += 11
        stress.view.repeat()
        stress.settle()
    stress.check()
