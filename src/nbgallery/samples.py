"""A dataset as a source: one sample an item, read once, when it is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbgallery import opening
from nbgallery.captions import (
    CAPTION_NAMES,
    Caption,
    caption_of_fields,
    media_name,
    missing,
    nearest,
    text_of,
)
from nbgallery.describe import describe
from nbgallery.errors import GalleryError
from nbgallery.items import Item
from nbgallery.members import Missing
from nbgallery.records import Record, RecordSource, unwrapped

_MEDIA_FEATURES = ("Image", "Video")
_LEVELS = 5


class StoredSample(Record):
    """The fields of a stored sample but its picture, each read when it is asked for."""

    def __init__(self, origin: RecordSource, number: int, row: Any, fields: Sequence[str]) -> None:
        super().__init__(origin, number)
        self._row = row
        self._fields = fields

    def __getitem__(self, field: str) -> Any:
        if field not in self._fields:
            raise KeyError(field)
        return self._row.column(field)[0].as_py()

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


class StoredSource(RecordSource):
    """A Hugging Face dataset: its table is read as it is stored, so nothing is decoded that is not shown."""

    def __init__(self, dataset: Any, media: object, caption: object) -> None:
        super().__init__()
        self._dataset = dataset
        # The stored row, in the order of select() and shuffle(); what it is formatted or transformed to is
        # not asked for.
        self._rows = dataset.with_format("arrow")
        self._features: Mapping[str, Any] = dataset.features
        self._media = self._media_field(media)
        self._others = [name for name in self._features if name != self._media]
        self._caption = self._captioner(caption)

    def __len__(self) -> int:
        return len(self._dataset)

    def item(self, index: int, /) -> Item:
        """Read the stored sample at `index`."""
        with self.reading:
            row = self._rows[index]
            value = row.column(self._media)[0].as_py()
            sample = StoredSample(self, index, row, self._others)
            return Item(self._picture(value, index), self._caption(sample), sample)

    def take(self, numbers: list[int]) -> object:
        """Give some samples as a dataset."""
        return self._dataset.select(numbers)

    def _picture(self, value: object, index: int) -> object:
        if isinstance(value, list) and _kind(self._features[self._media]).startswith("Array"):
            import numpy as np  # noqa: PLC0415 - needs NumPy

            return np.asarray(value, self._features[self._media].dtype)
        if isinstance(value, list):
            # Several pictures of one sample: the first of them stands for it.
            value = value[0] if value else None
        value = unwrapped(value)
        if missing(value) or (isinstance(value, (str, bytes)) and not value):
            return Missing(f"sample {index}: the field {self._media!r} is empty")
        return value

    def _media_field(self, media: object) -> str:
        features = self._features
        if isinstance(media, str) and media in features:
            if _is_number(features[media]):
                raise GalleryError(
                    f"media={describe(media)}: it holds numbers: give a field of pictures, paths or bytes; "
                    f"{nearest(media, (name for name in features if name != media))}"
                )
            return media
        if media is not None:
            raise GalleryError(f"media={describe(media)}: there is no such field; {nearest(media, features)}")
        pictures = [name for name, feature in features.items() if _kind(_inner(feature)) in _MEDIA_FEATURES]
        if pictures:
            return pictures[0]
        return media_name([name for name, each in features.items() if not _is_number(each)], "media", "field")

    def _captioner(self, caption: object) -> Caption:
        if caption is None:
            labels = [name for name in self._others if _kind(self._features[name]) == "ClassLabel"]
            named = {name.casefold() for name in self._others}
            if labels and not named & set(CAPTION_NAMES[:-1]):
                caption = labels[0]
        if isinstance(caption, str) and caption in self._others:
            return lambda sample: self._named(sample, caption)
        given = caption_of_fields(caption, self._others, "field")
        if callable(caption):
            return given
        return lambda sample: given(_Named(self, sample))

    def _named(self, sample: Mapping[str, Any], field: str) -> str | None:
        value = sample[field]
        return None if missing(value) else text_of(self.name_of(field, value))

    def name_of(self, field: str, value: Any) -> Any:
        """Give the name of a class for its number; of any other field, the value."""
        feature = self._features[field]
        known = _kind(feature) == "ClassLabel" and isinstance(value, int) and 0 <= value < len(feature.names)
        return feature.names[value] if known else value


class _Named(Mapping[str, Any]):
    """A sample in which classes have their names."""

    def __init__(self, source: StoredSource, sample: Mapping[str, Any]) -> None:
        self._source = source
        self._sample = sample

    def __getitem__(self, field: str) -> Any:
        return self._source.name_of(field, self._sample[field])

    def __iter__(self) -> Iterator[str]:
        return iter(self._sample)

    def __len__(self) -> int:
        return len(self._sample)


def _kind(feature: object) -> str:
    return type(feature).__name__


def _inner(feature: object) -> object:
    """Give what a list of features is a list of."""
    if isinstance(feature, list) and feature:
        return feature[0]
    return (
        getattr(feature, "feature", feature)
        if _kind(feature) in ("List", "LargeList", "Sequence")
        else feature
    )


def _is_number(feature: object) -> bool:
    if _kind(feature) == "ClassLabel":
        return True
    dtype = str(getattr(feature, "dtype", "")) if _kind(feature) == "Value" else ""
    return dtype.startswith(("int", "uint", "float", "bool", "decimal", "time", "date", "duration"))


class OtherFields(Record):
    """The fields of a sample but its picture, by their key or position."""

    def __init__(self, origin: RecordSource, number: int, fields: Mapping[Any, Any]) -> None:
        super().__init__(origin, number)
        self._fields = fields

    def __getitem__(self, field: Any) -> Any:
        return self._fields[field]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


class SampleSource(RecordSource):
    """Anything with ``__len__`` and ``__getitem__``, as torch has its datasets.

    Parameters
    ----------
    dataset, media, caption
        As for `nbgallery.Gallery.from_dataset`.

    Examples
    --------
    >>> source = SampleSource([("a.png", 3), ("b.png", 5)], None, None)
    >>> source.item(1).media, source.item(1).caption, dict(source.item(1).data)
    ('b.png', '5', {1: 5})
    """

    def __init__(self, dataset: Any, media: object, caption: object) -> None:
        super().__init__()
        for name, value in (("media", media), ("caption", caption)):
            if not (value is None or value is False or isinstance(value, (str, int)) or callable(value)):
                if name == "caption" and isinstance(value, (list, tuple)):
                    continue
                raise GalleryError(
                    f"{name}={describe(value)}: give a key, a position, a function of the sample or None"
                )
        if media is False or media is True:
            raise GalleryError(f"media={media}: give a key, a position, a function of the sample or None")
        self._dataset = dataset
        self._media = media
        self._caption = caption
        self._classes = _classes(dataset)

    def __len__(self) -> int:
        return len(self._dataset)

    def item(self, index: int, /) -> Item:
        """Read the sample at `index`, once."""
        with self.reading:
            sample = self._dataset[index]
            if isinstance(sample, Item):
                return sample
            fields = _fields(sample)
            place = self._place(sample, fields, index)
            if callable(self._media):
                media: object = self._media(sample)
            else:
                media = sample if fields is None else fields[place]
            others = {} if fields is None else {key: each for key, each in fields.items() if key != place}
            value = unwrapped(media)
            if missing(value):
                value = Missing(f"sample {index} has no picture")
            return Item(value, self._text(sample, others, index), OtherFields(self, index, others))

    def take(self, numbers: list[int]) -> object:
        """Give some samples, as a list."""
        return [self._dataset[number] for number in numbers]

    def _place(self, sample: object, fields: Mapping[Any, Any] | None, index: int) -> Any:
        """Find which of the fields is the picture."""
        if fields is None or callable(self._media):
            return None
        if self._media is not None:
            if self._media in fields:
                return self._media
            raise GalleryError(
                f"media={describe(self._media)}: sample {index} has none such; {nearest(self._media, fields)}"
            )
        if isinstance(sample, (tuple, list)):
            return next(iter(fields))
        drawn = [key for key, each in fields.items() if _is_drawn(each)]
        if len(drawn) == 1:
            return drawn[0]
        return media_name([str(key) for key in drawn or fields], "media", "field")

    def _text(self, sample: object, others: Mapping[Any, Any], index: int) -> str | None:
        caption = self._caption
        if caption is False:
            return None
        if callable(caption):
            text: str | None = caption(sample)
            return text
        if caption is None:
            if isinstance(sample, (tuple, list)):
                key = next((key for key, each in others.items() if _is_label(each)), None)
                return None if key is None else self._label(others[key])
            return caption_of_fields(None, list(others), "field")(_Labels(self, others))
        return caption_of_fields(caption, list(others), f"field of sample {index}")(_Labels(self, others))

    def _label(self, value: Any) -> str | None:
        return text_of(self.name_of("label", value))

    def name_of(self, field: object, value: Any) -> Any:
        """Give the name of a class for its number, where the dataset has names; else the value."""
        value = _plain(value)
        if (
            str(field) in _LABELS
            and isinstance(value, int)
            and not isinstance(value, bool)
            and 0 <= value < len(self._classes)
        ):
            return self._classes[value]
        return value


_LABELS = frozenset({"label", "labels", "target", "class", "y", "1"})


class _Labels(Mapping[Any, Any]):
    """The fields of a sample, in which classes have their names."""

    def __init__(self, source: SampleSource, fields: Mapping[Any, Any]) -> None:
        self._source = source
        self._fields = fields

    def __getitem__(self, field: Any) -> Any:
        return self._source.name_of(field, self._fields[field])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _fields(sample: object) -> Mapping[Any, Any] | None:
    if isinstance(sample, Mapping):
        return None if {"bytes", "path"} >= set(sample) else sample
    names = getattr(sample, "_fields", None)
    if isinstance(sample, tuple) and sample and names is not None:
        return dict(zip(names, sample, strict=True))
    return dict(enumerate(sample)) if isinstance(sample, (tuple, list)) and sample else None


def _is_drawn(value: object) -> bool:
    """Tell whether a value is a picture by its type: no path, no number."""
    if opening.is_picture(value) or isinstance(value, (bytes, bytearray)):
        return True
    if opening.is_array(value):
        return len(getattr(value, "shape", ())) > 1
    return isinstance(value, Mapping) and bool({"bytes", "path"} & value.keys())


def _is_label(value: object) -> bool:
    plain = _plain(value)
    return isinstance(plain, (str, int, float)) and not isinstance(plain, bool)


def _plain(value: Any) -> Any:
    """Give the number that an array or tensor without dimensions is."""
    return (
        value.item()
        if getattr(value, "shape", None) == () and callable(getattr(value, "item", None))
        else value
    )


def _classes(dataset: Any) -> Sequence[str]:
    """Find the names of the classes, where a dataset or the one that it is a part of has them."""
    for _ in range(_LEVELS):
        names = getattr(dataset, "classes", None)
        if isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names):
            return names
        dataset = getattr(dataset, "dataset", None)
    return ()


def as_samples(dataset: object, media: object = None, caption: object = None) -> RecordSource:
    """Take a dataset as a source.

    Examples
    --------
    >>> as_samples(iter([]))
    Traceback (most recent call last):
        ...
    nbgallery.errors.GalleryError: ds=<list_iterator>: it can only be gone through ...
    """
    module: Any = sys.modules.get("datasets")
    if module is not None:
        if isinstance(dataset, module.Dataset):
            return StoredSource(dataset, media, caption)
        if isinstance(dataset, (module.DatasetDict, module.IterableDatasetDict)):
            first = next(iter(dataset), "train")
            splits = ", ".join(map(repr, dataset))
            raise GalleryError(
                f"ds={describe(dataset)}: these are splits ({splits}): give one, such as ds[{first!r}]"
            )
        if isinstance(dataset, module.IterableDataset):
            raise _unindexed(
                dataset, "load it without streaming=True, or give Gallery([… for sample in ds.take(100)])"
            )
    indexed = hasattr(type(dataset), "__len__") and hasattr(type(dataset), "__getitem__")
    if isinstance(dataset, (str, bytes, Mapping)) or (not indexed and not hasattr(dataset, "__iter__")):
        raise GalleryError(f"ds={describe(dataset)}: give a dataset, with __len__ and __getitem__")
    remedy = "give shards to Gallery.from_archive(paths), else a list of its first samples"
    if not indexed:
        raise _unindexed(dataset, remedy)
    try:
        len(dataset)  # type: ignore[arg-type]  # it has __len__
    except (TypeError, NotImplementedError):
        raise _unindexed(dataset, remedy) from None
    return SampleSource(dataset, media, caption)


def _unindexed(dataset: object, remedy: str) -> GalleryError:
    return GalleryError(f"ds={describe(dataset)}: it can only be gone through from its start: {remedy}")
