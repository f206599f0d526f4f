/** The icons, one stroke weight on a grid of sixteen, and the buttons that they are on. */

import { h, type Live, type Props } from "../reactive";

const RING = "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 1 1 0-13";

const ICONS = {
  close: "m3.5 3.5 9 9m0-9-9 9",
  previous: "M10 2.5 4.5 8l5.5 5.5",
  next: "M6 2.5 11.5 8 6 13.5",
  share: "M8 10V1.5m-3 3 3-3 3 3M5 7H3v7.5h10V7h-2",
  download: "M8 1.5V10M4.5 6.5 8 10l3.5-3.5m-9 7h11",
  downloadAll: "M1.5 2h13v3.5h-13zM3 5.5V14h10V5.5m-5 2v4M6 9.7l2 2 2-2",
  fullscreen: "M6 2H2v4m8-4h4v4m0 4v4h-4m-4 0H2v-4",
  search: "M11 11l3.5 3.5M7 2a5 5 0 1 1 0 10A5 5 0 1 1 7 2",
  select: `${RING}M5 8.2l2.1 2.1L11 6.2`,
  help: `${RING}M6.2 6.3a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.7-.8 1.3m0 2.2v.1`,
};

/** `title` is the tooltip, and the name for a screen reader. */
export function iconButton(
  icon: keyof typeof ICONS,
  title: Live<string>,
  onclick: () => void,
  props: Props = {},
  ...before: readonly HTMLElement[]
): HTMLButtonElement {
  return h(
    "button",
    { type: "button", title, onclick, ...props },
    ...before,
    h("svg", {}, h("path", { d: ICONS[icon] })),
  );
}
