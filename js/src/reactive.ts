/** The bridge from signals to Preact: a component redraws when a signal that its `draw` read has changed. */

import { effect } from "@preact/signals-core";
import { Component, type ComponentChildren, type ComponentClass } from "preact";

export abstract class Reactive<P = object, S = object> extends Component<P, S> {
  #dispose: (() => void) | undefined;

  abstract draw(): ComponentChildren;

  override render(): ComponentChildren {
    let drawn: ComponentChildren;
    let drawing = true;
    this.#dispose?.();
    // Runs twice: once to draw, noting what is read, and once when some of it has changed. That second run reads
    // nothing and so subscribes to nothing; the redraw that it asks for makes the next effect.
    this.#dispose = effect(() => {
      if (drawing) drawn = this.draw();
      else this.forceUpdate();
    });
    drawing = false;
    return drawn;
  }

  override componentWillUnmount(): void {
    this.#dispose?.();
  }
}

/** A component without a lifecycle of its own, from the function that draws it. */
export function reactive<P = object>(draw: (props: P) => ComponentChildren): ComponentClass<P> {
  return class extends Reactive<P> {
    draw(): ComponentChildren {
      return draw(this.props);
    }
  };
}
