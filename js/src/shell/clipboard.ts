/** Putting a picture or a text on the clipboard. Answers whether it got there; never throws. */

/** Browsers take pictures as PNG only. */
const PNG = "image/png";

export async function copyPicture(picture: Blob, caption: string | null | undefined): Promise<boolean> {
  try {
    const png = picture.type === PNG ? picture : await asPng(picture);
    await navigator.clipboard.write([
      new ClipboardItem({
        [PNG]: png,
        ...(caption && { "text/plain": new Blob([caption], { type: "text/plain" }) }),
      }),
    ]);
    return true;
  } catch {
    return false;
  }
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain-HTTP remotes have no `navigator.clipboard`, but still let a copy command be answered.
    const answer = (event: ClipboardEvent) => {
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    document.addEventListener("copy", answer, true);
    const copied = document.execCommand("copy");
    document.removeEventListener("copy", answer, true);
    return copied;
  }
}

/** Through an <img>, which draws SVG too. */
async function asPng(picture: Blob): Promise<Blob> {
  const url = URL.createObjectURL(picture);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject()), PNG);
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
