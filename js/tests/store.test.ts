import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Ranges } from "../src/selection";
import { effect } from "../src/signals";
import { createStore } from "../src/store";
import { bytesOf, FakeModel, failure, header, read, splice, status, thumbs } from "./model";

function started(values: Record<string, unknown> = {}) {
  const model = new FakeModel(values);
  const ending = new AbortController();
  const store = createStore(model, ending.signal);
  return { model, store, ending };
}

const selectionMessage = (fields: Record<string, unknown>) => ({
  kind: "selection",
  v: 1,
  view: "",
  revision: 1,
  add: [],
  remove: [],
  ...fields,
});

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("traits", () => {
  it("become signals that follow the model", () => {
    const { model, store } = started({ columns: [2], label: null });
    const seen: unknown[] = [];
    const stop = effect(() => {
      seen.push([store.options.columns.value, store.options.label.value]);
    });
    model.push("columns", [1, 3]);
    model.push("label", "Cats");
    expect(seen).toEqual([
      [[2], null],
      [[1, 3], null],
      [[1, 3], "Cats"],
    ]);
    stop();
    expect(store.options.columns).toBe(store.options.columns);
  });

  it("that changed before they were first read are up to date", () => {
    const { model, store } = started({ height: null });
    model.push("height", "200px");
    expect(store.options.height.value).toBe("200px");
  });

  it("that code sets are followed", () => {
    const { model, store } = started({ selected_index: 3, preview: true });
    expect([store.selectedIndex.value, store.preview.value]).toEqual([3, true]);
    model.push("selected_index", 5);
    model.push("preview", false);
    expect([store.selectedIndex.value, store.preview.value]).toEqual([5, false]);
    expect(model.saved).toEqual([]);
  });

  it("are written together, and seen together", () => {
    const { model, store } = started();
    const seen: unknown[] = [];
    effect(() => {
      seen.push([store.selectedIndex.value, store.preview.value]);
    });
    store.writeState(4, true);
    expect(model.saved).toEqual([{ selected_index: 4, preview: true }]);
    expect(seen).toEqual([
      [null, null],
      [4, true],
    ]);
  });

  it("bring the first screen", async () => {
    const entries = [header(0), header(1), header(2)];
    const page = { revision: 1, entries, data: new DataView(bytesOf(entries).buffer) };
    const { model, store } = started({ _page_0: page, _page_limit: 2 });
    expect(await read(store.feed.entry(1)?.data)).toEqual([1, 1, 1, 1]);
    expect(store.feed.entry(2)).toBeUndefined();
    model.push("_page_1", { ...page, entries: entries.slice(2), data: new Uint8Array(4) });
    expect(store.feed.entry(2)).toBeDefined();
    model.push("_page_2", null);
  });
});

describe("messages", () => {
  it("begin with one that says that the model listens", () => {
    const { model } = started();
    expect(model.sent).toEqual([{ v: 1, kind: "ready", view: "" }]);
  });

  it.each([
    null,
    undefined,
    7,
    "thumbs",
    [],
    {},
    { kind: "thumbs" },
    { kind: "reset", v: 1 },
    { kind: "__proto__", v: 1 },
    { kind: "status", v: 2, revision: 9, count: 0, selection: [] },
    { kind: "status", v: "1", revision: 9, count: 0, selection: [] },
  ])("that are none of ours are ignored: %j", (content) => {
    const { model, store } = started({ _selection: [[1, 2]] });
    model.receive(content);
    model.receive(content, new Uint8Array(9));
    expect([store.feed.count.value, store.selection.value.size, store.failure.value]).toEqual([100, 1, null]);
    expect(model.taken("ack")).toEqual([]);
  });

  it("bring thumbnails", async () => {
    const { model, store } = started();
    model.receive(...thumbs([header(5)]));
    expect(await read(store.feed.entry(5)?.data)).toEqual([5, 5, 5, 5]);
  });

  it("tell the person something until it is dismissed; not the errors of requests", () => {
    const { model, store } = started();
    model.receive(failure(3, "too large"));
    model.receive(failure(0, "refused"));
    expect(store.failure.value).toBeNull();
    model.receive(failure(null, "the select listener raised ValueError: <b>", ""));
    expect(store.failure.value).toBe("the select listener raised ValueError: <b>");
    store.failure.value = null;
    model.receive(failure(null, "again", ""));
    expect(store.failure.value).toBe("again");
  });

  it("are no longer sent to a kernel that is gone", () => {
    const { model, store } = started();
    model.fire("comm_live_update");
    expect(store.feed.connection.value).toBe("gone");
    model.sent.length = 0;
    store.report("a", "button", "toolbar", { button: "x" });
    store.feed.open("a", { purpose: "view", index: 0 });
    store.writeSelection("a", Ranges.between(3), 3);
    expect(model.sent).toEqual([]);
    expect(store.selection.value.has(3)).toBe(true);
  });

  it("report events in full", () => {
    const { model, store } = started();
    model.sent.length = 0;
    store.report("a", "button", "toolbar", { button: "x" });
    expect(model.sent).toEqual([
      {
        v: 1,
        kind: "event",
        view: "a",
        name: "button",
        revision: 1,
        target: "toolbar",
        index: null,
        add: [],
        remove: [],
        button: "x",
      },
    ]);
  });
});

describe("the selection", () => {
  it("comes from the trait, and follows the kernel's deltas: remove, then add", () => {
    const { model, store } = started({ _selection: [[2, 6]] });
    expect(store.selection.value.pairs).toEqual([[2, 6]]);
    model.receive(
      selectionMessage({
        remove: [[0, 4]],
        add: [
          [3, 4],
          [9, 11],
        ],
      }),
    );
    expect(store.selection.value.pairs).toEqual([
      [3, 6],
      [9, 11],
    ]);
  });

  it("goes to the kernel as a delta, once for each change", () => {
    const { model, store } = started({ _selection: [[0, 4]] });
    model.sent.length = 0;
    store.writeSelection("a", Ranges.from([[2, 6]]), null);
    store.writeSelection("a", Ranges.from([[2, 6]]), null);
    store.writeSelection("b", Ranges.from([[2, 7]]), 6);
    expect(model.sent).toMatchObject([
      { view: "a", name: "selection", target: "grid", index: null, remove: [[0, 2]], add: [[4, 6]] },
      { view: "b", name: "selection", target: "grid", index: 6, remove: [], add: [[6, 7]] },
    ]);
    expect(model.saved).toEqual([]);
  });

  it("stays on its items", () => {
    const { model, store } = started({ _selection: [[2, 6]] });
    model.receive(splice(1, 99, [{ op: "splice", at: 3, remove: 2, insert: 1 }]));
    expect(store.selection.value.pairs).toEqual([
      [2, 3],
      [4, 5],
    ]);
    model.receive(splice(2, 50, [{ op: "reset" }]));
    expect(store.selection.value.size).toBe(0);
  });

  it("of another revision is asked for instead of being applied to the wrong items", () => {
    const { model, store } = started({ _selection: [[0, 2]] });
    model.receive(status(1, 100, [[0, 2]]));
    model.sent.length = 0;
    model.receive(selectionMessage({ revision: 2, add: [[5, 6]] }));
    expect(store.selection.value.pairs).toEqual([[0, 2]]);
    expect(model.taken("ready")).toHaveLength(1);
    model.receive(splice(1, 101, [{ op: "splice", at: 0, remove: 0, insert: 1 }]));
    model.receive(
      status(2, 101, [
        [1, 3],
        [5, 6],
      ]),
    );
    expect(store.selection.value.pairs).toEqual([
      [1, 3],
      [5, 6],
    ]);
  });

  it("comes anew with the whole truth", () => {
    const { model, store } = started({ _selection: [[0, 2]] });
    model.receive(status(9, 20, [[3, 5]]));
    expect(store.selection.value.pairs).toEqual([[3, 5]]);
    expect(store.feed.count.value).toBe(20);
  });
});

describe("the selected item", () => {
  it("is followed, and nothing is written for it", () => {
    const { model, store } = started({ selected_index: 3 });
    model.receive(splice(1, 102, [{ op: "splice", at: 0, remove: 0, insert: 2 }]));
    expect(store.selectedIndex.value).toBe(5);
    expect(model.saved).toEqual([]);
    // The very index at which it was before: a model that still believed in it would say nothing.
    model.push("selected_index", 3);
    expect(store.selectedIndex.value).toBe(3);
  });

  it("is none when it was removed", () => {
    const { model, store } = started({ selected_index: 3 });
    model.receive(splice(1, 99, [{ op: "splice", at: 3, remove: 1, insert: 0 }]));
    expect(store.selectedIndex.value).toBeNull();
    model.receive(splice(2, 98, [{ op: "splice", at: 0, remove: 1, insert: 0 }]));
    expect(store.selectedIndex.value).toBeNull();
  });

  it("after a reset is what the kernel says, before or after", () => {
    const { model, store } = started({ selected_index: 3 });
    model.receive(splice(1, 4, [{ op: "reset" }]));
    model.push("selected_index", 3);
    expect(store.selectedIndex.value).toBe(3);
    model.push("selected_index", null);
    model.receive(splice(2, 0, [{ op: "reset" }]));
    expect(store.selectedIndex.value).toBeNull();
  });

  it("does not follow a change that was lost, or is known", () => {
    const { model, store } = started({ selected_index: 3, _selection: [[3, 4]] });
    const one = [{ op: "splice", at: 0, remove: 0, insert: 1 }] as const;
    model.receive(splice(5, 101, one));
    model.receive(splice(0, 101, one));
    model.receive(splice(1, 101, one, 1));
    expect([store.selectedIndex.value, store.selection.value.pairs]).toEqual([3, [[3, 4]]]);
  });

  it("is where its item is whenever anyone looks", () => {
    const { model, store } = started({ selected_index: 9, _count: 10, _selection: [[9, 10]] });
    const seen: unknown[] = [];
    const look = () => {
      const { feed, selectedIndex, selection } = store;
      seen.push([feed.count.value, selectedIndex.value, selection.value.pairs[0]?.[0]]);
    };
    effect(look);
    store.feed.subscribe(look, new AbortController().signal);
    model.receive(splice(1, 5, [{ op: "splice", at: 0, remove: 5, insert: 0 }]));
    expect(seen).toEqual([
      [10, 9, 9],
      [5, 4, 4],
      [5, 4, 4],
    ]);
  });
});

describe("what is arranged", () => {
  const groups = [["dogs", 2] as const, ["cats", 1] as const];

  it("has groups from the beginning, and those of every change", () => {
    const { model, store } = started({ _groups: groups, _count: 3 });
    expect(store.feed.groups.value).toEqual(groups);
    model.receive(splice(1, 1, [{ op: "splice", at: 0, remove: 2, insert: 0 }], 2, [["cats", 1]]));
    expect(store.feed.groups.value).toEqual([["cats", 1]]);
    model.receive(status(5, 3, [], groups));
    expect(store.feed.groups.value).toEqual(groups);
    model.receive(splice(5, 3, [{ op: "reset" }]));
    expect(store.feed.groups.value).toBeNull();
  });

  it("is seen together with the number of items and the revision", () => {
    const { model, store } = started({ _count: 3 });
    const { feed } = store;
    const seen: unknown[] = [];
    effect(() => {
      seen.push([feed.count.value, feed.revision.value, feed.groups.value]);
    });
    model.receive(splice(1, 2, [{ op: "reset" }], 2, [["dogs", 2]]));
    expect(seen).toEqual([
      [3, 1, null],
      [2, 2, [["dogs", 2]]],
    ]);
  });

  it("is asked for by a text, and undone by null", () => {
    const { model, store } = started();
    model.taken("ready");
    store.search("a", "cat");
    store.search("a", null);
    expect(model.sent).toEqual([
      { v: 1, kind: "find", view: "a", text: "cat" },
      { v: 1, kind: "find", view: "a", text: null },
    ]);
  });

  it("is followed as the kernel tells of it", () => {
    const { model, store } = started();
    const finding = { text: "cat", total: 100, arranged: [], done: 40 };
    model.push("_find", finding);
    expect(store.find.value).toBe(finding);
  });

  it("knows whether a kernel answers", () => {
    const { model, store } = started();
    expect(store.feed.answers.value).toBe(false);
    model.receive(status(1, 100));
    expect(store.feed.answers.value).toBe(true);
    model.fire("comm_live_update");
    expect(store.feed.answers.value).toBe(false);
    model.sent.length = 0;
    store.search("a", "cat");
    expect(model.sent).toEqual([]);
  });
});
