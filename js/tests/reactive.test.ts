// @vitest-environment happy-dom

import { describe, expect, it, vi } from "vitest";
import { atEnd, drawn, h, live } from "../src/reactive";
import { signal } from "../src/signals";

describe("h", () => {
  it("sets attributes and leaves out what is null, undefined or false", () => {
    const made = h(
      "a",
      { class: "x", title: null, id: undefined, hidden: false, inert: true, tabindex: 0 },
      "text",
      false,
    );
    expect(made.outerHTML).toBe('<a class="x" inert="" tabindex="0">text</a>');
  });

  it("takes a class with the tag", () => {
    expect(h("p.a b", {}, "text").outerHTML).toBe('<p class="a b">text</p>');
  });

  it("takes text as text", () => {
    const hostile = '<img src=x onerror="alert(1)">';
    const made = h("p", { title: hostile }, hostile);
    expect(made.children).toHaveLength(0);
    expect(made.title).toBe(hostile);
  });

  it("follows signals in attributes and children, in place", () => {
    const count = signal(1);
    const made = h("p", { title: () => count.value }, () => `${count.value} of 9`);
    count.value = 2;
    expect(made.outerHTML).toBe('<p title="2">2 of 9</p>');
  });

  it("hears events", () => {
    const pressed = vi.fn();
    h("button", { onclick: pressed }).click();
    expect(pressed).toHaveBeenCalledOnce();
  });

  it("makes icons that are drawn", () => {
    const icon = h("svg", {}, h("path", { d: "M0 0h16" }));
    expect(icon.namespaceURI).toBe("http://www.w3.org/2000/svg");
    expect(icon.firstElementChild?.getAttribute("d")).toBe("M0 0h16");
  });
});

describe("drawn", () => {
  it("follows nothing after its end", () => {
    const text = signal("before");
    const made = h("div");
    const end = drawn(() => made.append(h("p", {}, () => text.value)));
    end();
    text.value = "after";
    expect(made.textContent).toBe("before");
  });

  it("ends what a redraw replaces", () => {
    const shown = signal(true);
    const inner = signal(0);
    const runs = vi.fn(() => inner.value);
    const end = drawn(() => h("div", {}, () => shown.value && h("p", { title: runs })));
    inner.value = 1;
    expect(runs).toHaveBeenCalledTimes(2);
    shown.value = false;
    inner.value = 2;
    expect(runs).toHaveBeenCalledTimes(2);
    shown.value = true;
    expect(runs).toHaveBeenCalledTimes(3);
    end();
    inner.value = 3;
    expect(runs).toHaveBeenCalledTimes(3);
  });

  it("cleans up, also when a signal has changed in between", () => {
    const ended = vi.fn();
    const value = signal(0);
    const end = drawn(() =>
      live(() => {
        value.value;
        atEnd(ended);
      }),
    );
    value.value = 1;
    expect(ended).toHaveBeenCalledTimes(1);
    end();
    expect(ended).toHaveBeenCalledTimes(2);
  });
});
