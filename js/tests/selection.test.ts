import { describe, expect, it } from "vitest";
import type { SpliceOperation } from "../src/protocol";
import { Ranges, shift } from "../src/selection";

const members = (ranges: Ranges): number[] =>
  ranges.pairs.flatMap(([start, stop]) => Array.from({ length: stop - start }, (_, i) => start + i));

/** A sequence of pseudo-random numbers that is the same on every run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe("Ranges", () => {
  it("sorts, joins and drops what is empty", () => {
    const ranges = Ranges.from([
      [5, 7],
      [1, 3],
      [3, 5],
      [9, 9],
      [8, 6],
    ]);
    expect(ranges.pairs).toEqual([[1, 7]]);
    expect(ranges.size).toBe(6);
    expect(Ranges.from([])).toEqual(Ranges.empty);
  });

  it("spans from one index to another in either order", () => {
    expect(Ranges.between(7, 3).pairs).toEqual([[3, 8]]);
    expect(Ranges.between(4).pairs).toEqual([[4, 5]]);
  });

  it("finds its members among many ranges", () => {
    const ranges = Ranges.from(Array.from({ length: 1000 }, (_, i) => [i * 10, i * 10 + 3] as const));
    expect([0, 2, 3, 9, 9990, 9992, 9993, -1].map((index) => ranges.has(index))).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  it("agrees with sets and with a list that is edited item by item", () => {
    const roll = dice(7);
    for (let round = 0; round < 500; round++) {
      const some = () =>
        Ranges.from(
          Array.from({ length: roll(5) }, () => Ranges.between(roll(30), roll(30)).pairs[0] ?? [0, 0]),
        );
      const [a, b] = [some(), some()];
      const [inA, inB] = [new Set(members(a)), new Set(members(b))];
      expect(members(a.union(b))).toEqual([...new Set([...inA, ...inB])].sort((x, y) => x - y));
      expect(members(a.minus(b))).toEqual([...inA].filter((index) => !inB.has(index)));

      const list = Array.from({ length: 30 }, (_, i) => i);
      const operations: SpliceOperation[] = [];
      for (let step = 0; step < 3; step++) {
        const at = roll(list.length);
        if (roll(3) === 0) {
          const to = roll(list.length);
          operations.push({ op: "move", from: at, to });
          list.splice(to, 0, ...list.splice(at, 1));
        } else {
          const remove = Math.min(roll(4), list.length - at);
          const insert = roll(4) + 1;
          operations.push({ op: "splice", at, remove, insert });
          list.splice(at, remove, ...Array.from({ length: insert }, () => -1));
        }
      }
      const kept = list.flatMap((item, now) => (inA.has(item) ? [now] : []));
      expect(members(a.shifted(operations))).toEqual(kept);
      for (let item = 0; item < 30; item++) {
        const now = list.indexOf(item);
        expect(shift(item, operations)).toBe(now < 0 ? null : now);
      }
    }
  });

  it("costs by ranges, not by items", () => {
    const million = Ranges.from([[0, 1_000_000]]);
    const cut = million
      .minus(Ranges.between(500_000))
      .shifted([{ op: "splice", at: 10, remove: 0, insert: 5 }]);
    expect(cut.pairs).toEqual([
      [0, 10],
      [15, 500_005],
      [500_006, 1_000_005],
    ]);
  });
});

describe("shift", () => {
  it("leaves captions alone and forgets all on reset", () => {
    expect(shift(3, [{ op: "caption", at: 3, caption: "new" }])).toBe(3);
    expect(shift(3, [{ op: "reset" }])).toBeNull();
    expect(Ranges.between(3).shifted([{ op: "reset" }])).toEqual(Ranges.empty);
  });

  it("treats a replaced item as gone", () => {
    expect(shift(3, [{ op: "splice", at: 3, remove: 1, insert: 1 }])).toBeNull();
  });
});
