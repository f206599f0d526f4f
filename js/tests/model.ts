/** A widget model without a notebook, and messages as the kernel sends them. */

import { asBlob, type Bytes } from "../src/picture";
import type { EntryHeader, Groups, Original, Range, SpliceOperation } from "../src/protocol";
import type { WidgetModel } from "../src/store";

type Listener = (...values: never[]) => void;
type Sent = Record<string, unknown> & { readonly kind: string };

export class FakeModel implements WidgetModel {
  readonly sent: Sent[] = [];
  /** What each `save_changes` wrote. */
  readonly saved: Record<string, unknown>[] = [];
  readonly #values: Record<string, unknown>;
  #unsaved: Record<string, unknown> = {};
  readonly #listeners = new Map<string, Listener[]>();

  constructor(values: Record<string, unknown> = {}) {
    this.#values = {
      _count: 100,
      _revision: 1,
      _groups: null,
      _find: null,
      _selection: [],
      _page_0: null,
      _page_1: null,
      _page_2: null,
      _page_limit: 100,
      selected_index: null,
      preview: null,
      allow_preview: true,
      ...values,
    };
  }

  get(name: string): unknown {
    return this.#values[name];
  }

  set(name: string, value: unknown): void {
    // As Backbone: what is there already is no change, and nobody hears of it.
    if (Object.is(this.#values[name], value)) return;
    this.#unsaved[name] = value;
    this.push(name, value);
  }

  save_changes(): void {
    this.saved.push(this.#unsaved);
    this.#unsaved = {};
  }

  send(content: unknown): void {
    this.sent.push(structuredClone(content) as Sent);
  }

  on(name: string, listener: Listener): void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  /** A trait as the kernel sends it. */
  push(name: string, value: unknown): void {
    if (Object.is(this.#values[name], value)) return;
    this.#values[name] = value;
    this.fire(`change:${name}`);
  }

  /** A custom message as the kernel sends it. */
  receive(content: unknown, ...buffers: (DataView | Uint8Array)[]): void {
    this.fire("msg:custom", content, buffers);
  }

  fire(name: string, ...values: unknown[]): void {
    for (const listener of this.#listeners.get(name) ?? [])
      (listener as (...all: unknown[]) => void)(...values);
  }

  /** What was sent of one kind, and forget all that was sent. */
  taken(kind: string): Sent[] {
    return this.sent.splice(0).filter((message) => message.kind === kind);
  }
}

export function header(index: number, fields: Partial<EntryHeader> = {}): EntryHeader {
  return {
    index,
    bytes: 4,
    kind: "image",
    mime: "image/jpeg",
    width: 640,
    height: 480,
    color: "#808080",
    caption: null,
    name: `${index}.jpg`,
    edge: 256,
    complete: false,
    ...fields,
  };
}

/** Four bytes an entry, each of them the entry's index. */
export function bytesOf(entries: readonly EntryHeader[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(entries.flatMap(({ index, bytes }) => Array<number>(bytes).fill(index)));
}

let batches = 0;

/** `thumbs` and its buffer: arguments for `receive`. */
export function thumbs(
  entries: readonly EntryHeader[],
  fields: Record<string, unknown> = {},
): [content: unknown, buffer: Uint8Array] {
  const batch = ++batches;
  return [
    { kind: "thumbs", v: 1, view: "a", batch, want: 1, revision: 1, entries, ...fields },
    bytesOf(entries),
  ];
}

export function splice(
  base: number,
  count: number,
  operations: readonly SpliceOperation[],
  revision = base + 1,
  groups: Groups = null,
): unknown {
  return { kind: "splice", v: 1, base, revision, count, operations, groups };
}

export function status(
  revision: number,
  count: number,
  selection: readonly Range[] = [],
  groups: Groups = null,
): unknown {
  return { kind: "status", v: 1, view: "", revision, count, selection, groups };
}

export function original(fields: Partial<Original>): unknown {
  const whole = { offset: 0, total: 3, last: true, mime: "image/png", name: "0.png", progress: null };
  return { kind: "original", v: 1, view: "a", rid: 1, batch: ++batches, index: 0, ...whole, ...fields };
}

export function failure(rid: number | null, message: string, view = "a"): unknown {
  return { kind: "error", v: 1, view, rid, message };
}

export async function read(bytes: Bytes | null | undefined): Promise<number[]> {
  return bytes ? [...new Uint8Array(await asBlob(bytes, "").arrayBuffer())] : [];
}
