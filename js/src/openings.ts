/** Originals, downloads and archives on their way: requests, chunks, progress, a bounded cache. No DOM. */

import type { Memory } from "./cache";
import type { Failure, Open, OpenPurpose, Original, Range } from "./protocol";
import { type ReadonlySignal, signal } from "./signals";
import type { Send } from "./store";

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
  /** Whether the item asked for is still to come; after it come its neighbours. */
  isUnsettled(): boolean;
  take(message: Original, buffer: DataView | Uint8Array | undefined): void;
  /** Give up what is coming. `isUnderWay`: the kernel is still at it, and is to stop. */
  fail(reason: string, isUnderWay?: boolean): void;
  end(reason: Error, isUnderWay?: boolean): void;
}

/** What stays however many thumbnails there are: some large photographs. A video beyond it is fetched again. */
const SHARE_BYTES = 64 * 2 ** 20;

export function openings(send: Send, revision: ReadonlySignal<number>, memory: Memory) {
  const kept = memory.cache<OriginalFile>(
    ({ blob }) => blob.size,
    SHARE_BYTES,
    () => false,
  );
  const pending = new Map<number, Pending>();
  let latest = 0;

  // Every page that shows this gallery hears every answer, and each counts its requests from one.
  const answered = ({ view, rid }: Original | Failure) => {
    const request = pending.get(rid ?? 0);
    return request?.view === view ? request : undefined;
  };

  return {
    follow: kept.follow,
    cached: kept.get,
    isPending: () => [...pending.values()].some((request) => request.isUnsettled()),
    take: (message: Original, buffer: DataView | Uint8Array | undefined) =>
      answered(message)?.take(message, buffer),
    fail: (message: Failure) => answered(message)?.fail(message.message),

    open(view: string, { purpose, index, prefetch = [], ranges = null }: OpenRequest): Opening {
      for (const other of pending.values()) {
        if (other.view === view && other.purpose === purpose) other.end(aborted(), false);
      }
      const rid = ++latest;
      const received = signal(0);
      const total = signal<number | null>(null);
      const progress = signal<readonly [number, number] | null>(null);
      const result = new Promise<OriginalFile>((resolve, reject) => {
        let unsettled = true;
        let chunks: Blob[] = [];
        let bytes = 0;

        const ask = (what: Pick<Open, "index" | "prefetch" | "ranges">) =>
          send({ kind: "open", view, rid, revision: revision.peek(), purpose, ...what });

        const forget = () => {
          chunks = [];
          bytes = 0;
        };

        const end = (reason: Error, isUnderWay = true) => {
          if (!pending.delete(rid)) return;
          reject(reason);
          if (isUnderWay) ask({ index: null, prefetch: [], ranges: [] });
        };

        const fail = (reason: string, isUnderWay = false) => {
          forget();
          // A neighbour that cannot be had is nothing to report: it says so when it is shown.
          if (unsettled) end(new Error(reason), isUnderWay);
        };

        const take = (message: Original, buffer: DataView | Uint8Array | undefined) => {
          if (message.offset !== bytes) {
            fail("A part of this file was lost on the way; try again.", true);
            return;
          }
          if (buffer) {
            chunks.push(new Blob([buffer as BlobPart]));
            bytes += buffer.byteLength;
          }
          if (unsettled) {
            received.value = bytes;
            total.value = message.total;
            progress.value = message.progress;
          }
          if (!message.last) return;
          const { index: at, mime, name } = message;
          const file = { blob: new Blob(chunks, { type: mime }), mime, name };
          forget();
          unsettled = false;
          resolve(file);
          if (at === null || purpose !== "view" || file.blob.size > SHARE_BYTES) return;
          kept.set(at, file);
          memory.trim();
        };

        pending.set(rid, { view, purpose, isUnsettled: () => unsettled, take, fail, end });
        ask({ index, prefetch, ranges });
      });
      // Who only wants the cache filled does not await; an unawaited rejection would be reported as an error of the page.
      result.catch(() => {});
      return { received, total, progress, result, cancel: () => pending.get(rid)?.end(aborted()) };
    },

    leave(view: string) {
      for (const request of pending.values()) if (request.view === view) request.end(aborted());
    },

    end() {
      for (const request of pending.values()) request.end(new Error("The kernel is gone."));
    },
  };
}

function aborted(): Error {
  return new DOMException("No longer wanted", "AbortError");
}
