"""Names of many files: kept in little memory, in natural order, and which of them are asked for."""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from nbgallery import sniff
from nbgallery.describe import describe
from nbgallery.errors import GalleryError

#: Extensions of what is drawn: those that are known by name, and those that only Pillow knows. Nearly every
#: .ogg is a sound.
EXTENSIONS = (
    *(extension for extension in sniff.KNOWN_EXTENSIONS if extension != "ogg"),
    *("dds", "dib", "heics", "hif", "icns", "j2c", "j2k", "jpf", "jpx", "pbm", "pcx", "pgm", "pnm", "ppm"),
    *("psd", "qoi"),
)

_SUFFIXES = tuple(f".{extension}" for extension in EXTENSIONS)
_DIGITS = re.compile(r"0*(\d+)")
_LONGEST_NUMBER = 0x7F

# "." and ".." are no names: archives have them in front of many a path.
_HIDDEN = re.compile(r"(?:^|/)(?:\.(?!\.?(?:/|$))|__MACOSX/)")


def natural_key(name: str) -> str:
    """Give what names are sorted by: as people count, whatever their case, and folder by folder.

    Examples
    --------
    >>> sorted(["img10", "IMG2", "img1/b", "img1"], key=natural_key)
    ['img1', 'img1/b', 'IMG2', 'img10']
    """
    return f"{_counted_key(name)}\0{name}"


def _counted_key(name: str) -> str:
    # A number sorts by its length, then by its digits; a folder before what is longer than its name.
    return _DIGITS.sub(_counted, name.lower()).replace("/", "\x01")


def _counted(found: re.Match[str]) -> str:
    digits = found[1]
    return f"0{chr(0x30 + min(len(digits), _LONGEST_NUMBER))}{digits}"


def is_hidden(name: str) -> bool:
    """Tell whether a name, or a folder in it, is one that file managers do not show.

    Examples
    --------
    >>> is_hidden("a/.git/b.png"), is_hidden("__MACOSX/._a.png"), is_hidden("./a/b.png")
    (True, True, False)
    """
    return _HIDDEN.search(name) is not None


class Names:
    """Names one after another in one piece of memory: a million take what their letters take.

    Parameters
    ----------
    names : iterable of str

    Examples
    --------
    >>> names = Names(["a.png", "b.png"])
    >>> len(names), names[1]
    (2, 'b.png')
    """

    def __init__(self, names: Iterable[str]) -> None:
        ends = array("q", [0])
        letters = bytearray()
        for name in names:
            letters += os.fsencode(name)
            ends.append(len(letters))
        self._letters = bytes(letters)
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> str:
        return os.fsdecode(self._letters[self._ends[index] : self._ends[index + 1]])

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(len(self)))

    def find(self, name: str) -> int | None:
        """Tell where a name is among names in natural order."""
        place = self._place(natural_key(name))
        return place if place < len(self) and self[place] == name else None

    def starting(self, start: str) -> Iterator[str]:
        """Give the names, in natural order, that start so."""
        key = _counted_key(start)
        for place in range(self._place(key), len(self)):
            name = self[place]
            if not natural_key(name).startswith(key):
                return
            if name.startswith(start):
                yield name

    def _place(self, key: str) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if natural_key(self[middle]) < key:
                low = middle + 1
            else:
                high = middle
        return low


def presentable(name: str) -> str:
    r"""Give a name as text: bytes in it that are none become a sign that says so.

    Examples
    --------
    >>> presentable("a\udcff.png")
    'a�.png'
    """
    return os.fsencode(name).decode("utf-8", "replace")


class Pattern:
    """Which names are asked for.

    Parameters
    ----------
    pattern : str, iterable of str or None
        Globs, whatever the case: without a slash for the name alone, with one for the whole path, where
        ``**`` is any number of folders. None: what has the extension of a picture or video.

    Raises
    ------
    GalleryError
        When it is something else.

    Examples
    --------
    >>> Pattern("*.PNG")("a/b.png"), Pattern(["**/left/*"])("x/left/b.tif"), Pattern(None)("a.txt")
    (True, True, False)
    """

    def __init__(self, pattern: object) -> None:
        self.is_deep = False
        self._match: Callable[[str], object] | None = None
        if pattern is None:
            return
        globs = [pattern] if isinstance(pattern, (str, os.PathLike)) else pattern
        if not isinstance(globs, (list, tuple, set, frozenset)) or not globs:
            raise _wrong(pattern)
        texts = [os.fspath(glob) if isinstance(glob, os.PathLike) else glob for glob in globs]
        if not all(isinstance(text, str) and text for text in texts):
            raise _wrong(pattern)
        self.is_deep = any("/" in text for text in texts)
        self._match = re.compile("|".join(map(_translated, texts)), re.IGNORECASE | re.DOTALL).fullmatch

    def __call__(self, name: str) -> bool:
        """Tell whether a path, with slashes, is asked for."""
        if self._match is None:
            return name.lower().endswith(_SUFFIXES)
        return self._match(name) is not None


def _wrong(pattern: object) -> GalleryError:
    return GalleryError(f"pattern={describe(pattern)}: give a glob such as '*.png', a list of them, or None")


def _translated(glob: str) -> str:
    if "/" not in glob:
        return f"(?:.*/)?{_segment(glob)}"
    parts = glob.removeprefix("./").split("/")
    folders = "".join("(?:[^/]+/)*" if part == "**" else f"{_segment(part)}/" for part in parts[:-1])
    return folders + (".*" if parts[-1] == "**" else _segment(parts[-1]))


_SIGNS = re.compile(r"\*+|\?|\[(!?)(\]?[^\]]*)\]|(.)", re.DOTALL)


def _segment(glob: str) -> str:
    return _SIGNS.sub(_sign, glob)


def _sign(found: re.Match[str]) -> str:
    text = found[0]
    if text.startswith("*"):
        return "[^/]*"
    if text == "?":
        return "[^/]"
    if found[2] is not None:
        inner = found[2].replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace("^", "\\^")
        return f"[{'^/' if found[1] else ''}{inner}]" if inner else re.escape(text)
    return re.escape(text)


def file_name(name: str) -> str:
    """Give the last part of a path with slashes.

    Examples
    --------
    >>> file_name("a/b.png")
    'b.png'
    """
    return PurePosixPath(name).name
