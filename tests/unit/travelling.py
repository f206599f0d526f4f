"""Media that are made elsewhere, and say where, or take their worker along; importable by every worker."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.unit.doubles import PATIENCE


def color_of(number: int) -> np.ndarray[Any, Any]:
    """Give a picture of one colour, which carries a number of 24 bits."""
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[:] = number >> 16, number >> 8 & 255, number & 255
    return picture


def number_of(pixels: np.ndarray[Any, Any]) -> int:
    """Read the number off a picture."""
    red, green, blue = (int(value) for value in pixels[0, 0, :3])
    return red << 16 | green << 8 | blue


class Stamped:
    """An array whose pixels are the id of the process in which they are computed."""

    shape = (4, 4, 3)
    dtype = np.dtype(np.uint8)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        self.happen()
        return color_of(os.getpid())

    def happen(self) -> None:
        """Do what else it does."""


class Fatal(Stamped):
    """Ends its worker, for as long as a file is there; taking the file away when it is to happen once."""

    def __init__(self, bomb: Path, *, once: bool) -> None:
        self.bomb, self.once = bomb, once

    def happen(self) -> None:
        if self.bomb.exists():
            if self.once:
                self.bomb.unlink()
            os._exit(1)


class Held(Stamped):
    """Says in a file who has begun it, and waits until it may go on."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name

    def happen(self) -> None:
        (self.folder / f"{self.name}.{os.getpid()}").touch()
        deadline = time.monotonic() + PATIENCE
        while not (self.folder / "go").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)


def until_begun(folder: Path, name: str) -> int:
    """Wait until somebody has begun one that is held, and give the process."""
    deadline = time.monotonic() + PATIENCE
    while not (begun := list(folder.glob(f"{name}.*"))):
        assert time.monotonic() < deadline, f"nobody has begun {name}"
        time.sleep(0.01)
    return int(begun[0].suffix[1:])
