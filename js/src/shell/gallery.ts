/** The shell: one root element a view, with header, grid, lightbox and notes in it, and the display options applied. */

import { mountGrid } from "../grid";
import { fullscreenAllowed } from "../host";
import { gridCommand } from "../keys";
import { mountLightbox } from "../lightbox/lightbox";
import { drawn, h, live } from "../reactive";
import { untracked } from "../signals";
import type { View } from "../view";
import { type Actions, createActions } from "./actions";
import { iconButton } from "./icons";
import { drawNotes, drawOverlay } from "./notes";
import { drawToolbar } from "./toolbar";

export function mountGallery(el: HTMLElement, view: View): void {
  if (view.signal.aborted) return;
  const [root, end] = drawn(() => drawGallery(el, view));
  el.append(root);
  view.signal.addEventListener("abort", () => {
    end();
    root.remove();
  });
}

function drawGallery(el: HTMLElement, view: View): HTMLElement {
  const { options } = view.store;
  const isDrawn = () => options._rendered.value && options.visible.value !== false;
  const root: HTMLElement = h("div", {
    class: () =>
      ["nbg-root", options.container.value && "nbg-contained", ...options.elem_classes.value]
        .filter(Boolean)
        .join(" "),
    id: () => options.elem_id.value,
    role: "group",
    "aria-label": () => options.label.value || "Gallery",
    // JupyterLab: command-mode keys (D D deletes the cell) and its context menu.
    "data-lm-suppress-shortcuts": "true",
    "data-jp-suppress-context-menu": true,
    hidden: () => !isDrawn(),
    style: () => options.visible.value === "hidden" && "visibility:hidden",
    // JupyterLab zooms an <img> that is clicked twice.
    ondblclick: (event: Event) => event.stopPropagation(),
    onkeydown: (event: KeyboardEvent) => pressed(event, actions),
  });
  // JupyterLab and Notebook ask the focused element itself before they ask its ancestors.
  root.addEventListener(
    "focusin",
    ({ target }) => (target as Element).setAttribute("data-lm-suppress-shortcuts", "true"),
    { signal: view.signal },
  );
  const actions = createActions(view, root);
  // Size through custom properties and classes, not inline styles: those belong to ipywidgets' `layout`, which must win.
  el.classList.add("nbg-host");
  live(() => {
    const { style } = el;
    el.classList.toggle("nbg-absent", !isDrawn());
    style.setProperty("--nbg-least", `${options.min_width.value}px`);
    style.setProperty("--nbg-scale", `${options.scale.value ?? ""}`);
  });
  // Nothing is built, and nothing asked for, before it is first seen; after that it is only hidden.
  let begun = false;
  live(() => {
    if (begun || !isDrawn()) return;
    begun = true;
    const [parts, end] = untracked(() => drawn(() => drawParts(view, actions)));
    root.append(...parts);
    view.signal.addEventListener("abort", end);
  });
  return root;
}

function drawParts(view: View, actions: Actions): HTMLElement[] {
  const grid = h("div", {});
  const body = h("div", { class: "nbg-body" }, grid);
  const overlay = drawOverlay(actions, view);
  mountGrid(grid, view);
  mountLightbox(view, actions, { body, grid, overlay });
  return [drawHeader(view, actions), ...drawNotes(view), body, overlay];
}

function drawHeader(view: View, actions: Actions): HTMLElement {
  const { options, feed, selection } = view.store;
  const label = () => (options.show_label.value === false ? "" : (options.label.value ?? "Gallery"));
  const selected = () => selection.value.size;
  const count = () => {
    const all = `${feed.count.value.toLocaleString()} item${feed.count.value === 1 ? "" : "s"}`;
    return selected() ? `${selected().toLocaleString()} of ${all} selected` : all;
  };
  return h(
    "div",
    { class: "nbg-header", hidden: () => !label() && !options._buttons.value.length },
    h("span", { class: "nbg-label", title: label }, () => [label()]),
    h("span", { class: () => `nbg-count ${selected() ? "" : "nbg-spare"}` }, () => [count()]),
    iconButton("close", "Clear the selection", view.clearSelection, { hidden: () => !selected() }),
    drawToolbar(view, actions),
  );
}

/** Keys that mean the same wherever the focus is. */
function pressed(event: KeyboardEvent, { help, toggleFullscreen }: Actions): void {
  const name = gridCommand(event)?.name;
  if (name === "help") help.value = !help.peek();
  else if (name === "fullscreen" && fullscreenAllowed()) toggleFullscreen();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
