// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mountGrid } from "../src/grid";
import type { EntryHeader, SpliceOperation } from "../src/protocol";
import { drawn } from "../src/reactive";
import { createStore, type WidgetModel } from "../src/store";
import { createView, type View } from "../src/view";

/** A kernel of the test's own: answers nothing unless told to, and keeps what it was sent. */
function gallery(count: number, traits: Record<string, unknown> = {}) {
  const state: Record<string, unknown> = {
    columns: [4],
    rows: null,
    height: null,
    fit_columns: true,
    object_fit: null,
    label: "Cats",
    visible: true,
    allow_preview: true,
    selected_index: null,
    preview: false,
    _selection: [],
    _count: count,
    _revision: 1,
    _page_limit: 0,
    ...traits,
  };
  const listeners = new Map<string, ((...values: never[]) => void)[]>();
  const sent: { kind: string; ranges?: unknown }[] = [];
  const model: WidgetModel = {
    get: (name) => state[name] ?? null,
    set: (name, value) => {
      state[name] = value;
      for (const listener of listeners.get(`change:${name}`) ?? []) listener();
    },
    save_changes: () => undefined,
    send: (content) => void sent.push(content as { kind: string }),
    on: (name, listener) => void listeners.set(name, [...(listeners.get(name) ?? []), listener]),
  };
  const end = new AbortController();
  const view = createView(createStore(model, end.signal), end.signal, true);
  const host = document.createElement("div");
  document.body.append(host);
  end.signal.addEventListener(
    "abort",
    drawn(() => mountGrid(host, view)),
  );
  const say = (message: Record<string, unknown>) => {
    for (const listener of listeners.get("msg:custom") ?? [])
      listener({ v: 1, ...message } as never, [] as never);
  };
  let revision = 1;
  return {
    host,
    view,
    sent,
    end,
    thumbs(entries: readonly Partial<EntryHeader>[]) {
      const header = {
        bytes: 0,
        kind: "image",
        mime: "",
        width: 0,
        height: 0,
        color: "#336699",
        caption: null,
      };
      const full = entries.map((entry) => ({ ...header, name: "", edge: 256, complete: false, ...entry }));
      say({ kind: "thumbs", view: view.id, batch: 1, want: 1, revision, entries: full });
    },
    splice(next: number, ...operations: SpliceOperation[]) {
      say({ kind: "splice", base: revision, revision: ++revision, count: next, operations });
    },
  };
}

const tiles = (host: HTMLElement) => [...host.querySelectorAll<HTMLElement>("[role=option]")];
const attribute = (name: string) => (element: Element) => element.getAttribute(name);
const tileAt = (host: HTMLElement, index: number) =>
  tiles(host).find((tile) => attribute("aria-posinset")(tile) === String(index + 1)) as HTMLElement;
const position = () => Number(document.activeElement?.getAttribute("aria-posinset")) - 1;
const frame = () => vi.advanceTimersByTime(20);
const press = (key: string, options: KeyboardEventInit = {}) =>
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options }),
  );

let ended: AbortController[] = [];
const open = (...args: Parameters<typeof gallery>) => {
  const made = gallery(...args);
  ended.push(made.end);
  frame();
  return made;
};

beforeEach(() => {
  vi.useFakeTimers();
  ended = [];
  // happy-dom lays nothing out: every box is 800 px wide and as high as a gallery grows by itself.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(560);
});

afterEach(() => {
  for (const end of ended) end.abort();
  vi.useRealTimers();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

describe("the listbox", () => {
  it("holds as many tiles for a million items as for a hundred", () => {
    expect(tiles(open(1_000_000).host).length).toBe(tiles(open(100).host).length);
  });

  it("is labelled, and says of each tile which it is", () => {
    const { host, thumbs } = open(3);
    thumbs([
      { index: 0, caption: "<b>Tom</b>" },
      { index: 1, kind: "video", name: "tom.mp4" },
      { index: 2, error: "tom.jpg is empty." },
    ]);
    frame();
    const list = host.querySelector("[role=listbox]") as Element;
    expect(["aria-label", "aria-multiselectable"].map((name) => list.getAttribute(name))).toEqual([
      "Cats",
      "true",
    ]);
    expect(tiles(host).map(attribute("aria-label"))).toEqual([
      "<b>Tom</b>, image 1 of 3",
      "tom.mp4, video 2 of 3",
      "error: tom.jpg is empty., image 3 of 3",
    ]);
    expect(
      tiles(host).map((tile) => [attribute("aria-setsize")(tile), attribute("aria-posinset")(tile)]),
    ).toEqual([
      ["3", "1"],
      ["3", "2"],
      ["3", "3"],
    ]);
    expect(host.querySelector("b")).toBeNull();
    expect(tileAt(host, 0).textContent).toBe("<b>Tom</b>");
    expect(tileAt(host, 2).title).toBe("tom.jpg is empty.");
  });

  it("gives way to a sentence when there is nothing", () => {
    const { host, splice } = open(0);
    const empty = host.querySelector<HTMLElement>(".nbg-empty");
    expect([empty?.hidden, empty?.textContent]).toEqual([false, "No images yet"]);
    splice(1, { op: "splice", at: 0, remove: 0, insert: 1 });
    frame();
    expect([empty?.hidden, tiles(host).length]).toEqual([true, 1]);
  });

  it("draws nothing from an address that is not the web's", async () => {
    const { host, thumbs } = open(1);
    thumbs([{ index: 0, url: "javascript:alert(1)" }]);
    frame();
    expect(host.innerHTML).not.toContain("javascript");
  });

  it("draws and asks for nothing more when its view has ended", () => {
    const { host, view, end, sent } = open(100);
    end.abort();
    const before = [host.innerHTML, sent.length];
    view.active.value = 50;
    frame();
    vi.advanceTimersByTime(1000);
    expect([host.innerHTML, sent.length]).toEqual(before);
  });
});

describe("the keyboard", () => {
  const focusFirst = (view: View) => view.focusTile(0);

  it("has one tab stop, which follows the arrows", () => {
    const { host, view } = open(100);
    focusFirst(view);
    for (const [key, index] of [
      ["ArrowRight", 1],
      ["ArrowDown", 5],
      ["ArrowLeft", 4],
      ["End", 7],
      ["ArrowUp", 3],
    ] as const) {
      press(key);
      expect(position()).toBe(index);
      expect(tiles(host).filter((tile) => tile.tabIndex === 0)).toEqual([document.activeElement]);
    }
  });

  it("reaches the ends of a million items", () => {
    const { view } = open(1_000_000);
    focusFirst(view);
    press("End", { ctrlKey: true });
    expect(position()).toBe(999_999);
    press("Home", { ctrlKey: true });
    expect(position()).toBe(0);
  });

  it("selects, extends, clears, and then leaves", () => {
    const { host, view } = open(100);
    const selected = () => tiles(host).filter((tile) => attribute("aria-selected")(tile) === "true").length;
    focusFirst(view);
    press(" ");
    frame();
    expect(selected()).toBe(1);
    press("ArrowDown", { shiftKey: true });
    expect(view.store.selection.peek().pairs).toEqual([[0, 5]]);
    press("a", { ctrlKey: true });
    expect(view.store.selection.peek().size).toBe(100);
    press("Escape");
    frame();
    expect([selected(), position()]).toEqual([0, 4]);
    press("Escape");
    expect(document.activeElement).toBe(document.body);
  });

  it("extends from where the arrows have led", () => {
    const { view } = open(100);
    focusFirst(view);
    press("ArrowDown");
    press("ArrowRight", { shiftKey: true });
    press("ArrowRight", { shiftKey: true });
    expect(view.store.selection.peek().pairs).toEqual([[4, 7]]);
  });

  it("opens with Enter", () => {
    const { view } = open(100);
    view.focusTile(2);
    press("Enter");
    expect([view.lightbox.peek(), view.shown.peek()]).toEqual(["modal", 2]);
  });

  it("moves nothing when code changes the active or the selected item", () => {
    const { host, view } = open(100);
    const scroller = host.querySelector(".nbg-scroller") as HTMLElement;
    view.active.value = 90;
    frame();
    expect([scroller.scrollTop, document.activeElement]).toEqual([0, document.body]);
  });
});

describe("a change of the list", () => {
  it("keeps the focus on its item, in the same element", () => {
    const { view, splice } = open(100);
    view.focusTile(5);
    const { activeElement } = document;
    splice(103, { op: "splice", at: 0, remove: 0, insert: 3 });
    expect([document.activeElement, position()]).toEqual([activeElement, 8]);
    splice(103, { op: "move", from: 8, to: 50 });
    expect([document.activeElement, position()]).toEqual([activeElement, 50]);
  });

  it("gives the focus of a removed item to the one in its place", () => {
    const { view, splice } = open(6);
    view.focusTile(5);
    splice(5, { op: "splice", at: 5, remove: 1, insert: 0 });
    expect(position()).toBe(4);
    splice(2, { op: "splice", at: 0, remove: 3, insert: 0 });
    expect(position()).toBe(1);
    splice(0, { op: "splice", at: 0, remove: 2, insert: 0 });
    expect(document.activeElement?.textContent).toBe("No images yet");
  });

  it("changes a caption in place", () => {
    const { host, thumbs, splice } = open(2);
    thumbs([{ index: 0, caption: "old" }]);
    frame();
    const tile = tileAt(host, 0);
    splice(2, { op: "caption", at: 0, caption: "new" });
    frame();
    expect([tileAt(host, 0), tile.textContent]).toEqual([tile, "new"]);
  });
});
