/** The lightbox: one item large, with its caption, its buttons and the strip. As a dialog over the page, or over the grid. */

import type { Entry } from "../feed";
import { lightboxCommand } from "../keys";
import { drawn, h, live } from "../reactive";
import type { Actions } from "../shell/actions";
import { iconButton } from "../shell/icons";
import { drawItemTools } from "../shell/toolbar";
import { signal, untracked } from "../signals";
import type { View } from "../view";
import { mountStage } from "./stage";
import { mountStrip } from "./strip";

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

export function mountLightbox(view: View, actions: Actions, places: Places): void {
  live(() => {
    const open = view.lightbox.value;
    return open === "closed"
      ? undefined
      : untracked(() => openLightbox(view, actions, places, open === "modal"));
  });
}

/** Returns what closes it. */
function openLightbox(view: View, actions: Actions, places: Places, modal: boolean): () => void {
  const { body, grid, overlay } = places;
  const end = new AbortController();
  const [[frame, viewer], stop] = drawn(() => drawLightbox(view, actions, modal, end.signal));
  const focused = () => (body.getRootNode() as Document | ShadowRoot).activeElement;
  let shown = view.shown.peek();
  // On closing, the view shows nothing any more: this is what it showed last.
  const watch = view.shown.subscribe((index) => {
    if (view.store.selectedIndex.peek() !== null) shown = index;
  });
  body.append(frame);
  body.classList.toggle("nbg-covered", !modal);
  const close = () => {
    // Before it is taken away, and the focus with it.
    const inside = frame.contains(focused());
    // Also before: Chromium keeps an <img> for good that loses its `src` outside the document.
    end.abort();
    watch();
    stop();
    actions.help.value = false;
    body.classList.remove("nbg-covered");
    body.after(overlay);
    grid.inert = false;
    if (modal) (frame as HTMLDialogElement).close();
    frame.remove();
    if ((inside || modal) && !view.signal.aborted) view.focusTile(shown);
  };
  if (modal) {
    try {
      (frame as HTMLDialogElement).showModal();
    } catch {
      // A sandbox that forbids modals.
      close();
      return openLightbox(view, actions, places, false);
    }
    viewer.append(overlay);
    viewer.focus({ preventScroll: true });
  } else {
    // The focus is taken only from what is now covered: never from the page.
    if (grid.contains(focused())) viewer.focus({ preventScroll: true });
    grid.inert = true;
  }
  return close;
}

function drawLightbox(
  view: View,
  actions: Actions,
  modal: boolean,
  ended: AbortSignal,
): [HTMLElement, HTMLElement] {
  const { shown, store, announcement } = view;
  const { feed } = store;
  const { count } = feed;
  const entry = signal<Entry | undefined>(undefined);
  const look = () => {
    entry.value = feed.entry(shown.peek());
  };
  live(() => {
    shown.value;
    look();
  });
  feed.subscribe(look, ended);
  const header = () => entry.value?.header;
  const caption = () => header()?.caption || "";
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

  const stage = h("div", { class: "nbg-stage" });
  const strip = h("div", { class: "nbg-strip nbg-selecting", hidden: few });
  const text = h("p", { class: "nbg-text", hidden: () => !caption() }, () => [caption()]);
  const viewer = h(
    "div",
    { class: "nbg-viewer", tabindex: -1 },
    h(
      "div",
      { class: "nbg-bar" },
      h("span", {}, () => [`${(shown.value + 1).toLocaleString()} / ${count.value.toLocaleString()}`]),
      h("span", { class: "nbg-name", title: () => header()?.name }, () => [header()?.name]),
      drawItemTools(view, actions, modal),
    ),
    h(
      "div",
      { class: "nbg-view" },
      stage,
      iconButton("previous", "Previous (←)", () => step(-1), { hidden: few }),
      iconButton("next", "Next (→)", () => step(1), { hidden: few }),
    ),
    text,
    strip,
  );
  const togglePlay = mountStage(
    stage,
    view,
    { step, surround: () => (modal ? view.close() : undefined) },
    ended,
  );
  mountStrip(strip, view, ended);
  // What scrolls must be within reach of the keyboard; what does not must not be a tab stop.
  const captions = new ResizeObserver(() => {
    text.tabIndex = text.scrollHeight > text.clientHeight + 1 ? 0 : -1;
  });
  captions.observe(text);
  ended.addEventListener("abort", () => captions.disconnect());

  const toggle = () => view.toggle(shown.peek());
  const commands = {
    first: () => show(0),
    last: () => show(count.peek() - 1),
    play: () => togglePlay() || toggle(),
    toggle,
    close: view.close,
    // One step wraps; ten stop at the ends, where a person wants to know that it is the end.
    go: (by: number) =>
      by * by === 1 ? step(by) : show(Math.max(0, Math.min(shown.peek() + by, count.peek() - 1))),
  };
  const close = (event: Event) => {
    event.preventDefault();
    // When it is closed from here the event comes late, and must not close one that has been opened since.
    if (!ended.aborted) view.close();
  };
  const frame = h(
    modal ? "dialog" : "section",
    {
      class: `nbg-lightbox nbg-${modal ? "modal" : "inline"}`,
      role: "dialog",
      "aria-label": name,
      // Escape; a second one may close it without asking.
      oncancel: close,
      onclose: close,
      onkeydown(event: KeyboardEvent) {
        const command = lightboxCommand(event);
        // Fullscreen and help mean the same everywhere: the root listens for them.
        if (!command || command.name === "fullscreen" || command.name === "help") return;
        event.preventDefault();
        event.stopPropagation();
        if (command.name === "go") commands.go(command.by);
        else commands[command.name]();
      },
    },
    viewer,
  );
  return [frame, viewer];
}
