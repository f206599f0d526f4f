/** What a mouse or a finger does on the stage: which half was clicked, beside the picture, or swiped. */

/** A finger that has moved this far has swiped. */
const SWIPE_PX = 40;
/** A click is no drag. */
const CLICK_SLOP_PX = 8;

export interface PointerEvents {
  /** To the previous or the next item. */
  step(by: -1 | 1): void;
  /** A click beside the picture. */
  surround(): void;
}

export function listenToPointer(
  host: HTMLElement,
  { step, surround }: PointerEvents,
  signal: AbortSignal,
): void {
  let from: PointerEvent | undefined;
  let across = 0;
  let moved = 0;
  const listen = (types: string, listener: (event: PointerEvent) => void) => {
    for (const type of types.split(" ")) host.addEventListener(type, listener as EventListener, { signal });
  };
  const drag = (by: number) => {
    for (const { style } of host.querySelectorAll<HTMLElement>(".nbg-canvas"))
      style.translate = by ? `${by}px` : "";
  };
  listen("pointerdown", (event) => {
    moved = across = 0;
    drag(0);
    // A second finger is a pinch, and belongs to the browser; what is pressed on a video is for its controls.
    from = event.isPrimary && !(event.target instanceof HTMLMediaElement) ? event : undefined;
  });
  listen("pointermove", (event) => {
    if (from?.pointerId !== event.pointerId) return;
    across = event.clientX - from.clientX;
    moved = Math.max(moved, Math.hypot(across, event.clientY - from.clientY));
    if (event.pointerType !== "mouse" && moved > CLICK_SLOP_PX) drag(across);
  });
  listen("pointerup pointercancel", (event) => {
    if (from?.pointerId !== event.pointerId) return;
    const down = Math.abs(event.clientY - from.clientY);
    from = undefined;
    drag(0);
    const swiped = event.type === "pointerup" && event.pointerType !== "mouse" && Math.abs(across) > SWIPE_PX;
    if (swiped && Math.abs(across) > down) step(across < 0 ? 1 : -1);
  });
  listen("click", (event) => {
    const target = event.target as Element;
    if (moved > CLICK_SLOP_PX || target.closest("video, p")) return;
    const picture = target.closest(".nbg-canvas")?.getBoundingClientRect();
    if (!picture) surround();
    else step(event.clientX < picture.left + picture.width / 2 ? -1 : 1);
  });
}
