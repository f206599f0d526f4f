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

  /** Any ranges, in any order, overlapping or empty. */
  static from(pairs: Iterable<Range>): Ranges {
    const sorted = [...pairs].filter(([start, stop]) => stop > start).sort((a, b) => a[0] - b[0]);
    const merged: [number, number][] = [];
    for (const [start, stop] of sorted) {
      const last = merged.at(-1);
      if (last && start <= last[1]) last[1] = Math.max(last[1], stop);
      else merged.push([start, stop]);
    }
    return merged.length ? new Ranges(merged) : Ranges.empty;
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
      if ((this.pairs[middle] as Range)[1] <= index) low = middle + 1;
      else high = middle;
    }
    const pair = this.pairs[low];
    return pair !== undefined && pair[0] <= index;
  }

  union(other: Ranges): Ranges {
    return other.size ? Ranges.from([...this.pairs, ...other.pairs]) : this;
  }

  minus(other: Ranges): Ranges {
    const left: Range[] = [];
    let next = 0;
    for (const [start, stop] of this.pairs) {
      while (next < other.pairs.length && (other.pairs[next] as Range)[1] <= start) next++;
      let at = start;
      for (let i = next; i < other.pairs.length; i++) {
        const [from, to] = other.pairs[i] as Range;
        if (from >= stop) break;
        if (from > at) left.push([at, from]);
        at = Math.max(at, to);
      }
      if (at < stop) left.push([at, stop]);
    }
    return Ranges.from(left);
  }

  /** The same items after the list has changed; what came in is not part of it. */
  shifted(operations: readonly SpliceOperation[]): Ranges {
    return operations.reduce<Ranges>((ranges, operation) => ranges.#after(operation), this);
  }

  #after(operation: SpliceOperation): Ranges {
    switch (operation.op) {
      case "splice":
        return this.#spliced(operation.at, operation.remove, operation.insert);
      case "move": {
        const moved = this.#spliced(operation.from, 1, 0).#spliced(operation.to, 0, 1);
        return this.has(operation.from) ? moved.union(Ranges.between(operation.to)) : moved;
      }
      case "reset":
        return Ranges.empty;
      case "caption":
        return this;
    }
  }

  #spliced(at: number, remove: number, insert: number): Ranges {
    const by = insert - remove;
    const pairs: Range[] = [];
    for (const [start, stop] of this.pairs) {
      pairs.push([start, Math.min(stop, at)], [Math.max(start, at + remove) + by, stop + by]);
    }
    return Ranges.from(pairs);
  }
}

/** Where the item at `index` is after the list has changed; null when it has gone. */
export function shift(index: number, operations: readonly SpliceOperation[]): number | null {
  let at = index;
  for (const operation of operations) {
    switch (operation.op) {
      case "splice":
        if (at < operation.at) break;
        if (at < operation.at + operation.remove) return null;
        at += operation.insert - operation.remove;
        break;
      case "move":
        if (at === operation.from) at = operation.to;
        else {
          if (at > operation.from) at--;
          if (at >= operation.to) at++;
        }
        break;
      case "reset":
        return null;
      case "caption":
        break;
    }
  }
  return at;
}
