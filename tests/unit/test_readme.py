"""What the README shows runs, and what its tables list is there."""

from __future__ import annotations

import inspect
import re
from itertools import count
from pathlib import Path

import pytest

from nbgallery import Gallery, Item
from tests.corpus.files import photograph, saved

REPOSITORY = Path(__file__).parents[2]
README = REPOSITORY / "README.md"
MOST_IMAGE_BYTES = 300_000


@pytest.fixture(scope="module")
def readme() -> str:
    return README.read_text(encoding="utf-8")


def test_examples_run(
    readme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "photos").mkdir()
    for name in ("beach", "forest"):
        saved(tmp_path / "photos" / f"{name}.jpg", photograph(), "JPEG")
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"^```python\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    assert len(examples) >= 5
    names: dict[str, object] = {}
    numbers = count(1)
    for example in examples:
        exec(compile(example, f"README.md, example {next(numbers)}", "exec"), names)  # noqa: S102 - our own text

    assert capsys.readouterr().out.splitlines() == ["[8]", "(240, 320, 3) uint8"]
    gallery = names["gallery"]
    assert isinstance(gallery, Gallery)
    assert [item.caption for item in gallery] == ["On its head", None]
    assert gallery[1].media == Path("photos/forest.jpg")
    assert all(isinstance(item, Item) for item in gallery)
    gallery.close()


def test_first_example_is_six_lines(readme: str):
    first = re.search(r"^```python\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    assert first is not None
    assert first[1].count("\n") == 6


def test_parameters_are_all_listed_with_their_defaults(readme: str):
    section = readme.partition("\n## Parameters\n")[2].partition("\n## ")[0]
    listed: dict[str, str] = {}
    for names, defaults in re.findall(r"^\| (`[^|]+) \| ([^|]*) \|", section, re.MULTILINE):
        found = re.findall(r"`(\w+)`", names)
        listed |= dict(zip(found, defaults.strip().split(", "), strict=True))
    parameters = list(inspect.signature(Gallery).parameters.values())
    expected = {
        parameter.name: repr(parameter.default).replace("'", '"')
        for parameter in parameters
        if parameter.kind is not parameter.VAR_KEYWORD
    }
    assert listed == expected


def test_events_are_all_listed(readme: str):
    section = readme.partition("\n## Events\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert listed == {"select", "deselect", "change", "preview_open", "preview_close"}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(name: str):
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text)
    missing = [target for target in targets if "://" not in target and not (REPOSITORY / target).exists()]
    assert missing == []


def test_images_are_small(readme: str):
    images = re.findall(r"!\[[^]]+\]\(([^)]+)\)", readme)
    assert len(images) == 3
    sizes = {image: (REPOSITORY / image).stat().st_size for image in images}
    assert {image: size for image, size in sizes.items() if size > MOST_IMAGE_BYTES} == {}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_make_targets_exist(name: str):
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|HMR=1 )make ([a-z-]+)", text, re.MULTILINE))
    assert named
    assert named - targets == set()


def test_map_names_every_room():
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("\n## The rooms\n")[2]
    named = set(re.findall(r"`(\w+)`", text))
    python = {path.stem for path in (REPOSITORY / "src" / "nbgallery").glob("[!_]*.py")}
    front_end = {path.stem for path in (REPOSITORY / "js" / "src").glob("*.ts*")}
    assert (python | front_end) - named == set()
