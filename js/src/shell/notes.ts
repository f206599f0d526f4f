/** What the gallery says by itself: that the kernel is busy or gone, what failed, what is on its way, what was done. */

import { KEY_HELP } from "../keys";
import { h } from "../reactive";
import type { View } from "../view";
import type { Actions, Job } from "./actions";
import { iconButton } from "./icons";

/** Between header and grid. */
export function drawNotes({ store }: View): HTMLElement[] {
  const { failure, feed } = store;
  const { connection } = feed;
  return [
    h(
      "div",
      { class: "nbg-note", role: "alert", hidden: () => !failure.value },
      h("span", {}, () => [failure.value]),
      iconButton("close", "Dismiss", () => {
        failure.value = null;
      }),
    ),
    h("div", { class: "nbg-note", role: "status", hidden: () => connection.value === "live" }, () => [
      connection.value === "gone" ? "The kernel is gone. What was drawn stays." : "Waiting for the kernel…",
    ]),
  ];
}

/** Over everything: it moves into the dialog while one is open, for all else is out of reach then. */
export function drawOverlay({ help, jobs, toast }: Actions, view: View): HTMLElement {
  const { announcement } = view;
  return h(
    "div",
    { class: "nbg-overlay" },
    h("div", {}, () => [help.value && drawHelp(help, view)]),
    h("div", {}, () => jobs.value.map(drawJob)),
    h(
      "div",
      {
        role: "status",
        class: () => (toast.value && announcement.value === toast.value ? "nbg-card" : "nbg-unseen"),
      },
      () => [announcement.value],
    ),
  );
}

function drawJob({ title, opening }: Job): HTMLElement {
  const { progress, received, total } = opening;
  const part = () =>
    progress.value ? progress.value[0] / progress.value[1] : received.value / (total.value || Infinity);
  return h(
    "div",
    { class: "nbg-card" },
    h("span", {}, () => [`${title} · ${(received.value / 1e6).toFixed(1)} MB`]),
    h("progress", { "aria-label": title, value: () => part() || null }),
    h("button", { type: "button", onclick: opening.cancel }, "Cancel"),
  );
}

/** No modal of its own, so that it is the same where hosts trap modals. */
function drawHelp(help: Actions["help"], { lightbox }: View): HTMLElement {
  const other = lightbox.peek() === "closed" ? "lightbox" : "grid";
  const close = () => {
    const before = previous;
    help.value = false;
    before?.focus({ preventScroll: true });
  };
  const panel = h(
    "div",
    {
      class: "nbg-help",
      role: "dialog",
      "aria-label": "Keys",
      tabindex: -1,
      onkeydown(event: KeyboardEvent) {
        // Keys pressed in here are no commands to what lies beneath.
        event.stopPropagation();
        if (event.key !== "Escape" && event.key !== "?") return;
        event.preventDefault();
        close();
      },
    },
    iconButton("close", "Close", close),
    h("dl", {}, () =>
      KEY_HELP.filter(({ where }) => where !== other).flatMap(({ keys, text }) => [
        h("dt", {}, ...keys.map((key) => h("kbd", {}, key))),
        h("dd", {}, text),
      ]),
    ),
  );
  let previous: HTMLElement | null = null;
  queueMicrotask(() => {
    previous = (panel.getRootNode() as Document | ShadowRoot).activeElement as HTMLElement | null;
    panel.focus({ preventScroll: true });
  });
  return panel;
}
