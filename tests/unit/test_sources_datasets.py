from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, NamedTuple

import datasets
import numpy as np
import pytest
from PIL import Image

from nbgallery import Gallery, GalleryError
from tests.unit.numbered import (
    array_of,
    data_of,
    fifty,
    file_of,
    files_opened,
    number_of,
    numbered,
    numbers_at,
    reasons,
)

COUNT = 400

FEATURES = datasets.Features(
    {
        "image": datasets.Image(),
        "label": datasets.ClassLabel(names=["cat", "dog"]),
        "id": datasets.Value("int64"),
    }
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dataset")
    for number in range(COUNT):
        (made / f"{number}.png").write_bytes(file_of(number))
    return made


def stored(images: list[Any]) -> Any:
    count = len(images)
    columns = {"image": images, "label": [number % 2 for number in range(count)], "id": list(range(count))}
    return datasets.Dataset.from_dict(columns, features=FEATURES)


@pytest.fixture(scope="module")
def of_bytes() -> Any:
    return stored([{"bytes": file_of(number), "path": f"{number}.png"} for number in range(COUNT)])


@pytest.fixture(scope="module")
def of_paths(folder: Path) -> Any:
    return stored([{"bytes": None, "path": str(folder / f"{number}.png")} for number in range(COUNT)])


@pytest.fixture
def undecoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a picture was decoded")

    monkeypatch.setattr(datasets.Image, "decode_example", refuse)


@pytest.mark.usefixtures("undecoded")
def test_fifty_random_places_of_stored_bytes(of_bytes):
    places = fifty(COUNT)
    gallery = Gallery.from_dataset(of_bytes, render=False)
    assert numbers_at(gallery, places) == places
    assert [gallery[place].caption for place in places] == [["cat", "dog"][place % 2] for place in places]


@pytest.mark.usefixtures("undecoded")
def test_fifty_random_places_of_stored_paths_and_nothing_else_is_read(of_paths, folder):
    places = fifty(COUNT)
    with files_opened(folder) as opened:
        gallery = Gallery.from_dataset(of_paths, render=False)
        assert numbers_at(gallery, places) == places
    assert opened == [str(folder / f"{place}.png") for place in places]


@pytest.mark.usefixtures("undecoded")
def test_views_of_a_dataset_keep_their_order(of_bytes):
    chosen = of_bytes.select(range(399, 100, -3))
    gallery = Gallery.from_dataset(chosen, render=False)
    assert [number_of(gallery[place].media) for place in (0, 1, 50)] == [399, 396, 249]
    shuffled = of_bytes.shuffle(seed=5)
    gallery = Gallery.from_dataset(shuffled, render=False)
    assert [number_of(gallery[place].media) for place in (0, 1, 50)] == [
        shuffled["id"][place] for place in (0, 1, 50)
    ]
    gallery.selection = [1, 50]
    assert list(gallery.selected_rows["id"]) == [shuffled["id"][1], shuffled["id"][50]]


def test_a_transform_changes_nothing_of_what_is_shown(of_bytes):
    def fail(_batch: object) -> None:
        raise AssertionError("the transform was run")

    gallery = Gallery.from_dataset(of_bytes.with_transform(fail), render=False)
    assert number_of(gallery[9].media) == 9
    assert number_of(Gallery.from_dataset(of_bytes.with_format("numpy"), render=False)[9].media) == 9


def test_the_other_fields_are_the_data(of_bytes):
    item = Gallery.from_dataset(of_bytes, render=False)[3]
    assert dict(data_of(item)) == {"label": 1, "id": 3}
    assert getattr(item.media, "name", "") == "3.png"
    with pytest.raises(KeyError):
        data_of(item)["image"]


def test_captions_of_a_stored_dataset(of_bytes):
    def caption(given: Any) -> str | None:
        return Gallery.from_dataset(of_bytes, caption=given, render=False)[3].caption

    assert caption("label") == caption(None) == "dog"
    assert caption("id") == "3"
    assert caption("{label} {id:03}") == "dog 003"
    assert caption(["id", "label"]) == "3, dog"
    assert caption(lambda sample: f"{sample['label']}") == "1"
    assert Gallery.from_dataset(of_bytes, caption=False, render=False)[3].caption is None
    with pytest.raises(GalleryError, match=r"caption='lable'.*did you mean 'label'"):
        caption("lable")


def test_which_field_has_the_pictures(of_bytes):
    with pytest.raises(GalleryError, match=r"media='imag'.*did you mean 'image'.*'image', 'label', 'id'"):
        Gallery.from_dataset(of_bytes, media="imag")
    with pytest.raises(GalleryError, match="media='label': it holds numbers"):
        Gallery.from_dataset(of_bytes, media="label")
    with pytest.raises(GalleryError, match="media=None: which field has the pictures"):
        Gallery.from_dataset(of_bytes.remove_columns("image"))


def test_lists_of_pictures_arrays_and_empty_cells(folder):
    several = datasets.Dataset.from_dict(
        {"views": [[{"bytes": file_of(5), "path": None}, {"bytes": file_of(6), "path": None}], []]},
        features=datasets.Features({"views": datasets.List(datasets.Image())}),
    )
    gallery = Gallery.from_dataset(several)
    assert number_of(gallery[0].media) == 5
    assert reasons(gallery)[1] == "sample 1: the field 'views' is empty"
    arrays = datasets.Dataset.from_dict(
        {"pixels": [array_of(7)]},
        features=datasets.Features({"pixels": datasets.Array3D((8, 8, 3), "uint8")}),
    )
    assert number_of(Gallery.from_dataset(arrays, media="pixels")[0].media) == 7
    texts = datasets.Dataset.from_dict({"file_name": [str(folder / "8.png"), None]})
    gallery = Gallery.from_dataset(texts)
    assert number_of(gallery[0].media) == 8
    assert reasons(gallery)[1] == "sample 1: the field 'file_name' is empty"


def test_what_has_no_places_is_said(of_bytes):
    splits = datasets.DatasetDict({"train": of_bytes, "test": of_bytes})
    with pytest.raises(GalleryError, match=r"'train', 'test'.*ds\['train'\]"):
        Gallery.from_dataset(splits)
    with pytest.raises(GalleryError, match="streaming=True"):
        Gallery.from_dataset(of_bytes.to_iterable_dataset())

    class Stream:
        def __iter__(self):
            return iter([])

    class Unsized(Stream):
        def __len__(self):
            raise TypeError("no length")

        def __getitem__(self, index):
            raise NotImplementedError

    for stream in (Stream(), Unsized(), (number for number in range(3))):
        with pytest.raises(GalleryError, match=r"from its start.*from_archive"):
            Gallery.from_dataset(stream)
    for wrong in (None, 3, "squad", {"a": 1}):
        with pytest.raises(GalleryError, match=r"ds=.*give a dataset"):
            Gallery.from_dataset(wrong)


class Torchlike:
    """A dataset as torch has them, which counts how it is read."""

    classes = ("cat", "dog", "eel")

    def __init__(self, make: Any, count: int = COUNT) -> None:
        self.make = make
        self.count = count
        self.read: list[int] = []
        self.busy = threading.Lock()

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Any:
        assert self.busy.acquire(blocking=False), "two threads read it at a time"
        try:
            self.read.append(index)
            return self.make(index)
        finally:
            self.busy.release()


class Tensor:
    """What a tensor is to us."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)
        self.shape = self.values.shape
        self.dtype = self.values.dtype

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        del copy
        return self.values if dtype is None else self.values.astype(dtype)

    def item(self) -> Any:
        return self.values.item()


class Pair(NamedTuple):
    picture: Any
    target: int


SAMPLES = {
    "picture": numbered,
    "pair": lambda index: (numbered(index), index % 3),
    "channels first, in 0..1": lambda index: (
        Tensor(array_of(index).transpose(2, 0, 1) / 255),
        Tensor(index % 3),
    ),
    "named tuple": lambda index: Pair(array_of(index), index % 3),
    "dict": lambda index: {"id": index, "pixels": numbered(index), "label": index % 3},
    "bytes": lambda index: {"bytes": file_of(index), "path": None},
    "list": lambda index: [file_of(index), f"{index}"],
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_fifty_random_places_of_samples_and_nothing_else_is_read(kind):
    dataset = Torchlike(SAMPLES[kind])
    places = fifty(COUNT)
    gallery = Gallery.from_dataset(dataset, render=False)
    assert dataset.read == []
    assert numbers_at(gallery, places) == places
    assert dataset.read == places
    named = {"pair", "channels first, in 0..1", "named tuple", "dict"}
    assert gallery[4].caption == ("dog" if kind in named else "4" if kind == "list" else None)


def test_keys_positions_and_functions():
    dataset = Torchlike(lambda index: (f"id {index}", numbered(index), {"note": "n"}))
    gallery = Gallery.from_dataset(dataset, media=1, caption=0, render=False)
    item = gallery[5]
    assert (number_of(item.media), item.caption, dict(data_of(item))) == (
        5,
        "id 5",
        {0: "id 5", 2: {"note": "n"}},
    )
    gallery = Gallery.from_dataset(
        dataset, media=lambda sample: sample[1], caption=lambda sample: sample[2]["note"], render=False
    )
    assert (number_of(gallery[5].media), gallery[5].caption) == (5, "n")
    assert Gallery.from_dataset(dataset, media=1, caption=False, render=False)[0].caption is None
    with pytest.raises(GalleryError, match="media='image': sample 5 has none such; there are '0', '1', '2'"):
        _ = Gallery.from_dataset(dataset, media="image", render=False)[5]
    with pytest.raises(GalleryError, match="media=<object>"):
        Gallery.from_dataset(dataset, media=object())  # type: ignore[arg-type]  # that is what is tested


def test_a_subset_has_the_names_of_its_whole():
    class Subset(Torchlike):
        classes = None  # type: ignore[assignment]  # as of a class that has none

        def __init__(self, dataset: Any, places: list[int]) -> None:
            super().__init__(lambda place: dataset[places[place]], len(places))
            self.dataset = dataset

    gallery = Gallery.from_dataset(Subset(Torchlike(SAMPLES["pair"]), [5, 7]), render=False)
    assert [item.caption for item in gallery] == ["eel", "dog"]
    gallery.selection = [1]
    assert gallery.selected_rows[0][1] == 1


def test_one_sample_that_raises_is_one_error():
    def make(index: int) -> tuple[Image.Image, int]:
        if index == 2:
            raise RuntimeError("sample 2 is broken")
        return numbered(index), index

    gallery = Gallery.from_dataset(Torchlike(make, 4), render=False)
    assert number_of(gallery[3].media) == 3
    with pytest.raises(RuntimeError, match="sample 2 is broken"):
        _ = gallery[2]


def test_a_dataset_that_becomes_shorter_leaves_errors_behind():
    pictures = [numbered(number) for number in range(9)]
    gallery = Gallery.from_dataset(pictures, render=False)
    del pictures[5:]
    assert number_of(gallery[4].media) == 4
    with pytest.raises(IndexError):
        _ = gallery[5]
    pictures.extend([numbered(99)] * 9)
    assert len(gallery) == 9
    assert number_of(gallery[5].media) == 99
