/**
 * The grid: draws the tiles that are seen, tells the feed what is needed, and turns what a hand does into the view's
 * actions. Its own scroll box is all that it ever moves.
 */

import { effect } from "./signals";
import { gridCommand } from "./keys";
import { leftOf, needed, PAD, stepped, topOf } from "./layout";
import { createPool } from "./pool";
import { createPosters } from "./poster";
import { watchPresses } from "./press";
import { shift } from "./selection";
import { createSurface } from "./surface";
import type { View } from "./view";

/** Rows kept beyond each edge, so that a turn of the wheel finds them there; given up when tiles are tiny. */
const OVERSCAN = 1;
const MOST_TILES = 150;
/** An object URL costs most of a millisecond: pictures beyond this share of a frame wait for the next one. */
const PICTURES_MS = 8;
const REST_MS = 150;

export function mountGrid(host: HTMLElement, view: View): void {
  const { signal, store, active } = view;
  const { feed, options, selection, selectedIndex } = store;
  let onScreen = false;
  let request = 0;
  let lastTop = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const surface = createSurface(host, view, schedule);
  const { list, empty, seen, within, reveal } = surface;
  const posters = createPosters(view, (index, video) => pool.tiles.get(index)?.showFrame(video), wantPosters);
  const pool = createPool(list, view, posters.durationOf);
  const current = () => within(active.peek());

  list.setAttribute("role", "listbox");
  list.setAttribute("aria-multiselectable", "true");

  function schedule(): void {
    request ||= requestAnimationFrame(draw);
  }

  /** Bring the tiles to where the scroll box is. */
  function draw(): void {
    cancelAnimationFrame(request);
    request = 0;
    const layout = surface.layout();
    const look = surface.look();
    const top = surface.top();
    let [start, stop] = seen(OVERSCAN);
    if (stop - start > MOST_TILES) [start, stop] = seen();
    pool.show([start, stop], current(), look, (index) => {
      // The active tile waits unseen where the scroll box is: when Tab leads to it, the browser has no reason to scroll
      // the page, and in a list too high for the browser there may be no other place for it.
      const away = index < start || index >= stop;
      const y = away ? top + PAD : topOf(layout, index);
      return { x: leftOf(layout, index), y: y - surface.offset(), away };
    });
    mark();
    // Nobody sees a picture that the next frame takes away.
    const flying = Math.abs(top - lastTop) > layout.viewport;
    lastTop = top;
    const end = performance.now() + (flying ? 0 : PICTURES_MS);
    for (const tile of pool.tiles.values()) {
      if (performance.now() >= end && tile.isWaiting()) {
        schedule();
        break;
      }
      tile.draw();
    }
    const wanting = onScreen && options.visible.peek() === true;
    const pixels = Math.max(look.width, look.height) * window.devicePixelRatio;
    feed.need(view.id, pixels, wanting ? needed(layout, top, surface.backwards()) : []);
    clearTimeout(rest);
    rest = setTimeout(settle, REST_MS);
  }

  function mark(): void {
    list.classList.toggle("nbg-selecting", selection.peek().size > 0);
    pool.mark(current());
  }

  /** What would cost too much, or disturb, while everything moves. */
  function settle(): void {
    surface.settle();
    pool.sort();
    wantPosters();
  }

  function wantPosters(): void {
    const [start, stop] = seen();
    const blank = [...pool.tiles].filter(([index, tile]) => index >= start && index < stop && tile.isBlank());
    posters.want(onScreen ? blank.map(([index]) => index) : []);
  }

  feed.subscribe((change) => {
    if (change.type === "entries") {
      surface.makeRoom();
      if (change.indices.some((index) => pool.tiles.has(index))) schedule();
      return;
    }
    const moved = (index: number) => (change.type === "splice" ? shift(index, change.operations) : null);
    const last = feed.count.peek() - 1;
    const before = current();
    const now = Math.max(0, Math.min(moved(before) ?? before, last));
    const hadFocus = pool.hasFocus();
    posters.follow(moved);
    pool.follow(moved, before, last < 0 ? null : now);
    active.value = now;
    surface.follow(change.type === "splice" ? moved : null);
    if (!hadFocus) return;
    draw();
    (pool.tiles.get(now)?.element ?? empty).focus({ preventScroll: true });
  }, signal);

  view.focusTile = (index) => {
    active.value = within(index);
    reveal(current());
    draw();
    pool.tiles.get(current())?.element.focus({ preventScroll: true });
  };

  function pressed(event: KeyboardEvent): void {
    const command = gridCommand(event);
    const index = current();
    switch (command?.name) {
      case "move": {
        const to = stepped(surface.layout(), index, command.step);
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

  function focused({ target }: FocusEvent): void {
    const index = pool.indexOf(target);
    if (index === undefined) return;
    active.value = index;
    const [start, stop] = seen();
    // Tab leads to the active tile wherever it has been scrolled to; a click on a tile half seen moves nothing.
    if (index >= start && index < stop) return;
    reveal(index);
    draw();
  }

  list.addEventListener("keydown", pressed, { signal });
  list.addEventListener("focusin", focused, { signal });
  watchPresses(list, signal, (target, press, touch) => {
    const index = pool.indexOf(target);
    if (index === undefined) return;
    active.value = index;
    if (press === "extend") view.extend(index);
    else if (press === "toggle" || (touch && selection.peek().size)) view.toggle(index);
    else view.activate(index, "grid");
  });

  const { columns, rows, height, fit_columns, object_fit, label, visible } = options;
  const effects = [
    effect(() => {
      list.setAttribute("aria-label", label.value || "Gallery");
    }),
    effect(() => {
      void [columns.value, rows.value, height.value, fit_columns.value, object_fit.value, visible.value];
      surface.arrange();
    }),
    effect(() => {
      void [selection.value, selectedIndex.value];
      mark();
    }),
    effect(() => {
      void active.value;
      schedule();
    }),
  ];
  const sights = new IntersectionObserver((sightings) => {
    onScreen = sightings.at(-1)?.isIntersecting ?? false;
    schedule();
  });
  sights.observe(host);
  signal.addEventListener("abort", () => {
    for (const dispose of effects) dispose();
    sights.disconnect();
    cancelAnimationFrame(request);
    clearTimeout(rest);
  });
}
