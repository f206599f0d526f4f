"""One Jupyter server with an empty configuration of its own: JupyterLab, Notebook 7 and bare kernels."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 90
STOP_SECONDS = 10
REQUEST_SECONDS = 20


@dataclass(frozen=True)
class JupyterServer:
    """A running server: `url` ends without a slash, and `root` is the folder that it shows."""

    url: str
    root: Path
    log: Path

    def write_notebook(self, name: str, cells: Sequence[str]) -> Path:
        """Write a notebook of code cells into `root`."""
        path = self.root / name
        path.write_text(json.dumps(_notebook(cells)), encoding="utf-8")
        return path

    def kernel_ids(self) -> list[str]:
        """Return the ids of the kernels that run."""
        return [kernel["id"] for kernel in self._call("GET", "/api/kernels")]

    def clear(self) -> None:
        """End every kernel and remove every notebook, so that a test leaves nothing to the next one."""
        for kernel in self.kernel_ids():
            with suppress(urllib.error.HTTPError):  # gone in the meantime
                self._call("DELETE", f"/api/kernels/{kernel}")
        for notebook in self.root.glob("*.ipynb"):
            notebook.unlink()

    def _call(self, method: str, path: str) -> Any:
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as response:
            text = response.read()
        return json.loads(text) if text else None


@contextmanager
def jupyter_server(folder: Path) -> Iterator[JupyterServer]:
    """Yield a server whose files, settings and notebooks all lie in `folder`."""
    root = folder / "notebooks"
    root.mkdir(parents=True)
    log = folder / "server.log"
    port = _free_port()
    server = JupyterServer(f"http://127.0.0.1:{port}", root, log)
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(port, root),
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that stopping it does not depend on the terminal
        )
    try:
        _wait_until_ready(server, process)
        yield server
    finally:
        with suppress(OSError):
            server.clear()
        _stop(process)


def _command(port: int, root: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={root}",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        "--ServerApp.disable_check_xsrf=True",
        "--ServerApp.allow_origin=*",  # the page that stands for VS Code comes from another port
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
        "--JupyterNotebookApp.expose_app_in_browser=True",
    ]


def _environment(folder: Path) -> dict[str, str]:
    config = folder / "config"
    settings = folder / "settings"
    # No flag removes the popup that asks whether to show news.
    _write_json(
        config / "labconfig" / "page_config.json",
        {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}},
    )
    # The theme then follows the colour scheme of the browser, which each test chooses.
    _write_json(
        settings / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings",
        {"adaptive-theme": True},
    )
    own = {
        "IPYTHONDIR": folder / "ipython",
        "JUPYTER_CONFIG_DIR": config,
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": settings,
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "MPLCONFIGDIR": folder / "matplotlib",
    }
    source = Path(__file__).parents[3] / "src"
    paths = [str(source), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        **{name: str(path) for name, path in own.items()},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join(paths),
    }


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_ready(server: JupyterServer, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        with suppress(OSError):
            server.kernel_ids()
            return
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"Jupyter did not start:\n{server.log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.2)


def _stop(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)


def _notebook(cells: Sequence[str]) -> dict[str, object]:
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{index}",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": source,
            }
            for index, source in enumerate(cells)
        ],
        "metadata": {"kernelspec": kernelspec},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
