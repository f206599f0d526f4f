/** Which items are selected: immutable ranges of indices. Knows no DOM and no kernel; twin of `selection.py`. */

import type { Range, SpliceOperation } from "./protocol";

/** Sorted, disjoint, coalesced half-open ranges. Costs follow the number of ranges, never that of the items. */
export class Ranges {
  static readonly empty = new Ranges([]);

  /** How many indices are in it. */
  readonly size: number;

  private constructor(readonly pairs: readonly Range[]) {
    this.size = pairs.reduce((sum, [start, stop]) => sum + stop - start, 0);
  }

  /** Any ranges, in any order, overlapping or empty; `without` what lies in others, which do not overlap. */
  static from(pairs: readonly Range[], without: readonly Range[] = []): Ranges {
    const edges: [at: number, by: number][] = [];
    for (const [start, stop] of pairs) if (start < stop) edges.push([start, 1], [stop, -1]);
    for (const [start, stop] of without) edges.push([start, -1], [stop, 1]);
    // What opens comes before what closes at the same place: neighbours are joined.
    edges.sort(([a, by], [b, other]) => a - b || other - by);
    const merged: Range[] = [];
    let depth = 0;
    let start = 0;
    for (const [at, by] of edges) {
      depth += by;
      if (depth === 1 && by > 0) start = at;
      if (!depth && by < 0 && start < at) merged.push([start, at]);
    }
    return new Ranges(merged);
  }

  /** One index, or all from one to the other, both included and in either order. */
  static between(a: number, b = a): Ranges {
    return Ranges.from([[Math.min(a, b), Math.max(a, b) + 1]]);
  }

  has(index: number): boolean {
    let low = 0;
    let high = this.pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.pairs[middle] as Range)[1] > index) high = middle;
      else low = middle + 1;
    }
    return (this.pairs[low]?.[0] ?? Infinity) <= index;
  }

  union(other: Ranges): Ranges {
    return Ranges.from([...this.pairs, ...other.pairs]);
  }

  minus(other: Ranges): Ranges {
    return Ranges.from(this.pairs, other.pairs);
  }

  /** The same items after the list has changed; what came in is not part of it. */
  shifted(operations: readonly SpliceOperation[]): Ranges {
    return operations.reduce<Ranges>((ranges, operation) => {
      const runs = runsOf(operation);
      return Ranges.from(
        ranges.pairs.flatMap(([start, stop]) =>
          runs.map(([from, to, by]): Range => [Math.max(start, from) + by, Math.min(stop, to) + by]),
        ),
      );
    }, this);
  }
}

/** Where the item at `index` is after the list has changed; null when it has gone. */
export function shift(index: number, operations: readonly SpliceOperation[]): number | null {
  let at = index;
  for (const operation of operations) {
    const run = runsOf(operation).find(([from, to]) => from <= at && at < to);
    if (!run) return null;
    at += run[2];
  }
  return at;
}

type Run = readonly [from: number, to: number, by: number];

/** The runs of items that stay together: from where to where, and how far they go. One that ends before it begins is empty. */
function runsOf(operation: SpliceOperation): Run[] {
  if (operation.op === "move") {
    const { from, to } = operation;
    return [
      [0, Math.min(from, to), 0],
      [from, from + 1, to - from],
      [from + 1, to + 1, -1],
      [to, from, 1],
      [Math.max(from, to) + 1, Infinity, 0],
    ];
  }
  if (operation.op === "reset") return [];
  // A new caption is a splice of nothing.
  const { at, remove, insert } = { remove: 0, insert: 0, ...operation };
  return [
    [0, at, 0],
    [at + remove, Infinity, insert - remove],
  ];
}
