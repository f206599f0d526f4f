/** One per model: the synced traits as signals, the feed, and what is written back. Never touches the DOM. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { Feed } from "./feed";
import {
  type EventName,
  type EventTarget,
  isKernelMessage,
  PAGE_COUNT,
  type Page,
  PROTOCOL_VERSION,
  type Range,
  type ViewMessage,
} from "./protocol";
import { Ranges, shift } from "./selection";

/** What anywidget hands over, as far as it is used here. */
export interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(name: string, listener: (...values: never[]) => void): void;
}

export type BuiltInButton = "share" | "download" | "download_all" | "fullscreen";

export interface CustomButton {
  readonly id: string;
  readonly label: string;
  readonly icon: string | null;
}

/** The display options, spelled as the traits are. */
export interface Options {
  label: string | null;
  show_label: boolean | null;
  container: boolean;
  scale: number | null;
  min_width: number;
  visible: true | false | "hidden";
  elem_id: string | null;
  elem_classes: readonly string[];
  columns: readonly number[];
  rows: readonly number[] | null;
  height: string | null;
  fit_columns: boolean;
  object_fit: "contain" | "cover" | "fill" | "none" | "scale-down" | null;
  allow_preview: boolean;
  _buttons: readonly (BuiltInButton | CustomButton)[];
  _rendered: boolean;
}

const OPTION_NAMES = [
  "label",
  "show_label",
  "container",
  "scale",
  "min_width",
  "visible",
  "elem_id",
  "elem_classes",
  "columns",
  "rows",
  "height",
  "fit_columns",
  "object_fit",
  "allow_preview",
  "_buttons",
  "_rendered",
] as const satisfies readonly (keyof Options)[];

interface PersonEventFields {
  readonly index?: number | null;
  readonly add?: readonly Range[];
  readonly remove?: readonly Range[];
  readonly button?: string;
}

export class Store {
  readonly feed: Feed;
  readonly options: { readonly [K in keyof Options]: ReadonlySignal<Options[K]> };
  readonly #model: WidgetModel;
  readonly #selection: Signal<Ranges>;
  readonly #selectedIndex: Signal<number | null>;
  readonly #preview: Signal<boolean>;
  readonly #failure = signal<string | null>(null);

  constructor(model: WidgetModel, end: AbortSignal) {
    this.#model = model;
    this.options = Object.fromEntries(OPTION_NAMES.map((name) => [name, this.#follow(name)])) as Store["options"];
    this.#selectedIndex = this.#follow("selected_index") as Signal<number | null>;
    this.#preview = signal(model.get("preview") === true);
    model.on("change:preview", () => {
      this.#preview.value = model.get("preview") === true;
    });
    this.#selection = signal(Ranges.from((model.get("_selection") as readonly Range[]) ?? []));
    const send = (message: ViewMessage) => model.send(message);
    this.feed = new Feed(send, model.get("_count") as number, model.get("_revision") as number, end);
    for (let page = 0; page < PAGE_COUNT; page++) {
      const name = `_page_${page}`;
      const take = (live: boolean) =>
        this.feed.takePage(model.get(name) as Page | null, model.get("_page_limit") as number, live);
      model.on(`change:${name}`, () => take(true));
      take(false);
    }
    this.#listen();
    this.feed.resynchronize();
  }

  /** The multi-selection. */
  get selection(): ReadonlySignal<Ranges> {
    return this.#selection;
  }

  get selectedIndex(): ReadonlySignal<number | null> {
    return this.#selectedIndex;
  }

  get preview(): ReadonlySignal<boolean> {
    return this.#preview;
  }

  /** A sentence to show until it is dismissed: what a listener raised, for instance. */
  get failure(): ReadonlySignal<string | null> {
    return this.#failure;
  }

  dismissFailure(): void {
    this.#failure.value = null;
  }

  /** Write both at once, so that Python never sees one without the other. */
  writeState(selectedIndex: number | null, preview: boolean): void {
    this.#model.set("selected_index", selectedIndex);
    this.#model.set("preview", preview);
    this.#model.save_changes();
    this.#selectedIndex.value = selectedIndex;
    this.#preview.value = preview;
  }

  /** `index` is the one item that a person toggled, null when many changed at once. */
  writeSelection(view: string, next: Ranges, index: number | null): void {
    const now = this.#selection.peek();
    const add = next.minus(now).pairs;
    const remove = now.minus(next).pairs;
    if (add.length === 0 && remove.length === 0) return;
    this.#selection.value = next;
    this.report(view, "selection", "grid", { index, add, remove });
  }

  /** Tell Python what a person did. */
  report(view: string, name: EventName, target: EventTarget, fields: PersonEventFields = {}): void {
    this.#model.send({
      kind: "event",
      v: PROTOCOL_VERSION,
      view,
      name,
      revision: this.feed.revision.peek(),
      target,
      index: fields.index ?? null,
      add: fields.add ?? [],
      remove: fields.remove ?? [],
      button: fields.button ?? null,
    } satisfies ViewMessage);
  }

  #follow(name: string): Signal<unknown> & Signal<never> {
    const followed = signal(this.#model.get(name));
    this.#model.on(`change:${name}`, () => {
      followed.value = this.#model.get(name);
    });
    return followed as Signal<unknown> & Signal<never>;
  }

  #listen(): void {
    this.#model.on("msg:custom", (content: unknown, buffers?: readonly (DataView | Uint8Array)[]) => {
      if (!isKernelMessage(content)) return;
      const base = this.feed.revision.peek();
      this.feed.take(content, buffers ?? []);
      if (content.kind === "splice" && content.base === base) {
        this.#selection.value = this.#selection.peek().shifted(content.operations);
        const selected = this.#selectedIndex.peek();
        if (selected !== null) this.#selectedIndex.value = shift(selected, content.operations);
      } else if (content.kind === "selection") {
        this.#selection.value = this.#selection.peek().minus(Ranges.from(content.remove)).union(Ranges.from(content.add));
      } else if (content.kind === "status") {
        this.#selection.value = Ranges.from(content.selection);
      } else if (content.kind === "error" && content.rid === null) {
        this.#failure.value = content.message;
      }
    });
    // JupyterLab says it when the kernel restarts or dies; the value itself is not to be had through anywidget's proxy,
    // but it only ever changes from live to not.
    this.#model.on("comm_live_update", () => this.feed.lose());
  }
}
