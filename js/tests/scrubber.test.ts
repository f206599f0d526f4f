import { describe, expect, it } from "vitest";
import { lastTop, layOut } from "../src/layout";
import { createPace, handleAt, LONG, topAt } from "../src/scrubber";

const layout = layOut({ count: 1_000_000, columns: [3], width: 600, height: 560 });

describe("the handle", () => {
  it("lies at the top at the beginning, and at the bottom at the end", () => {
    expect(handleAt(layout, 0)).toBe(0);
    expect(handleAt(layout, lastTop(layout))).toBe(560 - 48);
  });

  it.each([0, 0.25, 0.5, 0.9, 1])("leads to where it stands, in proportion: %s", (part) => {
    const top = topAt(layout, part * (560 - 48));
    expect(Math.abs(top - part * lastTop(layout))).toBeLessThanOrEqual(0.5);
    expect(handleAt(layout, top)).toBeCloseTo(part * (560 - 48), 3);
  });

  it("stays within both ends however far it is dragged", () => {
    expect(topAt(layout, -1e6)).toBe(0);
    expect(topAt(layout, 1e6)).toBe(lastTop(layout));
  });

  it("stands somewhere in a gallery that does not scroll", () => {
    const short = layOut({ count: 2, columns: [2], width: 600 });
    expect(short.total).toBeLessThan(LONG * short.viewport);
    expect(handleAt(short, 0)).toBe(0);
  });
});

describe("pace", () => {
  const screens = (...moves: readonly (readonly [now: number, top: number])[]) => {
    const isFast = createPace();
    return moves.map(([now, top]) => isFast(top, 500, now));
  };

  it("a jump from rest is looked at where it leads", () => {
    expect(screens([1000, 5e6], [1016, 5e6])).toEqual([false, false]);
  });

  it("jump after jump passes, until it rests", () => {
    const dragged = screens([1000, 1e6], [1016, 2e6], [1032, 3e6], [1040, 3e6], [1092, 3e6], [1200, 4e6]);
    expect(dragged).toEqual([false, true, true, true, false, false]);
  });

  it("what is scrolled slower than a screen in a tenth of a second is looked at", () => {
    const isFast = createPace();
    const fast = (pixels: number) =>
      Array.from({ length: 30 }, (_, frame) => isFast(frame * pixels, 500, 1000 + frame * 16)).some(Boolean);
    expect(fast(70)).toBe(false);
  });

  it("what is scrolled faster is not", () => {
    const isFast = createPace();
    const fast = Array.from({ length: 30 }, (_, frame) => isFast(frame * 100, 500, 1000 + frame * 16));
    expect(fast.slice(10).every(Boolean)).toBe(true);
  });
});
