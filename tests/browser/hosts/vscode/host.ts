// Shows widgets as VS Code's notebook webview does: with its own widget manager, one document for the outputs of all
// cells, and a kernel behind a bridge. Query: `base`, the Jupyter server; `kernel`, the id of one to connect to.
import {
  CommsOverSubshells,
  type Kernel,
  KernelManager,
  type KernelMessage,
  ServerConnection,
} from "@jupyterlab/services";

const WIDGET = "application/vnd.jupyter.widget-view+json";

interface WidgetManager {
  get_model(id: string): Promise<unknown>;
  create_view(model: unknown, options: { el: HTMLElement }): Promise<View>;
  display_view(data: unknown, view: View, options: { node: HTMLElement }): Promise<unknown>;
}

interface View {
  remove(): void;
}

/** What the test drives; every promise settles with the kernel's answer. */
interface Host {
  readonly kernelId: string;
  readonly log: string[];
  /** Run a cell into its output; the answer is the error it raised, as one line. */
  runCell(index: number, code: string): Promise<string | null>;
  /** Run code beside the cells; the answer is what it printed. */
  runCode(code: string): Promise<string>;
  interrupt(): Promise<void>;
  restart(): Promise<void>;
  shutdown(): Promise<void>;
}

declare global {
  interface Window {
    host?: Host;
    hostFailure?: string;
    requirejs: { config(options: { paths: Record<string, string> }): void };
    vscIPyWidgets8: { load(): void };
    vscIPyWidgets: {
      WidgetManager: new (
        kernel: Kernel.IKernelConnection,
        node: HTMLElement,
        scripts: unknown,
        log: (line: string) => void,
      ) => WidgetManager;
    };
  }
}

/** Between extension host and webview a binary frame travels as an array of numbers, and comes back as a copy. */
function bridge<T>(frame: T): T | ArrayBuffer {
  if (!(frame instanceof ArrayBuffer) && !ArrayBuffer.isView(frame)) return frame;
  const bytes =
    frame instanceof ArrayBuffer
      ? new Uint8Array(frame)
      : new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
  return Uint8Array.from(JSON.parse(JSON.stringify(Array.from(bytes))) as number[]).buffer;
}

class BridgedSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols);
    this.binaryType = "arraybuffer";
    let handler: ((event: MessageEvent) => void) | null = null;
    this.addEventListener("message", ({ data }) => {
      handler?.(new MessageEvent("message", { data: bridge(data) }));
    });
    Object.defineProperty(this, "onmessage", {
      get: () => handler,
      set: (next: typeof handler) => {
        handler = next;
      },
    });
  }

  override send(data: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): void {
    super.send(bridge(data) as string | ArrayBuffer);
  }
}

async function connect(base: string, id: string | null): Promise<Kernel.IKernelConnection> {
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: base,
    wsUrl: base.replace(/^http/, "ws"),
    token: "",
    appendToken: false,
    WebSocket: BridgedSocket,
  });
  const kernels = new KernelManager({ serverSettings });
  await kernels.ready;
  // VS Code knows no subshells: what the browser sends waits for the running cell.
  const options = { commsOverSubshells: CommsOverSubshells.Disabled };
  const model = id === null ? null : await kernels.findById(id);
  const kernel = model
    ? kernels.connectTo({ model, ...options })
    : await kernels.startNew({ name: "python3" }, options);
  await kernel.info;
  return kernel;
}

function widgetManager(kernel: Kernel.IKernelConnection, log: string[]): WidgetManager {
  const registered = new Set<string>();
  const node = document.createElement("div");
  document.body.append(node);
  const scripts = {
    widgetsRegisteredInRequireJs: registered,
    errorHandler: (...details: unknown[]) => log.push(`not loaded: ${details.join(" ")}`),
    successHandler: (...details: unknown[]) => log.push(`loaded: ${details.join(" ")}`),
    loadWidgetScript: async (module: string) => {
      window.requirejs.config({ paths: { [module]: `./nbextensions/${module}/index` } });
      registered.add(module);
    },
  };
  return new window.vscIPyWidgets.WidgetManager(kernel, node, scripts, (line) => log.push(line));
}

/** The outputs of one cell; running the cell again removes what it showed before. */
class Output {
  private readonly views: View[] = [];

  constructor(
    private readonly node: HTMLElement,
    private readonly manager: WidgetManager,
  ) {}

  clear(): void {
    for (const view of this.views.splice(0)) view.remove();
    this.node.replaceChildren();
  }

  async hear(message: KernelMessage.IIOPubMessage): Promise<void> {
    const content = message.content as Record<string, unknown>;
    switch (message.header.msg_type) {
      case "stream":
        this.text(String(content.text));
        break;
      case "error":
        this.text(raised(content));
        break;
      case "display_data":
      case "execute_result":
        await this.show(content.data as Record<string, unknown>);
        break;
    }
  }

  private async show(data: Record<string, unknown>): Promise<void> {
    const widget = data[WIDGET] as { model_id: string } | undefined;
    if (!widget) {
      this.text(String(data["text/plain"]));
      return;
    }
    const node = document.createElement("div");
    node.className = "cell-output-ipywidget-background";
    this.node.append(node);
    const view = await this.manager.create_view(await this.manager.get_model(widget.model_id), { el: node });
    this.views.push(view);
    await this.manager.display_view(data, view, { node });
  }

  private text(text: string): void {
    const node = document.createElement("pre");
    node.textContent = text;
    this.node.append(node);
  }
}

function raised(content: Record<string, unknown>): string {
  return `${content.ename}: ${content.evalue}`;
}

async function start(): Promise<Host> {
  const query = new URLSearchParams(location.search);
  const log: string[] = [];
  const widgets: { activate(): void } = await import("./ipywidgets.js" as string);
  widgets.activate();
  window.vscIPyWidgets8.load();
  const kernel = await connect(query.get("base") ?? "", query.get("kernel"));
  const manager = widgetManager(kernel, log);
  const outputs = new Map<number, Output>();

  function output(index: number): Output {
    const known = outputs.get(index);
    if (known) return known;
    const node = document.createElement("div");
    node.className = "output";
    node.dataset.cell = String(index);
    document.getElementById("container")?.append(node);
    const made = new Output(node, manager);
    outputs.set(index, made);
    return made;
  }

  return {
    kernelId: kernel.id,
    log,
    async runCell(index, code) {
      const cell = output(index);
      cell.clear();
      const future = kernel.requestExecute({ code });
      future.onIOPub = (message) => cell.hear(message);
      const { content } = await future.done;
      return content.status === "error" ? `${content.ename}: ${content.evalue}` : null;
    },
    async runCode(code) {
      let printed = "";
      const future = kernel.requestExecute({ code, store_history: false });
      future.onIOPub = ({ header, content }) => {
        if (header.msg_type === "stream") printed += (content as { text: string }).text;
      };
      const { content } = await future.done;
      if (content.status === "error") throw new Error(`${content.ename}: ${content.evalue}`);
      return printed.trim();
    },
    async interrupt() {
      await kernel.interrupt();
      // For a moment after it the kernel aborts what it is sent.
      while ((await kernel.requestExecute({ code: "" }).done).content.status === "aborted");
    },
    restart: () => kernel.restart(),
    shutdown: () => kernel.shutdown(),
  };
}

start().then(
  (host) => {
    window.host = host;
  },
  (error: unknown) => {
    window.hostFailure = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  },
);
