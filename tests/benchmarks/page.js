// What runs inside the page that is measured, as `bench`. Works on any cell of a notebook in JupyterLab.
(() => {
  const frame = () => new Promise(requestAnimationFrame);
  const notebook = () => window.jupyterapp.shell.currentWidget.content;
  const node = (cell) => notebook().widgets[cell].node;
  const root = (cell) => node(cell).querySelector(".nbg-root");
  const scroller = (cell) => root(cell).querySelector(".nbg-scroller");
  const kernel = () => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const isDrawn = (image) => image?.complete && image.naturalWidth > 0;

  /** The tiles within the scroll box. One that is kept aside for the focus only is not seen. */
  const visible = (gallery) => {
    const box = gallery.querySelector(".nbg-scroller")?.getBoundingClientRect();
    if (!box) return [];
    return [...gallery.querySelectorAll("[role=option]:not(.nbg-away)")].filter((tile) => {
      const { top, bottom, height } = tile.getBoundingClientRect();
      return height > 0 && bottom > box.top + 1 && top < box.bottom - 1;
    });
  };

  /** The pictures of a gallery's first screen, once all of them are here. */
  const galleryScreen = (output) => {
    const gallery = output.querySelector(".nbg-root");
    if (!gallery) return null;
    const images = visible(gallery).map((tile) => tile.querySelector("img"));
    return images.length && images.every(isDrawn) ? images : null;
  };

  /** The pictures of anything else that the window shows, once all of them are here. */
  const anyScreen = (output) => {
    const images = [...output.querySelectorAll("img")].filter((image) => {
      const { top, bottom, width } = image.getBoundingClientRect();
      return width > 0 && bottom > 0 && top < innerHeight;
    });
    return images.length && images.every(isDrawn) ? images : null;
  };

  /** Of a gradio gallery, whose other pictures (icons, a logo) are no items. */
  const gradioScreen = (container) => {
    const grid = container.querySelector(".grid-wrap");
    return grid && anyScreen(grid);
  };

  const screens = { gallery: galleryScreen, any: anyScreen, gradio: gradioScreen };

  /** Milliseconds until a screen is painted after `start`: its pictures decoded, and a frame begun with them; else null. */
  async function timePainted(output, kind, start, limit) {
    await frame();
    const began = performance.now();
    const done = start();
    while (performance.now() < began + limit) {
      await frame();
      const images = screens[kind](output());
      if (!images) continue;
      await Promise.all(images.map((image) => image.decode().catch(() => {})));
      await frame();
      const took = performance.now() - began;
      await done;
      return took;
    }
    return null;
  }

  /** Run a cell and time its first screen. */
  async function timeCell(cell, kind, limit) {
    const content = notebook();
    content.activeCellIndex = cell;
    content.deselectAll();
    content.widgets[cell].model.clearExecution();
    await frame();
    await frame();
    const run = () => window.jupyterapp.commands.execute("notebook:run-cell");
    return timePainted(() => node(cell).querySelector(".jp-Cell-outputArea"), kind, run, limit);
  }

  /** Press one of gradio's buttons and time its first screen. */
  function timeGradio(name, limit) {
    const button = [...document.querySelectorAll("button")].find((each) => each.textContent.trim() === name);
    return timePainted(
      () => document.querySelector(".gradio-container"),
      "gradio",
      () => button.click(),
      limit,
    );
  }

  // What comes and goes through the kernel's connection

  const traffic = [];
  const encoder = new TextEncoder();
  const sizeOf = (value) => encoder.encode(JSON.stringify(value)).length;

  /** Take down each message of a comm or of a display: its bytes are content and buffers, its envelope is Jupyter's headers. */
  function listen() {
    kernel().anyMessage.connect((_, { direction, msg }) => {
      const type = String(msg.header.msg_type);
      if (!type.startsWith("comm") && !/^(display_data|execute_result)$/.test(type)) return;
      const { data = {} } = msg.content;
      const state = data.state ?? {};
      // A string of it as JSON spells it.
      const bundle = ["_esm", "_css"].reduce((sum, name) => sum + (state[name] ? sizeOf(state[name]) : 0), 0);
      const buffers = (msg.buffers ?? []).reduce((sum, buffer) => sum + buffer.byteLength, 0);
      const { header, parent_header, metadata, content } = msg;
      const envelope = [header, parent_header, metadata].reduce((sum, part) => sum + sizeOf(part), 0);
      const { kind = "", operations = [], entries = [] } = data.content ?? {};
      const pages = Object.keys(state).filter((name) => name.startsWith("_page_"));
      const listed = [...entries, ...pages.flatMap((name) => state[name]?.entries ?? [])];
      traffic.push({
        direction,
        type,
        kind,
        bundle,
        buffers,
        envelope,
        bytes: sizeOf(content) + buffers - bundle,
        operations: operations.length,
        thumbnails: listed.map(({ index, bytes }) => [index, bytes]),
        at: performance.now(),
      });
    });
  }

  // Long frames

  const frames = [];
  const observer = new PerformanceObserver((list) => frames.push(...list.getEntries()));

  const watchFrames = () => observer.observe({ type: "long-animation-frame" });

  /** The long frames since the last time, with the scripts in them. A widget's module runs from a blob URL. */
  async function takeFrames() {
    for (let left = 5; left; left--) await frame();
    frames.push(...observer.takeRecords());
    return frames.splice(0).map(({ startTime, duration, scripts }) => ({
      start: startTime,
      duration,
      // Without our own: what measures is no part of what is measured.
      scripts: scripts
        .filter(({ sourceURL }) => !sourceURL.endsWith("nbgallery-bench.js"))
        .map(({ duration, sourceURL, sourceFunctionName, invoker, invokerType }) => ({
          duration,
          ours: sourceURL.startsWith("blob:") || invoker.includes("blob:"),
          source: sourceURL.slice(-80),
          name: sourceFunctionName,
          invoker: invoker.slice(-80),
          type: invokerType,
        })),
    }));
  }

  let recorded = null;

  /** Take down the time of every frame from now on. */
  function recordFrames() {
    const times = [];
    recorded = times;
    let last = performance.now();
    const tick = (now) => {
      times.push(now - last);
      last = now;
      if (recorded === times) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  }

  function recordedFrames() {
    const times = recorded;
    recorded = null;
    return times.slice(1);
  }

  // Scrolling

  /** Scroll a box from end to end, a step a frame; the time of each frame. */
  async function sweep(box, steps) {
    const times = [];
    box.scrollTop = 0;
    await frame();
    const far = box.scrollHeight - box.clientHeight;
    let last = performance.now();
    for (let step = 1; step <= steps; step++) {
      box.scrollTop = (far * step) / steps;
      await frame();
      const now = performance.now();
      times.push(now - last);
      last = now;
    }
    return times;
  }

  /** An empty box that scrolls as far, in the place of the gallery's output: the control. */
  async function sweepEmpty(cell, steps) {
    const real = scroller(cell);
    const box = document.createElement("div");
    const inner = document.createElement("div");
    const { width, height } = real.getBoundingClientRect();
    box.style.cssText = `width:${width}px;height:${height}px;overflow-y:scroll`;
    inner.style.height = `${real.scrollHeight}px`;
    box.append(inner);
    root(cell).before(box);
    await frame();
    const times = await sweep(box, steps);
    box.remove();
    return times;
  }

  /**
   * Jump to a place (0 to 1), and say how long each visible tile was blank. A jump comes to rest as it is made; a tile is blank
   * until the first frame in which its picture is complete. Null: not all were filled within the limit.
   */
  async function jump(cell, place, limit = 20_000) {
    const gallery = root(cell);
    const box = scroller(cell);
    const began = performance.now();
    box.scrollTop = place * (box.scrollHeight - box.clientHeight);
    const filled = new Map();
    let before = "";
    while (performance.now() < began + limit) {
      await frame();
      const now = performance.now() - began;
      const drawn = [...gallery.querySelectorAll("[role=option]:not(.nbg-away)")]
        .filter((tile) => isDrawn(tile.querySelector("img")))
        .map((tile) => tile.ariaPosInSet);
      for (const place of drawn) if (!filled.has(place)) filled.set(place, now);
      // Where the tiles are is asked for only when more are drawn: to measure them in every frame costs as much as to draw
      // them.
      if (`${drawn}` === before) continue;
      before = `${drawn}`;
      const tiles = visible(gallery);
      if (!tiles.length || !tiles.every((tile) => filled.has(tile.ariaPosInSet))) continue;
      const indices = tiles.map((tile) => tile.ariaPosInSet - 1);
      const image = tiles[0].querySelector("img");
      return {
        first: Math.min(...indices),
        stop: Math.max(...indices) + 1,
        edge: Math.max(image.naturalWidth, image.naturalHeight),
        blank: tiles.map((tile) => filled.get(tile.ariaPosInSet)),
      };
    }
    return null;
  }

  async function jumps(cell, places, pause = 0) {
    const made = [];
    for (const place of places) {
      made.push(await jump(cell, place));
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    return made;
  }

  // Edits and clicks

  const countOf = (cell) => Number(root(cell).querySelector("[role=option]")?.ariaSetSize ?? 0);

  /** Run code that appends one item; milliseconds until the tiles say that there is one more. */
  async function timeAppend(cell, code) {
    const before = countOf(cell);
    const began = performance.now();
    const { done } = kernel().requestExecute({ code, store_history: false });
    while (countOf(cell) === before) {
      if (performance.now() > began + 10_000) throw new Error("the append was not seen");
      await new Promise((resolve) => setTimeout(resolve));
    }
    const took = performance.now() - began;
    await done;
    return took;
  }

  /** Toggle a tile as Ctrl and a click do: the milliseconds that the scripts take, the click's own and the frame's. */
  async function timeClick(cell, position) {
    const tile = visible(root(cell))[position];
    const before = tile.ariaSelected;
    await frame();
    // Behind this frame, so that the next one is as far away each time.
    await new Promise((resolve) => setTimeout(resolve));
    const began = performance.now();
    for (const type of ["pointerdown", "pointerup"])
      tile.dispatchEvent(
        new PointerEvent(type, { bubbles: true, composed: true, pointerType: "mouse", isPrimary: true }),
      );
    tile.dispatchEvent(new MouseEvent("click", { bubbles: true, composed: true, ctrlKey: true, detail: 1 }));
    const handled = performance.now() - began;
    while (tile.ariaSelected === before) {
      if (performance.now() > began + 5_000) throw new Error("the click was not seen");
      await new Promise((resolve) => setTimeout(resolve));
    }
    return { handled, seen: performance.now() - began };
  }

  /** What the visible tiles show, by place: the mean of each picture. */
  function drawn(cell) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    return visible(root(cell))
      .sort((one, other) => one.ariaPosInSet - other.ariaPosInSet)
      .map((tile) => {
        context.drawImage(tile.querySelector("img"), 0, 0, 1, 1);
        return [Number(tile.ariaPosInSet), ...context.getImageData(0, 0, 1, 1).data];
      });
  }

  const elements = (cell) => root(cell).querySelectorAll("*").length + 1;
  const seen = (cell) => visible(root(cell)).length;

  window.bench = {
    frame,
    node,
    root,
    scroller,
    visible,
    timeCell,
    timePainted,
    timeGradio,
    listen,
    traffic,
    watchFrames,
    takeFrames,
    sweep,
    sweepEmpty,
    jump,
    jumps,
    countOf,
    timeAppend,
    timeClick,
    elements,
    seen,
    recordFrames,
    recordedFrames,
    drawn,
  };
})();
//# sourceURL=nbgallery-bench.js
