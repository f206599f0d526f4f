// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from "vitest";
import { presses } from "../src/press";
import { drawn } from "../src/reactive";

const list = document.createElement("div");
const tile = document.createElement("div");
const act = vi.fn();
let end = new AbortController();

beforeEach(() => {
  end.abort();
  end = new AbortController();
  act.mockClear();
  vi.useFakeTimers();
  tile.setAttribute("role", "option");
  tile.getBoundingClientRect = () => new DOMRect(100, 100, 200, 200);
  list.append(tile);
  document.body.append(list);
  end.signal.addEventListener(
    "abort",
    drawn(() => Object.assign(list, presses(act))),
  );
});

const point = (type: string, at: [number, number], pointerType: string) =>
  tile.dispatchEvent(
    new PointerEvent(type, { bubbles: true, pointerType, isPrimary: true, clientX: at[0], clientY: at[1] }),
  );

function click(at: [number, number], options: MouseEventInit = {}, pointerType = "mouse"): void {
  point("pointerdown", at, pointerType);
  point("pointerup", at, pointerType);
  tile.dispatchEvent(
    new MouseEvent("click", { bubbles: true, detail: 1, clientX: at[0], clientY: at[1], ...options }),
  );
}

it("opens by a click, toggles by the corner and Ctrl, extends by Shift", () => {
  click([200, 200]);
  click([110, 110]);
  click([200, 200], { ctrlKey: true });
  click([200, 200], { metaKey: true });
  click([110, 110], { shiftKey: true });
  expect(act.mock.calls.map(([, press]) => press)).toEqual(["open", "toggle", "toggle", "toggle", "extend"]);
});

it("has no corner for a finger, nor for a click made by assistive technology", () => {
  click([110, 110], {}, "touch");
  click([0, 0], { detail: 0 });
  expect(act.mock.calls.map(([, press, touch]) => [press, touch])).toEqual([
    ["open", true],
    ["open", false],
  ]);
});

it("toggles by a long touch, once", () => {
  point("pointerdown", [200, 200], "touch");
  vi.advanceTimersByTime(600);
  point("pointerup", [200, 200], "touch");
  tile.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1, clientX: 200, clientY: 200 }));
  expect(act.mock.calls).toEqual([[tile, "toggle", true]]);
});

it("leaves a finger that scrolls alone", () => {
  point("pointerdown", [200, 200], "touch");
  point("pointermove", [200, 180], "touch");
  vi.advanceTimersByTime(600);
  point("pointerdown", [200, 200], "touch");
  point("pointercancel", [200, 200], "touch");
  vi.advanceTimersByTime(600);
  expect(act).not.toHaveBeenCalled();
});

it("ends with its signal", () => {
  point("pointerdown", [200, 200], "touch");
  end.abort();
  vi.advanceTimersByTime(600);
  expect(act).not.toHaveBeenCalled();
});
