"""How a value is named in a message: recognisable, short, and never costly to make."""

from __future__ import annotations

import os
from reprlib import Repr

_LARGE_BITS = 256


class _Short(Repr):
    """Shortens texts and containers; names everything else instead of printing it."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = 60
        self.maxlevel = 2
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = 4

    def repr_int(self, x: int, level: int) -> str:
        # repr() of an int of more than 4,300 digits raises.
        return (
            super().repr_int(x, level) if x.bit_length() < _LARGE_BITS else f"<int of {x.bit_length()} bits>"
        )

    def repr_instance(self, x: object, level: int) -> str:
        if x is None or isinstance(x, (bool, float, complex)):
            return repr(x)
        if isinstance(x, str):
            return self.repr_str(str(x), level)
        if isinstance(x, (bytes, bytearray)):
            return f"<{len(x)} bytes>"
        if isinstance(x, os.PathLike):
            return f"{type(x).__name__}({self.repr1(os.fspath(x), level)})"
        return _named(x)


def _named(x: object) -> str:
    name = getattr(x, "__qualname__", None)
    if isinstance(name, str):
        return f"<{type(x).__name__} {name}>"
    shape, dtype = getattr(x, "shape", None), getattr(x, "dtype", None)
    if not isinstance(shape, tuple) or dtype is None:
        return f"<{type(x).__name__}>"
    if shape == ():
        # A scalar of numpy's reads like the number that it is.
        return f"{type(x).__name__}({x})"
    return f"<{type(x).__name__} {tuple(shape)} {dtype}>"


def describe(value: object) -> str:
    """Name `value` in about a hundred characters, without reading pixels or long texts.

    Examples
    --------
    >>> describe("x" * 1000)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxxxxxxxxxxxx'"
    >>> describe([b"GIF89a", 3, None])
    '[<6 bytes>, 3, None]'
    >>> import numpy as np
    >>> describe(np.zeros((480, 640, 3), "uint8"))
    '<ndarray (480, 640, 3) uint8>'
    >>> describe(print)
    '<builtin_function_or_method print>'
    """
    return _Short().repr(value)
