/** What a press on a tile means: open, toggle (Ctrl, the corner, a long touch) or extend (Shift). Knows no list. */

export type Press = "open" | "toggle" | "extend";

const LONG_MS = 500;
/** A finger that moves farther than this scrolls. */
const STILL = 10;
/** The corner with the check mark. It is no button of its own: an option may not hold one. */
const CORNER = 36;

export function watchPresses(
  list: HTMLElement,
  signal: AbortSignal,
  act: (target: EventTarget | null, press: Press, touch: boolean) => void,
): void {
  let touch = false;
  let answered = false;
  let held: ReturnType<typeof setTimeout> | undefined;
  let x = 0;
  let y = 0;

  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
  ) => list.addEventListener(type, listener, { signal });
  const release = () => clearTimeout(held);

  on("pointerdown", (event) => {
    release();
    touch = event.pointerType === "touch";
    answered = false;
    x = event.clientX;
    y = event.clientY;
    if (!touch || !event.isPrimary) return;
    held = setTimeout(() => {
      answered = true;
      act(event.target, "toggle", touch);
    }, LONG_MS);
  });
  on("pointermove", (event) => {
    if (Math.hypot(event.clientX - x, event.clientY - y) > STILL) release();
  });
  on("pointerup", release);
  on("pointercancel", release);
  on("contextmenu", (event) => answered && event.preventDefault());
  on("click", (event) => {
    // The click that ends a long touch has been answered already.
    if (answered) answered = false;
    else if (event.shiftKey) act(event.target, "extend", touch);
    else
      act(event.target, event.ctrlKey || event.metaKey || inCorner(event, touch) ? "toggle" : "open", touch);
  });
  signal.addEventListener("abort", release);
}

/** By coordinates; a click made by assistive technology (`detail` 0) has none. */
function inCorner(event: MouseEvent, touch: boolean): boolean {
  const tile = (event.target as Element).closest("[role=option]");
  if (touch || !event.detail || !tile) return false;
  const { left, top, width } = tile.getBoundingClientRect();
  return Math.max(event.clientX - left, event.clientY - top) < Math.min(CORNER, width / 2);
}
