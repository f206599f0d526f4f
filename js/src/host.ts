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
  const { google, parent, innerHeight, screen } = window as Window & { google?: { colab?: unknown } };
  // VS Code's theme, and the element that it puts a widget into.
  if (document.body.dataset.vscodeThemeKind || el.closest(".cell-output-ipywidget-background")) return false;
  if (google?.colab) return false;
  // Any other host that frames its outputs shows itself by the frame's height alone.
  return parent === window || (innerHeight <= screen.height * TALL_FRAME && innerHeight >= LOW_FRAME);
}
