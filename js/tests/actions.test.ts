// @vitest-environment happy-dom

import { afterEach, describe, expect, it, vi } from "vitest";
import type { OriginalFile } from "../src/feed";
import type { EntryHeader } from "../src/protocol";
import { createActions } from "../src/shell/actions";
import { signal } from "../src/signals";
import type { View } from "../src/view";

const HEADER: EntryHeader = {
  index: 0,
  bytes: 0,
  kind: "image",
  mime: "image/jpeg",
  width: 10,
  height: 10,
  color: "",
  caption: "A cat",
  name: "cat.jpg",
  edge: 256,
  complete: false,
};

function setUp(header: Partial<EntryHeader>, file: Promise<OriginalFile>) {
  const open = vi.fn(() => ({
    received: signal(0),
    total: signal(null),
    progress: signal(null),
    result: file,
    cancel: vi.fn(),
  }));
  const feed = {
    entry: () => ({ header: { ...HEADER, ...header }, data: null }),
    original: () => undefined,
    open,
  };
  const view = {
    id: "v",
    store: { feed },
    signal: new AbortController().signal,
  } as unknown as View;
  const root = document.createElement("div");
  const clicked: HTMLAnchorElement[] = [];
  root.addEventListener("click", (event) => {
    event.preventDefault();
    clicked.push(event.target as HTMLAnchorElement);
  });
  return { actions: createActions(view, root), open, clicked, root };
}

function stubNavigator(values: object): void {
  vi.stubGlobal("navigator", { clipboard: { write: vi.fn() }, ...values });
}

function copied(): ClipboardItem[] {
  return vi.mocked(navigator.clipboard.write).mock.calls.flatMap(([items]) => [...items]);
}

const bytes = (mime: string) =>
  Promise.resolve({ blob: new Blob(["x"], { type: mime }), mime, name: "cat.jpg" });

afterEach(() => vi.unstubAllGlobals());

describe("download", () => {
  it("saves under the file's own name, from an anchor inside the gallery", async () => {
    const { actions, clicked, open, root } = setUp({}, bytes("image/jpeg"));
    await actions.download(3);
    expect(open).toHaveBeenCalledWith("v", { purpose: "download", index: 3 });
    expect(clicked.map(({ download }) => download)).toEqual(["cat.jpg"]);
    expect(root.children).toHaveLength(0);
  });

  it("leaves remote media to the browser, and never follows other addresses", async () => {
    const remote = setUp({ url: "https://example.org/cat.jpg" }, bytes("image/jpeg"));
    await remote.actions.download(0);
    expect(remote.clicked.map(({ href }) => href)).toEqual(["https://example.org/cat.jpg"]);
    expect(remote.open).not.toHaveBeenCalled();
    const hostile = setUp({ url: "javascript:alert(1)" }, bytes("image/jpeg"));
    await hostile.actions.download(0);
    expect(hostile.clicked.every(({ href }) => href.startsWith("blob:"))).toBe(true);
  });

  it("fetches several as one archive", async () => {
    const { actions, open } = setUp({}, bytes("application/zip"));
    await actions.download(null, [[0, 2]]);
    expect(open).toHaveBeenCalledWith("v", { purpose: "archive", index: null, ranges: [[0, 2]] });
  });

  it("says why there is nothing, and nothing when it was cancelled", async () => {
    const failed = setUp({}, Promise.reject(new Error("cat.jpg is gone.")));
    await failed.actions.download(0);
    expect(failed.actions.toast.value).toBe("cat.jpg is gone.");
    const cancelled = setUp({}, Promise.reject(new DOMException("", "AbortError")));
    await cancelled.actions.download(null);
    expect(cancelled.actions.toast.value).toBe("");
    expect(cancelled.actions.jobs.value).toEqual([]);
  });
});

describe("share", () => {
  it("offers the file where the browser can share it", async () => {
    const share = vi.fn();
    stubNavigator({ canShare: () => true, share });
    const { actions } = setUp({}, bytes("image/jpeg"));
    await actions.share(0);
    expect(share.mock.calls[0]?.[0]).toMatchObject({ text: "A cat", files: [{ name: "cat.jpg" }] });
    expect(actions.toast.value).toBe("");
  });

  it("says nothing when the person chose nothing", async () => {
    stubNavigator({ canShare: () => true, share: () => Promise.reject(new DOMException("", "AbortError")) });
    const { actions } = setUp({}, bytes("image/jpeg"));
    await actions.share(0);
    expect(actions.toast.value).toBe("");
    expect(navigator.clipboard.write).not.toHaveBeenCalled();
  });

  it("copies the caption, or else the name, of what is no picture", async () => {
    stubNavigator({});
    const { actions } = setUp({ kind: "video" }, bytes("video/mp4"));
    await actions.share(0);
    expect(copied().map(({ types }) => types)).toEqual([["text/plain"]]);
    expect(actions.toast.value).toBe("Copied: A cat");
    const unnamed = setUp({ kind: "video", caption: null }, bytes("video/mp4"));
    await unnamed.actions.share(0);
    expect(unnamed.actions.toast.value).toBe("Copied: cat.jpg");
  });

  it("copies the address of remote media", async () => {
    stubNavigator({});
    const { actions, open } = setUp({ url: "https://example.org/cat.jpg" }, bytes("image/jpeg"));
    await actions.share(0);
    expect(actions.toast.value).toBe("Copied: https://example.org/cat.jpg");
    expect(open).not.toHaveBeenCalled();
  });

  it("says so where there is no clipboard", async () => {
    stubNavigator({ clipboard: undefined });
    const { actions } = setUp({ kind: "video" }, bytes("video/mp4"));
    await actions.share(0);
    expect(actions.toast.value).toBe("Nothing can be shared or copied from here.");
  });
});
