/** The rows of buttons: those that were asked for, and the user's own. */

import { h } from "../reactive";
import { Ranges } from "../selection";
import type { CustomButton } from "../store";
import type { View } from "../view";
import type { Actions } from "./actions";
import { iconButton } from "./icons";

/** What the gallery is called above it, if anything. */
export function labelOf({ store: { options } }: View): string {
  return options.show_label.value === false ? "" : (options.label.value ?? "Gallery");
}

/** In the header for what is selected and for all items; in the lightbox for what it shows, which may be `broken`. */
export function drawTools(view: View, actions: Actions, broken?: () => boolean): HTMLElement {
  const { options, feed, selection } = view.store;
  const inHeader = !broken;
  const target = () => (inHeader ? selection.value : Ranges.between(view.shown.value));
  const first = () => target().pairs[0]?.[0] ?? 0;
  const isOne = () => target().size === 1;
  // The open lightbox has buttons for its own item; two that look alike and mean different things would be a trap.
  const idle = () => broken?.() ?? (!target().size || view.lightbox.value !== "closed");
  const draw = {
    share: () =>
      iconButton("share", "Share", () => actions.share(first()), { hidden: () => idle() || !isOne() }),
    download: () =>
      iconButton(
        "download",
        () => (inHeader ? `Download ${target().size.toLocaleString()} selected` : "Download"),
        () => actions.download(isOne() ? first() : null, target().pairs),
        { hidden: idle },
      ),
    download_all: () =>
      inHeader &&
      iconButton("downloadAll", "Download all", () => actions.download(null), {
        hidden: () => !feed.count.value,
      }),
    fullscreen: () =>
      document.fullscreenEnabled &&
      iconButton("fullscreen", "Fullscreen (f)", actions.toggleFullscreen, {
        "aria-pressed": () => `${actions.fullscreen.value}`,
      }),
  };
  return h("div.nbg-tools", {}, () => [
    !inHeader &&
      iconButton("select", "Select (x)", () => view.toggle(first()), {
        "aria-pressed": () => `${selection.value.has(first())}`,
      }),
    ...options._buttons.value.map((button) =>
      typeof button === "string"
        ? draw[button]()
        : inHeader && ownButton(button, () => view.press(button.id)),
    ),
    inHeader
      ? iconButton("help", "Keys (?)", () => {
          actions.help.value = true;
        })
      : iconButton("close", "Close (Esc)", view.close),
  ]);
}

function ownButton({ label, icon }: CustomButton, onclick: () => void): HTMLElement {
  // Only bytes that came with the state: an address would make every reader's browser call there.
  const src = icon?.startsWith("data:image/") && icon;
  return h(
    "button",
    { type: "button", title: label, onclick },
    src && h("img", { src, alt: "" }),
    h("span.nbg-name", {}, label),
  );
}
