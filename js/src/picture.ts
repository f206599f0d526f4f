/** One `<img>` that shows a Blob or a URL: makes and revokes object URLs, and never draws what a page must not load. */

export type Fit = "contain" | "cover" | "fill" | "none" | "scale-down";

export interface PictureEvents {
  loaded(): void;
  failed(): void;
}

/** A picture's own bytes. */
export type Bytes = Uint8Array<ArrayBuffer> | Blob;

interface Size {
  readonly width: number;
  readonly height: number;
}

export class Picture {
  readonly element = new Image();
  source: Bytes | string | null = null;
  #blob: Blob | undefined;

  constructor({ loaded, failed }: PictureEvents) {
    const { element } = this;
    element.alt = "";
    element.decoding = "async";
    element.draggable = false;
    element.onload = () => {
      this.#revoke();
      loaded();
    };
    element.onerror = () => {
      const blob = this.#blob;
      this.#revoke();
      if (!blob || !element.src.startsWith("blob:")) return failed();
      // VS Code can forbid blob: pictures (its content security policy is the user's choice), but never data: ones.
      const reader = new FileReader();
      reader.onload = () => {
        if (this.#blob === blob) element.src = reader.result as string;
      };
      reader.readAsDataURL(blob);
    };
  }

  /** Show this instead, bytes of this type; what is drawn stays drawn until it has come. */
  show(source: Bytes | string, type = ""): void {
    this.#revoke();
    this.source = source;
    this.element.src = this.#address(source, type);
  }

  #address(source: Bytes | string, type: string): string {
    this.#blob = undefined;
    // An address that is not allowed ends as one that cannot be loaded does.
    if (typeof source === "string") return safeUrl(source, "image") ?? "data:,";
    // An object URL costs two processes of the browser three milliseconds: where thumbnails come by the dozen, most of
    // their time. Browsers of before 2025 have no other quick way.
    const text = (source as { toBase64?: () => string }).toBase64?.();
    if (text) return `data:${type};base64,${text}`;
    this.#blob = asBlob(source, type);
    return URL.createObjectURL(this.#blob);
  }

  clear(): void {
    this.#revoke();
    this.source = null;
    this.#blob = undefined;
    this.element.removeAttribute("src");
  }

  /** What is drawn stays drawn without its URL, and each URL kept would keep its bytes. */
  #revoke(): void {
    URL.revokeObjectURL(this.element.src);
  }
}

export function asBlob(bytes: Bytes, type: string): Blob {
  return bytes instanceof Blob ? bytes : new Blob([bytes], { type });
}

/** The URL if a gallery may load it: from the web, or the bytes themselves; null for all else (javascript:, file: …). */
export function safeUrl(url: string, kind: "image" | "video"): string | null {
  return new RegExp(`^(https?://|blob:|data:${kind}/)`, "i").test(url) ? url : null;
}

/** Whether a picture's own pixels are drawn larger than the screen's. */
export function enlarged(picture: Size, box: Size, fit: Fit, devicePixelRatio: number): boolean {
  const across = box.width / picture.width;
  const down = box.height / picture.height;
  let scale = fit === "cover" || fit === "fill" ? Math.max(across, down) : Math.min(across, down);
  if (fit === "none") scale = 1;
  if (fit === "scale-down") scale = Math.min(1, scale);
  return picture.width > 0 && scale * devicePixelRatio > 1;
}
