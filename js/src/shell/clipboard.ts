/** What the clipboard takes. */

/** Browsers take pictures as PNG only. Through an `<img>`, which draws SVG too; rejects when it cannot be drawn. */
export async function asPng(picture: Blob): Promise<Blob> {
  const image = new Image();
  image.src = URL.createObjectURL(picture);
  try {
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    return await canvas.convertToBlob();
  } finally {
    URL.revokeObjectURL(image.src);
  }
}
