import { describe, expect, it } from "vitest";
import { indexedCache } from "../src/cache";

const cacheOf = (limit: number, ...values: string[]) => {
  const cache = indexedCache<string>(limit, (value) => value.length);
  values.forEach((value, index) => {
    cache.set(index, value);
  });
  return cache;
};

const none = () => false;

describe("indexedCache", () => {
  it("evicts the least recently used down to the limit, and no more", () => {
    const cache = cacheOf(6, "aa", "bb", "cc", "dd");
    cache.trim(none);
    expect([0, 1, 2, 3].map(cache.get)).toEqual([undefined, "bb", "cc", "dd"]);
  });

  it("counts reading as using", () => {
    const cache = cacheOf(4, "aa", "bb", "cc");
    cache.get(0);
    cache.trim(none);
    expect([0, 1, 2].map(cache.get)).toEqual(["aa", undefined, "cc"]);
  });

  it("spares what is needed, even above the limit", () => {
    const cache = cacheOf(2, "aa", "bb", "cc");
    cache.trim((index) => index !== 1);
    expect([0, 1, 2].map(cache.get)).toEqual(["aa", undefined, "cc"]);
  });

  it("forgets the bytes of what was replaced, read or never there", () => {
    const cache = cacheOf(4, "aaaa");
    cache.set(0, "a");
    cache.set(1, "bbb");
    cache.get(0);
    cache.get(7);
    cache.trim(none);
    expect([0, 1].map(cache.get)).toEqual(["a", "bbb"]);
  });

  it("follows the list's edits", () => {
    const cache = cacheOf(100, "a", "b", "c", "d");
    cache.follow([
      { op: "splice", at: 1, remove: 1, insert: 3 },
      { op: "move", from: 0, to: 5 },
      { op: "caption", at: 2, caption: "x" },
    ]);
    expect([0, 1, 2, 3, 4, 5].map(cache.get)).toEqual([undefined, undefined, undefined, "c", "d", "a"]);
  });

  it("is empty after a reset, in bytes too", () => {
    const cache = cacheOf(4, "aaa");
    cache.follow([{ op: "reset" }]);
    expect(cache.get(0)).toBeUndefined();
    cache.set(0, "bbbb");
    cache.trim(none);
    expect(cache.get(0)).toBe("bbbb");
  });

  it("keeps the order of use when the list changes", () => {
    const cache = cacheOf(4, "aa", "bb", "cc");
    cache.get(0);
    cache.follow([{ op: "splice", at: 0, remove: 0, insert: 10 }]);
    cache.trim(none);
    expect([10, 11, 12].map(cache.get)).toEqual(["aa", undefined, "cc"]);
  });
});
