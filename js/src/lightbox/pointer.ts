/** What a mouse or a finger does on the stage: which half was clicked, beside the picture, or swiped. */

/** A finger that has moved this far has swiped. */
const SWIPE_PX = 40;
/** A click is no drag. */
const CLICK_SLOP_PX = 8;

/** What to listen with on the stage. `press` hears -1 and 1 for the previous and the next item, 0 beside the picture. */
export function pointerEvents(canvas: Element, press: (by: -1 | 0 | 1) => void) {
  let from: MouseEvent | undefined;
  const moved = (event: MouseEvent) => {
    const { clientX = 0, clientY = 0 } = from ?? event;
    return [event.clientX - clientX, event.clientY - clientY] as const;
  };
  return {
    onpointerdown(event: PointerEvent) {
      // A second finger is a pinch, and belongs to the browser.
      from = event.isPrimary ? event : undefined;
    },
    onpointerup(event: PointerEvent) {
      const [across, down] = moved(event);
      const swiped = event.pointerType !== "mouse" && Math.abs(across) > Math.max(SWIPE_PX, Math.abs(down));
      if (swiped && !isVideo(event)) press(across < 0 ? 1 : -1);
    },
    onclick(event: MouseEvent) {
      const { left, width } = canvas.getBoundingClientRect();
      // What is pressed on a video is for its controls; text is there to be selected.
      if (Math.hypot(...moved(event)) > CLICK_SLOP_PX || isVideo(event)) return;
      if (!canvas.contains(event.target as Node)) press(0);
      else if (!canvas.querySelector("p")) press(event.clientX < left + width / 2 ? -1 : 1);
    },
  };
}

function isVideo({ target }: Event): boolean {
  return target instanceof HTMLMediaElement;
}
