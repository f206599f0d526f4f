/** One per model: the synced traits as signals, the feed, and what is written back. Never touches the DOM. */

import { createFeed } from "./feed";
import {
  type EventName,
  type EventTarget,
  type Finding,
  type Groups,
  type KernelMessage,
  PAGE_COUNT,
  type Page,
  PROTOCOL_VERSION,
  type Range,
  type ViewMessage,
} from "./protocol";
import { Ranges, shift } from "./selection";
import { batch, type ReadonlySignal, signal } from "./signals";

/** What anywidget hands over, as far as it is used here. */
export interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(name: string, listener: (...values: never[]) => void): void;
}

type Unversioned<M> = M extends ViewMessage ? Omit<M, "v"> : never;

/** Send a message; its version is put on here. */
export type Send = (message: Unversioned<ViewMessage>) => void;

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

export interface PersonEventFields {
  readonly index?: number | null;
  readonly add?: readonly Range[];
  readonly remove?: readonly Range[];
  readonly button?: string;
}

export type Store = ReturnType<typeof createStore>;

export function createStore(model: WidgetModel, ended: AbortSignal) {
  const follow = <T>(name: string): ReadonlySignal<T> => {
    const followed = signal(model.get(name) as T);
    model.on(`change:${name}`, () => {
      followed.value = model.get(name) as T;
    });
    return followed;
  };
  const followed: Partial<Record<keyof Options, ReadonlySignal<unknown>>> = {};
  // Each trait becomes a signal when it is first read.
  const options = new Proxy(followed, {
    get: (target, name: keyof Options) => (target[name] ??= follow(name)),
  }) as { readonly [K in keyof Options]: ReadonlySignal<Options[K]> };

  const send: Send = (message) => {
    // JupyterLab throws when a closed comm is sent something.
    if (feed.connection.peek() !== "gone") model.send({ v: PROTOCOL_VERSION, ...message });
  };
  const feed = createFeed(
    send,
    model.get("_count") as number,
    model.get("_revision") as number,
    ended,
    model.get("_groups") as Groups,
  );
  const selection = signal(Ranges.from(model.get("_selection") as readonly Range[]));
  const selectedIndex = follow<number | null>("selected_index");
  const preview = follow<boolean | null>("preview");
  const failure = signal<string | null>(null);

  const report = (view: string, name: EventName, target: EventTarget, fields: PersonEventFields = {}) =>
    send({
      kind: "event",
      view,
      name,
      revision: feed.revision.peek(),
      target,
      index: null,
      add: [],
      remove: [],
      button: null,
      ...fields,
    });

  // The first of the feed's listeners: those of the views find everything where it is now.
  feed.subscribe((change) => {
    if (change.type === "reset") selection.value = Ranges.empty;
    if (change.type !== "splice") return;
    selection.value = selection.peek().shifted(change.operations);
    const index = selectedIndex.peek();
    // Through the model: it tells of no change to what it believes to have already. After a reset, the kernel says which
    // index it kept.
    if (index !== null) model.set("selected_index", shift(index, change.operations));
  }, ended);

  for (let page = 0; page < PAGE_COUNT; page++) {
    const take = (limit?: number) => feed.takePage(model.get(`_page_${page}`) as Page | null, limit);
    model.on(`change:_page_${page}`, () => take());
    take(model.get("_page_limit") as number);
  }

  model.on("msg:custom", (content: KernelMessage | null, buffers?: readonly (DataView | Uint8Array)[]) => {
    if (content?.v !== PROTOCOL_VERSION) return;
    // As one: no view sees the list without what is selected in it.
    batch(() => {
      feed.take(content, buffers?.[0]);
      if (content.kind === "selection") {
        // What names other revision's items cannot be applied; `status` brings all of it.
        if (content.revision !== feed.revision.peek()) feed.resynchronize();
        else
          selection.value = selection
            .peek()
            .minus(Ranges.from(content.remove))
            .union(Ranges.from(content.add));
      } else if (content.kind === "status") selection.value = Ranges.from(content.selection);
      else if (content.kind === "error" && content.rid === null) failure.value = content.message;
    });
  });
  // JupyterLab says it when the kernel restarts or dies; the value itself is not to be had through anywidget's proxy,
  // but it only ever changes from live to not.
  model.on("comm_live_update", feed.lose);
  feed.resynchronize();

  return {
    feed,
    options,
    /** The multi-selection. */
    selection: selection as ReadonlySignal<Ranges>,
    selectedIndex,
    preview,
    /** A sentence to show until it is dismissed: what a listener raised, for instance. */
    failure,
    /** How what is shown differs from the list; null when it does not. */
    find: follow<Finding | null>("_find"),
    /** Look for a text in the captions; null undoes whatever is arranged. */
    search: (view: string, text: string | null) => send({ kind: "find", view, text }),
    /** Tell Python what a person did. */
    report,

    /** Write both at once, so that nobody sees one without the other. */
    writeState: (index: number | null, open: boolean | null) =>
      batch(() => {
        model.set("selected_index", index);
        model.set("preview", open);
        model.save_changes();
      }),

    /** `index` is the one item that a person toggled, null when many changed at once. */
    writeSelection(view: string, next: Ranges, index: number | null) {
      const now = selection.peek();
      const add = next.minus(now).pairs;
      const remove = now.minus(next).pairs;
      if (!add.length && !remove.length) return;
      selection.value = next;
      report(view, "selection", "grid", { index, add, remove });
    },
  };
}
