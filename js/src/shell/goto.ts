/** "Go to item": a small field, opened with `g`, that leads to any item by its number. */

import { clamp } from "../layout";
import { atEnd, focus, h, live } from "../reactive";
import type { View } from "../view";
import type { Actions } from "./actions";

/** The index of what was typed, counted from one, or from the end when negative; NaN when it is no whole number. */
export function parseNumber(text: string, count: number): number {
  // Thousands are kept apart by something else in every language.
  const digits = text.trim().replace(/(?<=\d)[\s.,'’](?=\d{3}(?!\d))/g, "");
  const number = /^[+-]?\d+$/.test(digits) ? +digits : Number.NaN;
  return number < 0 ? count + number : number - 1;
}

/** No modal of its own: what lies beneath stays in sight. */
export function drawGoTo(view: View, { goTo, say }: Actions): HTMLElement {
  const { count } = view.store.feed;
  const range = () => `1 to ${count.value.toLocaleString()}`;
  const title = () => `Go to item, ${range()}`;
  const close = () => {
    goTo.value = false;
  };
  const field = h("input.nbg-search", {
    "aria-label": title,
    placeholder: title,
    inputmode: "numeric",
    autocomplete: "off",
    // Pressed beside it. Who only looks something up in another window finds it open.
    onblur: () => document.hasFocus() && close(),
  });
  const form = h(
    "form.nbg-help",
    {
      hidden: () => !goTo.value,
      onkeydown(event: KeyboardEvent) {
        event.stopPropagation();
        if (event.key !== "Escape") return;
        event.preventDefault();
        close();
      },
      onsubmit(event: Event) {
        event.preventDefault();
        const asked = parseNumber(field.value, count.peek());
        const index = clamp(asked, 0, count.peek() - 1);
        // Also what is no number is not equal to itself.
        if (index !== asked) say(`The items are ${range()}.`);
        if (Number.isNaN(index)) return;
        close();
        view.anchor = index;
        if (view.lightbox.peek() === "closed") view.focusTile(index, true);
        else view.show(index, "lightbox");
      },
    },
    field,
  );
  live(() => {
    if (!goTo.value) return;
    const { activeElement } = field.getRootNode() as Document | ShadowRoot;
    field.value = "";
    focus(field);
    atEnd(() => field.matches(":focus") && focus(activeElement));
  });
  return form;
}
