"""Drawing an iterator up to its end."""

from __future__ import annotations

import types

import IPython
import IPython.display
import ipywidgets
import pytest

from nbgallery import iterators
from nbgallery.iterators import exhaust


class Shown:
    """What was displayed, and what became of it."""

    def __init__(self):
        self.widgets = []
        self.updates = []
        self.values = []

    def display(self, widget, *, display_id):
        assert display_id is True
        self.widgets.append(widget)
        widget.observe(lambda change: self.values.append((change.new, widget.max)), "value")
        return types.SimpleNamespace(update=lambda data, raw: self.updates.append((data, raw)))


@pytest.fixture
def notebook(monkeypatch):
    shown = Shown()
    monkeypatch.setattr(IPython, "get_ipython", lambda: types.SimpleNamespace(kernel=object()))
    monkeypatch.setattr(IPython.display, "display", shown.display)
    monkeypatch.setattr(iterators, "DELAY_SECONDS", 0)
    monkeypatch.setattr(iterators, "INTERVAL_SECONDS", 0)
    return shown


def gone(shown):
    assert len(shown.widgets) == 1
    assert shown.widgets[0].comm is None
    assert shown.updates == [({"text/plain": ""}, True)]
    return True


def test_lists_what_comes():
    assert exhaust(iter("abc")) == ["a", "b", "c"]
    assert exhaust(()) == []


def test_shows_nothing_outside_a_notebook(monkeypatch):
    monkeypatch.setattr(iterators, "DELAY_SECONDS", 0)
    monkeypatch.setattr(ipywidgets, "IntProgress", None)
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert exhaust(iter("abc")) == ["a", "b", "c"]
    monkeypatch.setattr(IPython, "get_ipython", types.SimpleNamespace)
    assert exhaust(iter("abc")) == ["a", "b", "c"]


def test_a_bar_fills_and_goes(notebook):
    assert exhaust(iter(range(3))) == [0, 1, 2]
    assert notebook.values == [(1, 3), (2, 3), (3, 3)]
    assert gone(notebook)


def test_a_bar_of_unknown_length_never_fills(notebook):
    assert exhaust(i for i in range(3)) == [0, 1, 2]
    assert [value for value, _ in notebook.values] == [1, 2, 3]
    assert all(value < maximum for value, maximum in notebook.values)
    assert gone(notebook)


def test_the_bar_goes_when_the_iterator_fails(notebook):
    def broken():
        yield 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exhaust(broken())
    assert gone(notebook)


def test_what_is_quick_shows_no_bar(notebook, monkeypatch):
    monkeypatch.setattr(iterators, "DELAY_SECONDS", 60)
    assert exhaust(iter("abc")) == ["a", "b", "c"]
    assert notebook.widgets == []
