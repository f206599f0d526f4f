// @vitest-environment happy-dom

import { describe, expect, it } from "vitest";
import { asBlob, enlarged, type Fit, Picture, safeUrl } from "../src/picture";

describe("safeUrl", () => {
  it.each([
    "https://example.org/a.png",
    "HTTP://example.org/a.png",
    "blob:https://example.org/1234",
    "data:image/png;base64,AAAA",
    "data:image/svg+xml,%3Csvg/%3E",
  ])("lets %s through as a picture", (url) => {
    expect(safeUrl(url, "image")).toBe(url);
  });

  it.each([
    "javascript:alert(1)",
    " java\nscript:alert(1)",
    "file:///etc/passwd",
    "data:text/html,<script>alert(1)</script>",
    "data:video/mp4;base64,AAAA",
    "vbscript:x",
    "ftp://example.org/a.png",
    "/relative.png",
    "",
  ])("stops %j", (url) => {
    expect(safeUrl(url, "image")).toBeNull();
  });

  it("tells pictures from videos", () => {
    expect(safeUrl("data:video/mp4;base64,AAAA", "video")).not.toBeNull();
    expect(safeUrl("data:image/png;base64,AAAA", "video")).toBeNull();
  });
});

describe("enlarged", () => {
  const box = { width: 200, height: 100 };
  it.each<[Fit, number, number, number, boolean]>([
    ["cover", 200, 100, 1, false],
    ["cover", 199, 100, 1, true],
    ["cover", 400, 200, 2, false],
    ["cover", 200, 100, 2, true],
    ["cover", 100, 1000, 1, true],
    ["contain", 100, 1000, 1, false],
    ["contain", 90, 90, 1, true],
    ["fill", 100, 1000, 1, true],
    ["none", 10, 10, 1, false],
    ["none", 10, 10, 2, true],
    ["scale-down", 10, 10, 1, false],
    ["scale-down", 400, 400, 1, false],
    ["cover", 0, 0, 1, false],
  ])("%s of %d × %d at %d device pixels a pixel: %s", (fit, width, height, ratio, expected) => {
    expect(enlarged({ width, height }, box, fit, ratio)).toBe(expected);
  });
});

describe("a picture's own bytes", () => {
  const bytes = new Uint8Array([1, 2, 3]);

  it("are its address where the browser can spell them quickly", () => {
    const quick = Object.assign(bytes.slice(), { toBase64: () => "AQID" });
    const picture = new Picture({ loaded() {}, failed() {} });
    picture.show(quick, "image/webp");
    expect(picture.element.src).toBe("data:image/webp;base64,AQID");
  });

  it("are a Blob elsewhere", async () => {
    const old = Object.assign(bytes.slice(), { toBase64: undefined });
    const picture = new Picture({ loaded() {}, failed() {} });
    picture.show(old, "image/webp");
    expect(picture.element.src).toMatch(/^blob:/);
    expect([...new Uint8Array(await asBlob(old, "image/webp").arrayBuffer())]).toEqual([1, 2, 3]);
  });
});
