// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drawn } from "../src/reactive";
import type { Actions } from "../src/shell/actions";
import { drawGoTo, parseNumber } from "../src/shell/goto";
import { signal } from "../src/signals";
import type { View } from "../src/view";

describe("parseNumber", () => {
  it.each([
    ["1", 0],
    [" 42 ", 41],
    ["+7", 6],
    ["512,340", 512_339],
    ["512.340", 512_339],
    ["512 340", 512_339],
    ["512\u00a0340", 512_339],
    ["512\u202f340", 512_339],
    ["512’340", 512_339],
    ["1,000,000", 999_999],
    ["0", -1],
    ["9999999", 9_999_998],
    ["-1", 999_999],
    ["-1,000", 999_000],
  ])("%j is the index %s", (text, index) => {
    expect(parseNumber(text, 1_000_000)).toBe(index);
  });

  it.each(["", " ", "cat", "1.5", "1,23", "1e6", "12 3", "1-2", "--1", "٣"])("%j is no number", (text) => {
    expect(parseNumber(text, 1_000_000)).toBeNaN();
  });
});

describe("the field", () => {
  let end: () => void;
  let field: HTMLInputElement;
  let form: HTMLElement;
  let tile: HTMLElement;
  const goTo = signal(false);
  const say = vi.fn();
  const focusTile = vi.fn();
  const show = vi.fn();
  const lightbox = signal("closed");

  beforeEach(() => {
    goTo.value = false;
    lightbox.value = "closed";
    for (const mock of [say, focusTile, show]) mock.mockReset();
    const view = { store: { feed: { count: signal(1000) } }, lightbox, focusTile, show, anchor: 0 };
    end = drawn(() => {
      form = drawGoTo(view as unknown as View, { goTo, say } as unknown as Actions);
    });
    field = form.querySelector("input") as HTMLInputElement;
    tile = document.createElement("button");
    document.body.append(tile, form);
    tile.focus();
  });

  afterEach(() => {
    end();
    document.body.replaceChildren();
  });

  const enter = (text: string) => {
    goTo.value = true;
    field.value = text;
    form.dispatchEvent(new Event("submit", { cancelable: true }));
  };

  it("takes the focus and says what may be typed", () => {
    goTo.value = true;
    expect(document.activeElement).toBe(field);
    expect([form.hidden, field.placeholder]).toEqual([false, "Go to item, 1 to 1,000"]);
  });

  it("gives the focus back at Escape, and leads nowhere", () => {
    goTo.value = true;
    const pressed = new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true });
    field.dispatchEvent(pressed);
    expect([pressed.defaultPrevented, document.activeElement, form.hidden]).toEqual([true, tile, true]);
    expect(focusTile).not.toHaveBeenCalled();
  });

  it("leads to a tile in the middle of the grid", () => {
    enter("340");
    expect(focusTile.mock.calls).toEqual([[339, true]]);
    expect([form.hidden, say.mock.calls]).toEqual([true, []]);
  });

  it("shows the item in the lightbox when that is open", () => {
    lightbox.value = "modal";
    enter("340");
    expect(show.mock.calls).toEqual([[339, "lightbox"]]);
    expect(focusTile).not.toHaveBeenCalled();
  });

  it.each([
    ["5000", 999],
    ["0", 0],
    ["-5000", 0],
  ])("leads from %s to the nearest end, and says so", (text, index) => {
    enter(text);
    expect(focusTile.mock.calls).toEqual([[index, true]]);
    expect(say.mock.calls).toEqual([["The items are 1 to 1,000."]]);
  });

  it("stays open at what is no number, and says what is", () => {
    enter("cat");
    expect([form.hidden, focusTile.mock.calls.length]).toEqual([false, 0]);
    expect(say.mock.calls).toEqual([["The items are 1 to 1,000."]]);
  });

  it("is empty the next time", () => {
    enter("340");
    goTo.value = true;
    expect(field.value).toBe("");
  });
});
