/** The shell: one root element a view, with header, grid, lightbox and notes in it, and the display options applied. */

import { mountGrid } from "../grid";
import { gridCommand } from "../keys";
import { mountLightbox } from "../lightbox/lightbox";
import { atEnd, drawn, h, live } from "../reactive";
import type { View } from "../view";
import { type Actions, createActions } from "./actions";
import { iconButton } from "./icons";
import { drawOverlay } from "./notes";
import { createSearch, drawFound, type Search } from "./search";
import { drawTools, labelOf } from "./toolbar";

export function mountGallery(el: HTMLElement, view: View): void {
  if (view.signal.aborted) return;
  view.signal.addEventListener(
    "abort",
    drawn(() => drawGallery(el, view)),
  );
}

function drawGallery(el: HTMLElement, view: View): void {
  const { options } = view.store;
  const isDrawn = () => options._rendered.value && options.visible.value !== false;
  const root: HTMLElement = h("div", {
    class: () =>
      `nbg-root ${options.container.value ? "nbg-contained" : ""} ${options.elem_classes.value.join(" ")}`,
    id: () => options.elem_id.value,
    // JupyterLab's own takes the place of the browser's, which saves and copies pictures.
    "data-jp-suppress-context-menu": true,
    hidden: () => !isDrawn(),
    style: () => options.visible.value === "hidden" && "visibility:hidden",
    // JupyterLab zooms an <img> that is clicked twice.
    ondblclick: (event: Event) => event.stopPropagation(),
    onkeydown: (event: KeyboardEvent) => pressed(event, view, actions, search.open),
  });
  // JupyterLab's shortcuts (D D deletes the cell): it asks the focused element itself before it asks its ancestors.
  root.addEventListener("focusin", ({ target }) =>
    (target as Element).setAttribute("data-lm-suppress-shortcuts", "true"),
  );
  const actions = createActions(view, root);
  const search = createSearch(view);
  // Size through custom properties and classes, not inline styles: those belong to ipywidgets' `layout`, which must win.
  el.classList.add("nbg-host");
  live(() => {
    el.style.setProperty("--nbg-least", `${options.min_width.value}px`);
    el.style.setProperty("--nbg-scale", `${options.scale.value ?? ""}`);
  });
  const grid = h("div");
  const body = h("div.nbg-body", {}, grid);
  const overlay = drawOverlay(view, actions);
  root.append(drawHeader(view, actions, search), body, overlay);
  el.append(root);
  mountGrid(grid, view);
  mountLightbox(view, actions, { body, grid, overlay }, isDrawn);
  atEnd(() => root.remove());
}

function drawHeader(view: View, actions: Actions, search: Search): HTMLElement {
  const { options, feed, selection } = view.store;
  const label = () => labelOf(view);
  const selected = () => selection.value.size;
  const count = () => {
    const all = `${feed.count.value.toLocaleString()} item${feed.count.value === 1 ? "" : "s"}`;
    if (!selected()) return drawFound(view) || all;
    // How many there are is left out where there is no room.
    return [`${selected().toLocaleString()} `, h("span", {}, `of ${all} `), "selected"];
  };
  return h(
    "div.nbg-header",
    { hidden: () => !label() && !options._buttons.value.length && !search.isOpen() },
    h("span.nbg-label", { title: label }, label),
    h("span.nbg-count", {}, count),
    iconButton("close", "Clear the selection", view.clearSelection, { hidden: () => !selected() }),
    ...search.elements,
    drawTools(view, actions),
  );
}

/** Keys that mean the same wherever the focus is. */
function pressed(
  event: KeyboardEvent,
  { lightbox }: View,
  { help, goTo, toggleFullscreen }: Actions,
  search: () => void,
): void {
  const name = gridCommand(event)?.name;
  if (name === "help") help.value = !help.peek();
  else if (name === "goTo") goTo.value = true;
  else if (name === "search" && lightbox.peek() === "closed") search();
  else if (name === "fullscreen" && document.fullscreenEnabled) toggleFullscreen();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
