"""Start JupyterLab on the quickstart and print its address: what ``make demo`` runs.

Arguments are handed on to JupyterLab, such as ``--ServerApp.port=9000`` or ``--no-browser``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from jupyterlab.labapp import LabApp

NOTEBOOKS = Path(__file__).resolve().parent
DISPLAYS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
ANNOUNCEMENTS = "@jupyterlab/apputils-extension:announcements"


def without_announcements(_handler: object, page_config: dict[str, Any]) -> dict[str, Any]:
    """Let JupyterLab not ask in a popup whether to fetch news: the demo needs no network."""
    disabled = page_config.setdefault("disabledExtensions", [])
    if ANNOUNCEMENTS not in disabled:
        disabled.append(ANNOUNCEMENTS)
    return page_config


def options() -> list[str]:
    """Give what JupyterLab is started with."""
    chosen = [
        f"--ServerApp.root_dir={NOTEBOOKS}",
        "--LabApp.default_url=/lab/tree/quickstart.ipynb",
        "--LabApp.extension_manager=readonly",  # the other one asks PyPI
        "--ServerApp.answer_yes=True",  # one Ctrl+C is enough
        "--Application.log_level=WARN",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        chosen.append("--allow-root")
    if sys.platform == "linux" and not any(map(os.environ.get, DISPLAYS)):
        # A browser for the terminal would take it over, and cannot show the notebook.
        chosen.append("--no-browser")
    return chosen


def main() -> None:
    """Serve until Ctrl+C."""
    server = LabApp.initialize_server(argv=[*options(), *sys.argv[1:]])
    server.web_app.settings["page_config_hook"] = without_announcements

    def announce() -> None:
        print("The quickstart is at", server.local_url, "Ctrl+C ends it.", sep="\n", flush=True)

    # Behind the server's own callback, which opens its sockets and so settles the port.
    server.io_loop.add_callback(announce)
    # JupyterLab would say it once more, in four lines.
    server.log.addFilter(lambda record: "copy and paste one of these URLs" not in record.getMessage())
    server.start()


if __name__ == "__main__":
    main()
