/** Posters of videos that the kernel could not decode, made here: one frame, one video at a time. */

import type { Entry, Opening } from "./feed";
import { safeUrl } from "./picture";
import type { SpliceOperation } from "./protocol";
import { shift } from "./selection";
import type { View } from "./view";

/** A tenth into the video, where fading in is over, and at most this many seconds. */
const LATEST_FRAME = 1;
const EDGE = 512;
const PATIENCE_MS = 20_000;

/** The frame of a video on another server may be shown but not read: then the video itself is what is drawn. */
export type Shown = (index: number, frame: HTMLVideoElement) => void;

interface Making {
  /** Where its item is now; null when it has been removed. */
  index: number | null;
  opening?: Opening;
  readonly end: AbortController;
}

export class Posters {
  readonly #view: View;
  readonly #shown: Shown;
  readonly #failed = new WeakSet<object>();
  readonly #durations = new WeakMap<Blob, number>();
  #making: Making | null = null;

  constructor(view: View, shown: Shown) {
    this.#view = view;
    this.#shown = shown;
    view.signal.addEventListener("abort", () => this.#making?.end.abort());
  }

  /** Seconds of a video whose poster was made here. */
  duration(poster: Blob | null): number | undefined {
    return poster ? this.#durations.get(poster) : undefined;
  }

  failed(entry: Entry): boolean {
    return this.#failed.has(entry.header);
  }

  /** Make the posters of these items, the first first; what is under way and not among them ends. */
  want(indices: readonly number[]): void {
    const making = this.#making;
    if (making?.index != null && indices.includes(making.index)) return;
    if (making) {
      making.end.abort();
      making.opening?.cancel();
    }
    const index = indices.find((each) => {
      const entry = this.#view.store.feed.entry(each);
      return entry && !this.failed(entry);
    });
    this.#making = null;
    if (index !== undefined) void this.#make(index, indices);
  }

  follow(operations: readonly SpliceOperation[]): void {
    if (this.#making?.index != null) this.#making.index = shift(this.#making.index, operations);
  }

  async #make(index: number, indices: readonly number[]): Promise<void> {
    const { feed } = this.#view.store;
    const entry = feed.entry(index);
    if (!entry) return;
    const making: Making = { index, end: new AbortController() };
    this.#making = making;
    try {
      let source: Blob | string | undefined = entry.header.url;
      if (source === undefined) {
        making.opening = feed.open(this.#view.id, { purpose: "poster", index });
        source = (await making.opening.result).blob;
      }
      const video = await frame(source, making.end.signal);
      const { duration } = video;
      const poster = await drawn(video).catch(() => null);
      if (making.end.signal.aborted || making.index === null) return;
      if (poster) {
        stop(video);
        this.#durations.set(poster, duration);
        feed.keepPoster(making.index, poster);
      } else this.#shown(making.index, video);
    } catch {
      // No decoder here either, or no kernel: the icon on the tile says enough. An end of ours is no failure.
      if (!making.end.signal.aborted) this.#failed.add(entry.header);
    } finally {
      if (this.#making === making) {
        this.#making = null;
        this.want(indices.filter((each) => each !== index));
      }
    }
  }
}

/** A video that stands at the frame to be drawn. */
function frame(source: Blob | string, signal: AbortSignal): Promise<HTMLVideoElement> {
  const url = typeof source === "string" ? safeUrl(source, "video") : URL.createObjectURL(source);
  const video = document.createElement("video");
  return new Promise<HTMLVideoElement>((resolve, reject) => {
    const patience = setTimeout(() => failed(), PATIENCE_MS);
    const failed = () => {
      clearTimeout(patience);
      stop(video);
      reject(new Error("The video shows no frame."));
    };
    if (!url || signal.aborted) return failed();
    const once = { once: true, signal };
    signal.addEventListener("abort", failed, { once: true });
    video.addEventListener("error", failed, once);
    video.addEventListener("loadedmetadata", () => seek(video), once);
    video.addEventListener(
      "seeked",
      () => {
        clearTimeout(patience);
        signal.removeEventListener("abort", failed);
        resolve(video);
      },
      once,
    );
    video.muted = true;
    video.playsInline = true;
    video.preload = "auto";
    video.src = url;
  });
}

function seek(video: HTMLVideoElement): void {
  const { duration } = video;
  video.currentTime = Number.isFinite(duration) ? Math.min(LATEST_FRAME, duration / 10) : LATEST_FRAME;
}

async function drawn(video: HTMLVideoElement): Promise<Blob | null> {
  const { videoWidth: width, videoHeight: height } = video;
  const scale = Math.min(1, EDGE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
}

/** Stop loading and give the decoder back: browsers allow few at once. */
function stop(video: HTMLVideoElement): void {
  if (video.src.startsWith("blob:")) URL.revokeObjectURL(video.src);
  video.removeAttribute("src");
  video.load();
}
