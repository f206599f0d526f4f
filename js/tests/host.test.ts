// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { modalAllowed } from "../src/host";

const el = () => document.body.appendChild(document.createElement("div"));

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
  delete document.body.dataset.vscodeThemeKind;
});

/** As if the page were in a frame of this height. */
function framed(height: number): void {
  vi.stubGlobal("parent", {});
  vi.stubGlobal("innerHeight", height);
  vi.stubGlobal("screen", { height: 1000 });
}

describe("modalAllowed", () => {
  it("is so in a page of one's own, however low its window", () => {
    vi.stubGlobal("innerHeight", 200);
    expect(modalAllowed(el())).toBe(true);
  });

  it("is not so in VS Code, by its theme or by where it puts widgets", () => {
    const output = el();
    output.className = "cell-output-ipywidget-background";
    expect(modalAllowed(output.appendChild(document.createElement("div")))).toBe(false);
    document.body.dataset.vscodeThemeKind = "vscode-dark";
    expect(modalAllowed(el())).toBe(false);
  });

  it("is not so in Colab", () => {
    vi.stubGlobal("google", { colab: {} });
    expect(modalAllowed(el())).toBe(false);
  });

  it("depends on a frame's height elsewhere", () => {
    framed(900);
    expect(modalAllowed(el())).toBe(true);
    framed(9000);
    expect(modalAllowed(el())).toBe(false);
    framed(120);
    expect(modalAllowed(el())).toBe(false);
  });
});
