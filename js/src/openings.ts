/** Originals, downloads and archives on their way: requests, chunks, progress, a bounded cache. No DOM. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { IndexedCache } from "./cache";
import {
  type OpenPurpose,
  type Original,
  PROTOCOL_VERSION,
  type Range,
  type SpliceOperation,
  type ViewMessage,
} from "./protocol";

export interface OriginalFile {
  readonly blob: Blob;
  readonly mime: string;
  readonly name: string;
}

export interface OpenRequest {
  readonly purpose: OpenPurpose;
  readonly index: number | null;
  readonly prefetch?: readonly number[];
  readonly ranges?: readonly Range[] | null;
}

/** A request in flight. */
export interface Opening {
  readonly received: ReadonlySignal<number>;
  readonly total: ReadonlySignal<number | null>;
  readonly progress: ReadonlySignal<readonly [number, number] | null>;
  /** Rejects with what the kernel said, or with an AbortError when replaced or cancelled. */
  readonly result: Promise<OriginalFile>;
  cancel(): void;
}

interface Pending {
  readonly view: string;
  readonly purpose: OpenPurpose;
  readonly received: Signal<number>;
  readonly total: Signal<number | null>;
  readonly progress: Signal<readonly [number, number] | null>;
  readonly resolve: (file: OriginalFile) => void;
  readonly reject: (reason: Error) => void;
  /** The item asked for has come; what follows are its neighbours. */
  settled: boolean;
  chunks: Blob[];
  bytes: number;
}

interface Kept extends OriginalFile {
  readonly bytes: number;
}

/** Some ten large photographs; videos beyond it are fetched again. */
const ORIGINAL_CACHE_BYTES = 192 * 2 ** 20;

export class Openings {
  readonly #send: (message: ViewMessage) => void;
  readonly #revision: () => number;
  readonly #kept = new IndexedCache<Kept>(ORIGINAL_CACHE_BYTES);
  readonly #pending = new Map<number, Pending>();
  #latest = 0;

  constructor(send: (message: ViewMessage) => void, revision: () => number) {
    this.#send = send;
    this.#revision = revision;
  }

  get pending(): boolean {
    return [...this.#pending.values()].some((request) => !request.settled);
  }

  cached(index: number): OriginalFile | undefined {
    this.#kept.touch(index);
    return this.#kept.get(index);
  }

  open(view: string, request: OpenRequest, gone: boolean): Opening {
    this.#replace(view, request.purpose);
    const rid = ++this.#latest;
    const received = signal(0);
    const total = signal<number | null>(null);
    const progress = signal<readonly [number, number] | null>(null);
    const result = new Promise<OriginalFile>((resolve, reject) => {
      if (gone) {
        reject(new Error("The kernel is gone."));
        return;
      }
      this.#pending.set(rid, {
        view,
        purpose: request.purpose,
        received,
        total,
        progress,
        resolve,
        reject,
        settled: false,
        chunks: [],
        bytes: 0,
      });
      this.#send({
        kind: "open",
        v: PROTOCOL_VERSION,
        view,
        rid,
        revision: this.#revision(),
        purpose: request.purpose,
        index: request.index,
        prefetch: request.prefetch ?? [],
        ranges: request.ranges ?? null,
      });
    });
    // Who only wants the cache filled does not await; an unawaited rejection would be reported as an error of the page.
    result.catch(() => undefined);
    return { received, total, progress, result, cancel: () => this.#cancel(rid) };
  }

  take(message: Original, buffer: DataView | Uint8Array | undefined): void {
    const request = this.#pending.get(message.rid);
    if (request === undefined) return;
    if (message.offset !== request.bytes) {
      this.fail(message.rid, "A part of this file was lost on the way; try again.");
      return;
    }
    if (buffer !== undefined && buffer.byteLength > 0) {
      request.chunks.push(new Blob([buffer as BlobPart]));
      request.bytes += buffer.byteLength;
    }
    if (!request.settled) {
      request.received.value = request.bytes;
      request.total.value = message.total;
      request.progress.value = message.progress;
    }
    if (message.last) this.#finish(request, message);
  }

  fail(rid: number, reason: string): void {
    const request = this.#pending.get(rid);
    if (request === undefined) return;
    // A neighbour that cannot be had is nothing to report: it says so when it is shown.
    request.chunks = [];
    request.bytes = 0;
    if (request.settled) return;
    this.#pending.delete(rid);
    request.reject(new Error(reason));
  }

  follow(operations: readonly SpliceOperation[]): void {
    this.#kept.follow(operations);
  }

  forget(): void {
    this.#kept.clear();
  }

  leave(view: string): void {
    for (const [rid, request] of this.#pending) if (request.view === view) this.#cancel(rid);
  }

  end(): void {
    for (const request of this.#pending.values()) request.reject(new Error("The kernel is gone."));
    this.#pending.clear();
  }

  #finish(request: Pending, message: Original): void {
    const blob = new Blob(request.chunks, { type: message.mime });
    const file: Kept = { blob, mime: message.mime, name: message.name, bytes: blob.size };
    request.chunks = [];
    request.bytes = 0;
    if (message.index !== null && request.purpose === "view") {
      this.#kept.set(message.index, file);
      this.#kept.trim((index) => index === message.index);
    }
    if (request.settled) return;
    request.settled = true;
    request.resolve(file);
    if (request.purpose !== "view") this.#pending.forEach((value, rid) => value === request && this.#pending.delete(rid));
  }

  #replace(view: string, purpose: OpenPurpose): void {
    for (const [rid, request] of this.#pending) {
      if (request.view !== view || request.purpose !== purpose) continue;
      this.#pending.delete(rid);
      request.reject(new DOMException("Replaced by a newer request.", "AbortError"));
    }
  }

  #cancel(rid: number): void {
    const request = this.#pending.get(rid);
    if (request === undefined) return;
    this.#pending.delete(rid);
    request.reject(new DOMException("Cancelled.", "AbortError"));
    this.#send({
      kind: "open",
      v: PROTOCOL_VERSION,
      view: request.view,
      rid,
      revision: this.#revision(),
      purpose: request.purpose,
      index: null,
      prefetch: [],
      ranges: [],
    });
  }
}
