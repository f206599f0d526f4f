import { describe, expect, it } from "vitest";
import { asRanges, edgeFor, isSharp, missingIndices } from "../src/demand";
import { MAX_WANTED_ITEMS } from "../src/protocol";

describe("edgeFor", () => {
  it.each([
    [0, 128],
    [142, 128],
    [143, 256],
    [284, 256],
    [285, 512],
    [568, 512],
    [569, 1024],
    [9000, 1024],
  ])("fills %i pixels with %i", (pixels, edge) => {
    expect(edgeFor(pixels)).toBe(edge);
  });
});

describe("isSharp", () => {
  it("lets a thumbnail stay up to a third larger than it is", () => {
    expect(isSharp(256, 341)).toBe(true);
    expect(isSharp(256, 342)).toBe(false);
  });

  it("asks for no more than there is", () => {
    expect(isSharp(1024, 9000)).toBe(true);
    expect(isSharp(512, 9000)).toBe(false);
  });

  it("takes what was just asked for", () => {
    for (let pixels = 0; pixels < 2000; pixels++) expect(isSharp(edgeFor(pixels), pixels)).toBe(true);
  });
});

describe("missingIndices", () => {
  it("keeps the order of the ranges, and names nothing twice", () => {
    const missing = missingIndices(
      [
        [5, 8],
        [3, 7],
      ],
      100,
      (index) => index === 6,
    );
    expect([...missing]).toEqual([5, 7, 3, 4]);
  });

  it("stays within the list", () => {
    expect([...missingIndices([[-3, 2]], 100, () => false)]).toEqual([0, 1]);
    expect([...missingIndices([[98, 1e9]], 100, () => false)]).toEqual([98, 99]);
    expect(missingIndices([[0, 5]], 0, () => false).size).toBe(0);
  });

  it("names at most as many as one message may", () => {
    const missing = missingIndices([[0, 1e6]], 1e6, (index) => index < 10);
    expect(missing.size).toBe(MAX_WANTED_ITEMS);
    expect(missing.has(10)).toBe(true);
  });
});

describe("asRanges", () => {
  it("joins neighbours in the given order", () => {
    expect(asRanges([5, 6, 7, 2, 3, 9, 8])).toEqual([
      [5, 8],
      [2, 4],
      [9, 10],
      [8, 9],
    ]);
    expect(asRanges([])).toEqual([]);
  });
});
