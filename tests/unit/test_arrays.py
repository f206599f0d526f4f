from __future__ import annotations

from fractions import Fraction
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nbgallery import arrays
from nbgallery.errors import MediaError
from nbgallery.pictures import from_array

SHAPES = st.one_of(
    hnp.array_shapes(min_dims=2, max_dims=2, max_side=7),
    st.tuples(st.integers(1, 7), st.integers(1, 7), st.just(3)),
)
INTEGERS = st.one_of(hnp.integer_dtypes(endianness="?"), hnp.unsigned_integer_dtypes(endianness="?"))
FLOATS = hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64))


def expected(values: np.ndarray[Any, Any], low: Any, high: Any) -> np.ndarray[Any, Any]:
    """The linear rule in exact arithmetic."""
    low, span = Fraction(low), Fraction(high) - Fraction(low)
    flat = [float((Fraction(v) - low) / span * 255) if span else 0.0 for v in values.ravel().tolist()]
    return np.array(flat).reshape(values.shape)


def close(pixels: np.ndarray[Any, Any], wanted: np.ndarray[Any, Any], tolerance: float = 0.5001) -> bool:
    return bool((np.abs(pixels.astype(float) - wanted) <= tolerance).all())


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_integers_follow_the_table(data):
    array = data.draw(hnp.arrays(data.draw(INTEGERS), data.draw(SHAPES)))
    drawing = arrays.draw(array)
    low, high = int(array.min()), int(array.max())
    assert drawing.pixels.shape == array.shape
    assert drawing.pixels.dtype == np.uint8
    if low >= 0 and high <= 255:
        assert (drawing.pixels == array).all()
        assert drawing.drawn_range == (0, 255)
    else:
        assert close(drawing.pixels, expected(array, min(0, low), high))
        assert drawing.drawn_range == (min(0, low), high)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_floats_follow_the_table(data):
    array = data.draw(hnp.arrays(data.draw(FLOATS), data.draw(SHAPES)))
    drawing = arrays.draw(array)
    finite = np.isfinite(array)
    hidden = ~finite if array.ndim == 2 else ~finite.all(axis=2)
    if hidden.any():
        assert drawing.pixels.shape[2] == (2 if array.ndim == 2 else 4)
        assert ((drawing.pixels[..., -1] == 0) == hidden).all()
        colors = drawing.pixels[..., 0] if array.ndim == 2 else drawing.pixels[..., :3]
    else:
        colors = drawing.pixels
    seen = array[finite]
    if not seen.size:
        assert drawing.drawn_range is None
        return
    low, high = float(seen.min()), float(seen.max())
    if low >= 0 and high <= 1:
        wanted, span = seen.astype(float) * 255, (0.0, 1.0)
    elif low >= 0 and high <= 255:
        wanted, span = seen.astype(float), (0.0, 255.0)
    else:
        wanted, span = expected(seen, low, high), (low, high)
    assert close(colors[finite], wanted)
    assert drawing.drawn_range == span


@given(hnp.arrays(bool, SHAPES))
@settings(deadline=None)
def test_bool_is_black_and_white(array):
    assert (arrays.draw(array).pixels == array * 255).all()


@given(hnp.arrays(np.uint8, SHAPES))
@settings(deadline=None)
def test_uint8_is_as_it_is(array):
    assert (arrays.draw(array).pixels == array).all()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_layout_in_memory_changes_nothing(data):
    array = data.draw(hnp.arrays(data.draw(st.one_of(INTEGERS, FLOATS)), (4, 6)))
    wanted = arrays.draw(array).pixels
    wide = np.repeat(np.repeat(array, 2, 0), 2, 1)[::2, ::2]
    frozen = array.copy()
    frozen.flags.writeable = False
    for same in (
        wide,
        np.asfortranarray(array),
        array[::-1][::-1],
        frozen,
        array.astype(array.dtype.newbyteorder()),
    ):
        assert (arrays.draw(same).pixels == wanted).all()


def test_drawing_never_changes_the_array():
    for dtype in (bool, np.uint8, np.int64, np.float16, np.float64):
        array = np.arange(24).reshape(4, 6).astype(dtype)
        before = array.copy()
        arrays.draw(array)
        assert (array == before).all()


@pytest.mark.parametrize(
    "values, pixels, drawn_range",
    [
        (np.array([[2**63, 2**64 - 1]], np.uint64), [[128, 255]], (0, 2**64 - 1)),
        (np.array([[-(2**63), 2**63 - 1]]), [[0, 255]], (-(2**63), 2**63 - 1)),
        (np.array([[-(2**63), -(2**63) + 5, -(2**63) + 10]]), [[0, 128, 255]], (-(2**63), -(2**63) + 10)),
        (np.array([[-10, -5]]), [[0, 255]], (-10, -5)),
        (np.array([[-5, -5]]), [[0, 0]], (-5, -5)),
        (np.array([[1000, 1000]]), [[255, 255]], (0, 1000)),
        (np.array([[-128, 127]], np.int8), [[0, 255]], (-128, 127)),
        (np.array([[0, 255]], np.int64), [[0, 255]], (0, 255)),
        (np.array([[0, 256]], np.int16), [[0, 255]], (0, 256)),
        (np.array([[0.0, 1.0]]), [[0, 255]], (0.0, 1.0)),
        (np.array([[0.0, 1.0001]]), [[0, 1]], (0.0, 255.0)),
        (np.array([[0.0, 255.0]], np.float16), [[0, 255]], (0.0, 255.0)),
        (np.array([[-1.0, 1.0]]), [[0, 255]], (-1.0, 1.0)),
        (np.array([[300.0, 300.0]]), [[0, 0]], (300.0, 300.0)),
        (np.array([[-1.7e308, 0, 1.7e308]]), [[0, 128, 255]], (-1.7e308, 1.7e308)),
        (np.array([[-5e-324, 0]]), [[0, 255]], (-5e-324, 0.0)),
        (np.array([[-3e38, 3e38]], np.float32), [[0, 255]], None),
    ],
)
def test_ranges_at_the_ends_of_a_type(values, pixels, drawn_range):
    drawing = arrays.draw(values)
    assert drawing.pixels.tolist() == pixels
    if drawn_range is not None:
        assert drawing.drawn_range == drawn_range


def test_long_doubles_keep_their_range():
    drawing = arrays.draw(np.array([[-1.0, 0.0, 1.0]], np.longdouble) * np.longdouble("1e300"))
    assert drawing.pixels.tolist() == [[0, 128, 255]]


def test_what_is_not_finite_is_transparent_and_does_not_stretch_the_range():
    array = np.array([[0.0, 0.5, np.nan], [1.0, np.inf, -np.inf]])
    drawing = arrays.draw(array)
    assert drawing.pixels[..., 1].tolist() == [[255, 255, 0], [255, 0, 0]]
    assert drawing.pixels[..., 0][0].tolist() == [0, 128, 0]
    assert drawing.drawn_range == (0.0, 1.0)


@pytest.mark.parametrize("fill", [np.nan, np.inf])
def test_nothing_finite_is_all_transparent(fill):
    drawing = arrays.draw(np.full((2, 3, 3), fill))
    assert drawing.pixels.shape == (2, 3, 4)
    assert not drawing.pixels.any()
    assert drawing.drawn_range is None


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int32, np.float32])
def test_masked_values_are_transparent_and_out_of_the_range(dtype):
    data = np.ma.MaskedArray(np.array([[0, 1], [1, 100]]).astype(dtype), [[False, False], [False, True]])
    drawing = arrays.draw(data)
    assert drawing.pixels[..., 1].tolist() == [[255, 255], [255, 0]]
    assert drawing.pixels[1, 1, 0] == 0
    if dtype is np.float32:
        assert drawing.drawn_range == (0.0, 1.0)


def test_masked_beside_not_finite():
    drawing = arrays.draw(np.ma.MaskedArray([[0.0, np.nan, 900.0]], [[False, False, True]]))
    assert drawing.pixels[..., 1].tolist() == [[255, 0, 0]]


def test_a_mask_that_hides_all_or_nothing():
    values = np.arange(4.0).reshape(2, 2)
    assert arrays.draw(np.ma.MaskedArray(values, mask=True)).pixels.tolist() == [[[0, 0]] * 2] * 2
    assert arrays.draw(np.ma.MaskedArray(values, mask=False)).pixels.ndim == 2
    assert arrays.draw(np.ma.MaskedArray(values)).pixels.ndim == 2


def test_masked_colour_hides_its_pixel():
    mask = np.zeros((2, 2, 4), bool)
    mask[0, 0, 1] = mask[1, 1, 3] = True
    alpha = arrays.draw(np.ma.MaskedArray(np.full((2, 2, 4), 200, np.uint8), mask)).pixels[..., 3]
    assert alpha.tolist() == [[0, 200], [200, 0]]


def test_opacity_is_scaled_by_itself():
    rgba = np.zeros((1, 2, 4))
    rgba[..., :3] = 20.0
    rgba[..., 3] = [0.5, 1.0]
    pixels = arrays.draw(rgba).pixels
    assert pixels[..., 3].tolist() == [[128, 255]]
    assert (pixels[..., :3] == 20).all()
    deep = np.full((1, 1, 4), 65535, np.uint16)
    deep[..., :3] = 100
    assert arrays.draw(deep).pixels.tolist() == [[[100, 100, 100, 255]]]


@pytest.mark.parametrize(
    "shape, drawn",
    [
        ((5, 7), (5, 7)),
        ((5, 7, 1), (5, 7)),
        ((5, 7, 3), (5, 7, 3)),
        ((5, 7, 4), (5, 7, 4)),
        ((1, 5, 7), (5, 7)),
        ((3, 5, 7), (5, 7, 3)),
        ((4, 5, 7), (5, 7, 4)),
        ((3, 3, 3), (3, 3, 3)),
        ((4, 9, 3), (4, 9, 3)),
        ((3, 9, 4), (3, 9, 4)),
        ((1, 9, 1), (1, 9)),
        ((3, 9, 2), (9, 2, 3)),
        ((1, 1), (1, 1)),
    ],
)
def test_shapes_and_their_ties(shape, drawn):
    assert arrays.draw(np.zeros(shape)).pixels.shape == drawn


def test_channels_first_keeps_its_values():
    array = np.arange(3 * 5 * 7, dtype=np.uint8).reshape(3, 5, 7)
    assert (arrays.draw(array).pixels == array.transpose(1, 2, 0)).all()


@pytest.mark.parametrize(
    "array, words",
    [
        (np.zeros((5, 7, 2)), "(5, 7, 2)"),
        (np.zeros((5, 7, 9)), "channels must be 1, 3 or 4"),
        (np.zeros((2, 5, 7, 3)), "a batch of 2 pictures"),
        (np.zeros((1, 2, 5, 7, 3)), "not 5 axes"),
        (np.zeros(5), "not 1 axes"),
        (np.array(3.0), "not 0 axes"),
        (np.zeros((0, 7)), "holds no pixels"),
        (np.zeros((5, 0, 3)), "holds no pixels"),
        (np.zeros((5, 7), complex), "complex numbers"),
        (np.zeros((5, 7), object), "dtype object"),
        (np.zeros((5, 7), "U3"), "dtype <U3"),
        (np.zeros((5, 7), "M8[s]"), "datetime64"),
        (np.zeros((5, 7), [("a", int)]), "numeric dtype"),
        (np.zeros((5, 7), "V4"), "numeric dtype"),
    ],
)
def test_what_is_no_picture_says_why(array, words):
    with pytest.raises(MediaError) as caught:
        arrays.draw(array)
    assert words in str(caught.value)


class ByArray:
    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        return self.values


class ByDlpack:
    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def __dlpack__(self, **options: Any) -> Any:
        return self.values.__dlpack__()

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)


class Grad:
    """As a torch tensor that takes part in a gradient, on a device."""

    def __init__(self, values: Any, *, attached: bool = True, device: str = "cuda") -> None:
        self.values, self.attached, self.device = np.asarray(values), attached, device

    def detach(self) -> Grad:
        return Grad(self.values, attached=False, device=self.device)

    def cpu(self) -> Grad:
        return Grad(self.values, attached=self.attached, device="cpu")

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        if self.attached or self.device != "cpu":
            raise TypeError("can't convert: use detach() and cpu()")
        return self.values


class Cupy:
    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        raise TypeError("Implicit conversion to a NumPy array is not allowed")

    def get(self) -> np.ndarray[Any, Any]:
        return self.values


class Bfloat:
    """As a torch tensor of a type that NumPy lacks."""

    def __init__(self, values: Any, *, wide: bool = False) -> None:
        self.values, self.wide = np.asarray(values, np.float32), wide

    def float(self) -> Bfloat:
        return Bfloat(self.values, wide=True)

    def cpu(self) -> Bfloat:
        return self

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        if not self.wide:
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.values


@pytest.mark.parametrize("kind", [ByArray, ByDlpack, Grad, Cupy, Bfloat])
def test_tensors_of_every_make(kind):
    values = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    assert (arrays.to_array(kind(values)) == values).all()


def test_a_tensor_that_refuses_says_so():
    class Stubborn:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            raise RuntimeError("sparse tensors have no values\nand more")

    with pytest.raises(
        MediaError, match=r"Stubborn could not be read as an array \(sparse tensors have no values\)"
    ):
        arrays.to_array(Stubborn())


def test_types_that_others_add_to_numpy():
    values = np.array([[0.0, 0.5, 1.0]])
    assert arrays.draw(values.astype(ml_dtypes.bfloat16)).pixels.tolist() == [[0, 128, 255]]
    assert arrays.draw(values.astype(ml_dtypes.float8_e4m3fn)).pixels.tolist() == [[0, 128, 255]]
    assert arrays.draw(np.array([[0, 1, 7]]).astype(ml_dtypes.int4)).pixels.tolist() == [[0, 1, 7]]


def test_large_arrays_are_scaled_in_blocks_that_agree():
    array = np.random.default_rng(0).normal(size=(1500, 1000, 3)).astype(np.float32)
    low, high = float(array.min()), float(array.max())
    wanted = (array.astype(np.float64) - low) / (high - low) * 255
    assert close(arrays.draw(array).pixels, wanted)


@pytest.mark.parametrize(
    "array, mode",
    [
        (np.array([[True, False]]), "1"),
        (np.array([[1, 2]], np.uint8), "L"),
        (np.array([[1, 65535]], np.uint16), "I;16"),
        (np.array([[1, 65535]], ">u2"), "I;16"),
        (np.array([[0, 3, 7]], np.int64), "L"),
        (np.zeros((2, 2, 3), np.uint8), "RGB"),
        (np.zeros((2, 2, 4), np.uint8), "RGBA"),
        (np.array([[0.0, np.nan]]), "LA"),
        (np.ma.MaskedArray([[True, False]], [[True, False]]), "LA"),
    ],
)
def test_pictures_keep_values_where_a_mode_holds_them(array, mode):
    image = from_array(array)
    assert image.mode == mode
    if array.dtype.kind in "bu" and not np.ma.isMaskedArray(array):
        assert (np.asarray(image) == array).all()
