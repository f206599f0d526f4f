"""A feed whose pool and sender are run by hand, and pictures that say what they are of."""

from __future__ import annotations

from typing import Any

from nbgallery import encode, protocol
from nbgallery.arrangement import Arrangement
from nbgallery.errors import MediaError
from nbgallery.feed import Feed
from nbgallery.items import Change, ItemList
from nbgallery.making import Maker
from nbgallery.selection import Ranges
from nbgallery.sequences import as_sequence
from nbgallery.turn import Turn
from nbgallery.wire import Parcel, Wire
from tests.unit.doubles import HandOutbox, HandPool


def picture(media: object, edge: int) -> encode.Thumbnail:
    """Make a thumbnail whose bytes say of what it is."""
    if isinstance(media, MediaError):
        raise media
    data = media if isinstance(media, bytes) else f"{media}@{edge}".encode()
    return encode.Thumbnail(data, "image/png", "image", 1, 1, "#000000", "", edge, complete=False)


class Desk:
    """A feed whose pool and sender are run by hand."""

    def __init__(self, value: Any = 100) -> None:
        names = [f"p{number}" for number in range(value)] if isinstance(value, int) else value
        self.items = ItemList(as_sequence(names))
        self.arrangement = Arrangement(self.items)
        self.turn = Turn()
        self.pool = HandPool()
        self.outbox = HandOutbox()
        self.sent: list[tuple[dict[str, Any], bytes]] = []
        self.wire = Wire(
            self.arrangement,
            self.turn,
            self.outbox,
            self.send,
            lambda _names: Parcel({"content": {"kind": "state"}}, []),
            Ranges,
        )
        self.maker = Maker(self.arrangement, self.turn, reader=self.pool, shared=self.pool)
        self.feed = Feed(self.arrangement, self.turn, self.wire, self.maker)

    def send(self, one: Parcel) -> None:
        assert not self.turn._depth
        self.sent.append((one.data["content"], b"".join(one.buffers)))

    def want(
        self, *indices: int, view: str = "v", edge: int = 256, number: int = 1, revision: int = 0
    ) -> None:
        ranges = tuple((index, index + 1) for index in indices)
        self.feed.want(protocol.Want(view, number, revision or self.items.revision, edge, ranges))

    def ack(self, message: dict[str, Any]) -> bool:
        return self.feed.acknowledge(protocol.Ack(message["view"], message["batch"]))

    def edit(self, change: Change) -> None:
        if change.base == change.revision:
            return
        with self.turn():
            shown = self.arrangement.follow(change)
            self.feed.list_changed(shown)
            self.wire.list_changed(shown)

    def run(self) -> None:
        """Run the pool and the sender until both have nothing to do."""
        while self.pool.jobs or self.outbox.now or self.outbox.later:
            self.pool.run()
            self.outbox.run()

    def thumbs(self) -> list[dict[str, Any]]:
        return [message for message, _ in self.sent if message["kind"] == "thumbs"]

    def shown(self) -> dict[int, str]:
        """Give what was sent for each index."""
        found = {}
        for message, buffer in self.sent:
            offset = 0
            for header in message.get("entries", ()):
                found[header["index"]] = buffer[offset : offset + header["bytes"]].decode()
                offset += header["bytes"]
        return found
