/** What the gallery says by itself: that the kernel is busy or gone, what failed, what is on its way, what was done. */

import type { Opening } from "../feed";
import { KEY_HELP } from "../keys";
import { atEnd, focus, h, live } from "../reactive";
import { signal } from "../signals";
import type { View } from "../view";
import type { Actions } from "./actions";
import { drawGoTo } from "./goto";
import { iconButton } from "./icons";

const NEWS = {
  live: "",
  waiting: "Waiting for the kernel…",
  gone: "The kernel is gone. What was drawn stays.",
};

/** Over everything: it moves into the dialog while one is open, for all else is out of reach then. */
export function drawOverlay(view: View, actions: Actions): HTMLElement {
  const { announcement, store } = view;
  const { failure, feed } = store;
  const { jobs, toast } = actions;
  const dismissed = signal("");
  const news = () => (feed.connection.value === dismissed.value ? "" : NEWS[feed.connection.value]);
  return h(
    "div.nbg-overlay",
    {},
    drawHelp(view, actions),
    drawGoTo(view, actions),
    h("div", {}, () =>
      jobs.value.map(({ title, opening }) =>
        drawCard(
          "group",
          () => `${title} · ${(opening.received.value / 1e6).toFixed(1)} MB`,
          opening.cancel,
          [drawProgress(title, () => opening)],
        ),
      ),
    ),
    drawCard(
      "alert",
      () => failure.value,
      () => {
        failure.value = null;
      },
    ),
    drawCard("status", news, () => {
      dismissed.value = feed.connection.peek();
    }),
    h("div", { role: "status", class: () => toast.value && "nbg-card" }, () => toast.value),
    h("div.nbg-unseen", { role: "status" }, () => announcement.value),
  );
}

/** There as long as there is something to say. */
function drawCard(
  role: string,
  text: () => string | null,
  close: () => void,
  more: readonly HTMLElement[] = [],
): HTMLElement {
  return h(
    "div.nbg-card",
    { hidden: () => !text() },
    h("span", { role }, text),
    ...more,
    iconButton("close", more.length ? "Cancel" : "Dismiss", close),
  );
}

/** How much has come of what was asked for; without an end while that is not known. */
export function drawProgress(title: string, opening: () => Opening | null | undefined): HTMLElement {
  return h("progress", {
    "aria-label": title,
    hidden: () => opening() === undefined,
    value() {
      const { progress, received, total } = opening() ?? {};
      const [done, all] = progress?.value ?? [received?.value, total?.value];
      return (done && all && done / all) || null;
    },
  });
}

/** No modal of its own, so that it is the same where hosts trap modals. */
function drawHelp({ lightbox }: View, { help }: Actions): HTMLElement {
  const close = () => {
    help.value = false;
  };
  const panel = h(
    "div.nbg-help",
    {
      role: "dialog",
      "aria-label": "Keys",
      tabindex: -1,
      hidden: () => !help.value,
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
      KEY_HELP.filter(({ where }) => where !== (lightbox.value === "closed" ? "lightbox" : "grid")).flatMap(
        ({ keys, text }) => [h("dt", {}, ...keys.map((key) => h("kbd", {}, key))), h("dd", {}, text)],
      ),
    ),
  );
  live(() => {
    if (!help.value) return;
    const { activeElement } = panel.getRootNode() as Document | ShadowRoot;
    focus(panel);
    atEnd(() => focus(activeElement));
  });
  return panel;
}
