import { connect, type Socket } from 'node:net';

/*
 * The few WebDriver commands (https://www.w3.org/TR/webdriver2/) that the tests of other engines need, over the two ways by which a browser
 * from a Linux distribution takes them: HTTP (WebKitWebDriver) and Marionette, Firefox's own socket, which geckodriver translates to
 * (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html). The libraries for this need a later Node than we ask for, and
 * Playwright a browser of its own making or a later Firefox than the ESR.
 */

/** A command of WebDriver: its Marionette name, and where it is under a session's HTTP address. */
const COMMANDS = {
  navigate: { name: 'WebDriver:Navigate', path: '/url' },
  timeouts: { name: 'WebDriver:SetTimeouts', path: '/timeouts' },
  windowRect: { name: 'WebDriver:SetWindowRect', path: '/window/rect' },
  script: { name: 'WebDriver:ExecuteAsyncScript', path: '/execute/async' },
  findElement: { name: 'WebDriver:FindElement', path: '/element' },
  sendKeys: { name: 'WebDriver:ElementSendKeys', path: (id: string) => `/element/${id}/value` },
  actions: { name: 'WebDriver:PerformActions', path: '/actions' },
} as const;

export type CommandName = keyof typeof COMMANDS;
export type Parameters = Readonly<Record<string, unknown>>;

/** Sends one command and gives its value; rejects with the browser's own words. */
export type SendCommand = (name: CommandName, parameters: Parameters) => Promise<unknown>;

/** One open window of a browser. */
export class Tab {
  private readonly send: SendCommand;

  constructor(send: SendCommand) {
    this.send = send;
  }

  /** @param size of the page in the window, CSS pixels */
  async prepare(size: { readonly width: number; readonly height: number }): Promise<void> {
    await this.send('timeouts', { script: 100_000, pageLoad: 100_000 });
    await this.send('windowRect', size);
    const inner = await this.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    await this.send('windowRect', { width: 2 * size.width - inner.width, height: 2 * size.height - inner.height });
  }

  /** Resolves when the page has loaded. */
  async goTo(url: string): Promise<void> {
    await this.send('navigate', { url });
  }

  /** Runs a function in the page, given as text in effect: it sees its arguments and nothing else of here. */
  async evaluate<A extends readonly unknown[], T>(run: (...args: A) => T, ...args: A): Promise<Awaited<T>> {
    const script = `const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${run.toString()})(...Array.from(arguments).slice(0, -1)))
        .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = (await this.send('script', { script, args })) as { readonly value?: Awaited<T>; readonly error?: string };
    if (error !== undefined) throw new Error(`In the page: ${error}`);
    return value as Awaited<T>;
  }

  /** Gives files to a file input, as its chooser would. */
  async chooseFiles(selector: string, paths: readonly string[]): Promise<void> {
    const found = (await this.send('findElement', { using: 'css selector', value: selector })) as Readonly<Record<string, string>>;
    const id = Object.values(found)[0] ?? '';
    await this.send('sendKeys', { id, text: paths.join('\n') });
  }

  /** Presses and releases the first mouse button at a place of the page, CSS pixels. */
  async click({ x, y }: { readonly x: number; readonly y: number }): Promise<void> {
    const actions = [
      { type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 0 },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ];
    await this.send('actions', { actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions }] });
  }

  async moveTo({ x, y }: { readonly x: number; readonly y: number }): Promise<void> {
    await this.send('actions', { actions: [{ type: 'pointer', id: 'mouse', parameters: { pointerType: 'mouse' }, actions: [{ type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 0 }] }] });
  }

  async press(key: string): Promise<void> {
    await this.send('actions', { actions: [{ type: 'key', id: 'keyboard', actions: [{ type: 'keyDown', value: key }, { type: 'keyUp', value: key }] }] });
  }
}

/**
 * Opens a session with a driver that speaks HTTP, such as WebKitWebDriver.
 * @param address the driver's, without a slash at its end
 */
export async function openHttpSession(address: string, capabilities: Parameters): Promise<{ readonly send: SendCommand; readonly capabilities: Parameters }> {
  const post = async (path: string, body: Parameters): Promise<unknown> => {
    const response = await fetch(`${address}${path}`, { method: 'POST', body: JSON.stringify(body) });
    const { value } = (await response.json()) as { readonly value: { readonly error?: string; readonly message?: string } | null };
    if (!response.ok) throw new Error(`${path}: ${value?.error}: ${value?.message}`);
    return value;
  };
  const session = (await post('/session', { capabilities: { alwaysMatch: capabilities } })) as { readonly sessionId: string; readonly capabilities: Parameters };
  const send: SendCommand = (name, parameters) => {
    const { path } = COMMANDS[name];
    return post(`/session/${session.sessionId}${typeof path === 'string' ? path : path(String(parameters['id']))}`, parameters);
  };
  return { send, capabilities: session.capabilities };
}

/** Opens a session with a Firefox that was started with --marionette. */
export async function openMarionetteSession(port: number): Promise<{ readonly send: SendCommand; readonly capabilities: Parameters }> {
  const socket = connect(port, '127.0.0.1');
  const messages = readMessages(socket);
  await messages.next(); // Its greeting.
  let count = 0;
  // One command at a time, each awaited by the caller, so the next message is its answer: [1, id, error, value].
  const call = async (name: string, parameters: Parameters): Promise<unknown> => {
    count += 1;
    const text = JSON.stringify([0, count, name, parameters]);
    socket.write(`${Buffer.byteLength(text)}:${text}`);
    const { value: answer, done } = await messages.next();
    if (done || !Array.isArray(answer)) throw new Error(`Firefox ended during ${name}.`);
    const [, , error, value] = answer as [number, number, { readonly error: string; readonly message: string } | null, unknown];
    if (error) throw new Error(`${name}: ${error.error}: ${error.message}`);
    return value !== null && typeof value === 'object' && 'value' in value ? value.value : value;
  };
  const session = (await call('WebDriver:NewSession', {})) as { readonly capabilities: Parameters };
  return { send: (name, parameters) => call(COMMANDS[name].name, parameters), capabilities: session.capabilities };
}

/** Messages of Marionette: the number of bytes, a colon, JSON. */
async function* readMessages(socket: Socket): AsyncGenerator<unknown, undefined> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    bytes = Buffer.concat([bytes, chunk]);
    for (;;) {
      const colon = bytes.indexOf(':');
      const length = Number(bytes.subarray(0, Math.max(colon, 0)).toString());
      if (colon < 0 || bytes.length < colon + 1 + length) break;
      yield JSON.parse(bytes.subarray(colon + 1, colon + 1 + length).toString());
      bytes = bytes.subarray(colon + 1 + length);
    }
  }
  return undefined;
}
