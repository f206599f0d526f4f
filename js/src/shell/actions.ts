/** What the built-in buttons do, and what is said of it. Draws nothing but the anchor of a download. */

import type { Opening, OpenRequest, OriginalFile } from "../feed";
import { safeUrl } from "../picture";
import type { Range } from "../protocol";
import { signal } from "../signals";
import type { View } from "../view";
import { copyPicture, copyText } from "./clipboard";

/** A download or an archive on its way. */
export interface Job {
  readonly title: string;
  readonly opening: Opening;
}

export type Actions = ReturnType<typeof createActions>;

const TOAST_MS = 3500;
/** What is quicker than this needs no progress bar. */
const JOB_SHOWN_AFTER_MS = 250;
/** Long enough for a browser that asks where to save. */
const SAVED_BY_MS = 120_000;

/** `root` is the gallery's element. */
export function createActions(view: View, root: HTMLElement) {
  const { id, announcement, store, signal: ended } = view;
  const { feed } = store;
  /** What was just said, while it is to be seen. */
  const toast = signal("");
  const jobs = signal<readonly Job[]>([]);
  const help = signal(false);
  /** Whether the gallery, or its lightbox, fills the screen. */
  const fullscreen = signal(false);
  let timer: ReturnType<typeof setTimeout>;

  const options = { signal: ended };
  document.addEventListener(
    "fullscreenchange",
    () => {
      const { fullscreenElement } = root.getRootNode() as Document | ShadowRoot;
      fullscreen.value = root.contains(fullscreenElement ?? null);
    },
    options,
  );
  ended.addEventListener("abort", () => clearTimeout(timer));

  /** All but an open modal is out of reach. */
  const surface = (): HTMLElement => root.querySelector<HTMLElement>(".nbg-modal .nbg-viewer") ?? root;

  const say = (text: string) => {
    toast.value = announcement.value = text;
    clearTimeout(timer);
    timer = setTimeout(() => {
      toast.value = "";
    }, TOAST_MS);
  };

  /** The bytes; undefined when it was cancelled, replaced, or failed, which is said. */
  const fetched = async (title: string, request: OpenRequest): Promise<OriginalFile | undefined> => {
    const job = { title, opening: feed.open(id, request) };
    const late = setTimeout(() => {
      jobs.value = [...jobs.peek(), job];
    }, JOB_SHOWN_AFTER_MS);
    try {
      return await job.opening.result;
    } catch (error) {
      const { name, message } = error as Error;
      if (name !== "AbortError") say(message);
      return undefined;
    } finally {
      clearTimeout(late);
      jobs.value = jobs.peek().filter((other) => other !== job);
    }
  };

  const save = (href: string, download: string, target = "") => {
    const anchor = document.createElement("a");
    Object.assign(anchor, { href, download, target, rel: "noopener" });
    // VS Code hears the click on its way up the document, so the anchor has to be in it.
    surface().append(anchor);
    anchor.click();
    anchor.remove();
  };

  const saveFile = (file: OriginalFile | undefined) => {
    if (!file) return;
    const url = URL.createObjectURL(file.blob);
    save(url, file.name);
    setTimeout(() => URL.revokeObjectURL(url), SAVED_BY_MS);
  };

  return {
    toast,
    jobs,
    help,
    fullscreen,

    toggleFullscreen() {
      const change = fullscreen.peek() ? document.exitFullscreen() : surface().requestFullscreen();
      change.catch(() => say("Fullscreen is not allowed here."));
    },

    /** One item under its own name. */
    async download(index: number) {
      const { url, name } = feed.entry(index)?.header ?? {};
      // The browser draws it from there, so the browser saves it from there.
      const address = url && safeUrl(url, "image");
      if (address) save(address, name ?? "", "_blank");
      else saveFile(await fetched(`Fetching ${name || `item ${index + 1}`}`, { purpose: "download", index }));
    },

    /** Several items as one archive; all when `ranges` is null. */
    async downloadArchive(ranges: readonly Range[] | null) {
      saveFile(await fetched("Making the archive", { purpose: "archive", index: null, ranges }));
    },

    /** Hand an item to another application, or else to the clipboard. */
    async share(index: number) {
      const { header, data } = feed.entry(index) ?? {};
      const { caption, url, name = "", mime = "" } = header ?? {};
      const text = caption ? { text: caption } : {};
      const copy = async (words: string, what: string) =>
        say((await copyText(words)) ? `Copied the ${what}.` : "Nothing can be shared or copied from here.");
      if (url) {
        if (!(await handOver({ url, ...text }))) await copy(url, "address");
        return;
      }
      // Without asking the kernel where the bytes are here: sharing must follow the click at once.
      const here = header?.complete && data ? { blob: data, mime, name } : feed.original(index);
      const file = here ?? (await fetched("Fetching the picture", { purpose: "download", index }));
      if (
        !file ||
        (await handOver({ files: [new File([file.blob], file.name, { type: file.mime })], ...text }))
      )
        return;
      if (file.mime.startsWith("image/") && (await copyPicture(file.blob, caption))) {
        say(`Copied the picture${caption ? " and its caption" : ""}.`);
      } else {
        await copy(caption || file.name, caption ? "caption" : "name");
      }
    },
  };
}

/** Whether the person was offered the system's share sheet; also true when they then chose nothing. */
async function handOver(data: ShareData): Promise<boolean> {
  if (!navigator.canShare?.(data)) return false;
  try {
    await navigator.share(data);
    return true;
  } catch (error) {
    return (error as Error).name === "AbortError";
  }
}
