/** Which items are visible, and where: arithmetic on widths, rows and scroll positions. Knows no DOM. */

import type { Step } from "./keys";
import type { Groups, Range } from "./protocol";

/** Space around each tile: as wide as a focus ring with its offset, which the scroll box would cut off. */
export const PAD = 4;
/** Space between tiles. */
export const GAP = 2 * PAD;
/** One line of a caption, and the space above and below: a caption is nearer to its own picture than to the next. */
const LINE = 16;
const CAPTION_SPACE = 4 + 4;
/** The line over a group: tall enough for its button. */
export const HEADING = 32;
/** The mean width of a letter in it. */
const LETTER = 7;

/** How high a gallery grows by itself. No share of the window: VS Code's frame is as high as the notebook. */
const MAX_HEIGHT = 560;
/** Below this, more columns are not drawn: a picture could neither be seen nor hit. */
const MIN_TILE = 48;
/** A tile that the box's height keeps from being square is at most this wide for its height, as photographs are. */
const MAX_ASPECT = 4 / 3;
/** What is seen of the next row at least, where tiles would fill the box: else nothing says that there is more. */
const PEEK = 40;
/** Browsers cap the height of what scrolls, the lowest at 16.7 million px, and lose precision on the way there. */
const MAX_SCROLL = 8_000_000;
/** Near both ends a scrolled pixel is a pixel however long the list is; only the middle is compressed. */
const EXACT = 2_000_000;
/** More than this in one step is no wheel, finger or key but the scrollbar being dragged. */
const JUMP = 4_000;

const BREAKPOINTS = [576, 768, 992, 1200, 1400];

export interface Shape {
  readonly count: number;
  readonly groups?: Groups;
  readonly columns: readonly number[];
  readonly rows?: readonly number[] | null;
  readonly fitColumns?: boolean;
  /** Lines reserved for captions. */
  readonly lines?: number;
  /** Of the whole widget, which chooses the breakpoint, and of the scroll box inside its scrollbar. */
  readonly outerWidth?: number;
  readonly width: number;
  /** Of the scroll box where an option sets it, nothing where the rows do. */
  readonly height?: number | null | undefined;
}

export type Layout = ReturnType<typeof layOut>;

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

/** The value for a width from a list for the widths <576, <768, <992, <1200, <1400, ≥1400; the last repeats. */
export function atWidth(values: readonly number[], width: number): number {
  const step = BREAKPOINTS.filter((from) => width >= from).length;
  return values[step] ?? values.at(-1) ?? 1;
}

/** Whether a caption needs more than one line. */
export function isLong(caption: string, width: number): boolean {
  // Letters beyond those of Europe are twice as wide.
  return caption.slice(0, 200).replace(/[^\0-\u2e7f]/g, "  ").length * LETTER > width;
}

export function layOut({
  count,
  groups,
  columns,
  rows,
  fitColumns,
  lines = 0,
  outerWidth = 0,
  width,
  height,
}: Shape) {
  const wanted = Math.min(atWidth(columns, outerWidth), Math.floor(width / (MIN_TILE + GAP)));
  const across = Math.max(1, fitColumns ? Math.min(wanted, count) : wanted);
  const column = Math.max(MIN_TILE, Math.floor(width / across) - GAP);
  /** All of a row but its pictures. */
  const rest = GAP + (lines && lines * LINE + CAPTION_SPACE);
  const heading = groups?.length ? HEADING : 0;
  const highest = (height ?? MAX_HEIGHT) - rest - heading - (count > across ? PEEK : 0);
  const picture = Math.min(column, Math.max(MIN_TILE, highest));
  const tile = Math.min(column, Math.floor(picture * MAX_ASPECT));
  const pitch = picture + rest;
  // What is not grouped is one group, without a heading. In floats: pixels go beyond 32 bits.
  const sizes = groups?.length ? groups.map(([, size]) => size) : [count];
  const firsts = new Float64Array(sizes.length + 1);
  const tops = new Float64Array(sizes.length + 1);
  sizes.forEach((size, group) => {
    firsts[group + 1] = at(firsts, group) + size;
    tops[group + 1] = at(tops, group) + heading + Math.ceil(size / across) * pitch;
  });
  const total = at(tops, sizes.length);
  return {
    count,
    columns: across,
    /** Each group's first item, and where its heading begins; after the last, the ends. */
    firsts,
    tops,
    /** Height of a heading. */
    heading,
    /** Size of a tile's picture. */
    width: tile,
    picture,
    /** From one row to the next. */
    pitch,
    /** Where the first column begins. */
    left: PAD + Math.floor((width - across * (tile + GAP)) / 2),
    /** Height of everything, were it drawn; and that of the scrolled element. */
    total,
    height: Math.min(total, MAX_SCROLL),
    /** Height of the scroll box. */
    viewport: height ?? Math.min(total, rows ? heading + atWidth(rows, outerWidth) * pitch : MAX_HEIGHT),
  };
}

/** An element that is there. */
function at(numbers: Float64Array, position: number): number {
  return numbers[position] as number;
}

/** The last group that begins no later than `value`. */
export function groupAt(begins: Float64Array, value: number): number {
  let low = 0;
  let high = begins.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at(begins, middle) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** An item's group, and its row and column in that. */
export function cell(
  { firsts, columns }: Layout,
  index: number,
): [group: number, row: number, column: number] {
  const group = groupAt(firsts, index);
  const place = index - at(firsts, group);
  return [group, Math.floor(place / columns), place % columns];
}

/** How far to scroll until an item's row is the first, under its group's heading, which stays at the top. */
export function rowTop(layout: Layout, index: number): number {
  const [group, row] = cell(layout, index);
  return at(layout.tops, group) + row * layout.pitch;
}

/** The upper edge of its tile, from the top of everything. */
export function topOf(layout: Layout, index: number): number {
  return PAD + layout.heading + rowTop(layout, index);
}

export function leftOf(layout: Layout, index: number): number {
  return layout.left + cell(layout, index)[2] * (layout.width + GAP);
}

/** The first item of the row in which `top` lies, or is nearest to, as `rounded` has it; the number of items after all rows. */
export function rowAt({ firsts, tops, columns, pitch }: Layout, top: number, rounded: Rounding): number {
  const group = groupAt(tops, top);
  const first = at(firsts, group);
  const row = rounded((top - at(tops, group)) / pitch);
  return clamp(first + row * columns, first, at(firsts, group + 1));
}

type Rounding = (value: number) => number;

/** The farthest that everything can be scrolled; less than nothing when all of it is seen. */
export function lastTop({ total, viewport }: Layout): number {
  return total - viewport;
}

export function clampTop(layout: Layout, top: number): number {
  return clamp(top, 0, lastTop(layout));
}

/** The items in all visible rows, and in `more` rows above and below. */
export function visible(layout: Layout, top: number, more = 0): Range {
  const { heading, pitch, viewport } = layout;
  // Tiles begin a heading's height below their group.
  return [
    rowAt(layout, top - heading - more * pitch, Math.floor),
    rowAt(layout, top + viewport + more * pitch - heading, Math.ceil),
  ];
}

/** What to have thumbnails of: the visible rows first, then as many items again in the direction of travel. */
export function needed(layout: Layout, top: number, backwards: boolean): Range[] {
  const [start, stop] = visible(layout, top);
  const span = stop - start;
  return [
    [start, stop],
    backwards ? [Math.max(0, start - span), start] : [stop, Math.min(stop + span, layout.count)],
  ];
}

/** The nearest scroll position at which an item's tile is seen whole. */
export function revealing(layout: Layout, index: number, top: number): number {
  const upper = rowTop(layout, index);
  return Math.min(upper, Math.max(top, upper + layout.heading + layout.pitch - layout.viewport));
}

/** Where a key leads from an item; up and down in this column, or else in its own. */
export function stepped(layout: Layout, index: number, step: Step, column?: number): number {
  const { viewport, heading, pitch } = layout;
  const last = layout.count - 1;
  const [group, , own] = cell(layout, index);
  const page = Math.floor((viewport - heading) / pitch) || 1;
  // A row and the heading before it are less than two rows.
  const vertical = (rows: number) => {
    const top = clamp(rowTop(layout, index) + rows * pitch, 0, rowTop(layout, last));
    const start = rowAt(layout, top, Math.floor);
    return Math.min(
      start + Math.min(column ?? own, layout.columns - 1),
      at(layout.firsts, cell(layout, start)[0] + 1) - 1,
    );
  };
  const to = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    ArrowUp: vertical(-1),
    ArrowDown: vertical(1),
    Home: index - own,
    End: Math.min(index - own + layout.columns, at(layout.firsts, group + 1)) - 1,
    "Ctrl+Home": 0,
    "Ctrl+End": last,
    PageUp: vertical(-page),
    PageDown: vertical(page),
  }[step];
  return clamp(to, 0, last);
}

/**
 * Maps the scroll bar onto heights that no browser scrolls. Up to 8 million px it changes nothing. Above, each wheel, finger
 * or key still moves by exactly the pixels it would, and dragging the scrollbar reaches everything; the difference between
 * the two is made up when nothing moves: `rest` says where the scroll bar belongs, `settled` takes where it really stopped.
 */
export class ScrollMap {
  /** What to take from a distance in `layout.total` to draw it in the scrolled element. */
  offset = 0;
  #scroll = 0;
  #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** How far everything is scrolled, in pixels of `layout.total`. */
  get top(): number {
    return clampTop(this.#layout, this.#scroll + this.offset);
  }

  moved(scroll: number): void {
    const { height, viewport } = this.#layout;
    const last = height - viewport;
    const jumped = Math.abs(scroll - this.#scroll) > JUMP || scroll <= 0 || scroll >= last - 1;
    this.#scroll = scroll;
    if (jumped) this.offset = this.#offsetAt(scroll, last);
  }

  rest(top: number): number {
    return top - this.#offsetAt(top, lastTop(this.#layout));
  }

  settled(scroll: number, top: number): void {
    this.#scroll = scroll;
    this.offset = this.#spare && top - scroll;
  }

  resize(layout: Layout): void {
    this.#layout = layout;
  }

  /** The height that the scroll bar cannot show. */
  get #spare(): number {
    return this.#layout.total - this.#layout.height;
  }

  /** None of it lies above the exact beginning, all of it above the exact end. */
  #offsetAt(at: number, last: number): number {
    const exact = Math.min(EXACT, this.#layout.height / 4);
    return this.#spare && this.#spare * clamp((at - exact) / (last - 2 * exact), 0, 1);
  }
}
