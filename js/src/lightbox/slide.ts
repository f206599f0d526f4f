/** One item on the stage: its thumbnail at once, then the picture or video itself. Knows no list and no kernel. */

import type { Entry, OriginalFile } from "../feed";
import { Picture, safeUrl } from "../picture";
import { contain, type Size } from "./contain";

/** Has no pixels: it is drawn anew at any size. */
const SVG = "image/svg+xml";

export interface SlideEvents {
  /** There is something to see, or nothing more to wait for. */
  ready(): void;
  /** Its size has become known. */
  resized(): void;
  /** A sentence for the person. */
  failed(reason: string): void;
}

export class Slide {
  /** The one child of the stage: what is zoomed and panned is this. */
  readonly element = document.createElement("div");
  readonly #events: SlideEvents;
  readonly #end = new AbortController();
  #entry: Entry | undefined;
  #size: Size = { width: 0, height: 0 };
  #picture: Picture | null = null;
  #video: HTMLVideoElement | null = null;
  #objectUrl = "";
  #scalable = false;
  /** What is drawn is the item itself, or takes its place for good; no thumbnail comes after it. */
  #final = false;

  constructor(events: SlideEvents) {
    this.#events = events;
    this.element.className = "nbg-canvas";
  }

  get entry(): Entry | undefined {
    return this.#entry;
  }

  get video(): HTMLVideoElement | null {
    return this.#video;
  }

  /** Whether the bytes of the original are still to be fetched. */
  get wantsOriginal(): boolean {
    const header = this.#entry?.header;
    if (header === undefined || this.#final) return false;
    return header.error === undefined && header.url === undefined && !header.complete;
  }

  describe(entry: Entry): void {
    const before = this.#entry;
    this.#entry = entry;
    const { header } = entry;
    this.#scalable ||= header.mime === SVG;
    if (header.width > 0 && header.height > 0) this.#size = header;
    if (this.#final || (before !== undefined && before.data === entry.data)) return;
    if (header.error !== undefined) this.#explain(header.error);
    else if (header.kind === "video") this.#showVideo(header.url ?? null, entry.data);
    else this.#showPicture(entry);
  }

  /** The original has come. */
  take(file: OriginalFile): void {
    if (this.#end.signal.aborted) return;
    if (file.mime.startsWith("video/")) {
      this.#objectUrl = URL.createObjectURL(file.blob);
      this.#showVideo(this.#objectUrl, this.#entry?.data ?? null);
      return;
    }
    this.#scalable ||= file.mime === SVG;
    this.#load(file.blob, true, "This browser cannot draw the original; this is its thumbnail.");
  }

  /** Place it in a box of this size. */
  place(box: Size): void {
    const drawn = this.#picture?.element;
    const scalable = this.#video !== null || this.#scalable;
    const natural = { width: drawn?.naturalWidth ?? 0, height: drawn?.naturalHeight ?? 0 };
    // Without a size of its own a thumbnail tells the proportions only.
    const known = this.#size.width > 0;
    const placed = contain(
      known ? this.#size : natural,
      box,
      window.devicePixelRatio,
      scalable || (!known && !this.#final),
    );
    this.element.style.width = placed.width > 0 ? `${placed.width}px` : "";
    this.element.style.height = placed.height > 0 ? `${placed.height}px` : "";
    this.element.classList.toggle("nbg-pixelated", placed.pixelated && this.#final);
  }

  dispose(): void {
    this.#end.abort();
    if (this.#video !== null) {
      this.#video.pause();
      this.#video.removeAttribute("src");
      // Without this the browser keeps the file and its decoder.
      this.#video.load();
    }
    if (this.#objectUrl !== "") URL.revokeObjectURL(this.#objectUrl);
    this.element.remove();
  }

  #showPicture(entry: Entry): void {
    const { header, data } = entry;
    if (header.url !== undefined) {
      this.#load(header.url, true, "This address holds no picture that can be drawn.");
    } else if (data !== null) {
      if (this.#picture === null) this.element.style.backgroundColor = header.color;
      this.#load(data, header.complete, "This picture cannot be drawn here.");
    } else {
      this.#events.ready();
    }
  }

  /** Draw it off the page first, and only then in place of what is there: no flash in between. */
  #load(source: Blob | string, final: boolean, otherwise: string): void {
    const { signal } = this.#end;
    const picture = new Picture(
      {
        loaded: () => {
          const swap = () => {
            if (signal.aborted || (this.#final && !final)) return;
            this.#final ||= final;
            this.#picture = picture;
            this.element.style.backgroundColor = "";
            this.element.replaceChildren(picture.element);
            const { naturalWidth: width, naturalHeight: height } = picture.element;
            if (final && this.#size.width === 0) this.#size = { width, height };
            this.#events.resized();
            this.#events.ready();
          };
          picture.element.decode().then(swap, swap);
        },
        failed: () => {
          if (signal.aborted || this.#final) return;
          if (this.#picture === null && final) this.#explain(otherwise);
          else this.#events.failed(otherwise);
        },
      },
      signal,
    );
    picture.element.className = "nbg-drawn";
    const { caption, name } = this.#entry?.header ?? {};
    picture.element.alt = caption || name || "Picture";
    picture.show(source);
  }

  #showVideo(url: string | null, poster: Blob | null): void {
    const video = this.#video ?? document.createElement("video");
    if (this.#video === null) {
      this.#video = video;
      video.className = "nbg-drawn";
      video.controls = true;
      video.playsInline = true;
      video.preload = "metadata";
      video.ariaLabel = this.#entry?.header.caption || this.#entry?.header.name || "Video";
      const options = { signal: this.#end.signal };
      video.addEventListener("loadedmetadata", () => this.#measure(video), options);
      video.addEventListener(
        "error",
        () => this.#explain("This browser cannot play this video. It can be downloaded."),
        options,
      );
      this.element.replaceChildren(video);
    }
    if (poster !== null && video.poster === "") this.#readPoster(video, poster);
    const source = url === null ? null : safeUrl(url, "video");
    if (source !== null) {
      this.#final = true;
      video.src = source;
    } else if (url !== null) {
      this.#explain("This address is none that a video may be loaded from.");
    }
    this.#events.ready();
  }

  /** As a data: URL, which no content security policy of a host forbids, and which needs no revoking. */
  #readPoster(video: HTMLVideoElement, poster: Blob): void {
    const reader = new FileReader();
    reader.onload = () => {
      video.poster = String(reader.result);
    };
    reader.readAsDataURL(poster);
  }

  #measure(video: HTMLVideoElement): void {
    const { videoWidth: width, videoHeight: height } = video;
    if (width > 0) this.#size = { width, height };
    this.#events.resized();
  }

  /** In place of the picture: why there is none. */
  #explain(reason: string): void {
    this.#final = true;
    this.#size = { width: 0, height: 0 };
    this.#picture = null;
    this.#video = null;
    const text = document.createElement("p");
    text.textContent = reason;
    text.className = "nbg-explanation";
    this.element.style.backgroundColor = "";
    this.element.replaceChildren(text);
    this.#events.resized();
    this.#events.ready();
  }
}
