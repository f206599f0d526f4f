/** A byte-bounded cache by list index, which follows the list's edits. Pure: no DOM, no messages. */

import type { SpliceOperation } from "./protocol";
import { shift } from "./selection";

export function indexedCache<T>(limit: number, bytesOf: (value: T) => number) {
  /** Least recently used first: a Map keeps insertion order. */
  let values = new Map<number, T>();
  let bytes = 0;

  const drop = (index: number) => {
    const value = values.get(index);
    if (value !== undefined) bytes -= bytesOf(value);
    values.delete(index);
    return value;
  };

  const set = (index: number, value: T) => {
    drop(index);
    bytes += bytesOf(value);
    values.set(index, value);
  };

  return {
    set,

    /** What is read was just used, and is evicted last. */
    get(index: number): T | undefined {
      const value = drop(index);
      if (value !== undefined) set(index, value);
      return value;
    },

    /** Move every value to where its item is after these edits; values of removed items go. */
    follow(operations: readonly SpliceOperation[]) {
      const before = values;
      values = new Map();
      bytes = 0;
      for (const [index, value] of before) {
        const now = shift(index, operations);
        if (now !== null) set(now, value);
      }
    },

    /** Evict the least recently used down to the limit, but not what is spared. */
    trim(isSpared: (index: number) => boolean) {
      for (const index of values.keys()) {
        if (bytes <= limit) return;
        if (!isSpared(index)) drop(index);
      }
    },
  };
}
