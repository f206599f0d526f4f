"""A peer in a process of its own, so that what it imports and keeps is nobody else's burden."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

REPOSITORY = Path(__file__).parents[3]

#: No peer reaches the network.
_OFFLINE = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1"}


class Peer:
    """A running module of this folder, asked over its standard input.

    Parameters
    ----------
    module
        Its name.
    environment
        Variables that it needs.
    """

    def __init__(self, module: str, **environment: str) -> None:
        source = os.pathsep.join([str(REPOSITORY / "src"), str(REPOSITORY)])
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.benchmarks.peers.{module}"],
            cwd=REPOSITORY,
            env={**os.environ, **_OFFLINE, "PYTHONPATH": source, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Peer:  # noqa: PYI034 - Self is not in Python 3.10
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask(self, **request: object) -> Any:
        """Send a request, and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the peer ended with {self._process.wait(10)}")
        return json.loads(line)


def answer(handle: Callable[..., object]) -> None:
    """Answer requests until there are no more; for the peer's side."""
    # What a library prints is no answer.
    out, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        out.write(json.dumps(handle(**json.loads(line))) + "\n")
        out.flush()
