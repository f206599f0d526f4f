/**
 * The handle at the right edge of a long gallery, in place of the browser's scroll bar: says where one is, and leads
 * anywhere. For pointers; the keyboard has ways of its own.
 */

import { clamp, type Layout, lastTop } from "./layout";
import { atEnd, h } from "./reactive";

/** Screens beyond which the browser's scroll bar is too coarse to say where one is. */
export const LONG = 10;
/** What it takes from the width of the scroll box: with the space around the tiles, enough for a finger. */
export const GUTTER = 20;
/** Its height; `nbg-handle` in the stylesheet has the same. */
const HANDLE = 48;
/** Movements that are less than this apart are one. */
export const PAUSE_MS = 60;
/** A screen that is gone sooner than this has not been looked at. */
const GLANCE_MS = 100;
const IDLE_MS = 900;

/** Where the handle is, from the top of the scroll box, when everything is scrolled to `top`. */
export function handleAt(layout: Layout, top: number): number {
  return (top / Math.max(1, lastTop(layout))) * (layout.viewport - HANDLE);
}

/** How far everything is scrolled when the handle is there. */
export function topAt(layout: Layout, handle: number): number {
  return Math.round(clamp(handle / (layout.viewport - HANDLE), 0, 1) * lastTop(layout));
}

/** Says, at each drawing, whether what is seen passes too fast to be looked at. One jump does not: it ends where it leads. */
export function createPace() {
  let last = 0;
  let since = 0;
  let speed = 0;
  return (top: number, viewport: number, now: number): boolean => {
    const elapsed = now - since;
    if (top !== last) {
      speed = elapsed > PAUSE_MS ? 0 : (speed + Math.abs(top - last) / Math.max(8, elapsed)) / 2;
      last = top;
      since = now;
    }
    return now - since < PAUSE_MS && speed * GLANCE_MS > viewport;
  };
}

/** `label`: what to say of a place; `jump`: go there. Returns what to call when something has been drawn. */
export function createScrubber(
  list: HTMLElement,
  layout: () => Layout,
  label: (top: number) => string,
  jump: (top: number) => void,
) {
  /** How far above the pointer the handle is, from the top of the scroll box; nothing when it is not held. */
  let grip: number | undefined;
  let last = 0;
  let idle: ReturnType<typeof setTimeout> | undefined;
  atEnd(() => clearTimeout(idle));
  const to = (handle: number) => jump(topAt(layout(), handle));
  const bubble = h("div.nbg-card nbg-bubble");
  const handle = h(
    "div.nbg-handle",
    {
      onpointerdown({ button, clientY, pointerId }: PointerEvent) {
        if (button) return;
        handle.setPointerCapture(pointerId);
        grip = clientY - handleAt(layout(), last);
      },
      onpointermove({ clientY }: PointerEvent) {
        if (grip !== undefined) to(clientY - grip);
      },
      onlostpointercapture() {
        grip = undefined;
      },
    },
    bubble,
  );
  const track: HTMLElement = h(
    "div.nbg-track",
    {
      "aria-hidden": true,
      onclick({ target, offsetY }: MouseEvent) {
        if (target === track) to(offsetY - HANDLE / 2);
      },
      // The focus stays where it is.
      onmousedown: (event: Event) => event.preventDefault(),
    },
    handle,
  );
  const { classList } = track;
  // As high as the list, so that it stays in sight without us, and that a wheel above it scrolls.
  const rail = h("div.nbg-tiles nbg-rail", {}, track);
  list.after(rail);

  return (top: number, fast: boolean): void => {
    const { height, viewport } = layout();
    rail.style.height = `${height}px`;
    track.style.height = `${viewport}px`;
    handle.style.translate = `0 ${handleAt(layout(), top)}px`;
    bubble.textContent = label(top);
    if (fast) classList.add("nbg-fast");
    if (top === last) return;
    last = top;
    classList.add("nbg-moving");
    clearTimeout(idle);
    idle = setTimeout(() => classList.remove("nbg-moving", "nbg-fast"), IDLE_MS);
  };
}
