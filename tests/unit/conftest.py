"""What the tests of a whole gallery need: a browser's end of its comm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import comm
import pytest

from nbgallery import Gallery, pages
from nbgallery.pages import Pages
from tests.unit.doubles import PATIENCE, FakeComm


@pytest.fixture
def comms(monkeypatch: pytest.MonkeyPatch) -> list[FakeComm]:
    """Catch what every widget made in the test sends."""
    made: list[FakeComm] = []

    def create_comm(**opening: Any) -> FakeComm:
        made.append(FakeComm(**opening))
        return made[-1]

    monkeypatch.setattr(comm, "create_comm", create_comm)
    return made


@pytest.fixture
def gallery(comms: list[FakeComm], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Gallery]]:
    """Make galleries that are closed in the end; on a busy machine too, their first screen is whole."""
    monkeypatch.setattr(Pages.first, "__defaults__", (PATIENCE,))
    monkeypatch.setattr(pages, "_UNHEARD_SECONDS", 1000 * PATIENCE)
    comms.clear()
    made: list[Gallery] = []

    def make(*given: Any, **options: Any) -> Gallery:
        made.append(Gallery(*given, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
