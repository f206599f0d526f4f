/** What the gallery says by itself: that the kernel is busy or gone, what failed, what is on its way, what was done. */

import { Component, createRef, type VNode } from "preact";
import { KEY_HELP } from "../keys";
import { reactive } from "../reactive";
import type { Actions, Job } from "./actions";
import { Icon, IconButton } from "./icons";

interface Props {
  readonly actions: Actions;
}

export const Notes = reactive<Props>(({ actions }) => {
  const { store } = actions.view;
  const connection = store.feed.connection.value;
  const failure = store.failure.value;
  return (
    <>
      {failure !== null && (
        <div class="nbg-note nbg-failure" role="alert">
          <Icon name="warning" />
          <span class="nbg-note-text">{failure}</span>
          <IconButton icon="close" label="Dismiss" onClick={() => store.dismissFailure()} />
        </div>
      )}
      {connection !== "live" && (
        <div class="nbg-note" role="status">
          {connection === "waiting" ? "Waiting for the kernel…" : "The kernel is gone. What was drawn stays."}
        </div>
      )}
    </>
  );
});

export const Jobs = reactive<Props>(({ actions }) => (
  <>
    {actions.jobs.value.map((job) => (
      <JobNote key={job} job={job} />
    ))}
  </>
));

const JobNote = reactive<{ readonly job: Job }>(({ job: { title, opening } }) => {
  const received = opening.received.value;
  const total = opening.total.value;
  const items = opening.progress.value;
  const [done, all] = items ?? [received, total];
  return (
    <div class="nbg-note">
      <span class="nbg-note-text">
        {title}
        <span class="nbg-muted">
          {items !== null && ` ${items[0].toLocaleString()} of ${items[1].toLocaleString()}`}
          {received > 0 && ` · ${megabytes(received)}`}
        </span>
      </span>
      <progress class="nbg-meter" aria-label={title} max={all || 1} {...(all ? { value: done } : {})} />
      <button type="button" class="nbg-button" onClick={() => opening.cancel()}>
        Cancel
      </button>
    </div>
  );
});

export const Toast = reactive<Props>(({ actions }) => {
  const text = actions.toast.value;
  // The live region says it to a screen reader.
  return text === "" ? null : (
    <div class="nbg-toast" aria-hidden="true">
      {text}
    </div>
  );
});

export const LiveRegion = reactive<Props>(({ actions }) => (
  <div class="nbg-unseen" role="status" aria-live="polite">
    {actions.view.announcement.value}
  </div>
));

export const Help = reactive<Props>(({ actions }) => {
  const { help, view } = actions;
  const other = view.lightbox.value === "closed" ? "lightbox" : "grid";
  return help.value ? <HelpPanel other={other} onClose={() => (help.value = false)} /> : null;
});

/** A panel over the gallery rather than a modal of its own, so that it is the same where hosts trap modals. */
class HelpPanel extends Component<{ readonly other: "grid" | "lightbox"; readonly onClose: () => void }> {
  readonly #panel = createRef<HTMLDivElement>();
  #before: HTMLElement | null = null;

  override componentDidMount(): void {
    this.#before = this.#focused;
    this.#panel.current?.focus({ preventScroll: true });
  }

  override componentWillUnmount(): void {
    if (this.#panel.current?.contains(this.#focused)) this.#before?.focus({ preventScroll: true });
  }

  get #focused(): HTMLElement | null {
    const scope = this.#panel.current?.getRootNode() as Document | ShadowRoot | undefined;
    return (scope?.activeElement ?? null) as HTMLElement | null;
  }

  override render(): VNode {
    const { onClose, other } = this.props;
    return (
      <div
        class="nbg-help"
        role="dialog"
        aria-label="Keys"
        tabIndex={-1}
        ref={this.#panel}
        onKeyDown={(event) => {
          // Keys pressed in here are no commands to what lies beneath.
          event.stopPropagation();
          if (event.key !== "Escape" && event.key !== "?") return;
          event.preventDefault();
          onClose();
        }}
      >
        <IconButton icon="close" label="Close" class="nbg-corner" onClick={onClose} />
        <dl>
          {KEY_HELP.filter((help) => help.where !== other).map(({ keys, text }) => (
            <div key={keys.join()}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </div>
    );
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
