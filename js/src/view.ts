/** One per view: what a person can do here, and what this view shows of the model's state. Never touches the DOM. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import type { EventTarget } from "./protocol";
import { Ranges } from "./selection";
import type { Store } from "./store";

export class View {
  readonly id = Math.random().toString(36).slice(2, 10);
  readonly store: Store;
  readonly signal: AbortSignal;
  /** Whether this host lets a modal dialog cover the page. */
  readonly modalAllowed: boolean;
  /** The grid's roving tab stop. */
  readonly active = signal(0);
  /** Text for the live region. */
  readonly announcement: Signal<string> = signal("");
  readonly lightbox: ReadonlySignal<"closed" | "inline" | "modal">;
  readonly shown: ReadonlySignal<number>;
  /** Set by the grid: give a tile the focus. */
  focusTile: (index: number) => void = () => undefined;
  readonly #openedByPerson = signal(false);
  #anchor = 0;

  constructor(store: Store, end: AbortSignal, modalAllowed: boolean) {
    this.store = store;
    this.signal = end;
    this.modalAllowed = modalAllowed;
    this.shown = computed(() => Math.max(0, Math.min(store.selectedIndex.value ?? 0, store.feed.count.value - 1)));
    this.lightbox = computed(() => {
      const open = store.preview.value && store.options.allow_preview.value && store.feed.count.value > 0;
      if (!open) return "closed";
      return this.#openedByPerson.value && modalAllowed ? "modal" : "inline";
    });
    // Whoever closes it, the next opening by code is inline again.
    const stop = store.preview.subscribe((open) => {
      if (!open) this.#openedByPerson.value = false;
    });
    end.addEventListener("abort", () => {
      stop();
      store.feed.leave(this.id);
    });
  }

  /** Click or Enter on a tile. */
  activate(index: number, target: EventTarget): void {
    const { store } = this;
    this.active.value = index;
    this.#anchor = index;
    if (store.options.allow_preview.peek()) {
      this.#openedByPerson.value = true;
      const wasOpen = store.preview.peek();
      store.writeState(index, true);
      store.report(this.id, "select", target, { index });
      if (!wasOpen) store.report(this.id, "preview_open", target, { index });
    } else if (store.selectedIndex.peek() === index) {
      store.writeState(null, store.preview.peek());
      store.report(this.id, "deselect", target, { index });
    } else {
      store.writeState(index, store.preview.peek());
      store.report(this.id, "select", target, { index });
    }
  }

  /** Another item in the lightbox; past either end it goes on at the other. */
  show(index: number, target: EventTarget): void {
    const count = this.store.feed.count.peek();
    if (count === 0) return;
    const wrapped = ((index % count) + count) % count;
    this.active.value = wrapped;
    if (wrapped === this.store.selectedIndex.peek()) return;
    this.store.writeState(wrapped, true);
    this.store.report(this.id, "select", target, { index: wrapped });
  }

  close(): void {
    const { store } = this;
    if (!store.preview.peek()) return;
    const index = this.shown.peek();
    const wasSelected = store.selectedIndex.peek() !== null;
    store.writeState(null, false);
    store.report(this.id, "preview_close", "lightbox", { index });
    if (wasSelected) store.report(this.id, "deselect", "lightbox", { index });
  }

  /** Add an item to the multi-selection, or take it out. */
  toggle(index: number): void {
    const now = this.store.selection.peek();
    const one = Ranges.from([[index, index + 1]]);
    const selected = !now.has(index);
    this.#anchor = index;
    this.store.writeSelection(this.id, selected ? now.union(one) : now.minus(one), index);
    this.#announceSelection();
  }

  /** Select from the last toggled or opened item to this one. */
  extend(index: number): void {
    const start = Math.min(this.#anchor, index);
    const stop = Math.max(this.#anchor, index) + 1;
    this.store.writeSelection(this.id, Ranges.from([[start, stop]]), null);
    this.#announceSelection();
  }

  selectAll(): void {
    this.store.writeSelection(this.id, Ranges.from([[0, this.store.feed.count.peek()]]), null);
    this.#announceSelection();
  }

  clearSelection(): void {
    this.store.writeSelection(this.id, Ranges.from([]), null);
    this.#announceSelection();
  }

  /** One of the user's own buttons. */
  press(button: string): void {
    this.store.report(this.id, "button", "toolbar", { button });
  }

  #announceSelection(): void {
    const size = this.store.selection.peek().size;
    this.announcement.value = size === 0 ? "Nothing selected" : `${size} selected`;
  }
}
