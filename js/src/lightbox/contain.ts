/** How large a picture is drawn on the stage: arithmetic, no DOM. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * CSS pixels for each of the picture's own, so that it is contained in the box. `dpr` is how many device pixels make a CSS
 * pixel.
 *
 * Beyond its own size a picture grows by whole factors only: by others, some pixels would become larger than their
 * neighbours, and so one that fits once but not twice is drawn as it is. What has no pixels (`scalable`: SVG, video) fills
 * the box.
 */
export function contain(media: Size, box: Size, dpr: number, scalable: boolean): number {
  const contained = Math.min(box.width / media.width, box.height / media.height);
  return scalable || contained <= 1 ? contained : Math.max(1, Math.floor(contained * dpr) / dpr);
}
