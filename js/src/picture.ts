/** One `<img>` that shows a Blob or a URL: makes and revokes object URLs, and never draws what a page must not load. */

export type Fit = "contain" | "cover" | "fill" | "none" | "scale-down";

export interface PictureEvents {
  loaded(): void;
  failed(): void;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export class Picture {
  readonly element = new Image();
  source: Blob | string | null = null;

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
      const { source } = this;
      this.#revoke();
      if (typeof source === "string" || !element.src.startsWith("blob:")) return failed();
      // VS Code can forbid blob: pictures (its content security policy is the user's choice), but never data: ones.
      const reader = new FileReader();
      reader.onload = () => {
        if (this.source === source) element.src = reader.result as string;
      };
      reader.readAsDataURL(source as Blob);
    };
  }

  /** Show this instead; what is drawn stays drawn until it has come. */
  show(source: Blob | string): void {
    this.#revoke();
    this.source = source;
    // An address that is not allowed ends as one that cannot be loaded does.
    this.element.src =
      typeof source === "string" ? (safeUrl(source, "image") ?? "data:,") : URL.createObjectURL(source);
  }

  clear(): void {
    this.#revoke();
    this.source = null;
    this.element.removeAttribute("src");
  }

  /** What is drawn stays drawn without its URL, and each URL kept would keep its bytes. */
  #revoke(): void {
    URL.revokeObjectURL(this.element.src);
  }
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
