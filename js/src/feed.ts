/**
 * What the views need now, what has come, and what to forget. Speaks the protocol; never touches the DOM.
 * One feed a model: its views share what has arrived.
 */

import { createMemory } from "./cache";
import { asRanges, edgeFor, isSharp, missingIndices } from "./demand";
import { type Opening, type OpenRequest, openings } from "./openings";
import type { Bytes } from "./picture";
import type {
  EntryHeader,
  Groups,
  KernelMessage,
  Page,
  Range,
  Splice,
  SpliceOperation,
  Status,
} from "./protocol";
import { shift } from "./selection";
import { signal } from "./signals";
import type { Send } from "./store";

export interface Entry {
  readonly header: EntryHeader;
  /** The thumbnail; null for remote media, a video without poster, an error. */
  readonly data: Bytes | null;
  readonly size: number;
}

interface Demand {
  pixels: number;
  ranges: readonly Range[];
  /** What the latest `want` named and has not come yet; null in it says that this `want` no longer holds. */
  asked: Set<number | null>;
  sentAt: number;
}

export type FeedChange =
  | { readonly type: "entries"; readonly indices: readonly number[] }
  | { readonly type: "splice"; readonly operations: readonly SpliceOperation[] }
  | { readonly type: "reset" };

export type Connection = "live" | "waiting" | "gone";

type Buffer = DataView | Uint8Array;

/** All that a gallery keeps: thousands of thumbnails, or some large photographs; little for a browser tab. */
const MEMORY_BYTES = 128 * 2 ** 20;

/** What an entry costs beside its thumbnail's bytes. */
const ENTRY_BYTES = 600;

/** marimo turns every message into an HTTP request, so a flick of the wheel must not send one a frame. */
const WANT_INTERVAL_MS = 40;

/** Silence after which the person is told that the kernel is busy, and after which a request is repeated. */
const WAITING_AFTER_MS = 2000;
const REPEAT_AFTER_MS = 10_000;

export type Feed = ReturnType<typeof createFeed>;

export function createFeed(
  send: Send,
  items: number,
  at: number,
  ended: AbortSignal,
  grouped: Groups = null,
) {
  const count = signal(items);
  const revision = signal(at);
  const groups = signal(grouped);
  const connection = signal<Connection>("live");
  /** Whether the kernel has ever said something, and is not gone: that of a saved page never does. */
  const answers = signal(false);
  const memory = createMemory(MEMORY_BYTES);
  // Made first, so they go first: a thumbnail is sooner needed again.
  const originals = openings(send, revision, memory);
  const entries = memory.cache<Entry>(
    ({ size }) => size + ENTRY_BYTES,
    0,
    (index) => isNeeded(index),
  );
  const demands = new Map<string, Demand>();
  const listeners = new Set<(change: FeedChange) => void>();
  /** What has come of the large thumbnail that each view is being sent: its parts follow one another. */
  const arriving = new Map<string, { index: number; parts: Uint8Array<ArrayBuffer>[]; size: number }>();
  /** Since when the kernel has been silent, or has been asked for nothing. */
  let silentSince = 0;
  let resynchronizedAt = 0;
  let wants = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer is due; 0 when it is not set. */
  let due = 0;

  const tell = (change: FeedChange) => {
    for (const listener of listeners) listener(change);
  };

  const isHere = (index: number, pixels: number) => {
    const header = entries.get(index)?.header;
    return !!header && (header.complete || !header.bytes || isSharp(header.edge, pixels));
  };

  const isNeeded = (index: number) =>
    [...demands.values()].some(({ ranges }) =>
      ranges.some(([start, stop]) => start <= index && index < stop),
    );

  const isAsking = () => originals.isPending() || [...demands.values()].some(({ asked }) => asked.size > 0);

  const beginAsking = () => {
    if (!isAsking()) silentSince = Date.now();
    watch(WAITING_AFTER_MS);
  };

  /** Ask for what is missing, unless all of it has been asked for. */
  const ask = (demand: Demand, view: string) => {
    const { pixels, asked } = demand;
    const lacking = (ranges: readonly Range[]) =>
      missingIndices(ranges, count.peek(), (index) => isHere(index, pixels));
    // What is seen comes first, and alone: nothing that is not seen yet takes the time to make and to draw it.
    const seen = lacking(demand.ranges.slice(0, 1));
    const missing = seen.size ? seen : lacking(demand.ranges);
    if (connection.peek() === "gone") return;
    if (missing.size === asked.size && [...missing].every((index) => asked.has(index))) return;
    const wait = demand.sentAt + WANT_INTERVAL_MS - Date.now();
    if (wait > 0) {
      watch(wait);
      return;
    }
    beginAsking();
    demand.asked = missing;
    demand.sentAt = Date.now();
    send({
      kind: "want",
      view,
      number: ++wants,
      revision: revision.peek(),
      edge: edgeFor(pixels),
      ranges: asRanges(missing),
    });
  };

  /** Look again, at the latest after so long. */
  const watch = (delay: number) => {
    const then = Date.now() + delay;
    if (due && then >= due) return;
    clearTimeout(timer);
    due = then;
    timer = setTimeout(look, delay);
  };

  /** Send what was held back, repeat what was not answered, and see whether the kernel keeps us waiting. */
  const look = () => {
    due = 0;
    const now = Date.now();
    for (const demand of demands.values()) {
      if (now - Math.max(demand.sentAt, silentSince) >= REPEAT_AFTER_MS) demand.asked.clear();
    }
    demands.forEach(ask);
    if (!isAsking()) {
      heard();
      return;
    }
    const left = silentSince + WAITING_AFTER_MS - now;
    if (left <= 0) connection.value = "waiting";
    watch(left > 0 ? left : WAITING_AFTER_MS);
  };

  const heard = () => {
    silentSince = Date.now();
    connection.value = "live";
  };

  /** The bytes of a thumbnail; null while some of them are still to come, or were lost. */
  const assemble = (
    to: string,
    { index, bytes, part = [0, bytes], mime: type }: EntryHeader,
    data: Uint8Array<ArrayBuffer>,
  ) => {
    const before = arriving.get(to);
    const follows = part[0] && before?.index === index;
    const { parts, size } = follows ? before : { parts: [], size: 0 };
    const all = { index, parts: [...parts, data.slice()], size: size + data.length };
    arriving.set(to, all);
    if (all.size !== part[1]) return null;
    // A Blob takes a millisecond of the page and the browser to make: most thumbnails never become one.
    return all.parts[1] ? new Blob(all.parts, { type }) : (all.parts[0] ?? null);
  };

  /** Take in the entries of a message to the view `to`. */
  const takeEntries = (
    headers: readonly EntryHeader[],
    buffer: Buffer | undefined,
    limit: number,
    to = "",
  ) => {
    // Buffers arrive as DataView (Jupyter, marimo) or Uint8Array (Colab), and may be windows into a larger one.
    const { buffer: whole, byteOffset, byteLength } = buffer ?? {};
    const all = new Uint8Array(whole as ArrayBuffer, byteOffset, byteLength);
    const arrived: number[] = [];
    let offset = 0;
    for (const header of headers) {
      const { index, bytes } = header;
      const before = entries.get(index);
      const data = all.subarray(offset, offset + bytes);
      offset += bytes;
      if (!(index < Math.min(limit, count.peek()))) continue;
      // A poster made here outlives a kernel that can make none.
      const thumbnail = bytes ? assemble(to, header, data) : (before?.data ?? null);
      if (bytes && !thumbnail) continue;
      // What was made for the smaller tiles of another view takes nothing away.
      if (header.error || (before?.header.edge ?? 0) <= header.edge) {
        entries.set(index, { header, data: thumbnail, size: bytes || (before?.size ?? 0) });
        arrived.push(index);
      }
      for (const [view, demand] of demands) {
        if (view === to || isHere(index, demand.pixels)) demand.asked.delete(index);
      }
    }
    memory.trim();
    tell({ type: "entries", indices: arrived });
    demands.forEach(ask);
  };

  const takeChange = (
    { revision: to, count: length, groups: next }: Splice | Status,
    operations: readonly SpliceOperation[],
  ) => {
    arriving.clear();
    entries.follow(operations);
    originals.follow(operations);
    operations.forEach((operation, position) => {
      if (operation.op !== "caption") return;
      const index = shift(operation.at, operations.slice(position + 1)) ?? -1;
      const entry = entries.get(index);
      if (entry) entries.set(index, { ...entry, header: { ...entry.header, caption: operation.caption } });
    });
    for (const demand of demands.values()) {
      demand.asked = new Set(
        [...demand.asked].map((index) => (index === null ? index : shift(index, operations))),
      );
    }
    revision.value = to;
    count.value = length;
    groups.value = next ?? null;
    tell(operations.some(({ op }) => op === "reset") ? { type: "reset" } : { type: "splice", operations });
  };

  /** Ask for the whole truth in small: at the beginning, and when a message was lost; not again for each one after it. */
  const resynchronize = () => {
    const now = Date.now();
    if (now - resynchronizedAt < REPEAT_AFTER_MS) return;
    resynchronizedAt = now;
    send({ kind: "ready", view: "" });
  };

  const finish = () => {
    clearTimeout(timer);
    originals.end();
  };
  ended.addEventListener("abort", finish);

  return {
    count,
    revision,
    groups,
    connection,
    answers,
    resynchronize,
    entry: entries.get,
    original: originals.cached,

    open(view: string, request: OpenRequest): Opening {
      beginAsking();
      const opening = originals.open(view, request);
      if (connection.peek() === "gone") finish();
      return opening;
    },

    /** A poster that the browser made, since the kernel had no decoder. */
    keepPoster(index: number, data: Blob) {
      const header = entries.get(index)?.header;
      if (header?.kind !== "video") return;
      entries.set(index, { header, data, size: data.size });
      tell({ type: "entries", indices: [index] });
    },

    subscribe(listener: (change: FeedChange) => void, end: AbortSignal) {
      listeners.add(listener);
      end.addEventListener("abort", () => listeners.delete(listener));
    },

    /** All that `view` needs now, most urgent first, drawn with `pixels` device pixels on the longer side. */
    need(view: string, pixels: number, ranges: readonly Range[]) {
      const demand: Demand = demands.get(view) ?? { pixels, ranges, asked: new Set(), sentAt: 0 };
      if (edgeFor(pixels) !== edgeFor(demand.pixels)) demand.asked.add(null);
      demands.set(view, Object.assign(demand, { pixels, ranges }));
      ask(demand, view);
    },

    leave(view: string) {
      const demand = demands.get(view);
      if (demand) ask({ ...demand, ranges: [], sentAt: 0 }, view);
      demands.delete(view);
      originals.leave(view);
    },

    /** The comm has closed: nothing more will come. What is drawn stays. */
    lose() {
      connection.value = "gone";
      answers.value = false;
      finish();
    },

    /** The thumbnails of a page trait. One that is pushed fits the list as it was then: it is taken if that is now. */
    takePage(page: Page | null, limit?: number) {
      if (page)
        takeEntries(page.entries, page.data, limit ?? (page.revision === revision.peek() ? count.peek() : 0));
    },

    take(message: KernelMessage, buffer: Buffer | undefined) {
      const { kind } = message;
      const now = revision.peek();
      heard();
      answers.value = true;
      if (kind === "thumbs" || kind === "original")
        send({ kind: "ack", view: message.view, batch: message.batch });
      if (kind === "thumbs") {
        if (message.revision === now) takeEntries(message.entries, buffer, count.peek(), message.view);
        else {
          demands.get(message.view)?.asked.add(null);
          resynchronize();
        }
      } else if (kind === "original") originals.take(message, buffer);
      else if (kind === "splice" && message.revision > now) {
        if (message.base === now) takeChange(message, message.operations);
        else resynchronize();
      } else if (kind === "status") {
        resynchronizedAt = 0;
        if (message.revision !== now) takeChange(message, [{ op: "reset" }]);
        else demands.forEach(ask);
      } else if (kind === "error") originals.fail(message);
    },
  };
}

export type { Opening, OpenRequest, OriginalFile } from "./openings";
