/** The lightbox: one item large, with its caption, its buttons and the strip. As a dialog over the page, or over the grid. */

import { type LightboxCommand, lightboxCommand } from "../keys";
import { atEnd, focus, h, live } from "../reactive";
import type { Actions } from "../shell/actions";
import { iconButton } from "../shell/icons";
import { drawTools, labelOf } from "../shell/toolbar";
import { signal, untracked } from "../signals";
import type { View } from "../view";
import { drawStage } from "./stage";
import { drawStrip } from "./strip";

interface Places {
  /** Where the lightbox is put. */
  readonly body: HTMLElement;
  /** What an inline one lies over. */
  readonly grid: HTMLElement;
  /** What lies over everything else, and so moves into a modal. */
  readonly overlay: HTMLElement;
}

/** A caption for the name of a dialog, or to be read aloud. */
const SPOKEN_CAPTION = 200;

export function mountLightbox(view: View, actions: Actions, places: Places, isDrawn: () => boolean): void {
  live(() => {
    const open = isDrawn() ? view.lightbox.value : "closed";
    if (open !== "closed") untracked(() => openLightbox(view, actions, places, open === "modal"));
  });
}

function openLightbox(view: View, actions: Actions, { body, grid, overlay }: Places, modal: boolean): void {
  const end = new AbortController();
  let focused = modal;
  atEnd(() => {
    // Before anything is taken away, and the focus with it.
    focused ||= frame.matches(":focus-within");
    // Also before: Chromium keeps an <img> for good that loses its `src` outside the document.
    end.abort();
    actions.help.value = actions.goTo.value = false;
  });
  const frame = drawLightbox(view, actions, modal, end.signal);
  const viewer = frame.firstElementChild as HTMLElement;
  body.append(frame);
  if (modal) {
    frame.showModal();
    viewer.append(overlay);
  }
  // Inline, the focus is taken only from what is now covered: never from the page.
  if (modal || body.parentElement?.querySelector(".nbg-header:focus-within, .nbg-body:focus-within"))
    focus(viewer);
  grid.inert = !modal;
  atEnd(() => {
    frame.remove();
    body.after(overlay);
    grid.inert = false;
    if (focused && !view.signal.aborted) view.focusTile(view.shown.peek());
  });
}

function drawLightbox(view: View, actions: Actions, modal: boolean, ended: AbortSignal): HTMLDialogElement {
  const { shown, store, announcement } = view;
  const { feed } = store;
  const { count } = feed;
  const arrivals = signal(0);
  feed.subscribe(() => arrivals.value++, ended);
  const header = () => {
    arrivals.value;
    return feed.entry(shown.value)?.header;
  };
  const caption = () => header()?.caption ?? "";
  const few = () => count.value < 2;
  const name = () => {
    const { kind = "image", name: file } = header() ?? {};
    const what = (caption() || file || "").slice(0, SPOKEN_CAPTION);
    return `${kind === "video" ? "Video" : "Image"} ${shown.value + 1} of ${count.value}${what && `: ${what}`}`;
  };

  const show = (index: number) => {
    view.show(index, "lightbox");
    announcement.value = untracked(name);
  };
  const step = (by: number) => show(shown.peek() + by);
  const toggle = () => view.toggle(shown.peek());
  const [stage, togglePlay] = drawStage(
    view,
    actions,
    (by) => (by ? step(by) : modal && view.close()),
    ended,
  );
  const commands: Partial<Record<LightboxCommand["name"], (by: number) => void>> = {
    first: () => show(0),
    last: () => show(count.peek() - 1),
    play: () => togglePlay() || toggle(),
    toggle,
    close: view.close,
    // One step wraps; ten stop at the ends, where a person wants to know that it is the end.
    go: (by) => (by * by === 1 ? step(by) : show(Math.max(0, Math.min(shown.peek() + by, count.peek() - 1)))),
  };

  return h(
    "dialog",
    {
      class: `nbg-lightbox nbg-${modal ? "modal" : "inline"}`,
      // Neither modal nor focused by the browser.
      open: !modal,
      "aria-label": name,
      // By a gesture of the system, or by a second Escape.
      onclose: view.close,
      onkeydown(event: KeyboardEvent) {
        const command = lightboxCommand(event);
        // Fullscreen and help mean the same everywhere: the root listens for them.
        const run = command && commands[command.name];
        if (!run) return;
        event.preventDefault();
        event.stopPropagation();
        run(command.name === "go" ? command.by : 0);
      },
    },
    h(
      "div.nbg-viewer",
      { tabindex: -1 },
      h(
        "div.nbg-bar",
        {},
        // Inline, the gallery's header lies beneath.
        !modal && h("span.nbg-label", {}, () => labelOf(view)),
        h("span", {}, () => `${(shown.value + 1).toLocaleString()} / ${count.value.toLocaleString()}`),
        h("span.nbg-name", { title: () => header()?.name }, () => header()?.name),
        drawTools(view, actions, () => !!header()?.error),
      ),
      h(
        "div.nbg-view",
        {},
        stage,
        iconButton("previous", "Previous (←)", () => step(-1), { hidden: few }),
        iconButton("next", "Next (→)", () => step(1), { hidden: few }),
      ),
      // What may scroll must be within reach of the keyboard; what does not is no tab stop.
      h("p.nbg-text", { tabindex: () => (/\n|.{99}/.test(caption()) ? 0 : null) }, caption),
      drawStrip(view, ended),
    ),
  );
}
