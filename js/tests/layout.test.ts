import { describe, expect, it } from "vitest";
import type { Step } from "../src/keys";
import {
  atWidth,
  GAP,
  HEADING,
  type Layout,
  lastTop,
  layOut,
  leftOf,
  needed,
  PAD,
  revealing,
  rowAt,
  rowTop,
  ScrollMap,
  type Shape,
  stepped,
  topOf,
  visible,
} from "../src/layout";

const lay = (shape: Partial<Shape> = {}): Layout =>
  layOut({
    count: 100,
    columns: [4],
    rows: null,
    fitColumns: true,
    lines: 0,
    outerWidth: 800,
    width: 800,
    height: null,
    ...shape,
  });

describe("atWidth", () => {
  it("has one value for each width of the widget, the last repeating", () => {
    const widths = [0, 575, 576, 767, 768, 991, 992, 1199, 1200, 1399, 1400, 5000];
    expect(widths.map((width) => atWidth([1, 2, 3, 4, 5, 6], width))).toEqual([
      1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6,
    ]);
    expect(widths.map((width) => atWidth([1, 2], width))).toEqual([1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
  });
});

describe("layOut", () => {
  it("fills the width with square tiles and even gaps", () => {
    const { columns, width, picture, pitch, total, left } = lay();
    expect([columns, width, picture, pitch, total]).toEqual([4, 192, 192, 200, 5000]);
    expect(left).toBe(PAD);
    const layout = lay({ width: 799 });
    const right = leftOf(layout, 3) + layout.width;
    expect(Math.abs(799 - right - leftOf(layout, 0))).toBeLessThanOrEqual(1);
    expect(leftOf(layout, 1) - leftOf(layout, 0)).toBe(layout.width + GAP);
  });

  it("is as high as its rows, at most 560 px, unless rows or an option say otherwise", () => {
    expect(lay({ count: 4 }).viewport).toBe(200);
    expect(lay({ count: 4 }).total).toBe(200);
    expect(lay().viewport).toBe(560);
    expect(lay({ rows: [4] }).viewport).toBe(800);
    expect(lay({ rows: [4], count: 5 }).viewport).toBe(400);
    expect(lay({ rows: [1, 1, 2] }).viewport).toBe(400);
    expect(lay({ height: 300 }).viewport).toBe(300);
    expect(lay({ count: 0 }).viewport).toBe(0);
  });

  it("never draws a tile higher than the box shows whole, and then at most four thirds as wide", () => {
    const one = lay({ count: 1, columns: [1], outerWidth: 1400, width: 1400 });
    expect(one.picture).toBe(560 - 2 * PAD);
    expect(one.width).toBe(736);
    expect(leftOf(one, 0) * 2 + one.width).toBe(1400);
    const low = lay({ count: 4, height: 150, lines: 2 });
    expect(low.pitch - GAP + 2 * PAD).toBe(150);
  });

  it("shows a part of the next row when there is one", () => {
    const two = lay({ columns: [2], outerWidth: 1400, width: 1400 });
    expect(two.viewport - topOf(two, 2)).toBeGreaterThanOrEqual(24);
  });

  it("has no more columns than items, and none too narrow to hit", () => {
    expect(lay({ count: 3 }).columns).toBe(3);
    expect(lay({ count: 3, fitColumns: false }).columns).toBe(4);
    expect(lay({ count: 0 }).columns).toBe(1);
    expect(lay({ columns: [100] }).width).toBeGreaterThanOrEqual(48);
    expect(lay({ columns: [3], width: 20 }).columns).toBe(1);
  });

  it("reserves as many lines as it is told for captions", () => {
    expect(lay({ lines: 1 }).pitch - lay().pitch).toBe(24);
    expect(lay({ lines: 2 }).pitch - lay().pitch).toBe(40);
  });
});

describe("visible", () => {
  it("names every item of which a pixel shows, and no other", () => {
    const layout = lay({ count: 99, columns: [3], height: 333 });
    for (let top = 0; top <= lastTop(layout); top += 7) {
      const seen = Array.from({ length: 99 }, (_, index) => index).filter((index) => {
        const upper = topOf(layout, index);
        return upper < top + layout.viewport && upper + layout.pitch - GAP > top;
      });
      const [start, stop] = visible(layout, top);
      expect(start).toBeLessThanOrEqual(seen[0] as number);
      expect(stop).toBeGreaterThan(seen.at(-1) as number);
      expect(stop - start - seen.length).toBeLessThanOrEqual(layout.columns);
    }
  });

  it("is bounded whatever the length of the list", () => {
    const [start, stop] = visible(lay({ count: 1_000_000 }), 10_000_000, 1);
    expect(stop - start).toBeLessThanOrEqual(4 * 6);
    expect(start).toBeGreaterThan(190_000);
    expect(visible(lay({ count: 0 }), 0, 1)).toEqual([0, 0]);
    expect(visible(lay({ count: 2 }), 0, 1)).toEqual([0, 2]);
  });
});

describe("needed", () => {
  it("asks for what is seen, then for as many rows again in the direction of travel", () => {
    const layout = lay({ height: 400 });
    expect(needed(layout, 1000, false)).toEqual([
      [20, 28],
      [28, 36],
    ]);
    expect(needed(layout, 1000, true)).toEqual([
      [20, 28],
      [12, 20],
    ]);
    expect(needed(layout, 0, true)).toEqual([
      [0, 8],
      [0, 0],
    ]);
    expect(needed(layout, lastTop(layout), false)).toEqual([
      [92, 100],
      [100, 100],
    ]);
    expect(needed(lay({ count: 0 }), 0, false)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe("revealing", () => {
  it("moves as little as shows the whole tile", () => {
    const layout = lay();
    expect(revealing(layout, 0, 50)).toBe(0);
    expect(revealing(layout, 8, 100)).toBe(100);
    expect(revealing(layout, 12, 100)).toBe(240);
    expect(revealing(layout, 99, 0)).toBe(lastTop(layout));
  });
});

describe("stepped", () => {
  const layout = lay({ count: 22, columns: [5], height: 340 });
  it.each<[Step, number, number]>([
    ["ArrowLeft", 5, 4],
    ["ArrowLeft", 0, 0],
    ["ArrowRight", 4, 5],
    ["ArrowRight", 21, 21],
    ["ArrowUp", 7, 2],
    ["ArrowUp", 2, 2],
    ["ArrowDown", 16, 21],
    ["ArrowDown", 18, 21],
    ["ArrowDown", 20, 20],
    ["Home", 13, 10],
    ["End", 13, 14],
    ["End", 20, 21],
    ["Ctrl+Home", 13, 0],
    ["Ctrl+End", 13, 21],
    ["PageDown", 3, 13],
    ["PageDown", 19, 21],
    ["PageUp", 21, 11],
    ["PageUp", 3, 3],
  ])("%s from %d to %d", (step, from, to) => {
    expect(stepped(layout, from, step)).toBe(to);
  });
});

describe("ScrollMap", () => {
  it("changes nothing while the browser can scroll it all", () => {
    const layout = lay({ count: 100_000 });
    const map = new ScrollMap(layout);
    for (const scroll of [0, 1, 4_000_000.5, lastTop(layout)]) {
      map.moved(scroll);
      expect([map.top, map.offset, map.rest(map.top)]).toEqual([scroll, 0, scroll]);
    }
  });

  const layout = lay({ count: 1_000_000, columns: [2], outerWidth: 1400, width: 1400 });
  const lastScroll = layout.height - layout.viewport;

  it("keeps what is scrolled within what browsers can", () => {
    expect(layout.total).toBeGreaterThan(200_000_000);
    expect(layout.height).toBe(8_000_000);
  });

  it("reaches both ends by the scroll bar, and everything between in order", () => {
    const map = new ScrollMap(layout);
    let before = -1;
    for (let scroll = 0; scroll <= lastScroll; scroll += lastScroll / 97) {
      map.moved(scroll);
      expect(map.top).toBeGreaterThan(before);
      before = map.top;
    }
    map.moved(lastScroll);
    expect(map.top).toBe(lastTop(layout));
    map.moved(0);
    expect(map.top).toBe(0);
  });

  it("moves by whole pixels with the wheel, wherever it is, and through a rest", () => {
    const map = new ScrollMap(layout);
    map.moved(lastScroll / 2);
    let top = map.top;
    let scroll = lastScroll / 2;
    for (let turn = 0; turn < 2000; turn++) {
      scroll += 120;
      map.moved(scroll);
      expect(map.top).toBeCloseTo(top + 120, 3);
      top = map.top;
      if (turn % 50) continue;
      scroll = Math.round(map.rest(map.top));
      map.settled(scroll, top);
      expect(map.top).toBeCloseTo(top, 3);
      map.moved(scroll);
      expect(map.top).toBeCloseTo(top, 3);
    }
  });

  it.each([6_710_886, 3_355_443])("reaches both ends where the browser allows only %s px", (height) => {
    const map = new ScrollMap({ ...layout, height });
    const last = height - layout.viewport;
    let before = -1;
    for (let scroll = 0; scroll < last; scroll += last / 97) {
      map.moved(scroll);
      expect(map.top).toBeGreaterThan(before);
      before = map.top;
    }
    map.moved(last);
    expect(map.top).toBe(lastTop(layout));
    for (const top of [0, 1000, 5e6, lastTop(layout) / 2, lastTop(layout)]) {
      expect(map.rest(top)).toBeGreaterThanOrEqual(0);
      expect(map.rest(top)).toBeLessThanOrEqual(last);
    }
  });

  it("goes to any item exactly, and rests there", () => {
    const map = new ScrollMap(layout);
    for (const index of [0, 1, 4321, 500_000, 999_000, 999_999]) {
      const top = revealing(layout, index, 0);
      const scroll = Math.round(map.rest(top));
      expect(scroll).toBeLessThanOrEqual(lastScroll);
      map.settled(scroll, top);
      expect(map.top).toBe(top);
    }
  });

  it("lets the wheel reach the first item from where the scroll bar is near the top", () => {
    const map = new ScrollMap(layout);
    map.settled(map.rest(30_000), 30_000);
    for (let scroll = map.rest(map.top); scroll >= 0; scroll -= 120) map.moved(scroll);
    map.moved(0);
    expect(map.top).toBe(0);
  });
});

describe("groups", () => {
  /** What a browser would do: put one row after the other. */
  const naive = (sizes: readonly number[], { columns, pitch }: Layout) => {
    const places: { top: number; column: number; row: number; group: number }[] = [];
    const headings: number[] = [];
    let top = 0;
    let row = -1;
    sizes.forEach((size, group) => {
      headings.push(top);
      top += HEADING;
      for (let at = 0; at < size; at++) {
        if (!(at % columns)) {
          row++;
          top += pitch;
        }
        places.push({ top: top - pitch, column: at % columns, row, group });
      }
    });
    return { places, headings, total: top };
  };
  /** The same numbers every time. */
  const random = (seed: number) => () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const grouped = (sizes: readonly number[], shape: Partial<Shape> = {}) =>
    lay({
      count: sizes.reduce((sum, size) => sum + size, 0),
      groups: sizes.map((size, group) => [`group ${group}`, size]),
      ...shape,
    });
  const cases = Array.from({ length: 40 }, (_, seed) => {
    const next = random(seed);
    const sizes = Array.from({ length: 1 + Math.floor(next() * 12) }, () => 1 + Math.floor(next() * 14));
    return { sizes, columns: [1 + Math.floor(next() * 6)], height: 250 + Math.floor(next() * 500) };
  });

  it.each(cases)("of $sizes in $columns columns lie as rows under headings", ({ sizes, ...shape }) => {
    const layout = grouped(sizes, shape);
    const { places, headings, total } = naive(sizes, layout);
    expect(layout.total).toBe(total);
    expect([...layout.tops]).toEqual([...headings, total]);
    places.forEach(({ top, column }, index) => {
      expect(topOf(layout, index)).toBe(PAD + top);
      expect(leftOf(layout, index)).toBe(layout.left + column * (layout.width + GAP));
    });
  });

  it.each(cases)("of $sizes in $columns columns are seen, and no row more", ({ sizes, ...shape }) => {
    const layout = grouped(sizes, shape);
    const { places } = naive(sizes, layout);
    for (let top = 0; top <= lastTop(layout); top += 13) {
      const rows = places.map((place, index) => ({ ...place, index }));
      const seen = rows.filter((row) => row.top < top + layout.viewport && row.top + layout.pitch > top);
      const [start, stop] = visible(layout, top);
      expect([start, stop]).toEqual([seen[0]?.index ?? start, (seen.at(-1)?.index ?? start - 1) + 1]);
    }
  });

  it.each(cases)("of $sizes in $columns columns are walked by rows", ({ sizes, ...shape }) => {
    const layout = grouped(sizes, shape);
    const { places } = naive(sizes, layout);
    const lastRow = places.at(-1)?.row as number;
    places.forEach(({ row, column }, index) => {
      const at = (to: number) => {
        const inRow = places.flatMap((place, other) => (place.row === to ? [other] : []));
        return inRow[Math.min(column, inRow.length - 1)];
      };
      expect(stepped(layout, index, "ArrowUp")).toBe(row ? at(row - 1) : index);
      expect(stepped(layout, index, "ArrowDown")).toBe(row < lastRow ? at(row + 1) : index);
      expect(places[stepped(layout, index, "Home")]).toMatchObject({ row, column: 0 });
      const end = stepped(layout, index, "End");
      expect(places[end]?.row).toBe(row);
      expect(places[end + 1]?.row).not.toBe(row);
      expect(stepped(layout, index, "PageDown")).toBeGreaterThanOrEqual(stepped(layout, index, "ArrowDown"));
      expect(stepped(layout, index, "PageUp")).toBeLessThanOrEqual(stepped(layout, index, "ArrowUp"));
    });
  });

  it.each(cases)("of $sizes in $columns columns never hide a revealed tile", ({ sizes, ...shape }) => {
    const layout = grouped(sizes, shape);
    const { places } = naive(sizes, layout);
    for (const from of [0, lastTop(layout) / 2, lastTop(layout)]) {
      places.forEach(({ top }, index) => {
        const to = revealing(layout, index, from);
        expect(top).toBeGreaterThanOrEqual(to + HEADING);
        expect(top + layout.pitch).toBeLessThanOrEqual(to + layout.viewport);
      });
    }
  });

  it("keep the column that the arrows came from through rows that are shorter", () => {
    const layout = grouped([5, 1, 5], { columns: [5] });
    const first = stepped(layout, 3, "ArrowDown", 3);
    expect([first, stepped(layout, first, "ArrowDown", 3)]).toEqual([5, 9]);
  });

  it("are found among ten thousand of a million items", () => {
    const sizes = Array.from({ length: 10_000 }, (_, group) => (group % 2 ? 199 : 1));
    const layout = grouped(sizes, { columns: [8], outerWidth: 1400, width: 1400 });
    expect(layout.count).toBe(1_000_000);
    const map = new ScrollMap(layout);
    for (const index of [0, 1, 200, 499_999, 500_000, 999_999]) {
      const top = revealing(layout, index, 0);
      const [start, stop] = visible(layout, top);
      expect(start <= index && index < stop).toBe(true);
      expect(stop - start).toBeLessThanOrEqual(8 * 6);
      const scroll = Math.round(map.rest(top));
      expect(scroll).toBeLessThanOrEqual(layout.height - layout.viewport);
      map.settled(scroll, top);
      expect(map.top).toBe(top);
      expect(rowTop(layout, rowAt(layout, rowTop(layout, index), Math.round))).toBe(rowTop(layout, index));
    }
  });

  it("are no groups when there are none", () => {
    expect(lay({ groups: [] })).toEqual(lay());
    expect(lay({ groups: null })).toEqual(lay());
  });
});
