"""Galleries of a folder, a data frame, a dataset, an archive: each is looked through, never read through."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from nbgallery.errors import GalleryError
from nbgallery.items import Change, Item, ItemList
from nbgallery.records import Record, RecordSource

if TYPE_CHECKING:
    from typing_extensions import Self  # part of typing from Python 3.11 on


class Sources:
    """``from_folder``, ``from_dataframe``, ``from_dataset`` and ``from_archive`` for a gallery.

    None of them opens a picture. Each takes the options of a gallery as well. As a caption, None stands for
    what the source says of an item, and False for no caption at all.
    """

    _origin: RecordSource | None = None

    if TYPE_CHECKING:
        # Methods of the gallery, which this is a part of.
        def __init__(self, value: object = None, **options: Any) -> None: ...

        @property
        def selected_items(self) -> list[Item]:
            """See the gallery."""

        def group(self, key: Any) -> None:
            """See the gallery."""

        def close(self) -> None:
            """Free what it holds."""

        def _close_too(self, room: Any) -> None: ...

        _items: ItemList

        def _commit(self, edit: Callable[[], Change | None]) -> None: ...

    @classmethod
    def from_folder(
        cls,
        path: str | PathLike[str],
        pattern: str | list[str] | None = None,
        recursive: bool = False,  # noqa: FBT001, FBT002 - as pathlib and glob have it
        caption: Literal["name", "stem", "path", False] | Callable[[Any], str | None] | None = None,
        watch: bool = False,  # noqa: FBT001, FBT002 - as above
        **options: Any,
    ) -> Self:
        """Show the pictures and videos of a folder, in natural order: ``img2`` before ``img10``.

        The folder is listed once and no file is opened. What is hidden is left out.

        Parameters
        ----------
        path : str or Path
            A folder, or the fsspec URL of one, such as ``s3://bucket/folder``.
        pattern : str or list of str, optional
            Globs such as ``"*.png"``, whatever the case; with a slash they are compared with the path within
            the folder, and ``"**/left/*.png"`` looks into all folders. None takes every picture and video, by
            extension.
        recursive : bool, default False
            Look into its folders too. Each is listed once, however links lead to it; what cannot be read is
            left out, with a warning.
        caption : {"name", "stem", "path", False} or callable, optional
            None and "name" are the file name, "stem" the same without extension, "path" the path within the
            folder, False none. A function takes the file's `Path` (of a remote one the URL).
        watch : bool, default False
            Follow the folder until the gallery is closed: new files are appended when they are whole, changed
            ones drawn again, deleted ones removed. Needs ``nbgallery[watch]``.
        **options
            Options of `Gallery`.

        Returns
        -------
        Gallery

        Raises
        ------
        GalleryError
            There is no such folder.

        Examples
        --------
        >>> import tempfile
        >>> from pathlib import Path
        >>> from nbgallery import Gallery
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in ("img10.png", "img2.png", "notes.txt"):
        ...     (folder / name).touch()
        >>> gallery = Gallery.from_folder(folder, caption="stem", columns=3)
        >>> [item.caption for item in gallery]
        ['img2', 'img10']
        """
        from nbgallery.folders import FolderSource  # noqa: PLC0415 - read when it is used
        from nbgallery.watching import FolderWatch  # noqa: PLC0415 - read when it is used

        source = FolderSource(path, pattern, recursive=recursive, caption=caption)
        if not watch:
            return cls(source, **options)
        FolderWatch.check(source)
        gallery = cls(source, **options)
        room = FolderWatch(source, gallery._items, gallery._commit)
        gallery._close_too(room)
        room.start()
        return gallery

    @classmethod
    def from_dataframe(
        cls,
        df: object,
        media: str | None = None,
        caption: str | list[str] | Callable[[Any], str | None] | Literal[False] | None = None,
        group: str | None = None,
        **options: Any,
    ) -> Self:
        """Show the pictures that a column of a data frame has or names: one row an item.

        The frame is not copied; cells are read by position when their row is shown. ``item.data`` is the row,
        a mapping of columns to values, and `selected_rows` gives the rows of what is selected.

        Parameters
        ----------
        df : data frame
            Of pandas or polars; others (pyarrow, modin, cudf) need ``nbgallery[narwhals]``.
        media : str, optional
            The column of paths, URLs, bytes or pictures. None is the one column whose name says so.
        caption : str, list of str, callable or False, optional
            A column, several, a format string such as ``"{label}: {score:.2f}"``, or a function of the row.
            None is the column called caption, text, title or label, if there is one; False is none.
        group : str, optional
            A column to group by.
        **options
            Options of `Gallery`.

        Returns
        -------
        Gallery

        Raises
        ------
        GalleryError
            There is no such column; the message names those that there are.

        Examples
        --------
        >>> import pandas as pd
        >>> from nbgallery import Gallery
        >>> frame = pd.DataFrame({"path": ["a.png", "b.png"], "score": [0.25, 0.875]})
        >>> gallery = Gallery.from_dataframe(frame, caption="{score:.1%}", selected_index=1)
        >>> gallery[0].caption, float(gallery[0].data["score"])
        ('25.0%', 0.25)
        >>> gallery.selected_rows["path"].tolist()
        ['b.png']
        """
        from nbgallery.frames import FrameSource  # noqa: PLC0415 - read when it is used

        source = FrameSource(df, media, caption)
        if group is not None:
            source.check_column(group, "group")
        gallery = cls(source, **options)
        gallery._origin = source
        if group is not None:
            try:
                gallery.group(lambda item: source.value_of(item, group))
            except BaseException:
                # Nobody has it yet who could close it.
                gallery.close()
                raise
        return gallery

    @classmethod
    def from_dataset(
        cls,
        ds: object,
        media: str | int | Callable[[Any], object] | None = None,
        caption: str | int | list[str] | Callable[[Any], str | None] | Literal[False] | None = None,
        **options: Any,
    ) -> Self:
        """Show the pictures of a dataset, Hugging Face's or any with ``__len__`` and ``__getitem__``.

        A sample is read once, when it is shown; one that is stored as a file's bytes is not decoded before.
        ``item.data`` has its other fields.

        Parameters
        ----------
        ds : dataset
            One split. A sample is a picture, a tuple such as ``(picture, label)``, or a dict.
        media : str, int or callable, optional
            The picture's key or position, or a function of the sample. None is the first picture. Of a list
            of pictures, the first one is shown.
        caption : str, int, list, callable or False, optional
            A key or position, several keys, a format string, or a function of the sample (of Hugging Face's,
            of its other fields). None is a text or the label, under the name of its class; False is none.
        **options
            Options of `Gallery`.

        Returns
        -------
        Gallery

        Raises
        ------
        GalleryError
            It has no such field, or can only be gone through from its start.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery.from_dataset([("a.png", "cat"), ("b.png", "dog")])
        >>> gallery[1]
        Item('b.png', caption='dog', data=<OtherFields>)
        """
        from nbgallery.samples import as_samples  # noqa: PLC0415 - read when it is used

        source = as_samples(ds, media, caption)
        gallery = cls(source, **options)
        gallery._origin = source
        return gallery

    @classmethod
    def from_archive(
        cls,
        path: str | PathLike[str] | list[str] | list[PathLike[str]],
        pattern: str | list[str] | None = None,
        caption: str | list[str] | Callable[[Any], str | None] | Literal[False] | None = None,
        **options: Any,
    ) -> Self:
        """Show the pictures of a zip or tar, or the samples of webdataset shards, without unpacking it.

        Its directory is read once; a picture's bytes are read from their place when it is shown, of a remote
        archive by ranges. A tar that is packed (``.tar.gz``, ``.tar.bz2``, ``.tar.xz``) is unpacked into a
        temporary file, which takes as long as it is large and goes with the gallery.

        Parameters
        ----------
        path : path, fsspec URL, or list of them
            Shards may be given as ``"train-{000..003}.tar"``.
        pattern : str or list of str, optional
            Globs, as for `from_folder`.
        caption : str, list of str, callable or False, optional
            Of files by themselves: "name" (None is the same), "stem", "path", or a function of the name. Of a
            tar whose files share a stem (``000.jpg``, ``000.json``) each sample is an item, whose other files
            are ``item.data``: None is its text, else the caption in its JSON, else its class; else one of
            them by extension, a format string, or a function of the sample. False is none.
        **options
            Options of `Gallery`.

        Returns
        -------
        Gallery

        Raises
        ------
        GalleryError
            It is no archive, or its directory is damaged.

        Examples
        --------
        >>> import tempfile, zipfile
        >>> from pathlib import Path
        >>> from nbgallery import Gallery
        >>> path = Path(tempfile.mkdtemp(), "holidays.zip")
        >>> with zipfile.ZipFile(path, "w") as file:
        ...     file.writestr("beach.png", b"...")
        >>> gallery = Gallery.from_archive(path)
        >>> gallery[0]
        Item(<Member>, caption='beach.png')
        """
        from nbgallery.shards import ArchiveSource  # noqa: PLC0415 - read when it is used

        source = ArchiveSource(path, pattern, caption)
        try:
            gallery = cls(source, **options)
        except BaseException:
            source.close()
            raise
        gallery._close_too(source)
        return gallery

    @property
    def selected_rows(self) -> Any:
        """The rows of `selected_items`: a frame of the kind that the gallery was made of.

        Of a Hugging Face dataset it is a dataset; of another one, a list of its samples.

        Raises
        ------
        GalleryError
            The gallery was made of neither.

        Examples
        --------
        >>> from nbgallery import Gallery
        >>> gallery = Gallery.from_dataset([("a.png", "cat"), ("b.png", "dog")])
        >>> gallery.selection = [1]
        >>> gallery.selected_rows
        [('b.png', 'dog')]
        """
        origin = self._origin
        if origin is None:
            raise GalleryError(
                "selected_rows: only a gallery of from_dataframe or from_dataset has them: use selected_items"
            )
        records = (item.data for item in self.selected_items)
        return origin.take(
            [record.number for record in records if isinstance(record, Record) and record.origin is origin]
        )
