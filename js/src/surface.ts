/** The scroll box: how large it is, how all items are laid out in it, and where it is scrolled. Draws no tiles. */

import {
  clampTop,
  type Layout,
  layOut,
  PAD,
  revealing,
  ScrollMap,
  type Shape,
  topOf,
  visible,
} from "./layout";
import type { Range } from "./protocol";
import type { Look } from "./tile";
import type { View } from "./view";

/** Captions looked at to decide how many lines they need, and the mean width of a letter in them. */
const FIRST_PAGE = 48;
const LETTER = 7;

/** `changed`: what is seen is no longer what was drawn. */
export function createSurface(host: HTMLElement, { store, signal }: View, changed: () => void) {
  const { feed, options } = store;
  /** As wide as the grid and without height: its size changes with the page's only, never by our own doing. */
  const ruler = box("nbg-ruler", host);
  const frame = box("nbg-grid", host);
  const scroller = box("nbg-scroller", frame);
  const list = box("nbg-tiles", scroller);
  const empty = box("nbg-empty", frame);
  const nothing = {
    count: 0,
    columns: [1],
    rows: null,
    fitColumns: true,
    lines: 0,
    outerWidth: 0,
    width: 0,
    height: null,
  };

  let lines = 0;
  let layout = layOut(nothing);
  let look: Look = { count: 0, fit: "cover", width: 0, height: 0 };
  /** The item that stays where it is when the layout changes, and how far its row is scrolled past. */
  let anchor = 0;
  let past = 0;
  let backwards = false;
  const map = new ScrollMap(layout);

  empty.textContent = "No images yet";
  empty.tabIndex = -1;

  /** Lay everything out anew, with the anchor where it was. */
  function arrange(): void {
    const width = ruler.clientWidth;
    // Hidden (a closed tab, an output out of sight): nothing to measure, and everything stays for when it is shown again.
    if (!width) return;
    const count = feed.count.peek();
    scroller.hidden = !count;
    empty.hidden = count > 0;
    layout = measured(width, count);
    const needed = linesNeeded();
    if (needed !== lines) {
      lines = needed;
      layout = measured(width, count);
    }
    look = { count, fit: options.object_fit.peek() ?? "cover", width: layout.width, height: layout.picture };
    list.style.cssText =
      `height:${layout.height}px;--nbg-tile:${look.width}px;--nbg-picture:${look.height}px;` +
      `--nbg-lines:${lines};--nbg-fit:${look.fit}`;
    map.resize(layout);
    scrollTo(topOf(layout, within(anchor)) - PAD + past);
    changed();
  }

  function measured(outerWidth: number, count: number): Layout {
    const set = options.height.peek();
    const shape = {
      count,
      columns: options.columns.peek(),
      rows: options.rows.peek(),
      fitColumns: options.fit_columns.peek(),
      lines,
      outerWidth,
    };
    // Without a scroll bar first: whether there is one must not depend on whether there was.
    const laidOut = (height: Shape["height"]) => {
      const full = layOut({ ...shape, width: outerWidth, height });
      const scrolls = full.total > full.viewport;
      scroller.style.overflowY = scrolls ? "scroll" : "hidden";
      return scrolls ? layOut({ ...shape, width: scroller.clientWidth, height }) : full;
    };
    const natural = laidOut(null);
    const show = (height: string) => scroller.style.setProperty("--nbg-height", height);
    show(set ?? `${natural.viewport}px`);
    // An option sets another height, or the screen that the gallery fills.
    const height = scroller.clientHeight;
    // A share of what has no height of its own is none.
    if (!height) show(`${natural.viewport}px`);
    return height && Math.abs(height - natural.viewport) > 1 ? laidOut(height) : natural;
  }

  /** How many lines the known captions need: those of the first page and those that are seen. */
  function linesNeeded(): number {
    let needed = lines;
    const look = (start: number, stop: number) => {
      for (let index = start; index < stop; index++) {
        const caption = feed.entry(index)?.header.caption;
        if (!caption) continue;
        // Letters beyond those of Europe are twice as wide.
        const letters = caption.slice(0, 200).replace(/[^\0-\u2e7f]/g, "  ").length;
        needed = Math.max(needed, letters * LETTER > layout.width ? 2 : 1);
      }
    };
    look(0, Math.min(FIRST_PAGE, layout.count));
    look(...seen());
    return needed;
  }

  /** The items of which at least a pixel is seen, and `more` rows. */
  function seen(more = 0): Range {
    return visible(layout, map.top, more);
  }

  function within(index: number): number {
    return Math.max(0, Math.min(index, layout.count - 1));
  }

  function scrollTo(to: number): void {
    const top = clampTop(layout, to);
    const scroll = map.rest(top);
    if (Math.abs(scroller.scrollTop - scroll) >= 1) scroller.scrollTop = scroll;
    map.settled(scroller.scrollTop, top);
  }

  function scrolled(before: number): void {
    const { top } = map;
    if (top === before) return;
    backwards = top < before;
    anchor = within(Math.round(top / layout.pitch) * layout.columns);
    past = top - topOf(layout, anchor) + PAD;
    changed();
  }

  const onScroll = () => {
    const before = map.top;
    map.moved(scroller.scrollTop);
    scrolled(before);
  };
  scroller.addEventListener("scroll", onScroll, { signal, passive: true });
  const resizes = new ResizeObserver(arrange);
  resizes.observe(ruler);
  resizes.observe(scroller);
  signal.addEventListener("abort", () => {
    resizes.disconnect();
    host.replaceChildren();
  });

  return {
    list,
    empty,
    layout: () => layout,
    look: () => look,
    top: () => map.top,
    offset: () => map.offset,
    backwards: () => backwards,
    arrange,
    seen,
    within,

    /** Scroll so that an item's tile is seen whole. */
    reveal(index: number) {
      const before = map.top;
      scrollTo(revealing(layout, index, before));
      scrolled(before);
    },

    /** Nothing moves: the scroll bar may go where it belongs. */
    settle() {
      const { offset } = map;
      scrollTo(map.top);
      if (map.offset !== offset) changed();
    },

    /** Entries have come. Later than the first page only room for what had none is made, lest rows move under the hand. */
    makeRoom() {
      if (lines < (map.top ? 1 : 2) && linesNeeded() > lines) arrange();
    },

    /** The list has changed, or is another one (`moved` is null). */
    follow(moved: ((index: number) => number | null) | null) {
      if (!moved) lines = anchor = past = 0;
      // The first visible item that is still there. At the very top new items come into view, as on any page.
      else if (map.top) {
        const [, stop] = seen();
        let kept = anchor;
        while (kept < stop && moved(kept) === null) kept++;
        past += topOf(layout, anchor) - topOf(layout, kept);
        anchor = moved(kept) ?? anchor;
      }
      arrange();
    },
  };
}

function box(className: string, parent: HTMLElement): HTMLElement {
  const made = document.createElement("div");
  made.className = className;
  parent.append(made);
  return made;
}
