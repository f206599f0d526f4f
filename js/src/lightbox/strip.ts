/** The strip of thumbnails under the stage: a pool of reused tiles in a box that scrolls sideways. Plain DOM. */

import { effect } from "@preact/signals-core";
import type { Entry } from "../feed";
import { clampTop, GAP, type Layout, layOut, PAD, ScrollMap, topOf, visible } from "../layout";
import { Picture } from "../picture";
import type { View } from "../view";

/** A tile's side; `nbg-strip-tile` in the stylesheet has the same. */
const SIDE = 52;
/** Tiles drawn beyond either edge, so that a wheel's step shows no gap. */
const BEYOND = 3;
/** Steps up to this many boxes' width glide, longer ones jump. */
const GLIDE = 1.5;

export function mountStrip(host: HTMLElement, view: View, signal: AbortSignal): void {
  new Strip(host, view, signal);
}

class Strip {
  readonly #host: HTMLElement;
  readonly #view: View;
  readonly #signal: AbortSignal;
  readonly #track = document.createElement("div");
  readonly #tiles = new Map<number, StripTile>();
  readonly #spare: StripTile[] = [];
  readonly #demand: string;
  #layout: Layout;
  #map: ScrollMap;
  #scheduled = false;
  #centred = false;

  constructor(host: HTMLElement, view: View, signal: AbortSignal) {
    this.#host = host;
    this.#view = view;
    this.#signal = signal;
    this.#demand = `${view.id}:strip`;
    this.#layout = this.#layOut();
    this.#map = new ScrollMap(this.#layout);
    this.#track.className = "nbg-strip-track";
    this.#track.role = "presentation";
    host.append(this.#track);
    const { feed, selection } = view.store;
    const options = { signal };
    host.addEventListener(
      "scroll",
      () => {
        this.#map.moved(host.scrollLeft);
        this.#schedule();
      },
      { ...options, passive: true },
    );
    host.addEventListener("wheel", (event) => this.#wheel(event), { ...options, passive: false });
    host.addEventListener("click", (event) => this.#click(event), options);
    const observer = new ResizeObserver(() => this.#centre());
    observer.observe(host);
    const stops = [
      effect(() => {
        feed.count.value;
        view.shown.value;
        this.#centred = false;
        this.#schedule();
      }),
      effect(() => {
        selection.value;
        this.#schedule();
      }),
    ];
    feed.subscribe(() => this.#schedule(), signal);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      for (const stop of stops) stop();
      feed.leave(this.#demand);
    });
  }

  /** A grid of one column, lying on its side. */
  #layOut(): Layout {
    return layOut({
      count: this.#view.store.feed.count.peek(),
      columns: [1],
      rows: null,
      fitColumns: false,
      lines: 0,
      outerWidth: 0,
      width: SIDE + 2 * PAD,
      height: Math.max(this.#host.clientWidth, SIDE + 2 * PAD),
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      if (this.#signal.aborted || this.#view.lightbox.peek() === "closed") return;
      if (this.#centred) this.#draw();
      else this.#centre();
    });
  }

  /** Bring the shown item into the middle, or as near as the ends let it. */
  #centre(): void {
    const host = this.#host;
    if (this.#signal.aborted || host.clientWidth === 0) return;
    const first = !this.#centred && this.#tiles.size === 0;
    this.#centred = true;
    this.#layout = this.#layOut();
    this.#map.resize(this.#layout);
    this.#track.style.width = `${this.#layout.height}px`;
    const { viewport, picture } = this.#layout;
    const top = clampTop(
      this.#layout,
      topOf(this.#layout, this.#view.shown.peek()) + picture / 2 - viewport / 2,
    );
    const by = top - this.#map.top;
    const target = host.scrollLeft + by;
    const glides =
      !first && Math.abs(by) < viewport * GLIDE && target >= 0 && target <= this.#layout.height - viewport;
    if (glides) {
      host.scrollTo({ left: target, behavior: prefersStillness() ? "instant" : "smooth" });
    } else {
      host.scrollTo({ left: this.#map.rest(top), behavior: "instant" });
      this.#map.settled(host.scrollLeft, top);
    }
    this.#draw();
  }

  #draw(): void {
    const layout = this.#layout;
    const { feed, selection } = this.#view.store;
    const [start, stop] = visible(layout, this.#map.top, BEYOND);
    for (const [index, tile] of this.#tiles) {
      if (index >= start && index < stop) continue;
      this.#tiles.delete(index);
      tile.release();
      this.#spare.push(tile);
    }
    const shown = this.#view.shown.peek();
    for (let index = start; index < stop; index++) {
      let tile = this.#tiles.get(index);
      if (tile === undefined) {
        tile = this.#spare.pop() ?? new StripTile(this.#signal);
        this.#tiles.set(index, tile);
        this.#track.append(tile.element);
      }
      tile.element.id = `${this.#demand}:${index}`;
      tile.show(index, feed.entry(index), layout.count);
      tile.mark(index === shown, selection.peek().has(index));
      tile.element.style.transform = `translateX(${topOf(layout, index) - this.#map.offset}px)`;
    }
    if (this.#tiles.has(shown)) this.#host.setAttribute("aria-activedescendant", `${this.#demand}:${shown}`);
    else this.#host.removeAttribute("aria-activedescendant");
    feed.need(this.#demand, SIDE * window.devicePixelRatio, [visible(layout, this.#map.top)]);
  }

  /** A wheel turns only one way, and the strip lies across it. */
  #wheel(event: WheelEvent): void {
    const { deltaX, deltaY, deltaMode, ctrlKey } = event;
    const host = this.#host;
    if (ctrlKey || Math.abs(deltaX) >= Math.abs(deltaY) || host.scrollWidth <= host.clientWidth) return;
    event.preventDefault();
    const unit = [1, SIDE + GAP, host.clientWidth][deltaMode] ?? 1;
    host.scrollBy({ left: deltaY * unit, behavior: "instant" });
  }

  #click(event: MouseEvent): void {
    const element = (event.target as Element).closest(".nbg-strip-tile");
    for (const [index, tile] of this.#tiles) if (tile.element === element) this.#view.show(index, "strip");
  }
}

class StripTile {
  readonly element = document.createElement("div");
  readonly #picture: Picture;
  #entry: Entry | undefined;

  constructor(signal: AbortSignal) {
    const { element } = this;
    element.className = "nbg-strip-tile";
    element.role = "option";
    // A picture that cannot be drawn leaves its mean colour; the stage says why.
    this.#picture = new Picture(
      { loaded: () => this.#reveal(true), failed: () => this.#reveal(false) },
      signal,
    );
    element.append(this.#picture.element);
  }

  show(index: number, entry: Entry | undefined, count: number): void {
    const { element } = this;
    element.ariaPosInSet = String(index + 1);
    element.ariaSetSize = String(count);
    if (entry === this.#entry && element.ariaLabel !== null) return;
    this.#entry = entry;
    const header = entry?.header;
    element.ariaLabel = (header?.caption || header?.name || `Item ${index + 1}`).slice(0, 200);
    element.dataset["kind"] = header?.error === undefined ? (header?.kind ?? "") : "error";
    element.style.backgroundColor = header?.color ?? "";
    const source = entry?.data ?? (header?.kind === "image" ? header.url : undefined);
    if (source === undefined) this.#clear();
    else {
      if (this.#picture.source !== source) this.#reveal(false);
      this.#picture.show(source);
    }
  }

  mark(shown: boolean, picked: boolean): void {
    this.element.ariaSelected = String(shown);
    this.element.ariaCurrent = shown ? "true" : null;
    this.element.classList.toggle("nbg-picked", picked);
  }

  release(): void {
    this.element.remove();
    this.element.ariaLabel = null;
    this.#entry = undefined;
    this.#clear();
  }

  #clear(): void {
    this.#picture.clear();
    this.#reveal(false);
  }

  #reveal(drawn: boolean): void {
    this.#picture.element.hidden = !drawn;
  }
}

function prefersStillness(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
