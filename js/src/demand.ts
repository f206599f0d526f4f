/** What one view needs, and what of it to ask for. Pure: no DOM, no messages. */

import { MAX_WANTED_ITEMS, THUMBNAIL_EDGES, type Range } from "./protocol";

/** A thumbnail drawn up to a third larger than it is still looks sharp enough not to be made again. */
const GOOD_ENOUGH = 0.75;

/** A thumbnail is asked for when it is at least nine tenths of the pixels that it fills. */
const FILLS = 0.9;

/** The size to ask for: the smallest that fills `pixels` device pixels of the tile's longer side. */
export function edgeFor(pixels: number): number {
  for (const edge of THUMBNAIL_EDGES) if (edge >= pixels * FILLS) return edge;
  return THUMBNAIL_EDGES[THUMBNAIL_EDGES.length - 1] as number;
}

/** Whether a thumbnail made for `edge` may stay where `pixels` device pixels are to be filled. */
export function goodEnough(edge: number, pixels: number): boolean {
  return edge >= Math.min(pixels * GOOD_ENOUGH, edgeFor(pixels));
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
    const last = ranges[ranges.length - 1];
    if (last !== undefined && last[1] === index) last[1] = index + 1;
    else ranges.push([index, index + 1]);
  }
  return ranges;
}

export function sameMembers(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  if (a.size !== b.size) return false;
  for (const member of a) if (!b.has(member)) return false;
  return true;
}
