"""What `value` hands out, and that it is known again."""

from __future__ import annotations

import collections
import errno
import gc
import io
import os
import pathlib
import stat
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from PIL import Image

from nbgallery.errors import MediaError
from nbgallery.items import Item, ItemList, Pair
from nbgallery.sequences import as_sequence
from nbgallery.spool import _suffix
from nbgallery.values import Spool, Values, assigned

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
# Enough of an MP4 to be known for one.
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(64)


@pytest.fixture
def spool():
    spool = Spool()
    yield spool
    spool.close()


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Image.effect_noise((7, 5), 50).convert("RGB").save(path)
    return path


def open_files():
    return len(list(pathlib.Path("/proc/self/fd").iterdir()))


def listed(value, captions=None):
    return ItemList(as_sequence(value, captions))


class TestFilepath:
    def test_paths_and_addresses_are_handed_out_as_they_are(self, spool):
        given = [
            "missing.png",
            pathlib.Path("folder/b.png"),
            "https://example.org/c.png?d=1",
            r"C:\d.png",
            "clip.mp4",
        ]
        values = Values(listed(given), "filepath", spool)
        assert [path for path, _ in values] == [str(path) for path in given]
        assert {type(path) for path, _ in values} == {str}
        assert spool.folder is None

    def test_pixels_are_spooled_without_loss(self, spool):
        rng = np.random.default_rng(0)
        array = rng.integers(0, 256, (9, 7, 3), np.uint8)
        values = Values(listed([array, Image.fromarray(array)]), "filepath", spool)
        for path, _ in values:
            assert path.endswith(".webp")
            assert np.array_equal(np.asarray(Image.open(path).convert("RGB")), array)

    def test_the_format_is_the_users(self, spool):
        values = Values(listed([np.zeros((4, 4), np.uint8)]), "filepath", spool, "png")
        assert values[0][0].endswith(".png")

    def test_bytes_are_spooled_as_they_are(self, spool, photo):
        data = photo.read_bytes()
        gif = io.BytesIO()
        Image.new("P", (2, 2)).save(gif, "gif")
        values = Values(listed([data, gif.getvalue(), SVG, MP4]), "filepath", spool)
        paths = [pathlib.Path(path) for path, _ in values]
        assert [path.suffix for path in paths] == [".png", ".gif", ".svg", ".mp4"]
        assert paths[0].read_bytes() == data
        assert paths[1].read_bytes() == gif.getvalue()
        assert paths[2].read_text() == SVG
        assert paths[3].read_bytes() == MP4

    def test_an_item_has_one_file_however_often_it_is_read(self, spool):
        items = listed([np.zeros((4, 4), np.uint8), np.ones((4, 4), np.uint8)])
        first = Values(items, "filepath", spool)
        paths = [path for path, _ in first]
        assert [path for path, _ in first] == paths
        items.set_caption(0, "new")
        items.move(0, 1)
        assert [path for path, _ in Values(items, "filepath", spool)] == paths[::-1]
        assert len(list(pathlib.Path(spool.folder).iterdir())) == 2

    def test_the_folder_is_private(self, spool):
        ((path, _),) = Values(listed([np.zeros((4, 4), np.uint8)]), "filepath", spool)
        assert stat.S_IMODE(pathlib.Path(path).stat().st_mode) == 0o600
        assert stat.S_IMODE(pathlib.Path(spool.folder).stat().st_mode) == 0o700
        assert pathlib.Path(spool.folder).name.startswith("nbgallery-")
        assert len(pathlib.Path(path).stem) == 32


class TestPixels:
    def test_pil_images_are_loaded_and_their_file_closed(self, spool, photo):
        handles = open_files()
        images = [image for image, _ in Values(listed([photo] * 20), "pil", spool)]
        assert open_files() == handles
        assert {image.size for image in images} == {(7, 5)}

    def test_arrays_are_always_height_width_three(self, spool, photo):
        given = [photo, np.zeros((4, 6), np.uint8), Image.new("P", (6, 4)), Image.new("LA", (6, 4))]
        arrays = [array for array, _ in Values(listed(given), "numpy", spool)]
        assert [array.shape for array in arrays] == [(5, 7, 3), (4, 6, 3), (4, 6, 3), (4, 6, 3)]
        assert {array.dtype for array in arrays} == {np.dtype(np.uint8)}

    @pytest.mark.parametrize("kind", ["pil", "numpy"])
    def test_svg_and_video_give_their_path(self, spool, tmp_path, kind):
        (tmp_path / "a.svg").write_text(SVG)
        (tmp_path / "b.mp4").write_bytes(MP4)
        values = Values(listed([tmp_path / "a.svg", str(tmp_path / "b.mp4"), SVG, MP4]), kind, spool)
        assert values[0][0] == str(tmp_path / "a.svg")
        assert values[1][0] == str(tmp_path / "b.mp4")
        assert pathlib.Path(values[2][0]).read_text() == SVG
        assert values[3][0].endswith(".mp4")

    @pytest.mark.parametrize("kind", ["pil", "numpy"])
    def test_one_bad_item_is_one_error_that_names_it(self, spool, photo, kind):
        values = Values(listed([photo, "missing.png"]), kind, spool)
        assert values[0]
        with pytest.raises(MediaError, match=r"^value\[1\]: .*missing\.png"):
            values[1]
        with pytest.raises(MediaError, match=r"^value\[1\]: "):
            values[-1]


class TestSequence:
    def test_nothing_is_read_before_it_is_indexed(self, spool):
        class Untouchable:
            def __len__(self):
                return 1_000_000

            def __getitem__(self, index):
                raise AssertionError

        values = Values(listed(Untouchable()), "numpy", spool)
        assert len(values) == 1_000_000
        assert len(values[10:20]) == 10
        assert repr(values[:5]) == "<5 values, type='numpy'>"

    def test_slices_and_negative_indices(self, spool):
        values = Values(listed(["a", "b", "c"], ["A", None, "C"]), "filepath", spool)
        assert values[-1] == ("c", "C")
        assert list(values[::-1]) == [("c", "C"), ("b", None), ("a", "A")]
        assert list(values[1:][:1]) == [("b", None)]
        with pytest.raises(IndexError):
            values[3]

    def test_later_edits_leave_it_alone(self, spool):
        items = listed(["a", "b"])
        values = Values(items, "filepath", spool)
        items.remove(0)
        items.set_caption(0, "new")
        assert list(values) == [("a", None), ("b", None)]

    def test_pairs_unpack(self, spool):
        for path, caption in Values(listed([("a", "A")]), "filepath", spool):
            assert (path, caption) == ("a", "A")


@pytest.mark.parametrize("kind", ["filepath", "pil", "numpy"])
class TestKnownAgain:
    @pytest.fixture
    def given(self, photo):
        rng = np.random.default_rng(1)
        return [
            Item(rng.random((4, 4)), "floats", data=1),
            Item(Image.new("P", (3, 3)), None, data=2),
            Item(photo, "file", data=3),
            Item(photo, "the same file", data=4),
        ]

    def test_assigned_back_it_is_the_same_items(self, kind, given, spool):
        items = listed(given)
        values = Values(items, kind, spool)
        for back in (values, list(values), tuple(values), values[:], [*values[:2], *values[2:]]):
            source = assigned(back, None, items, spool)
            assert [source.item(index) is item for index, item in enumerate(given)] == [True] * 4

    def test_part_of_it_in_another_order(self, kind, given, spool):
        items = listed(given)
        values = Values(items, kind, spool)
        source = assigned([values[3], "new.png", values[0]], None, items, spool)
        assert source.item(0) is given[3]
        assert source.item(1).media == "new.png"
        assert source.item(2) is given[0]
        assert assigned(values[::-1], None, items, spool).item(0) is given[3]

    def test_without_its_pair_it_is_known_and_takes_the_caption_it_is_given(self, kind, given, spool):
        items = listed(given[:3])
        media = [medium for medium, _ in Values(items, kind, spool)]
        assert [Values(items, kind, spool).resolve(medium) for medium in media] == given[:3]
        source = assigned([media[0], (media[1], "named"), (media[2], "file")], None, items, spool)
        found = [source.item(index) for index in range(3)]
        assert [item.media is mine.media for item, mine in zip(found, given, strict=False)] == [True] * 3
        assert [item.caption for item in found] == [None, "named", "file"]
        assert [item.data for item in found] == [1, 2, 3]
        assert found[2] is given[2]

    def test_captions_beside_it_replace_its_own(self, kind, given, spool):
        items = listed(given)
        source = assigned(Values(items, kind, spool), ["1", None, "3", "4"], items, spool)
        assert [source.item(index).caption for index in range(4)] == ["1", None, "3", "4"]
        assert [source.item(index).data for index in range(4)] == [1, 2, 3, 4]

    def test_in_another_gallery_too(self, kind, given, spool):
        pairs = list(Values(listed(given), kind, spool))
        other = Spool()
        assert assigned(pairs, None, listed([]), other).item(0) is given[0]

    def test_again_and_again(self, kind, spool):
        # Sources that nest this deep are read in a loop: by recursion they could not be.
        array = np.random.default_rng(2).random((4, 4))
        items = listed([array])
        for _ in range(400):
            media = [medium for medium, _ in Values(items, kind, spool)]
            items.reset(assigned(media, None, items, spool))
        assert items.view()[0].media is array


class TestMemory:
    def test_a_stranger_is_not_known(self, spool):
        values = Values(listed([np.zeros((2, 2), np.uint8)]), "numpy", spool)
        values[0]
        for stranger in ("a.png", np.zeros((2, 2)), None, 5, pathlib.Path("b"), b"c", [], object()):
            assert values.resolve(stranger) is None

    def test_what_was_removed_is_not_known(self, spool):
        items = listed([np.zeros((2, 2), np.uint8)])
        values = Values(items, "filepath", spool)
        path = values[0][0]
        items.remove(0)
        assert values.resolve(path) is None
        assert assigned([path], None, items, spool).item(0).media == path

    def test_a_path_object_is_known_too(self, spool):
        items = listed([Item(np.zeros((2, 2), np.uint8), data=1)])
        values = Values(items, "filepath", spool)
        assert values.resolve(pathlib.Path(values[0][0])) is items.item(0)

    def test_nothing_is_held_on_to(self, spool):
        values = Values(listed(as_images(3)), "numpy", spool)
        collections.deque(values, maxlen=0)
        gc.collect()
        assert len(spool) == 0

    def test_a_list_that_nothing_came_from_is_not_searched(self, spool):
        class Untouched(list[str]):
            def __iter__(self):
                raise AssertionError

        source = assigned(Untouched(["a.png"]), None, listed([]), spool)
        assert source.item(0).media == "a.png"


def as_images(count):
    return [Image.new("RGB", (2, 2), (index, 0, 0)) for index in range(count)]


class TestSpool:
    def test_a_folder_is_made_with_the_first_file(self):
        spool = Spool()
        assert spool.folder is None
        spool.close()
        path = pathlib.Path(spool.write(b"data", ".png"))
        assert path.read_bytes() == b"data"
        spool.close()
        assert not path.parent.exists()
        again = pathlib.Path(spool.write(b"data", ".png"))
        assert again.parent != path.parent
        spool.close()

    def test_a_full_disk_leaves_no_part_of_a_file(self, spool, monkeypatch):
        spool.write(b"first", "")

        class Full(io.BytesIO):
            def write(self, _):
                raise OSError(errno.ENOSPC, "No space left on device")

        real = os.fdopen

        def fdopen(handle, mode):
            real(handle, mode).close()
            return Full()

        monkeypatch.setattr(os, "fdopen", fdopen)
        with pytest.raises(OSError, match="No space left"):
            spool.write(b"second", ".png")
        assert len(list(pathlib.Path(spool.folder).iterdir())) == 1

    def test_an_unknown_type_keeps_a_harmless_suffix_of_its_name(self):
        assert _suffix("image/png", "lying.jpg") == ".png"
        assert _suffix("", "scan.dcm") == ".dcm"
        for name in (
            "",
            "none",
            "../../etc/passwd",
            "a.b/c",
            "x.<script>",
            "y.é",
            "z.averylongsuffix",
            "w.\0",
        ):
            assert _suffix("application/octet-stream", name) == ""

    def test_files_live_until_the_process_ends_and_no_longer(self):
        program = """
            import os, sys
            import numpy as np
            from nbgallery.items import ItemList
            from nbgallery.sequences import as_sequence
            from nbgallery.values import Spool, Values

            def handed_out():
                return Values(ItemList(as_sequence([np.zeros((2, 2), "uint8")])), "filepath", Spool())[0][0]

            path = handed_out()
            import gc; gc.collect()
            assert os.path.exists(path)
            # A forked child that ends takes nothing along.
            child = os.fork()
            if not child:
                sys.exit(0)
            os.waitpid(child, 0)
            assert os.path.exists(path)
            print(path)
        """
        result = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", textwrap.dedent(program)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        path = pathlib.Path(result.stdout.strip())
        assert path.name
        assert not path.parent.exists()


def test_a_pair_is_what_values_are_made_of(spool):
    assert isinstance(Values(listed(["a"]), "filepath", spool)[0], Pair)
