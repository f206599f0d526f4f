"""A folder's pictures and videos as a source, on this computer or in an fsspec store."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from nbgallery.describe import describe
from nbgallery.errors import GalleryError, MediaError
from nbgallery.items import Item
from nbgallery.locations import find_store, shown
from nbgallery.names import Names, Pattern, file_name, is_hidden, natural_key, presentable
from nbgallery.sequences import Source

_MOST_NAMED = 3


class FolderSource(Source):
    """The files of a folder, in natural order of their paths: listed once, each looked at when it is shown.

    Parameters
    ----------
    path, pattern, recursive, caption
        As for `nbgallery.Gallery.from_folder`.

    Examples
    --------
    >>> FolderSource("/no/such/folder")
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: path='/no/such/folder': there is no such folder
    """

    def __init__(
        self, path: object, pattern: object = None, *, recursive: object = False, caption: object = None
    ) -> None:
        self.root = _root(path)
        self.wanted = Pattern(pattern)
        if not isinstance(recursive, bool):
            raise GalleryError(f"recursive={describe(recursive)}: give True or False")
        self.is_remote = isinstance(self.root, str)
        self.recursive = recursive or self.wanted.is_deep
        self._caption = _captioner(caption)
        found = list(self.listed())
        keys = [natural_key(name) for name in found]
        self._names = Names(found[place] for place in sorted(range(len(found)), key=keys.__getitem__))

    def __len__(self) -> int:
        return len(self._names)

    def item(self, index: int, /) -> Item:
        """Give the item at `index`; the file is not looked at."""
        return self.item_of(self._names[index])

    def item_of(self, name: str) -> Item:
        """Make the item of a file by its path within the folder."""
        if isinstance(self.root, Path):
            path = self.root / name
            return Item(path, self._caption(name, path))
        return Item(_within(self.root, name), self._caption(name, _within(self.root, name)))

    def find(self, name: str) -> int | None:
        """Tell where a file is by its path within the folder."""
        return self._names.find(name)

    def name(self, index: int) -> str:
        """Give the path of the file at `index` within the folder."""
        return self._names[index]

    def names_in(self, folder: str) -> Iterator[str]:
        """Give the files of a folder in it, by their paths; ``"a/"`` is one, ``""`` is all."""
        return self._names.starting(folder)

    def takes(self, name: str) -> bool:
        """Tell whether a file is one to be shown, by its path within the folder."""
        return not is_hidden(name) and (self.recursive or "/" not in name) and self.wanted(name)

    def listed(self) -> Iterator[str]:
        """List the files that are there now, by their paths within the folder."""
        if isinstance(self.root, Path):
            names = _scanned(self.root, recursive=self.recursive)
        else:
            names = _scanned_store(self.root, recursive=self.recursive)
        return (name for name in names if self.wanted(name))


def _root(path: object) -> Path | str:
    if isinstance(path, str) and ("://" in path or "::" in path):
        return path
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        raise GalleryError(f"path={describe(path)}: give the path or URL of a folder")
    try:
        return Path(os.fsdecode(os.fspath(path))).expanduser().absolute()
    except RuntimeError as error:
        raise GalleryError(f"path={describe(path)}: {error}") from None


def _captioner(caption: object) -> Callable[[str, object], str | None]:
    if caption is None or caption == "name":
        return lambda name, _path: presentable(file_name(name))
    if caption is False:
        return lambda _name, _path: None
    if caption == "stem":
        return lambda name, _path: presentable(Path(file_name(name)).stem)
    if caption == "path":
        return lambda name, _path: presentable(name)
    if callable(caption):
        return lambda _name, path: caption(path)
    raise GalleryError(
        f"caption={describe(caption)}: give 'name', 'stem', 'path', a function of the path, or False for none"
    )


def _scanned(root: Path, *, recursive: bool) -> Iterator[str]:
    """List files with their paths below `root`; each folder once, however links lead to it."""
    unreadable: list[str] = []
    folders = [""]
    seen: set[tuple[int, int]] = set()
    while folders:
        folder = folders.pop()
        path = os.path.join(root, folder)  # noqa: PTH118 - ten times as fast as a Path
        try:
            if recursive and _is_seen(path, seen):
                continue
            with os.scandir(path) as entries:
                for entry in filter(_is_shown, entries):
                    if not _is_folder(entry):
                        if _is_file(entry):
                            yield folder + entry.name
                    elif recursive:
                        folders.append(f"{folder}{entry.name}/")
        except OSError as error:
            if not folder:
                raise _no_folder(root, error) from error
            unreadable.append(f"{shown(folder)} ({error.strerror or error})")
    if unreadable:
        _warn(root, unreadable)


def _is_seen(folder: str, seen: set[tuple[int, int]]) -> bool:
    status = os.stat(folder)  # noqa: PTH116 - as above
    key = (status.st_dev, status.st_ino)
    found = key in seen
    seen.add(key)
    return found


def _warn(root: Path, unreadable: list[str]) -> None:
    more = ", …" if len(unreadable) > _MOST_NAMED else ""
    warnings.warn(
        f"{len(unreadable)} of the folders in {shown(str(root))} cannot be read and are left out: "
        f"{', '.join(unreadable[:_MOST_NAMED])}{more}",
        stacklevel=2,
    )


def _is_shown(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _no_folder(root: Path, error: OSError) -> GalleryError:
    path = f"path={shown(str(root))}"
    if isinstance(error, NotADirectoryError):
        return GalleryError(
            f"{path}: this is a file, not a folder: give Gallery([path]), or of a zip or tar "
            "Gallery.from_archive(path)"
        )
    if isinstance(error, FileNotFoundError):
        return GalleryError(f"{path}: there is no such folder")
    return GalleryError(f"{path}: it cannot be read ({error.strerror or error})")


def _scanned_store(url: str, *, recursive: bool) -> Iterator[str]:
    root, details = _listed_store(url, recursive=recursive)
    start = root.strip("/")
    for path, is_folder in details.items():
        name = path.strip("/").removeprefix(start).lstrip("/")
        if name and not is_folder and not is_hidden(name):
            yield name


def _listed_store(url: str, *, recursive: bool) -> tuple[str, dict[str, bool]]:
    try:
        store, root = find_store(url)
        listed = store.find(root, detail=True).values() if recursive else store.ls(root, detail=True)
        details = {str(each["name"]): each.get("type") == "directory" for each in listed}
        if details and list(details) != [root]:
            return root, details
        is_folder, is_there = store.isdir(root), store.exists(root)
    except FileNotFoundError:
        is_folder = is_there = False
    except MediaError as error:
        raise GalleryError(f"path={error}") from error
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise GalleryError(f"path={shown(url)}: the folder could not be listed: {reason}") from error
    if is_folder:
        return root, {}
    there = "this is a file, not a folder" if is_there else "there is no such folder"
    raise GalleryError(f"path={shown(url)}: {there}")


def _within(url: str, name: str) -> str:
    """Give the URL of a file in a folder's: of a chain, the first link that has a path leads into it."""
    links = url.split("::")
    place = next((place for place, link in enumerate(links) if "://" in link), 0)
    link = links[place]
    links[place] = link + name if link.endswith("/") else f"{link}/{name}"
    return "::".join(links)
