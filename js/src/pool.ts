/** The tiles that are in the document, by the index of their item, and those that wait to be used again. */

import type { Range } from "./protocol";
import { createTile, type Look, type Place, type Tile } from "./tile";
import type { View } from "./view";

export function createPool(list: HTMLElement, view: View) {
  const { feed, selection, selectedIndex } = view.store;
  const tiles = new Map<number, Tile>();
  const spare: Tile[] = [];

  return {
    tiles: tiles as ReadonlyMap<number, Tile>,

    /** Mount what is in the range, and the active tile wherever it is; retire all else. */
    show([start, stop]: Range, active: number, look: Look, placeOf: (index: number) => Place) {
      const shown = new Set<number>();
      for (let index = start; index < stop; index++) shown.add(index);
      if (active < look.count) shown.add(active);
      for (const [index, tile] of tiles) {
        if (shown.has(index)) continue;
        tiles.delete(index);
        tile.clear();
        spare.push(tile);
      }
      for (const index of shown) {
        const tile = tiles.get(index) ?? spare.pop() ?? createTile();
        tiles.set(index, tile);
        if (!tile.element.isConnected) list.append(tile.element);
        tile.bind(index, feed.entry(index), look);
        tile.place(placeOf(index));
      }
      // Most of what was retired is in use again by now, and has not left the document in between.
      for (const tile of spare) tile.element.remove();
    },

    /** Say of each tile whether it is selected, current, and the tab stop. */
    mark(active: number) {
      for (const [index, tile] of tiles)
        tile.mark(selection.peek().has(index), index === selectedIndex.peek(), index === active);
    },

    /** The list has changed: each tile stays with its item, and the active one passes to `heir` if its item has gone. */
    follow(moved: (index: number) => number | null, active: number, heir: number | null) {
      const before = [...tiles];
      const homeless: Tile[] = [];
      tiles.clear();
      for (const [index, tile] of before) {
        const now = moved(index);
        if (now === null) homeless.push(tile);
        else {
          tile.index = now;
          tiles.set(now, tile);
        }
      }
      for (const tile of homeless) {
        const inherits = tile.index === active && heir !== null && !tiles.has(heir);
        tile.clear();
        if (inherits) tiles.set(heir, tile);
        else spare.push(tile);
      }
    },

    /** Put the tiles into the order of the list: assistive technology reads in that of the document. */
    sort() {
      // What has the focus or is pressed would lose it by being moved: the others are put around it.
      if (list.querySelector(":active")) return;
      const focused = list.querySelector(":focus");
      let next: Element | null = null;
      for (const [, { element }] of [...tiles].sort(([a], [b]) => b - a)) {
        if (element.nextElementSibling !== next && element !== focused) list.insertBefore(element, next);
        next = element;
      }
    },

    hasFocus: () => list.querySelector(":focus") !== null,

    /** The index of the tile that holds an event's target. */
    indexOf: (target: EventTarget | null): number | undefined =>
      [...tiles.values()].find(({ element }) => element.contains(target as Node))?.index,
  };
}
