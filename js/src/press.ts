/** What a press on a tile means: open, toggle (Ctrl, the corner, a long touch) or extend (Shift). Knows no tiles. */

export interface Press {
  readonly kind: "open" | "toggle" | "extend";
  readonly touch: boolean;
  readonly target: EventTarget | null;
}

const LONG_MS = 500;
/** A finger that moves farther than this scrolls. */
const STILL = 10;
/** The corner with the check mark. It is no button of its own: an option may not hold one. */
const CORNER = 36;

export function watchPresses(list: HTMLElement, signal: AbortSignal, act: (press: Press) => void): void {
  let touch = false;
  let swallow = false;
  let held: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  const release = () => clearTimeout(held);

  const down = (event: PointerEvent) => {
    release();
    touch = event.pointerType === "touch";
    swallow = false;
    from = { x: event.clientX, y: event.clientY };
    const { target } = event;
    if (!touch || !event.isPrimary) return;
    held = setTimeout(() => {
      swallow = true;
      act({ kind: "toggle", touch, target });
    }, LONG_MS);
  };
  const move = (event: PointerEvent) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL) release();
  };
  const click = (event: MouseEvent) => {
    release();
    const { target } = event;
    // The click that ends a long touch has been answered already.
    if (swallow) swallow = false;
    else if (event.shiftKey) act({ kind: "extend", touch, target });
    else
      act({
        kind: event.ctrlKey || event.metaKey || inCorner(event, touch) ? "toggle" : "open",
        touch,
        target,
      });
  };

  list.addEventListener("pointerdown", down, { signal });
  list.addEventListener("pointermove", move, { signal, passive: true });
  for (const type of ["pointerup", "pointercancel", "pointerleave"] as const) {
    list.addEventListener(type, release, { signal });
  }
  list.addEventListener("click", click, { signal });
  list.addEventListener("contextmenu", (event) => swallow && event.preventDefault(), { signal });
  signal.addEventListener("abort", release);
}

/** By coordinates; a click made by assistive technology (`detail` 0) has none. */
function inCorner(event: MouseEvent, touch: boolean): boolean {
  const tile = event.target instanceof Element ? event.target.closest(".nbg-tile") : null;
  if (touch || event.detail === 0 || !tile) return false;
  const { left, top, width } = tile.getBoundingClientRect();
  const corner = Math.min(CORNER, width / 2);
  return event.clientX - left < corner && event.clientY - top < corner;
}
