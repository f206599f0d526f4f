/**
 * The grid: draws the tiles that are seen, tells the feed what is needed, and turns what a hand does into the view's
 * actions. Its own scroll box is all that it ever moves.
 */

import { gridCommand } from "./keys";
import { cell, clamp, leftOf, PAD, stepped, topOf, visible } from "./layout";
import { createPool } from "./pool";
import { createPosters } from "./poster";
import { type Press, presses } from "./press";
import { atEnd, focus, h, live } from "./reactive";
import { createPace, createScrubber, PAUSE_MS } from "./scrubber";
import { shift } from "./selection";
import { createSurface } from "./surface";
import type { View } from "./view";

/** Rows kept beyond each edge, so that a turn of the wheel finds them there; given up when tiles are tiny. */
const OVERSCAN = 1;
const MOST_TILES = 150;
/** An object URL costs most of a millisecond: pictures beyond this share of a frame wait for the next one. */
const PICTURES_MS = 8;
const REST_MS = 150;

/** To be called while something is `drawn`: its end is the grid's. */
export function mountGrid(host: HTMLElement, view: View): void {
  const { signal, store, active } = view;
  const { feed, options, selection, selectedIndex } = store;
  let onScreen = false;
  let request = 0;
  let lastTop = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;
  /** Where going up or down has led, and the column that it keeps to: short rows do not change that. */
  let arrived = -1;
  let column = 0;
  /** Another list has come, and what the kernel says of it is still coming. */
  let fresh = false;
  let asking: ReturnType<typeof setTimeout> | undefined;
  const list = h("div.nbg-tiles", {
    role: "listbox",
    "aria-multiselectable": "true",
    "aria-label": () => options.label.value || "Gallery",
    onkeydown,
    ...presses(pressed),
  });
  const pool = createPool(list, view);
  const surface = createSurface(host, list, view, schedule);
  const { map, empty, seen, within, reveal } = surface;
  const isFast = createPace();
  const scrubber = createScrubber(list, surface.layout, labelAt, surface.jump);
  const posters = createPosters(view, (index, video) => pool.tiles.get(index)?.showFrame(video), wantPosters);
  const current = () => within(active.peek());

  function schedule(): void {
    request ||= requestAnimationFrame(draw);
  }

  /** Bring the tiles to where the scroll box is. */
  function draw(): void {
    cancelAnimationFrame(request);
    request = 0;
    const layout = surface.layout();
    const look = surface.look();
    const { top, offset } = map;
    let [start, stop] = seen(OVERSCAN);
    if (stop - start > MOST_TILES) [start, stop] = seen();
    pool.show([start, stop], current(), look, (index) => {
      // The active tile waits unseen where the scroll box is: when Tab leads to it, the browser has no reason to scroll
      // the page, and in a list too high for the browser there may be no other place for it.
      const away = index < start || index >= stop;
      return { x: leftOf(layout, index), y: (away ? top + PAD : topOf(layout, index)) - offset, away };
    });
    surface.drawHeadings();
    list.classList.toggle("nbg-selecting", selection.peek().size > 0);
    pool.mark(current());
    // Nobody sees a picture that the next frame takes away.
    const end = performance.now() + (Math.abs(top - lastTop) > layout.viewport ? 0 : PICTURES_MS);
    lastTop = top;
    for (const tile of pool.tiles.values()) {
      if (performance.now() < end) tile.draw();
      else schedule();
    }
    const fast = isFast(top, layout.viewport, performance.now());
    scrubber(top, fast);
    clearTimeout(asking);
    // What passes is not asked for.
    if (fast) asking = setTimeout(ask, PAUSE_MS);
    else ask();
    clearTimeout(rest);
    rest = setTimeout(settle, REST_MS);
  }

  function ask(): void {
    const look = surface.look();
    const wanting = onScreen && options.visible.peek() === true;
    // A thumbnail is measured by its longer side, of which a tile that is covered shows but a part: of most photographs, two
    // thirds.
    const cropped = look.fit === "cover" ? 1.5 : 1;
    const pixels = Math.max(look.width, look.height) * devicePixelRatio * cropped;
    feed.need(view.id, pixels, wanting ? surface.wanted() : []);
  }

  /** The number of the first item of which most is seen; a heading names its group. */
  function labelAt(top: number): string {
    const layout = surface.layout();
    const [first] = visible(layout, top + layout.picture / 2);
    return (first + 1).toLocaleString();
  }

  /** What would cost too much, or disturb, while everything moves. */
  function settle(): void {
    fresh = false;
    surface.settle();
    pool.sort();
    wantPosters();
  }

  function wantPosters(): void {
    const [start, stop] = onScreen ? seen() : [0, 0];
    const blank = [...pool.tiles.values()].filter(({ element }) =>
      element.matches("[data-kind=video]:not([data-drawn])"),
    );
    posters.want(blank.map(({ index }) => index).filter((index) => index >= start && index < stop));
  }

  feed.subscribe((change) => {
    if (change.type === "entries") {
      surface.makeRoom();
      if (change.indices.some((index) => pool.tiles.has(index))) schedule();
      return;
    }
    const moved = (index: number) => (change.type === "splice" ? shift(index, change.operations) : null);
    const count = feed.count.peek();
    const before = current();
    fresh ||= change.type === "reset";
    const now = change.type === "reset" ? 0 : clamp(moved(before) ?? before, 0, count - 1);
    const focused = pool.hasFocus() || host.querySelector(".nbg-empty:focus, .nbg-empty :focus");
    posters.follow(moved);
    pool.follow(moved, before, count ? now : null);
    active.value = now;
    surface.follow(change.type === "splice" ? moved : null);
    if (!focused) return;
    draw();
    focus(pool.tiles.get(now)?.element ?? empty);
  }, signal);

  view.focusTile = (index, middle) => {
    active.value = within(index);
    reveal(current(), middle);
    draw();
    focus(pool.tiles.get(current())?.element ?? empty);
  };

  function onkeydown(event: KeyboardEvent): void {
    const command = gridCommand(event);
    const index = current();
    switch (command?.name) {
      case "move": {
        const layout = surface.layout();
        if (index !== arrived) column = cell(layout, index)[2];
        const to = stepped(layout, index, command.step, column);
        // ArrowUp, PageDown …
        arrived = /[UD]/.test(command.step) ? to : -1;
        if (command.extend) view.extend(to);
        else view.anchor = to;
        view.focusTile(to);
        break;
      }
      case "open":
        view.activate(index, "grid");
        break;
      case "toggle":
        view.toggle(index);
        break;
      case "selectAll":
        view.selectAll();
        break;
      case "escape":
        if (selection.peek().size) view.clearSelection();
        else pool.tiles.get(index)?.element.blur();
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  function pressed(target: EventTarget | null, press: Press, touch: boolean): void {
    const index = pool.indexOf(target);
    if (index === undefined) return;
    active.value = index;
    if (press === "extend") view.extend(index);
    else if (press === "toggle" || (touch && selection.peek().size)) view.toggle(index);
    else view.activate(index, "grid");
  }

  list.addEventListener("focusin", ({ target }) => {
    active.value = pool.indexOf(target) ?? 0;
    // Tab leads to the active tile wherever it has been scrolled to; a click on a tile half seen moves nothing.
    if (!(target as Element).matches(".nbg-away, :focus-visible")) return;
    reveal(current());
    draw();
  });

  live(surface.arrange);
  live(() => {
    void [active.value, selection.value, selectedIndex.value, options.visible.value];
    schedule();
  });
  // Who has looked at what was found is brought back to the item that is selected, wherever it is in the whole.
  live(() => {
    const index = selectedIndex.value;
    feed.revision.value;
    if (!fresh || index === null || store.find.value?.text) return;
    if (pool.hasFocus()) view.focusTile(index);
    else {
      active.value = within(index);
      reveal(current());
    }
  });
  const sights = new IntersectionObserver((sightings) => {
    onScreen = sightings.at(-1)?.isIntersecting ?? false;
    schedule();
  });
  sights.observe(host);
  atEnd(() => {
    sights.disconnect();
    cancelAnimationFrame(request);
    clearTimeout(rest);
    clearTimeout(asking);
  });
}
