/** The place where one item is seen large: which slide is on it, and what is fetched for it. */

import type { Opening } from "../feed";
import { shift } from "../selection";
import { effect } from "../signals";
import type { View } from "../view";
import { listenToPointer, type PointerEvents } from "./pointer";
import { createSlide, type Slide } from "./slide";

/** A slide without anything to see yet comes up after this: until then the one before stays, and nothing flashes. */
const WAIT_FOR_PICTURE_MS = 80;
/** What comes quicker needs no progress bar. */
const PROGRESS_AFTER_MS = 150;
/** Steps in quicker succession than this (a held key) fetch no originals on the way. */
const HURRY_MS = 120;
/** Thumbnails as the grid has them anyway: a larger one would come no sooner than the original. */
const THUMBNAIL_PIXELS = 256;

/** Returns what plays or pauses the video that is shown; it answers whether there is one. */
export function mountStage(
  host: HTMLElement,
  view: View,
  events: PointerEvents,
  ended: AbortSignal,
): () => boolean {
  const { shown, store, id } = view;
  const { feed } = store;
  const demand = `${id}:lightbox`;
  const progress = document.createElement("progress");
  progress.ariaLabel = "Fetching the original";
  const note = document.createElement("p");
  note.className = "nbg-card";

  /** Where the slide's item is in the list now; null when it has gone. */
  let index: number | null = null;
  let slide: Slide | undefined;
  /** The slide that is seen: the one before, until the new one has something to show. */
  let seen: Slide | undefined;
  let opening: Opening | undefined;
  let forwards = true;
  let steppedAt = 0;
  let patience = 0;
  let timers: ReturnType<typeof setTimeout>[] = [];

  const later = (delay: number, action: () => void) => timers.push(setTimeout(action, delay));
  const place = () => slide?.place(host.clientWidth, host.clientHeight);

  const tell = (reason: string) => {
    note.textContent = reason;
    host.append(note);
  };

  /** What was on its way for the slide before. */
  const settle = () => {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
    opening?.cancel();
    progress.remove();
    note.remove();
    // One that was passed over before it had anything to show.
    if (slide !== seen) slide?.dispose();
  };

  const begin = () => {
    const now = performance.now();
    settle();
    const next = createSlide(
      () => {
        place();
        if (slide !== next || seen === next) return;
        seen?.dispose();
        seen = next;
        host.prepend(next.element);
      },
      (reason) => slide === next && tell(reason),
    );
    slide = next;
    later(seen ? WAIT_FOR_PICTURE_MS : 0, next.show);
    later(PROGRESS_AFTER_MS, () => next.entry() || host.append(progress));
    patience = now - steppedAt < HURRY_MS ? HURRY_MS : 0;
    steppedAt = now;
  };

  const fetchOriginal = async (at: number, target: Slide) => {
    const { count } = feed;
    const step = forwards ? 1 : count.peek() - 1;
    // Originals worth having at hand: not videos, which are large and seldom the next thing seen.
    const near = [
      ...new Set([at + step, at - step + count.peek()].map((other) => other % count.peek())),
    ].filter((other) => {
      const header = feed.entry(other)?.header;
      const known = other === at || !header || header.kind === "video" || header.error || header.url;
      return !known && !header.complete && !feed.original(other);
    });
    const here = feed.original(at);
    const wanted = target.wantsOriginal() && !here ? at : near.shift();
    if (here && target.wantsOriginal()) target.take(here);
    if (wanted === undefined) return;
    const current = feed.open(id, { purpose: "view", index: wanted, prefetch: near });
    if (wanted !== at) return;
    opening = current;
    later(PROGRESS_AFTER_MS, () => opening && host.append(progress));
    const stop = effect(() => {
      const part = current.received.value / (current.total.value || Infinity);
      if (part) progress.value = part;
      else progress.removeAttribute("value");
    });
    try {
      const file = await current.result;
      if (slide === target) target.take(file);
    } catch (error) {
      const { name, message } = error as Error;
      if (slide === target && name !== "AbortError") tell(message);
    }
    stop();
    if (opening === current) {
      opening = undefined;
      progress.remove();
    }
  };

  const update = () => {
    if (ended.aborted || view.lightbox.peek() === "closed") return;
    const at = shown.peek();
    feed.need(demand, THUMBNAIL_PIXELS, [
      [at, at + 1],
      [at + 1, at + 2],
      [Math.max(0, at - 1), at],
    ]);
    if (at !== index) {
      if (index !== null) forwards = at > index;
      begin();
    }
    index = at;
    const entry = feed.entry(at);
    const target = slide;
    if (!entry || !target || entry === target.entry()) return;
    if (!target.entry()) later(patience, () => fetchOriginal(at, target));
    progress.remove();
    target.describe(entry);
    place();
  };

  // Later in the same task: a change of the list and of what is shown arrive one after the other.
  const schedule = () => queueMicrotask(update);
  const resizes = new ResizeObserver(place);
  resizes.observe(host);
  const stop = shown.subscribe(schedule);
  feed.subscribe((change) => {
    if (change.type === "splice" && index !== null) index = shift(index, change.operations);
    else if (change.type === "reset") index = null;
    schedule();
  }, ended);
  listenToPointer(host, events, ended);
  ended.addEventListener("abort", () => {
    stop();
    resizes.disconnect();
    settle();
    seen?.dispose();
    slide = undefined;
    feed.leave(demand);
  });

  return () => !!slide?.togglePlay();
}
