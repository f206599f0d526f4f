/** How large a picture is drawn on the stage: arithmetic, no DOM. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Placed extends Size {
  /** Its pixels are drawn larger than they are, and keep their edges. */
  readonly pixelated: boolean;
}

/**
 * Contained in the box. `dpr` is how many device pixels make a CSS pixel.
 *
 * Beyond its own size a picture grows by whole factors only: by others, some pixels would become larger than their
 * neighbours, and so one that fits once but not twice is drawn as it is. What has no pixels (`scalable`: SVG, video) fills
 * the box.
 */
export function contain(media: Size, box: Size, dpr: number, scalable: boolean): Placed {
  const contained = Math.min(box.width / media.width, box.height / media.height);
  if (!(media.width && media.height)) return { width: 0, height: 0, pixelated: false };
  const scale = scalable || contained <= 1 ? contained : Math.max(1, Math.floor(contained * dpr) / dpr);
  return {
    width: Math.max(1, media.width * scale),
    height: Math.max(1, media.height * scale),
    pixelated: !scalable && scale * dpr > 1,
  };
}
