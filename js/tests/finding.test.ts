// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Finding, Groups } from "../src/protocol";
import { mountGallery } from "../src/shell/gallery";
import { createStore } from "../src/store";
import { createView } from "../src/view";
import { FakeModel, splice, status } from "./model";

const DISPLAY = {
  label: "Cats",
  container: true,
  visible: true,
  elem_classes: [],
  columns: [4],
  fit_columns: true,
  _buttons: [],
  _rendered: true,
};

let ended: AbortController[] = [];

function open(values: Record<string, unknown> = {}, answers = true) {
  const model = new FakeModel({ ...DISPLAY, ...values });
  const end = new AbortController();
  ended.push(end);
  const view = createView(createStore(model, end.signal), end.signal, true);
  const host = document.createElement("div");
  document.body.append(host);
  mountGallery(host, view);
  if (answers) model.receive(status(1, model.get("_count") as number, [], model.get("_groups") as Groups));
  vi.advanceTimersByTime(20);
  model.sent.length = 0;
  const field = host.querySelector(".nbg-search") as HTMLInputElement;
  const part = (selector: string) => host.querySelector<HTMLElement>(selector);
  let revision = 1;
  return {
    model,
    view,
    host,
    end,
    field,
    part,
    text: (selector: string) => part(selector)?.textContent,
    button: (title: string) =>
      [...host.querySelectorAll("button")].find((one) => one.title.startsWith(title)),
    searches: () => model.taken("find").map(({ text }) => text),
    type(text: string) {
      field.value = text;
      field.dispatchEvent(new Event("input"));
    },
    /** The kernel arranges the items differently. */
    arrange(count: number, finding: Partial<Finding> | null, groups: Groups = null) {
      model.push("_find", finding && { text: "", total: 100, arranged: [], done: null, ...finding });
      model.receive(splice(revision, count, [{ op: "reset" }], ++revision, groups));
      vi.advanceTimersByTime(20);
    },
  };
}

const press = (key: string) =>
  document.activeElement?.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
  );
const position = () => Number(document.activeElement?.getAttribute("aria-posinset")) - 1;

beforeEach(() => {
  vi.useFakeTimers();
  ended = [];
  // happy-dom lays nothing out: every box is 800 px wide and as high as a gallery grows by itself.
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(800);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(560);
  vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockReturnValue(8_000_000);
});

afterEach(() => {
  for (const end of ended) end.abort();
  vi.useRealTimers();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

describe("the search field", () => {
  it("opens with a slash or its button, and takes the focus", () => {
    const { view, field, button } = open();
    expect(field.hidden).toBe(true);
    view.focusTile(0);
    press("/");
    expect([field.hidden, document.activeElement]).toEqual([false, field]);
    button("Search")?.click();
    expect(field.hidden).toBe(true);
    button("Search")?.click();
    expect([field.hidden, document.activeElement]).toEqual([false, field]);
  });

  it("stays closed while the lightbox is open", () => {
    const { view, field, host } = open();
    view.activate(0, "grid");
    host.querySelector("dialog")?.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true }));
    expect(field.hidden).toBe(true);
  });

  it("searches after a rest, at once with Enter, and then leads to what was found", () => {
    const { view, field, type, searches } = open();
    view.focusTile(7);
    press("/");
    type("c");
    vi.advanceTimersByTime(150);
    type("ca");
    vi.advanceTimersByTime(150);
    expect(searches()).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(searches()).toEqual(["ca"]);
    type("cat");
    press("Enter");
    expect([document.activeElement, searches()]).toEqual([field, ["cat"]]);
    press("Enter");
    expect(position()).toBe(7);
    vi.advanceTimersByTime(500);
    expect(searches()).toEqual([]);
  });

  it("gives the focus back with Escape, and shows all", () => {
    const { view, field, type, searches, arrange } = open();
    view.focusTile(3);
    press("/");
    type("cat");
    press("Enter");
    arrange(2, { text: "cat" });
    expect(document.activeElement).toBe(field);
    press("Escape");
    expect([field.hidden, field.value, searches()]).toEqual([true, "", ["cat", ""]]);
    arrange(100, null);
    expect(position()).toBe(0);
  });

  it("gives the focus to the grid when nothing was found there", () => {
    const { view, type, part, arrange } = open();
    view.focusTile(3);
    press("/");
    type("cat");
    arrange(0, { text: "cat" });
    press("ArrowDown");
    expect(document.activeElement).toBe(part(".nbg-empty"));
    arrange(100, null);
    expect(position()).toBe(0);
  });

  it("shows what is searched already, and takes no focus by that", () => {
    const { field, arrange } = open({ _find: { text: "cat", total: 9, arranged: [], done: null } });
    expect([field.value, field.hidden, document.activeElement]).toEqual(["cat", false, document.body]);
    arrange(5, { text: "dog" });
    expect(field.value).toBe("dog");
    arrange(100, null);
    expect([field.value, field.hidden]).toEqual(["", true]);
  });

  it("is not written into while a person types", () => {
    const { view, field, type, model } = open();
    view.focusTile(0);
    press("/");
    type("cat");
    model.push("_find", { text: "c", total: 100, arranged: [], done: 7 });
    expect(field.value).toBe("cat");
  });

  it("is offered where a kernel answers and there is something to choose from", () => {
    const hidden = (values: Record<string, unknown>, answers = true) =>
      open(values, answers).button("Search")?.hidden;
    expect(hidden({})).toBe(false);
    expect(hidden({ _count: 1 })).toBe(true);
    expect(hidden({ _count: 1, _find: { text: "a", total: 9, arranged: [], done: null } })).toBe(false);
    expect(hidden({}, false)).toBe(true);
    const { model, button, view, field, searches, type } = open();
    view.focusTile(0);
    press("/");
    model.fire("comm_live_update");
    expect([button("Search")?.hidden, field.readOnly, document.activeElement]).toEqual([true, true, field]);
    type("cat");
    vi.advanceTimersByTime(500);
    expect(searches()).toEqual([]);
  });

  it("sends nothing more when its view has ended", () => {
    const { model, end, view, type } = open();
    view.focusTile(0);
    press("/");
    type("cat");
    end.abort();
    vi.advanceTimersByTime(500);
    expect(model.taken("find")).toEqual([]);
  });
});

describe("the header", () => {
  it("says how many were found, and how far a long search is", () => {
    const { text, part, model, arrange, view } = open();
    expect(text(".nbg-count")).toBe("100 items");
    arrange(42, { text: "cat", total: 1000 });
    expect(text(".nbg-count")).toBe("42 of 1,000");
    expect(view.announcement.value).toBe("42 found for “cat”");
    model.push("_find", { text: "cat", total: 1_000_000, arranged: [], done: 12_000 });
    expect(text(".nbg-count")).toBe("Searching… 12,000 of 1,000,000");
    expect(part(".nbg-header progress")?.getAttribute("value")).toBe("0.012");
    arrange(100, null);
    expect([text(".nbg-count"), part(".nbg-header progress")?.hidden]).toEqual(["100 items", true]);
  });

  it("says what code has arranged, and undoes it", () => {
    const { part, text, searches, arrange } = open();
    expect(part(".nbg-chip")?.hidden).toBe(true);
    arrange(7, { arranged: ["filter", "sort"] });
    expect([part(".nbg-chip")?.hidden, text(".nbg-chip")]).toEqual([false, "Filtered, sorted"]);
    part(".nbg-chip")?.click();
    expect(searches()).toEqual([null]);
  });
});

describe("where nothing was found", () => {
  it("the grid says so as text, and leads back", () => {
    const { text, host, arrange, searches, part, view } = open();
    arrange(0, { text: "<b>x</b>" });
    expect(text(".nbg-empty span")).toBe("Nothing found for “<b>x</b>”");
    expect([host.querySelector("b"), view.announcement.value]).toEqual([
      null,
      "Nothing found for “<b>x</b>”",
    ]);
    part(".nbg-empty button")?.focus();
    part(".nbg-empty button")?.click();
    expect(searches()).toEqual([null]);
    arrange(100, null);
    expect(position()).toBe(0);
  });

  it("it is no sooner said than all have been looked at", () => {
    const { text, arrange } = open();
    arrange(0, { text: "cat", done: 50 });
    expect(text(".nbg-empty")).toBe("Searching…");
    arrange(0, { arranged: ["filter"] });
    expect(text(".nbg-empty span")).toBe("Nothing passes the filter");
    arrange(0, { total: 0, arranged: ["sort"] });
    expect(text(".nbg-empty")).toBe("No images yet");
  });
});

describe("groups", () => {
  const GROUPS = [["dogs", 3] as const, ["<i>cats</i>", 97] as const];
  const headings = (host: Element) =>
    [...host.querySelectorAll(".nbg-heading")].map((heading) => heading.textContent);

  it("have headings outside the listbox, and names in the options", () => {
    const { host } = open({ _groups: GROUPS });
    expect(headings(host)).toEqual(["dogs3", "<i>cats</i>97"]);
    const list = host.querySelector("[role=listbox]") as Element;
    expect([list.querySelector(".nbg-heading"), host.querySelector("i")]).toEqual([null, null]);
    expect(
      [2, 3].map((at) => list.querySelectorAll("[role=option]")[at]?.getAttribute("aria-label")),
    ).toEqual(["image 3 of 100, dogs", "image 4 of 100, <i>cats</i>"]);
  });

  it("are selected as a whole, and deselected", () => {
    const { host, view, button } = open({ _groups: GROUPS });
    host.querySelector<HTMLElement>(".nbg-heading span")?.click();
    expect(view.store.selection.value.size).toBe(0);
    button("Select all of <i>")?.click();
    expect(view.store.selection.value.pairs).toEqual([[3, 100]]);
    expect(button("Select all of <i>")?.getAttribute("aria-pressed")).toBe("true");
    button("Select all of <i>")?.click();
    expect(view.store.selection.value.size).toBe(0);
  });

  it("come, change and go with the list", () => {
    const { host, arrange, button, view } = open();
    expect(headings(host)).toEqual([]);
    arrange(100, { arranged: ["group"] }, GROUPS);
    expect(headings(host)).toEqual(["dogs3", "<i>cats</i>97"]);
    button("Select all of <i>")?.focus();
    arrange(20, { arranged: ["group"] }, [
      ["birds", 18],
      ["mice", 2],
    ]);
    expect(headings(host)[0]).toBe("birds18");
    expect(document.activeElement).toBe(button("Select all of mice"));
    button("Select all of mice")?.click();
    expect(view.store.selection.value.pairs).toEqual([[18, 20]]);
    arrange(20, null);
    expect(headings(host)).toEqual([]);
    expect(position()).toBe(0);
  });

  it("are drawn as far as they are seen, however many there are", () => {
    const groups = Array.from({ length: 10_000 }, (_, group) => [`${group}`, 100] as const);
    const { host, view } = open({ _groups: groups, _count: 1_000_000 });
    expect(headings(host).length).toBeLessThan(4);
    view.focusTile(500_000);
    expect(headings(host)).toContain("5000100");
    expect(headings(host).length).toBeLessThan(4);
  });

  it("let the arrows keep their column through a short row", () => {
    const { view } = open({
      _count: 9,
      _groups: [
        ["a", 4],
        ["b", 1],
        ["c", 4],
      ],
    });
    view.focusTile(2);
    press("ArrowDown");
    expect(position()).toBe(4);
    press("ArrowDown");
    expect(position()).toBe(7);
    press("ArrowLeft");
    press("ArrowUp");
    press("ArrowUp");
    expect(position()).toBe(1);
  });
});

it("scrolls to the top with what was found, and back to the selected item without", () => {
  const { host, model, arrange, view } = open({ _count: 1000, allow_preview: false });
  const scroller = host.querySelector(".nbg-scroller") as HTMLElement;
  view.focusTile(800);
  press("Enter");
  (document.activeElement as HTMLElement).blur();
  arrange(50, { text: "cat" });
  expect(scroller.scrollTop).toBe(0);
  model.push("selected_index", 40);
  vi.advanceTimersByTime(20);
  expect(scroller.scrollTop).toBe(0);
  vi.advanceTimersByTime(1000);
  arrange(1000, null);
  model.push("selected_index", 800);
  expect(scroller.scrollTop).toBeGreaterThan(30_000);
  expect([view.active.value, document.activeElement]).toEqual([800, document.body]);
  vi.advanceTimersByTime(1000);
  model.push("selected_index", 3);
  expect(scroller.scrollTop).toBeGreaterThan(30_000);
});
