from __future__ import annotations

import base64
import io
import os
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import quote

import fsspec
import numpy as np
import pytest
from PIL import Image

from nbgallery import locations
from nbgallery.encode import original, thumbnail
from nbgallery.media import identify, to_numpy, to_pil
from tests.corpus import files
from tests.corpus.asking import refusal


@pytest.fixture
def png(tmp_path):
    return files.saved(tmp_path / "a.png", files.photograph(60, 40), "PNG")


def test_data_uris(png):
    raw = png.read_bytes()
    wanted = np.asarray(Image.open(png))
    plain = base64.b64encode(raw).decode()
    for uri in (
        f"data:image/png;base64,{plain}",
        f"data:image/jpeg;charset=x;base64,{plain}",
        f"DATA:image/png;base64,{plain[:20]} \n{plain[20:]}",
        f"data:image/png;base64,{base64.urlsafe_b64encode(raw).decode().rstrip('=')}",
        f"data:image/png,{quote(raw)}",
    ):
        assert identify(uri).mime == "image/png"
        assert (to_numpy(uri) == wanted).all()
    assert identify(f"data:image/svg+xml,{quote(files.svg())}").mime == "image/svg+xml"


def test_bytes_of_every_kind(png):
    raw = png.read_bytes()
    wanted = np.asarray(Image.open(png))
    every_second = memoryview(bytes(b for pair in zip(raw, raw, strict=True) for b in pair))[::2]
    for thing in (raw, bytearray(raw), memoryview(raw), every_second):
        assert (to_numpy(thing) == wanted).all()


class Slow(io.BytesIO):
    """A file object in which two readers at a time are noticed."""

    busy = 0

    def read(self, *args):
        self.busy += 1
        assert self.busy == 1
        before = self.tell()
        threading.Event().wait(0.001)
        assert self.tell() == before
        self.busy -= 1
        return super().read(*args)


def test_file_objects_are_read_in_turn_and_left_where_they_were(png):
    stream = Slow(png.read_bytes())
    stream.seek(5)
    wanted = np.asarray(Image.open(png))
    with ThreadPoolExecutor(8) as pool:
        for result in pool.map(lambda _: to_numpy(stream), range(40)):
            assert (result == wanted).all()
    assert stream.tell() == 5
    with png.open("rb") as real:
        real.seek(3)
        assert identify(real).name == "a.png"
        assert to_pil(real).size == (60, 40)
        assert real.tell() == 3
    assert "must be open and seekable" in refusal(real)


def test_pipes_are_refused():
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as pipe, os.fdopen(writer, "wb"):
        assert "must be open and seekable" in refusal(pipe)


def test_fsspec_urls(png):
    store = fsspec.filesystem("memory")
    store.pipe("/bucket/a.png", png.read_bytes())
    url = "memory://bucket/a.png"
    found = identify(url)
    assert (found.mime, found.name, found.url, found.path) == ("image/png", "a.png", None, None)
    assert (to_numpy(url) == np.asarray(Image.open(png))).all()
    assert thumbnail(url, 256).complete
    assert original(url, own_bytes=True).data == png.read_bytes()
    assert "there is no file" in refusal("memory://bucket/none.png")


def test_fsspec_chains(tmp_path, png):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(png, "in/side.png")
    url = f"zip://in/side.png::{tmp_path / 'a.zip'}"
    assert identify(url).name == "side.png"
    assert to_pil(url).size == (60, 40)


def test_without_fsspec_the_message_has_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    assert "pip install 'nbgallery[fsspec]'" in refusal("s3://bucket/a.png")


@pytest.fixture
def server(png):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/moved.png":
                self.send_response(302)
                self.send_header("Location", "/a.png")
                self.end_headers()
            elif self.path == "/escape.png":
                self.send_response(302)
                self.send_header("Location", f"file://{png}")
                self.end_headers()
            elif self.path == "/a.png":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(png.read_bytes())
            elif self.path == "/none.png":
                self.send_response(200)
                self.end_headers()
            else:
                self.send_error(404)

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_urls_are_fetched_for_pixels(server, png, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    wanted = np.asarray(Image.open(png))
    assert (to_numpy(f"{server}/a.png") == wanted).all()
    assert (to_numpy(f"{server}/moved.png") == wanted).all()
    assert original(f"{server}/a.png", own_bytes=True).data == png.read_bytes()
    assert "could not be fetched" in refusal(f"{server}/escape.png", to_pil)
    assert "404" in refusal(f"{server}/x.png", to_pil)
    assert "is empty" in refusal(f"{server}/none.png", to_pil)
    monkeypatch.setattr(locations, "MAX_FETCH_BYTES", 10)
    assert "download it first" in refusal(f"{server}/a.png", to_pil)
