/** The shell: one root element a view, with header, grid, lightbox and notes in it, and the display options applied. */

import { effect } from "@preact/signals-core";
import { createRef, render, type VNode } from "preact";
import { mountGrid } from "../grid";
import { fullscreenAllowed } from "../host";
import { gridCommand } from "../keys";
import { Lightbox } from "../lightbox/lightbox";
import { Reactive, reactive } from "../reactive";
import type { View } from "../view";
import { Actions } from "./actions";
import { IconButton } from "./icons";
import { Help, Jobs, LiveRegion, Notes, Toast } from "./notes";
import { Toolbar } from "./toolbar";

export function mountGallery(el: HTMLElement, view: View): void {
  const { signal } = view;
  if (signal.aborted) return;
  const root = document.createElement("div");
  root.className = "nbg-root";
  root.setAttribute("role", "group");
  // JupyterLab: command-mode keys (D D deletes the cell) and its context menu.
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  root.setAttribute("data-jp-suppress-context-menu", "");
  // JupyterLab zooms an <img> that is clicked twice.
  root.addEventListener("dblclick", (event) => event.stopPropagation(), { signal });
  const actions = new Actions(view, root);
  root.addEventListener("keydown", (event) => pressed(event, actions), { signal });
  el.append(root);
  const stop = effect(() => applyOptions(el, root, view));
  render(<Gallery actions={actions} />, root);
  signal.addEventListener("abort", () => {
    stop();
    render(null, root);
    root.remove();
  });
}

/** Keys that mean the same wherever the focus is. */
function pressed(event: KeyboardEvent, actions: Actions): void {
  const name = gridCommand(event)?.name;
  if (name !== "help" && name !== "fullscreen") return;
  event.preventDefault();
  event.stopPropagation();
  if (name === "help") actions.help.value = !actions.help.peek();
  else if (fullscreenAllowed()) actions.toggleFullscreen();
}

/**
 * The options that concern the element as a whole. Size goes through custom properties and classes, not inline styles: those
 * belong to ipywidgets' `layout`, which must win.
 */
function applyOptions(el: HTMLElement, root: HTMLElement, view: View): () => void {
  const { options } = view.store;
  const scale = options.scale.value;
  const classes = options.elem_classes.value.flatMap((name) => name.split(/\s+/)).filter(Boolean);
  const drawn = isDrawn(view);
  el.classList.add("nbg-host");
  el.classList.toggle("nbg-absent", !drawn);
  el.style.setProperty("--nbg-least", `${options.min_width.value}px`);
  if (scale === null) el.style.removeProperty("--nbg-scale");
  else el.style.setProperty("--nbg-scale", String(scale));
  root.hidden = !drawn;
  root.style.visibility = options.visible.value === "hidden" ? "hidden" : "";
  root.classList.toggle("nbg-contained", options.container.value);
  root.ariaLabel = options.label.value || "Gallery";
  root.id = options.elem_id.value ?? "";
  if (!root.id) root.removeAttribute("id");
  root.classList.add(...classes);
  return () => root.classList.remove(...classes.filter((name) => !name.startsWith("nbg-")));
}

function isDrawn(view: View): boolean {
  const { _rendered, visible } = view.store.options;
  return _rendered.value && visible.value !== false;
}

class Gallery extends Reactive<{ readonly actions: Actions }> {
  readonly #host = createRef<HTMLDivElement>();
  #mounted = false;

  override componentDidMount(): void {
    this.#mountGrid();
  }

  override componentDidUpdate(): void {
    this.#mountGrid();
  }

  override draw(): VNode | null {
    const { actions } = this.props;
    const { view } = actions;
    // Nothing is built, and nothing asked for, before it is first seen; after that it is only hidden.
    if (!this.#mounted && !isDrawn(view)) return null;
    const open = view.lightbox.value;
    return (
      <>
        <Header actions={actions} />
        <Notes actions={actions} />
        <Jobs actions={actions} />
        <div class={`nbg-body ${open === "inline" ? "nbg-covered" : ""}`}>
          <div class="nbg-grid-host" ref={this.#host} />
          <Lightbox actions={actions} covered={this.#host} />
        </div>
        <LiveRegion actions={actions} />
        {actions.modal.value === null && (
          <>
            <Toast actions={actions} />
            <Help actions={actions} />
          </>
        )}
      </>
    );
  }

  #mountGrid(): void {
    const host = this.#host.current;
    if (this.#mounted || host === null) return;
    this.#mounted = true;
    mountGrid(host, this.props.actions.view);
  }
}

const Header = reactive<{ readonly actions: Actions }>(({ actions }) => {
  const { view } = actions;
  const { options, feed, selection } = view.store;
  const label = options.show_label.value === false ? "" : (options.label.value ?? "Gallery");
  if (label === "" && options._buttons.value.length === 0) return null;
  const count = feed.count.value;
  const selected = selection.value.size;
  return (
    <div class="nbg-header">
      <span class="nbg-label" title={label}>
        {label}
      </span>
      <span class="nbg-count">
        {selected > 0 ? `${selected.toLocaleString()} of ${items(count)} selected` : items(count)}
        {selected > 0 && (
          <IconButton icon="close" label="Clear the selection" onClick={() => view.clearSelection()} />
        )}
      </span>
      <Toolbar actions={actions} />
    </div>
  );
});

function items(count: number): string {
  return count === 1 ? "1 item" : `${count.toLocaleString()} items`;
}
