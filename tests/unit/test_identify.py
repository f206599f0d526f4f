from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from nbgallery.encode import thumbnail
from nbgallery.media import identify, to_pil
from tests.corpus import files
from tests.corpus.asking import refusal


@pytest.fixture
def png(tmp_path):
    return files.saved(tmp_path / "a.png", files.photograph(60, 40), "PNG")


@pytest.mark.parametrize(
    "form, mime",
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("AVIF", "image/avif"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
        ("ICO", "image/x-icon"),
        ("JPEG2000", "image/jp2"),
        ("QOI", "image/qoi"),
        ("DDS", "image/vnd.ms-dds"),
        ("TGA", "image/x-tga"),
        ("PPM", "image/x-portable-anymap"),
    ],
)
def test_content_decides_whatever_the_name(tmp_path, form, mime):
    path = files.saved(
        tmp_path / "lying.mp4",
        files.photograph(64, 48),
        form,
        **({"sizes": [(64, 48)]} if form == "ICO" else {}),
    )
    for thing in (path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes())):
        found = identify(thing)
        assert (found.kind, found.mime) == ("image", mime)
        assert to_pil(thing).size == (64, 48)


@pytest.mark.parametrize(
    "head, mime",
    [
        (files.movie_head(), "video/mp4"),
        (files.movie_head(b"qt  "), "video/quicktime"),
        (files.movie_head(b"M4V "), "video/mp4"),
        (files.chunk(b"moov", bytes(40)), "video/quicktime"),
        (files.MATROSKA, "video/x-matroska"),
        (files.WEBM, "video/webm"),
        (files.OGV, "video/ogg"),
    ],
)
def test_videos_are_known_by_content(tmp_path, head, mime):
    path = tmp_path / "lying.png"
    path.write_bytes(head)
    found = identify(path)
    assert (found.kind, found.mime, found.name, found.size) == ("video", mime, "lying.png", len(head))
    assert "has no pixels" in refusal(path, to_pil)


@pytest.mark.parametrize(
    "url, kind, mime, name",
    [
        ("https://example.org/clip.mp4?token=1", "video", "video/mp4", "clip.mp4"),
        ("http://example.org/a%20b.PNG#x", "image", "image/png", "a b.PNG"),
        ("HTTPS://example.org/picture", "image", "", "picture"),
        ("https://example.org", "image", "", "example.org"),
    ],
)
def test_urls_are_known_by_name_and_not_fetched(url, kind, mime, name):
    found = identify(url)
    assert (found.kind, found.mime, found.name, found.url) == (kind, mime, name, url)


@pytest.mark.parametrize(
    "text, words",
    [
        ("javascript:alert(1)", "the scheme 'javascript:' is refused"),
        ("\x01 java\nscript:alert(1)", "the scheme 'javascript:' is refused"),
        ("JavaScript:alert(1)", "'javascript:' is refused"),
        ("vbscript:x", "'vbscript:' is refused"),
        ("file:///etc/passwd", "the scheme 'file:' is refused; pass the path itself"),
        ("blob:https://x/1", "'blob:' is refused"),
        ("simplecache::javascript:x", "'javascript:' is refused"),
        ("gopher:x", "the scheme 'gopher:' is unknown"),
        ("nosuch://bucket/a.png", "'nosuch:'"),
        ("https:///a.png", "no complete URL"),
        ("https://[::1/a.png", "no complete URL"),
        ("https://example.org/a b.png", "no complete URL"),
        ("", "it is empty"),
        ("  ", "it is empty"),
        ("no/such/file.png", "there is no file 'no/such/file.png'"),
        ("a\0b.png", "is no path"),
        ("x" * 5000, "characters are too long"),
        ("data:text/html,<b>", "'text/html' is refused"),
        ("data:,x", "'text/plain' is refused"),
        ("data:image/png;base64", "no comma"),
        ("data:image/png;base64,!!!", "base64 is damaged"),
        ("data:image/png;base64,", "is empty"),
        ("data:image/png,hello", "no image or video"),
    ],
)
def test_strings_that_are_no_media_name_the_reason(text, words):
    message = refusal(text)
    assert words in message
    assert len(message) < 300
    assert words in refusal(text, lambda thing: thumbnail(thing, 256))


@pytest.mark.parametrize(
    "thing, words",
    [
        (None, "None is no image"),
        (3, "3 is no image"),
        ([[1, 2]], "numpy.array"),
        ({}, "type dict"),
        (object(), "type object"),
        (Figure, "is no image"),
        (np, "is no image"),
        (b"", "empty"),
        (bytearray(), "empty"),
        (io.BytesIO(), "empty"),
        (io.StringIO("<svg/>"), 'mode "rb"'),
        (b"%PDF-1.4", "a PDF"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"\x93NUMPY\1\0", "numpy.load"),
        (b"RIFF\0\0\0\0AVI LIST", "convert it to MP4"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a sound file"),
        (b"OggS" + bytes(60), "a sound file"),
        (b"\0\0\0\x20ftypM4A " + bytes(60), "a sound file"),
        (b'{"a": 1}', "JSON text"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (b"hello world", "starts with b'hello wo'"),
    ],
)
def test_things_that_are_no_media_name_the_reason(thing, words):
    assert words in refusal(thing)
    assert words in refusal(thing, lambda bad: thumbnail(bad, 256))


def test_folders_devices_and_empty_files(tmp_path):
    assert "is a folder" in refusal(tmp_path)
    (tmp_path / "empty.png").touch()
    assert "'empty.png'" not in refusal(str(tmp_path / "empty.png"))
    assert "is empty (0 bytes)" in refusal(tmp_path / "empty.png")
    os.mkfifo(tmp_path / "pipe.png")
    assert "device or pipe" in refusal(tmp_path / "pipe.png")
    (tmp_path / "loop").symlink_to("loop")
    assert "could not be read" in refusal(tmp_path / "loop")
    assert "there is no file" in refusal(tmp_path / "empty.png" / "inside.png")


def test_no_permission(png, monkeypatch):
    def refuse(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr(io, "open", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    assert "may not be read: permission denied" in refusal(png)


def test_names_with_colons_are_paths(tmp_path, png, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("time-10:30.png").write_bytes(png.read_bytes())
    assert identify("time-10:30.png").mime == "image/png"
    Path("javascript:1.png").write_bytes(png.read_bytes())
    assert "refused" in refusal("javascript:1.png")
    assert identify(Path("javascript:1.png")).mime == "image/png"


def test_heic_names_its_decoder(monkeypatch):
    head = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(40)
    assert identify(head).mime == "image/heic"
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    monkeypatch.delitem(Image.OPEN, "HEIF", raising=False)
    assert "pip install pillow-heif" in refusal(head, to_pil)


def test_formats_that_this_pillow_lacks(monkeypatch):
    raw = files.encoded(files.photograph(20, 20), "AVIF")
    monkeypatch.delitem(Image.OPEN, "AVIF")
    assert "AVIF, which the installed Pillow does not read" in refusal(raw, to_pil)
