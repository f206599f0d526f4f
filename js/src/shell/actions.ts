/** What the built-in buttons do, and what is said of it. Draws nothing but the anchor of a download. */

import type { Opening, OpenRequest, OriginalFile } from "../feed";
import { asBlob, safeUrl } from "../picture";
import type { Range } from "../protocol";
import { signal } from "../signals";
import type { View } from "../view";
import { asPng } from "./clipboard";

/** A download or an archive on its way. */
export interface Job {
  readonly title: string;
  readonly opening: Opening;
}

export type Actions = ReturnType<typeof createActions>;

const TOAST_MS = 3500;
/** Long enough for a browser that asks where to save. */
const SAVED_BY_MS = 120_000;

/** `root` is the gallery's element. */
export function createActions({ id, store, signal: ended }: View, root: HTMLElement) {
  const { feed } = store;
  /** What was just said, while it is to be seen. */
  const toast = signal("");
  const jobs = signal<readonly Job[]>([]);
  const help = signal(false);
  const goTo = signal(false);
  /** Whether the gallery, or its lightbox, fills the screen. */
  const fullscreen = signal(false);
  let timer: ReturnType<typeof setTimeout>;

  document.addEventListener(
    "fullscreenchange",
    () => {
      fullscreen.value = root.matches(":fullscreen, :has(:fullscreen)");
    },
    { signal: ended },
  );

  const say = (text: string) => {
    toast.value = text;
    clearTimeout(timer);
    timer = setTimeout(() => {
      toast.value = "";
    }, TOAST_MS);
  };

  /** The file; undefined when it was cancelled, replaced, or failed, which is said. */
  const arrival = async ({ result }: Opening): Promise<OriginalFile | undefined> => {
    try {
      return await result;
    } catch (error) {
      const { name, message } = error as Error;
      if (name !== "AbortError") say(message);
      return undefined;
    }
  };

  const fetched = async (title: string, request: OpenRequest) => {
    const job = { title, opening: feed.open(id, request) };
    jobs.value = [...jobs.peek(), job];
    const file = await arrival(job.opening);
    jobs.value = jobs.peek().filter((other) => other !== job);
    return file;
  };

  const save = (href: string, download: string, target = "") => {
    const anchor = document.createElement("a");
    Object.assign(anchor, { href, download, target, rel: "noopener" });
    // VS Code hears the click on its way up the document, so the anchor has to be in it.
    root.append(anchor);
    anchor.click();
    anchor.remove();
  };

  return {
    toast,
    jobs,
    help,
    goTo,
    fullscreen,
    say,
    arrival,

    toggleFullscreen() {
      // All but an open modal is out of reach.
      const surface = root.querySelector(".nbg-modal .nbg-viewer") ?? root;
      const change = fullscreen.peek() ? document.exitFullscreen() : surface.requestFullscreen();
      change.catch(() => say("Fullscreen is not allowed here."));
    },

    /** One item under its own name; or, when `index` is null, those in `ranges` as one archive: all when that is null. */
    async download(index: number | null, ranges: readonly Range[] | null = null) {
      const { url, name = "" } = (index !== null && feed.entry(index)?.header) || {};
      // The browser draws it from there, so the browser saves it from there.
      const address = url && safeUrl(url, "image");
      if (address) return save(address, name, "_blank");
      const file = await (index === null
        ? fetched("Making the archive", { purpose: "archive", index, ranges })
        : fetched(`Fetching ${name || `item ${index + 1}`}`, { purpose: "download", index }));
      if (!file) return;
      const made = URL.createObjectURL(file.blob);
      save(made, file.name);
      setTimeout(() => URL.revokeObjectURL(made), SAVED_BY_MS);
    },

    /** Hand an item to another application, or else to the clipboard. */
    async share(index: number) {
      const { header, data } = feed.entry(index) ?? {};
      const { caption, url, name = "", mime = "", complete } = header ?? {};
      // Without asking the kernel where the bytes are here: sharing must follow the click at once.
      const here = complete && data ? { blob: asBlob(data, mime), mime, name } : feed.original(index);
      const file = url
        ? undefined
        : (here ?? (await fetched("Fetching the picture", { purpose: "download", index })));
      if (!url && !file) return;
      const shared = {
        ...(url && { url }),
        ...(file && { files: [new File([file.blob], file.name, { type: file.mime })] }),
        ...(caption && { text: caption }),
      };
      try {
        if (navigator.canShare?.(shared)) return await navigator.share(shared);
      } catch (error) {
        // The person has chosen nothing.
        if ((error as Error).name === "AbortError") return;
      }
      const picture = file?.mime.startsWith("image/") && file.blob;
      const text = url || caption || (!picture && file?.name);
      try {
        await navigator.clipboard.write([
          new ClipboardItem({
            ...(picture && { "image/png": asPng(picture) }),
            ...(text && { "text/plain": new Blob([text], { type: "text/plain" }) }),
          }),
        ]);
        say(picture ? "Copied the picture." : `Copied: ${text}`);
      } catch {
        say("Nothing can be shared or copied from here.");
      }
    },
  };
}
