from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from hatchling.metadata.core import ProjectMetadata
from hatchling.plugin.manager import PluginManager

import nbgallery
from hatch_build import BUNDLE, FrontEnd

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "js").mkdir()
    (tmp_path / "src" / "nbgallery").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def npm(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an npm on the PATH that notes its arguments and, asked to build, writes what `build` in it says."""
    folder = checkout / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder / "npm"


def write_npm(npm: Path, build: str) -> None:
    npm.write_text(f'#!/bin/sh\necho "$PWD $*" >> {npm.parent}/calls\nif [ "$1" = run ]; then {build}; fi\n')
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)


def hook(root: Path) -> FrontEnd:
    metadata = ProjectMetadata(str(root), PluginManager())
    return FrontEnd(str(root), {}, None, metadata, str(root / "dist"), "wheel")


def static_files(root: Path) -> list[Path]:
    return [root / "src" / "nbgallery" / "static" / name for name in BUNDLE]


def test_bundle_there_already_needs_no_npm(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    for file in static_files(checkout):
        file.parent.mkdir(exist_ok=True)
        file.write_text("x")
    hook(checkout).initialize("standard", {})


def test_missing_npm_is_said_with_the_remedy(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match=r"widget\.js, widget\.css missing .* install Node\.js 20"):
        hook(checkout).initialize("standard", {})


def test_missing_bundle_is_built_by_npm(checkout: Path, npm: Path):
    static = checkout / "src" / "nbgallery" / "static"
    write_npm(npm, f"mkdir -p {static}; echo x > {static}/widget.js; echo x > {static}/widget.css")
    hook(checkout).initialize("standard", {})
    assert all(file.stat().st_size for file in static_files(checkout))
    calls = (npm.parent / "calls").read_text().splitlines()
    assert calls == [f"{checkout}/js ci --no-audit --no-fund", f"{checkout}/js run build"]


def test_half_a_bundle_is_an_error(checkout: Path, npm: Path):
    static = checkout / "src" / "nbgallery" / "static"
    write_npm(npm, f"mkdir -p {static}; echo x > {static}/widget.js; : > {static}/widget.css")
    with pytest.raises(RuntimeError, match=r"left no widget\.css in"):
        hook(checkout).initialize("standard", {})


@pytest.fixture(scope="module")
def project() -> ProjectMetadata[PluginManager]:
    return ProjectMetadata(str(REPOSITORY), PluginManager())


def test_the_version_is_said_in_one_place(project):
    assert nbgallery.__version__ == project.version
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+)?", project.version)
    assert '"version"' not in (REPOSITORY / "js" / "package.json").read_text()


def test_at_run_time_it_needs_no_more_than_it_says(project):
    needed = {each.name: each.specifier for each in project.core.dependencies_complex.values()}
    assert set(needed) == {"anywidget", "ipython", "numpy", "pillow", "traitlets"}
    assert "0.12" not in needed["anywidget"]


def test_types_are_announced():
    assert (Path(nbgallery.__file__).parent / "py.typed").exists()
