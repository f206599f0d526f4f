/** The one map of keys: what a key press means in the grid and in the lightbox. Knows no DOM. */

/** What of a KeyboardEvent is looked at. */
export interface KeyLike {
  readonly key: string;
  readonly ctrlKey?: boolean;
  readonly metaKey?: boolean;
  readonly altKey?: boolean;
  readonly shiftKey?: boolean;
  readonly isComposing?: boolean;
  readonly defaultPrevented?: boolean;
  readonly target?: unknown;
}

export type Step =
  | "left"
  | "right"
  | "up"
  | "down"
  | "rowStart"
  | "rowEnd"
  | "first"
  | "last"
  | "pageUp"
  | "pageDown";

export type GridCommand =
  | { readonly name: "move"; readonly step: Step; readonly extend: boolean }
  | { readonly name: "open" | "toggle" | "selectAll" | "escape" | "fullscreen" | "help" };

export type LightboxCommand =
  /** `by` items on or back, wrapping. */
  | { readonly name: "go"; readonly by: number }
  /** `play` plays or pauses a video, and toggles the selection of a picture. */
  | { readonly name: "first" | "last" | "play" | "toggle" | "close" | "fullscreen" | "help" };

export interface KeyHelp {
  readonly keys: readonly string[];
  readonly text: string;
  readonly where: "grid" | "lightbox" | "both";
}

const HELP = {
  grid: {
    "← → ↑ ↓": "Move",
    "Home End": "Start, end of the row",
    "Ctrl+Home Ctrl+End": "First, last",
    "PgUp PgDn": "A page up, down",
    Enter: "Open",
    "Space x Ctrl+click": "Select or deselect",
    "Shift+arrows Shift+click": "Select a range",
    "Ctrl+A": "Select all",
    Esc: "Clear the selection, then leave",
  },
  lightbox: {
    "← →": "Previous, next",
    "PgUp PgDn": "Ten back, ten on",
    "Home End": "First, last",
    Space: "Play or pause a video, select a picture",
    x: "Select or deselect",
    Esc: "Close",
  },
  both: { f: "Fullscreen", "?": "Keys" },
};

export const KEY_HELP: readonly KeyHelp[] = Object.entries(HELP).flatMap(([where, rows]) =>
  Object.entries(rows).map(([keys, text]) => ({
    keys: keys.split(" "),
    text,
    where: where as KeyHelp["where"],
  })),
);

const GRID_STEPS: Record<string, Step> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "rowStart",
  End: "rowEnd",
  PageUp: "pageUp",
  PageDown: "pageDown",
};

const GRID_KEYS: Record<string, Exclude<GridCommand["name"], "move">> = {
  Enter: "open",
  " ": "toggle",
  x: "toggle",
  Escape: "escape",
  f: "fullscreen",
  "?": "help",
};

const LIGHTBOX_STEPS: Record<string, number> = {
  ArrowLeft: -1,
  ArrowUp: -1,
  ArrowRight: 1,
  ArrowDown: 1,
  PageUp: -10,
  PageDown: 10,
};

const LIGHTBOX_KEYS: Record<string, Exclude<LightboxCommand["name"], "go">> = {
  Home: "first",
  End: "last",
  " ": "play",
  x: "toggle",
  Escape: "close",
  f: "fullscreen",
  "?": "help",
};

/** Input types that take no text. */
const TEXTLESS = /^(button|checkbox|color|file|image|radio|range|reset|submit)$/;

export function gridCommand(event: KeyLike): GridCommand | null {
  if (!isOurs(event)) return null;
  const ctrl = event.ctrlKey || event.metaKey;
  const extend = event.shiftKey === true;
  const step = own(GRID_STEPS, event.key);
  if (ctrl) {
    if (step === "rowStart") return { name: "move", step: "first", extend };
    if (step === "rowEnd") return { name: "move", step: "last", extend };
    return letter(event) === "a" && !extend ? { name: "selectAll" } : null;
  }
  if (step) return { name: "move", step, extend };
  const name = own(GRID_KEYS, letter(event));
  return name && plain(event) ? { name } : null;
}

export function lightboxCommand(event: KeyLike): LightboxCommand | null {
  if (!isOurs(event) || event.ctrlKey || event.metaKey || !plain(event)) return null;
  const by = own(LIGHTBOX_STEPS, event.key);
  if (by) return { name: "go", by };
  const name = own(LIGHTBOX_KEYS, letter(event));
  return name ? { name } : null;
}

/** Not typed into a field, not what operates the focused control, not the browser's or the system's. */
function isOurs({ key, altKey, isComposing, defaultPrevented, target }: KeyLike): boolean {
  if (altKey || isComposing || defaultPrevented) return false;
  const { tagName = "", type = "", isContentEditable } = (target ?? {}) as Partial<HTMLInputElement>;
  const is = (tags: RegExp) => tags.test(tagName.toUpperCase());
  if (isContentEditable || is(/^(TEXTAREA|SELECT)$/) || (is(/^INPUT$/) && !TEXTLESS.test(type))) return false;
  if (is(/^(BUTTON|A|SUMMARY|INPUT)$/) && /^(Enter| )$/.test(key)) return false;
  return !(is(/^(INPUT|VIDEO|AUDIO)$/) && /^( |Arrow|Page|Home|End)/.test(key));
}

/** Shift belongs to a command only where it is part of typing the character. */
function plain(event: KeyLike): boolean {
  return !event.shiftKey || event.key === "?";
}

/** Caps lock changes no meaning. */
function letter(event: KeyLike): string {
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

function own<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
