"""Odd and hostile files, made when a test asks for them: no binary is kept in the repository."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

ORIENTATION = 0x0112


def photograph(width: int = 320, height: int = 240, seed: int = 0) -> Image.Image:
    """A picture with the many colours and soft edges of a photograph."""
    noise = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def saved(path: Path, image: Image.Image, form: str, **options: Any) -> Path:
    path.write_bytes(encoded(image, form, **options))
    return path


def oriented(orientation: int, form: str = "JPEG", size: tuple[int, int] = (80, 40)) -> bytes:
    """Red at the left and blue at the right before it is turned."""
    image = Image.new("RGB", size, (255, 0, 0))
    image.paste((0, 0, 255), (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(image, form, exif=exif.tobytes(), **({"quality": 95} if form == "JPEG" else {}))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_bomb(side: int = 60_000) -> bytes:
    """A PNG of a few hundred bytes that claims to be billions of pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def animation(form: str, size: tuple[int, int] = (24, 16), frames: int = 3) -> bytes:
    colors = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]
    first, *rest = (Image.new("RGB", size, color) for color in colors[:frames])
    options: dict[str, Any] = {"lossless": True} if form == "WEBP" else {}
    return encoded(first, form, save_all=True, append_images=rest, duration=100, loop=0, **options)


def all_modes() -> dict[str, Image.Image]:
    """One picture of each of Pillow's modes, with values that a sloppy conversion would change."""
    ramp = np.arange(48 * 32, dtype=np.uint32).reshape(32, 48)
    gray = Image.fromarray((ramp % 251).astype(np.uint8))
    color = photograph(48, 32)
    alpha = color.copy()
    alpha.putalpha(gray)
    palette = Image.fromarray((ramp % 5).astype(np.uint8)).convert("P")
    palette.putpalette([10, 20, 30, 200, 0, 0, 0, 200, 0, 0, 0, 200, 9, 9, 9])
    clear = palette.copy()
    clear.info["transparency"] = 2
    return {
        "1": Image.fromarray(ramp % 3 == 0),
        "L": gray,
        "LA": alpha.convert("LA"),
        "La": alpha.convert("LA").convert("La"),
        "P": palette,
        "P transparent": clear,
        "PA": clear.convert("PA"),
        "RGB": color,
        "RGBA": alpha,
        "RGBa": alpha.convert("RGBa"),
        "RGBX": color.convert("RGBX"),
        "CMYK": color.convert("CMYK"),
        "YCbCr": color.convert("YCbCr"),
        "HSV": color.convert("HSV"),
        "LAB": Image.frombytes("LAB", (48, 32), color.tobytes()),
        "I": Image.fromarray(ramp.astype(np.int32) * 1000 - 5),
        "I;16": Image.fromarray((ramp * 40).astype(np.uint16)),
        "I;16B": Image.frombytes("I;16B", (48, 32), (ramp * 40).astype(">u2").tobytes()),
        "F": Image.fromarray(ramp.astype(np.float32) / 7 - 3),
    }


def svg(body: str = "", attributes: str = 'width="40" height="30"') -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}><rect width="9" height="9"/>{body}</svg>'


def video(path: Path, form: str = "mp4", codec: str = "mpeg4", seconds: float = 3.0) -> Path:
    """A video that is black for half a second, then red."""
    with av.open(str(path), "w", format=form) as container:
        stream = container.add_stream(codec, rate=10)
        assert isinstance(stream, av.VideoStream), codec
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(int(seconds * 10)):
            color = (0, 0, 0) if index < 5 else (255, 0, 0)
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), color))
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def movie_head(brand: bytes = b"isom") -> bytes:
    """The first bytes of an MP4, enough to be known as one."""
    return struct.pack(">I", 24) + b"ftyp" + brand + bytes(4) + brand + b"mp41" + chunk(b"free", bytes(64))


MATROSKA = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x88matroska" + bytes(
    64
)
WEBM = MATROSKA.replace(b"\x88matroska", b"\x84webm")
OGV = b"OggS\0\x02" + bytes(22) + b"\x01*\x80theora" + bytes(64)
