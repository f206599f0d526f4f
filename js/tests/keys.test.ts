import { describe, expect, it } from "vitest";
import { gridCommand, KEY_HELP, lightboxCommand } from "../src/keys";

const tile = { tagName: "DIV" };

describe("gridCommand", () => {
  it.each(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"])(
    "%s moves, and extends with Shift",
    (key) => {
      expect(gridCommand({ key, target: tile })).toEqual({ name: "move", step: key, extend: false });
      expect(gridCommand({ key, shiftKey: true })).toEqual({ name: "move", step: key, extend: true });
    },
  );

  it.each(["ctrlKey", "metaKey"])("%s leads to both ends and selects all", (modifier) => {
    const pressed = (key: string, shiftKey = false) => gridCommand({ key, shiftKey, [modifier]: true });
    expect(pressed("Home")).toEqual({ name: "move", step: "Ctrl+Home", extend: false });
    expect(pressed("End", true)).toEqual({ name: "move", step: "Ctrl+End", extend: true });
    expect(pressed("a")).toEqual({ name: "selectAll" });
    expect(pressed("A")).toEqual({ name: "selectAll" });
  });

  it.each([
    ["Enter", "open"],
    [" ", "toggle"],
    ["x", "toggle"],
    ["X", "toggle"],
    ["Escape", "escape"],
    ["f", "fullscreen"],
    ["g", "goTo"],
  ])("%j is %s", (key, name) => {
    expect(gridCommand({ key, target: tile })).toEqual({ name });
  });

  it("takes the question mark and the slash with the Shift that types them", () => {
    expect(gridCommand({ key: "?", shiftKey: true })).toEqual({ name: "help" });
    expect(gridCommand({ key: "/", shiftKey: true })).toEqual({ name: "search" });
    expect(gridCommand({ key: "/" })).toEqual({ name: "search" });
  });

  it.each([
    { key: "f", ctrlKey: true },
    { key: "x", ctrlKey: true },
    { key: "ArrowLeft", metaKey: true },
    { key: "ArrowLeft", altKey: true },
    { key: "a" },
    { key: "A", ctrlKey: true, shiftKey: true },
    { key: "Enter", shiftKey: true },
    { key: "Tab" },
    { key: "Enter", isComposing: true },
    { key: "Enter", defaultPrevented: true },
  ])("leaves %j to the browser", (event) => {
    expect(gridCommand(event)).toBeNull();
  });

  it.each([
    { tagName: "INPUT" },
    { tagName: "TEXTAREA" },
    { tagName: "SELECT" },
    { tagName: "DIV", isContentEditable: true },
  ])("leaves every key to what is typed into: %j", (target) => {
    for (const key of ["x", "Enter", "ArrowLeft", "Escape", "?"])
      expect(gridCommand({ key, target })).toBeNull();
  });

  it("leaves to a focused control the keys that operate it, and no others", () => {
    const button = { tagName: "BUTTON" };
    expect(gridCommand({ key: "Enter", target: button })).toBeNull();
    expect(gridCommand({ key: " ", target: button })).toBeNull();
    expect(gridCommand({ key: "f", target: button })).toEqual({ name: "fullscreen" });
  });
});

describe("lightboxCommand", () => {
  it.each([
    ["ArrowLeft", -1],
    ["ArrowUp", -1],
    ["ArrowRight", 1],
    ["ArrowDown", 1],
    ["PageUp", -10],
    ["PageDown", 10],
  ])("%s goes by %d", (key, by) => {
    expect(lightboxCommand({ key })).toEqual({ name: "go", by });
  });

  it.each([
    ["Home", "first"],
    ["End", "last"],
    [" ", "play"],
    ["x", "toggle"],
    ["Escape", "close"],
  ])("%j is %s", (key, name) => {
    expect(lightboxCommand({ key })).toEqual({ name });
  });

  it("leaves a focused video its own keys", () => {
    const target = { tagName: "VIDEO" };
    expect(lightboxCommand({ key: " ", target })).toBeNull();
    expect(lightboxCommand({ key: "ArrowLeft", target })).toBeNull();
    expect(lightboxCommand({ key: "Escape", target })).toEqual({ name: "close" });
  });

  it.each([
    { key: "ArrowLeft", shiftKey: true },
    { key: "Home", ctrlKey: true },
    { key: "Escape", altKey: true },
    { key: "Enter" },
    { key: "f" },
  ])("leaves %j alone", (event) => {
    expect(lightboxCommand(event)).toBeNull();
  });
});

it("explains each key once a place", () => {
  const named = KEY_HELP.flatMap(({ keys, where }) => keys.map((key) => `${where} ${key}`));
  expect(new Set(named).size).toBe(named.length);
});
