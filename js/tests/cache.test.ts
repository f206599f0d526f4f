import { describe, expect, it } from "vitest";
import { createMemory } from "../src/cache";

const none = () => false;

function cacheOf(limit: number, values: string[], isSpared: (index: number) => boolean = none) {
  const memory = createMemory(limit);
  const cache = memory.cache<string>((value) => value.length, 0, isSpared);
  values.forEach((value, index) => {
    cache.set(index, value);
  });
  return { ...cache, trim: memory.trim };
}

describe("a cache", () => {
  it("evicts the least recently used down to the limit, and no more", () => {
    const cache = cacheOf(6, ["aa", "bb", "cc", "dd"]);
    cache.trim();
    expect([0, 1, 2, 3].map(cache.get)).toEqual([undefined, "bb", "cc", "dd"]);
  });

  it("counts reading as using", () => {
    const cache = cacheOf(4, ["aa", "bb", "cc"]);
    cache.get(0);
    cache.trim();
    expect([0, 1, 2].map(cache.get)).toEqual(["aa", undefined, "cc"]);
  });

  it("spares what is needed, even above the limit", () => {
    const cache = cacheOf(2, ["aa", "bb", "cc"], (index) => index !== 1);
    cache.trim();
    expect([0, 1, 2].map(cache.get)).toEqual(["aa", undefined, "cc"]);
  });

  it("forgets the bytes of what was replaced, read or never there", () => {
    const cache = cacheOf(4, ["aaaa"]);
    cache.set(0, "a");
    cache.set(1, "bbb");
    cache.get(0);
    cache.get(7);
    cache.trim();
    expect([0, 1].map(cache.get)).toEqual(["a", "bbb"]);
  });

  it("follows the list's edits", () => {
    const cache = cacheOf(100, ["a", "b", "c", "d"]);
    cache.follow([
      { op: "splice", at: 1, remove: 1, insert: 3 },
      { op: "move", from: 0, to: 5 },
      { op: "caption", at: 2, caption: "x" },
    ]);
    expect([0, 1, 2, 3, 4, 5].map(cache.get)).toEqual([undefined, undefined, undefined, "c", "d", "a"]);
  });

  it("is empty after a reset, in bytes too", () => {
    const cache = cacheOf(4, ["aaa"]);
    cache.follow([{ op: "reset" }]);
    expect(cache.get(0)).toBeUndefined();
    cache.set(0, "bbbb");
    cache.trim();
    expect(cache.get(0)).toBe("bbbb");
  });

  it("keeps the order of use when the list changes", () => {
    const cache = cacheOf(4, ["aa", "bb", "cc"]);
    cache.get(0);
    cache.follow([{ op: "splice", at: 0, remove: 0, insert: 10 }]);
    cache.trim();
    expect([10, 11, 12].map(cache.get)).toEqual(["aa", undefined, "cc"]);
  });
});

describe("two caches under one bound", () => {
  const both = (limit: number, share: number) => {
    const memory = createMemory(limit);
    const large = memory.cache<string>((value) => value.length, share, none);
    const small = memory.cache<string>((value) => value.length, 0, none);
    return { large, small, trim: memory.trim };
  };
  const kept = (cache: ReturnType<typeof both>["large"]) => [0, 1, 2, 3].map((index) => !!cache.get(index));

  it("the first gives up what it has before the second loses anything", () => {
    const { large, small, trim } = both(10, 0);
    for (const index of [0, 1, 2, 3]) small.set(index, "s");
    for (const index of [0, 1, 2]) large.set(index, "llll");
    trim();
    expect(kept(large)).toEqual([false, false, true, false]);
    expect(kept(small)).toEqual([true, true, true, true]);
  });

  it("but not its share: then the second gives", () => {
    const { large, small, trim } = both(10, 8);
    for (const index of [0, 1, 2, 3]) small.set(index, "s");
    for (const index of [0, 1, 2]) large.set(index, "llll");
    trim();
    expect(kept(large)).toEqual([false, true, true, false]);
    expect(kept(small)).toEqual([false, false, true, true]);
  });

  it("either may have all that the other does not use", () => {
    const { large, small, trim } = both(16, 4);
    for (const index of [0, 1, 2, 3]) large.set(index, "llll");
    trim();
    expect(kept(large)).toEqual([true, true, true, true]);
    large.follow([{ op: "reset" }]);
    for (const index of [0, 1, 2, 3]) small.set(index, "ssss");
    trim();
    expect(kept(small)).toEqual([true, true, true, true]);
  });
});
