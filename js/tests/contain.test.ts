import { describe, expect, it } from "vitest";
import { contain } from "../src/lightbox/contain";

const box = { width: 1000, height: 600 };

describe("contain", () => {
  it("contains what is larger than the box, in its own proportions", () => {
    expect(contain({ width: 4000, height: 3000 }, box, 1, false)).toBe(0.2);
    expect(contain({ width: 4000, height: 1000 }, box, 1, false)).toBe(0.25);
  });

  it("draws what fits once but not twice pixel by pixel", () => {
    expect(contain({ width: 512, height: 512 }, box, 1, false)).toBe(1);
  });

  it("enlarges small pictures by whole factors", () => {
    expect(contain({ width: 28, height: 28 }, box, 1, false)).toBe(21);
  });

  it("counts device pixels, and fills a dense screen as it fills any other", () => {
    expect(contain({ width: 300, height: 300 }, box, 1.5, false) * 1.5).toBe(3);
    expect(contain({ width: 1600, height: 900 }, box, 2, false)).toBe(0.625);
    expect(contain({ width: 2000, height: 900 }, box, 2, false)).toBe(0.5);
  });

  it("lets what has no pixels fill the box", () => {
    expect(contain({ width: 10, height: 10 }, box, 1, true)).toBe(60);
  });

  it("draws nothing without a place", () => {
    expect(contain({ width: 10, height: 10 }, { width: 0, height: 0 }, 1, false)).toBe(0);
  });
});
