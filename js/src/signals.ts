/**
 * Values that know who reads them: signals, computed values and effects, with the names and the behaviour of
 * `@preact/signals-core`, of which a gallery needs a fifth. Every gallery of a notebook carries the bundle, and the library
 * alone would be a tenth of it.
 */

export interface ReadonlySignal<T> {
  /** The value; an effect or computed that reads it here runs again when it changes. */
  readonly value: T;
  /** The value, without listening to it. */
  peek(): T;
  /** Call `listener` now and at every change, until the returned function is called. */
  subscribe(listener: (value: T) => void): () => void;
}

export interface Signal<T> extends ReadonlySignal<T> {
  value: T;
}

/** Something that can be read: its version counts the changes of its value. */
interface Source {
  version: number;
  readonly observers: Set<Observer>;
  /** Bring the value up to date. */
  refresh(): void;
  /** Its first observer has come, or its last has gone. */
  wake(awake: boolean): void;
}

/** Something that reads: what it read last, and in which version. */
interface Observer {
  sources: Map<Source, number>;
  /** Whether sources have to tell it of changes. */
  awake: boolean;
  notify(): void;
}

/** More rounds than any chain of effects needs: a cycle. */
const MOST_ROUNDS = 100;

let reader: Observer | undefined;
let depth = 0;
const due = new Set<() => void>();

function read(source: Source): void {
  source.refresh();
  if (!reader) return;
  reader.sources.set(source, source.version);
  if (reader.awake) observe(source, reader);
}

function observe(source: Source, observer: Observer): void {
  source.observers.add(observer);
  if (source.observers.size === 1) source.wake(true);
}

function unobserve(source: Source, observer: Observer): void {
  if (source.observers.delete(observer) && !source.observers.size) source.wake(false);
}

function isStale({ sources }: Observer): boolean {
  for (const [source, version] of sources) {
    source.refresh();
    if (source.version !== version) return true;
  }
  return false;
}

/** Run `work` as this observer; what it no longer reads, it no longer hears of. */
function run<T>(observer: Observer | undefined, work: () => T): T {
  const before = observer?.sources;
  const outer = reader;
  reader = observer;
  if (observer) observer.sources = new Map();
  try {
    return work();
  } finally {
    reader = outer;
    for (const source of before?.keys() ?? []) {
      if (observer && !observer.sources.has(source)) unobserve(source, observer);
    }
  }
}

/** Run `work`; the effects of all that it changes run once, when it is done. */
export function batch<T>(work: () => T): T {
  const errors: unknown[] = [];
  let result: T | undefined;
  depth++;
  try {
    result = work();
  } catch (error) {
    errors.push(error);
  }
  // The outermost one runs them while it still counts as a batch, so that each round is complete before the next.
  if (depth === 1) errors.push(...runDue());
  depth--;
  if (errors.length) throw errors[0];
  return result as T;
}

/** Run the effects that are due, and those that become so; what some raise does not keep the others from running. */
function runDue(): unknown[] {
  const errors: unknown[] = [];
  for (let round = 0; due.size; round++) {
    const now = [...due];
    due.clear();
    if (round > MOST_ROUNDS) return [new Error("effects change what they read")];
    for (const each of now) {
      try {
        each();
      } catch (error) {
        errors.push(error);
      }
    }
  }
  return errors;
}

/** Run `work` without listening to what it reads. */
export const untracked = <T>(work: () => T): T => run(undefined, work);

function readable<T>(source: Source, current: () => T, write?: (next: T) => void): Signal<T> {
  const get = () => {
    read(source);
    return current();
  };
  return {
    get value() {
      return get();
    },
    set value(next) {
      write?.(next);
    },
    peek: () => untracked(get),
    subscribe: (listener) =>
      effect(() => {
        const value = get();
        untracked(() => listener(value));
      }),
  };
}

export function signal<T>(value: T): Signal<T> {
  const source: Source = { version: 0, observers: new Set(), refresh() {}, wake() {} };
  const write = (next: T) => {
    if (next === value) return;
    value = next;
    source.version++;
    batch(() => {
      for (const observer of [...source.observers]) observer.notify();
    });
  };
  return readable(source, () => value, write);
}

export function computed<T>(work: () => T): ReadonlySignal<T> {
  let value: T;
  let dirty = true;
  const self: Source & Observer = {
    version: 0,
    observers: new Set(),
    sources: new Map(),
    awake: false,
    notify() {
      dirty = true;
      for (const observer of [...self.observers]) observer.notify();
    },
    refresh() {
      if ((self.awake && !dirty) || (self.version && !isStale(self))) return;
      dirty = false;
      const next = run(self, work);
      if (self.version && next === value) return;
      value = next;
      self.version++;
    },
    wake(awake) {
      self.awake = awake;
      dirty = true;
      for (const source of self.sources.keys()) (awake ? observe : unobserve)(source, self);
    },
  };
  return readable(self, () => value);
}

/** Run `work` now and whenever what it read has changed; what it returned is called before, and at the end. */
export function effect(work: () => unknown): () => void {
  let cleanup: unknown;
  const self: Observer = { sources: new Map(), awake: true, notify: () => due.add(again) };
  const clean = () => {
    const last = cleanup;
    cleanup = undefined;
    if (typeof last === "function") untracked(last as () => void);
  };
  const start = () => {
    clean();
    cleanup = run(self, work);
  };
  const again = () => {
    if (self.awake && isStale(self)) start();
  };
  batch(start);
  return () => {
    self.awake = false;
    clean();
    run(self, () => {});
  };
}
