/**
 * What the views need now, what has come, and what to forget. Speaks the protocol; never touches the DOM.
 * One feed a model: its views share what has arrived.
 */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { IndexedCache } from "./cache";
import { asRanges, edgeFor, goodEnough, missingIndices, sameMembers } from "./demand";
import { type Opening, Openings, type OpenRequest, type OriginalFile } from "./openings";
import {
  type EntryHeader,
  type KernelMessage,
  type Page,
  PROTOCOL_VERSION,
  type Range,
  type Splice,
  type SpliceOperation,
  type Status,
  type ViewMessage,
} from "./protocol";

export interface Entry {
  readonly header: EntryHeader;
  /** The thumbnail; null for remote media, a video without poster, an error. */
  readonly data: Blob | null;
}

interface Stored extends Entry {
  readonly bytes: number;
}

interface Demand {
  pixels: number;
  ranges: readonly Range[];
  /** What the latest `want` named and has not come yet. */
  asked: Set<number>;
  number: number;
  sentAt: number;
}

export type FeedChange =
  | { readonly type: "entries"; readonly indices: readonly number[] }
  | { readonly type: "splice"; readonly operations: readonly SpliceOperation[] }
  | { readonly type: "reset" };

export type Connection = "live" | "waiting" | "gone";

/** A few thousand thumbnails: more than a person scrolls back through, little for a browser tab. */
const THUMBNAIL_CACHE_BYTES = 64 * 2 ** 20;

/** What an entry costs beside its thumbnail's bytes. */
const HEADER_BYTES = 400;

/** marimo turns every message into an HTTP request, so a flick of the wheel must not send one a frame. */
const WANT_INTERVAL_MS = 40;

/** Silence after which the person is told that the kernel is busy, and after which a request is repeated. */
const WAITING_AFTER_MS = 2000;
const REPEAT_AFTER_MS = 10_000;

export class Feed {
  readonly #send: (message: ViewMessage) => void;
  readonly #entries = new IndexedCache<Stored>(THUMBNAIL_CACHE_BYTES);
  readonly #openings: Openings;
  readonly #demands = new Map<string, Demand>();
  readonly #partial = new Map<number, { total: number; parts: Uint8Array[]; bytes: number }>();
  readonly #listeners = new Set<(change: FeedChange) => void>();
  readonly #count: Signal<number>;
  readonly #revision: Signal<number>;
  readonly #connection = signal<Connection>("live");
  #heardAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (message: ViewMessage) => void, count: number, revision: number, end: AbortSignal) {
    this.#send = send;
    this.#count = signal(count);
    this.#revision = signal(revision);
    this.#openings = new Openings(send, () => this.#revision.peek());
    end.addEventListener("abort", () => this.#end());
  }

  get count(): ReadonlySignal<number> {
    return this.#count;
  }

  get revision(): ReadonlySignal<number> {
    return this.#revision;
  }

  get connection(): ReadonlySignal<Connection> {
    return this.#connection;
  }

  entry(index: number): Entry | undefined {
    return this.#entries.get(index);
  }

  original(index: number): OriginalFile | undefined {
    return this.#openings.cached(index);
  }

  open(view: string, request: OpenRequest): Opening {
    const opening = this.#openings.open(view, request, this.#connection.peek() === "gone");
    this.#watch();
    return opening;
  }

  /** A poster that the browser made, since the kernel had no decoder. */
  keepPoster(index: number, poster: Blob): void {
    const entry = this.#entries.get(index);
    if (entry === undefined || entry.header.kind !== "video") return;
    this.#entries.set(index, {
      header: { ...entry.header, mime: poster.type },
      data: poster,
      bytes: poster.size + HEADER_BYTES,
    });
    this.#tell({ type: "entries", indices: [index] });
  }

  subscribe(listener: (change: FeedChange) => void, end: AbortSignal): void {
    this.#listeners.add(listener);
    end.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  /** All that `view` needs now, most urgent first, drawn with `pixels` device pixels on the longer side. */
  need(view: string, pixels: number, ranges: readonly Range[]): void {
    let demand = this.#demands.get(view);
    if (demand === undefined) {
      demand = { pixels, ranges, asked: new Set(), number: 0, sentAt: 0 };
      this.#demands.set(view, demand);
    }
    demand.pixels = pixels;
    demand.ranges = ranges;
    for (const [start, stop] of ranges) {
      for (let index = start; index < stop; index++) this.#entries.touch(index);
    }
    this.#ask(view, demand);
  }

  leave(view: string): void {
    const demand = this.#demands.get(view);
    this.#demands.delete(view);
    this.#openings.leave(view);
    if (demand !== undefined && demand.asked.size > 0) this.#sendWant(view, demand, new Set());
  }

  /** The comm has closed: nothing more will come. What is drawn stays. */
  lose(): void {
    this.#connection.value = "gone";
    this.#end();
  }

  /** The thumbnails that came in a page trait. `live` says that the page was pushed to a list that may have changed. */
  takePage(page: Page | null, limit: number, live: boolean): void {
    if (page === null || (live && page.revision !== this.#revision.peek())) return;
    this.#heard();
    const entries = page.entries.filter((header) => header.index < limit && header.index < this.#count.peek());
    this.#takeEntries(page.entries, page.data, new Set(entries.map((header) => header.index)));
  }

  take(message: KernelMessage, buffers: readonly (DataView | Uint8Array)[]): void {
    this.#heard();
    switch (message.kind) {
      case "thumbs":
        this.#send({ kind: "ack", v: PROTOCOL_VERSION, view: message.view, batch: message.batch });
        if (message.revision !== this.#revision.peek()) this.resynchronize();
        else this.#takeEntries(message.entries, buffers[0]);
        break;
      case "original":
        this.#send({ kind: "ack", v: PROTOCOL_VERSION, view: message.view, batch: message.batch });
        this.#openings.take(message, buffers[0]);
        break;
      case "splice":
        this.#takeSplice(message);
        break;
      case "status":
        this.#takeStatus(message);
        break;
      case "error":
        if (message.rid !== null) this.#openings.fail(message.rid, message.message);
        break;
      case "selection":
        break;
    }
    this.#watch();
  }

  /** Ask for the whole truth in small: at the beginning, and when a message was lost. */
  resynchronize(): void {
    this.#send({ kind: "ready", v: PROTOCOL_VERSION, view: "" });
  }

  #takeEntries(headers: readonly EntryHeader[], buffer: DataView | Uint8Array | undefined, only?: Set<number>): void {
    let at = 0;
    const arrived: number[] = [];
    for (const header of headers) {
      const bytes = buffer === undefined ? null : viewOf(buffer, at, header.bytes);
      at += header.bytes;
      if (only !== undefined && !only.has(header.index)) continue;
      const whole = header.part === undefined ? bytes : this.#assemble(header.index, header.part, bytes);
      if (whole === undefined) continue;
      const data = header.mime === "" || whole === null || whole.length === 0 ? null : new Blob([whole], { type: header.mime });
      // A poster made here outlives a kernel that can make none.
      const poster = data === null && header.kind === "video" ? (this.#entries.get(header.index)?.data ?? null) : data;
      this.#entries.set(header.index, { header, data: poster, bytes: (poster?.size ?? 0) + HEADER_BYTES });
      for (const demand of this.#demands.values()) demand.asked.delete(header.index);
      arrived.push(header.index);
    }
    this.#entries.trim((index) => this.#isNeeded(index));
    if (arrived.length > 0) this.#tell({ type: "entries", indices: arrived });
    for (const [view, demand] of this.#demands) this.#ask(view, demand);
  }

  /** Collect the parts of a thumbnail larger than one buffer; undefined until all are there. */
  #assemble(index: number, [offset, total]: readonly [number, number], bytes: Uint8Array<ArrayBuffer> | null) {
    if (bytes === null) return undefined;
    if (offset === 0) this.#partial.set(index, { total, parts: [], bytes: 0 });
    const partial = this.#partial.get(index);
    if (partial === undefined || partial.bytes !== offset || partial.total !== total) return undefined;
    partial.parts.push(bytes);
    partial.bytes += bytes.length;
    if (partial.bytes < total) return undefined;
    this.#partial.delete(index);
    const whole = new Uint8Array(total);
    let at = 0;
    for (const part of partial.parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #takeSplice(message: Splice): void {
    if (message.revision <= this.#revision.peek()) return;
    if (message.base !== this.#revision.peek()) {
      this.resynchronize();
      return;
    }
    const reset = message.operations.some((operation) => operation.op === "reset");
    this.#revision.value = message.revision;
    this.#count.value = message.count;
    this.#partial.clear();
    for (const demand of this.#demands.values()) demand.asked.clear();
    if (reset) {
      this.#forget();
      return;
    }
    this.#entries.follow(message.operations);
    this.#openings.follow(message.operations);
    for (const operation of message.operations) {
      if (operation.op !== "caption") continue;
      const entry = this.#entries.get(operation.at);
      if (entry !== undefined) {
        this.#entries.set(operation.at, { ...entry, header: { ...entry.header, caption: operation.caption } });
      }
    }
    this.#tell({ type: "splice", operations: message.operations });
  }

  #takeStatus(message: Status): void {
    if (message.revision === this.#revision.peek()) return;
    this.#revision.value = message.revision;
    this.#count.value = message.count;
    this.#forget();
  }

  #forget(): void {
    this.#entries.clear();
    this.#openings.forget();
    for (const demand of this.#demands.values()) demand.asked.clear();
    this.#tell({ type: "reset" });
  }

  #isHere(index: number, pixels: number): boolean {
    const header = this.#entries.get(index)?.header;
    if (header === undefined) return false;
    return header.complete || header.bytes === 0 || goodEnough(header.edge, pixels);
  }

  #isNeeded(index: number): boolean {
    for (const demand of this.#demands.values()) {
      if (demand.ranges.some(([start, stop]) => start <= index && index < stop)) return true;
    }
    return false;
  }

  #ask(view: string, demand: Demand): void {
    if (this.#connection.peek() === "gone") return;
    const missing = missingIndices(demand.ranges, this.#count.peek(), (index) => this.#isHere(index, demand.pixels));
    if (sameMembers(missing, demand.asked)) return;
    const wait = demand.sentAt + WANT_INTERVAL_MS - Date.now();
    if (wait > 0) {
      this.#watch(wait);
      return;
    }
    this.#sendWant(view, demand, missing);
  }

  #sendWant(view: string, demand: Demand, missing: Set<number>): void {
    demand.asked = missing;
    demand.number += 1;
    demand.sentAt = Date.now();
    this.#send({
      kind: "want",
      v: PROTOCOL_VERSION,
      view,
      number: demand.number,
      revision: this.#revision.peek(),
      edge: edgeFor(demand.pixels),
      ranges: asRanges(missing),
    });
    this.#watch();
  }

  #tell(change: FeedChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  #heard(): void {
    this.#heardAt = Date.now();
    if (this.#connection.peek() === "waiting") this.#connection.value = "live";
  }

  /** When something is asked for, look again: to send what was held back, to say that we wait, to repeat. */
  #watch(delay = WAITING_AFTER_MS): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), delay);
  }

  #look(): void {
    if (this.#connection.peek() === "gone") return;
    const now = Date.now();
    let asking = this.#openings.pending;
    for (const [view, demand] of this.#demands) {
      if (demand.asked.size > 0 && now - Math.max(demand.sentAt, this.#heardAt) > REPEAT_AFTER_MS) demand.asked.clear();
      this.#ask(view, demand);
      asking ||= demand.asked.size > 0;
    }
    if (!asking) return;
    const asked = Math.max(...[...this.#demands.values()].map((demand) => demand.sentAt), 0);
    if (now - Math.max(this.#heardAt, asked) >= WAITING_AFTER_MS) this.#connection.value = "waiting";
    this.#watch();
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#openings.end();
  }
}

/** Buffers arrive as DataView (Jupyter, marimo) or Uint8Array (Colab), and may be windows into a larger one. */
function viewOf(buffer: DataView | Uint8Array, at: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset + at, Math.min(length, buffer.byteLength - at));
}

export type { Opening, OpenRequest, OriginalFile } from "./openings";
