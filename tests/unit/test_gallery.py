"""The gallery itself: its parameters, its buttons, its opening, and what it hands out."""

from __future__ import annotations

import logging
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

import nbgallery
from nbgallery import Button, Gallery, GalleryError, Item, pages
from tests.unit.doubles import PATIENCE
from tests.unit.galleries import gray, until_all_is_sent, until_listeners_have_run

SOURCE = str(Path(nbgallery.__file__).parents[1])


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

    @pytest.mark.parametrize("name", ["render", "captions", "executor"])
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
        with pytest.raises(TypeError, match="did you mean 'executor'"):
            Gallery([], excutor=None)

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

    def test_a_blocked_item_delays_it_a_moment_only_and_the_rest_follows(self, gallery, monkeypatch):
        monkeypatch.setattr(pages.Pages.first, "__defaults__", (pages._WAIT_SECONDS,))
        assert pages._WAIT_SECONDS <= 0.2
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
            from nbgallery.pages import Pages
            # On a busy machine, too, all of it is to be opened that ever will be.
            Pages.first.__defaults__ = (30.0,)
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
