/** Elements whose attributes and children follow signals. No virtual DOM: what is drawn stays, and changes in place. */

import { effect } from "./signals";

type Value = string | number | boolean | null | undefined;
type Child = Node | string | false | null | undefined;
type Children = readonly Child[];
type Props = Readonly<Record<string, Value | (() => Value) | ((event: never) => void)>>;

/** What ends the effects of that which is being drawn now. */
let endings: (() => void)[] = [];

/** Do it now, and again when a signal that it read has changed, until what is being drawn ends. */
export function live(run: () => undefined | (() => void)): void {
  endings.push(effect(run));
}

/** What `draw` drew, and what ends it. */
export function drawn<T>(draw: () => T): readonly [T, () => void] {
  const outer = endings;
  const own: typeof endings = [];
  endings = own;
  try {
    const end = () => {
      for (const one of own.splice(0)) one();
    };
    return [draw(), end];
  } finally {
    endings = outer;
  }
}

/**
 * Make an element. A function as an attribute or as the only child is live; `on…` are event handlers; null, undefined and
 * false leave an attribute or a child out.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props,
  ...children: readonly Child[] | readonly [() => Children]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), props, children);
}

/** Likewise, for the one child that an icon has. */
export function svg(props: Props, path: Props): SVGSVGElement {
  const make = (tag: "svg" | "path") => document.createElementNS("http://www.w3.org/2000/svg", tag);
  return fill(make("svg") as SVGSVGElement, props, [fill(make("path"), path, [])]);
}

function fill<E extends Element>(
  element: E,
  props: Props,
  children: Children | readonly [() => Children],
): E {
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) Object.assign(element, { [name]: value });
    else if (typeof value !== "function") set(element, name, value);
    else live(() => set(element, name, (value as () => Value)()));
  }
  const [only] = children;
  if (typeof only !== "function") element.append(...present(children as Children));
  else {
    live(() => {
      const [inside, end] = drawn(only);
      element.replaceChildren(...present(inside));
      return end;
    });
  }
  return element;
}

function set(element: Element, name: string, value: Value): undefined {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : `${value}`);
}

function present(children: Children): (Node | string)[] {
  return children.filter((child): child is Node | string => !!child);
}
