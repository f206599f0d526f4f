/** The place where one item is seen large: its thumbnail at once, then the picture or video itself. */

import type { Entry, Opening, OriginalFile } from "../feed";
import { asBlob, Picture, safeUrl } from "../picture";
import { atEnd, h, live } from "../reactive";
import { shift } from "../selection";
import type { Actions } from "../shell/actions";
import { drawProgress } from "../shell/notes";
import { signal } from "../signals";
import type { View } from "../view";
import { contain } from "./contain";
import { pointerEvents } from "./pointer";

/**
 * Until then the item before stays, so that nothing flashes, and no original is fetched: who goes on sooner (a held key)
 * wants another one.
 */
const REST_MS = 80;
/** Thumbnails as the grid has them anyway: a larger one would come no sooner than the original. */
const THUMBNAIL_PIXELS = 256;
/** Has no pixels: it is drawn anew at any size. */
const SVG = "image/svg+xml";

/** Returns the stage, and what plays or pauses the video on it; that answers whether there is one. */
export function drawStage(
  view: View,
  { say, arrival }: Actions,
  press: (by: -1 | 0 | 1) => void,
  ended: AbortSignal,
): readonly [HTMLElement, () => boolean] {
  const { shown, store, id } = view;
  const { feed } = store;
  const demand = `${id}:lightbox`;
  /** What is on its way; null as long as not even that is known. */
  const opening = signal<Opening | null | undefined>(null);
  const canvas = h("div.nbg-canvas");
  const host = h(
    "div.nbg-stage",
    pointerEvents(canvas, press),
    canvas,
    drawProgress("Fetching the original", () =>
      feed.connection.value === "gone" ? undefined : opening.value,
    ),
  );

  /** Where the item is in the list now; null when it has gone. */
  let index: number | null = null;
  /** Counts the items: what comes for one before is of no use. */
  let visit = 0;
  let entry: Entry | undefined;
  /** The canvas still holds the item before. */
  let stale = true;
  /** It holds the item itself, or what takes its place for good: no thumbnail comes after it. */
  let final = false;
  let scalable = false;
  let rested = false;
  let timer: ReturnType<typeof setTimeout>;

  const place = () => {
    const { kind, width = 0, height = 0, color } = entry?.header ?? {};
    const media = canvas.firstElementChild as Partial<HTMLImageElement & HTMLVideoElement> | null;
    const { videoWidth = 0, videoHeight = 0, naturalWidth = 0, naturalHeight = 0 } = media ?? {};
    const [size] = [
      { width: videoWidth, height: videoHeight },
      { width, height },
      { width: naturalWidth, height: naturalHeight },
    ].filter((known) => known.width && known.height);
    if (!size || canvas.querySelector("p")) return canvas.removeAttribute("style");
    // Without a size of its own a thumbnail tells the proportions only.
    const fills = scalable || kind === "video" || !(width || final);
    const scale = contain(
      size,
      { width: host.clientWidth, height: host.clientHeight },
      devicePixelRatio,
      fills,
    );
    canvas.style.cssText =
      `width:${size.width * scale}px;height:${size.height * scale}px;background:${media ? "" : color};` +
      `image-rendering:${final && !fills && scale * devicePixelRatio > 1 ? "pixelated" : ""}`;
  };

  /** Put it on the stage, in place of what is there. */
  const put = (...media: Element[]) => {
    free(canvas.querySelector("video"));
    canvas.replaceChildren(...media);
    stale = false;
    place();
  };

  /** In place of the picture: why there is none. */
  const explain = (reason: string) => {
    final = true;
    put(h("p", {}, reason));
  };

  const name = () => entry?.header.caption || entry?.header.name || "Picture";

  /** Draw it off the page first, and only then in place of what is there: no flash in between. */
  const load = (source: Blob | string, last: boolean) => {
    const now = visit;
    const picture = new Picture({
      async loaded() {
        await picture.element.decode().catch(() => {});
        if (now !== visit || (final && !last)) return;
        final = last;
        put(picture.element);
      },
      failed() {
        if (now !== visit || !last) return;
        if (!stale && canvas.firstChild) say("This browser cannot draw the original; this is its thumbnail.");
        else if (source === entry?.header.url) explain("No picture could be loaded from its address.");
        else explain("This browser cannot draw this picture.");
      },
    });
    picture.element.alt = name();
    picture.show(source);
  };

  const play = (src: string) => {
    const now = visit;
    const video: HTMLVideoElement = h("video", {
      src,
      controls: true,
      playsinline: true,
      "aria-label": name(),
      onloadedmetadata() {
        if (now !== visit) return free(video);
        final = true;
        put(video);
      },
      onerror() {
        free(video);
        if (now === visit) explain("This browser cannot play this video. It can be downloaded.");
      },
    });
  };

  const describe = ({ header, data }: Entry) => {
    const { kind, mime, url, error, complete } = header;
    scalable = mime === SVG;
    if (error) explain(error);
    else if (data) load(asBlob(data, mime), complete);
    else if (url && kind === "image") load(url, true);
    if (url && kind === "video") play(safeUrl(url, kind) ?? "data:,");
    if (!canvas.firstChild) place();
  };

  const take = ({ blob, mime }: OriginalFile) => {
    scalable = mime === SVG;
    if (mime.startsWith("video/")) play(URL.createObjectURL(blob));
    else load(blob, true);
  };

  /** The original, and those of the neighbours: not their videos, which are large and seldom the next thing seen. */
  const fetchOriginals = async (at: number) => {
    const now = visit;
    const count = feed.count.peek();
    const lacks = (other: number) => {
      const header = feed.entry(other)?.header;
      return (
        header &&
        !header.error &&
        !header.url &&
        !header.complete &&
        (other === at || header.kind === "image")
      );
    };
    const here = lacks(at) && feed.original(at);
    if (here) take(here);
    const near = new Set([at, at + 1, at - 1 + count].map((other) => other % count));
    const [first, ...prefetch] = [...near].filter((other) => lacks(other) && !feed.original(other));
    opening.value = undefined;
    if (first === undefined || feed.connection.peek() === "gone") return;
    const current = feed.open(id, { purpose: "view", index: first, prefetch });
    if (first !== at) return;
    opening.value = current;
    const file = await arrival(current);
    if (now !== visit) return;
    opening.value = undefined;
    if (file) take(file);
  };

  const leave = () => {
    visit++;
    clearTimeout(timer);
    opening.peek()?.cancel();
  };

  const update = () => {
    if (ended.aborted) return;
    const at = shown.peek();
    feed.need(demand, THUMBNAIL_PIXELS, [
      [at, at + 2],
      [Math.max(0, at - 1), at],
    ]);
    if (at !== index) {
      leave();
      index = at;
      entry = undefined;
      opening.value = null;
      stale = true;
      final = rested = false;
      timer = setTimeout(
        () => {
          rested = true;
          if (stale) put();
          if (entry) fetchOriginals(at);
        },
        canvas.firstChild ? REST_MS : 0,
      );
    }
    const before = entry;
    entry = feed.entry(at) ?? before;
    if (!entry || entry === before) return;
    // Otherwise only its caption has changed.
    if (!final && entry.data !== before?.data) describe(entry);
    if (rested && !before) fetchOriginals(at);
  };

  // Later in the same task: a change of the list and of what is shown arrive one after the other.
  const schedule = () => queueMicrotask(update);
  const resizes = new ResizeObserver(place);
  resizes.observe(host);
  live(() => {
    shown.value;
    schedule();
  });
  feed.subscribe((change) => {
    if (change.type === "splice" && index !== null) index = shift(index, change.operations);
    else if (change.type === "reset") index = null;
    schedule();
  }, ended);
  atEnd(() => {
    resizes.disconnect();
    leave();
    free(canvas.querySelector("video"));
    feed.leave(demand);
  });

  return [
    host,
    () => {
      const video = canvas.querySelector("video");
      // A play that is interrupted by the next item rejects; nothing is lost.
      if (video?.paused) video.play().catch(() => {});
      else video?.pause();
      return entry?.header.kind === "video";
    },
  ];
}

/** Without a source the browser gives a video's file and its decoder back. */
function free(video: HTMLVideoElement | null): void {
  if (!video) return;
  URL.revokeObjectURL(video.src);
  video.removeAttribute("src");
  video.load();
}
