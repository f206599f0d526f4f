import { describe, expect, it } from "vitest";
import { contain } from "../src/lightbox/contain";

const box = { width: 1000, height: 600 };

describe("contain", () => {
  it("contains what is larger than the box, in its own proportions", () => {
    expect(contain({ width: 4000, height: 3000 }, box, 1, false)).toEqual({
      width: 800,
      height: 600,
      pixelated: false,
    });
    expect(contain({ width: 4000, height: 1000 }, box, 1, false)).toEqual({
      width: 1000,
      height: 250,
      pixelated: false,
    });
  });

  it("draws what fits once but not twice pixel by pixel", () => {
    expect(contain({ width: 512, height: 512 }, box, 1, false)).toEqual({
      width: 512,
      height: 512,
      pixelated: false,
    });
  });

  it("enlarges small pictures by whole factors, with hard edges", () => {
    expect(contain({ width: 28, height: 28 }, box, 1, false)).toEqual({
      width: 588,
      height: 588,
      pixelated: true,
    });
  });

  it("counts device pixels, and fills a dense screen as it fills any other", () => {
    const small = contain({ width: 300, height: 300 }, box, 1.5, false);
    expect([small.width * 1.5, small.pixelated]).toEqual([900, true]);
    expect(contain({ width: 1600, height: 900 }, box, 2, false)).toEqual({
      width: 1000,
      height: 562.5,
      pixelated: true,
    });
    expect(contain({ width: 2000, height: 900 }, box, 2, false).pixelated).toBe(false);
  });

  it("lets what has no pixels fill the box", () => {
    expect(contain({ width: 10, height: 10 }, box, 1, true)).toEqual({
      width: 600,
      height: 600,
      pixelated: false,
    });
  });

  it("keeps a thread-like picture visible", () => {
    expect(contain({ width: 1, height: 60_000 }, box, 1, false)).toEqual({
      width: 1,
      height: 600,
      pixelated: false,
    });
  });

  it("draws nothing without a size, and next to nothing without a place", () => {
    expect(contain({ width: 0, height: 0 }, box, 1, false).width).toBe(0);
    expect(contain({ width: 10, height: 10 }, { width: 0, height: 0 }, 1, false).width).toBe(1);
  });
});
