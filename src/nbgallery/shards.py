"""Archives as sources: the pictures of a zip or tar, and the samples of webdataset shards."""

from __future__ import annotations

import itertools
import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike

from nbgallery.captions import caption_of_fields, text_of
from nbgallery.contents import Contents, contents_of
from nbgallery.describe import describe
from nbgallery.errors import GalleryError, MediaError
from nbgallery.items import Item
from nbgallery.members import Member
from nbgallery.names import Pattern, file_name, presentable
from nbgallery.sequences import Source

#: Of a sample's JSON, what is its caption: the first of them that is there.
_CAPTION_KEYS = ("caption", "text", "title", "description", "prompt", "label")
_TEXTS = ("txt", "text", "caption")
_BRACES = re.compile(r"\{([^{}]*(?:,|\.\.)[^{}]*)\}")
_MOST_SHARDS = 100_000


class Sample(Mapping[str, object]):
    """The files of a sample that are not its picture, by their extension; each is read when it is asked for.

    JSON, text and class numbers (``cls``, ``id``, ``index``) are what they say; anything else is bytes.
    ``"__key__"`` is the sample's name.

    Parameters
    ----------
    key : str
        The sample's name.
    members : dict
        By extension.

    Examples
    --------
    >>> Sample("000", {})["__key__"]
    '000'
    """

    def __init__(self, key: str, members: Mapping[str, Member]) -> None:
        self._key = key
        self._members = members

    def __getitem__(self, field: str) -> object:
        if field == "__key__":
            return self._key
        return _value(field, self._members[field])

    def __iter__(self) -> Iterator[str]:
        return itertools.chain(("__key__",), self._members)

    def __len__(self) -> int:
        return 1 + len(self._members)

    def __contains__(self, field: object) -> bool:
        return field == "__key__" or field in self._members

    def __repr__(self) -> str:
        return f"<Sample {self._key!r}: {', '.join(self._members)}>"


def _value(field: str, member: Member) -> object:
    data = member.read()
    last = field.rpartition(".")[2].lower()
    try:
        if last in ("json", "jsn"):
            return json.loads(data)
        if last in ("cls", "cls2", "id", "index", "inx"):
            return int(data)
        if last in _TEXTS or last in ("csv", "transcript"):
            return data.decode("utf-8")
    except ValueError as error:
        raise MediaError(f"{member.label} is damaged: {error}") from error
    return data


class ArchiveSource(Source):
    """The pictures and videos of archives.

    Parameters
    ----------
    path : path, URL, or list of them
        An archive, or shards: a brace pattern such as ``"train-{000..003}.tar"`` is several.
    pattern : str or list of str, optional
        Globs of the names that are shown.
    caption
        None: the text of a sample, the file name of a picture by itself. See `Gallery.from_archive`.

    Examples
    --------
    >>> ArchiveSource("no/such.zip")
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: path='no/such.zip': there is no file 'no/such.zip'
    """

    def __init__(self, path: object, pattern: object = None, caption: object = None) -> None:
        wanted = Pattern(pattern)
        paths = _expanded(path)
        self._shards: list[Contents] = []
        try:
            for each in paths:
                self._shards.append(contents_of(each))
            # The samples of a shard stay in its order, which somebody has shuffled on purpose.
            grouped = any(map(_has_samples, self._shards))
            for shard in () if grouped else self._shards:
                shard.sort()
            #: For each item the number of its picture, its first member and how many members there are.
            self._places = array("q")
            self._ends: list[int] = []
            for shard in self._shards:
                for place in _samples(shard, wanted) if grouped else _pictures(shard, wanted):
                    self._places.extend(place)
                self._ends.append(len(self._places) // 3)
            self._grouped = grouped
            self._caption = self._captioner(caption)
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return len(self._places) // 3

    def item(self, index: int, /) -> Item:
        """Read the item at `index`: of a sample, its text as well."""
        shard = self._shards[bisect_right(self._ends, index)]
        picture, first, count = self._places[3 * index : 3 * index + 3]
        media = shard[picture]
        if not self._grouped:
            return Item(media, self._caption(media))
        others = {
            _field(shard.names[number]): shard[number]
            for number in range(first, first + count)
            if number != picture
        }
        sample = Sample(presentable(_key(media.name)), others)
        return Item(media, self._caption(sample), sample)

    def close(self) -> None:
        """Remove what was unpacked."""
        for shard in self._shards:
            shard.close()

    def _captioner(self, caption: object) -> Callable[..., str | None]:
        if caption is False:
            return lambda _record: None
        if not self._grouped:
            return _of_member(caption)
        if caption is None:
            return _usual
        if isinstance(caption, str) and caption in _NAMINGS:
            naming = _NAMINGS[caption]
            return lambda sample: naming(str(sample["__key__"]))
        return caption_of_fields(caption, self._fields(), "field of the samples")

    def _fields(self) -> Sequence[str]:
        """Give what the first sample has; the others are taken to have it too."""
        if not len(self):
            return ["__key__"]
        self._caption = lambda _record: None
        data = self.item(0).data
        return list(data) if isinstance(data, Mapping) else []


_NAMINGS: dict[str, Callable[[str], str]] = {
    "name": file_name,
    "stem": lambda name: file_name(name).rpartition(".")[0] or file_name(name),
    "path": str,
}


def _of_member(caption: object) -> Callable[[Member], str | None]:
    if caption is None or (isinstance(caption, str) and caption in _NAMINGS):
        naming = _NAMINGS[caption or "name"]
        return lambda member: presentable(naming(member.name))
    if callable(caption):
        return lambda member: caption(member.name)
    raise GalleryError(
        f"caption={describe(caption)}: give 'name', 'stem', 'path', a function of the name, or False for none"
    )


def _usual(sample: Sample) -> str | None:
    """Find the caption that a sample brings along; a damaged one is none, for its picture may be whole."""
    try:
        return _found(sample)
    except MediaError:
        return None


def _found(sample: Sample) -> str | None:
    for field in _TEXTS:
        if field in sample:
            return str(sample[field]).strip() or None
    record = sample.get("json")
    if isinstance(record, dict):
        for key in _CAPTION_KEYS:
            if isinstance(record.get(key), (str, int, float)):
                return text_of(record[key])
    return text_of(sample["cls"]) if "cls" in sample else None


def _expanded(path: object) -> list[object]:
    given = list(path) if isinstance(path, (list, tuple)) else [path]
    if not given:
        raise GalleryError("path=[]: give at least one archive")
    paths: list[object] = []
    for each in given:
        if not isinstance(each, (str, PathLike)):
            raise GalleryError(
                f"path={describe(path)}: give the path or URL of a zip or tar, or a list of them"
            )
        paths.extend(expand_braces(each) if isinstance(each, str) else [each])
    return paths


def expand_braces(text: str) -> list[str]:
    """Write out a pattern of shards as webdataset has it.

    Examples
    --------
    >>> expand_braces("s3://b/{train,val}-{08..10}.tar")[:4]
    ['s3://b/train-08.tar', 's3://b/train-09.tar', 's3://b/train-10.tar', 's3://b/val-08.tar']
    """
    parts = _BRACES.split(text)
    choices = [[part] if place % 2 == 0 else _choices(part, text) for place, part in enumerate(parts)]
    count = 1
    for each in choices:
        count *= len(each)
    if count > _MOST_SHARDS:
        raise GalleryError(f"path={describe(text)}: these are {count} shards; give at most {_MOST_SHARDS}")
    return ["".join(chosen) for chosen in itertools.product(*choices)]


def _choices(inner: str, text: str) -> list[str]:
    if ".." not in inner:
        return inner.split(",")
    first, _, last = inner.partition("..")
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise GalleryError(f"path={describe(text)}: write a range of shards as {{000..003}}")
    if int(last) - int(first) >= _MOST_SHARDS:
        raise GalleryError(f"path={describe(text)}: give at most {_MOST_SHARDS} shards")
    width = len(first) if first.startswith("0") else 0
    return [f"{number:0{width}}" for number in range(int(first), int(last) + 1)]


def _key(name: str) -> str:
    """Give what the files of a sample share: up to the first dot of the file name."""
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.partition(".")[0]


def _field(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[2].lower()


_IS_MEDIA = Pattern(None)


def _has_samples(shard: Contents) -> bool:
    """Tell whether some file of a tar that is no picture belongs to one."""
    if not len(shard) or shard[0].method is not None:
        return False
    before, media_before = "", False
    for name in shard.names:
        key, is_media = _key(name), _IS_MEDIA(name)
        if key == before and is_media != media_before:
            return True
        before, media_before = key, is_media
    return False


def _pictures(shard: Contents, wanted: Pattern) -> Iterator[tuple[int, int, int]]:
    return ((number, number, 1) for number, name in enumerate(shard.names) if wanted(name))


def _samples(shard: Contents, wanted: Pattern) -> Iterator[tuple[int, int, int]]:
    """Find the samples: members that follow one another and share a key; of several pictures, the first."""
    keyed = itertools.groupby(enumerate(shard.names), key=lambda each: _key(each[1]))
    for _, group in keyed:
        members = list(group)
        picture = next((number for number, name in members if _IS_MEDIA(name) and wanted(name)), None)
        if picture is not None:
            yield picture, members[0][0], len(members)
