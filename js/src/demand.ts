/** What one view needs, and what of it to ask for. Pure: no DOM, no messages. */

import { MAX_WANTED_ITEMS, type Range, THUMBNAIL_EDGES } from "./protocol";

/** A thumbnail is asked for when it is at least nine tenths of the pixels that it fills. */
const FILLS = 0.9;

/** One drawn up to a third larger than it is still looks sharp enough not to be made again. */
const LOOKS_SHARP = 0.75;

/** The size to ask for: the smallest that fills `pixels` device pixels of the tile's longer side. */
export function edgeFor(pixels: number, part = FILLS): number {
  return THUMBNAIL_EDGES.find((edge) => edge >= pixels * part) ?? THUMBNAIL_EDGES[3];
}

/** Whether a thumbnail made for `edge` may stay where `pixels` device pixels are to be filled. */
export function isSharp(edge: number, pixels: number): boolean {
  return edge >= edgeFor(pixels, LOOKS_SHARP);
}

/** The indices of `ranges`, in their order, that are missing; at most as many as one `want` may name. */
export function missingIndices(
  ranges: readonly Range[],
  count: number,
  isHere: (index: number) => boolean,
): Set<number> {
  const missing = new Set<number>();
  for (const [start, stop] of ranges) {
    for (let index = Math.max(0, start); index < Math.min(stop, count); index++) {
      if (missing.size >= MAX_WANTED_ITEMS) return missing;
      if (!isHere(index)) missing.add(index);
    }
  }
  return missing;
}

/** Indices as half-open ranges, urgency kept: neighbours in the given order are joined. */
export function asRanges(indices: Iterable<number>): Range[] {
  const ranges: [number, number][] = [];
  for (const index of indices) {
    const last = ranges.at(-1);
    if (last?.[1] === index) last[1]++;
    else ranges.push([index, index + 1]);
  }
  return ranges;
}
