import { describe, expect, it } from "vitest";
import { createMemory } from "../src/cache";
import { openings } from "../src/openings";
import type { Failure, Original } from "../src/protocol";
import { signal } from "../src/signals";
import type { Send } from "../src/store";
import { failure, original, read } from "./model";

function started() {
  const sent: Parameters<Send>[0][] = [];
  const all = openings((message) => sent.push(message), signal(7), createMemory(2 ** 30));
  const take = (fields: Partial<Original>, bytes: number[] = [1, 2, 3]) =>
    all.take(original(fields) as Original, new Uint8Array(bytes));
  return { sent, all, take };
}

const isAborted = { name: "AbortError" };
const stopped = (purpose: string, rid: number) => ({
  kind: "open",
  view: "a",
  rid,
  revision: 7,
  purpose,
  index: null,
  prefetch: [],
  ranges: [],
});

describe("openings", () => {
  it("asks once, collects the chunks and says how far it is", async () => {
    const { sent, all, take } = started();
    const opening = all.open("a", { purpose: "view", index: 4, prefetch: [5, 3] });
    expect(sent).toEqual([
      {
        kind: "open",
        view: "a",
        rid: 1,
        revision: 7,
        purpose: "view",
        index: 4,
        prefetch: [5, 3],
        ranges: null,
      },
    ]);
    expect(all.isPending()).toBe(true);
    take({ index: 4, total: 5, last: false });
    expect([opening.received.value, opening.total.value]).toEqual([3, 5]);
    take({ index: 4, total: 5, offset: 3, mime: "image/webp", name: "cat.webp" }, [4, 5]);
    const file = await opening.result;
    expect([file.name, file.mime, file.blob.type]).toEqual(["cat.webp", "image/webp", "image/webp"]);
    expect(await read(file.blob)).toEqual([1, 2, 3, 4, 5]);
    expect(opening.received.value).toBe(5);
    expect(all.isPending()).toBe(false);
    expect(all.cached(4)).toBe(file);
  });

  it("reads windows into larger buffers", async () => {
    const { all } = started();
    const opening = all.open("a", { purpose: "view", index: 0 });
    const { buffer } = new Uint8Array([9, 9, 1, 2, 3, 9]);
    all.take(original({ total: 5, last: false }) as Original, new DataView(buffer, 2, 3));
    all.take(original({ total: 5, offset: 3 }) as Original, new Uint8Array(buffer, 4, 2));
    expect(await read((await opening.result).blob)).toEqual([1, 2, 3, 3, 9]);
  });

  it("takes an empty file", async () => {
    const { all } = started();
    const opening = all.open("a", { purpose: "download", index: 0 });
    all.take(original({ total: 0 }) as Original, undefined);
    expect((await opening.result).blob.size).toBe(0);
  });

  it("shows an archive's progress, and keeps no archive", async () => {
    const { sent, all, take } = started();
    const opening = all.open("a", { purpose: "archive", index: null, ranges: [[0, 9]] });
    expect(sent[0]).toMatchObject({ index: null, ranges: [[0, 9]] });
    take({ index: null, total: null, last: false, progress: [3, 9] });
    expect([opening.total.value, opening.progress.value]).toEqual([null, [3, 9]]);
    take({ index: null, total: 6, offset: 3, progress: [9, 9] });
    expect((await opening.result).blob.size).toBe(6);
  });

  it("keeps no video that is larger than all that is kept of originals", async () => {
    const { all, take } = started();
    const opening = all.open("a", { purpose: "view", index: 4 });
    const part = new Array(2 ** 20).fill(0);
    for (let offset = 0; offset < 97 * 2 ** 20; offset += 2 ** 20)
      take({ index: 4, total: 97 * 2 ** 20, offset, last: offset === 96 * 2 ** 20 }, part);
    expect((await opening.result).blob.size).toBe(97 * 2 ** 20);
    expect(all.cached(4)).toBeUndefined();
  });

  it("fills the cache with the neighbours that follow", async () => {
    const { all, take } = started();
    const opening = all.open("a", { purpose: "view", index: 4, prefetch: [5, 6] });
    take({ index: 4 });
    await opening.result;
    take({ index: 5, total: 4, last: false });
    expect(all.cached(5)).toBeUndefined();
    expect([opening.received.value, opening.total.value]).toEqual([3, 3]);
    take({ index: 5, total: 4, offset: 3 }, [4]);
    take({ index: 6 });
    expect(await read(all.cached(5)?.blob)).toEqual([1, 2, 3, 4]);
    expect(all.cached(6)?.blob.size).toBe(3);
    expect(opening.received.value).toBe(3);
  });

  it.each(["download", "poster"] as const)(
    "keeps no %s: it may differ from what is looked at",
    async (purpose) => {
      const { all, take } = started();
      const opening = all.open("a", { purpose, index: 0 });
      take({});
      await opening.result;
      expect(all.cached(0)).toBeUndefined();
    },
  );

  it("caches nothing under an index that the kernel no longer knows", async () => {
    const { all, take } = started();
    const opening = all.open("a", { purpose: "view", index: 0 });
    take({ index: null });
    expect((await opening.result).blob.size).toBe(3);
    expect(all.cached(0)).toBeUndefined();
  });

  it("ends a request that is replaced, without another message", async () => {
    const { sent, all, take } = started();
    const first = all.open("a", { purpose: "view", index: 1 });
    const other = all.open("a", { purpose: "download", index: 1 });
    const elsewhere = all.open("b", { purpose: "view", index: 1 });
    const second = all.open("a", { purpose: "view", index: 2 });
    await expect(first.result).rejects.toMatchObject(isAborted);
    expect(sent).toHaveLength(4);
    first.cancel();
    expect(sent).toHaveLength(4);
    take({ rid: 1, index: 1 });
    expect(all.cached(1)).toBeUndefined();
    take({ rid: 2 });
    take({ rid: 3, view: "b", index: 1 });
    take({ rid: 4, index: 2 });
    await Promise.all([other.result, elsewhere.result, second.result]);
  });

  it("tells the kernel of a cancelled request, once", async () => {
    const { sent, all } = started();
    const opening = all.open("a", { purpose: "archive", index: null });
    sent.length = 0;
    opening.cancel();
    opening.cancel();
    expect(sent).toEqual([stopped("archive", 1)]);
    await expect(opening.result).rejects.toMatchObject(isAborted);
    expect(all.isPending()).toBe(false);
  });

  it("stops the neighbours when a finished request is cancelled", async () => {
    const { sent, all, take } = started();
    const opening = all.open("a", { purpose: "view", index: 0, prefetch: [1] });
    take({});
    sent.length = 0;
    opening.cancel();
    expect(sent).toEqual([stopped("view", 1)]);
    expect((await opening.result).blob.size).toBe(3);
  });

  it("says what the kernel says", async () => {
    const { sent, all } = started();
    const opening = all.open("a", { purpose: "view", index: 0 });
    all.fail(failure(1, "cat.jpg is empty") as Failure);
    await expect(opening.result).rejects.toThrow("cat.jpg is empty");
    expect(sent).toHaveLength(1);
  });

  it("gives up a file with a lost part, and has the kernel stop", async () => {
    const { sent, all, take } = started();
    const opening = all.open("a", { purpose: "view", index: 0 });
    take({ total: 9, last: false });
    take({ total: 9, offset: 6 });
    await expect(opening.result).rejects.toThrow("lost");
    expect(sent[1]).toEqual(stopped("view", 1));
    expect(all.cached(0)).toBeUndefined();
  });

  it("drops a neighbour with a lost part, and takes the next one", async () => {
    const { sent, all, take } = started();
    const opening = all.open("a", { purpose: "view", index: 0, prefetch: [1, 2] });
    take({});
    take({ index: 1, total: 9, last: false });
    take({ index: 1, total: 9, offset: 6 });
    take({ index: 2 });
    expect([all.cached(1)?.blob.size, all.cached(2)?.blob.size]).toEqual([undefined, 3]);
    expect(sent).toHaveLength(1);
    expect((await opening.result).blob.size).toBe(3);
  });

  it("ignores answers to the views of another page, which has counted to the same number", async () => {
    const { all, take } = started();
    const opening = all.open("a", { purpose: "view", index: 0 });
    take({ view: "z", index: 8 }, [8]);
    all.fail(failure(1, "not ours", "z") as Failure);
    all.fail(failure(null, "nobody's") as Failure);
    all.fail(failure(99, "unknown") as Failure);
    take({ rid: 99, index: 8 });
    expect([all.isPending(), all.cached(8)]).toEqual([true, undefined]);
    take({});
    expect(await read((await opening.result).blob)).toEqual([1, 2, 3]);
  });

  it("cancels what a view asked for when the view goes", async () => {
    const { sent, all } = started();
    const mine = all.open("a", { purpose: "view", index: 0 });
    const also = all.open("a", { purpose: "archive", index: null });
    all.open("b", { purpose: "view", index: 0 });
    sent.length = 0;
    all.leave("a");
    await expect(mine.result).rejects.toMatchObject(isAborted);
    await expect(also.result).rejects.toMatchObject(isAborted);
    expect(sent).toEqual([stopped("view", 1), stopped("archive", 2)]);
    expect(all.isPending()).toBe(true);
  });

  it("ends everything when the kernel is gone", async () => {
    const { all } = started();
    const opening = all.open("a", { purpose: "view", index: 0 });
    all.end();
    await expect(opening.result).rejects.toThrow("The kernel is gone.");
  });

  it("moves what it keeps with the list", () => {
    const { all, take } = started();
    all.open("a", { purpose: "view", index: 0 });
    take({});
    all.follow([{ op: "splice", at: 0, remove: 0, insert: 2 }]);
    expect([all.cached(0), all.cached(2)?.blob.size]).toEqual([undefined, 3]);
    all.follow([{ op: "reset" }]);
    expect(all.cached(2)).toBeUndefined();
  });
});
