"""A gallery between code, a browser, and its own threads: nothing is lost, nothing blocks, all ends."""

from __future__ import annotations

import gc
import logging
import random
import threading
import time
import weakref
from typing import Any

import numpy as np
import pytest
import traitlets as t

from nbgallery import Gallery, GalleryError, protocol
from tests.unit.doubles import PATIENCE
from tests.unit.galleries import Listening, gray, shown, until_all_is_sent, until_listeners_have_run


class TestChange:
    def test_fires_once_for_each_change_and_not_on_display(self, gallery):
        one = gallery(["a.png"])
        heard: list[tuple[int, int]] = []
        one.change(lambda data: heard.append((data.revision, data.count)))
        one._repr_mimebundle_()
        one.append("b.png")
        one.value = ["c.png"]
        one.value = one.value
        one.label = "Cats"
        one.selected_index = 0
        until_listeners_have_run(one)
        assert heard == [(2, 2), (3, 1)]

    def test_one_that_fails_is_shown(self, gallery, caplog):
        one = gallery([])
        one.change(lambda: int("no number"))
        with caplog.at_level(logging.ERROR):
            one.append("a.png")
            (error,) = one.comm.wait(lambda: one.comm.messages("error"))
        assert error["rid"] is None
        assert "ValueError: invalid literal" in error["message"]
        assert len(one) == 1

    def test_observers_of_everything_are_told_outside_the_lock(self, gallery):
        one = gallery([gray(0), gray(1)])
        held: list[str] = []

        def look(change: Any) -> None:
            if one._turn._depth:
                held.append(change["name"])

        one.observe(look, t.All)
        one.append(gray(2))
        one.selected_index = 1
        one.selection = [0, 1]
        one.comm.write(selected_index=0, preview=False)
        one.pop(0)
        one.clear()
        one._repr_mimebundle_()
        one.close()
        assert held == []

    def test_an_observer_that_raises_tells_who_edits(self, gallery):
        one = gallery([])

        def fail(_change: object) -> None:
            raise KeyError("mine")

        one.observe(fail, "value")
        with pytest.raises(KeyError, match="mine"):
            one.append("a.png")
        assert len(one) == 1
        assert one._turn._depth == 0

    def test_ten_thousand_appends_are_a_few_messages(self, gallery):
        one = gallery([])
        for number in range(10_000):
            one.append(f"{number}.png")
        one.comm.wait(
            lambda: one.comm.messages("splice") and one.comm.messages("splice")[-1]["count"] == 10_000
        )
        splices = one.comm.messages("splice")
        assert len(splices) < 1000
        assert all(len(splice["operations"]) == 1 for splice in splices)
        assert [splice["base"] for splice in splices[1:]] == [splice["revision"] for splice in splices[:-1]]
        assert not [one for one in splices if one["operations"][0]["op"] == "reset"]


class TestBrowser:
    def test_writes_what_it_may_and_is_not_told_it_again(self, gallery):
        one = gallery(["a", "b", "c"])
        heard: list[tuple[str, object]] = []
        one.observe(
            lambda change: heard.append((change["name"], change["new"])), ["selected_index", "preview"]
        )
        one.comm.write(selected_index=1, preview=True)
        assert (one.selected_index, one.preview) == (1, True)
        assert heard == [("selected_index", 1), ("preview", True)]
        until_all_is_sent(one)
        assert one.comm.sent == []

    def test_sees_both_at_once(self, gallery):
        one = gallery(["a", "b", "c"])
        seen: list[tuple[object, object]] = []
        one.observe(
            lambda _change: seen.append((one.selected_index, one.preview)), ["selected_index", "preview"]
        )
        one.comm.write(selected_index=1, preview=True)
        assert set(seen) == {(1, True)}

    @pytest.mark.parametrize(
        "index, expected", [(99, 2), (-1, 0), (None, None), ("1", 0), (1.0, 0), (True, 0)]
    )
    def test_an_index_is_clamped_and_nonsense_ignored(self, gallery, index, expected):
        one = gallery(["a", "b", "c"], selected_index=0)
        one.comm.write(selected_index=index)
        assert one.selected_index == expected

    def test_writes_nothing_else(self, gallery):
        one = gallery(["a", "b", "c"], columns=3)
        before = {name: getattr(one, name) for name in one.trait_names()}
        hostile = {
            "columns": 9,
            "_count": 7,
            "_revision": 9,
            "_selection": [[0, 3]],
            "_page_0": {"entries": []},
            "_model_name": "Evil",
            "_esm": "alert(1)",
            "comm": None,
            "layout": "IPY_MODEL_x",
            "buttons": None,
            "nonsense": 3,
            "value": [],
        }
        one.comm.write(**hostile)
        assert {name: getattr(one, name) for name in one.trait_names()} == before
        until_all_is_sent(one)
        assert one.comm.sent == []

    @pytest.mark.usefixtures("comms")
    def test_a_subclass_may_have_more_for_it_to_write(self):
        class Rated(Gallery):
            rating = t.Int(0).tag(sync=True)

        one = Rated(["a"])
        one.comm.write(rating=3, selected_index=0)
        assert (one.rating, one.selected_index) == (3, 0)
        one.close()

    def test_an_observer_of_what_it_writes_may_write_back(self, gallery):
        one = gallery(["a", "b", "c"])

        def refuse(change: Any) -> None:
            if change["new"] == 1:
                one.selected_index = 2

        one.observe(refuse, "selected_index")
        one.comm.write(selected_index=1, preview=False)
        assert (one.selected_index, one.preview) == (2, True)
        one.comm.wait(lambda: one.comm.states("selected_index") == [2])
        assert one.comm.states("preview") == [True]

    def test_asks_for_the_whole_state(self, gallery):
        one = gallery([gray(0)])
        one.label = "Cats"
        one.comm._heard({"content": {"data": {"method": "request_state"}}, "buffers": []})
        one.comm.wait(lambda: one.comm.states("_esm"))
        assert one.comm.states("label")[-1] == "Cats"

    def test_hears_of_a_selection_behind_the_edits_that_it_counts_from(self, gallery):
        one = gallery([f"{number}.png" for number in range(10)])
        one.pop(0)
        one.selection = [3]
        one.comm.wait(lambda: one.comm.messages("selection"))
        kinds = [
            parcel.data["content"]["kind"] for parcel in one.comm.sent if parcel.data["method"] == "custom"
        ]
        assert kinds == ["splice", "selection"]

    def test_writes_beside_python_and_nothing_is_lost(self, gallery):
        """What it writes arrives on a subshell's thread, beside the user's cells."""
        # As many as can be popped before the first one is inserted, and some.
        one = gallery([f"{number}.png" for number in range(350)], render=False)
        failures: list[BaseException] = []
        edits = 300
        heard: list[int] = []
        one.change(lambda data: heard.append(data.revision))

        def run(work: Any) -> None:
            try:
                for number in range(edits):
                    work(number)
            except BaseException as error:  # noqa: BLE001 - shown by the test
                failures.append(error)

        def write(number: int) -> None:
            one.comm.write(selected_index=number, preview=bool(number % 2))
            event = {
                "name": "selection",
                "target": "grid",
                "index": None,
                "revision": one.revision,
                "button": None,
            }
            one.comm.say(
                kind="event", v=1, view="v", add=[[number % 40, number % 40 + 2]], remove=[[0, 3]], **event
            )

        def select(number: int) -> None:
            one.selected_index = number % 20
            one.selection = [number % 20, 5]
            one.columns = number % 5 + 1

        workers = [
            threading.Thread(target=run, args=[write]),
            threading.Thread(target=run, args=[select]),
            threading.Thread(target=run, args=[lambda number: one.insert(number % 30, f"new {number}.png")]),
            threading.Thread(target=run, args=[lambda number: one.pop(number % 30)]),
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(PATIENCE)
        assert failures == []
        assert len(one) == 350
        assert one.revision == 1 + 2 * edits
        until_listeners_have_run(one)
        assert heard == list(range(2, 2 + 2 * edits))
        assert one.selected_index is None or one.selected_index < 350
        assert one._selection == one.selection.pairs()
        assert all(0 <= index < 350 for index in one.selection)
        # What was sent last is what is true now.
        one.label = "the end"
        one.comm.wait(lambda: one.comm.states("label"))
        assert one.comm.states("columns")[-1] == [one.columns]
        assert one.comm.messages("splice")[-1]["revision"] == one.revision


class TestDeadlocks:
    def test_a_sequence_that_uses_the_gallery_while_it_is_read(self, gallery):
        class Curious:
            gallery: Gallery | None = None

            def __len__(self) -> int:
                return 4

            def __getitem__(self, index: int) -> object:
                if self.gallery is not None:
                    _ = self.gallery.errors, self.gallery[0] if index else None, len(self.gallery.value)
                    self.gallery.set_caption(index, f"read {index}")
                    self.gallery.selected_index = index
                return gray(index)

        value = Curious()
        one = gallery(value, render=False)
        value.gallery = one
        one.render()
        view = Listening(one)
        view.wait_for([(0, 4)])
        assert [item.caption for item in one] == [f"read {index}" for index in range(4)]

    def test_a_length_that_uses_the_gallery(self, gallery):
        one = gallery(["a.png"])

        class Curious:
            def __len__(self) -> int:
                other = threading.Thread(target=one.append, args=["b.png"])
                other.start()
                other.join(PATIENCE)
                assert not other.is_alive()
                return 3

            def __getitem__(self, index: int) -> object:
                return gray(index)

        one.value = Curious()
        assert len(one) == 3

    def test_an_observer_that_waits_for_another_thread(self, gallery):
        one = gallery(["a.png"])

        def wait(_change: object) -> None:
            if len(one) < 4:
                other = threading.Thread(target=one.append, args=["b.png"])
                other.start()
                other.join(PATIENCE)
                assert not other.is_alive()

        one.observe(wait, "value")
        one.append("b.png")
        assert len(one) == 4

    def test_an_observer_that_closes_it(self, gallery):
        one = gallery(["a.png"])
        comm = one.comm
        one.observe(lambda _change: one.close(), ["value", "selected_index"])
        comm.write(selected_index=0)
        assert comm.closed
        assert one.comm is None


class TestEndToEnd:
    def test_what_is_drawn_is_what_is_there_while_all_changes(self, gallery):
        """Edits and scrolling on two threads, decoding on the pool's, sending on one more."""
        chance = random.Random(0)  # noqa: S311 - it is to be repeated, not to be secret
        one = gallery([gray(number % 256, edge=4 + number // 256) for number in range(120)], columns=4)
        view = Listening(one)
        done = threading.Event()

        def edit() -> None:
            for number in range(400):
                count = len(one)
                choice = chance.randrange(6)
                if choice == 0 and count > 20:
                    one.pop(chance.randrange(count))
                elif choice == 1:
                    one.move(chance.randrange(count), chance.randrange(count))
                elif choice == 2:
                    one[chance.randrange(count)] = gray(number % 256, edge=5)
                elif choice == 3 and number % 100 == 0:
                    one.value = [gray(index, edge=6) for index in range(60)]
                else:
                    one.insert(chance.randrange(count + 1), gray(number % 256, edge=3))
            done.set()

        editor = threading.Thread(target=edit)
        editor.start()
        while not done.is_set():
            start = chance.randrange(max(1, view.count))
            view.need(chance.choice("vw"), 128, [(start, start + 15)])
            with view.comm.arrived:
                view.comm.arrived.wait_for(lambda: view.taken < len(view.comm.sent), timeout=0.05)
            view.catch_up()
        editor.join(PATIENCE)
        until_all_is_sent(one)
        view.comm.wait(lambda: view.comm.messages("splice")[-1]["revision"] == one.revision)
        view.wait_for([(0, len(one))])
        assert (view.count, view.revision, view.resynchronized) == (len(one), one.revision, 0)
        for index, item in enumerate(one):
            header, data = view.entries[index]
            assert shown(data) == int(item.media[0, 0]), index
            assert header["color"] == "#" + f"{int(item.media[0, 0]):02x}" * 3

    def test_originals_and_archives_arrive(self, gallery):
        one = gallery([gray(7, edge=600), gray(9)])
        view = Listening(one)
        request = {"view": "v", "revision": 1, "prefetch": [1], "ranges": None}
        view.send("open", rid=1, purpose="view", index=0, **request)
        one.comm.wait(
            lambda: len([message for message in one.comm.messages("original") if message["last"]]) == 2
        )
        view.send("open", rid=2, purpose="archive", index=None, **request)
        one.comm.wait(lambda: [message for message in one.comm.messages("original") if message["rid"] == 2])
        view.send("open", rid=3, purpose="view", index=99, **request)
        (error,) = one.comm.wait(lambda: one.comm.messages("error"))
        assert error["rid"] == 3

    def test_no_message_is_larger_than_a_bridge_can_take(self, gallery):
        noise = np.random.default_rng(0).integers(0, 256, (1000, 1000, 3), np.uint8)
        one = gallery([noise] * 6)
        view = Listening(one)
        view.wait_for([(0, 6)], edge=1024)
        assert (
            max(len(buffer) for parcel in one.comm.sent for buffer in parcel.buffers)
            <= protocol.MAX_BUFFER_BYTES
        )


class TestClose:
    def test_is_idempotent_and_frees_what_there_is(self, gallery):
        one = gallery([gray(0), "missing.png"])
        comm = one.comm
        one.close()
        one.close()
        assert comm.closed
        assert one.comm is None
        assert one.errors == []
        assert one._page_0 is None
        assert len(one.items) == 2

    def test_nothing_is_sent_after_it(self, gallery):
        one = gallery([f"{number}.png" for number in range(100)])
        comm = one.comm
        comm.say(kind="want", v=1, view="v", number=1, revision=1, edge=256, ranges=[[0, 100]])
        one.close()
        sent = len(comm.sent)
        one.append("a.png")
        one.columns = 5
        one.selected_index = 0
        comm.say(kind="want", v=1, view="v", number=2, revision=1, edge=256, ranges=[[0, 100]])
        comm.say(kind="ready", v=1, view="v")
        # What was being sent in that moment may still have left.
        assert len(comm.sent) <= sent + 1

    def test_from_many_threads_at_once(self, gallery):
        one = gallery([gray(0)])
        barrier, failures = threading.Barrier(4), []

        def close() -> None:
            barrier.wait(PATIENCE)
            try:
                one.close()
            except Exception as error:  # noqa: BLE001 - shown by the test
                failures.append(error)

        threads = [threading.Thread(target=close) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert failures == []

    def test_in_the_middle_of_everything(self, gallery, caplog):
        for _ in range(10):
            one = gallery([gray(number) for number in range(50)])
            comm = one.comm
            comm.say(kind="want", v=1, view="v", number=1, revision=1, edge=256, ranges=[[0, 50]])
            comm.say(
                kind="open",
                v=1,
                view="v",
                rid=1,
                revision=1,
                purpose="archive",
                index=None,
                prefetch=[],
                ranges=None,
            )
            one.change(lambda one=one: one.append(gray(1)))
            one.append(gray(0))
            one.close()
        # Sending what is left over to a comm that is no more would be logged.
        assert caplog.records == []

    def test_closed_it_can_be_collected(self, comms):
        one = Gallery([gray(number) for number in range(100)])
        one.change(lambda: None)
        one.observe(lambda _change: None, "value")
        one.append(gray(0))
        view = Listening(one)
        view.wait_for([(0, 20)])
        one.selection = [1]
        until_listeners_have_run(one)
        reference = weakref.ref(one)
        one.close()
        comms.clear()
        del one, view
        collected(reference)

    def test_one_whose_constructor_has_raised_goes_without_a_word(self):
        closed: list[Any] = []
        for options in (
            {"colums": 3},
            {"columns": 0},
            {"object_fit": "x"},
            {"render": 5},
            {"selected_index": 9},
        ):
            with pytest.raises((TypeError, GalleryError)) as caught:
                Gallery([gray(0)], **options)
            closed.append(caught.type)
            # What __del__ raises fails the run.
            del caught
            gc.collect()
        assert closed == [TypeError] + [GalleryError] * 4


def collected(reference: weakref.ref[Any]) -> None:
    """Wait until nothing holds on to it: a worker may just be putting it down."""
    deadline = time.monotonic() + PATIENCE
    while reference() is not None:
        gc.collect()
        assert time.monotonic() < deadline, gc.get_referrers(reference())
