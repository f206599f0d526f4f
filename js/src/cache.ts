/** A byte-bounded cache by list index, which follows the list's edits. Pure: no DOM, no messages. */

import type { SpliceOperation } from "./protocol";
import { shift } from "./selection";

export interface Sized {
  readonly bytes: number;
}

export class IndexedCache<T extends Sized> {
  /** Least recently touched first: a Map keeps insertion order. */
  #values = new Map<number, T>();
  #bytes = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(index: number): T | undefined {
    return this.#values.get(index);
  }

  set(index: number, value: T): void {
    this.delete(index);
    this.#values.set(index, value);
    this.#bytes += value.bytes;
  }

  delete(index: number): void {
    const old = this.#values.get(index);
    if (old === undefined) return;
    this.#values.delete(index);
    this.#bytes -= old.bytes;
  }

  /** Mark as just used, so that it is evicted last. */
  touch(index: number): void {
    const value = this.#values.get(index);
    if (value === undefined) return;
    this.#values.delete(index);
    this.#values.set(index, value);
  }

  clear(): void {
    this.#values.clear();
    this.#bytes = 0;
  }

  /** Move every value to where its item is after these edits; values of removed items go. */
  follow(operations: readonly SpliceOperation[]): void {
    const moved = new Map<number, T>();
    let bytes = 0;
    for (const [index, value] of this.#values) {
      const now = shift(index, operations);
      if (now === null) continue;
      moved.set(now, value);
      bytes += value.bytes;
    }
    this.#values = moved;
    this.#bytes = bytes;
  }

  /** Evict the least recently used down to the limit, sparing what `spared` says is on screen. */
  trim(spared: (index: number) => boolean): void {
    if (this.#bytes <= this.#limit) return;
    for (const index of [...this.#values.keys()]) {
      if (this.#bytes <= this.#limit) return;
      if (!spared(index)) this.delete(index);
    }
  }
}
