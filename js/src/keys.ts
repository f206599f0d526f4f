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

export const KEY_HELP: readonly KeyHelp[] = [
  { keys: ["←", "→", "↑", "↓"], text: "Move", where: "grid" },
  { keys: ["Home", "End"], text: "Start, end of the row", where: "grid" },
  { keys: ["Ctrl+Home", "Ctrl+End"], text: "First, last", where: "grid" },
  { keys: ["PgUp", "PgDn"], text: "A page up, down", where: "grid" },
  { keys: ["Enter"], text: "Open", where: "grid" },
  { keys: ["Space", "x"], text: "Select or deselect", where: "grid" },
  { keys: ["Shift+arrows", "Shift+click"], text: "Select a range", where: "grid" },
  { keys: ["Ctrl+click"], text: "Select or deselect", where: "grid" },
  { keys: ["Ctrl+A"], text: "Select all", where: "grid" },
  { keys: ["Esc"], text: "Clear the selection, then leave", where: "grid" },
  { keys: ["←", "→"], text: "Previous, next", where: "lightbox" },
  { keys: ["PgUp", "PgDn"], text: "Ten back, ten on", where: "lightbox" },
  { keys: ["Home", "End"], text: "First, last", where: "lightbox" },
  { keys: ["Space"], text: "Play or pause a video, select a picture", where: "lightbox" },
  { keys: ["x"], text: "Select or deselect", where: "lightbox" },
  { keys: ["Esc"], text: "Close", where: "lightbox" },
  { keys: ["f"], text: "Fullscreen", where: "both" },
  { keys: ["?"], text: "Keys", where: "both" },
];

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

/** Input types that take no text: letters typed there are still ours, but space and arrows are theirs. */
const TEXTLESS = ["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"];
const OPERATED_BY: Record<string, readonly string[]> = {
  BUTTON: ["Enter", " "],
  A: ["Enter"],
  SUMMARY: ["Enter", " "],
  INPUT: ["Enter", " ", "Home", "End", "PageUp", "PageDown"],
  VIDEO: [" ", "Home", "End"],
  AUDIO: [" ", "Home", "End"],
};

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
function isOurs(event: KeyLike): boolean {
  if (event.altKey || event.isComposing || event.defaultPrevented) return false;
  const target = (event.target ?? {}) as { tagName?: unknown; type?: unknown; isContentEditable?: unknown };
  if (target.isContentEditable === true) return false;
  const tag = String(target.tagName ?? "").toUpperCase();
  if (tag === "TEXTAREA" || tag === "SELECT") return false;
  if (tag === "INPUT" && !TEXTLESS.includes(String(target.type))) return false;
  const arrow = event.key.startsWith("Arrow");
  if (arrow && (tag === "INPUT" || tag === "VIDEO" || tag === "AUDIO")) return false;
  return !own(OPERATED_BY, tag)?.includes(event.key);
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
