/**
 * The one map of keys: what a key press means in the grid and in the lightbox. `gridCommand` also knows those that mean
 * the same everywhere. Knows no DOM.
 */

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

/** Where a key leads, by its own name. */
export type Step =
  | `Arrow${"Left" | "Right" | "Up" | "Down"}`
  | `${"" | "Ctrl+"}${"Home" | "End"}`
  | `Page${"Up" | "Down"}`;

export type GridCommand =
  | { readonly name: "move"; readonly step: Step; readonly extend: boolean }
  | { readonly name: "open" | "toggle" | "selectAll" | "escape" | "goTo" | "search" | "fullscreen" | "help" };

export type LightboxCommand =
  /** `by` items on or back, wrapping. */
  | { readonly name: "go"; readonly by: number }
  /** `play` plays or pauses a video, and toggles the selection of a picture. */
  | { readonly name: "first" | "last" | "play" | "toggle" | "close" };

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
    "/": "Search captions",
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
  both: { g: "Go to an item by its number", f: "Fullscreen", "?": "Keys" },
};

export const KEY_HELP: readonly KeyHelp[] = Object.entries(HELP).flatMap(([where, rows]) =>
  Object.entries(rows).map(([keys, text]) => ({
    keys: keys.split(" "),
    text,
    where: where as KeyHelp["where"],
  })),
);

const GRID_STEP = /^(Shift\+)?(Arrow.*|Page.*|(Ctrl\+)?(Home|End))$/;

const GRID_KEYS: Record<string, Exclude<GridCommand["name"], "move">> = {
  Enter: "open",
  " ": "toggle",
  x: "toggle",
  Escape: "escape",
  g: "goTo",
  "/": "search",
  f: "fullscreen",
  "?": "help",
  "Ctrl+a": "selectAll",
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
};

/** Where a key is not ours: typed into a field, or what a button or a player does by itself. */
const OWN_KEY =
  /^((INPUT|TEXTAREA|SELECT) |(BUTTON|A|SUMMARY) (Enter| )$|(VIDEO|AUDIO) ( |Arrow|Page|Home|End))/;

export function gridCommand(event: KeyLike): GridCommand | null {
  const pressed = chord(event);
  const [, extend, step] = GRID_STEP.exec(pressed) ?? [];
  if (step) return { name: "move", step: step as Step, extend: !!extend };
  const name = GRID_KEYS[pressed];
  return name ? { name } : null;
}

export function lightboxCommand(event: KeyLike): LightboxCommand | null {
  const pressed = chord(event);
  const by = LIGHTBOX_STEPS[pressed];
  if (by) return { name: "go", by };
  const name = LIGHTBOX_KEYS[pressed];
  return name ? { name } : null;
}

/** The key with its modifiers; nothing where it is typed into a field, operates the focused control, or is the system's. */
function chord(event: KeyLike): string {
  const { tagName = "", isContentEditable } = (event.target ?? {}) as Partial<HTMLElement>;
  // Caps lock changes no meaning.
  const key = event.key.length > 1 ? event.key : event.key.toLowerCase();
  const isOwn = OWN_KEY.test(`${tagName} ${key}`);
  if (isOwn || isContentEditable || event.altKey || event.isComposing || event.defaultPrevented) return "";
  // Shift is how a question mark is typed, and with some keyboards a slash.
  const shift = event.shiftKey && !/[?/]/.test(key);
  return `${shift ? "Shift+" : ""}${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${key}`;
}
