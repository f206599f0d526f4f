import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFeed, type FeedChange } from "../src/feed";
import { type EntryHeader, type KernelMessage, MAX_WANTED_ITEMS, type Range } from "../src/protocol";
import type { Send } from "../src/store";
import { bytesOf, failure, header, original, read, splice, status, thumbs } from "./model";

type Sent = Parameters<Send>[0];

/** Wants 256. */
const PIXELS = 250;

function started(count = 100) {
  const sent: Sent[] = [];
  const ending = new AbortController();
  const feed = createFeed((message) => sent.push(structuredClone(message)), count, 1, ending.signal);
  const changes: FeedChange[] = [];
  feed.subscribe((change) => changes.push(change), ending.signal);
  const take = (content: unknown, buffer?: DataView | Uint8Array) =>
    feed.take(content as KernelMessage, buffer);
  /** What was sent of one kind since it was last looked. */
  const taken = (kind: string) => sent.splice(0).filter((message) => message.kind === kind);
  const give = (indices: readonly number[], fields: Partial<EntryHeader> = {}, message = {}) =>
    take(
      ...thumbs(
        indices.map((index) => header(index, fields)),
        message,
      ),
    );
  const ranges = () => taken("want").map((want) => (want as { ranges: readonly Range[] }).ranges);
  return { feed, changes, taken, take, give, ranges, ending };
}

const upTo = (stop: number) => Array.from({ length: stop }, (_, index) => index);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  vi.useRealTimers();
});

describe("want", () => {
  it("names what is missing of what is seen, and its size; what comes next follows", () => {
    const { feed, give, taken } = started();
    const want = { kind: "want", view: "a", revision: 1, edge: 256 };
    feed.need("a", PIXELS, [
      [20, 24],
      [16, 20],
    ]);
    vi.advanceTimersByTime(1000);
    expect(taken("want")).toEqual([{ ...want, number: 1, ranges: [[20, 24]] }]);
    give([20, 21, 22, 23]);
    vi.advanceTimersByTime(1000);
    expect(taken("want")).toEqual([{ ...want, number: 2, ranges: [[16, 20]] }]);
  });

  it("is not sent again while it holds", () => {
    const { feed, give, ranges } = started();
    feed.need("a", PIXELS, [[0, 4]]);
    vi.advanceTimersByTime(1000);
    feed.need("a", PIXELS, [[0, 4]]);
    give([0, 2]);
    feed.need("a", PIXELS, [[0, 4]]);
    give([1, 3]);
    vi.advanceTimersByTime(60_000);
    expect(ranges()).toEqual([[[0, 4]]]);
  });

  it("leaves out what is here", () => {
    const { feed, give, ranges } = started();
    give([1, 2]);
    feed.need("a", PIXELS, [[0, 5]]);
    expect(ranges()).toEqual([
      [
        [0, 1],
        [3, 5],
      ],
    ]);
  });

  it("leaves out what no larger thumbnail improves", () => {
    const { feed, take, ranges } = started();
    const nothing = { bytes: 0, mime: "" };
    take(
      ...thumbs([
        header(0, { complete: true, edge: 128 }),
        header(1, { ...nothing, kind: "video" }),
        header(2, { ...nothing, url: "https://example.org/a.png" }),
        header(3, { ...nothing, error: "bad", edge: 0, complete: true }),
        header(4, { edge: 512 }),
        header(5, { edge: 256 }),
      ]),
    );
    feed.need("a", 600, [[0, 6]]);
    expect(ranges()).toEqual([[[5, 6]]]);
  });

  it("is replaced, at most once in 40 ms, by the latest need", () => {
    const { feed, ranges } = started();
    for (let top = 0; top < 10; top++) {
      feed.need("a", PIXELS, [[top, top + 4]]);
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(40);
    expect(ranges()).toEqual([[[0, 4]], [[3, 7]], [[7, 11]], [[9, 13]]]);
  });

  it("held back is not put off by what arrives or is asked meanwhile", () => {
    const { feed, give, ranges } = started();
    feed.need("a", PIXELS, [[0, 4]]);
    feed.need("a", PIXELS, [[4, 8]]);
    vi.advanceTimersByTime(20);
    give([50]);
    feed.need("b", PIXELS, [[60, 61]]);
    feed.open("b", { purpose: "view", index: 60 });
    vi.advanceTimersByTime(20);
    expect(ranges()).toEqual([[[0, 4]], [[60, 61]], [[4, 8]]]);
  });

  it("is empty when nothing is needed any more", () => {
    const { feed, give, ranges } = started();
    feed.need("a", PIXELS, [[0, 4]]);
    give([0]);
    vi.advanceTimersByTime(40);
    feed.need("a", PIXELS, []);
    feed.need("a", PIXELS, []);
    expect(ranges()).toEqual([[[0, 4]], []]);
    vi.advanceTimersByTime(60_000);
    expect(ranges()).toEqual([]);
    expect(feed.connection.value).toBe("live");
  });

  it("asks for another size at once", () => {
    const { feed, taken, give } = started();
    feed.need("a", PIXELS, [[0, 2]]);
    vi.advanceTimersByTime(40);
    feed.need("a", 1000, [[0, 2]]);
    feed.need("a", 1001, [[0, 2]]);
    expect(taken("want")).toMatchObject([{ edge: 256 }, { edge: 1024 }]);
    vi.advanceTimersByTime(40);
    // What was on its way is not what is needed now; the kernel left it out for being on its way.
    give([0, 1]);
    expect(taken("want")).toMatchObject([{ edge: 1024, ranges: [[0, 2]] }]);
  });

  it("names 512 items at most, and the rest when some of them have come", () => {
    const { feed, give, ranges } = started(2000);
    feed.need("a", PIXELS, [[0, 1000]]);
    expect(ranges()).toEqual([[[0, MAX_WANTED_ITEMS]]]);
    vi.advanceTimersByTime(40);
    give(upTo(100));
    expect(ranges()).toEqual([[[100, 100 + MAX_WANTED_ITEMS]]]);
  });

  it("is repeated after ten seconds without a word, and after ten more", () => {
    const { feed, ranges } = started();
    feed.need("a", PIXELS, [[0, 4]]);
    vi.advanceTimersByTime(9900);
    expect(ranges()).toEqual([[[0, 4]]]);
    vi.advanceTimersByTime(200);
    expect(ranges()).toEqual([[[0, 4]]]);
    vi.advanceTimersByTime(10_100);
    expect(ranges()).toEqual([[[0, 4]]]);
  });

  it("is one for each view, and what comes for one is there for all", () => {
    const { feed, give, ranges } = started();
    feed.need("a", PIXELS, [[0, 4]]);
    feed.need("b", PIXELS, [[2, 6]]);
    expect(ranges()).toEqual([[[0, 4]], [[2, 6]]]);
    vi.advanceTimersByTime(40);
    give([0, 1, 2, 3]);
    give([4, 5], {}, { view: "b" });
    vi.advanceTimersByTime(20_000);
    expect(ranges()).toEqual([]);
  });

  it("is not disturbed by smaller thumbnails for another view, nor do they replace larger ones", () => {
    const { feed, give, ranges, changes } = started();
    feed.need("grid", 500, [[0, 2]]);
    feed.need("strip", 100, [[0, 2]]);
    ranges();
    vi.advanceTimersByTime(40);
    give([0], { edge: 128 }, { view: "strip" });
    expect(ranges()).toEqual([]);
    give([0, 1], { edge: 512 }, { view: "grid" });
    const entry = feed.entry(1);
    give([1], { edge: 128 }, { view: "strip" });
    expect(feed.entry(1)).toBe(entry);
    expect(changes.map((change) => change.type === "entries" && change.indices)).toEqual([[0], [0, 1], []]);
    vi.advanceTimersByTime(20_000);
    expect(ranges()).toEqual([]);
  });

  it("ends with its view", () => {
    const { feed, taken } = started();
    feed.need("a", PIXELS, [[0, 4]]);
    const opening = feed.open("a", { purpose: "view", index: 1 });
    taken("want");
    feed.leave("a");
    expect(taken("want")).toMatchObject([{ view: "a", ranges: [] }]);
    feed.leave("a");
    feed.leave("b");
    vi.advanceTimersByTime(20_000);
    expect(taken("want")).toEqual([]);
    return expect(opening.result).rejects.toMatchObject({ name: "AbortError" });
  });

  it("of a view that has all it needs ends without a word", () => {
    const { feed, give, taken } = started();
    feed.need("a", PIXELS, [[0, 1]]);
    give([0]);
    taken("want");
    feed.leave("a");
    expect(taken("want")).toEqual([]);
  });
});

describe("thumbs", () => {
  it("are acknowledged, whoever they are for", () => {
    const { take, taken } = started();
    take(...thumbs([header(0)], { view: "z", batch: 77 }));
    take(...thumbs([header(0)], { view: "y", batch: 78, revision: 9 }));
    take(original({ batch: 79, rid: 55 }), new Uint8Array(3));
    expect(taken("ack")).toEqual([
      { kind: "ack", view: "z", batch: 77 },
      { kind: "ack", view: "y", batch: 78 },
      { kind: "ack", view: "a", batch: 79 },
    ]);
  });

  it.each(["DataView", "Uint8Array"])("are cut out of a %s into a larger buffer", async (type) => {
    const { feed, take, changes } = started();
    const entries = [header(3, { bytes: 2 }), header(7, { bytes: 0 }), header(9, { bytes: 3 })];
    const { buffer } = new Uint8Array([8, 8, 8, ...bytesOf(entries), 8, 8]);
    const [content] = thumbs(entries);
    take(content, type === "DataView" ? new DataView(buffer, 3, 5) : new Uint8Array(buffer, 3, 5));
    expect(await read(feed.entry(3)?.data)).toEqual([3, 3]);
    expect(feed.entry(3)?.header.mime).toBe("image/jpeg");
    expect(feed.entry(7)?.data).toBeNull();
    expect(await read(feed.entry(9)?.data)).toEqual([9, 9, 9]);
    expect(changes).toEqual([{ type: "entries", indices: [3, 7, 9] }]);
  });

  it("larger than a buffer come in parts, between which other views are served", async () => {
    const { feed, take, changes } = started();
    take(...thumbs([header(3, { bytes: 4, part: [0, 10] })]));
    take(...thumbs([header(3, { bytes: 4, part: [0, 6], edge: 128 })], { view: "b" }));
    take(...thumbs([header(3, { bytes: 4, part: [4, 10] })]));
    take(...thumbs([header(9)], { view: "c" }));
    expect(feed.entry(3)).toBeUndefined();
    take(...thumbs([header(3, { bytes: 2, part: [8, 10] })]));
    take(...thumbs([header(3, { bytes: 2, part: [4, 6], edge: 128 })], { view: "b" }));
    expect(await read(feed.entry(3)?.data)).toEqual(Array(10).fill(3));
    expect(changes.map((change) => change.type === "entries" && change.indices)).toEqual([
      [],
      [],
      [],
      [9],
      [3],
      [],
    ]);
  });

  it("in parts begin anew when the list changes in between", async () => {
    const { feed, take } = started();
    take(...thumbs([header(3, { bytes: 4, part: [0, 6] })]));
    take(splice(1, 100, [{ op: "move", from: 3, to: 4 }]));
    const message = { revision: 2 };
    take(...thumbs([header(3, { bytes: 2, part: [4, 6] })], message));
    expect(feed.entry(3)).toBeUndefined();
    take(...thumbs([header(4, { bytes: 4, part: [0, 6] })], message));
    take(...thumbs([header(4, { bytes: 2, part: [4, 6] })], message));
    expect(await read(feed.entry(4)?.data)).toEqual(Array(6).fill(4));
  });

  it("with a lost part are asked for again, and never put together with another's", () => {
    const { feed, take, ranges } = started();
    feed.need("a", PIXELS, [[3, 5]]);
    ranges();
    take(...thumbs([header(3, { bytes: 4, part: [0, 10] })]));
    take(...thumbs([header(3, { bytes: 2, part: [8, 10] })]));
    take(...thumbs([header(3, { bytes: 4, part: [0, 6] })]));
    take(...thumbs([header(4, { bytes: 2, part: [4, 6] })]));
    expect([feed.entry(3), feed.entry(4)]).toEqual([undefined, undefined]);
    vi.advanceTimersByTime(12_000);
    expect(ranges()).toEqual([[[3, 5]]]);
  });

  it("of an item that can no longer be drawn give way to the reason", () => {
    const { feed, give, ranges } = started();
    feed.need("a", PIXELS, [[0, 1]]);
    give([0]);
    vi.advanceTimersByTime(40);
    feed.need("a", 1000, [[0, 1]]);
    give([0], { bytes: 0, edge: 0, complete: true, error: "0.jpg has been deleted" });
    expect(feed.entry(0)?.header.error).toBe("0.jpg has been deleted");
    vi.advanceTimersByTime(20_000);
    expect(ranges()).toHaveLength(2);
  });

  it("without all of their bytes, or of no item of the list, are dropped", () => {
    const { feed, take, give } = started(10);
    take(thumbs([header(0), header(1)])[0], new Uint8Array(6));
    take(thumbs([header(2)])[0]);
    take(...thumbs([header(10), header(1e9), header(Number.NaN, { bytes: 0 }), header(3)]));
    take(...thumbs([header(4, { part: [-5, 4] }), header(5, { part: [9, 2] })]));
    expect(upTo(12).filter((index) => feed.entry(index))).toEqual([0, 3, 4]);
    give([6]);
    expect(feed.entry(6)).toBeDefined();
  });

  it("of another revision are dropped, and the truth is asked for once", () => {
    const { feed, give, taken, take, ranges } = started();
    feed.need("a", PIXELS, [[0, 2]]);
    taken("");
    for (let i = 0; i < 50; i++) {
      give([0], {}, { revision: 3 });
      vi.advanceTimersByTime(100);
    }
    expect(feed.entry(0)).toBeUndefined();
    expect(taken("ready")).toEqual([{ kind: "ready", view: "" }]);
    take(status(3, 100));
    ranges();
    give([0], {}, { revision: 4 });
    expect(taken("ready")).toHaveLength(1);
    // The answer was lost: another is asked for in time.
    vi.advanceTimersByTime(10_000);
    give([0], {}, { revision: 4 });
    expect(taken("ready")).toHaveLength(1);
  });

  it("that were dropped are asked for again when nothing had changed after all", () => {
    const { feed, give, take, ranges } = started();
    feed.need("a", PIXELS, [[0, 2]]);
    ranges();
    vi.advanceTimersByTime(40);
    give([0, 1], {}, { revision: 2 });
    take(status(1, 100));
    expect(ranges()).toEqual([[[0, 2]]]);
  });
});

describe("splice", () => {
  const changed = () => {
    const all = started();
    all.feed.need("a", PIXELS, [[0, 4]]);
    all.give([0, 1, 2, 3]);
    all.changes.length = 0;
    all.taken("");
    vi.advanceTimersByTime(40);
    return all;
  };
  const names = (feed: ReturnType<typeof createFeed>) =>
    upTo(7).map((index) => feed.entry(index)?.header.name ?? null);

  it("moves what is here, and asks for nothing of it again", () => {
    const { feed, take, changes, ranges } = changed();
    const operations = [
      { op: "splice", at: 1, remove: 1, insert: 2 },
      { op: "move", from: 0, to: 4 },
    ] as const;
    let told: unknown[] = [];
    feed.subscribe(() => {
      told = [feed.count.peek(), feed.revision.peek(), feed.entry(2)?.header.name];
    }, new AbortController().signal);
    take(splice(1, 101, operations));
    expect(names(feed)).toEqual([null, null, "2.jpg", "3.jpg", "0.jpg", null, null]);
    expect(changes).toEqual([{ type: "splice", operations }]);
    expect(told).toEqual([101, 2, "2.jpg"]);
    feed.need("a", PIXELS, [[0, 5]]);
    expect(ranges()).toEqual([[[0, 2]]]);
  });

  it("moves what is asked for: it still comes", () => {
    const { feed, take, give, ranges } = changed();
    feed.need("a", PIXELS, [[0, 8]]);
    expect(ranges()).toEqual([[[4, 8]]]);
    vi.advanceTimersByTime(40);
    take(splice(1, 102, [{ op: "splice", at: 0, remove: 0, insert: 2 }]));
    feed.need("a", PIXELS, [[2, 10]]);
    expect(ranges()).toEqual([]);
    give([6, 7, 8, 9], {}, { revision: 2 });
    vi.advanceTimersByTime(20_000);
    expect(ranges()).toEqual([]);
  });

  it("that removes what is asked for makes the want be said anew", () => {
    const { feed, take, ranges } = changed();
    feed.need("a", PIXELS, [[0, 6]]);
    ranges();
    vi.advanceTimersByTime(40);
    take(splice(1, 99, [{ op: "splice", at: 4, remove: 1, insert: 0 }]));
    feed.need("a", PIXELS, [[0, 6]]);
    expect(ranges()).toEqual([[[4, 6]]]);
  });

  it("changes a caption and nothing else", () => {
    const { feed, take } = changed();
    const before = feed.entry(2);
    take(
      splice(1, 103, [
        { op: "caption", at: 2, caption: "old" },
        { op: "caption", at: 2, caption: "<b>new</b>" },
        { op: "caption", at: 77, caption: "not here" },
        { op: "splice", at: 0, remove: 0, insert: 3 },
      ]),
    );
    expect(feed.entry(5)?.header).toEqual({ ...before?.header, caption: "<b>new</b>" });
    expect(feed.entry(5)?.data).toBe(before?.data);
    expect(feed.entry(77)).toBeUndefined();
    take(splice(2, 103, [{ op: "caption", at: 5, caption: null }]));
    expect(feed.entry(5)?.header.caption).toBeNull();
  });

  it("with a reset forgets everything", () => {
    const { feed, take, changes } = changed();
    const opening = feed.open("a", { purpose: "view", index: 1 });
    take(original({ index: 1 }), new Uint8Array(3));
    expect(feed.original(1)).toBeDefined();
    take(splice(1, 2, [{ op: "reset" }, { op: "splice", at: 0, remove: 0, insert: 1 }]));
    expect(names(feed).every((name) => name === null)).toBe(true);
    expect(feed.original(1)).toBeUndefined();
    expect([feed.count.value, feed.revision.value]).toEqual([2, 2]);
    expect(changes).toEqual([{ type: "reset" }]);
    return opening.result;
  });

  it("with a reset lets downloads go on, and mixes up no requests", async () => {
    const { feed, take } = changed();
    const archive = feed.open("a", { purpose: "archive", index: null });
    take(original({ index: null, total: null, last: false }), new Uint8Array(3));
    take(splice(1, 5, [{ op: "reset" }]));
    const picture = feed.open("a", { purpose: "view", index: 0 });
    take(original({ index: null, offset: 3, total: 6 }), new Uint8Array(3));
    expect((await archive.result).blob.size).toBe(6);
    take(original({ rid: 2, total: 1 }), new Uint8Array(1));
    expect((await picture.result).blob.size).toBe(1);
  });

  it("after a lost one asks for the truth once, and changes nothing before it comes", () => {
    const { feed, take, taken, changes } = changed();
    const one = [{ op: "splice", at: 0, remove: 1, insert: 0 }] as const;
    for (let base = 2; base < 40; base++) take(splice(base, 50, one));
    expect(taken("ready")).toHaveLength(1);
    expect([feed.count.value, feed.revision.value, changes.length]).toEqual([100, 1, 0]);
    take(status(40, 50));
    expect([feed.count.value, feed.revision.value]).toEqual([50, 40]);
    expect(changes).toEqual([{ type: "reset" }]);
    take(splice(40, 49, one));
    expect(feed.revision.value).toBe(41);
  });

  it("that is known already changes nothing", () => {
    const { feed, take, taken, changes } = changed();
    take(splice(1, 99, [{ op: "splice", at: 0, remove: 1, insert: 0 }]));
    take(splice(1, 99, [{ op: "splice", at: 0, remove: 1, insert: 0 }]));
    take(splice(0, 99, [{ op: "reset" }]));
    expect([feed.revision.value, changes.length]).toEqual([2, 1]);
    expect(taken("ready")).toEqual([]);
  });
});

describe("status", () => {
  it("of what is known changes nothing, and asks for nothing", () => {
    const { feed, give, take, changes, ranges } = started();
    give([0]);
    feed.need("a", PIXELS, [[0, 3]]);
    ranges();
    vi.advanceTimersByTime(40);
    take(status(1, 100));
    expect(feed.entry(0)).toBeDefined();
    expect(changes).toHaveLength(1);
    expect(ranges()).toEqual([]);
  });
});

describe("pages", () => {
  const page = (revision: number, ...entries: EntryHeader[]) => ({
    revision,
    entries,
    data: bytesOf(entries),
  });

  it("fill what the list still has unchanged", async () => {
    const { feed } = started(8);
    feed.takePage(page(1, header(0), header(1), header(2), header(9)), 2);
    expect(upTo(10).filter((index) => feed.entry(index))).toEqual([0, 1]);
    expect(await read(feed.entry(1)?.data)).toEqual([1, 1, 1, 1]);
    feed.takePage(null, 2);
  });

  it("that are pushed count when they fit the list", () => {
    const { feed, changes } = started(8);
    feed.takePage(page(7, header(3)));
    expect(feed.entry(3)).toBeUndefined();
    feed.takePage(page(1, header(4), header(8)));
    expect(upTo(10).filter((index) => feed.entry(index))).toEqual([4]);
    expect(changes.at(-1)).toEqual({ type: "entries", indices: [4] });
  });

  it("answer a want", () => {
    const { feed, ranges } = started();
    feed.need("a", PIXELS, [[0, 2]]);
    feed.takePage(page(1, header(0), header(1)));
    vi.advanceTimersByTime(20_000);
    expect(ranges()).toEqual([[[0, 2]]]);
    expect(feed.connection.value).toBe("live");
  });
});

describe("posters", () => {
  it("made here are kept when the kernel says again that it has none", () => {
    const { feed, take, changes } = started();
    const video = header(2, { kind: "video", bytes: 0, mime: "" });
    const poster = new Blob(["poster"]);
    feed.keepPoster(2, poster);
    expect(feed.entry(2)).toBeUndefined();
    take(...thumbs([video, header(3)]));
    feed.keepPoster(2, poster);
    feed.keepPoster(3, poster);
    expect(feed.entry(2)?.data).toBe(poster);
    expect(feed.entry(3)?.data).not.toBe(poster);
    expect(changes).toHaveLength(2);
    take(...thumbs([{ ...video, edge: 512 }]));
    expect(feed.entry(2)?.data).toBe(poster);
    expect(feed.entry(2)?.header.edge).toBe(512);
  });
});

describe("the cache", () => {
  it("is bounded, and spares what any view needs", () => {
    const { feed, take } = started(1000);
    feed.need("a", PIXELS, [[0, 10]]);
    feed.need("b", PIXELS, [[20, 30]]);
    const size = 2 ** 20;
    const [content] = thumbs([]);
    for (const index of upTo(240)) {
      take({ ...(content as object), entries: [header(index, { bytes: size })] }, new Uint8Array(size));
    }
    const kept = upTo(240).filter((index) => feed.entry(index));
    expect(kept.length).toBeGreaterThan(120);
    expect(kept.length).toBeLessThanOrEqual(128);
    expect(kept.slice(0, 20)).toEqual([...upTo(10), ...upTo(10).map((index) => index + 20)]);
    expect(kept.at(-1)).toBe(239);
  });

  it("grows beyond its bound rather than ask for the same again and again", () => {
    const { feed, take, ranges } = started(1000);
    feed.need("a", PIXELS, [[0, 240]]);
    ranges();
    const size = 2 ** 20;
    const [content] = thumbs([]);
    for (const index of upTo(240)) {
      take({ ...(content as object), entries: [header(index, { bytes: size })] }, new Uint8Array(size));
    }
    vi.advanceTimersByTime(20_000);
    expect(ranges()).toEqual([]);
    expect(feed.entry(0)).toBeDefined();
  });
});

describe("connection", () => {
  it("waits when what was asked for does not come for two seconds, until something is heard", () => {
    const { feed, give, take } = started();
    vi.advanceTimersByTime(60_000);
    feed.need("a", PIXELS, [[0, 4]]);
    vi.advanceTimersByTime(1900);
    expect(feed.connection.value).toBe("live");
    vi.advanceTimersByTime(200);
    expect(feed.connection.value).toBe("waiting");
    take({ kind: "error", v: 1, view: "", rid: null, message: "" });
    expect(feed.connection.value).toBe("live");
    vi.advanceTimersByTime(4000);
    expect(feed.connection.value).toBe("waiting");
    give([0, 1, 2, 3]);
    vi.advanceTimersByTime(60_000);
    expect(feed.connection.value).toBe("live");
  });

  it("waits while a person scrolls on and on before a busy kernel", () => {
    const { feed } = started(1000);
    for (let top = 0; top < 110; top++) {
      feed.need("a", PIXELS, [[top, top + 4]]);
      vi.advanceTimersByTime(20);
    }
    expect(feed.connection.value).toBe("waiting");
  });

  it("waits for originals, too", () => {
    const { feed, take } = started();
    feed.open("a", { purpose: "view", index: 0, prefetch: [1] });
    vi.advanceTimersByTime(2100);
    expect(feed.connection.value).toBe("waiting");
    take(original({}), new Uint8Array(3));
    vi.advanceTimersByTime(60_000);
    expect(feed.connection.value).toBe("live");
  });

  it("no longer waits when nothing is asked for", () => {
    const { feed } = started();
    feed.need("a", PIXELS, [[0, 4]]);
    vi.advanceTimersByTime(3000);
    feed.need("a", PIXELS, []);
    vi.advanceTimersByTime(3000);
    expect(feed.connection.value).toBe("live");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is gone when the comm has closed: what is here stays, nothing more is asked for", async () => {
    const { feed, give, taken } = started();
    give([0]);
    const before = feed.open("a", { purpose: "view", index: 0 });
    feed.need("a", PIXELS, [[0, 2]]);
    taken("");
    feed.lose();
    expect(feed.connection.value).toBe("gone");
    await expect(before.result).rejects.toThrow("The kernel is gone.");
    await expect(feed.open("a", { purpose: "view", index: 0 }).result).rejects.toThrow("The kernel is gone.");
    feed.need("a", PIXELS, [[4, 8]]);
    feed.leave("a");
    vi.advanceTimersByTime(60_000);
    expect(taken("want")).toEqual([]);
    expect(feed.entry(0)).toBeDefined();
    expect(feed.connection.value).toBe("gone");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends with its model", async () => {
    const { feed, ending, changes, give } = started();
    const opening = feed.open("a", { purpose: "view", index: 0 });
    ending.abort();
    await expect(opening.result).rejects.toThrow();
    give([0]);
    expect(changes).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("errors", () => {
  it("end the request that they name", async () => {
    const { feed, take } = started();
    const opening = feed.open("a", { purpose: "download", index: 3 });
    take(failure(1, "3.jpg has been deleted"));
    await expect(opening.result).rejects.toThrow("3.jpg has been deleted");
    take(failure(1, "again"));
    take(failure(null, "to the person"));
  });
});
