"""Build the wheel and the sdist, and check that what a person installs is whole (``make wheel-check``).

A wheel without its stylesheet passes every test that runs in the repository; only installing it shows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
DIST = REPOSITORY / "dist"
BUNDLE = ("nbgallery/static/widget.js", "nbgallery/static/widget.css")
STEP_SECONDS = 240

IN_AN_EMPTY_VENV = """
import importlib.metadata, importlib.resources
import nbgallery

static = importlib.resources.files("nbgallery") / "static"
sizes = {name: len((static / name).read_bytes()) for name in ("widget.js", "widget.css")}
assert all(sizes.values()), sizes
assert importlib.metadata.version("nbgallery") == nbgallery.__version__
gallery = nbgallery.Gallery([])
for name, sent in (("widget.js", gallery._esm), ("widget.css", gallery._css)):
    assert str(sent) == (static / name).read_text(encoding="utf-8"), f"the widget sends another {name}"
gallery.close()
print("installed", nbgallery.__version__, "from", nbgallery.__file__, sizes)
"""


def main() -> None:
    """Build, look inside, install, import."""
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "build", "--no-isolation", "--sdist", "--wheel", "--outdir", DIST, REPOSITORY)
    wheel, sdist = only(DIST, "*.whl"), only(DIST, "*.tar.gz")
    check_wheel(wheel)
    check_sdist(sdist)
    with tempfile.TemporaryDirectory(prefix="nbgallery-") as name:
        folder = Path(name)
        check_wheel_of_sdist(sdist, wheel, folder / "from-sdist")
        check_install(wheel, folder / "venv", folder)


def check_wheel(wheel: Path) -> None:
    """The bundle and the type marker are in it; tests and sources of the bundle are not."""
    with zipfile.ZipFile(wheel) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    require(all(sizes.get(name) for name in BUNDLE), f"{wheel.name} lacks its bundle: {sorted(sizes)}")
    require("nbgallery/py.typed" in sizes, f"{wheel.name} lacks py.typed")
    tops = {name.split("/")[0] for name in sizes}
    strangers = {top for top in tops if top != "nbgallery" and not top.endswith(".dist-info")}
    require(not strangers, f"{wheel.name} holds {strangers}")


def check_sdist(sdist: Path) -> None:
    """The bundle is in it, beside all that it is built from."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {f"src/{name}" for name in BUNDLE} | {"js/package-lock.json", "js/build.mjs", "js/src/widget.ts"}
    require(wanted <= names, f"{sdist.name} lacks {wanted - names}")
    strangers = {name for name in names if "node_modules" in name or name.startswith(".venv")}
    require(not strangers, f"{sdist.name} holds {sorted(strangers)[:3]} …")


def check_wheel_of_sdist(sdist: Path, wheel: Path, folder: Path) -> None:
    """Who installs from the sdist gets the same files, without Node."""
    bare = {**os.environ, "PATH": str(Path(sys.executable).parent)}
    require(shutil.which("npm", path=bare["PATH"]) is None, f"npm lies in {bare['PATH']}: this check is void")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    run(*pip, "--wheel-dir", folder, sdist, env=bare)
    again = only(folder, "*.whl")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        contents = [
            {name: archive.read(name) for name in archive.namelist() if name.startswith("nbgallery/")}
            for archive in (one, other)
        ]
    require(contents[0] == contents[1], "the wheel of the sdist differs from that of the repository")


def check_install(wheel: Path, environment: Path, folder: Path) -> None:
    """It imports, and finds its bundle, where nothing else is installed."""
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", wheel)
    run(python, "-I", "-c", IN_AN_EMPTY_VENV, cwd=folder)


def run(*command: str | Path, env: dict[str, str] | None = None, cwd: Path = REPOSITORY) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True, env=env, cwd=cwd, stdin=subprocess.DEVNULL, timeout=STEP_SECONDS)


def only(folder: Path, pattern: str) -> Path:
    """Return the one file that matches."""
    found = list(folder.glob(pattern))
    require(len(found) == 1, f"expected one {pattern} in {folder}, found {found}")
    return found[0]


def require(condition: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence
    """End with a message unless the condition holds."""
    if not condition:
        sys.exit(message)


if __name__ == "__main__":
    main()
