"""How numbers become pictures: any array or tensor, every dtype and shape, by one table.

=========================  ==============================================================================
dtype                      drawn
=========================  ==============================================================================
bool                       0 and 255
uint8                      as it is
other integers             as they are within 0..255; else linear from ``min(0, min)`` to ``max``
floats                     within 0..1 times 255; else within 0..255 as they are; else linear over the
                           finite values; what is not finite, or masked, is transparent
=========================  ==============================================================================

The fourth channel is opacity: it follows the table by itself, so that a picture has the same colours with and
without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nbgallery.errors import MediaError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 16  # values scaled at a time: larger temporaries come from the system anew, ten times as slow
_WHITE = 255
_COLOURED = 3
_OPACITY = 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """An array as it is drawn.

    Attributes
    ----------
    pixels : numpy.ndarray
        uint8 of shape (H, W), (H, W, 2) with opacity, (H, W, 3), or (H, W, 4) with opacity.
    drawn_range : tuple of float, or None
        The values drawn as 0 and as 255; None when no value is finite.
    """

    pixels: NDArray[np.uint8]
    drawn_range: tuple[float, float] | None


def to_array(media: object) -> NDArray[Any]:
    """Take the values out of an array-like or a tensor, from any device.

    Parameters
    ----------
    media : object
        An ndarray, or an object with ``__array__``, ``__array_interface__`` or ``__dlpack__``.

    Returns
    -------
    numpy.ndarray
        Without a copy where that is possible; a masked array stays one.

    Raises
    ------
    MediaError
        The object refuses; the message has its reason.

    Examples
    --------
    >>> class Tensor:
    ...     def __array__(self, dtype=None, copy=None):
    ...         return np.eye(2)
    >>> to_array(Tensor()).shape
    (2, 2)
    """
    if isinstance(media, np.ndarray):
        return media
    reasons: list[str] = []
    for attempt in (_by_protocol, _by_dlpack, _from_device, _widened):
        try:
            array = attempt(media)
        except Exception as error:  # noqa: BLE001 - each library refuses with exceptions of its own
            reasons.append(str(error).strip().partition("\n")[0])
        else:
            if array is not None:
                return array
    kind = f"{type(media).__module__}.{type(media).__qualname__}"
    reason = next(filter(None, reasons), "it offers no values")
    raise MediaError(f"a {kind} could not be read as an array ({reason}): pass it as a NumPy array")


def _detached(media: object) -> Any:
    detach = getattr(media, "detach", None)
    return detach() if callable(detach) else media


def _by_protocol(media: object) -> NDArray[Any] | None:
    if hasattr(media, "__array__") or hasattr(media, "__array_interface__"):
        return np.asarray(_detached(media))
    return None


def _by_dlpack(media: object) -> NDArray[Any] | None:
    if not hasattr(media, "__dlpack__"):
        return None
    tensor = _detached(media)
    try:
        return np.from_dlpack(tensor)
    except Exception as error:  # noqa: BLE001 - as above
        try:
            # NumPy 2.1 asks the tensor's own library for a copy in the computer's memory.
            return np.from_dlpack(tensor, device="cpu", copy=True)
        except Exception:  # noqa: BLE001 - as above
            raise error from None


def _from_device(media: object) -> NDArray[Any] | None:
    for name in ("cpu", "get"):
        fetch = getattr(_detached(media), name, None)
        if callable(fetch):
            return np.asarray(fetch())
    return None


def _widened(media: object) -> NDArray[Any] | None:
    """Read floats that NumPy has no type for, torch's bfloat16 among them."""
    widen = getattr(_detached(media), "float", None)
    if not callable(widen):
        return None
    wide = widen()
    fetch = getattr(wide, "cpu", None)
    return np.asarray(fetch() if callable(fetch) else wide)


def channels_last(array: NDArray[Any]) -> NDArray[Any]:
    """Bring an array into the shape (H, W), (H, W, 3) or (H, W, 4), or say why it is no picture.

    Where both (H, W, channels) and (channels, H, W) fit, channels are last.

    Raises
    ------
    MediaError
        The shape is none of a picture's.

    Examples
    --------
    >>> channels_last(np.zeros((3, 20, 10))).shape, channels_last(np.zeros((3, 5, 4))).shape
    ((20, 10, 3), (3, 5, 4))
    """
    shape = array.shape
    if array.size == 0:
        raise MediaError(
            f"an array of shape {shape} holds no pixels: give one with at least one row and column"
        )
    if array.ndim == 2:  # noqa: PLR2004 - rows and columns
        return array
    if array.ndim == 3:  # noqa: PLR2004 - rows, columns and channels in some order
        if shape[2] in (1, 3, 4):
            return array[:, :, 0] if shape[2] == 1 else array
        if shape[0] in (1, 3, 4):
            return array[0] if shape[0] == 1 else array.transpose(1, 2, 0)
        raise MediaError(
            f"an array of shape {shape} is no picture: "
            "its channels must be 1, 3 or 4, the last axis or the first"
        )
    if array.ndim == 4:  # noqa: PLR2004 - a batch of the above
        raise MediaError(
            f"an array of shape {shape} is a batch of {shape[0]} pictures, not one: "
            "make each of them an item of its own, as list(array) does"
        )
    raise MediaError(
        f"an array of shape {shape} is no picture: "
        f"give (H, W), (H, W, 1|3|4) or (1|3|4, H, W), not {array.ndim} axes"
    )


def draw(array: NDArray[Any]) -> Drawing:
    """Draw an array by the table at the head of this module.

    Parameters
    ----------
    array : numpy.ndarray
        Of any numeric dtype and byte order; masked arrays are transparent where they are masked.

    Returns
    -------
    Drawing
        The pixels, and the range of values that they span.

    Raises
    ------
    MediaError
        The shape is no picture's, or the dtype has no order to draw by (complex, object, text, dates).

    Examples
    --------
    >>> drawing = draw(np.array([[0, 500, 1000]]))
    >>> drawing.pixels.tolist(), drawing.drawn_range
    ([[0, 128, 255]], (0, 1000))
    """
    array = channels_last(_numeric(array))
    hidden = np.ma.getmaskarray(array) if np.ma.is_masked(array) else None
    values = np.ma.getdata(array, subok=False)
    if values.ndim == _COLOURED and values.shape[2] == _OPACITY:
        colors, alpha = _part(values, hidden, slice(3)), _part(values, hidden, 3)
    else:
        colors, alpha = _scale(values, hidden), None
    if alpha is None and colors.hidden is None:
        return Drawing(colors.pixels, colors.drawn_range)
    opacity = np.full(values.shape[:2], _WHITE, np.uint8) if alpha is None else alpha.pixels.copy()
    if alpha is not None and alpha.hidden is not None:
        opacity[alpha.hidden] = 0
    if colors.hidden is not None:
        opacity[colors.hidden if values.ndim < _COLOURED else colors.hidden.any(axis=2)] = 0
    return Drawing(np.dstack((colors.pixels, opacity)), colors.drawn_range)


@dataclass(frozen=True, slots=True)
class _Scaled:
    """Values as uint8, the range that they span, and which of them cannot be seen."""

    pixels: NDArray[np.uint8]
    drawn_range: tuple[float, float] | None
    hidden: NDArray[np.bool_] | None


def _part(values: NDArray[Any], hidden: NDArray[np.bool_] | None, channels: slice | int) -> _Scaled:
    return _scale(values[:, :, channels], None if hidden is None else hidden[:, :, channels])


def _numeric(array: NDArray[Any]) -> NDArray[Any]:
    dtype = array.dtype
    if dtype.kind in "buif":
        return array
    if dtype.kind == "c":
        raise MediaError(
            f"complex numbers ({dtype}) have no order to draw by: pass abs(array), array.real or angles"
        )
    if dtype.kind == "V" and dtype.names is None and dtype.type is not np.void:
        # bfloat16, float8, int4 and their kin: types that other packages add to NumPy.
        return array.astype(np.int16 if "int" in dtype.name else np.float32)
    if dtype.kind == "O":
        raise MediaError(
            "an array of Python objects (dtype object) is no picture: give it a numeric dtype by astype"
        )
    raise MediaError(f"an array of dtype {dtype} is no picture: give it a numeric dtype by astype")


def _scale(values: NDArray[Any], hidden: NDArray[np.bool_] | None) -> _Scaled:
    if hidden is not None and not hidden.any():
        hidden = None
    if values.dtype.kind == "b":
        return _Scaled(_blanked(values.view(np.uint8) * np.uint8(_WHITE), hidden), (0, 1), hidden)
    if values.dtype == np.uint8:
        return _Scaled(_blanked(values, hidden), (0, _WHITE), hidden)
    if values.dtype.kind == "f":
        return _scale_floats(values, hidden)
    return _scale_integers(values, hidden)


def _blanked(pixels: NDArray[np.uint8], hidden: NDArray[np.bool_] | None) -> NDArray[np.uint8]:
    return pixels if hidden is None else np.where(hidden, np.uint8(0), pixels)


def _scale_integers(values: NDArray[Any], hidden: NDArray[np.bool_] | None) -> _Scaled:
    seen = values if hidden is None else values[~hidden]
    if seen.size == 0:
        return _Scaled(np.zeros(values.shape, np.uint8), None, hidden)
    low, high = int(seen.min()), int(seen.max())
    if low >= 0 and high <= _WHITE:
        return _Scaled(_blanked(values.astype(np.uint8), hidden), (0, _WHITE), hidden)
    low = min(0, low)
    span = high - low
    # Differences modulo 2**64 are exact for every integer type; subtraction in the type itself overflows.
    origin = np.uint64(low % 2**64)

    def linear(block: NDArray[Any]) -> NDArray[Any]:
        offset = block.astype(np.int64 if low < 0 else np.uint64).view(np.uint64) - origin
        return offset.astype(np.float64) * (_WHITE / span) if span else np.zeros(block.shape)

    pixels = _by_blocks(values, linear, tame=hidden is None)
    return _Scaled(_blanked(pixels, hidden), (low, high), hidden)


def _scale_floats(values: NDArray[Any], hidden: NDArray[np.bool_] | None) -> _Scaled:
    if values.dtype.itemsize < 4:  # noqa: PLR2004 - float16 has no room for times 255
        values = values.astype(np.float32)
    with np.errstate(all="ignore"):
        if hidden is None:
            low, high = values.min(), values.max()
        else:
            low = high = np.float64("nan")
        if not (np.isfinite(low) and np.isfinite(high)):
            unseen = ~np.isfinite(values)
            hidden = unseen if hidden is None else unseen | hidden
            if hidden.all():
                return _Scaled(np.zeros(values.shape, np.uint8), None, hidden)
            low = values.min(initial=np.inf, where=~hidden)
            high = values.max(initial=-np.inf, where=~hidden)
            hidden = hidden if hidden.any() else None
        scale, drawn_range = _float_rule(low, high, values.dtype)
        pixels = _by_blocks(values, scale, tame=hidden is None)
        return _Scaled(_blanked(pixels, hidden), drawn_range, hidden)


def _float_rule(
    low: Any,
    high: Any,
    dtype: np.dtype[Any],
) -> tuple[Callable[[NDArray[Any]], NDArray[Any]], tuple[float, float]]:
    if low >= 0 and high <= 1:
        return (lambda block: block * dtype.type(_WHITE)), (0.0, 1.0)
    if low >= 0 and high <= _WHITE:
        return (lambda block: block), (0.0, float(_WHITE))
    wide = np.promote_types(dtype, np.float64).type
    low, high = wide(low), wide(high)
    span = high - low
    drawn_range = (float(low), float(high))
    if not math.isfinite(span):
        # The range is wider than the type: halves of it are not.
        return (lambda block: (block.astype(wide) / 2 - low / 2) / (high / 2 - low / 2) * _WHITE), drawn_range
    if span == 0:
        return (lambda block: np.zeros(block.shape)), drawn_range
    return (lambda block: (block.astype(wide) - low) / span * _WHITE), drawn_range


def _by_blocks(
    values: NDArray[Any], scale: Callable[[NDArray[Any]], NDArray[Any]], *, tame: bool
) -> NDArray[np.uint8]:
    drawn = np.empty(values.shape, np.uint8)
    with np.errstate(all="ignore"):
        for rows in _blocks(values.shape):
            scaled = np.rint(scale(values[rows]))
            if not tame:
                # Hidden values are anything, and what lies outside uint8 differs between processors.
                scaled = np.clip(np.nan_to_num(scaled, copy=False, nan=0, posinf=0, neginf=0), 0, _WHITE)
            drawn[rows] = scaled
    return drawn


def _blocks(shape: tuple[int, ...]) -> Iterator[slice]:
    step = max(1, _BLOCK // max(1, math.prod(shape[1:])))
    for start in range(0, shape[0], step):
        yield slice(start, start + step)
