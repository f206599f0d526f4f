/** The entry: one store a model, one gallery a view. Wires, and does nothing itself. */

import { modalAllowed } from "./host";
import { mountGallery } from "./shell/gallery";
import { createStore, type Store, type WidgetModel } from "./store";
import { createView } from "./view";

interface Initialized {
  readonly model: WidgetModel;
  readonly signal: AbortSignal;
}

interface Rendered extends Initialized {
  readonly el: HTMLElement;
}

// A function, not an object: it is called once a model, and its closure is the only place where state that the views
// share can live. Module state would be shared between galleries where a host evaluates the bundle once (marimo).
export default () => {
  let store: Store;
  return {
    initialize({ model, signal }: Initialized): void {
      store = createStore(model, signal);
    },
    render({ el, signal }: Rendered): void {
      mountGallery(el, createView(store, signal, modalAllowed(el)));
    },
  };
};
