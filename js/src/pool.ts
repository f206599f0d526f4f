/** The tiles that are in the document, by the index of their item, and those that wait to be used again. */

import type { Entry } from "./feed";
import type { Range } from "./protocol";
import { createTile, type Look, type Tile } from "./tile";
import type { View } from "./view";

/** Where a tile stands; `away`: kept for the focus, but not to be seen. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly away: boolean;
}

export interface Pool {
  readonly tiles: ReadonlyMap<number, Tile>;
  /** Mount what is in the range, and the active tile wherever it is; retire all else. */
  show(range: Range, active: number, look: Look, placeOf: (index: number) => Place): void;
  /** Say of each tile whether it is selected, current, and the tab stop. */
  mark(active: number): void;
  /** The list has changed: each tile stays with its item, and the active one passes to `heir` if its item has gone. */
  follow(moved: (index: number) => number | null, active: number, heir: number | null): void;
  /** Put the tiles into the order of the list: assistive technology reads in that of the document. */
  sort(): void;
  hasFocus(): boolean;
  /** The index of the tile that holds an event's target. */
  indexOf(target: EventTarget | null): number | undefined;
}

export function createPool(
  list: HTMLElement,
  view: View,
  durationOf: (entry: Entry) => number | undefined,
): Pool {
  const { feed, selection, selectedIndex } = view.store;
  const tiles = new Map<number, Tile>();
  const spare: Tile[] = [];

  const retire = (tile: Tile) => {
    tile.clear();
    spare.push(tile);
  };

  const mount = (index: number, look: Look, { x, y, away }: Place) => {
    let tile = tiles.get(index);
    if (!tile) {
      tile = spare.pop() ?? createTile(view.signal);
      tiles.set(index, tile);
      if (!tile.element.isConnected) list.append(tile.element);
    }
    const entry = feed.entry(index);
    tile.bind(index, entry, look, entry && durationOf(entry));
    tile.place(x, y, away);
  };

  const focused = () => (list.getRootNode() as Document | ShadowRoot).activeElement;

  return {
    tiles,
    show([start, stop], active, look, placeOf) {
      for (const [index, tile] of tiles) {
        if ((index >= start && index < stop) || index === active) continue;
        tiles.delete(index);
        retire(tile);
      }
      for (let index = start; index < stop; index++) mount(index, look, placeOf(index));
      if (active < look.count) mount(active, look, placeOf(active));
      // Most of what was retired is in use again by now, and has not left the document in between.
      for (const tile of spare) tile.element.remove();
    },
    mark(active) {
      for (const [index, tile] of tiles) {
        tile.mark(selection.peek().has(index), index === selectedIndex.peek(), index === active);
      }
    },
    follow(moved, active, heir) {
      const before = [...tiles];
      const homeless: Tile[] = [];
      tiles.clear();
      for (const [index, tile] of before) {
        const now = moved(index);
        if (now === null) homeless.push(tile);
        else {
          tiles.set(now, tile);
          tile.index = now;
        }
      }
      for (const tile of homeless) {
        const inherits = tile.index === active && heir !== null && !tiles.has(heir);
        if (inherits) {
          tile.clear();
          tiles.set(heir, tile);
        } else retire(tile);
      }
    },
    sort() {
      // What has the focus or is pressed would lose it by being moved: the others are put around it.
      if (list.querySelector(":active")) return;
      const still = focused();
      let next: Element | null = null;
      for (const [, { element }] of [...tiles].sort(([a], [b]) => b - a)) {
        if (element.nextElementSibling !== next && element !== still) list.insertBefore(element, next);
        next = element;
      }
    },
    hasFocus: () => list.contains(focused()),
    indexOf(target) {
      for (const [index, { element }] of tiles) if (element.contains(target as Node | null)) return index;
      return undefined;
    },
  };
}
