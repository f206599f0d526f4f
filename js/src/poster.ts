/** Posters of videos that the kernel could not decode, made here: one frame, one video at a time. */

import type { Entry } from "./feed";
import { safeUrl } from "./picture";
import type { View } from "./view";

/** A tenth into the video, where fading in is over, and at most this many seconds. */
const LATEST_FRAME = 1;
const EDGE = 512;
const PATIENCE_MS = 20_000;

export interface Posters {
  /** Make the poster of one of these items; what is under way for another ends. */
  want(indices: readonly number[]): void;
  /** The list has changed. */
  follow(moved: (index: number) => number | null): void;
  /** Seconds of a video whose poster was made here. */
  durationOf(entry: Entry): number | undefined;
}

/** `show`: the video of another server may be shown but not read, and then stands in for its poster. `done`: look again. */
export function createPosters(
  view: View,
  show: (index: number, video: HTMLVideoElement) => void,
  done: () => void,
): Posters {
  const { feed } = view.store;
  const failed = new WeakSet<object>();
  const durations = new WeakMap<Blob, number>();
  let making: { index: number | null; readonly end: AbortController } | null = null;
  view.signal.addEventListener("abort", () => making?.end.abort());

  async function make(index: number, { header }: Entry): Promise<void> {
    const end = new AbortController();
    making = { index, end };
    const own = making;
    try {
      let source: Blob | string | undefined = header.url;
      if (!source) {
        const opening = feed.open(view.id, { purpose: "poster", index });
        end.signal.addEventListener("abort", () => opening.cancel());
        source = (await opening.result).blob;
      }
      const video = await frameOf(source, end);
      const poster = await drawn(video).catch(() => null);
      if (own.index === null) stop(video);
      else if (poster) {
        durations.set(poster, video.duration);
        stop(video);
        feed.keepPoster(own.index, poster);
      } else show(own.index, video);
    } catch {
      // No decoder here either, or no kernel: the icon on the tile says enough. What was ended may be tried again.
      if (making === own) failed.add(header);
    }
    if (making !== own) return;
    making = null;
    done();
  }

  return {
    want(indices) {
      if (making?.index != null && indices.includes(making.index)) return;
      const old = making;
      making = null;
      old?.end.abort();
      for (const index of indices) {
        const entry = feed.entry(index);
        if (entry && !entry.data && !failed.has(entry.header)) return void make(index, entry);
      }
    },
    follow(moved) {
      if (making?.index != null) making.index = moved(making.index);
    },
    durationOf: ({ data }) => (data ? durations.get(data) : undefined),
  };
}

/** A video that stands at the frame to be drawn. */
async function frameOf(source: Blob | string, end: AbortController): Promise<HTMLVideoElement> {
  const video = document.createElement("video");
  const patience = setTimeout(() => end.abort(), PATIENCE_MS);
  try {
    await new Promise((seeked, failed) => {
      const url = typeof source === "string" ? safeUrl(source, "video") : URL.createObjectURL(source);
      end.signal.addEventListener("abort", failed);
      if (!url || end.signal.aborted) return failed();
      video.onerror = failed;
      video.onseeked = seeked;
      video.onloadedmetadata = () => {
        // A stream without an end gives the latest frame that is looked at.
        video.currentTime = Math.min(LATEST_FRAME, video.duration / 10);
      };
      video.muted = video.playsInline = true;
      video.preload = "auto";
      video.src = url;
    });
    return video;
  } catch (reason) {
    stop(video);
    throw reason;
  } finally {
    clearTimeout(patience);
  }
}

/** Rejects for the video of another server: its pixels may not be read. */
async function drawn(video: HTMLVideoElement): Promise<Blob | null> {
  const { videoWidth: width, videoHeight: height } = video;
  const scale = Math.min(1, EDGE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg"));
}

/** Stop loading and give the decoder back: browsers allow few at once. */
function stop(video: HTMLVideoElement): void {
  video.onerror = null;
  URL.revokeObjectURL(video.src);
  video.src = "";
}
