"""The gallery itself: its parameters, its opening, its state on both sides, and its end."""

from __future__ import annotations

import gc
import io
import logging
import random
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import traitlets as t
from PIL import Image

import nbgallery
from nbgallery import Button, Gallery, GalleryError, Item, pages, protocol
from tests.unit.doubles import PATIENCE, FakeComm, FakeView

SOURCE = str(Path(nbgallery.__file__).parents[1])


def gray(value: int, edge: int = 8) -> np.ndarray[Any, Any]:
    return np.full((edge, edge), value, np.uint8)


def until_listeners_have_run(gallery: Gallery) -> None:
    done = threading.Event()
    gallery._queue.run("the test", done.set)
    assert done.wait(PATIENCE)


def until_all_is_sent(gallery: Gallery) -> None:
    done = threading.Event()
    gallery._outbox.post(done.set)
    assert done.wait(PATIENCE)


class TestParameters:
    WRONG: ClassVar[list[tuple[str, object]]] = [
        ("columns", 0),
        ("columns", None),
        ("columns", [1, 2, 3, 4, 5, 6, 7]),
        ("rows", "two"),
        ("height", -1),
        ("height", "url(x)"),
        ("object_fit", "stretch"),
        ("container", None),
        ("container", "yes"),
        ("fit_columns", 2),
        ("allow_preview", None),
        ("preview", 1),
        ("visible", "no"),
        ("visible", None),
        ("scale", -1),
        ("min_width", None),
        ("elem_id", "a b"),
        ("elem_classes", [1]),
        ("label", 5),
        ("show_label", "no"),
        ("buttons", ["fly"]),
        ("buttons", "share"),
        ("show_share_button", 1),
        ("show_download_button", "no"),
        ("show_fullscreen_button", 1),
        ("type", "tensor"),
        ("type", None),
        ("format", "nonsense"),
        ("format", None),
        ("quality", 0),
        ("quality", True),
        ("selected_index", 2),
        ("selected_index", -1),
        ("selected_index", "0"),
    ]

    @pytest.mark.parametrize("name, value", WRONG)
    def test_a_wrong_one_is_named_at_construction_and_on_assignment(self, gallery, name, value):
        with pytest.raises(GalleryError, match=rf"^{name}"):
            Gallery(["a", "b"], **{name: value})
        one = gallery(["a", "b"])
        before = getattr(one, name)
        with pytest.raises(GalleryError, match=rf"^{name}"):
            setattr(one, name, value)
        assert getattr(one, name) == before

    def test_nothing_is_made_for_a_gallery_with_a_wrong_one(self, monkeypatch):
        monkeypatch.setattr(pages.Pages, "first", lambda *_given: pytest.fail("the first screen was made"))
        with pytest.raises(GalleryError):
            Gallery([gray(0)], object_fit="stretch")  # type: ignore[arg-type]  # that is what is tested

    @pytest.mark.parametrize("name", ["render", "captions"])
    def test_of_the_constructor_alone(self, name):
        with pytest.raises(GalleryError, match=rf"^{name}"):
            Gallery(["a"], **{name: 5})  # type: ignore[arg-type]  # that is what is tested

    @pytest.mark.parametrize("value", ["cat.png", b"GIF89a", gray(0), Image.new("L", (2, 2)), 5, {1, 2}])
    def test_a_value_that_is_no_sequence(self, gallery, value):
        with pytest.raises(GalleryError, match=r"^value"):
            Gallery(value)
        one = gallery(["a"])
        with pytest.raises(GalleryError, match=r"^value"):
            one.value = value
        assert [item.media for item in one] == ["a"]

    def test_an_unknown_one_is_a_type_error_that_knows_better(self):
        with pytest.raises(TypeError, match="did you mean 'columns'"):
            Gallery([], colums=3)
        with pytest.raises(TypeError, match="no parameter '_count'"):
            Gallery([], _count=3)
        with pytest.raises(TypeError, match="executor"):
            Gallery([], executor=None)

    def test_what_every_widget_takes(self, gallery):
        one = gallery([], layout={"width": "50%"}, tooltip="Cats", tabbable=True)
        assert (one.layout.width, one.tooltip, one.tabbable) == ("50%", "Cats", True)

    def test_are_kept_as_given_and_travel_normalised(self, gallery):
        one = gallery(
            ["a"], columns=3, height=400, elem_classes="wide dark", scale=np.float32(2), rows=(1, 2)
        )
        state = one.comm.opening["data"]["state"]
        assert (one.columns, one.height, one.elem_classes, one.rows) == (3, 400, "wide dark", (1, 2))
        assert (state["columns"], state["height"], state["elem_classes"]) == ([3], "400px", ["wide", "dark"])
        assert (state["scale"], state["rows"]) == (2, [1, 2])
        assert type(state["scale"]) is int

    def test_an_assignment_is_sent(self, gallery):
        one = gallery(["a"])
        one.columns = 4
        one.label = "Cats"
        one.comm.wait(lambda: one.comm.states("label"))
        assert (one.comm.states("columns"), one.comm.states("label")) == ([[4]], ["Cats"])

    def test_a_list_that_is_changed_and_assigned_again_is_a_change(self, gallery):
        one, columns = gallery(["a"]), [1, 2]
        one.columns = columns
        columns.append(3)
        assert one.columns == [1, 2]
        one.columns = columns
        one.comm.wait(lambda: one.comm.states("columns") and one.comm.states("columns")[-1] == [1, 2, 3])

    def test_selected_index_opens_the_preview(self, gallery):
        assert gallery(["a", "b"], selected_index=1).preview is True
        assert gallery(["a", "b"], selected_index=1, preview=False).preview is False
        assert gallery(["a", "b"], selected_index=1, allow_preview=False).preview is None
        one = gallery(["a", "b"])
        opened = []
        one.observe(lambda change: opened.append(change["new"]), "preview")
        one.selected_index = 1
        one.selected_index = None
        one.allow_preview = False
        one.selected_index = 0
        assert opened == [True, False]

    def test_a_selection_is_any_iterable_of_indices(self, gallery):
        one = gallery(["a", "b", "c"])
        for value in ([2, 0], (0, 2), {0, 2}, np.array([0, 2]), (index for index in (2, 0)), range(0, 3, 2)):
            one.selection = []
            one.selection = value
            assert one.selection == [0, 2]
        for wrong in ([3], [-1], 1, "01", [True], None, [0.0]):
            with pytest.raises(GalleryError, match="selection"):
                one.selection = wrong
        assert one.selection == [0, 2]

    def test_no_user_code_runs_under_the_lock_when_it_is_checked(self, gallery):
        one = gallery(["a", "b", "c"])

        def indices():
            assert not one._turn._depth
            yield 1

        one.selection = indices()
        assert one.selection == [1]


class TestButtons:
    def test_what_the_toolbar_has(self, gallery):
        one = gallery(["a"], show_download_button=False)
        assert one._buttons == ["share", "fullscreen"]
        keep = Button("Keep")
        one.buttons = ["download", keep]
        assert one._buttons == [{"id": keep.id, "label": "Keep", "icon": None}]
        one.show_download_button = None
        one.comm.wait(lambda: one.comm.states("_buttons") and len(one.comm.states("_buttons")[-1]) == 2)

    def test_pressing_one_runs_its_listeners_each_for_itself(self, gallery, caplog):
        keep, drop = Button("Keep"), Button("Drop")
        one = gallery(["a"], buttons=[keep, drop])
        seen: list[object] = []
        keep.click(lambda: 1 / 0)
        keep.click(lambda which: seen.append(which))  # noqa: PLW0108 - it is called with what it asks for
        drop.click(lambda: seen.append("dropped"))
        with caplog.at_level(logging.ERROR):
            press(one, keep.id)
            until_listeners_have_run(one)
        assert seen == [keep]
        (error,) = one.comm.wait(lambda: one.comm.messages("error"))
        assert error["rid"] is None
        assert error["message"] == "the button 'Keep' raised ZeroDivisionError: division by zero"
        assert "Traceback" in caplog.text

    def test_one_that_is_not_there_is_pressed_in_vain(self, gallery):
        one = gallery(["a"], buttons=[Button("Keep")])
        elsewhere = Button("Elsewhere")
        elsewhere.click(lambda: pytest.fail("it is not in this gallery"))
        press(one, elsewhere.id)
        until_listeners_have_run(one)


def press(gallery: Gallery, button: str) -> None:
    event: dict[str, Any] = {
        "name": "button",
        "target": "toolbar",
        "index": None,
        "revision": 1,
        "add": [],
        "remove": [],
    }
    gallery.comm.say(kind="event", v=1, view="v", button=button, **event)


class TestOpening:
    def test_the_first_screen_rides_in_the_state(self, gallery):
        one = gallery([(gray(index), f"number {index}") for index in range(100)], columns=4)
        opening = one.comm.opening
        state = opening["data"]["state"]
        assert (state["_count"], state["_revision"], state["_page_limit"]) == (100, 1, 100)
        entries = state["_page_0"]["entries"]
        assert [entry["index"] for entry in entries] == list(range(12))
        assert entries[3]["caption"] == "number 3"
        assert opening["data"]["buffer_paths"] == [["_page_0", "data"]]
        assert len(opening["buffers"][0]) == sum(entry["bytes"] for entry in entries)

    @pytest.mark.parametrize("value", [None, [], {}])
    def test_an_empty_one(self, gallery, value):
        one = gallery(value)
        state = one.comm.opening["data"]["state"]
        assert (len(one), state["_count"], state["_page_0"]) == (0, 0, None)

    def test_a_blocked_item_delays_it_a_moment_only_and_the_rest_follows(self, gallery):
        go_on = threading.Event()

        class Blocked:
            def __len__(self) -> int:
                return 3

            def __getitem__(self, index: int) -> object:
                assert go_on.wait(PATIENCE)
                return gray(index)

        # That it comes back at all is what is tested: nobody lets the items go on before.
        one = gallery(Blocked(), columns=4)
        assert one.comm.opening["data"]["state"]["_page_0"] is None
        go_on.set()
        (page,) = one.comm.wait(lambda: one.comm.states("_page_1"))
        assert [entry["index"] for entry in page["entries"]] == [0, 1, 2]

    def test_broken_items_are_tiles(self, gallery):
        one = gallery(["missing.png", gray(0), 5])
        entries = one.comm.opening["data"]["state"]["_page_0"]["entries"]
        assert ["error" in entry for entry in entries] == [True, False, True]
        assert [index for index, _ in one.errors] == [0, 2]
        assert "missing.png" in one.errors[0][1]

    def test_errors_follow_their_items(self, gallery):
        one = gallery(["missing.png", gray(0), "gone.png"])
        one.move(0, 1)
        assert [index for index, _ in one.errors] == [1, 2]
        del one[1]
        assert [index for index, _ in one.errors] == [1]
        one.value = []
        assert one.errors == []

    def test_ten_thousand_files_of_which_one_screen_is_opened(self, tmp_path):
        for number in range(60):
            Image.new("L", (4, 4), number).save(tmp_path / f"{number}.png")
        program = f"""
            import sys
            from PIL import Image
            Image.init()
            opened = set()

            def note(event, args):
                if event == "open" and str(args[0]).startswith({str(tmp_path)!r}):
                    opened.add(args[0])

            sys.addaudithook(note)
            from nbgallery import Gallery
            gallery = Gallery([rf"{tmp_path}/{{number}}.png" for number in range(10_000)], columns=4)
            gallery.close()
            print(len(opened), len(gallery.items), repr(gallery))
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            env={"PYTHONPATH": SOURCE},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.split() == ["12", "10000", "<Gallery", "of", "10000,", "revision", "1>"], (
            done.stderr
        )

    def test_displayed_again_after_an_edit_it_is_opened_anew(self, gallery):
        one = gallery([gray(index) for index in range(10)])
        assert (
            one._repr_mimebundle_()[0]["application/vnd.jupyter.widget-view+json"]["model_id"] == one.model_id
        )
        one.insert(0, gray(100))
        assert one._page_limit == 0
        one._repr_mimebundle_()
        page = one.comm.wait(lambda: one.comm.states("_page_0"))[-1]
        assert page["revision"] == 2
        # Together, so that no view takes the one without the other.
        update = [
            parcel.data["state"] for parcel in one.comm.sent if "_page_0" in parcel.data.get("state", {})
        ]
        assert update[-1]["_page_limit"] == 11

    def test_what_was_not_touched_is_not_made_again(self, gallery):
        one = gallery([gray(index) for index in range(100)], columns=4)
        one.append(gray(100))
        one._repr_mimebundle_()
        until_all_is_sent(one)
        assert one.comm.states("_page_0") == []

    def test_without_render_nothing_is_made_before_it(self, gallery):
        one = gallery([gray(0)], render=False)
        state = one.comm.opening["data"]["state"]
        assert (state["_rendered"], state["_page_0"]) == (False, None)
        one._repr_mimebundle_()
        one.render()
        one.render()
        one.comm.wait(lambda: one.comm.states("_page_0"))
        assert one.comm.states("_rendered") == [True]

    def test_repr_is_short(self, gallery):
        assert repr(gallery(["x" * 10_000] * 1000)) == "<Gallery of 1000, revision 1>"


class TestCallable:
    def test_is_evaluated_when_it_is_displayed_and_that_is_no_change(self, gallery):
        calls: list[int] = []

        def make() -> list[object]:
            calls.append(1)
            return [gray(0), gray(1)]

        one = gallery(make, selected_index=1)
        heard: list[object] = []
        one.change(heard.append)
        assert (len(one), calls, one.selected_index) == (0, [], None)
        one._repr_mimebundle_()
        one._repr_mimebundle_()
        until_listeners_have_run(one)
        assert (len(one), calls, heard, one.selected_index) == (2, [1], [], 1)
        assert one.comm.wait(lambda: one.comm.states("_page_0"))

    def test_in_a_box_it_is_evaluated_with_the_first_view(self, gallery):
        one = gallery(lambda: [gray(0)])
        one.comm.say(kind="ready", v=1, view="")
        one.comm.wait(lambda: one.comm.messages("splice"))
        assert len(one) == 1

    def test_one_that_fails_is_shown_and_tried_again(self, gallery, caplog):
        fails = [True]

        def make() -> list[object]:
            if fails:
                raise OSError("no such bucket")
            return [gray(0)]

        one = gallery(make)
        with pytest.raises(OSError, match="no such bucket"):
            one._repr_mimebundle_()
        with caplog.at_level(logging.ERROR):
            one.comm.say(kind="ready", v=1, view="")
            (error,) = one.comm.wait(lambda: one.comm.messages("error"))
        assert error["message"] == "the callable value raised OSError: no such bucket"
        fails.clear()
        one._repr_mimebundle_()
        assert len(one) == 1

    def test_without_render_it_waits_for_it(self, gallery):
        one = gallery(lambda: [gray(0)], render=False)
        one._repr_mimebundle_()
        one.comm.say(kind="ready", v=1, view="")
        until_listeners_have_run(one)
        assert len(one) == 0
        one.render()
        assert len(one) == 1

    def test_an_assigned_value_wins(self, gallery):
        one = gallery(lambda: pytest.fail("it was replaced"), selected_index=5)
        one.value = [gray(0)]
        one._repr_mimebundle_()
        assert (len(one), one.selected_index) == (1, None)
        one.value = lambda: [gray(0), gray(1)]
        assert len(one) == 2

    def test_an_unexpected_index_is_told_when_there_is_something_to_select(self, gallery):
        one = gallery(lambda: [gray(0)], selected_index=5)
        with pytest.raises(GalleryError, match="selected_index=5"):
            one._repr_mimebundle_()


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
        one = gallery([f"{number}.png" for number in range(50)], render=False)
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
        assert len(one) == 50
        assert one.revision == 1 + 2 * edits
        until_listeners_have_run(one)
        assert heard == list(range(2, 2 + 2 * edits))
        assert one.selected_index is None or one.selected_index < 50
        assert one._selection == one.selection.pairs()
        assert all(0 <= index < 50 for index in one.selection)
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
        view = listening(one)
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


def listening(gallery: Gallery) -> Listening:
    return Listening(gallery)


def shown(data: bytes) -> int:
    """Give the gray of which a picture is."""
    with Image.open(io.BytesIO(data)) as image:
        return int(np.asarray(image.convert("L")).mean().round())


class TestEndToEnd:
    def test_what_is_drawn_is_what_is_there_while_all_changes(self, gallery):
        """Edits and scrolling on two threads, decoding on the pool's, sending on one more."""
        chance = random.Random(0)  # noqa: S311 - it is to be repeated, not to be secret
        one = gallery([gray(number % 256, edge=4 + number // 256) for number in range(120)], columns=4)
        view = listening(one)
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
        view = listening(one)
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
        view = listening(one)
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
        view = listening(one)
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


def test_selected_items_lead_to_the_users_records(gallery):
    one = gallery([Item("a.png", data=1), Item("b.png", data=2), Item("c.png", data=3)])
    assert one.selected_items == []
    one.selected_index = 1
    assert [item.data for item in one.selected_items] == [2]
    one.selection = [0, 2]
    assert [item.data for item in one.selected_items] == [1, 3]


def test_value_is_a_conversion(gallery):
    one = gallery([(gray(3), "three")], type="numpy")
    ((media, caption),) = one.value
    assert (media.shape, media.dtype, caption) == ((8, 8, 3), np.uint8, "three")
    one.type = "pil"
    assert one.value[0][0].size == (8, 8)
    one.value = list(one.value)
    assert one[0].media is not None
    assert one[0].caption == "three"


def test_a_sequence_of_a_million_is_taken_as_it_is(gallery):
    class Million:
        reads = 0

        def __len__(self) -> int:
            return 10**6

        def __getitem__(self, index: int) -> object:
            type(self).reads += 1
            return gray(index % 256)

    one = gallery(Million(), columns=4)
    assert len(one) == 10**6
    one.append(gray(0))
    one.selection = range(10**6)
    del one[10:500_000]
    assert Million.reads == 12
    assert len(one.selection) == 10**6 - 499_990
