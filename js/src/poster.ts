/** Posters of videos that the kernel could not decode, made here: one frame, one video at a time. */

import type { Entry } from "./feed";
import { safeUrl } from "./picture";
import { atEnd, h } from "./reactive";
import type { View } from "./view";

/** A tenth into the video, where fading in is over, and at most this many seconds. */
const LATEST_FRAME = 1;
const EDGE = 512;
const PATIENCE_MS = 20_000;

/**
 * Videos and posters carry the length of the video as their title and name. `show`: the video of another server may be
 * shown but not read, and then stands in for its poster. `done`: look again.
 */
export function createPosters(
  view: View,
  show: (index: number, video: HTMLVideoElement) => void,
  done: () => void,
) {
  const { feed } = view.store;
  const failed = new WeakSet<object>();
  /** The item whose poster is being made; null when there is none, or it has gone. */
  let index: number | null = null;
  let end = new AbortController();
  atEnd(() => end.abort());

  async function make({ header }: Entry, { signal }: AbortController): Promise<void> {
    const video = h("video", { muted: true, playsinline: true, preload: "auto" });
    try {
      let { url } = header;
      if (!url) {
        const opening = feed.open(view.id, { purpose: "poster", index });
        signal.addEventListener("abort", opening.cancel);
        url = URL.createObjectURL((await opening.result).blob);
      }
      video.src = safeUrl(url, "video") ?? "";
      await new Promise((resolve, reject) => {
        video.onerror = reject;
        video.onseeked = resolve;
        video.onloadedmetadata = () => {
          // A stream without an end gives the latest frame that is looked at.
          video.currentTime = Math.min(LATEST_FRAME, video.duration / 10);
        };
        signal.addEventListener("abort", reject);
        setTimeout(reject, PATIENCE_MS);
      });
      video.title = clock(video.duration);
      const poster = await drawn(video);
      if (!signal.aborted && index !== null) {
        if (poster) feed.keepPoster(index, new File([poster], video.title));
        else show(index, video);
      }
    } catch {
      // No decoder here either, or no kernel: the icon on the tile says enough. What was ended may be tried again.
      if (!signal.aborted) failed.add(header);
    }
    if (!video.isConnected) {
      // Without a source the browser stops loading and gives the decoder back: there are few.
      URL.revokeObjectURL(video.src);
      video.src = "";
    }
    if (signal.aborted) return;
    index = null;
    // What has ended is not to be cancelled.
    end = new AbortController();
    done();
  }

  return {
    /** Make the poster of one of these items; what is under way for another ends. */
    want(indices: readonly number[]) {
      if (index !== null && indices.includes(index)) return;
      end.abort();
      index = null;
      for (const candidate of indices) {
        const entry = feed.entry(candidate);
        if (!entry || entry.data || failed.has(entry.header)) continue;
        index = candidate;
        end = new AbortController();
        make(entry, end);
        return;
      }
    },

    /** The list has changed. */
    follow(moved: (index: number) => number | null) {
      if (index !== null) index = moved(index);
    },
  };
}

/** Null for the video of another server: its pixels may not be read. */
function drawn(video: HTMLVideoElement): Promise<Blob | null> {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, EDGE / Math.max(videoWidth, videoHeight));
  const canvas = h("canvas", { width: videoWidth * scale, height: videoHeight * scale });
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg")).catch(() => null);
}

/** 0:07, 12:34, 1:02:03; nothing for a stream without an end. */
function clock(seconds: number): string {
  if (seconds === Infinity) return "";
  const time = new Date(seconds * 1000).toISOString().slice(11, 19);
  return time.replace(/^(00:)?0?/, "");
}
