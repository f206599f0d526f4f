/** The message vocabulary between views and kernel. Twin of `src/nbgallery/protocol.py`; a test holds them equal. */

export const PROTOCOL_VERSION = 1;

/** No message from the kernel carries a larger buffer: VS Code's bridge turns buffers into arrays of numbers. */
export const MAX_BUFFER_BYTES = 262_144;

/** Batches (and original chunks) that the kernel may have under way to a view without an `ack`. */
export const MAX_UNACKNOWLEDGED = 4;

/** Thumbnail sizes in pixels of the longer side, smallest first. */
export const THUMBNAIL_EDGES = [128, 256, 512, 1024] as const;

/** A `want` names at most this many items; the rest is asked for when these have come. */
export const MAX_WANTED_ITEMS = 512;

/** A text to look for is at most this long. */
export const MAX_TEXT_LENGTH = 500;

/** Message kinds that a view sends. */
export const VIEW_KINDS = ["ready", "want", "ack", "open", "event", "find"] as const;

/** Message kinds that the kernel sends. */
export const KERNEL_KINDS = ["thumbs", "original", "splice", "selection", "status", "error"] as const;

/** What an `open` is for: `view` and `poster` want what a browser can draw, `download` the user's own bytes. */
export const OPEN_PURPOSES = ["view", "poster", "download", "archive"] as const;

/** What a person did. `preview` has no event of its own: opening and closing say so. */
export const EVENT_NAMES = [
  "select",
  "deselect",
  "preview_open",
  "preview_close",
  "selection",
  "button",
] as const;

/** Where a person did it. */
export const EVENT_TARGETS = ["grid", "lightbox", "strip", "toolbar"] as const;

/** What changed in the list. `reset` replaces all of it. */
export const SPLICE_OPERATIONS = ["splice", "move", "caption", "reset"] as const;

export type ViewKind = (typeof VIEW_KINDS)[number];
export type KernelKind = (typeof KERNEL_KINDS)[number];
export type OpenPurpose = (typeof OPEN_PURPOSES)[number];
export type EventName = (typeof EVENT_NAMES)[number];
export type EventTarget = (typeof EVENT_TARGETS)[number];

/** Half-open index range, `[start, stop)`. */
export type Range = readonly [start: number, stop: number];

/** One item as the kernel describes it, beside the bytes of its thumbnail. */
export interface EntryHeader {
  readonly index: number;
  /** Bytes of this entry in the message's buffer; 0 when it has none (remote picture, video, error). */
  readonly bytes: number;
  /** A thumbnail larger than one buffer comes in parts: where this one starts, and the length of all. */
  readonly part?: readonly [offset: number, total: number];
  readonly kind: "image" | "video";
  /** MIME type of the thumbnail's bytes; empty when there are none. */
  readonly mime: string;
  /** Pixels of the original; 0 when not known. */
  readonly width: number;
  readonly height: number;
  /** Mean colour, `#rrggbb`; empty when not known. */
  readonly color: string;
  readonly caption: string | null;
  /** File name for display and download; empty when there is none. */
  readonly name: string;
  /** The size that was asked for, one of THUMBNAIL_EDGES. */
  readonly edge: number;
  /** The thumbnail's bytes hold every pixel of the original: nothing more to fetch for looking. */
  readonly complete: boolean;
  /** A remote picture or video, drawn by the browser itself. */
  readonly url?: string;
  /** Why this item could not be drawn. */
  readonly error?: string;
}

export type SpliceOperation =
  | { readonly op: "splice"; readonly at: number; readonly remove: number; readonly insert: number }
  | { readonly op: "move"; readonly from: number; readonly to: number }
  | { readonly op: "caption"; readonly at: number; readonly caption: string | null }
  | { readonly op: "reset" };

interface Envelope<K extends string> {
  readonly kind: K;
  readonly v: number;
}

interface FromView<K extends ViewKind> extends Envelope<K> {
  readonly view: string;
}

/** A view (or, with an empty `view`, the model) is listening. Answered with `status`. */
export type Ready = FromView<"ready">;

/** All that this view needs now, most urgent first; replaces its previous `want`. Answered with `thumbs`. */
export interface Want extends FromView<"want"> {
  readonly number: number;
  readonly revision: number;
  readonly edge: number;
  readonly ranges: readonly Range[];
}

/** A batch or a chunk has been taken in. */
export interface Ack extends FromView<"ack"> {
  readonly batch: number;
}

/**
 * Bytes of an item in full, answered with `original` chunks. A new one replaces the view's previous one of the
 * same purpose. An `archive` has `index: null` and in `ranges` what goes into the zip, null for all. `index: null`
 * with empty `ranges` asks for nothing: it ends what was asked for.
 */
export interface Open extends FromView<"open"> {
  readonly rid: number;
  readonly revision: number;
  readonly purpose: OpenPurpose;
  readonly index: number | null;
  /** Neighbours to send afterwards, under the same `rid`. */
  readonly prefetch: readonly number[];
  readonly ranges: readonly Range[] | null;
}

/** Something that a person did. */
export interface PersonEvent extends FromView<"event"> {
  readonly name: EventName;
  readonly revision: number;
  readonly target: EventTarget;
  /** The item; null where the event has none (selection, button). */
  readonly index: number | null;
  /** `selection`: ranges added to and removed from the selection, in this order: remove, then add. */
  readonly add: readonly Range[];
  readonly remove: readonly Range[];
  /** `button`: its id. */
  readonly button: string | null;
}

/** What to look for in the captions: nothing when empty. Null shows all in the list's own order, whatever code has arranged. */
export interface Find extends FromView<"find"> {
  readonly text: string | null;
}

export type ViewMessage = Ready | Want | Ack | Open | PersonEvent | Find;

/** What is shown, group after group; null when it is not grouped. */
export type Groups = readonly (readonly [label: string, count: number])[] | null;

/** The trait `_find`: how what is shown differs from the list. */
export interface Finding {
  readonly text: string;
  /** How many items the list has. */
  readonly total: number;
  /** What code has done: any of "filter", "sort", "group". */
  readonly arranged: readonly string[];
  /** How many items have been looked at so far; null when all have. */
  readonly done: number | null;
}

/** Encoded items: one header each, their bytes one after another in one buffer. */
export interface Thumbs extends Envelope<"thumbs"> {
  readonly view: string;
  readonly batch: number;
  readonly want: number;
  readonly revision: number;
  readonly entries: readonly EntryHeader[];
}

/** A chunk of an original, a download or an archive. */
export interface Original extends Envelope<"original"> {
  readonly view: string;
  readonly rid: number;
  readonly batch: number;
  readonly index: number | null;
  readonly offset: number;
  /** Length of all, in bytes; null while not known (archives). */
  readonly total: number | null;
  readonly last: boolean;
  readonly mime: string;
  readonly name: string;
  /** How far an archive has come: items done and items in all. */
  readonly progress: readonly [done: number, all: number] | null;
}

/** What changed in the list between `base` and `revision`. */
export interface Splice extends Envelope<"splice"> {
  readonly base: number;
  readonly revision: number;
  readonly count: number;
  readonly operations: readonly SpliceOperation[];
  readonly groups: Groups;
}

/** The selection changed on the Python side or in another view: remove, then add. */
export interface SelectionChange extends Envelope<"selection"> {
  readonly view: string;
  readonly revision: number;
  readonly add: readonly Range[];
  readonly remove: readonly Range[];
}

/** The whole truth in small, answering `ready`. */
export interface Status extends Envelope<"status"> {
  readonly view: string;
  readonly revision: number;
  readonly count: number;
  readonly selection: readonly Range[];
  readonly groups: Groups;
}

/** A request that could not be met (`rid` names it), or something to tell the person. */
export interface Failure extends Envelope<"error"> {
  readonly view: string;
  readonly rid: number | null;
  readonly message: string;
}

export type KernelMessage = Thumbs | Original | Splice | SelectionChange | Status | Failure;

/** A first-screen page: a synced trait `_page_0` … holds the entries of `thumbs` and their one buffer. */
export interface Page {
  readonly revision: number;
  readonly entries: readonly EntryHeader[];
  readonly data: DataView | Uint8Array;
}

/** Page traits, `_page_0` to `_page_<PAGE_COUNT - 1>`. */
export const PAGE_COUNT = 3;
