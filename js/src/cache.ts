/** What is kept, by list index: caches that follow the list's edits, under one bound. Pure: no DOM, no messages. */

import type { SpliceOperation } from "./protocol";
import { shift } from "./selection";

export type Memory = ReturnType<typeof createMemory>;

/** Beyond `limit` bytes the caches give up what was least recently used, one cache after the other, as they were made. */
export function createMemory(limit: number) {
  let total = 0;
  const evictions: (() => void)[] = [];

  return {
    /** Evict down to the limit. */
    trim() {
      for (const evict of evictions) evict();
    },

    /** A cache of which `share` bytes stay, and what `isSpared`. */
    cache<T>(bytesOf: (value: T) => number, share: number, isSpared: (index: number) => boolean) {
      /** Least recently used first: a Map keeps insertion order. */
      let values = new Map<number, T>();
      let bytes = 0;

      const count = (more: number) => {
        bytes += more;
        total += more;
      };

      const drop = (index: number) => {
        const value = values.get(index);
        if (value !== undefined) count(-bytesOf(value));
        values.delete(index);
        return value;
      };

      const set = (index: number, value: T) => {
        drop(index);
        count(bytesOf(value));
        values.set(index, value);
      };

      evictions.push(() => {
        for (const index of values.keys()) {
          if (total <= limit || bytes <= share) return;
          if (!isSpared(index)) drop(index);
        }
      });

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
          count(-bytes);
          for (const [index, value] of before) {
            const now = shift(index, operations);
            if (now !== null) set(now, value);
          }
        },
      };
    },
  };
}
