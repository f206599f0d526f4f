/** The search of the captions: a field in the header, what is said of what was found, and the way back to all. */

import { MAX_TEXT_LENGTH } from "../protocol";
import { atEnd, focus, h, live } from "../reactive";
import { signal } from "../signals";
import type { View } from "../view";
import { iconButton } from "./icons";

const NAME = "Search captions";
/** Who pauses this long has typed a word. */
const REST_MS = 200;

export type Search = ReturnType<typeof createSearch>;

export function createSearch(view: View) {
  const { feed, find, search } = view.store;
  const opened = signal(false);
  const isOffered = () => feed.answers.value && (feed.count.value > 1 || !!find.value);
  /** Until what is typed is searched. */
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What the kernel was asked for last, by whomever. */
  let asked = "";
  const send = (text: string | null) => {
    clearTimeout(timer);
    timer = undefined;
    asked = text ?? "";
    search(view.id, text);
  };
  const seek = () => send(field.value);
  atEnd(() => clearTimeout(timer));

  const open = () => {
    opened.value = isOffered();
    focus(field);
  };
  const close = () => {
    opened.value = false;
    if (!field.value) return;
    field.value = "";
    seek();
  };

  const field = h("input.nbg-search", {
    type: "search",
    "aria-label": NAME,
    placeholder: NAME,
    maxlength: MAX_TEXT_LENGTH,
    // What is gone answers nothing; the focus stays where it is.
    readonly: () => !isOffered(),
    hidden: () => !opened.value,
    oninput() {
      clearTimeout(timer);
      timer = setTimeout(seek, REST_MS);
    },
    onkeydown(event: KeyboardEvent) {
      const { key } = event;
      if (event.isComposing || !/^(Escape|Enter|ArrowDown)$/.test(key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (key === "Enter" && field.value !== asked) return seek();
      // Before the field is hidden, and the focus lost.
      view.focusTile(view.active.peek());
      if (key === "Escape") close();
    },
  });

  // What is searched by another view, or was before a reload; but it is not written into what is being typed.
  live(() => {
    const text = find.value?.text ?? "";
    asked = text;
    if (timer || field.matches(":focus")) return;
    field.value = text;
    opened.value = !!text;
  });
  live(() => {
    const { text, done } = find.value ?? {};
    const count = feed.count.value;
    if (text && done === null)
      view.announcement.value = `${count ? count.toLocaleString() : "Nothing"} found for “${text}”`;
  });

  const arranged = () => find.value?.arranged ?? [];
  return {
    field,
    open,
    /** Whether the header has to be there for it. */
    isOpen: () => opened.value,

    elements: [
      iconButton(
        "close",
        "Show all in their own order",
        () => {
          // Before the chip is hidden, and the focus lost.
          view.focusTile(view.active.peek());
          send(null);
        },
        { class: "nbg-chip", hidden: () => !arranged().length, disabled: () => !feed.answers.value },
        // "Filtered, sorted"
        h("span", {}, () => `${arranged().join("ed, ")}ed`.replace(/./, (first) => first.toUpperCase())),
      ),
      h("progress", {
        "aria-label": "Searching",
        hidden: () => !(find.value?.done && feed.answers.value),
        value: () => (find.value?.done ?? 0) / (find.value?.total || 1),
      }),
      h(
        "div.nbg-finder",
        {},
        field,
        iconButton("search", `${NAME} (/)`, () => (opened.peek() ? close() : open()), {
          "aria-expanded": () => `${opened.value}`,
          hidden: () => !isOffered(),
        }),
      ),
    ],
  };
}

/** How many of all are shown, or have been looked at; nothing when they are all. */
export function drawFound({ store: { feed, find } }: View) {
  const count = feed.count.value;
  const { text, total = count, done } = find.value ?? {};
  const of = (some: number) => `${some.toLocaleString()} of ${total.toLocaleString()}`;
  // What is done in no time is not told of.
  if (done && feed.answers.value) return [text ? "Searching… " : "Arranging… ", h("span", {}, of(done))];
  return total > count && of(count);
}
