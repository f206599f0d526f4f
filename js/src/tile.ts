/** One tile of the pool: an option of the listbox, with its picture and caption. Knows no list and no kernel. */

import type { Entry } from "./feed";
import { enlarged, type Fit, Picture } from "./picture";

/** What all tiles have in common at a time. */
export interface Look {
  readonly count: number;
  readonly fit: Fit;
  readonly width: number;
  readonly height: number;
}

export interface Tile {
  readonly element: HTMLElement;
  /** The item that it shows; whoever changes it says that the item has moved. */
  index: number;
  /** Describe an item: everything but its picture. The index that the tile has already means the same item. */
  bind(index: number, entry: Entry | undefined, look: Look, duration: number | undefined): void;
  /** Whether the picture is there and not drawn yet. */
  isWaiting(): boolean;
  draw(): void;
  /** Whether it is a video that needs a poster. */
  isBlank(): boolean;
  /** A video stands in for its own poster. */
  showFrame(video: HTMLVideoElement): void;
  mark(selected: boolean, current: boolean, active: boolean): void;
  place(x: number, y: number, away: boolean): void;
  /** Forget the item, and stay where it is. */
  clear(): void;
}

/** A tile shows two lines, a name read aloud is not much longer: a caption of a megabyte costs no more than this. */
const MOST_TEXT = 500;
/** A picture that comes later than this fades in; what was there at once just stands there. */
const FADE_AFTER_MS = 120;

export function createTile(signal: AbortSignal): Tile {
  const element = box("nbg-tile");
  const frame = box("nbg-frame");
  const caption = box("nbg-caption");
  const reason = box("nbg-reason");
  const picture = new Picture({ loaded, failed }, signal);
  let entry: Entry | undefined;
  let look: Look | undefined;
  let video: HTMLVideoElement | null = null;
  let since = 0;

  picture.element.className = "nbg-picture";
  frame.append(picture.element);
  element.append(frame, caption);
  set("role", "option");

  const tile: Tile = {
    element,
    index: -1,
    bind(index, latest, nextLook, duration) {
      // What is drawn outlives its place in the feed's cache.
      const next = index === tile.index ? (latest ?? entry) : latest;
      showTime(duration ?? video?.duration);
      if (index === tile.index && next === entry && nextLook === look) return;
      if (index !== tile.index) tile.clear();
      tile.index = index;
      look = nextLook;
      if (next !== entry) {
        entry = next;
        describe();
      }
      set("aria-setsize", look.count);
      set("aria-posinset", index + 1);
      name();
      sharpen();
    },
    isWaiting: () => sourceOf(entry) !== null && sourceOf(entry) !== picture.source,
    draw() {
      const source = sourceOf(entry);
      if (source === null || source === picture.source) return;
      endVideo();
      since = performance.now();
      picture.show(source);
    },
    isBlank: () => entry?.header.kind === "video" && !entry.header.error && !sourceOf(entry) && !video,
    showFrame(shown) {
      video = shown;
      video.className = "nbg-picture";
      video.tabIndex = -1;
      video.setAttribute("aria-hidden", "true");
      frame.append(video);
      set("data-drawn", "");
      shade();
      showTime(video.duration);
    },
    mark(selected, current, active) {
      set("aria-selected", selected);
      set("aria-current", current);
      set("tabindex", active ? 0 : -1);
    },
    place(x, y, away) {
      const place = `translate(${x}px, ${y}px)`;
      if (element.style.transform !== place) element.style.transform = place;
      element.classList.toggle("nbg-away", away);
    },
    clear() {
      picture.clear();
      endVideo();
      element.removeAttribute("data-drawn");
      entry = look = undefined;
      describe();
      tile.index = -1;
    },
  };
  return tile;

  /** Called each frame: only changes reach the document and the accessibility tree. */
  function set(attribute: string, value: string | number | boolean, on = element): void {
    if (on.getAttribute(attribute) !== `${value}`) on.setAttribute(attribute, `${value}`);
  }

  function describe(): void {
    const { kind = "", caption: text, error } = entry?.header ?? {};
    set("data-kind", kind);
    shade();
    caption.textContent = short(text);
    explain(error);
  }

  /** The picture's mean colour while there is nothing else: behind what is transparent it would say something false. */
  function shade(): void {
    const drawn = "drawn" in element.dataset || entry?.header.error;
    frame.style.background = drawn ? "" : (entry?.header.color ?? "");
  }

  function showTime(seconds: number | undefined): void {
    set("data-time", seconds ? clock(seconds) : "", frame);
  }

  /** Say why there is no picture. */
  function explain(error: string | undefined): void {
    element.title = reason.textContent = short(error);
    reason.remove();
    if (!error) return;
    set("data-kind", "error");
    frame.append(reason);
  }

  function name(): void {
    const header = entry?.header;
    const kind = header?.kind === "video" ? "video" : "image";
    const parts = [short(header?.caption || header?.name), `${kind} ${tile.index + 1} of ${look?.count}`];
    // In the order in which it is seen, so that voice control finds it by its text.
    if (element.title) parts.unshift(`error: ${element.title}`);
    set("aria-label", parts.filter(Boolean).join(", "));
  }

  function loaded(): void {
    set("data-drawn", performance.now() - since > FADE_AFTER_MS ? "late" : "");
    shade();
    sharpen();
  }

  /** The bytes or the address hold no picture that this browser can draw. */
  function failed(): void {
    explain(
      entry?.header.url ? "No picture could be loaded from its address." : "This browser cannot draw it.",
    );
    name();
  }

  function sharpen(): void {
    if (!look || !entry) return;
    const { header } = entry;
    const { naturalWidth: width, naturalHeight: height, style } = picture.element;
    const raster = header.kind === "image" && header.mime !== "image/svg+xml";
    const large = enlarged(
      header.width ? header : { width, height },
      look,
      look.fit,
      window.devicePixelRatio,
    );
    style.imageRendering = raster && large ? "pixelated" : "";
  }

  function endVideo(): void {
    // Without a source the browser gives the decoder back.
    if (video) video.src = "";
    video?.remove();
    video = null;
  }
}

function sourceOf(entry: Entry | undefined): Blob | string | null {
  if (!entry || entry.header.error) return null;
  return entry.data ?? (entry.header.kind === "image" ? (entry.header.url ?? null) : null);
}

function box(className: string): HTMLElement {
  const made = document.createElement("div");
  made.className = className;
  return made;
}

function short(text: string | null | undefined): string {
  return (text ?? "").slice(0, MOST_TEXT);
}

/** 0:07, 12:34, 1:02:03; nothing for a stream without an end. */
function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "";
  const parts = [Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  if (seconds >= 3600) parts.unshift(Math.floor(seconds / 3600));
  return parts.map((part, at) => (at ? `${part}`.padStart(2, "0") : part)).join(":");
}
