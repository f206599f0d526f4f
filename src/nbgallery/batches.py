"""What became of items, and how much of it travels together: headers, and their bytes in one buffer. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from nbgallery import encode, protocol

#: The thumbnail's header costs about so much beside its bytes.
_HEADER_BYTES = 400


@dataclass(frozen=True, slots=True)
class Encoded:
    """What became of one item: a thumbnail, or the sentence that says why there is none.

    Attributes
    ----------
    thumbnail : Thumbnail or None
    caption : str or None
    error : str or None
        The sentence.
    passing : bool
        The fault is not the item's: when it is asked for again, it is tried again.
    """

    thumbnail: encode.Thumbnail | None
    caption: str | None
    error: str | None
    passing: bool = False

    @property
    def bytes(self) -> int:
        """Bytes of the thumbnail."""
        return len(self.thumbnail.data) if self.thumbnail else 0

    @property
    def size(self) -> int:
        """Bytes that it takes in the cache."""
        return _HEADER_BYTES + self.bytes + len(self.error or "")


class Batch:
    """Entries that travel together, in a buffer of bounded size.

    Examples
    --------
    >>> batch = Batch()
    >>> failed = Encoded(None, "A cat", "there is no file 'cat.png'")
    >>> batch.add(describe(7, failed, failed.caption), failed)
    True
    >>> batch.entries[0]["index"], batch.entries[0]["error"], batch.data
    (7, "there is no file 'cat.png'", b'')
    """

    def __init__(self, limit: int = protocol.MAX_BUFFER_BYTES) -> None:
        self._limit = limit
        self._buffers: list[bytes] = []
        self.bytes = 0
        self.entries: list[protocol.EntryHeader] = []

    def add(self, header: protocol.EntryHeader, encoded: Encoded) -> bool:
        """Add an entry; False when the batch is full."""
        if self.bytes + encoded.bytes > self._limit:
            return False
        self._take(header, encoded.thumbnail.data if encoded.thumbnail else b"")
        return True

    def add_part(self, header: protocol.EntryHeader, encoded: Encoded, offset: int) -> int:
        """Add as much as fits of an entry that is too large for one; return where the next part starts."""
        data = encoded.thumbnail.data if encoded.thumbnail else b""
        piece = data[offset : offset + self._limit]
        part: protocol.EntryHeader = {**header, "bytes": len(piece), "part": (offset, len(data))}
        self._take(part, piece)
        return offset + len(piece)

    def _take(self, header: protocol.EntryHeader, data: bytes) -> None:
        self.entries.append(header)
        self._buffers.append(data)
        self.bytes += len(data)

    @property
    def data(self) -> bytes:
        """The entries' bytes, one after another."""
        return b"".join(self._buffers)


def describe(index: int, encoded: Encoded, caption: str | None) -> protocol.EntryHeader:
    """Write the header of an entry."""
    thumbnail = encoded.thumbnail
    if thumbnail is None:
        return {
            "index": index,
            "bytes": 0,
            "kind": "image",
            "mime": "",
            "width": 0,
            "height": 0,
            "color": "",
            "caption": caption,
            "name": "",
            "edge": 0,
            "complete": True,
            "error": encoded.error or "This item cannot be drawn",
        }
    header: protocol.EntryHeader = {
        "index": index,
        "bytes": len(thumbnail.data),
        "kind": thumbnail.kind,
        "mime": thumbnail.mime if thumbnail.data else "",
        "width": thumbnail.width,
        "height": thumbnail.height,
        "color": thumbnail.color,
        "caption": caption,
        "name": thumbnail.name,
        "edge": thumbnail.edge,
        "complete": thumbnail.complete,
    }
    if thumbnail.url is not None:
        header["url"] = thumbnail.url
    return header
