"""Where the figures were measured: the machine, and the versions of all that took part."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nbgallery

PACKAGES = (
    "anywidget",
    "jupyterlab",
    "ipykernel",
    "ipywidgets",
    "numpy",
    "pillow",
    "gradio",
    "ipyplot",
)


def describe(chromium: str) -> dict[str, object]:
    """Return what a reader has to know to compare figures."""
    return {
        "machine": platform.platform(),
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        "nbgallery": nbgallery.__version__,
        "chromium": chromium,
        **{name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()
