import { describe, expect, it } from "vitest";
import { gridCommand, KEY_HELP, lightboxCommand } from "../src/keys";

const tile = { tagName: "DIV" };

describe("gridCommand", () => {
  it.each([
    ["ArrowLeft", "left"],
    ["ArrowRight", "right"],
    ["ArrowUp", "up"],
    ["ArrowDown", "down"],
    ["Home", "rowStart"],
    ["End", "rowEnd"],
    ["PageUp", "pageUp"],
    ["PageDown", "pageDown"],
  ])("%s moves %s, and extends with Shift", (key, step) => {
    expect(gridCommand({ key, target: tile })).toEqual({ name: "move", step, extend: false });
    expect(gridCommand({ key, shiftKey: true })).toEqual({ name: "move", step, extend: true });
  });

  it.each(["ctrlKey", "metaKey"])("%s leads to both ends and selects all", (modifier) => {
    const pressed = (key: string, shiftKey = false) => gridCommand({ key, shiftKey, [modifier]: true });
    expect(pressed("Home")).toEqual({ name: "move", step: "first", extend: false });
    expect(pressed("End", true)).toEqual({ name: "move", step: "last", extend: true });
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
  ])("%j is %s", (key, name) => {
    expect(gridCommand({ key, target: tile })).toEqual({ name });
  });

  it("takes the question mark with the Shift that types it", () => {
    expect(gridCommand({ key: "?", shiftKey: true })).toEqual({ name: "help" });
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
    { key: "constructor" },
    { key: "Enter", isComposing: true },
    { key: "Enter", defaultPrevented: true },
  ])("leaves %j to the browser", (event) => {
    expect(gridCommand(event)).toBeNull();
  });

  it.each([
    { tagName: "INPUT", type: "text" },
    { tagName: "input", type: "search" },
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
    const slider = { tagName: "INPUT", type: "range" };
    expect(gridCommand({ key: "ArrowLeft", target: slider })).toBeNull();
    expect(gridCommand({ key: "?", target: slider })).toEqual({ name: "help" });
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
    ["f", "fullscreen"],
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
  ])("leaves %j alone", (event) => {
    expect(lightboxCommand(event)).toBeNull();
  });
});

it("explains each key once a place", () => {
  const named = KEY_HELP.flatMap(({ keys, where }) => keys.map((key) => `${where} ${key}`));
  expect(new Set(named).size).toBe(named.length);
});
