/** The rows of buttons: those that were asked for, and the user's own. */

import { fullscreenAllowed } from "../host";
import { h } from "../reactive";
import type { CustomButton } from "../store";
import type { View } from "../view";
import type { Actions } from "./actions";
import { iconButton } from "./icons";

/** In the header: for all items, and for those that are selected. */
export function drawToolbar(view: View, actions: Actions): HTMLElement {
  const { options, feed, selection } = view.store;
  const only = () => (selection.value.size === 1 ? (selection.value.pairs[0]?.[0] ?? 0) : undefined);
  // The open lightbox has buttons for its own item; two that look alike and mean different things would be a trap.
  const idle = () => !selection.value.size || view.lightbox.value !== "closed";
  const draw = {
    share: () =>
      iconButton("share", "Share the selected item", () => actions.share(only() ?? 0), {
        hidden: () => idle() || only() === undefined,
      }),
    download: () =>
      iconButton(
        "download",
        () => `Download ${selection.value.size.toLocaleString()} selected`,
        () => {
          const index = only();
          if (index === undefined) actions.downloadArchive(selection.peek().pairs);
          else actions.download(index);
        },
        { hidden: idle },
      ),
    download_all: () =>
      iconButton("downloadAll", "Download all", () => actions.downloadArchive(null), {
        hidden: () => !feed.count.value,
      }),
    fullscreen: () => fullscreenButton(actions),
  };
  return h("div", { class: "nbg-tools", role: "toolbar", "aria-label": "Gallery" }, () => [
    ...options._buttons.value.map((button) =>
      typeof button === "string" ? draw[button]() : ownButton(button, () => view.press(button.id)),
    ),
    iconButton("help", "Keys (?)", () => {
      actions.help.value = true;
    }),
  ]);
}

/** In the lightbox: for the item that is shown. */
export function drawItemTools(view: View, actions: Actions, modal: boolean): HTMLElement {
  const { options, selection } = view.store;
  const picked = () => selection.value.has(view.shown.value);
  const shown = () => view.shown.peek();
  const draw: { readonly [name: string]: () => HTMLElement | false } = {
    share: () => iconButton("share", "Share", () => actions.share(shown())),
    download: () => iconButton("download", "Download", () => actions.download(shown())),
    // Inline, the one in the header is in sight.
    fullscreen: () => modal && fullscreenButton(actions),
  };
  return h("div", { class: "nbg-tools", role: "toolbar", "aria-label": "Picture" }, () => [
    iconButton(
      () => (picked() ? "selected" : "select"),
      "Select (x)",
      () => view.toggle(shown()),
      { pressed: picked },
    ),
    ...options._buttons.value.map((button) => typeof button === "string" && draw[button]?.()),
    iconButton("close", "Close (Esc)", view.close),
  ]);
}

function fullscreenButton({ fullscreen, toggleFullscreen }: Actions): HTMLElement | false {
  return (
    fullscreenAllowed() &&
    iconButton(
      () => (fullscreen.value ? "leaveFullscreen" : "fullscreen"),
      () => (fullscreen.value ? "Leave fullscreen (f)" : "Fullscreen (f)"),
      toggleFullscreen,
    )
  );
}

function ownButton({ label, icon }: CustomButton, press: () => void): HTMLElement {
  // Only bytes that came with the state: an address would make every reader's browser call there.
  const picture = icon?.startsWith("data:image/") && h("img", { src: icon, alt: "", width: 16, height: 16 });
  return h(
    "button",
    { type: "button", title: label, "aria-label": label, onclick: press },
    picture,
    h("span", { class: picture ? "nbg-spare nbg-name" : "nbg-name" }, label),
  );
}
