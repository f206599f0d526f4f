/** The entry: one store a model, one gallery a view. Wires, and does nothing itself. */

import { modalAllowed } from "./host";
import { mountGallery } from "./shell/gallery";
import { Store, type WidgetModel } from "./store";
import { View } from "./view";

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
  let store: Store | undefined;
  return {
    initialize({ model, signal }: Initialized): void {
      store = new Store(model, signal);
    },
    render({ model, el, signal }: Rendered): void {
      store ??= new Store(model, signal);
      mountGallery(el, new View(store, signal, modalAllowed(el)));
    },
  };
};
