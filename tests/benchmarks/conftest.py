"""Benchmarks run in the hosts of the browser tests."""

from __future__ import annotations

from tests.browser.conftest import browser, jupyter, notebook, pytest_runtest_makereport

__all__ = ["browser", "jupyter", "notebook", "pytest_runtest_makereport"]
