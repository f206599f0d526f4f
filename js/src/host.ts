/** What the notebook host allows, as far as a widget can see it from inside. Reads the page, changes nothing. */

/** Frames higher than the screen by more than this hold a whole document, of which a person sees a part. */
const TALL_FRAME = 1.2;

/** Below this height a lightbox that fills the frame shows less than one that the widget itself makes room for. */
const LOW_FRAME = 360;

/**
 * Whether a modal dialog covers what the person is looking at, and no more.
 *
 * VS Code puts all outputs of a notebook into one frame as high as the notebook: a modal would centre its picture far from
 * the cell and lock every other output. Colab gives each output a frame of its own, as low as the output.
 */
export function modalAllowed(el: Element): boolean {
  if (typeof HTMLDialogElement === "undefined" || inVSCode(el)) return false;
  if ((window as { google?: { colab?: unknown } }).google?.colab !== undefined) return false;
  if (window.parent === window) return true;
  // Any other host that frames its outputs shows itself by the frame's height alone.
  return window.innerHeight <= window.screen.height * TALL_FRAME && window.innerHeight >= LOW_FRAME;
}

/** Whether an element may fill the screen: VS Code's webview and frames without the permission say no. */
export function fullscreenAllowed(): boolean {
  return document.fullscreenEnabled === true;
}

function inVSCode(el: Element): boolean {
  return (
    window.location.protocol === "vscode-webview:" ||
    document.body.dataset["vscodeThemeKind"] !== undefined ||
    el.closest(".cell-output-ipywidget-background") !== null
  );
}
