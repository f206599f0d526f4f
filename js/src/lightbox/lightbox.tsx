/** The lightbox: one item large, with its caption, its buttons and the strip. As a dialog over the page, or over the grid. */

import { effect, type Signal, signal } from "@preact/signals-core";
import { type ComponentChildren, createRef, type RefObject, type VNode } from "preact";
import type { Entry } from "../feed";
import { type LightboxCommand, lightboxCommand } from "../keys";
import { Reactive } from "../reactive";
import type { Actions } from "../shell/actions";
import { IconButton } from "../shell/icons";
import { Help, Jobs, LiveRegion, Toast } from "../shell/notes";
import { FullscreenButton } from "../shell/toolbar";
import { mountStage, type Stage } from "./stage";
import { mountStrip } from "./strip";

interface LightboxProps {
  readonly actions: Actions;
  /** What an inline lightbox lies over. */
  readonly covered: RefObject<HTMLElement | null>;
}

export class Lightbox extends Reactive<LightboxProps, { readonly trapped: boolean }> {
  override draw(): VNode | null {
    const open = this.props.actions.view.lightbox.value;
    if (open === "closed") return null;
    const modal = open === "modal" && !this.state.trapped;
    return (
      <Viewer key={modal} {...this.props} modal={modal} onTrapped={() => this.setState({ trapped: true })} />
    );
  }
}

interface ViewerProps extends LightboxProps {
  readonly modal: boolean;
  /** The host forbids modal dialogs. */
  readonly onTrapped: () => void;
}

/** A caption for the name of a dialog, or to be read aloud. */
const SPOKEN_CAPTION = 200;

class Viewer extends Reactive<ViewerProps> {
  readonly #end = new AbortController();
  readonly #entry: Signal<Entry | undefined> = signal(undefined);
  readonly #surface = createRef<HTMLDivElement>();
  readonly #stageHost = createRef<HTMLDivElement>();
  readonly #stripHost = createRef<HTMLDivElement>();
  readonly #caption = createRef<HTMLParagraphElement>();
  #stage: Stage | null = null;
  /** What was shown last: on closing, the view shows nothing any more. */
  #shown = 0;

  override componentDidMount(): void {
    const { actions, covered, modal, onTrapped } = this.props;
    const { view } = actions;
    const surface = this.#surface.current;
    const stage = this.#stageHost.current;
    const strip = this.#stripHost.current;
    if (surface === null || stage === null || strip === null) return;
    const note = () => {
      // Closing takes two steps; in between, the first item would seem to be shown.
      if (view.store.selectedIndex.peek() !== null) this.#shown = view.shown.peek();
      this.#entry.value = view.store.feed.entry(view.shown.peek());
    };
    const stop = effect(() => {
      view.shown.value;
      note();
    });
    this.#end.signal.addEventListener("abort", stop);
    view.store.feed.subscribe(note, this.#end.signal);
    const events = {
      step: (by: -1 | 1) => this.#go(by),
      surround: () => modal && view.close(),
    };
    this.#stage = mountStage(stage, view, events, this.#end.signal);
    mountStrip(strip, view, this.#end.signal);
    if (modal) this.#open(surface, onTrapped);
    else this.#cover(surface, covered.current);
  }

  override componentDidUpdate(): void {
    const caption = this.#caption.current;
    // What scrolls must be within reach of the keyboard; what does not must not be a tab stop.
    if (caption !== null) caption.tabIndex = caption.scrollHeight > caption.clientHeight + 1 ? 0 : -1;
  }

  override componentWillUnmount(): void {
    super.componentWillUnmount();
    const { actions, covered, modal } = this.props;
    const surface = this.#surface.current;
    const focused =
      surface?.contains((surface.getRootNode() as Document | ShadowRoot).activeElement) === true;
    this.#end.abort();
    actions.help.value = false;
    if (modal) {
      actions.modal.value = null;
      (surface?.parentElement as HTMLDialogElement | null)?.close();
    }
    covered.current?.removeAttribute("inert");
    if ((focused || modal) && !actions.view.signal.aborted) actions.view.focusTile(this.#shown);
  }

  override draw(): VNode {
    const { actions, modal } = this.props;
    const { view } = actions;
    const { feed, options, selection } = view.store;
    const buttons = options._buttons.value;
    const header = this.#entry.value?.header;
    const index = view.shown.value;
    const count = feed.count.value;
    const picked = selection.value.has(index);
    const many = count > 1;
    const content = (
      <div class="nbg-viewer" tabIndex={-1} ref={this.#surface}>
        <div class="nbg-viewer-bar">
          <span class="nbg-position">
            {(index + 1).toLocaleString()} / {count.toLocaleString()}
          </span>
          <span class="nbg-viewer-name" title={header?.name}>
            {header?.name}
          </span>
          <div class="nbg-tools" role="toolbar" aria-label="Picture">
            <IconButton
              icon={picked ? "selected" : "select"}
              label={picked ? "Deselect (x)" : "Select (x)"}
              pressed={picked}
              onClick={() => view.toggle(index)}
            />
            {buttons.includes("share") && (
              <IconButton icon="share" label="Share" onClick={() => actions.share(view.shown.peek())} />
            )}
            {buttons.includes("download") && (
              <IconButton
                icon="download"
                label="Download"
                onClick={() => actions.download(view.shown.peek())}
              />
            )}
            {modal && buttons.includes("fullscreen") && <FullscreenButton actions={actions} />}
            <IconButton icon="close" label="Close (Esc)" onClick={() => view.close()} />
          </div>
        </div>
        <div class="nbg-stage-row">
          <div class="nbg-stage" ref={this.#stageHost} />
          {many && (
            <IconButton
              icon="previous"
              label="Previous (←)"
              class="nbg-previous"
              onClick={() => this.#go(-1)}
            />
          )}
          {many && <IconButton icon="next" label="Next (→)" class="nbg-next" onClick={() => this.#go(1)} />}
        </div>
        <p class="nbg-viewer-caption" hidden={!header?.caption} ref={this.#caption}>
          {header?.caption}
        </p>
        <div
          class="nbg-strip"
          role="listbox"
          aria-label="All items"
          tabIndex={0}
          hidden={!many}
          ref={this.#stripHost}
        />
        {modal && (
          <>
            <Jobs actions={actions} />
            <Toast actions={actions} />
            <LiveRegion actions={actions} />
            <Help actions={actions} />
          </>
        )}
      </div>
    );
    return this.#frame(describe(index, count, this.#entry.value), content);
  }

  #frame(label: string, content: ComponentChildren): VNode {
    const onKeyDown = (event: KeyboardEvent) => this.#pressed(event);
    if (!this.props.modal) {
      return (
        <section class="nbg-lightbox nbg-inline" role="dialog" aria-label={label} onKeyDown={onKeyDown}>
          {content}
        </section>
      );
    }
    const { view } = this.props.actions;
    return (
      <dialog
        class="nbg-lightbox nbg-modal"
        aria-label={label}
        onKeyDown={onKeyDown}
        onCancel={(event) => {
          event.preventDefault();
          view.close();
        }}
        // The browser may close it without asking (a second Escape); closed twice is closed once.
        onClose={() => view.close()}
      >
        {content}
      </dialog>
    );
  }

  #open(surface: HTMLElement, onTrapped: () => void): void {
    const dialog = surface.parentElement as HTMLDialogElement;
    try {
      dialog.showModal();
    } catch {
      onTrapped();
      return;
    }
    this.props.actions.modal.value = surface;
    surface.focus({ preventScroll: true });
  }

  /** The focus is taken only from what the lightbox now covers: never from the page. */
  #cover(surface: HTMLElement, covered: HTMLElement | null): void {
    const { activeElement } = surface.getRootNode() as Document | ShadowRoot;
    if (covered?.contains(activeElement)) surface.focus({ preventScroll: true });
    covered?.setAttribute("inert", "");
  }

  #go(by: number): void {
    const { view } = this.props.actions;
    this.#show(view.shown.peek() + by);
  }

  #show(index: number): void {
    const { view } = this.props.actions;
    view.show(index, "lightbox");
    const shown = view.shown.peek();
    view.announcement.value = describe(shown, view.store.feed.count.peek(), view.store.feed.entry(shown));
  }

  #pressed(event: KeyboardEvent): void {
    const command = lightboxCommand(event);
    if (command === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#run(command);
  }

  #run(command: LightboxCommand): void {
    const { actions } = this.props;
    const { view } = actions;
    const last = view.store.feed.count.peek() - 1;
    switch (command.name) {
      case "go":
        // One step wraps; ten stop at the ends, where a person wants to know that it is the end.
        if (Math.abs(command.by) === 1) this.#go(command.by);
        else this.#show(Math.max(0, Math.min(view.shown.peek() + command.by, last)));
        break;
      case "first":
        this.#show(0);
        break;
      case "last":
        this.#show(last);
        break;
      case "play":
        if (!this.#stage?.togglePlay()) view.toggle(view.shown.peek());
        break;
      case "toggle":
        view.toggle(view.shown.peek());
        break;
      case "close":
        view.close();
        break;
      case "fullscreen":
        actions.toggleFullscreen();
        break;
      case "help":
        actions.help.value = true;
        break;
    }
  }
}

function describe(index: number, count: number, entry: Entry | undefined): string {
  const kind = entry?.header.kind === "video" ? "Video" : "Image";
  const what = (entry?.header.caption || entry?.header.name || "").slice(0, SPOKEN_CAPTION);
  return `${kind} ${index + 1} of ${count}${what && `: ${what}`}`;
}
