/**
 * The scroll surface: a pool of reused tiles over any number of items. Turns what a hand does into the view's actions, and
 * tells the feed what is needed. Its own scroll box is all that it ever moves.
 */

import { effect } from "@preact/signals-core";
import type { FeedChange } from "./feed";
import { type GridCommand, gridCommand } from "./keys";
import * as layout from "./layout";
import { Posters } from "./poster";
import { type Press, watchPresses } from "./press";
import type { Range } from "./protocol";
import { shift } from "./selection";
import { type Look, Tile } from "./tile";
import type { View } from "./view";

/** Rows kept beyond each edge, so that a turn of the wheel finds them there; given up when tiles are tiny. */
const OVERSCAN = 1;
const MOST_TILES = 150;
/** An object URL costs most of a millisecond: pictures beyond this share of a frame wait for the next one. */
const PICTURES_MS = 8;
const REST_MS = 150;
/** Captions looked at to decide how many lines they need. */
const FIRST_PAGE = 48;
const CAPTION_FONT = "12px";

export function mountGrid(host: HTMLElement, view: View): void {
  new Grid(host, view);
}

interface Anchor {
  readonly index: number;
  readonly past: number;
}

class Grid {
  readonly #view: View;
  readonly #host: HTMLElement;
  /** As wide as the grid and without height: its size changes with the page's only, never by our own doing. */
  readonly #ruler = element("nbg-ruler");
  readonly #scroller = element("nbg-scroller");
  readonly #list = element("nbg-tiles");
  readonly #empty = element("nbg-empty");
  readonly #tiles = new Map<number, Tile>();
  readonly #pool: Tile[] = [];
  readonly #posters: Posters;
  #layout = layout.layOut({
    count: 0,
    columns: [1],
    rows: null,
    fitColumns: true,
    lines: 0,
    outerWidth: 0,
    width: 0,
    height: null,
  });
  #map = new layout.ScrollMap(this.#layout);
  #look: Look = { count: 0, fit: "cover", width: 0, height: 0 };
  /** The item that stays where it is when the layout changes, and how far its row is scrolled past. */
  #anchor: Anchor = { index: 0, past: 0 };
  #lines = 0;
  #onScreen = false;
  #backwards = false;
  #frame = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(host: HTMLElement, view: View) {
    this.#host = host;
    this.#view = view;
    const { signal, store } = view;
    this.#build();
    this.#posters = new Posters(view, (index, video) => this.#tiles.get(index)?.showFrame(video));
    view.focusTile = (index) => this.#focus(index);
    store.feed.subscribe((change) => this.#follow(change), signal);

    const { columns, rows, height, fit_columns, object_fit, label, visible } = store.options;
    const effects = [
      effect(() => {
        this.#list.setAttribute("aria-label", label.value || "Gallery");
      }),
      effect(() => {
        void [columns.value, rows.value, height.value, fit_columns.value, object_fit.value, visible.value];
        this.#arrange();
      }),
      effect(() => {
        void [store.selection.value, store.selectedIndex.value];
        this.#mark();
      }),
      effect(() => {
        void view.active.value;
        this.#schedule();
      }),
    ];
    const resizes = new ResizeObserver(() => this.#arrange());
    resizes.observe(this.#ruler);
    resizes.observe(this.#scroller);
    const sights = new IntersectionObserver((seen) => {
      this.#onScreen = seen.at(-1)?.isIntersecting ?? false;
      this.#schedule();
    });
    sights.observe(host);
    signal.addEventListener("abort", () => {
      for (const dispose of effects) dispose();
      resizes.disconnect();
      sights.disconnect();
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#rest);
      host.replaceChildren();
    });
  }

  #build(): void {
    const { signal } = this.#view;
    const box = element("nbg-grid");
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-multiselectable", "true");
    this.#empty.textContent = "No images yet";
    this.#empty.tabIndex = -1;
    this.#scroller.append(this.#list);
    box.append(this.#scroller, this.#empty);
    this.#host.append(this.#ruler, box);

    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    this.#scroller.addEventListener("scrollend", () => this.#settle(), { signal });
    this.#list.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    this.#list.addEventListener("focusin", (event) => this.#focused(event.target), { signal });
    watchPresses(this.#list, signal, (press) => this.#act(press));
  }

  /** Lay everything out anew, with the anchor where it was. Reads and writes the page once. */
  #arrange(): void {
    const outerWidth = this.#ruler.clientWidth;
    // Hidden (a closed tab, an output out of sight): nothing to measure, and everything stays for when it is shown again.
    if (outerWidth === 0) return;
    const { feed, options } = this.#view.store;
    const count = feed.count.peek();
    const height = options.height.peek();
    const fit = options.object_fit.peek() ?? "cover";
    const scroller = this.#scroller;
    const shape = {
      count,
      columns: options.columns.peek(),
      rows: options.rows.peek(),
      fitColumns: options.fit_columns.peek(),
      outerWidth,
    };
    const laidOut = (lines: number, own: number | null): layout.Layout => {
      const full = layout.layOut({ ...shape, lines, width: outerWidth, height: own });
      const scrolls = full.total > full.viewport;
      scroller.style.overflowY = scrolls ? "scroll" : "hidden";
      return scrolls ? layout.layOut({ ...shape, lines, width: scroller.clientWidth, height: own }) : full;
    };
    const arranged = (lines: number): layout.Layout => {
      const natural = laidOut(lines, null);
      scroller.style.setProperty("--nbg-height", height ?? `${natural.viewport}px`);
      // An option sets it, or the screen that the gallery fills.
      const own = scroller.clientHeight;
      return own > 0 && Math.abs(own - natural.viewport) > 1 ? laidOut(lines, own) : natural;
    };
    scroller.hidden = count === 0;
    this.#empty.hidden = count > 0;
    let next = arranged(this.#lines);
    const lines = this.#linesFor(next);
    if (lines !== this.#lines) {
      this.#lines = lines;
      next = arranged(lines);
    }
    this.#layout = next;
    this.#look = { count, fit, width: next.width, height: next.picture };
    this.#list.style.cssText =
      `height:${next.height}px;--nbg-tile:${next.width}px;--nbg-picture:${next.picture}px;` +
      `--nbg-lines:${lines};--nbg-fit:${fit}`;
    this.#map.resize(next);
    const { index, past } = this.#anchor;
    const row = layout.topOf(next, Math.max(0, Math.min(index, count - 1))) - layout.PAD;
    this.#scrollTo(row + past);
    this.#schedule();
  }

  /** How many lines the captions need that are known. */
  #linesFor(next: layout.Layout): number {
    const { feed } = this.#view.store;
    let lines = this.#lines;
    const measure = textMeasure(this.#host);
    const look = (index: number) => {
      const caption = feed.entry(index)?.header.caption;
      if (caption && lines < 2) lines = Math.max(lines, measure(caption) > next.width ? 2 : 1);
    };
    for (let index = 0; index < Math.min(FIRST_PAGE, next.count); index++) look(index);
    const [start, stop] = layout.visible(next, this.#map.top);
    for (let index = start; index < stop; index++) look(index);
    return lines;
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  /** Bring the tiles to where the scroll box is. */
  #draw(): void {
    const { feed, options } = this.#view.store;
    const { count } = this.#layout;
    const top = this.#map.top;
    let [start, stop] = layout.visible(this.#layout, top, OVERSCAN);
    if (stop - start > MOST_TILES) [start, stop] = layout.visible(this.#layout, top);
    const active = this.#active;
    for (const [index, tile] of this.#tiles) {
      if ((index >= start && index < stop) || index === active) continue;
      this.#tiles.delete(index);
      this.#retire(tile);
    }
    for (let index = start; index < stop; index++) this.#mount(index, [start, stop]);
    if (count > 0) this.#mount(active, [start, stop]);
    // Most of what was retired is in use again by now, and has not left the document in between.
    for (const tile of this.#pool) tile.element.remove();
    this.#pool.length = Math.min(this.#pool.length, MOST_TILES);
    this.#mark();
    const began = performance.now();
    for (const tile of this.#tiles.values()) {
      if (!tile.isWaiting) continue;
      if (performance.now() - began > PICTURES_MS) {
        this.#schedule();
        break;
      }
      tile.draw();
    }
    const wanted = this.#onScreen && options.visible.peek() === true;
    const pixels = Math.max(this.#layout.width, this.#layout.picture) * window.devicePixelRatio;
    feed.need(this.#view.id, pixels, wanted ? layout.needed(this.#layout, top, this.#backwards) : []);
    this.#whenResting();
  }

  get #active(): number {
    return Math.max(0, Math.min(this.#view.active.peek(), this.#layout.count - 1));
  }

  #mount(index: number, [start, stop]: Range): void {
    let tile = this.#tiles.get(index);
    if (!tile) {
      tile = this.#pool.pop() ?? new Tile(this.#view.signal);
      this.#tiles.set(index, tile);
      this.#list.append(tile.element);
    }
    const entry = this.#view.store.feed.entry(index);
    tile.bind(index, entry, this.#look);
    tile.showDuration(this.#posters.duration(entry?.data ?? null));
    // The active tile waits unseen where the scroll box is: when Tab leads to it, the browser has no reason to scroll
    // the page, and in a list too high for the browser there may be no other place for it.
    const away = index < start || index >= stop;
    const y = away ? this.#map.top + layout.PAD : layout.topOf(this.#layout, index);
    tile.place(layout.leftOf(this.#layout, index), y - this.#map.offset, away);
  }

  #retire(tile: Tile): void {
    tile.clear();
    this.#pool.push(tile);
  }

  #mark(): void {
    const { selection, selectedIndex } = this.#view.store;
    const selected = selection.peek();
    const current = selectedIndex.peek();
    const active = this.#active;
    this.#list.dataset["selecting"] = selected.size ? "true" : "";
    for (const [index, tile] of this.#tiles) {
      tile.mark({ selected: selected.has(index), current: index === current, active: index === active });
    }
  }

  #follow(change: FeedChange): void {
    if (change.type === "entries") {
      const atTop = this.#map.top === 0;
      if (this.#lines < (atTop ? 2 : 1) && this.#linesFor(this.#layout) > this.#lines) this.#arrange();
      if (change.indices.some((index) => this.#tiles.has(index))) this.#schedule();
      return;
    }
    const operations = change.type === "splice" ? change.operations : ([{ op: "reset" }] as const);
    const moved = (index: number) => shift(index, operations);
    const count = this.#view.store.feed.count.peek();
    const hadFocus = this.#list.contains(focusedIn(this.#host));
    const active = this.#active;
    const kept = Math.max(0, Math.min(moved(active) ?? active, count - 1));
    this.#posters.follow(operations);
    const before = [...this.#tiles];
    this.#tiles.clear();
    const homeless: Tile[] = [];
    for (const [index, tile] of before) {
      const now = moved(index);
      if (now === null) homeless.push(tile);
      else this.#tiles.set(now, tile);
      if (now !== null) tile.index = now;
    }
    for (const tile of homeless) {
      // The focus stays in the list: a removed item's tile becomes that of the item in its place.
      const inherits = tile.index === active && count > 0 && !this.#tiles.has(kept);
      tile.clear();
      if (inherits) this.#tiles.set(kept, tile);
      else this.#retire(tile);
    }
    this.#view.active.value = kept;
    if (change.type === "reset") {
      this.#lines = 0;
      this.#anchor = { index: 0, past: 0 };
    } else this.#anchor = this.#movedAnchor(moved, count);
    this.#arrange();
    if (!hadFocus) return;
    this.#draw();
    (this.#tiles.get(kept)?.element ?? this.#empty).focus({ preventScroll: true });
  }

  /** The first visible item that is still there. At the very top new items come into view, as on any page. */
  #movedAnchor(moved: (index: number) => number | null, count: number): Anchor {
    const { index, past } = this.#anchor;
    if (this.#map.top === 0) return { index: 0, past: 0 };
    const [, stop] = layout.visible(this.#layout, this.#map.top);
    for (let at = index; at < stop; at++) {
      const now = moved(at);
      if (now === null) continue;
      return { index: now, past: past - layout.topOf(this.#layout, at) + layout.topOf(this.#layout, index) };
    }
    return { index: Math.max(0, Math.min(index, count - 1)), past };
  }

  #scrolled(): void {
    const before = this.#map.top;
    this.#map.moved(this.#scroller.scrollTop);
    const top = this.#map.top;
    if (top === before) return;
    this.#backwards = top < before;
    this.#keepAnchor();
    this.#schedule();
  }

  #keepAnchor(): void {
    const top = this.#map.top;
    const { pitch, count, columns } = this.#layout;
    const index = Math.max(0, Math.min(Math.round(top / pitch) * columns, count - 1));
    this.#anchor = { index, past: top - layout.topOf(this.#layout, index) + layout.PAD };
  }

  #scrollTo(top: number): void {
    const to = layout.clampTop(this.#layout, top);
    const scroll = this.#map.rest(to);
    if (Math.abs(this.#scroller.scrollTop - scroll) >= 1) this.#scroller.scrollTop = scroll;
    this.#map.settled(this.#scroller.scrollTop, to);
  }

  #whenResting(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#settle(), REST_MS);
  }

  /** What would cost too much, or disturb, while everything moves. */
  #settle(): void {
    clearTimeout(this.#rest);
    const { offset, top } = this.#map;
    this.#scrollTo(top);
    if (this.#map.offset !== offset) this.#schedule();
    this.#sort();
    if (this.#onScreen) this.#posters.want(this.#blank());
  }

  /** Assistive technology reads in the order of the document. What has the focus or is pressed would lose it by being moved. */
  #sort(): void {
    if (this.#list.querySelector(":active")) return;
    const tiles = [...this.#tiles].sort(([a], [b]) => a - b).map(([, tile]) => tile.element);
    const focused = focusedIn(this.#host);
    let next: Element | null = null;
    for (const tile of tiles.reverse()) {
      if (tile.nextElementSibling !== next && tile !== focused) this.#list.insertBefore(tile, next);
      next = tile;
    }
  }

  #blank(): number[] {
    const [start, stop] = layout.visible(this.#layout, this.#map.top);
    const indices: number[] = [];
    for (let index = start; index < stop; index++) if (this.#tiles.get(index)?.isBlank) indices.push(index);
    return indices;
  }

  /** Show a tile whole, and give it the focus. */
  #focus(index: number): void {
    if (this.#layout.count === 0) return;
    this.#view.active.value = index;
    this.#reveal(this.#active);
    this.#draw();
    this.#tiles.get(this.#active)?.element.focus({ preventScroll: true });
  }

  #reveal(index: number): void {
    const top = layout.revealing(this.#layout, index, this.#map.top);
    if (top === this.#map.top) return;
    this.#backwards = top < this.#map.top;
    this.#scrollTo(top);
    this.#keepAnchor();
  }

  #focused(target: EventTarget | null): void {
    const index = this.#indexOf(target);
    if (index === null) return;
    this.#view.active.value = index;
    const [start, stop] = layout.visible(this.#layout, this.#map.top);
    // Tab leads to the active tile wherever it has been scrolled to; a click on a tile half seen moves nothing.
    if (index >= start && index < stop) return;
    this.#reveal(index);
    this.#draw();
  }

  #pressed(event: KeyboardEvent): void {
    const command = gridCommand(event);
    if (!command || command.name === "fullscreen" || command.name === "help") return;
    event.preventDefault();
    this.#obey(command);
  }

  #obey(command: GridCommand): void {
    const view = this.#view;
    const active = this.#active;
    switch (command.name) {
      case "move": {
        const to = layout.stepped(this.#layout, active, command.step);
        if (command.extend) view.extend(to);
        this.#focus(to);
        break;
      }
      case "open":
        view.activate(active, "grid");
        break;
      case "toggle":
        view.toggle(active);
        break;
      case "selectAll":
        view.selectAll();
        break;
      case "escape":
        if (view.store.selection.peek().size) view.clearSelection();
        else this.#tiles.get(active)?.element.blur();
        break;
    }
  }

  #act(press: Press): void {
    const index = this.#indexOf(press.target);
    if (index === null) return;
    const view = this.#view;
    view.active.value = index;
    const selecting = press.touch && view.store.selection.peek().size > 0;
    if (press.kind === "extend") view.extend(index);
    else if (press.kind === "toggle" || selecting) view.toggle(index);
    else view.activate(index, "grid");
  }

  #indexOf(target: EventTarget | null): number | null {
    const option = target instanceof Element ? target.closest(".nbg-tile") : null;
    for (const [index, tile] of this.#tiles) if (tile.element === option) return index;
    return null;
  }
}

function element(className: string): HTMLElement {
  const made = document.createElement("div");
  made.className = className;
  return made;
}

/** In a shadow root (marimo) the document knows only the root's host. */
function focusedIn(host: HTMLElement): Element | null {
  return (host.getRootNode() as Document | ShadowRoot).activeElement;
}

function textMeasure(host: HTMLElement): (text: string) => number {
  let context: CanvasRenderingContext2D | null = null;
  return (text) => {
    if (!context) {
      context = document.createElement("canvas").getContext("2d");
      if (context) context.font = `${CAPTION_FONT} ${getComputedStyle(host).fontFamily}`;
    }
    return context?.measureText(text.slice(0, 200)).width ?? 0;
  };
}
