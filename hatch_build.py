"""Build the front end when a wheel, an sdist or an editable install is made and its bundle is missing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = ("widget.js", "widget.css")
COMMANDS = (("ci", "--no-audit", "--no-fund"), ("run", "build"))


class FrontEnd(BuildHookInterface[Any]):
    """Run ``npm ci`` and ``npm run build`` in ``js/``, unless the bundle is there already.

    An sdist carries the bundle beside its sources, so that who installs from one needs no Node.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Make sure that the bundle exists and is not empty."""
        static = Path(self.root, "src", "nbgallery", "static")
        if not _missing(static):
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                f"nbgallery's front end is not built ({', '.join(_missing(static))} missing in {static}) "
                "and npm is not on the PATH: install Node.js 20 or later (https://nodejs.org), "
                "or install nbgallery from its wheel"
            )
        for arguments in COMMANDS:
            subprocess.run([npm, *arguments], cwd=Path(self.root, "js"), check=True, stdin=subprocess.DEVNULL)
        if missing := _missing(static):
            raise RuntimeError(f"npm run build left no {' and no '.join(missing)} in {static}")


def _missing(static: Path) -> list[str]:
    return [name for name in BUNDLE if not (static / name).is_file() or not (static / name).stat().st_size]
