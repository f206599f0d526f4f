"""Every display parameter: what it takes, what becomes of it, and how it refuses the rest."""

from __future__ import annotations

import numpy as np
import pytest

from nbgallery import parameters
from nbgallery.button import Button
from nbgallery.errors import GalleryError

NAN, INF = float("nan"), float("inf")

JUNK: list[object] = [
    object(),
    b"bytes",
    {"a": 1},
    {1, 2},
    print,
    int,
    np.zeros(3),
    np.zeros((2, 2)),
    [[1]],
    iter([1]),
    "x" * 10**6,
]
"""What no parameter takes."""

KEEP = Button("Keep")


@pytest.mark.parametrize(
    "check, given, normal",
    [
        (parameters.columns, 3, [3]),
        (parameters.columns, [1, 2, 3], [1, 2, 3]),
        (parameters.columns, (4,), [4]),
        (parameters.columns, [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]),
        (parameters.columns, np.int64(5), [5]),
        (parameters.columns, [np.uint8(5)], [5]),
        (parameters.rows, None, None),
        (parameters.rows, 2, [2]),
        (parameters.rows, [1, 2], [1, 2]),
        (parameters.height, None, None),
        (parameters.height, 400, "400px"),
        (parameters.height, 400.5, "400.5px"),
        (parameters.height, 100000, "100000px"),
        (parameters.height, np.float32(20), "20px"),
        (parameters.height, "400", "400px"),
        (parameters.height, " 50vh ", "50vh"),
        (parameters.height, "50%", "50%"),
        (parameters.height, "auto", "auto"),
        (parameters.height, "calc(100vh - 2 * 3rem)", "calc(100vh - 2 * 3rem)"),
        (parameters.height, "min(50vh, 400px)", "min(50vh, 400px)"),
        (parameters.height, "var(--tall)", "var(--tall)"),
        (parameters.object_fit, None, None),
        (parameters.object_fit, "scale-down", "scale-down"),
        (parameters.label, None, None),
        (parameters.label, "", ""),
        (parameters.label, "<b>Cats</b>", "<b>Cats</b>"),
        (parameters.show_label, None, None),
        (parameters.show_label, False, False),
        (parameters.container, True, True),
        (parameters.container, np.zeros(1, bool)[0], False),
        (parameters.fit_columns, False, False),
        (parameters.scale, None, None),
        (parameters.scale, 0, 0),
        (parameters.scale, 2, 2),
        (parameters.scale, 1.5, 1.5),
        (parameters.min_width, 160, 160),
        (parameters.min_width, np.float64(0.5), 0.5),
        (parameters.visible, True, True),
        (parameters.visible, False, False),
        (parameters.visible, "hidden", "hidden"),
        (parameters.elem_id, None, None),
        (parameters.elem_id, "main-gallery", "main-gallery"),
        (parameters.elem_classes, None, []),
        (parameters.elem_classes, "", []),
        (parameters.elem_classes, "wide dark", ["wide", "dark"]),
        (parameters.elem_classes, ("wide", "dark"), ["wide", "dark"]),
        (parameters.allow_preview, False, False),
        (parameters.preview, None, None),
        (parameters.preview, True, True),
        (parameters.render, False, False),
        (parameters.media_type, "numpy", "numpy"),
        (parameters.quality, None, None),
        (parameters.quality, 1, 1),
        (parameters.quality, np.uint8(100), 100),
        (parameters.encoding_format, "webp", "webp"),
        (parameters.encoding_format, ".JPG", "jpeg"),
        (lambda value: parameters.selected_index(value, 5), None, None),
        (lambda value: parameters.selected_index(value, 5), 0, 0),
        (lambda value: parameters.selected_index(value, 5), np.int32(4), 4),
        (lambda value: parameters.captions(value, 2), None, None),
        (lambda value: parameters.captions(value, 2), ["A", None], ["A", None]),
        (parameters.buttons, None, ["share", "download", "download_all", "fullscreen"]),
        (parameters.buttons, [], []),
        (parameters.buttons, ["fullscreen", KEEP], ["fullscreen", KEEP]),
        (parameters.buttons, (KEEP,), [KEEP]),
    ],
)
def test_takes_and_normalises(check, given, normal):
    found = check(given)
    assert found == normal
    assert type(found) is type(normal)
    if isinstance(found, list):
        assert [type(entry) for entry in found] == [type(entry) for entry in normal]


WRONG: dict[str, list[object]] = {
    "columns": [
        None,
        0,
        -1,
        1.0,
        2.5,
        True,
        NAN,
        INF,
        "2",
        [],
        [0],
        [1] * 7,
        [1, None],
        [True],
        np.float64(2),
        10**5000 * -1,
    ],
    "rows": [0, -1, 1.5, False, "2", [], [0], [1] * 7],
    "height": [
        0,
        -1,
        True,
        NAN,
        INF,
        -INF,
        10**400,
        "",
        "  ",
        "0",
        "-",
        "a;b",
        "1px;color:red",
        "url(x)",
        "a:b",
        "x{}",
    ],
    "object_fit": ["Cover", "stretch", 1, True],
    "label": [5, True],
    "show_label": [0, 1, "yes"],
    "container": [None, 0, 1, "yes"],
    "fit_columns": [None, 1],
    "scale": [-1, True, NAN, INF, "1", 10**400],
    "min_width": [None, -1, True, NAN, INF, "160px", 1j],
    "visible": [None, "Hidden", "visible", 1, 0],
    "elem_id": ["", "two words", "tab\t", "nul\0", 5],
    "elem_classes": [5, [5], ["two words"], [""], [None], {"a": 1}],
    "allow_preview": [None, 1],
    "preview": [0, "open"],
    "render": [None, 1],
    "type": ["file", "PIL", None, 5],
    "quality": [0, 101, 90.0, True, "90", NAN],
    "format": ["psd-ish", None, 5, ""],
    "selected_index": [5, -1, True, 1.0, "1", NAN, np.float64(1), 10**30],
    "buttons": ["share", 5, ["shear"], [None], ["share", "share"], [KEEP, KEEP], {"share": True}],
    "captions": ["AB", 5, ["A"], ["A", 5]],
}

TEXTS = {("label", str), ("elem_id", str), ("elem_classes", str)}
"""Where a long text is right."""

NAMED_OTHERWISE = {
    "type": parameters.media_type,
    "format": parameters.encoding_format,
    "selected_index": lambda value: parameters.selected_index(value, 5),
    "captions": lambda value: parameters.captions(value, 2),
}


@pytest.mark.parametrize(
    "name, value",
    [(name, value) for name, values in WRONG.items() for value in values]
    + [(name, value) for name in WRONG for value in JUNK if (name, type(value)) not in TEXTS],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else type(value).__name__,
)
def test_refuses_the_rest_by_name_and_in_short(name, value):
    check = NAMED_OTHERWISE.get(name) or getattr(parameters, name)
    with pytest.raises(GalleryError) as caught:
        check(value)
    message = str(caught.value)
    assert message.startswith(name)
    assert ": " in message
    assert len(message) < 400


@pytest.mark.parametrize(
    "check, value, message",
    [
        (parameters.columns, 0, "columns=0: give a whole number from 1 up, or a list of up to six of them"),
        (parameters.quality, 0, "quality=0: give None (lossless) or a whole number from 1 to 100"),
        (parameters.visible, "no", "visible='no': give True, False or 'hidden'"),
        (parameters.media_type, "np", "type='np': give one of 'filepath', 'pil', 'numpy'"),
        (
            lambda value: parameters.selected_index(value, 0),
            0,
            "selected_index=0: give None, for the gallery is empty",
        ),
        (parameters.buttons, ["share"] * 2, "buttons[1]='share': give each button once"),
    ],
)
def test_the_sentences(check, value, message):
    with pytest.raises(GalleryError) as caught:
        check(value)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "buttons, switches, expected",
    [
        (None, {"show_share_button": False}, ["download", "download_all", "fullscreen"]),
        (None, {"show_download_button": False}, ["share", "fullscreen"]),
        (None, {"show_fullscreen_button": False}, ["share", "download", "download_all"]),
        (None, {"show_share_button": True}, ["share", "download", "download_all", "fullscreen"]),
        ([KEEP], {"show_share_button": True, "show_fullscreen_button": True}, [KEEP, "share", "fullscreen"]),
        (["download_all"], {"show_download_button": True}, ["download_all", "download"]),
        (["share", KEEP], {"show_share_button": False}, [KEEP]),
        (["share"], {"show_share_button": None}, ["share"]),
    ],
)
def test_gradio_5s_spellings_of_buttons(buttons, switches, expected):
    assert parameters.buttons(buttons, **switches) == expected


@pytest.mark.parametrize("name", ["show_share_button", "show_download_button", "show_fullscreen_button"])
def test_gradio_5s_spellings_are_checked(name):
    with pytest.raises(GalleryError, match=f"^{name}=1: give None, True or False"):
        parameters.buttons(None, **{name: 1})


def test_an_unknown_keyword_suggests_the_nearest():
    allowed = ["columns", "rows", "object_fit"]
    parameters.check_keywords(["rows"], allowed)
    parameters.check_keywords([], allowed)
    with pytest.raises(TypeError, match=r"'colums': did you mean 'columns'\?"):
        parameters.check_keywords(["rows", "colums"], allowed)
    with pytest.raises(TypeError, match="'zzz': it takes columns, object_fit, rows"):
        parameters.check_keywords(["zzz"], allowed)
