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

/** A video keeps its clicks: they are for its controls. */
export function listenToPointer(host: HTMLElement, events: PointerEvents, signal: AbortSignal): void {
  let from: PointerEvent | null = null;
  let moved = 0;
  const canvas = () => host.querySelector<HTMLElement>(".nbg-canvas");
  const drag = (by: number) => {
    const element = canvas();
    if (element !== null) element.style.translate = by === 0 ? "" : `${by}px`;
  };
  const release = (event: PointerEvent) => {
    if (from === null || event.pointerId !== from.pointerId) return;
    const across = event.clientX - from.clientX;
    const down = Math.abs(event.clientY - from.clientY);
    const touched = from.pointerType !== "mouse";
    from = null;
    drag(0);
    if (touched && event.type === "pointerup" && Math.abs(across) > SWIPE_PX && Math.abs(across) > down) {
      events.step(across < 0 ? 1 : -1);
    }
  };
  host.addEventListener(
    "pointerdown",
    (event) => {
      moved = 0;
      // A second finger is a pinch, and belongs to the browser.
      from = event.isPrimary && !(event.target instanceof HTMLMediaElement) ? event : null;
      if (!event.isPrimary) drag(0);
    },
    { signal },
  );
  host.addEventListener(
    "pointermove",
    (event) => {
      if (from === null || event.pointerId !== from.pointerId) return;
      const across = event.clientX - from.clientX;
      moved = Math.max(moved, Math.hypot(across, event.clientY - from.clientY));
      if (from.pointerType !== "mouse" && moved > CLICK_SLOP_PX) drag(across);
    },
    { signal },
  );
  host.addEventListener("pointerup", release, { signal });
  host.addEventListener("pointercancel", release, { signal });
  host.addEventListener(
    "click",
    (event) => {
      const target = event.target as Element;
      if (moved > CLICK_SLOP_PX || target.closest("video, .nbg-explanation, .nbg-stage-note") !== null)
        return;
      const picture = target.closest(".nbg-canvas")?.getBoundingClientRect();
      if (picture === undefined) events.surround();
      else events.step(event.clientX < picture.left + picture.width / 2 ? -1 : 1);
    },
    { signal },
  );
}
