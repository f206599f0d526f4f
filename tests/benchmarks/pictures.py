"""The pictures of a run: real files and arrays cut from photographs, and a million links to the files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage import data

#: Files with pixels of their own. All pictures that one screen shows are different, and so are their inodes.
FILES = 3_000
FILE_SIZE = (640, 480)
FILE_QUALITY = 88

#: Links in one folder: as many as any file system lists without pain.
PER_FOLDER = 10_000

_PHOTOGRAPHS = ("astronaut", "coffee", "chelsea", "rocket")


@dataclass(frozen=True)
class Listing:
    """Real files: a text file with a path a line, which a kernel reads in a moment."""

    folder: Path
    file: Path
    count: int

    def paths(self) -> list[str]:
        """Return the paths."""
        return self.file.read_text(encoding="utf-8").splitlines()


def cuts(count: int, size: tuple[int, int], first: int = 0) -> Iterator[np.ndarray[Any, Any]]:
    """Cut different pieces from photographs; which they are follows from their numbers alone."""
    photographs = _photographs()
    width, height = size
    for number in range(first, first + count):
        photograph = photographs[number % len(photographs)]
        random = np.random.default_rng(number)
        scale = float(random.uniform(0.5, 1)) * min(photograph.shape[1] / width, photograph.shape[0] / height)
        across, down = int(width * scale), int(height * scale)
        left = int(random.integers(0, photograph.shape[1] - across + 1))
        top = int(random.integers(0, photograph.shape[0] - down + 1))
        piece = Image.fromarray(photograph[top : top + down, left : left + across])
        yield np.asarray(piece.resize(size, Image.Resampling.BICUBIC))


@cache
def _photographs() -> list[np.ndarray[Any, Any]]:
    return [getattr(data, name)() for name in _PHOTOGRAPHS]


def arrays(count: int) -> list[np.ndarray[Any, Any]]:
    """Return arrays of 256² pixels."""
    return list(cuts(count, (256, 256)))


def make_files(folder: Path, count: int = FILES) -> Listing:
    """Write JPEG files of about 50 KB."""
    folder.mkdir(parents=True)
    paths = [folder / f"{number:05}.jpg" for number in range(count)]

    def write(path: Path, number: int) -> None:
        pixels = next(cuts(1, FILE_SIZE, number))
        Image.fromarray(pixels).save(path, quality=FILE_QUALITY)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(write, paths, range(count)))
    return _listing(folder, [str(path) for path in paths])


def link_million(files: Listing, folder: Path, count: int = 1_000_000) -> Listing:
    """Make as many hard links as wanted: real paths, each a file of its own to whoever opens it."""
    originals = files.paths()
    paths = []
    for number in range(count):
        if number % PER_FOLDER == 0:
            part = f"{folder}/{number // PER_FOLDER:03}"
            os.makedirs(part)  # noqa: PTH103 - a million times a Path costs more than the links
        path = f"{part}/{number:07}.jpg"
        os.link(originals[number % len(originals)], path)
        paths.append(path)
    return _listing(folder, paths)


def kept_listing(folder: Path) -> Listing | None:
    """Return what an earlier run has made, None when it did not finish."""
    file = _file(folder)
    return Listing(folder, file, len(file.read_text().splitlines())) if file.exists() else None


def _listing(folder: Path, paths: list[str]) -> Listing:
    file = _file(folder)
    file.write_text("\n".join(paths), encoding="utf-8")
    return Listing(folder, file, len(paths))


def _file(folder: Path) -> Path:
    return folder.parent / f"{folder.name}.txt"
