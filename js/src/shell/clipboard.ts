/** Putting a picture or a text on the clipboard. Answers whether it got there; never throws. */

/** Browsers take pictures as PNG only. */
const CLIPBOARD_TYPE = "image/png";

export async function copyPicture(picture: Blob, caption: string | null): Promise<boolean> {
  try {
    const png = picture.type === CLIPBOARD_TYPE ? picture : await asPng(picture);
    const parts: Record<string, Blob> = { [CLIPBOARD_TYPE]: png };
    if (caption !== null) parts["text/plain"] = new Blob([caption], { type: "text/plain" });
    await navigator.clipboard.write([new ClipboardItem(parts)]);
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
    return copyAsCommand(text);
  }
}

/** Plain-HTTP remotes have no `navigator.clipboard`, but still let a copy command be answered. */
function copyAsCommand(text: string): boolean {
  const answer = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("copy", answer, { capture: true, once: true });
  const copied = document.execCommand("copy");
  document.removeEventListener("copy", answer, { capture: true });
  return copied;
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
      canvas.toBlob((blob) => (blob === null ? reject(new Error("no PNG")) : resolve(blob)), CLIPBOARD_TYPE);
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
