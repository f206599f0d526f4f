/** The strip of thumbnails under the stage: the grid's tiles in a box that scrolls sideways. */

import { createPool } from "../pool";
import { atEnd, focus, h, live } from "../reactive";
import { shift } from "../selection";
import type { View } from "../view";

/** A tile's side; `nbg-strip` in the stylesheet has the same. */
const SIDE = 52;
/** From one tile to the next. */
const PITCH = 60;
/** Tiles drawn beyond either edge, so that a wheel's step shows no gap. */
const BEYOND = 3;
/** How many items before and after the shown one can be scrolled to: browsers cap the width of what scrolls. */
const REACH = 2000;
/** Steps up to this many boxes' width glide, longer ones jump. */
const GLIDE = 1.5;

export function drawStrip(view: View, ended: AbortSignal): HTMLElement {
  const { shown, store } = view;
  const { feed, selection } = store;
  const demand = `${view.id}:strip`;
  const track = h("div", { role: "listbox", "aria-label": "All items", "aria-multiselectable": "true" });
  const host = h(
    "div.nbg-strip nbg-selecting",
    {
      hidden: () => feed.count.value < 2,
      onscroll: () => schedule(),
      // A wheel turns only one way, and the strip lies across it; at its ends the page goes on.
      onwheel(event: WheelEvent) {
        const before = host.scrollLeft;
        if (event.ctrlKey || Math.abs(event.deltaX) >= Math.abs(event.deltaY)) return;
        host.scrollBy({ left: event.deltaY, behavior: "instant" });
        if (host.scrollLeft !== before) event.preventDefault();
      },
      onclick(event: MouseEvent) {
        const index = pool.indexOf(event.target);
        if (index !== undefined) view.show(index, "strip");
      },
    },
    track,
  );
  const pool = createPool(track, view);
  let frame = 0;
  let centred = false;

  const schedule = () => {
    frame ||= requestAnimationFrame(draw);
  };

  const recentre = () => {
    centred = false;
    schedule();
  };

  const draw = () => {
    frame = 0;
    const { clientWidth: width } = host;
    const count = feed.count.peek();
    const index = shown.peek();
    const base = Math.max(0, Math.floor(index / REACH - 1) * REACH);
    const end = Math.min(count, base + 3 * REACH);
    if (!centred) {
      track.style.width = `${(end - base) * PITCH - PITCH + SIDE}px`;
      const left = (index - base) * PITCH + (SIDE - width) / 2;
      const far = !pool.tiles.size || Math.abs(left - host.scrollLeft) > width * GLIDE;
      host.scrollTo({ left, behavior: far ? "instant" : "auto" });
    }
    centred = true;
    const first = base + Math.floor(host.scrollLeft / PITCH);
    const start = Math.max(base, first - BEYOND);
    const stop = Math.min(end, first + Math.ceil(width / PITCH) + BEYOND);
    const focused = pool.hasFocus();
    pool.show([start, stop], index, { count, fit: "cover", width: SIDE, height: SIDE }, (at) => ({
      x: (at - base) * PITCH,
      y: 0,
      away: at < start || at >= stop,
    }));
    pool.mark(index);
    pool.sort();
    for (const tile of pool.tiles.values()) tile.draw();
    if (focused) focus(pool.tiles.get(index)?.element);
    feed.need(demand, SIDE * devicePixelRatio, [[start, stop]]);
  };

  const resizes = new ResizeObserver(recentre);
  resizes.observe(host);
  live(() => {
    void [feed.count.value, shown.value];
    recentre();
  });
  live(() => {
    selection.value;
    schedule();
  });
  feed.subscribe((change) => {
    if (change.type !== "entries")
      pool.follow((at) => (change.type === "splice" ? shift(at, change.operations) : null), -1, null);
    schedule();
  }, ended);
  atEnd(() => {
    cancelAnimationFrame(frame);
    resizes.disconnect();
    feed.leave(demand);
  });
  return host;
}
