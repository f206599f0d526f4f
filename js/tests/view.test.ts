import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createStore } from "../src/store";
import { createView } from "../src/view";
import { FakeModel, header, splice, status, thumbs } from "./model";

function started(values: Record<string, unknown> = {}, modalAllowed = true) {
  const model = new FakeModel({ _count: 10, ...values });
  const store = createStore(model, new AbortController().signal);
  const open = () => {
    const ending = new AbortController();
    return { ending, ...createView(store, ending.signal, modalAllowed) };
  };
  /** What the person did, as the kernel hears it. */
  const events = () =>
    model
      .taken("event")
      .map(({ name, index, target }) => [name, index, target].filter((part) => part !== null));
  const view = createView(store, new AbortController().signal, modalAllowed);
  model.sent.length = 0;
  return { model, store, view, open, events };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a click or Enter", () => {
  it("opens the lightbox: select, then preview_open, once each", () => {
    const { view, events, model } = started();
    view.activate(3, "grid");
    expect(events()).toEqual([
      ["select", 3, "grid"],
      ["preview_open", 3, "grid"],
    ]);
    expect(model.saved).toEqual([{ selected_index: 3, preview: true }]);
    expect([view.lightbox.value, view.shown.value, view.active.value]).toEqual(["modal", 3, 3]);
  });

  it("on another item while the lightbox is open only selects", () => {
    const { view, events } = started();
    view.activate(3, "grid");
    events();
    view.activate(4, "strip");
    expect(events()).toEqual([["select", 4, "strip"]]);
    expect(view.shown.value).toBe(4);
  });

  it("without previews selects, and the second time deselects", () => {
    const { view, events, model } = started({ allow_preview: false });
    view.activate(3, "grid");
    view.activate(5, "grid");
    view.activate(5, "grid");
    expect(events()).toEqual([
      ["select", 3, "grid"],
      ["select", 5, "grid"],
      ["deselect", 5, "grid"],
    ]);
    expect(model.saved).toEqual([{ selected_index: 3 }, { selected_index: 5 }, { selected_index: null }]);
    expect(view.lightbox.value).toBe("closed");
  });

  it("without previews does not make a later opening by code modal", () => {
    const { view, model } = started({ allow_preview: false });
    view.activate(3, "grid");
    model.push("allow_preview", true);
    model.push("preview", true);
    expect(view.lightbox.value).toBe("inline");
  });
});

describe("show", () => {
  it("selects another item, and wraps at both ends", () => {
    const { view, events, model } = started();
    view.activate(0, "grid");
    events();
    view.show(-1, "lightbox");
    view.show(10, "strip");
    view.show(-11, "lightbox");
    expect(events()).toEqual([
      ["select", 9, "lightbox"],
      ["select", 0, "strip"],
      ["select", 9, "lightbox"],
    ]);
    expect(view.active.value).toBe(9);
    expect(model.saved.at(-1)).toEqual({ selected_index: 9 });
  });

  it("of the item that is shown does nothing, nor in an empty list", () => {
    const { view, events, model } = started();
    view.activate(4, "grid");
    events();
    view.show(4, "strip");
    view.show(14, "strip");
    model.receive(splice(1, 0, [{ op: "splice", at: 0, remove: 10, insert: 0 }]));
    view.show(1, "lightbox");
    expect(events()).toEqual([]);
    expect(view.active.value).toBe(4);
  });
});

describe("close", () => {
  it("says preview_close, then deselect, once each", () => {
    const { view, events, model } = started();
    view.activate(3, "grid");
    view.show(5, "lightbox");
    events();
    const { close } = view;
    close();
    close();
    expect(events()).toEqual([
      ["preview_close", 5, "lightbox"],
      ["deselect", 5, "lightbox"],
    ]);
    expect(model.saved.at(-1)).toEqual({ selected_index: null, preview: false });
    expect(view.lightbox.value).toBe("closed");
  });

  it("of what code opened without an item deselects nothing", () => {
    const { view, events } = started({ preview: true });
    expect([view.lightbox.value, view.shown.value]).toEqual(["inline", 0]);
    view.close();
    expect(events()).toEqual([["preview_close", 0, "lightbox"]]);
  });
});

describe("code", () => {
  it("opens inline, moves and closes without an event", () => {
    const { view, events, model } = started();
    model.push("selected_index", 4);
    model.push("preview", true);
    expect([view.lightbox.value, view.shown.value]).toEqual(["inline", 4]);
    model.push("selected_index", 6);
    model.push("preview", false);
    expect([view.lightbox.value, view.shown.value]).toEqual(["closed", 6]);
    expect(events()).toEqual([]);
    expect(model.saved).toEqual([]);
  });

  it("closing what a person opened makes the next opening inline again", () => {
    const { view, model } = started();
    view.activate(1, "grid");
    model.push("selected_index", 2);
    expect(view.lightbox.value).toBe("modal");
    model.push("preview", false);
    model.push("preview", true);
    expect(view.lightbox.value).toBe("inline");
  });

  it("opens nothing in an empty gallery, and opens when it is filled", () => {
    const { view, model } = started({ preview: true, _count: 0 });
    expect(view.lightbox.value).toBe("closed");
    model.receive(splice(1, 3, [{ op: "splice", at: 0, remove: 0, insert: 3 }]));
    expect(view.lightbox.value).toBe("inline");
  });

  it("opens nothing without previews", () => {
    const { view, model } = started({ preview: true, selected_index: 1, allow_preview: false });
    expect(view.lightbox.value).toBe("closed");
    model.push("allow_preview", true);
    expect(view.lightbox.value).toBe("inline");
  });
});

describe("two views of one gallery", () => {
  it("are modal only where the person opened", () => {
    const { view, open, events } = started();
    const other = open();
    view.activate(3, "grid");
    expect([view.lightbox.value, other.lightbox.value, other.shown.value]).toEqual(["modal", "inline", 3]);
    other.show(4, "lightbox");
    other.close();
    expect([view.lightbox.value, other.lightbox.value]).toEqual(["closed", "closed"]);
    expect(events().map(([name]) => name)).toEqual([
      "select",
      "preview_open",
      "select",
      "preview_close",
      "deselect",
    ]);
    other.activate(1, "grid");
    expect([view.lightbox.value, other.lightbox.value]).toEqual(["inline", "modal"]);
  });

  it("have names of their own, and the same selection", () => {
    const { view, open, model } = started();
    const other = open();
    expect(other.id).not.toBe(view.id);
    view.toggle(2);
    other.toggle(3);
    expect(view.store.selection.value.pairs).toEqual([[2, 4]]);
    expect(model.taken("event").map((event) => event.view)).toEqual([view.id, other.id]);
  });

  it("end one by one, and take what they asked for with them", () => {
    const { view, open, model, store } = started();
    const other = open();
    store.feed.need(view.id, 250, [[0, 2]]);
    store.feed.need(other.id, 250, [[2, 4]]);
    const opening = store.feed.open(other.id, { purpose: "view", index: 2 });
    model.sent.length = 0;
    other.ending.abort();
    expect(model.sent).toMatchObject([
      { kind: "want", view: other.id, ranges: [] },
      { kind: "open", view: other.id, index: null, ranges: [] },
    ]);
    view.activate(1, "grid");
    expect(view.lightbox.value).toBe("modal");
    return expect(opening.result).rejects.toMatchObject({ name: "AbortError" });
  });
});

it("is inline where the host lets no dialog cover the page", () => {
  const { view } = started({}, false);
  view.activate(3, "grid");
  expect(view.lightbox.value).toBe("inline");
});

describe("the multi-selection", () => {
  it("toggles one item, and names it", () => {
    const { view, model } = started();
    view.toggle(3);
    view.toggle(3);
    expect(model.taken("event")).toMatchObject([
      { name: "selection", index: 3, add: [[3, 4]], remove: [] },
      { name: "selection", index: 3, add: [], remove: [[3, 4]] },
    ]);
    expect(view.announcement.value).toBe("Nothing selected");
  });

  it("toggles a whole group: what is missing of it is added first", () => {
    const { view, store, model } = started();
    view.toggle(3);
    view.toggle(2, 6);
    expect(store.selection.value.pairs).toEqual([[2, 6]]);
    view.toggle(2, 6);
    expect(store.selection.value.size).toBe(0);
    expect(model.taken("event").map(({ index, add, remove }) => [index, add, remove])).toEqual([
      [3, [[3, 4]], []],
      [
        null,
        [
          [2, 3],
          [4, 6],
        ],
        [],
      ],
      [null, [], [[2, 6]]],
    ]);
  });

  it("extends from the item last toggled, opened or moved to, in either direction", () => {
    const { view, store, model } = started();
    view.toggle(5);
    view.extend(7);
    expect(store.selection.value.pairs).toEqual([[5, 8]]);
    view.extend(3);
    expect(store.selection.value.pairs).toEqual([[3, 6]]);
    expect(model.taken("event").at(-1)).toMatchObject({ index: null, remove: [[6, 8]], add: [[3, 5]] });
    view.activate(8, "grid");
    view.close();
    view.extend(9);
    expect(store.selection.value.pairs).toEqual([[8, 10]]);
    view.anchor = 1;
    view.extend(2);
    expect(store.selection.value.pairs).toEqual([[1, 3]]);
  });

  it("extends from where that item is now, and never beyond the list", () => {
    const { view, store, model } = started();
    view.toggle(5);
    model.receive(splice(1, 12, [{ op: "splice", at: 0, remove: 0, insert: 2 }]));
    view.extend(8);
    expect(store.selection.value.pairs).toEqual([[7, 9]]);
    model.receive(splice(2, 11, [{ op: "splice", at: 7, remove: 1, insert: 0 }]));
    view.extend(8);
    expect(store.selection.value.pairs).toEqual([[7, 9]]);
  });

  it("extends from the first item of another list", () => {
    const { view, store, model } = started();
    view.toggle(5);
    model.receive(splice(1, 3, [{ op: "reset" }]));
    view.extend(1);
    expect(store.selection.value.pairs).toEqual([[0, 2]]);
  });

  it("takes all and none, as one event each", () => {
    const { view, store, model } = started();
    view.selectAll();
    expect(view.announcement.value).toBe("10 selected");
    view.selectAll();
    const { clearSelection } = view;
    clearSelection();
    clearSelection();
    expect(store.selection.value.size).toBe(0);
    expect(model.taken("event")).toMatchObject([
      { name: "selection", index: null, add: [[0, 10]], remove: [] },
      { name: "selection", index: null, add: [], remove: [[0, 10]] },
    ]);
  });
});

it("presses a button of the user's own", () => {
  const { view, model } = started();
  view.press("b1");
  expect(model.taken("event")).toMatchObject([
    { view: view.id, name: "button", target: "toolbar", button: "b1" },
  ]);
});

describe("the shown item", () => {
  it("follows the list, without an event", () => {
    const { view, model, events } = started();
    view.activate(4, "grid");
    events();
    model.receive(...thumbs([header(4)]));
    model.receive(splice(1, 11, [{ op: "splice", at: 0, remove: 0, insert: 1 }]));
    expect([view.shown.value, view.lightbox.value]).toEqual([5, "modal"]);
    expect(events()).toEqual([]);
  });

  it("gives way to its neighbour when it is removed", () => {
    const { view, model, events } = started();
    const seen: number[] = [];
    view.shown.subscribe((index) => seen.push(index));
    view.activate(9, "grid");
    model.receive(splice(1, 9, [{ op: "splice", at: 9, remove: 1, insert: 0 }]));
    expect([view.shown.value, view.lightbox.value]).toEqual([8, "modal"]);
    events();
    view.close();
    expect(events()).toEqual([["preview_close", 8, "lightbox"]]);
    expect(seen).toEqual([0, 9, 8]);
  });

  it("stays within the list", () => {
    const { view, model } = started({ selected_index: 9 });
    expect(view.shown.value).toBe(9);
    model.receive(status(5, 4));
    expect(view.shown.value).toBe(3);
    model.receive(status(6, 0));
    expect([view.shown.value, view.lightbox.value]).toEqual([0, "closed"]);
  });
});
