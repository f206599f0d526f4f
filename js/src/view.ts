/** One per view: what a person can do here, and what this view shows of the model's state. Never touches the DOM. */

import type { EventName, EventTarget } from "./protocol";
import { Ranges, shift } from "./selection";
import { computed, signal } from "./signals";
import type { Store } from "./store";

export type View = ReturnType<typeof createView>;

/** `modalAllowed` says whether this host lets a modal dialog cover the page. */
export function createView(store: Store, ended: AbortSignal, modalAllowed: boolean) {
  const { feed, options, selection, selectedIndex, preview, writeState } = store;
  const id = Math.random().toString(36).slice(2, 10);
  const active = signal(0);
  const announcement = signal("");
  const openedByPerson = signal(false);
  let last = 0;

  // Where the item that was shown has gone, its neighbour follows.
  const shown = computed(() => {
    last = Math.max(0, Math.min(selectedIndex.value ?? last, feed.count.value - 1));
    return last;
  });
  const lightbox = computed(() => {
    if (!preview.value || !options.allow_preview.value || !feed.count.value) return "closed";
    return openedByPerson.value && modalAllowed ? "modal" : "inline";
  });
  // Whoever closes it, the next opening by code is inline again.
  const stop = preview.subscribe((open) => {
    if (!open) openedByPerson.value = false;
  });
  ended.addEventListener("abort", () => {
    stop();
    feed.leave(id);
  });
  feed.subscribe((change) => {
    if (change.type === "splice") view.anchor = shift(view.anchor, change.operations) ?? view.anchor;
    else if (change.type === "reset") view.anchor = 0;
  }, ended);

  const report = (name: EventName, target: EventTarget, index: number) =>
    store.report(id, name, target, { index });

  const choose = (next: Ranges, index: number | null = null) => {
    store.writeSelection(id, next, index);
    const { size } = next;
    announcement.value = size ? `${size.toLocaleString()} selected` : "Nothing selected";
  };

  const view = {
    id,
    store,
    signal: ended,
    modalAllowed,
    /** The grid's roving tab stop. */
    active,
    /** Text for the live region. */
    announcement,
    lightbox,
    /** The index that the lightbox shows. */
    shown,
    /** Where the range begins that `extend` selects: the item last toggled, opened, or moved to. */
    anchor: 0,
    /** Set by the grid: give a tile the focus, and show it in the `middle` of the box. */
    focusTile: (_index: number, _middle?: boolean): void => {},

    /** Click or Enter on a tile. */
    activate(index: number, target: EventTarget) {
      const opens = options.allow_preview.peek();
      const open = preview.peek();
      const selects = opens || selectedIndex.peek() !== index;
      active.value = view.anchor = index;
      openedByPerson.value = opens;
      writeState(selects ? index : null, opens || open);
      report(selects ? "select" : "deselect", target, index);
      if (opens && !open) report("preview_open", target, index);
    },

    /** Another item in the lightbox; past either end it goes on at the other. */
    show(index: number, target: EventTarget) {
      const count = feed.count.peek();
      if (!count) return;
      const wrapped = ((index % count) + count) % count;
      active.value = wrapped;
      if (wrapped === selectedIndex.peek()) return;
      writeState(wrapped, true);
      report("select", target, wrapped);
    },

    close() {
      if (!preview.peek()) return;
      const index = shown.peek();
      const selected = selectedIndex.peek() !== null;
      writeState(null, false);
      report("preview_close", "lightbox", index);
      if (selected) report("deselect", "lightbox", index);
    },

    /** Add an item, or all up to `stop`, to the multi-selection; or take them out if all are in it. */
    toggle(index: number, stop = index + 1) {
      const now = selection.peek();
      const these = Ranges.from([[index, stop]]);
      view.anchor = index;
      choose(these.minus(now).size ? now.union(these) : now.minus(these), stop - index > 1 ? null : index);
    },

    /** Select from the anchor to this item. */
    extend: (index: number) => choose(Ranges.between(Math.min(view.anchor, feed.count.peek() - 1), index)),
    selectAll: () => choose(Ranges.from([[0, feed.count.peek()]])),
    clearSelection: () => choose(Ranges.empty),

    /** One of the user's own buttons. */
    press: (button: string) => store.report(id, "button", "toolbar", { button }),
  };
  return view;
}
