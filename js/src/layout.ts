/** Which items are visible, and where: arithmetic on widths, rows and scroll positions. Knows no DOM. */

import type { Step } from "./keys";
import type { Range } from "./protocol";

/** Space between tiles. */
export const GAP = 8;
/** Space around all tiles: as wide as a focus ring with its offset, which the scroll box would cut off. */
export const PAD = 4;
/** One line of a caption, and the space above and below: a caption is nearer to its own picture than to the next. */
const LINE = 16;
const CAPTION_SPACE = 4 + 4;

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
  readonly columns: readonly number[];
  readonly rows: readonly number[] | null;
  readonly fitColumns: boolean;
  /** Lines reserved for captions. */
  readonly lines: number;
  /** Of the whole widget, which chooses the breakpoint, and of the scroll box inside its scrollbar. */
  readonly outerWidth: number;
  readonly width: number;
  /** Of the scroll box where an option sets it, null where the rows do. */
  readonly height: number | null;
}

export interface Layout {
  readonly count: number;
  readonly columns: number;
  /** Rows in all. */
  readonly rows: number;
  /** Size of a tile's picture. */
  readonly width: number;
  readonly picture: number;
  /** From one row to the next. */
  readonly pitch: number;
  /** Where the first column begins. */
  readonly left: number;
  /** Height of everything, were it drawn; and that of the scrolled element. */
  readonly total: number;
  readonly height: number;
  /** Height of the scroll box. */
  readonly viewport: number;
}

/** The value for a width from a list for the widths <576, <768, <992, <1200, <1400, ≥1400; the last repeats. */
export function atWidth(values: readonly number[], width: number): number {
  const step = BREAKPOINTS.filter((from) => width >= from).length;
  return values[Math.min(step, values.length - 1)] ?? 1;
}

export function layOut(shape: Shape): Layout {
  const { count, lines, width, height } = shape;
  const inner = Math.max(MIN_TILE, width - 2 * PAD);
  const fitting = Math.floor((inner + GAP) / (MIN_TILE + GAP));
  const wanted = Math.min(atWidth(shape.columns, shape.outerWidth), fitting);
  const columns = Math.max(1, shape.fitColumns ? Math.min(wanted, count) : wanted);
  const caption = lines ? lines * LINE + CAPTION_SPACE : 0;
  const column = Math.floor((inner - (columns - 1) * GAP) / columns);
  const highest = Math.max(
    MIN_TILE,
    (height ?? MAX_HEIGHT) - 2 * PAD - caption - (count > columns ? PEEK : 0),
  );
  const picture = Math.min(column, highest);
  const tile = Math.min(column, Math.floor(picture * MAX_ASPECT));
  const pitch = picture + caption + GAP;
  const rows = Math.ceil(count / columns);
  const total = heightOf(rows, pitch);
  const shown = shape.rows
    ? heightOf(Math.min(atWidth(shape.rows, shape.outerWidth), rows), pitch)
    : MAX_HEIGHT;
  return {
    count,
    columns,
    rows,
    width: tile,
    picture,
    pitch,
    left: PAD + Math.floor((inner - columns * (tile + GAP) + GAP) / 2),
    total,
    height: Math.min(total, MAX_SCROLL),
    viewport: height ?? Math.min(total, shown),
  };
}

function heightOf(rows: number, pitch: number): number {
  return rows ? rows * pitch - GAP + 2 * PAD : 0;
}

export function rowOf(layout: Layout, index: number): number {
  return Math.floor(index / layout.columns);
}

/** The upper edge of an item's tile, from the top of everything. */
export function topOf(layout: Layout, index: number): number {
  return PAD + rowOf(layout, index) * layout.pitch;
}

export function leftOf(layout: Layout, index: number): number {
  return layout.left + (index % layout.columns) * (layout.width + GAP);
}

/** The farthest that everything can be scrolled. */
export function lastTop(layout: Layout): number {
  return Math.max(0, layout.total - layout.viewport);
}

export function clampTop(layout: Layout, top: number): number {
  return Math.max(0, Math.min(top, lastTop(layout)));
}

/** The items in all rows of which at least a pixel is visible, and `more` rows above and below. */
export function visible(layout: Layout, top: number, more = 0): Range {
  const first = Math.floor((top - PAD + GAP) / layout.pitch) - more;
  const end = Math.ceil((top + layout.viewport - PAD) / layout.pitch) + more;
  return items(layout, first, end);
}

/** What to have thumbnails of: the visible rows first, then as many again in the direction of travel. */
export function needed(layout: Layout, top: number, backwards: boolean): Range[] {
  const seen = visible(layout, top);
  const span = Math.ceil((seen[1] - seen[0]) / layout.columns);
  const first = rowOf(layout, seen[0]);
  const end = Math.ceil(seen[1] / layout.columns);
  const ahead = backwards ? items(layout, first - span, first) : items(layout, end, end + span);
  return [seen, ahead].filter(([start, stop]) => stop > start);
}

function items(layout: Layout, firstRow: number, endRow: number): Range {
  const start = Math.max(0, firstRow) * layout.columns;
  return [Math.min(start, layout.count), Math.max(0, Math.min(endRow * layout.columns, layout.count))];
}

/** The nearest scroll position at which an item's tile is seen whole. */
export function revealing(layout: Layout, index: number, top: number): number {
  const upper = topOf(layout, index) - PAD;
  const lower = topOf(layout, index) + layout.pitch - GAP + PAD;
  if (upper < top) return clampTop(layout, upper);
  return clampTop(layout, Math.max(top, lower - layout.viewport));
}

/** Where a key leads from an item. */
export function stepped(layout: Layout, index: number, step: Step): number {
  const { count, columns } = layout;
  const last = count - 1;
  const page = Math.max(1, Math.floor((layout.viewport + GAP - 2 * PAD) / layout.pitch));
  const vertical = (rows: number): number => {
    const row = Math.max(0, Math.min(rowOf(layout, index) + rows, rowOf(layout, last)));
    return row === rowOf(layout, index) ? index : row * columns + (index % columns);
  };
  const to = {
    left: index - 1,
    right: index + 1,
    up: vertical(-1),
    down: vertical(1),
    rowStart: index - (index % columns),
    rowEnd: index - (index % columns) + columns - 1,
    first: 0,
    last,
    pageUp: vertical(-page),
    pageDown: vertical(page),
  }[step];
  return Math.max(0, Math.min(to, last));
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
    const { spare, last, end, ratio } = this.#measures();
    const jumped = Math.abs(scroll - this.#scroll) > JUMP;
    this.#scroll = scroll;
    if (!spare || (!jumped && scroll > 0 && scroll < last - 1)) return;
    if (scroll <= EXACT) this.offset = 0;
    else this.offset = scroll >= end ? spare : (scroll - EXACT) * (ratio - 1);
  }

  rest(top = this.top): number {
    const { spare, end, ratio } = this.#measures();
    if (!spare || top <= EXACT) return top;
    return top >= end + spare ? top - spare : EXACT + (top - EXACT) / ratio;
  }

  settled(scroll: number, top = this.top): void {
    this.#scroll = scroll;
    this.offset = this.#measures().spare && top - scroll;
  }

  resize(layout: Layout): void {
    this.#layout = layout;
  }

  /** The height that the scroll bar cannot show, the farthest it goes, where the exact end begins, and the compression. */
  #measures() {
    const { total, height, viewport } = this.#layout;
    const spare = total - height;
    const last = height - viewport;
    const end = last - EXACT;
    return { spare, last, end, ratio: 1 + spare / (end - EXACT) };
  }
}
