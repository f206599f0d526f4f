/** Elements whose attributes and children follow signals. No virtual DOM: what is drawn stays, and changes in place. */

import { effect } from "./signals";

export type Live<T> = T | (() => T);
type Value = string | number | boolean | null | undefined;
type Child = Node | string | false | null | undefined;
export type Props = Readonly<Record<string, Live<Value> | ((event: never) => void)>>;

type Tags = HTMLElementTagNameMap & Pick<SVGElementTagNameMap, "svg" | "path">;

/** What ends that which is being drawn now. */
let endings: (() => void)[] = [];

/** Call `end` when what is being drawn now ends. */
export function atEnd(end: () => void): void {
  endings.push(end);
}

/** Draw, and return what ends all that was drawn. */
export function drawn(draw: () => void): () => void {
  const outer = endings;
  const own: typeof endings = [];
  endings = own;
  try {
    draw();
  } finally {
    endings = outer;
  }
  return () => {
    for (const end of own) end();
  };
}

/** Do it now, and again when a signal that it read has changed; what it drew before ends first. */
export function live(run: () => void): void {
  atEnd(effect(() => drawn(run)));
}

/**
 * Make an element, `"tag"` or `"tag.class"`. A function as an attribute or as the only child is live; `on…` are event
 * handlers; null, undefined and false leave an attribute or a child out.
 */
export function h<K extends keyof Tags>(
  what: K | `${K}.${string}`,
  props: Props = {},
  ...children: readonly Child[] | readonly [() => Child | readonly Child[]]
): Tags[K] {
  const [tag = "", className] = what.split(".");
  const space = /^(svg|path)$/.test(tag) ? "2000/svg" : "1999/xhtml";
  const element = document.createElementNS(`http://www.w3.org/${space}`, tag);
  for (const [name, value] of Object.entries({ class: className, ...props })) {
    if (name.startsWith("on")) Object.assign(element, { [name]: value });
    else
      follow(value as Live<Value>, (now) => {
        if (now == null || now === false) element.removeAttribute(name);
        else element.setAttribute(name, now === true ? "" : `${now}`);
      });
  }
  const [first] = children;
  follow(typeof first === "function" ? first : (children as readonly Child[]), (inside) =>
    element.replaceChildren(...[inside].flat().filter((child): child is Node | string => !!child)),
  );
  return element as Tags[K];
}

function follow<T>(value: Live<T>, use: (now: T) => void): void {
  if (typeof value === "function") live(() => use((value as () => T)()));
  else use(value);
}

/** Give it the focus; the page stays where it is. */
export function focus(element: Element | null | undefined): void {
  (element as HTMLElement | null | undefined)?.focus({ preventScroll: true });
}
