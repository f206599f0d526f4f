/** One tile of the pool: an option of the listbox, with its picture and caption. Knows no list and no kernel. */

import type { Entry } from "./feed";
import { isLong } from "./layout";
import { enlarged, type Fit, Picture } from "./picture";
import { h } from "./reactive";

/** What all tiles have in common at a time. */
export interface Look {
  readonly count: number;
  readonly fit: Fit;
  readonly width: number;
  readonly height: number;
  /** The label of an item's group. */
  readonly group?: (index: number) => string | undefined;
}

/** Where it stands; `away`: kept for the focus, but not to be seen. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly away: boolean;
}

export type Tile = ReturnType<typeof createTile>;

/** A tile shows two lines, a name read aloud is not much longer: a caption of a megabyte costs no more than this. */
const MOST_TEXT = 500;
/** A picture that comes later than this fades in; what was there at once just stands there. */
const FADE_AFTER_MS = 120;

export function createTile() {
  const picture = new Picture({ loaded, failed });
  const frame = h("div.nbg-frame", {}, picture.element);
  const caption = h("div.nbg-caption");
  const element = h("div.nbg-tile", { role: "option" }, frame, caption);
  let entry: Entry | undefined;
  let look: Look;
  let video: HTMLVideoElement | undefined;
  /** Why what should be drawn cannot be. */
  let trouble: string | undefined;
  let since = 0;
  picture.element.className = "nbg-picture";

  const tile = {
    element,
    /** The item that it shows; whoever changes it says that the item has moved. */
    index: -1,

    /** Describe an item: everything but its picture. The index that the tile has already means the same item. */
    bind(index: number, latest: Entry | undefined, nextLook: Look) {
      const same = index === tile.index;
      if (!same) tile.clear();
      // What is drawn outlives its place in the feed's cache.
      const next = latest ?? entry;
      if (same && next === entry && nextLook === look) return;
      tile.index = index;
      look = nextLook;
      entry = next;
      describe();
    },

    draw() {
      const { header, data } = entry ?? {};
      const source = header?.error ? null : (data ?? (header?.kind === "image" && header.url));
      if (!source || source === picture.source) return;
      endVideo();
      trouble = undefined;
      since = performance.now();
      picture.show(source, header?.mime);
    },

    /** A video stands in for its own poster. */
    showFrame(shown: HTMLVideoElement) {
      video = shown;
      video.className = "nbg-picture";
      picture.element.replaceWith(video);
      set("data-drawn", "");
      describe();
    },

    mark(selected: boolean, current: boolean, active: boolean) {
      set("aria-selected", selected);
      set("aria-current", current);
      set("tabindex", active ? 0 : -1);
    },

    place({ x, y, away }: Place) {
      element.style.translate = `${x}px ${y}px`;
      element.classList.toggle("nbg-away", away);
    },

    /** Forget the item, and stay where it is. */
    clear() {
      picture.clear();
      endVideo();
      element.removeAttribute("data-drawn");
      entry = trouble = undefined;
      tile.index = -1;
    },
  };
  return tile;

  /** Only changes reach the document and the accessibility tree. */
  function set(attribute: string, value: string | number | boolean): void {
    if (element.getAttribute(attribute) !== `${value}`) element.setAttribute(attribute, `${value}`);
  }

  function describe(): void {
    const {
      kind = "",
      mime,
      color = "",
      name,
      caption: text,
      error = trouble,
      width,
      height,
    } = entry?.header ?? {};
    const { count, fit } = look;
    const { element: image } = picture;
    const position = tile.index + 1;
    const reason = short(error);
    // In the order in which it is seen, so that voice control finds it by its text.
    const parts = [
      reason && `error: ${reason}`,
      short(text || name),
      `${kind || "image"} ${position} of ${count}`,
      look.group?.(tile.index),
    ];
    set("aria-label", parts.filter(Boolean).join(", "));
    set("aria-setsize", count);
    set("aria-posinset", position);
    set("data-kind", reason ? "error" : kind);
    set("title", reason || (text && isLong(text, look.width) ? short(text) : ""));
    // A text that is set anew is laid out anew.
    if (caption.textContent !== short(text)) caption.textContent = short(text);
    // Why there is no picture, or the length of the video.
    frame.dataset.note =
      reason ||
      (video?.title ?? ((kind === "video" && (entry?.data as File | null | undefined)?.name) || ""));
    // The picture's mean colour while there is nothing else: behind what is transparent it would say something false.
    frame.style.background = reason || "drawn" in element.dataset ? "" : color;
    const raster = kind === "image" && mime !== "image/svg+xml";
    const size = { width: width || image.naturalWidth, height: height || image.naturalHeight };
    image.style.imageRendering = raster && enlarged(size, look, fit, devicePixelRatio) ? "pixelated" : "";
  }

  function loaded(): void {
    set("data-drawn", performance.now() - since > FADE_AFTER_MS ? "late" : "");
    describe();
  }

  /** The bytes or the address hold no picture that this browser can draw. */
  function failed(): void {
    trouble = entry?.header.url
      ? "No picture could be loaded from its address."
      : "This browser cannot draw it.";
    describe();
  }

  function endVideo(): void {
    if (!video) return;
    // Without a source the browser gives the decoder back.
    video.src = "";
    video.replaceWith(picture.element);
    video = undefined;
  }
}

function short(text: string | null | undefined): string {
  return (text ?? "").slice(0, MOST_TEXT);
}
