"""A gradio app with a gallery, and a button for each number of items."""

from __future__ import annotations

from pathlib import Path

import gradio

from tests.benchmarks.peers.process import answer


def start(listing: str, sizes: list[int]) -> dict[str, str]:
    """Launch it on this machine; return its address. It ends with the process."""
    paths = Path(listing).read_text(encoding="utf-8").splitlines()
    with gradio.Blocks() as demo:
        buttons = {size: gradio.Button(f"show {size}") for size in sizes}
        gallery = gradio.Gallery(columns=4, height=560)
        for size, button in buttons.items():
            button.click(lambda size=size: paths[:size], outputs=gallery)
        gradio.Button("clear").click(lambda: None, outputs=gallery)
    _, address, _ = demo.launch(
        server_name="127.0.0.1",
        prevent_thread_lock=True,
        quiet=True,
        allowed_paths=[str(Path(paths[0]).parents[1])],
    )
    return {"address": address}


if __name__ == "__main__":
    answer(start)
