"""What the tests of whole galleries share: pictures, waiting, and a view at the other end of the comm."""

from __future__ import annotations

import io
import threading
import time
from typing import Any

import numpy as np
from PIL import Image

from nbgallery import Gallery
from tests.unit.doubles import PATIENCE, FakeComm, FakeView


def gray(value: int, edge: int = 8) -> np.ndarray[Any, Any]:
    return np.full((edge, edge), value, np.uint8)


def shown(data: bytes) -> int:
    """Give the gray of which a picture is."""
    with Image.open(io.BytesIO(data)) as image:
        return int(np.asarray(image.convert("L")).mean().round())


def until_listeners_have_run(gallery: Gallery) -> None:
    done = threading.Event()
    gallery._queue.run("the test", done.set)
    assert done.wait(PATIENCE)


def until_all_is_sent(gallery: Gallery) -> None:
    done = threading.Event()
    gallery._outbox.post(done.set)
    assert done.wait(PATIENCE)


class Listening(FakeView):
    """A view at the other end of a gallery's comm, on a thread of its own."""

    def __init__(self, gallery: Gallery) -> None:
        self.comm: FakeComm = gallery.comm
        state = self.comm.opening["data"]["state"]
        super().__init__(lambda content: self.comm.say(**content), state["_count"], state["_revision"])
        self.taken = 0

    def catch_up(self) -> None:
        while self.taken < len(self.comm.sent):
            parcel = self.comm.sent[self.taken]
            self.taken += 1
            if parcel.data["method"] == "custom":
                self.take(parcel.data["content"], b"".join(parcel.buffers))

    def wait_for(self, ranges: list[tuple[int, int]], edge: int = 128) -> None:
        """Ask for some items and wait until they are there."""
        self.catch_up()
        self.need("v", edge, ranges)
        deadline = time.monotonic() + PATIENCE
        while self.missing(self.demands["v"]) or self.taken < len(self.comm.sent):
            assert time.monotonic() < deadline, self.missing(self.demands["v"])
            with self.comm.arrived:
                self.comm.arrived.wait_for(lambda: self.taken < len(self.comm.sent), timeout=1)
            self.catch_up()
