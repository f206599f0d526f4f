/** What the built-in buttons do, and what is said of it. Draws nothing but the anchor of a download. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { Entry, Opening, OpenRequest, OriginalFile } from "../feed";
import type { Range } from "../protocol";
import type { View } from "../view";
import { copyPicture, copyText } from "./clipboard";

/** A download or an archive on its way. */
export interface Job {
  readonly title: string;
  readonly opening: Opening;
}

const TOAST_MS = 3500;

/** What is quicker than this needs no progress bar. */
const JOB_SHOWN_AFTER_MS = 250;

/** Long enough for a browser that asks where to save. */
const SAVED_BY_MS = 120_000;

export class Actions {
  readonly view: View;
  /** The gallery's root element. */
  readonly root: HTMLElement;
  /** What the open lightbox draws in, while one is modal: all else is out of reach then. */
  readonly modal: Signal<HTMLElement | null> = signal(null);
  readonly help = signal(false);
  readonly #toast = signal("");
  readonly #jobs = signal<readonly Job[]>([]);
  readonly #fullscreen = signal(false);
  #toastTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(view: View, root: HTMLElement) {
    this.view = view;
    this.root = root;
    const options = { signal: view.signal };
    document.addEventListener("fullscreenchange", () => this.#noteFullscreen(), options);
    view.signal.addEventListener("abort", () => clearTimeout(this.#toastTimer));
  }

  get toast(): ReadonlySignal<string> {
    return this.#toast;
  }

  get jobs(): ReadonlySignal<readonly Job[]> {
    return this.#jobs;
  }

  /** Whether the gallery, or its lightbox, fills the screen. */
  get fullscreen(): ReadonlySignal<boolean> {
    return this.#fullscreen;
  }

  /** Tell the person, briefly. */
  say(text: string): void {
    this.#toast.value = text;
    this.view.announcement.value = text;
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => {
      this.#toast.value = "";
    }, TOAST_MS);
  }

  toggleFullscreen(): void {
    const change = this.#fullscreen.peek()
      ? document.exitFullscreen()
      : (this.modal.peek() ?? this.root).requestFullscreen();
    change.catch(() => this.say("Fullscreen is not allowed here."));
  }

  /** One item under its own name. */
  async download(index: number): Promise<void> {
    const { header } = this.view.store.feed.entry(index) ?? {};
    if (header?.url !== undefined) {
      // The browser draws it from there, so the browser saves it from there.
      if (isWebAddress(header.url)) this.#save(header.url, header.name, "_blank");
      return;
    }
    const name = header?.name || `item ${index + 1}`;
    const file = await this.#fetch(`Fetching ${name}`, { purpose: "download", index });
    if (file !== null) this.#saveFile(file);
  }

  /** Several items as one archive; all when `ranges` is null. */
  async downloadArchive(ranges: readonly Range[] | null): Promise<void> {
    const file = await this.#fetch("Making the archive", { purpose: "archive", index: null, ranges });
    if (file !== null) this.#saveFile(file);
  }

  /** Hand an item to another application, or else to the clipboard. */
  async share(index: number): Promise<void> {
    const entry = this.view.store.feed.entry(index);
    const caption = entry?.header.caption ?? null;
    const url = entry?.header.url;
    if (url !== undefined) {
      if (await handOver({ url, ...(caption === null ? {} : { text: caption }) })) return;
      await this.#copyText(url, "Copied the address.");
      return;
    }
    const file = await this.#fileOf(index, entry);
    if (file === null) return;
    const files = [new File([file.blob], file.name, { type: file.mime })];
    if (await handOver({ files, ...(caption === null ? {} : { text: caption }) })) return;
    if (file.mime.startsWith("image/") && (await copyPicture(file.blob, caption))) {
      this.say(caption === null ? "Copied the picture." : "Copied the picture and its caption.");
    } else {
      await this.#copyText(
        caption ?? file.name,
        caption === null ? "Copied the name." : "Copied the caption.",
      );
    }
  }

  async #copyText(text: string, done: string): Promise<void> {
    this.say((await copyText(text)) ? done : "This browser lets nothing be shared or copied from here.");
  }

  /** Without asking the kernel where the bytes are here: sharing must follow the click at once. */
  async #fileOf(index: number, entry: Entry | undefined): Promise<OriginalFile | null> {
    const here = this.view.store.feed.original(index);
    if (here !== undefined) return here;
    if (entry?.header.complete && entry.data !== null) {
      return { blob: entry.data, mime: entry.header.mime, name: entry.header.name || `item ${index + 1}` };
    }
    return this.#fetch("Fetching the picture", { purpose: "download", index });
  }

  /** The bytes; null when it was cancelled, replaced, or failed, which is said. */
  async #fetch(title: string, request: OpenRequest): Promise<OriginalFile | null> {
    const opening = this.view.store.feed.open(this.view.id, request);
    const job: Job = { title, opening };
    const timer = setTimeout(() => {
      this.#jobs.value = [...this.#jobs.peek(), job];
    }, JOB_SHOWN_AFTER_MS);
    try {
      return await opening.result;
    } catch (error) {
      if ((error as Error).name !== "AbortError") this.say((error as Error).message);
      return null;
    } finally {
      clearTimeout(timer);
      this.#jobs.value = this.#jobs.peek().filter((other) => other !== job);
    }
  }

  #saveFile(file: OriginalFile): void {
    const url = URL.createObjectURL(file.blob);
    this.#save(url, file.name);
    setTimeout(() => URL.revokeObjectURL(url), SAVED_BY_MS);
  }

  #save(url: string, name: string, target = ""): void {
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download = name;
    anchor.target = target;
    anchor.rel = "noopener";
    // VS Code hears the click on its way up the document, so the anchor has to be in it.
    (this.modal.peek() ?? this.root).append(anchor);
    anchor.click();
    anchor.remove();
  }

  #noteFullscreen(): void {
    const scope = this.root.getRootNode() as Document | ShadowRoot;
    this.#fullscreen.value = scope.fullscreenElement !== null && this.root.contains(scope.fullscreenElement);
  }
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

/** Whether the person was offered the system's share sheet; also true when they then chose nothing. */
async function handOver(data: ShareData): Promise<boolean> {
  if (navigator.canShare === undefined || !navigator.canShare(data)) return false;
  try {
    await navigator.share(data);
    return true;
  } catch (error) {
    return (error as Error).name === "AbortError";
  }
}
