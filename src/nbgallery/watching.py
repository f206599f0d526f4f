"""A folder that is watched: what comes, changes and goes in it does so in the gallery."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from nbgallery.errors import GalleryError, MediaError
from nbgallery.folders import FolderSource
from nbgallery.items import Change, Item, ItemList
from nbgallery.members import Missing
from nbgallery.state import joined

logger = logging.getLogger(__name__)

#: How often files that are being written are looked at.
_LOOK_MS = 200

#: A file that has not changed for so long is whole, if it can be drawn.
_SETTLED_SECONDS = 0.3

#: One that cannot be drawn is shown nevertheless when it has not changed for so long: its tile says why.
_GIVEN_UP_SECONDS = 10.0

_EDGE = 128

Commit = Callable[[Callable[[], "Change | None"]], None]


class Watching(Protocol):
    """What the watcher asks of a gallery."""

    @property
    def _items(self) -> ItemList: ...

    def _commit(self, edit: Callable[[], Change | None]) -> None: ...


class _Growing:
    """A file that has come or changed: how it was when it was last looked at, and since when."""

    def __init__(self) -> None:
        self.status: tuple[int, int] | None = None
        self.since = 0.0

    def is_whole(self, path: Path) -> bool:
        """Look at it again."""
        status = path.stat()
        now = time.monotonic()
        seen = (status.st_size, status.st_mtime_ns)
        if seen != self.status:
            self.status, self.since = seen, now
            return False
        if now - self.since < _SETTLED_SECONDS or not status.st_size:
            return now - self.since >= _GIVEN_UP_SECONDS
        return now - self.since >= _GIVEN_UP_SECONDS or _can_be_drawn(path)


def _can_be_drawn(path: Path) -> bool:
    from nbgallery.encode import thumbnail  # noqa: PLC0415 - needs Pillow

    try:
        thumbnail(path, _EDGE)
    except MediaError:
        return False
    except Exception:
        logger.debug("A new file cannot be drawn yet", exc_info=True)
        return False
    return True


class FolderWatch:
    """Follows a folder on a thread of its own, until it is closed.

    The order that a person or code has given the gallery stays; what they have taken out stays out, unless
    the file goes and comes again. When the gallery's whole value is replaced, the watching ends.

    Parameters
    ----------
    folder : FolderSource
        The gallery's source, which has just become its list: ids and places are the same.
    items : ItemList
        The gallery's list, to be looked at in an edit.
    commit : callable
        Runs an edit under the gallery's lock.

    Raises
    ------
    GalleryError
        The folder is remote.
    ImportError
        watchfiles is not installed.
    """

    def __init__(self, folder: FolderSource, items: ItemList, commit: Commit) -> None:
        self._folder = folder
        self._items = items
        self._commit = commit
        self._revision = items.revision
        #: Ids of files that are not where the source has them; None for one that has gone from the folder.
        self._ids: dict[str, int | None] = {}
        self._growing: dict[str, _Growing] = {}
        self._ended = threading.Event()
        self.began = threading.Event()
        self._thread = threading.Thread(target=self._run, name="nbgallery-watch", daemon=True)

    @staticmethod
    def check(folder: FolderSource) -> None:
        """Raise what keeps a folder from being watched."""
        if folder.is_remote:
            raise GalleryError(
                "watch=True: only a folder on this computer can be watched, not one in a store"
            )
        try:
            import watchfiles  # noqa: F401, PLC0415 - optional
        except ImportError:
            raise ImportError("watch=True needs watchfiles: `pip install 'nbgallery[watch]'`") from None

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def close(self) -> None:
        """End it; the thread is not waited for, for it may wait for the lock that the caller holds."""
        self._ended.set()

    def _run(self) -> None:
        from watchfiles import watch  # noqa: PLC0415 - optional

        changes = watch(
            Path(self._folder.root),
            watch_filter=None,
            debounce=_LOOK_MS,
            rust_timeout=_LOOK_MS,
            stop_event=self._ended,
            yield_on_timeout=True,
            raise_interrupt=False,
            recursive=self._folder.recursive,
            ignore_permission_denied=True,
        )
        try:
            for heard in changes:
                if not self.began.is_set():
                    # Now it hears of everything; what has happened before it has to find.
                    self._compare()
                    self.began.set()
                self._hear(path for _change, path in heard)
                try:
                    self._look()
                except Exception:  # what an observer of the gallery raises
                    logger.exception("What follows from a change of %s has failed", self._folder.root)
        except Exception:
            if not self._ended.is_set():
                logger.exception("The folder %s is not watched any more", self._folder.root)
        finally:
            self.began.set()

    def _compare(self) -> None:
        try:
            now = set(self._folder.listed())
        except GalleryError:
            now = set()
        before = {self._folder.name(index) for index in range(len(self._folder))}
        self._take_out(before - now)
        self._growing.update((name, _Growing()) for name in now - before)

    def _hear(self, paths: Iterable[str]) -> None:
        """Note which files have changed; of a folder that has come or gone, all that are in it."""
        gone: set[str] = set()
        root = Path(self._folder.root)
        for path in map(Path, dict.fromkeys(paths)):
            try:
                name = path.relative_to(root).as_posix()
            except ValueError:
                continue
            if path.is_file():
                if self._folder.takes(name):
                    self._growing.setdefault(name, _Growing())
            elif path.is_dir():
                self._find_new(name)
            else:
                self._growing.pop(name, None)
                gone.update(self._known_in(name))
        self._take_out(gone)

    def _find_new(self, folder: str) -> None:
        """A folder that has come brings its files along, and not all of them are heard of."""
        if not self._folder.recursive or folder == ".":
            return
        try:
            names = [name for name in self._folder.listed() if name.startswith(f"{folder}/")]
        except GalleryError:
            return
        for name in names:
            if self._id_of(name) is None:
                self._growing.setdefault(name, _Growing())

    def _known_in(self, name: str) -> set[str]:
        """Give the file of that name, or those in the folder of that name."""
        if self._is_known(name):
            return {name}
        folder = "" if name == "." else f"{name}/"
        mine = {known for known in self._ids if known.startswith(folder)}
        return mine | {each for each in self._folder.names_in(folder) if self._is_known(each)}

    def _look(self) -> None:
        """Take in the files that are whole by now."""
        ready: list[str] = []
        gone: set[str] = set()
        for name, growing in list(self._growing.items()):
            if self._ended.is_set():
                return
            try:
                if growing.is_whole(Path(self._folder.root) / name):
                    ready.append(name)
            except OSError:
                gone.add(name)
        for name in (*ready, *gone):
            del self._growing[name]
        self._take_out({name for name in gone if self._is_known(name)})
        if ready:
            self._take_in(ready)

    def _is_known(self, name: str) -> bool:
        return self._id_of(name) is not None

    def _id_of(self, name: str) -> int | None:
        # The source's own items are the first that the list had.
        return self._ids[name] if name in self._ids else self._folder.find(name)

    def _take_in(self, names: Iterable[str]) -> None:
        made = {name: self._item_of(name) for name in names}
        self._edit(lambda: self._added(made))

    def _item_of(self, name: str) -> Item:
        try:
            return self._folder.item_of(name)
        except Exception as error:  # whatever the user's function for captions raises is one bad tile
            logger.warning("A file that has come, %r, has no caption", name, exc_info=error)
            return Item(Missing(f"{type(error).__name__}: {error}"))

    def _added(self, made: dict[str, Item]) -> list[Change]:
        changes: list[Change] = []
        new: list[str] = []
        for name, item in made.items():
            item_id = self._id_of(name)
            index = None if item_id is None else self._items.index_of(item_id)
            if index is not None and item_id is not None:
                caption = self._items.caption(item_id, item.caption)
                changes.append(self._items.replace(index, Item(item.media, caption, item.data)))
                self._ids[name] = self._items.id_at(index)
            elif item_id is None:
                new.append(name)
        if new:
            first = len(self._items)
            changes.append(self._items.insert(first, [made[name] for name in new]))
            self._ids.update((name, self._items.id_at(first + place)) for place, name in enumerate(new))
        return changes

    def _take_out(self, names: set[str]) -> None:
        if names:
            self._edit(lambda: self._removed(names))

    def _removed(self, names: set[str]) -> list[Change]:
        ids = [self._id_of(name) for name in names]
        places = [self._items.index_of(item_id) for item_id in ids if item_id is not None]
        self._ids.update(dict.fromkeys(names, None))
        # From the end, so that what is to go stays where it is until its turn.
        return [
            self._items.remove(place)
            for place in sorted((place for place in places if place is not None), reverse=True)
        ]

    def _edit(self, make: Callable[[], list[Change]]) -> None:
        def edit() -> Change | None:
            if self._ended.is_set():
                return None
            since = self._items.since(self._revision)
            if since is not None and any(operation["op"] == "reset" for operation in since):
                # It shows something else by now.
                self._ended.set()
                return None
            changes = make()
            self._revision = self._items.revision
            return joined(changes) if changes else None

        self._commit(edit)
