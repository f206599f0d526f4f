/** One item on the stage: its thumbnail at once, then the picture or video itself. Knows no list and no kernel. */

import type { Entry, OriginalFile } from "../feed";
import { Picture, safeUrl } from "../picture";
import { contain } from "./contain";

export type Slide = ReturnType<typeof createSlide>;

/** Has no pixels: it is drawn anew at any size. */
const SVG = "image/svg+xml";

/** `show` puts it onto the stage, and is called again when its size has become known; `tell` says something to the person. */
export function createSlide(show: () => void, tell: (reason: string) => void) {
  /** The one child of the stage: what is zoomed and panned is this. */
  const element = document.createElement("div");
  let disposed = false;
  let entry: Entry | undefined;
  let picture: HTMLImageElement | undefined;
  let video: HTMLVideoElement | undefined;
  let url = "";
  let scalable = false;
  /** What is drawn is the item itself, or takes its place for good; no thumbnail comes after it. */
  let final = false;
  element.className = "nbg-canvas";

  /** In place of the picture: why there is none. */
  const explain = (reason: string) => {
    const text = document.createElement("p");
    text.textContent = reason;
    final = true;
    picture = video = undefined;
    element.replaceChildren(text);
    element.removeAttribute("style");
    show();
  };

  /** Draw it off the page first, and only then in place of what is there: no flash in between. */
  const load = (source: Blob | string, last: boolean, otherwise: string) => {
    const drawing = new Picture(
      {
        loaded: async () => {
          await drawing.element.decode().catch(() => {});
          if (disposed || (final && !last)) return;
          final = last;
          picture = drawing.element;
          element.style.background = "";
          element.replaceChildren(picture);
          show();
        },
        failed: () => {
          if (disposed || final) return;
          if (last && !picture) explain(otherwise);
          else tell(otherwise);
        },
      },
      // Never aborted: it would take the `src` of pictures outside the document, which Chromium then keeps for good.
      new AbortController().signal,
    );
    drawing.element.alt = nameOf(entry);
    drawing.show(source);
  };

  const play = (source: string | null) => {
    if (!video) {
      video = document.createElement("video");
      Object.assign(video, {
        controls: true,
        playsInline: true,
        preload: "metadata",
        onloadedmetadata: show,
      });
      video.ariaLabel = nameOf(entry);
      video.onerror = () => explain("This browser cannot play this video. It can be downloaded.");
      element.replaceChildren(video);
    }
    if (source) {
      final = true;
      video.src = source;
    }
    show();
  };

  return {
    element,
    show,
    entry: () => entry,

    /** Whether the bytes of the original are still to be fetched. */
    wantsOriginal: () =>
      !!entry && !final && !entry.header.error && !entry.header.url && !entry.header.complete,

    describe(next: Entry) {
      const { header, data } = next;
      const same = entry && entry.data === data;
      entry = next;
      scalable ||= header.mime === SVG;
      if (final || same) return;
      if (header.error) explain(header.error);
      else if (header.kind === "video") {
        // As a data: URL, which no content security policy of a host forbids, and which needs no revoking.
        const reader = new FileReader();
        reader.onload = () => video?.setAttribute("poster", `${reader.result}`);
        if (data) reader.readAsDataURL(data);
        play(header.url ? (safeUrl(header.url, "video") ?? "data:,") : null);
      } else if (header.url) load(header.url, true, "No picture could be loaded from its address.");
      else if (data) load(data, header.complete, "This browser cannot draw this picture.");
      if (!picture) element.style.background = header.color;
    },

    /** The original has come. */
    take({ blob, mime }: OriginalFile) {
      scalable ||= mime === SVG;
      if (disposed) return;
      if (mime.startsWith("video/")) {
        url = URL.createObjectURL(blob);
        play(url);
      } else load(blob, true, "This browser cannot draw the original; this is its thumbnail.");
    },

    /** Place it in a box of this size. */
    place(width: number, height: number) {
      const known = { width: entry?.header.width ?? 0, height: entry?.header.height ?? 0 };
      const { videoWidth, videoHeight } = video ?? {};
      const size = videoWidth
        ? { width: videoWidth, height: videoHeight ?? 0 }
        : known.width || !picture
          ? known
          : { width: picture.naturalWidth, height: picture.naturalHeight };
      // Without a size of its own a thumbnail tells the proportions only.
      const fills = scalable || !!video || !(known.width || final);
      const placed = contain(size, { width, height }, devicePixelRatio, fills);
      if (!placed.width || element.querySelector("p")) return;
      element.style.width = `${placed.width}px`;
      element.style.height = `${placed.height}px`;
      element.classList.toggle("nbg-pixelated", placed.pixelated && final);
    },

    /** False when it is no video. */
    togglePlay() {
      // A play that is interrupted by the next item rejects; nothing is lost.
      if (video?.paused) video.play().catch(() => {});
      else video?.pause();
      return !!video;
    },

    dispose() {
      disposed = true;
      // Without a source the browser gives the file and its decoder back.
      video?.pause();
      video?.removeAttribute("src");
      video?.load();
      URL.revokeObjectURL(url);
      element.remove();
    },
  };
}

function nameOf(entry: Entry | undefined): string {
  return entry?.header.caption || entry?.header.name || "Picture";
}
