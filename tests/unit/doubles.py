"""Stand-ins for what is around a gallery: a comm, a view, and a pool and a sender that tests run by hand."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any

from nbgallery import protocol
from nbgallery.sender import Outbox
from nbgallery.splices import shift
from nbgallery.wire import Parcel

#: Longer than anything takes on a busy machine: who waits so long has found a bug.
PATIENCE = 30.0


class HandPool(Executor):
    """Runs its jobs when it is told to."""

    def __init__(self) -> None:
        self.jobs: deque[Callable[[], object]] = deque()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def job() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args, **kwargs))
                except BaseException as error:  # noqa: BLE001 - as every pool does
                    future.set_exception(error)

        self.jobs.append(job)
        return future

    def post(self, work: Callable[[], None]) -> None:
        """Take what a thread of its own would do."""
        self.jobs.append(work)

    def run(self, jobs: int | None = None) -> None:
        while self.jobs and jobs != 0:
            self.jobs.popleft()()
            jobs = None if jobs is None else jobs - 1


class HandOutbox(Outbox):
    """Sends when it is told to; delays are waited for only when ``later`` says so."""

    def __init__(self) -> None:
        super().__init__()
        self.now: deque[Callable[[], None]] = deque()
        self.later: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def post(self, work: Callable[[], None], delay: float = 0.0) -> None:
        if self._closed:
            return
        if delay > 0:
            self.later.append((delay, next(self._order), work))
        else:
            self.now.append(work)

    def run(self, works: int | None = None) -> None:
        while works != 0 and (self.now or self.later):
            if not self.now:
                self.later.sort()
                self.now.append(self.later.pop(0)[2])
            self.now.popleft()()
            works = None if works is None else works - 1

    def close(self) -> None:
        super().close()
        self.now.clear()
        self.later.clear()


class FakeComm:
    """A comm that keeps what is sent, and says when something is."""

    def __init__(self, **opening: Any) -> None:
        self.comm_id = f"comm-{id(self)}"
        self.opening = opening
        self.sent: list[Parcel] = []
        self.closed = False
        self.arrived = threading.Condition()
        self._heard: Callable[[dict[str, Any]], None] = lambda _message: None

    def on_msg(self, callback: Callable[[dict[str, Any]], None]) -> None:
        self._heard = callback

    def send(self, data: dict[str, Any], buffers: Sequence[Any] | None = None) -> None:
        with self.arrived:
            self.sent.append(Parcel(data, list(buffers or [])))
            self.arrived.notify_all()

    def close(self) -> None:
        self.closed = True

    def say(self, **content: Any) -> None:
        """Bring a custom message from the browser."""
        self._heard({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})

    def write(self, **state: Any) -> None:
        """Bring what the browser writes into the state."""
        self._heard({"content": {"data": {"method": "update", "state": state}}, "buffers": []})

    def messages(self, kind: str) -> list[dict[str, Any]]:
        """Give the custom messages of one kind that have been sent."""
        contents = [parcel.data["content"] for parcel in list(self.sent) if parcel.data["method"] == "custom"]
        return [content for content in contents if content["kind"] == kind]

    def states(self, name: str) -> list[Any]:
        """Give the values that were sent of an attribute."""
        updates = [parcel.data["state"] for parcel in list(self.sent) if parcel.data["method"] == "update"]
        return [state[name] for state in updates if name in state]

    def wait(self, condition: Callable[[], Any]) -> Any:
        """Wait until something sent makes a condition true, and give what it returns."""
        with self.arrived:
            assert self.arrived.wait_for(condition, PATIENCE), "what was waited for has not been sent"
            return condition()


@dataclass
class Demand:
    """What a view needs, and what of it was asked for; None in it says that this no longer holds."""

    edge: int
    ranges: Sequence[tuple[int, int]]
    asked: set[int | None] = field(default_factory=set)


class FakeView:
    """A model in a browser with its views: what ``feed.ts`` does, without a browser."""

    def __init__(self, send: Callable[[dict[str, Any]], None], count: int, revision: int) -> None:
        self.count = count
        self.revision = revision
        self.entries: dict[int, tuple[protocol.EntryHeader, bytes]] = {}
        self.demands: dict[str, Demand] = {}
        self.resynchronized = 0
        self._wants = itertools.count(1)
        self._arriving: dict[str, tuple[int, bytes]] = {}
        self._post = send

    def send(self, kind: str, **fields: Any) -> None:
        self._post({"kind": kind, "v": protocol.PROTOCOL_VERSION, **fields})

    def need(self, view: str, edge: int, ranges: Sequence[tuple[int, int]]) -> None:
        demand = self.demands.setdefault(view, Demand(edge, ranges))
        if edge != demand.edge:
            demand.asked.add(None)
        demand.edge, demand.ranges = edge, ranges
        self._ask(view, demand)

    def leave(self, view: str) -> None:
        demand = self.demands.pop(view)
        demand.ranges = []
        self._ask(view, demand)

    def repeat(self) -> None:
        """Ask again for what has not come: what ``feed.ts`` does after ten seconds of silence."""
        for demand in self.demands.values():
            demand.asked.clear()
        self._ask_all()

    def missing(self, demand: Demand) -> list[int]:
        indices = [index for start, stop in demand.ranges for index in range(start, min(stop, self.count))]
        missing = [index for index in indices if not self._is_here(index, demand.edge)]
        return list(dict.fromkeys(missing))[: protocol.MAX_WANTED_ITEMS]

    def _is_here(self, index: int, edge: int) -> bool:
        header = self.entries[index][0] if index in self.entries else None
        return header is not None and (header["complete"] or not header["bytes"] or header["edge"] >= edge)

    def _ask_all(self) -> None:
        for view, demand in self.demands.items():
            self._ask(view, demand)

    def _ask(self, view: str, demand: Demand) -> None:
        missing = self.missing(demand)
        if len(missing) == len(demand.asked) and demand.asked.issuperset(missing):
            return
        demand.asked = set(missing)
        self.send(
            "want",
            view=view,
            number=next(self._wants),
            revision=self.revision,
            edge=demand.edge,
            ranges=[[index, index + 1] for index in missing],
        )

    def take(self, message: dict[str, Any], buffer: bytes = b"") -> None:
        kind = message["kind"]
        if kind in {"thumbs", "original"}:
            self.send("ack", view=message["view"], batch=message["batch"])
        if kind == "thumbs" and message["revision"] == self.revision:
            self._take_entries(message["entries"], buffer, message["view"])
        elif kind == "thumbs":
            if message["view"] in self.demands:
                self.demands[message["view"]].asked.add(None)
            self._resynchronize()
        elif kind == "splice" and message["revision"] > self.revision:
            if message["base"] == self.revision:
                self._take_change(message["revision"], message["count"], message["operations"])
            else:
                self._resynchronize()
        elif kind == "status" and message["revision"] != self.revision:
            self._take_change(message["revision"], message["count"], [{"op": "reset"}])
        elif kind == "status":
            self._ask_all()

    def _take_entries(self, entries: Iterable[protocol.EntryHeader], buffer: bytes, to: str) -> None:
        offset = 0
        for header in entries:
            index = header["index"]
            data = buffer[offset : offset + header["bytes"]]
            offset += header["bytes"]
            assert index < self.count
            whole = self._assembled(to, header, data)
            if whole is None:
                continue
            before = self.entries[index][0]["edge"] if index in self.entries else 0
            if "error" in header or before <= header["edge"]:
                self.entries[index] = (header, whole)
            for view, demand in self.demands.items():
                if view == to or self._is_here(index, demand.edge):
                    demand.asked.discard(index)
        assert offset == len(buffer)
        self._ask_all()

    def _assembled(self, to: str, header: protocol.EntryHeader, data: bytes) -> bytes | None:
        start, total = header.get("part", (0, header["bytes"]))
        before, collected = self._arriving.get(to, (-1, b""))
        whole = (collected if start and before == header["index"] else b"") + data
        self._arriving[to] = (header["index"], whole)
        return whole if len(whole) == total else None

    def _take_change(self, revision: int, count: int, operations: Sequence[dict[str, Any]]) -> None:
        self._arriving.clear()
        moved = {index: shift(index, operations) for index in self.entries}
        self.entries = {now: self.entries[index] for index, now in moved.items() if now is not None}
        for number, operation in enumerate(operations):
            if operation["op"] == "caption":
                now = shift(operation["at"], operations[number + 1 :])
                if now in self.entries:
                    header, data = self.entries[now]
                    self.entries[now] = ({**header, "caption": operation["caption"]}, data)
        for demand in self.demands.values():
            demand.asked = {None if index is None else shift(index, operations) for index in demand.asked}
        self.revision, self.count = revision, count
        # The grid hears of it, and says what it needs.
        self._ask_all()

    def _resynchronize(self) -> None:
        self.resynchronized += 1
        self.send("ready", view="")
