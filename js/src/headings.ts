/** The headings of the groups: one over each group that is seen, which stays at the top while its tiles are scrolled. */

import { groupAt, type Layout, type ScrollMap } from "./layout";
import { atEnd, drawn, h } from "./reactive";
import { Ranges } from "./selection";
import { iconButton } from "./shell/icons";
import { signal } from "./signals";
import type { View } from "./view";

/**
 * They lie over the listbox and not in it: it may hold nothing but options, and those say their group in their names. Each is
 * sticky in a box as high as its group, whose end pushes it away: while it is scrolled, the browser does that without us.
 */
export function createHeadings(view: View) {
  const { feed, selection } = view.store;
  const element = h("div.nbg-tiles nbg-headings");
  const shown = new Map<number, readonly [box: HTMLElement, end: () => void]>();
  /** Where the groups begin: of this layout, so that a heading outlives the items that come before it. */
  const begins = signal(new Float64Array());
  atEnd(() => {
    for (const [, end] of shown.values()) end();
  });

  function drawBox(group: number) {
    const box = h("div.nbg-group");
    const label = () => feed.groups.value?.[group]?.[0];
    const range = () => begins.value.subarray(group, group + 2) as unknown as [start: number, stop: number];
    const draw = () =>
      box.append(
        h(
          "div.nbg-heading",
          {},
          h("span.nbg-label", { title: label }, label),
          h("span.nbg-count", {}, () => (range()[1] - range()[0]).toLocaleString()),
          iconButton(
            "select",
            () => `Select all of ${label()}`,
            () => view.toggle(...range()),
            { "aria-pressed": () => `${!Ranges.from([range()]).minus(selection.value).size}` },
          ),
        ),
      );
    return [box, drawn(draw)] as const;
  }

  return {
    element,

    /** Bring the headings to where the scroll box is. */
    draw({ firsts, tops, heading, pitch, viewport, height }: Layout, { top, offset }: ScrollMap) {
      const first = groupAt(tops, top - pitch);
      const last = heading ? groupAt(tops, top + viewport + pitch) : -1;
      element.style.height = `${height}px`;
      begins.value = firsts;
      for (const [group, [box, end]] of shown) {
        const focused = !!box.querySelector(":focus");
        // What has the focus keeps it as long as there is such a group.
        if ((first <= group && group <= last) || (focused && heading && group < tops.length - 1)) continue;
        shown.delete(group);
        end();
        if (focused) view.focusTile(view.active.peek());
        box.remove();
      }
      let next: HTMLElement | null = null;
      for (let group = last; group >= first; group--) {
        const [box, end] = shown.get(group) ?? drawBox(group);
        if (!shown.has(group)) element.insertBefore(box, next);
        shown.set(group, [box, end]);
        next = box;
      }
      for (const [group, [box]] of shown) {
        // No higher than what is near: none that a browser could not draw.
        const from = Math.max(tops[group] as number, top - viewport);
        const to = Math.min(tops[group + 1] as number, top + 2 * viewport);
        box.style.cssText = `top:${from - offset}px;height:${Math.max(0, to - from)}px`;
      }
    },
  };
}
