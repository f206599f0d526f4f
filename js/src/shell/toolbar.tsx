/** The row of buttons in the header: the built-in ones that were asked for, and the user's own. */

import type { VNode } from "preact";
import { fullscreenAllowed } from "../host";
import { reactive } from "../reactive";
import type { CustomButton } from "../store";
import type { Actions } from "./actions";
import { IconButton } from "./icons";

export const Toolbar = reactive<{ readonly actions: Actions }>(({ actions }) => {
  const { view } = actions;
  const { options, feed, selection } = view.store;
  const buttons = options._buttons.value;
  const filled = feed.count.value > 0;
  const selected = selection.value;
  // The open lightbox has buttons for its own item; two that look alike and mean different things would be a trap.
  const picked = selected.size > 0 && view.lightbox.value === "closed";
  const only = selected.size === 1 ? (selected.pairs[0]?.[0] ?? null) : null;
  return (
    <div class="nbg-tools" role="toolbar" aria-label="Gallery">
      {picked && only !== null && buttons.includes("share") && (
        <IconButton icon="share" label="Share the selected item" onClick={() => actions.share(only)} />
      )}
      {picked && buttons.includes("download") && (
        <IconButton
          icon="download"
          label={
            only === null
              ? `Download ${selected.size.toLocaleString()} selected items`
              : "Download the selected item"
          }
          onClick={() => (only === null ? actions.downloadArchive(selected.pairs) : actions.download(only))}
        />
      )}
      {filled && buttons.includes("download_all") && (
        <IconButton icon="downloadAll" label="Download all" onClick={() => actions.downloadArchive(null)} />
      )}
      {buttons.includes("fullscreen") && <FullscreenButton actions={actions} />}
      {buttons.map((button) =>
        typeof button === "string" ? null : (
          <OwnButton key={button.id} button={button} onPress={() => view.press(button.id)} />
        ),
      )}
      <IconButton icon="help" label="Keys (?)" onClick={() => (actions.help.value = true)} />
    </div>
  );
});

export const FullscreenButton = reactive<{ readonly actions: Actions }>(({ actions }) => {
  if (!fullscreenAllowed()) return null;
  const on = actions.fullscreen.value;
  return (
    <IconButton
      icon={on ? "leaveFullscreen" : "fullscreen"}
      label={on ? "Leave fullscreen (f)" : "Fullscreen (f)"}
      onClick={() => actions.toggleFullscreen()}
    />
  );
});

function OwnButton({ button, onPress }: { button: CustomButton; onPress: () => void }): VNode {
  // Only bytes that came with the state: an address would make every reader's browser call there.
  const icon = button.icon?.startsWith("data:image/") ? button.icon : null;
  return (
    <button
      type="button"
      class="nbg-button nbg-own"
      title={button.label}
      aria-label={button.label}
      onClick={onPress}
    >
      {icon !== null && <img src={icon} alt="" width="16" height="16" />}
      <span class={icon === null ? "nbg-own-label" : "nbg-own-label nbg-beside-icon"}>{button.label}</span>
    </button>
  );
}
