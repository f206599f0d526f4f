/** The scroll box: how large it is, how all items are laid out in it, and where it is scrolled. Draws no tiles. */

import { createHeadings } from "./headings";
import {
  clamp,
  clampTop,
  groupAt,
  isLong,
  type Layout,
  layOut,
  needed,
  revealing,
  rowAt,
  rowTop,
  ScrollMap,
  type Shape,
  visible,
} from "./layout";
import type { Range } from "./protocol";
import { atEnd, focus, h } from "./reactive";
import { GUTTER, LONG } from "./scrubber";
import { computed } from "./signals";
import type { Look } from "./tile";
import type { View } from "./view";

/** Rows beyond those seen whose captions say how many lines they need. */
const NEAR = 4;

/** `changed`: what is seen is no longer what was drawn. */
export function createSurface(host: HTMLElement, list: HTMLElement, view: View, changed: () => void) {
  const { feed, options, find, search } = view.store;
  /** As wide as the grid and without height: its size changes with the page's only, never by our own doing. */
  const ruler = h("div");
  const headings = createHeadings(view);
  const scroller = h("div.nbg-scroller", {}, list, headings.element);
  const empty = h("div.nbg-empty", { tabindex: -1 }, whyEmpty);
  const grid = h("div.nbg-grid", {}, scroller, empty);
  let lines = 0;
  let layout = layOut({ count: 0, columns: [], width: 0 });
  let look: Look = { count: 0, fit: "cover", width: 0, height: 0 };
  /** The item that stays where it is when the layout changes, and how far its row is scrolled past. */
  let anchor = 0;
  let past = 0;
  /** Not the search itself, which says ten times a second how far it is. */
  const searched = computed(() => !!find.value?.text);
  /** The least height, while a text is searched. */
  let held = 0;
  let backwards = false;
  const map = new ScrollMap(layout);
  host.append(ruler, grid);

  /** Why there is nothing to see, and the way back. */
  function whyEmpty() {
    const { text, total, done } = find.value ?? {};
    // What is written anew would take the focus along.
    focus(host.querySelector(".nbg-empty :focus")?.closest(".nbg-empty"));
    if (!total) return "No images yet";
    if (done !== null && feed.answers.value) return "Searching…";
    const showAll = () => {
      // The button goes before the items come.
      focus(empty);
      search(view.id, null);
    };
    return [
      h("span", {}, text ? `Nothing found for “${text}”` : "Nothing passes the filter"),
      feed.answers.value && h("button", { type: "button", onclick: showAll }, "Show all"),
    ];
  }

  /** Lay everything out anew, with the anchor where it was. */
  function arrange(): void {
    const count = feed.count.peek();
    const groups = feed.groups.peek();
    const fit = options.object_fit.value ?? "cover";
    const set = options.height.value;
    const isSearched = searched.value;
    const shape = {
      count,
      groups,
      columns: options.columns.value,
      rows: options.rows.value,
      fitColumns: options.fit_columns.value,
      outerWidth: ruler.clientWidth,
    };
    // Hidden (a closed tab, an output out of sight): nothing to measure, and everything stays for when it is shown again.
    if (!shape.outerWidth) return;
    // What is found may be little: the page below does not jump while a person types.
    held = isSearched && !document.fullscreenElement ? held || grid.offsetHeight : 0;
    grid.style.setProperty("--nbg-held", `${held}px`);
    scroller.hidden = !count;
    empty.hidden = count > 0;
    layout = measured(shape, set);
    const needed = linesNeeded();
    if (needed > lines) {
      lines = needed;
      layout = measured(shape, set);
    }
    const { firsts } = layout;
    const group = (index: number) => groups?.[groupAt(firsts, index)]?.[0];
    look = { count, fit, group, width: layout.width, height: layout.picture };
    list.style.cssText =
      `height:${layout.height}px;--nbg-tile:${look.width}px;--nbg-picture:${look.height}px;` +
      `--nbg-lines:${lines};--nbg-fit:${fit}`;
    // Zoomed far in, the browser lets it be less high.
    map.resize({ ...layout, height: Math.min(layout.height, scroller.scrollHeight) });
    scrollTo(rowTop(layout, within(anchor)) + past);
    changed();
  }

  function measured(shape: Omit<Shape, "width"> & { outerWidth: number }, set: string | null): Layout {
    // Without a scroll bar first: whether there is one must not depend on whether there was.
    const laidOut = (height?: number) => {
      const full = layOut({ ...shape, lines, width: shape.outerWidth, height });
      const scrolls = full.total > full.viewport;
      const long = full.total > LONG * full.viewport;
      scroller.style.overflowY = scrolls ? "scroll" : "hidden";
      scroller.classList.toggle("nbg-long", long);
      const width = scroller.clientWidth - (long ? GUTTER : 0);
      return scrolls ? layOut({ ...shape, lines, width, height }) : full;
    };
    const natural = laidOut();
    const show = (height: string) => scroller.style.setProperty("--nbg-height", height);
    const own = `${natural.viewport}px`;
    show(set ?? own);
    // A share of what has no height of its own is none.
    if (!scroller.clientHeight) show(own);
    // An option sets another height, or the screen that the gallery fills.
    const height = scroller.clientHeight;
    return Math.abs(height - natural.viewport) > 1 ? laidOut(height) : natural;
  }

  /** How many lines the known captions need that are seen or near: two only if not just a few would fill them. */
  function linesNeeded(): number {
    const [start, stop] = seen(NEAR);
    let known = 0;
    let long = 0;
    for (let index = start; index < stop; index++) {
      const caption = feed.entry(index)?.header.caption;
      if (!caption) continue;
      known++;
      if (isLong(caption, layout.width)) long++;
    }
    return Math.max(lines, known && (long * 4 < known ? 1 : 2));
  }

  /** The items in the rows that are seen, and in `more` rows. */
  function seen(more = 0): Range {
    return visible(layout, map.top, more);
  }

  function within(index: number): number {
    return clamp(index, 0, layout.count - 1);
  }

  function scrollTo(to: number): void {
    const top = clampTop(layout, to);
    const scroll = map.rest(top);
    if (Math.abs(scroller.scrollTop - scroll) >= 1) scroller.scrollTop = scroll;
    map.settled(scroller.scrollTop, top);
  }

  /** Scroll by what `move` does. */
  function scroll(move: () => void): void {
    const before = map.top;
    move();
    const { top } = map;
    if (top === before) return;
    backwards = top < before;
    anchor = within(rowAt(layout, top, Math.round));
    past = top - rowTop(layout, anchor);
    changed();
  }

  scroller.onscroll = () => scroll(() => map.moved(scroller.scrollTop));
  const resizes = new ResizeObserver(arrange);
  resizes.observe(ruler);
  resizes.observe(scroller);
  atEnd(() => resizes.disconnect());

  return {
    empty,
    map,
    layout: () => layout,
    look: () => look,
    arrange,
    seen,
    within,

    /** What to have thumbnails of. */
    wanted: () => needed(layout, map.top, backwards),

    drawHeadings: () => headings.draw(layout, map),

    /** Scroll so that an item's tile is seen whole; in the middle if that is asked for. */
    reveal: (index: number, middle = false) =>
      scroll(() =>
        scrollTo(
          middle
            ? rowTop(layout, index) + (layout.pitch - layout.viewport) / 2
            : revealing(layout, index, map.top),
        ),
      ),

    jump: (top: number) => scroll(() => scrollTo(top)),

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
        past += rowTop(layout, anchor) - rowTop(layout, kept);
        anchor = moved(kept) ?? anchor;
      }
      arrange();
    },
  };
}
