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

export interface State {
  readonly selected: boolean;
  readonly current: boolean;
  readonly active: boolean;
}

/** A tile shows two lines, a name read aloud is not much longer: a caption of a megabyte costs no more than this. */
const MOST_TEXT = 500;
/** A picture that comes later than this fades in; what was there at once just stands there. */
const FADE_AFTER_MS = 120;

export class Tile {
  readonly element = div("nbg-tile");
  index = -1;
  #entry: Entry | undefined;
  readonly #frame = div("nbg-frame");
  readonly #caption = div("nbg-caption");
  readonly #picture: Picture;
  #video: HTMLVideoElement | null = null;
  #look: Look | null = null;
  #reason = "";
  #place = "";
  #since = 0;

  constructor(signal: AbortSignal) {
    this.#picture = new Picture({ loaded: () => this.#loaded(), failed: () => this.#failed() }, signal);
    this.#picture.element.className = "nbg-picture";
    this.element.setAttribute("role", "option");
    this.#frame.append(this.#picture.element);
    this.element.append(this.#frame, this.#caption);
  }

  /** Describe an item: everything but its picture. The index that the tile has already means the same item. */
  bind(index: number, entry: Entry | undefined, look: Look): void {
    // What is drawn outlives its place in the feed's cache.
    const known = index === this.index ? (entry ?? this.#entry) : entry;
    if (index === this.index && known === this.#entry && look === this.#look) return;
    if (index !== this.index) this.clear();
    this.index = index;
    this.#look = look;
    if (known !== this.#entry) {
      this.#entry = known;
      this.#describe();
    }
    this.#set("aria-label", this.#name());
    this.#set("aria-setsize", String(look.count));
    this.#set("aria-posinset", String(index + 1));
    this.#sharpen();
  }

  /** Draw the picture of the bound item. */
  draw(): void {
    const source = this.#source;
    if (source === null) return;
    if (this.#video) this.clear();
    this.#since = performance.now();
    this.#picture.show(source);
  }

  /** Whether the picture is there and not drawn yet. */
  get isWaiting(): boolean {
    const source = this.#source;
    return source !== null && this.#picture.source !== source;
  }

  /** Whether it is a video that needs a poster. */
  get isBlank(): boolean {
    const header = this.#entry?.header;
    return header?.kind === "video" && header.error === undefined && this.#source === null && !this.#video;
  }

  /** A video stands in for its own poster. */
  showFrame(video: HTMLVideoElement): void {
    video.className = "nbg-picture";
    video.tabIndex = -1;
    video.setAttribute("aria-hidden", "true");
    this.#video = video;
    this.#frame.append(video);
    this.element.dataset["drawn"] = "";
  }

  mark({ selected, current, active }: State): void {
    this.#set("aria-selected", String(selected));
    this.#set("aria-current", String(current));
    this.#set("tabindex", active ? "0" : "-1");
  }

  /** `away`: mounted for the focus, but not to be seen. */
  place(x: number, y: number, away: boolean): void {
    const place = `translate(${x}px,${y}px)`;
    if (place !== this.#place) this.element.style.transform = place;
    this.#place = place;
    this.element.classList.toggle("nbg-away", away);
  }

  /** Seconds, on the badge of a video; nothing while not known. */
  showDuration(seconds: number | undefined): void {
    const time = seconds !== undefined && Number.isFinite(seconds) ? clock(seconds) : "";
    if (this.#frame.dataset["time"] !== time) this.#frame.dataset["time"] = time;
  }

  /** Forget the item, and stay where it is. */
  clear(): void {
    this.#picture.clear();
    // Without a source the browser gives the decoder back.
    if (this.#video) this.#video.src = "";
    this.#video?.remove();
    this.#video = null;
    delete this.element.dataset["drawn"];
    this.#entry = undefined;
    this.#look = null;
    this.#describe();
    this.index = -1;
  }

  get #source(): Blob | string | null {
    const entry = this.#entry;
    if (!entry || entry.header.error !== undefined) return null;
    return entry.data ?? (entry.header.kind === "image" ? (entry.header.url ?? null) : null);
  }

  #describe(): void {
    const header = this.#entry?.header;
    this.element.dataset["kind"] = header?.kind ?? "";
    this.#frame.style.backgroundColor = header?.error === undefined ? (header?.color ?? "") : "";
    this.#caption.textContent = short(header?.caption);
    this.#explain(header?.error ?? "");
  }

  /** Say why there is no picture. */
  #explain(reason: string): void {
    this.#reason = short(reason);
    this.element.title = this.#reason;
    let text = this.#frame.querySelector(".nbg-reason");
    if (!reason) text?.remove();
    if (!reason) return;
    this.element.dataset["kind"] = "error";
    if (!text) {
      text = div("nbg-reason");
      this.#frame.append(text);
    }
    text.textContent = this.#reason;
  }

  #name(): string {
    const header = this.#entry?.header;
    const kind = header?.kind === "video" ? "Video" : "Image";
    const what = short(header?.caption) || short(header?.name) || kind;
    const parts = [what, `${this.index + 1} of ${this.#look?.count}`];
    // In the order in which it is seen, so that voice control finds it by its text.
    if (this.#reason) parts.unshift(`error: ${this.#reason}`);
    else if (kind === "Video" && what !== kind) parts.push("video");
    return parts.join(", ");
  }

  #loaded(): void {
    this.element.dataset["drawn"] = performance.now() - this.#since > FADE_AFTER_MS ? "late" : "";
    this.#sharpen();
  }

  /** The bytes or the address hold no picture that this browser can draw. */
  #failed(): void {
    this.#explain(
      this.#entry?.header.url
        ? "No picture could be loaded from its address."
        : "This browser cannot draw it.",
    );
    this.#set("aria-label", this.#name());
  }

  /** Attributes are written each frame: only changes reach the accessibility tree. */
  #set(name: string, value: string): void {
    if (this.element.getAttribute(name) !== value) this.element.setAttribute(name, value);
  }

  #sharpen(): void {
    const look = this.#look;
    const header = this.#entry?.header;
    if (!look || !header) return;
    const { naturalWidth, naturalHeight } = this.#picture.element;
    const own = header.width ? header : { width: naturalWidth, height: naturalHeight };
    const raster = header.kind === "image" && header.mime !== "image/svg+xml";
    const box = { width: look.width, height: look.height };
    const pixelated = raster && enlarged(own, box, look.fit, window.devicePixelRatio);
    this.#picture.element.style.imageRendering = pixelated ? "pixelated" : "";
  }
}

function div(className: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  return element;
}

function short(text: string | null | undefined): string {
  return (text ?? "").slice(0, MOST_TEXT);
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  const tail = `${minutes >= 60 ? pad(minutes % 60) : minutes}:${pad(whole % 60)}`;
  return minutes >= 60 ? `${Math.floor(minutes / 60)}:${tail}` : tail;
}
