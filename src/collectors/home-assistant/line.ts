import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import WebSocket from 'ws';
import * as z from 'zod/mini';
import type { Secret } from '../../model/secret.ts';

/** What a server showed of itself before it spoke. */
export interface Certificate {
  validTo: Date;
  /** Node's code where it can't be trusted: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, … */
  problem: string | undefined;
}

/** What answered in place of a WebSocket. */
export interface Answer {
  status: number;
  location: string | undefined;
  /** It bears the headers that Home Assistant gives to each of its answers (homeassistant/components/http/headers.py). */
  isHomeAssistants: boolean;
  /** Its text is plain, as an answer of aiohttp's own is, in which Home Assistant runs; a proxy's is HTML. */
  isPlain: boolean;
  certificate: Certificate | undefined;
}

/** It spoke, and not as Home Assistant does. */
export class Foreign extends Error {}

// https://developers.home-assistant.io/docs/api/websocket
const greeting = z.object({ type: z.literal('auth_required'), ha_version: z.string() });
const admission = z.object({ type: z.enum(['auth_ok', 'auth_invalid']) });
const done = z.object({ id: z.number(), type: z.literal('result'), success: z.boolean(), result: z.optional(z.unknown()) });
const rendered = z.object({ id: z.number(), type: z.literal('event'), event: z.object({ result: z.unknown() }) });

function certificateOf({ socket }: IncomingMessage): Certificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  // Declared an Error, and is its code.
  return { validTo: new Date(socket.getPeerCertificate().valid_to), problem: socket.authorized ? undefined : String(socket.authorizationError) };
}

const answerOf = (response: IncomingMessage): Answer => ({
  status: response.statusCode ?? 0,
  location: response.headers.location,
  isHomeAssistants: response.headers['referrer-policy'] === 'no-referrer' && response.headers['x-content-type-options'] === 'nosniff',
  isPlain: response.headers['content-type']?.startsWith('text/plain') ?? false,
  certificate: certificateOf(response),
});

/** A WebSocket to Home Assistant, from its greeting on. */
export class Line {
  readonly version: string;
  readonly certificate: Certificate | undefined;
  readonly #wire: Wire;
  #asked = 0;

  private constructor(wire: Wire, version: string) {
    this.#wire = wire;
    this.version = version;
    this.certificate = wire.certificate;
  }

  /** Rejects with the network's error, a Foreign, or the signal's reason. A bad certificate is no error yet: nothing secret has
   * been told, and whoever called looks at it first. */
  static async open(url: URL, authorities: string[] | undefined, signal: AbortSignal): Promise<Line | Answer> {
    const wire = new Wire(url, authorities, signal);
    const first = await wire.first;
    if (!('message' in first)) return first;
    const greeted = greeting.safeParse(first.message);
    if (greeted.success) return new Line(wire, greeted.data.ha_version);
    wire.close();
    throw new Foreign('its WebSocket is not Home Assistant’s');
  }

  /** Does Home Assistant take the token? To be asked once: it hangs up on a wrong one. */
  async authenticate(token: Secret): Promise<boolean> {
    const answer = this.#wire.expect(admission, () => true);
    this.#wire.send({ type: 'auth', access_token: token.reveal() });
    return (await answer).type === 'auth_ok';
  }

  /** A command's result; undefined where Home Assistant refuses the command or does not know it. */
  async ask(command: { type: string; [option: string]: unknown }): Promise<unknown> {
    const { result } = await this.#command(command).answer;
    return result;
  }

  /** What a template makes of things as they are now. */
  async render(template: string): Promise<unknown> {
    const { id, answer } = this.#command({ type: 'render_template', template });
    const event = this.#wire.expect(rendered, (message) => message.id === id);
    event.catch(() => undefined);
    return (await answer).success ? (await event).event.result : undefined;
  }

  close(): void {
    this.#wire.close();
  }

  #command(command: object) {
    this.#asked += 1;
    const id = this.#asked;
    const answer = this.#wire.expect(done, (message) => message.id === id);
    this.#wire.send({ id, ...command });
    return { id, answer };
  }
}

/** Bytes of one message; the longest that is asked for has some 100,000. */
const longest = 4 * 1024 ** 2;

/** JSON over a WebSocket, with an end to every wait. */
class Wire {
  certificate: Certificate | undefined;
  readonly first: Promise<Answer | { message: unknown }>;
  readonly #socket: WebSocket;
  readonly #over: Promise<never>;
  readonly #listeners = new Set<(message: unknown) => void>();

  constructor(url: URL, ca: string[] | undefined, signal: AbortSignal) {
    const socket = new WebSocket(url, { rejectUnauthorized: false, perMessageDeflate: false, maxPayload: longest, ...(ca === undefined ? {} : { ca }) });
    this.#socket = socket;
    this.#over = new Promise((_, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(Object.assign(new Error('it hung up'), { code: 'ECONNRESET' })));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    this.#over.catch(() => socket.terminate());
    socket.on('message', (data) => this.#hear(data.toString()));
    socket.on('upgrade', (response) => {
      this.certificate = certificateOf(response);
    });
    const answered = new Promise<Answer>((resolve) => {
      socket.on('unexpected-response', (request, response) => {
        resolve(answerOf(response));
        request.destroy();
      });
    });
    const message = new Promise<{ message: unknown }>((resolve) => this.#listeners.add((heard) => resolve({ message: heard })));
    this.first = Promise.race([answered, message, this.#over]);
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The next message of this form that is the one meant. */
  expect<T>(form: z.ZodMiniType<T>, isMeant: (message: T) => boolean): Promise<T> {
    const found = new Promise<T>((resolve) => {
      const listener = (message: unknown) => {
        const parsed = form.safeParse(message);
        if (!parsed.success || !isMeant(parsed.data)) return;
        this.#listeners.delete(listener);
        resolve(parsed.data);
      };
      this.#listeners.add(listener);
    });
    return Promise.race([found, this.#over]);
  }

  close(): void {
    this.#socket.close();
    // One that does not say goodbye in turn.
    setTimeout(() => this.#socket.terminate(), 1000).unref();
  }

  #hear(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      message = text;
    }
    for (const listener of [...this.#listeners]) listener(message);
  }
}
