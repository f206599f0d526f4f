"""A still of a video, where PyAV is installed; without it the browser makes its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from PIL import Image

_START = 1.0  # seconds: the very first frame is often black
_SHARE = 0.1
_TRIES = 48  # frames that may fail or come before the place that was asked for


def poster(stream: BinaryIO) -> Image.Image | None:
    """Decode a frame from a tenth into a video, at most a second from its start.

    Parameters
    ----------
    stream : binary file
        The video, at any position.

    Returns
    -------
    PIL.Image.Image or None
        Upright, in its full size; None without PyAV, or when no frame can be decoded.

    Examples
    --------
    >>> from io import BytesIO
    >>> poster(BytesIO(b"no video")) is None
    True
    """
    try:
        import av  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        return None
    try:
        stream.seek(0)
        with av.open(stream) as container:
            frame = _frame(container)
            return None if frame is None else _upright(frame)
    except Exception:  # noqa: BLE001 - the browser may still know how to play it
        return None


def _frame(container: Any) -> Any:
    track = container.streams.video[0]
    track.thread_type = "NONE"  # each thumbnail has a thread already
    length = float(container.duration or 0) / 1_000_000
    wanted = min(_START, length * _SHARE)
    if wanted:
        container.seek(int(wanted * 1_000_000), backward=True)
    found = None
    for _, frame in zip(range(_TRIES), container.decode(track), strict=False):
        found = frame
        if frame.time is None or frame.time >= wanted:
            break
    return found


def _upright(frame: Any) -> Image.Image:
    image: Image.Image = frame.to_image()
    degrees = getattr(frame, "rotation", 0)
    return image.rotate(degrees, expand=True) if degrees else image
