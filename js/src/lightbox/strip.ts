/** The strip of thumbnails under the stage: the grid's tiles in a box that scrolls sideways. */

import { clampTop, layOut, PAD, ScrollMap, topOf, visible } from "../layout";
import { createPool } from "../pool";
import { shift } from "../selection";
import { effect } from "../signals";
import type { View } from "../view";

/** A tile's side; `nbg-strip` in the stylesheet has the same. */
const SIDE = 52;
/** Tiles drawn beyond either edge, so that a wheel's step shows no gap. */
const BEYOND = 3;
/** Steps up to this many boxes' width glide, longer ones jump. */
const GLIDE = 1.5;

export function mountStrip(host: HTMLElement, view: View, ended: AbortSignal): void {
  const { shown, store, lightbox } = view;
  const { feed, selection } = store;
  const demand = `${view.id}:strip`;
  const track = document.createElement("div");
  track.role = "listbox";
  track.ariaLabel = "All items";
  track.ariaMultiSelectable = "true";
  host.append(track);
  // The tiles live as long as the strip does.
  const pool = createPool(track, { ...view, signal: ended }, () => undefined);

  /** A grid of one column, lying on its side. */
  const arranged = () =>
    layOut({
      count: feed.count.peek(),
      columns: [1],
      rows: null,
      fitColumns: false,
      lines: 0,
      outerWidth: 0,
      width: SIDE + 2 * PAD,
      height: Math.max(host.clientWidth, SIDE + 2 * PAD),
    });
  let layout = arranged();
  let look = { count: 0, fit: "cover" as const, width: SIDE, height: SIDE };
  let frame = 0;
  let centred = false;
  const map = new ScrollMap(layout);

  const schedule = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (lightbox.peek() === "closed" || !host.clientWidth) return;
      if (!centred) centre();
      draw();
    });
  };

  /** Bring the shown item into the middle, or as near as the ends let it. */
  const centre = () => {
    const first = !pool.tiles.size;
    centred = true;
    layout = arranged();
    look = { ...look, count: layout.count };
    map.resize(layout);
    track.style.width = `${layout.height}px`;
    const top = clampTop(layout, topOf(layout, shown.peek()) + (SIDE - layout.viewport) / 2);
    const by = top - map.top;
    const left = host.scrollLeft + by;
    const near =
      Math.abs(by) < layout.viewport * GLIDE && left >= 0 && left <= layout.height - layout.viewport;
    if (near && !first && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
      host.scrollTo({ left, behavior: "smooth" });
    } else {
      host.scrollLeft = map.rest(top);
      map.settled(host.scrollLeft, top);
    }
  };

  const draw = () => {
    const [start, stop] = visible(layout, map.top, BEYOND);
    const index = shown.peek();
    const { activeElement } = host.getRootNode() as Document | ShadowRoot;
    const focused = track.contains(activeElement);
    pool.show([start, stop], index, look, (at) => ({
      x: Math.max(-SIDE, Math.min(topOf(layout, at) - map.offset, layout.height)),
      y: 0,
      away: at < start || at >= stop,
    }));
    pool.mark(index);
    pool.sort();
    for (const tile of pool.tiles.values()) tile.draw();
    if (focused) pool.tiles.get(index)?.element.focus({ preventScroll: true });
    feed.need(demand, SIDE * devicePixelRatio, [visible(layout, map.top)]);
  };

  const listen = <K extends "scroll" | "wheel" | "click">(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
  ) => host.addEventListener(type, listener, { signal: ended, passive: type === "scroll" });
  listen("scroll", () => {
    map.moved(host.scrollLeft);
    schedule();
  });
  // A wheel turns only one way, and the strip lies across it.
  listen("wheel", (event) => {
    const { deltaX, deltaY, deltaMode, ctrlKey } = event;
    if (ctrlKey || Math.abs(deltaX) >= Math.abs(deltaY) || host.scrollWidth <= host.clientWidth) return;
    event.preventDefault();
    host.scrollLeft += deltaY * (deltaMode ? SIDE : 1);
  });
  listen("click", (event) => {
    const index = pool.indexOf(event.target);
    if (index !== undefined) view.show(index, "strip");
  });
  const recentre = () => {
    centred = false;
    schedule();
  };
  const resizes = new ResizeObserver(recentre);
  resizes.observe(host);
  const stops = [
    effect(() => {
      void [feed.count.value, shown.value];
      recentre();
    }),
    selection.subscribe(schedule),
  ];
  feed.subscribe((change) => {
    if (change.type !== "entries") {
      const operations = change.type === "splice" ? change.operations : ([{ op: "reset" }] as const);
      pool.follow((index) => shift(index, operations), -1, null);
    }
    schedule();
  }, ended);
  ended.addEventListener("abort", () => {
    cancelAnimationFrame(frame);
    resizes.disconnect();
    for (const stop of stops) stop();
    feed.leave(demand);
  });
}
