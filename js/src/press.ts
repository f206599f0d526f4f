/** What a press on a tile means: open, toggle (Ctrl, the corner, a long touch) or extend (Shift). Knows no list. */

import { atEnd } from "./reactive";

export type Press = "open" | "toggle" | "extend";

const LONG_MS = 500;
/** A finger that moves farther than this scrolls. */
const STILL = 10;
/** The corner with the check mark. It is no button of its own: an option may not hold one. */
const CORNER = 36;

/** Handlers for the list. */
export function presses(act: (target: EventTarget | null, press: Press, touch: boolean) => void) {
  let from: PointerEvent | undefined;
  let touch = false;
  let answered = false;
  let held: ReturnType<typeof setTimeout> | undefined;
  const release = () => clearTimeout(held);
  atEnd(release);

  return {
    onpointerdown(event: PointerEvent) {
      release();
      from = event;
      touch = event.pointerType === "touch";
      answered = false;
      if (!touch || !event.isPrimary) return;
      held = setTimeout(() => {
        answered = true;
        act(event.target, "toggle", touch);
      }, LONG_MS);
    },
    onpointermove({ clientX, clientY }: PointerEvent) {
      if (from && Math.hypot(clientX - from.clientX, clientY - from.clientY) > STILL) release();
    },
    onpointerup: release,
    onpointercancel: release,
    oncontextmenu: (event: Event) => answered && event.preventDefault(),
    onclick(event: MouseEvent) {
      const { target, shiftKey, ctrlKey, metaKey } = event;
      // The click that ends a long touch has been answered already.
      if (answered) answered = false;
      else if (shiftKey) act(target, "extend", touch);
      else act(target, ctrlKey || metaKey || (!touch && inCorner(event)) ? "toggle" : "open", touch);
    },
  };
}

/** By coordinates; a click made by assistive technology (`detail` 0) has none. */
function inCorner({ detail, target, clientX, clientY }: MouseEvent): boolean {
  const tile = (target as Element).closest("[role=option]");
  if (!detail || !tile) return false;
  const { left, top, width } = tile.getBoundingClientRect();
  return Math.max(clientX - left, clientY - top) < Math.min(CORNER, width / 2);
}
