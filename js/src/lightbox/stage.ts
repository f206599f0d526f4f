/** The place where one item is seen large: which slide is on it, what is fetched for it, and the pointer's gestures. */

import { effect } from "@preact/signals-core";
import type { Opening } from "../feed";
import { shift } from "../selection";
import type { View } from "../view";
import { listenToPointer, type PointerEvents } from "./pointer";
import { Slide } from "./slide";

export interface Stage {
  /** Play or pause the video that is shown; false when there is none. */
  togglePlay(): boolean;
}

/** A slide without anything to see yet comes up after this: until then the one before stays, and nothing flashes. */
const WAIT_FOR_PICTURE_MS = 80;
/** What comes quicker needs no progress bar. */
const PROGRESS_AFTER_MS = 150;
/** Steps in quicker succession than this (a held key) fetch no originals on the way. */
const HURRY_MS = 120;
/** Thumbnails as the grid has them anyway: a larger one would come no sooner than the original. */
const THUMBNAIL_PIXELS = 256;

export function mountStage(host: HTMLElement, view: View, events: PointerEvents, signal: AbortSignal): Stage {
  const { feed } = view.store;
  const demand = `${view.id}:lightbox`;
  const progress = document.createElement("div");
  progress.className = "nbg-stage-progress";
  progress.setAttribute("role", "progressbar");
  progress.setAttribute("aria-label", "Fetching the original");
  const note = document.createElement("p");
  note.className = "nbg-stage-note";

  /** Where the slide's item is in the list now; null when it has gone. */
  let index: number | null = null;
  let slide: Slide | null = null;
  /** The slide that is seen: the one before, until the new one has something to show. */
  let seen: Slide | null = null;
  let opening: Opening | null = null;
  let forwards = true;
  let steppedAt = Number.NEGATIVE_INFINITY;
  let patience = 0;
  let scheduled = false;
  let timers: ReturnType<typeof setTimeout>[] = [];
  let stopProgress: () => void = () => undefined;

  /** Later in the same task: a change of the list and of what is shown arrive one after the other. */
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      if (!signal.aborted && view.lightbox.peek() !== "closed") update();
    });
  };

  const update = () => {
    const shown = view.shown.peek();
    const count = feed.count.peek();
    feed.need(
      demand,
      THUMBNAIL_PIXELS,
      [shown, shown + 1, shown - 1].filter((at) => at >= 0 && at < count).map((at) => [at, at + 1] as const),
    );
    if (shown !== index || slide === null) begin(shown);
    const entry = feed.entry(shown);
    if (entry === undefined || slide === null || entry === slide.entry) return;
    const first = slide.entry === undefined;
    slide.describe(entry);
    slide.place(box());
    if (first) progress.remove();
    if (first) later(patience, fetchOriginal);
  };

  const begin = (shown: number) => {
    if (index !== null) forwards = shown >= index;
    index = shown;
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    opening?.cancel();
    endProgress();
    note.remove();
    // One that was passed over before it had anything to show.
    if (slide !== seen) slide?.dispose();
    const next = new Slide({
      ready: () => enter(next),
      resized: () => next.place(box()),
      failed: (reason) => slide === next && tell(reason),
    });
    slide = next;
    later(seen === null ? 0 : WAIT_FOR_PICTURE_MS, () => enter(next));
    later(PROGRESS_AFTER_MS, () => next.entry === undefined && host.append(progress));
    const now = performance.now();
    patience = now - steppedAt < HURRY_MS ? HURRY_MS : 0;
    steppedAt = now;
  };

  const enter = (next: Slide) => {
    if (slide !== next || seen === next) return;
    seen?.dispose();
    seen = next;
    next.place(box());
    host.prepend(next.element);
  };

  const fetchOriginal = () => {
    const at = index;
    const target = slide;
    if (at === null || target === null) return;
    const near = neighbours(at);
    if (!target.wantsOriginal) {
      prefetch(near);
      return;
    }
    const here = feed.original(at);
    if (here !== undefined) {
      target.take(here);
      prefetch(near);
      return;
    }
    const current = feed.open(view.id, { purpose: "view", index: at, prefetch: near });
    opening = current;
    const timer = setTimeout(() => showProgress(current), PROGRESS_AFTER_MS);
    timers.push(timer);
    current.result.then(
      (file) => {
        if (slide !== target) return;
        clearTimeout(timer);
        endProgress();
        target.take(file);
      },
      (error: Error) => {
        if (slide !== target) return;
        clearTimeout(timer);
        endProgress();
        if (error.name !== "AbortError") tell(error.message);
      },
    );
  };

  /** Neighbours whose originals are worth having at hand: not videos, which are large and seldom the next thing seen. */
  const neighbours = (at: number): number[] => {
    const count = feed.count.peek();
    const step = forwards ? 1 : -1;
    const near = new Set([(at + step + count) % count, (at - step + count) % count]);
    near.delete(at);
    return [...near].filter((other) => {
      const header = feed.entry(other)?.header;
      if (header === undefined || header.kind === "video" || header.error !== undefined) return false;
      return !header.complete && header.url === undefined && feed.original(other) === undefined;
    });
  };

  const prefetch = ([first, ...rest]: number[]) => {
    if (first === undefined || feed.connection.peek() === "gone") return;
    // Nobody waits for these: what goes wrong is said when they are shown.
    feed.open(view.id, { purpose: "view", index: first, prefetch: rest }).result.catch(() => undefined);
  };

  const showProgress = (current: Opening) => {
    host.append(progress);
    stopProgress = effect(() => {
      const total = current.total.value;
      const part = total ? Math.min(1, current.received.value / total) : 0;
      progress.style.setProperty("--nbg-part", String(part));
      const percent = String(Math.round(part * 100));
      progress.dataset["percent"] = part > 0 ? `${percent} %` : "";
      if (part > 0) progress.setAttribute("aria-valuenow", percent);
      else progress.removeAttribute("aria-valuenow");
    });
  };

  const endProgress = () => {
    stopProgress();
    progress.remove();
    delete progress.dataset["percent"];
    opening = null;
  };

  const tell = (reason: string) => {
    note.textContent = reason;
    host.append(note);
  };

  const later = (delay: number, action: () => void) => {
    if (delay <= 0) action();
    else timers.push(setTimeout(action, delay));
  };

  const box = () => ({ width: host.clientWidth, height: host.clientHeight });

  const observer = new ResizeObserver(() => slide?.place(box()));
  observer.observe(host);
  const stop = effect(() => {
    view.shown.value;
    schedule();
  });
  feed.subscribe((change) => {
    if (change.type === "splice" && index !== null) index = shift(index, change.operations);
    if (change.type === "reset") index = null;
    schedule();
  }, signal);
  listenToPointer(host, events, signal);
  signal.addEventListener("abort", () => {
    stop();
    observer.disconnect();
    for (const timer of timers) clearTimeout(timer);
    opening?.cancel();
    endProgress();
    slide?.dispose();
    seen?.dispose();
    feed.leave(demand);
  });

  return {
    togglePlay() {
      const video = slide?.video ?? null;
      if (video === null) return false;
      // A play that is interrupted by the next item rejects; nothing is lost.
      if (video.paused) video.play().catch(() => undefined);
      else video.pause();
      return true;
    },
  };
}
