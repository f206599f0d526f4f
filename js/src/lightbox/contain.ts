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
 * Pixels are enlarged by whole factors only: by others, some would become larger than their neighbours. A picture that
 * fits once but not twice is drawn as it is. What has no pixels (`scalable`: SVG, video) fills the box.
 */
export function contain(media: Size, box: Size, dpr: number, scalable: boolean): Placed {
  if (media.width <= 0 || media.height <= 0 || box.width <= 0 || box.height <= 0) {
    return { width: 0, height: 0, pixelated: false };
  }
  const contained = Math.min(box.width / media.width, box.height / media.height);
  const enlarged = contained * dpr;
  const scale = scalable || enlarged <= 1 ? contained : Math.floor(enlarged) / dpr;
  return {
    width: Math.max(1, media.width * scale),
    height: Math.max(1, media.height * scale),
    pixelated: !scalable && enlarged >= 2,
  };
}
