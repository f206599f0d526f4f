/** One `<img>` that shows a Blob or a URL: makes and revokes object URLs, and never draws what a page must not load. */

export type Fit = "contain" | "cover" | "fill" | "none" | "scale-down";

export interface PictureEvents {
  loaded(): void;
  failed(): void;
}

export class Picture {
  readonly element: HTMLImageElement;
  readonly #events: PictureEvents;
  #source: Blob | string | null = null;
  #objectUrl = "";

  constructor(events: PictureEvents, signal: AbortSignal) {
    this.#events = events;
    this.element = document.createElement("img");
    this.element.alt = "";
    this.element.decoding = "async";
    this.element.draggable = false;
    this.element.addEventListener("load", () => this.#loaded(), { signal });
    this.element.addEventListener("error", () => this.#failed(), { signal });
    signal.addEventListener("abort", () => this.clear());
  }

  get source(): Blob | string | null {
    return this.#source;
  }

  /** Show this instead of what is shown; the same source again changes nothing. */
  show(source: Blob | string): void {
    if (source === this.#source) return;
    // The attribute stays until it is replaced: what is drawn stays drawn until its better version has come.
    this.#revoke();
    this.#source = source;
    if (typeof source === "string") {
      const url = safeUrl(source, "image");
      if (url) this.element.src = url;
      else queueMicrotask(() => this.#source === source && this.#events.failed());
    } else {
      this.#objectUrl = URL.createObjectURL(source);
      this.element.src = this.#objectUrl;
    }
  }

  clear(): void {
    this.#revoke();
    this.#source = null;
    this.element.removeAttribute("src");
  }

  #loaded(): void {
    // What is drawn stays drawn without its URL, and each URL kept would keep its bytes.
    this.#revoke();
    this.#events.loaded();
  }

  #failed(): void {
    const source = this.#source;
    if (!this.#objectUrl || !(source instanceof Blob)) {
      if (source !== null) this.#events.failed();
      return;
    }
    // VS Code can forbid blob: pictures (its content security policy is the user's choice), but never data: ones.
    this.#revoke();
    const reader = new FileReader();
    reader.onload = () => {
      if (this.#source === source) this.element.src = String(reader.result);
    };
    reader.readAsDataURL(source);
  }

  #revoke(): void {
    if (this.#objectUrl) URL.revokeObjectURL(this.#objectUrl);
    this.#objectUrl = "";
  }
}

/** The URL if a gallery may load it: from the web, or the bytes themselves; null for all else (javascript:, file: …). */
export function safeUrl(url: string, kind: "image" | "video"): string | null {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  const { protocol, href } = parsed;
  const allowed = protocol === "https:" || protocol === "http:" || protocol === "blob:";
  return allowed || href.startsWith(`data:${kind}/`) ? href : null;
}

/** Whether a picture's own pixels are drawn larger than the screen's. */
export function enlarged(
  picture: { readonly width: number; readonly height: number },
  box: { readonly width: number; readonly height: number },
  fit: Fit,
  devicePixelRatio: number,
): boolean {
  if (picture.width <= 0 || picture.height <= 0) return false;
  const across = box.width / picture.width;
  const down = box.height / picture.height;
  const inside = Math.min(across, down);
  const scale = {
    contain: inside,
    cover: Math.max(across, down),
    fill: Math.max(across, down),
    none: 1,
    "scale-down": Math.min(1, inside),
  }[fit];
  return scale * devicePixelRatio > 1;
}
