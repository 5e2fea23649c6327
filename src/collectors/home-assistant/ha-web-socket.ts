import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import WebSocket from 'ws';
import * as z from 'zod/mini';
import type { Secret } from '../../model/secret.ts';

/** What a server showed of itself before it spoke. */
export interface ServerCertificate {
  validTo: Date;
  /** Node's code where it can't be trusted: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, … */
  problem: string | undefined;
}

/** What answered in place of a WebSocket. */
export interface HttpRefusal {
  status: number;
  location: string | undefined;
  /** It bears the headers that Home Assistant gives to each of its answers (homeassistant/components/http/headers.py). */
  isHomeAssistants: boolean;
  /** Its text is plain, as an answer of aiohttp's own is, in which Home Assistant runs; a proxy's is HTML. */
  isPlain: boolean;
  certificate: ServerCertificate | undefined;
}

/** It spoke, and not as Home Assistant does. */
export class NotHomeAssistantError extends Error {}

// https://developers.home-assistant.io/docs/api/websocket
const greetingSchema = z.object({ type: z.literal('auth_required'), ha_version: z.string() });
const authResultSchema = z.object({ type: z.enum(['auth_ok', 'auth_invalid']) });
const resultSchema = z.object({
  id: z.number(),
  type: z.literal('result'),
  success: z.boolean(),
  result: z.optional(z.unknown()),
});
const renderedSchema = z.object({ id: z.number(), type: z.literal('event'), event: z.object({ result: z.unknown() }) });

function certificateOf({ socket }: IncomingMessage): ServerCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  // Declared an Error, and is its code.
  return {
    validTo: new Date(socket.getPeerCertificate().valid_to),
    problem: socket.authorized ? undefined : String(socket.authorizationError),
  };
}

const refusalOf = (response: IncomingMessage): HttpRefusal => ({
  status: response.statusCode ?? 0,
  location: response.headers.location,
  isHomeAssistants:
    response.headers['referrer-policy'] === 'no-referrer' && response.headers['x-content-type-options'] === 'nosniff',
  isPlain: response.headers['content-type']?.startsWith('text/plain') ?? false,
  certificate: certificateOf(response),
});

/** A WebSocket to Home Assistant, from its greeting on. */
export class HaWebSocket {
  readonly version: string;
  readonly certificate: ServerCertificate | undefined;
  readonly #socket: JsonSocket;
  #commandCount = 0;

  private constructor(socket: JsonSocket, version: string) {
    this.#socket = socket;
    this.version = version;
    this.certificate = socket.certificate;
  }

  /** Rejects with the network's error, a Foreign, or the signal's reason. A bad certificate is no error yet: nothing secret has
   * been told, and whoever called looks at it first. */
  static async open(
    url: URL,
    authorities: string[] | undefined,
    signal: AbortSignal,
  ): Promise<HaWebSocket | HttpRefusal> {
    const socket = new JsonSocket(url, authorities, signal);
    const first = await socket.firstMessage;
    if (!('message' in first)) return first;
    const greeted = greetingSchema.safeParse(first.message);
    if (greeted.success) return new HaWebSocket(socket, greeted.data.ha_version);
    socket.close();
    throw new NotHomeAssistantError('its WebSocket is not Home Assistant’s');
  }

  /** Does Home Assistant take the token? To be asked once: it hangs up on a wrong one. */
  async authenticate(token: Secret): Promise<boolean> {
    const answer = this.#socket.nextMessage(authResultSchema, () => true);
    this.#socket.send({ type: 'auth', access_token: token.reveal() });
    return (await answer).type === 'auth_ok';
  }

  /** A command's result; undefined where Home Assistant refuses the command or does not know it. */
  async sendCommand(command: { type: string; [option: string]: unknown }): Promise<unknown> {
    const { result } = await this.#command(command).answer;
    return result;
  }

  /** What a template makes of things as they are now. */
  async render(template: string): Promise<unknown> {
    const { id, answer } = this.#command({ type: 'render_template', template });
    const event = this.#socket.nextMessage(renderedSchema, (message) => message.id === id);
    event.catch(() => undefined);
    return (await answer).success ? (await event).event.result : undefined;
  }

  close(): void {
    this.#socket.close();
  }

  #command(command: object) {
    this.#commandCount += 1;
    const id = this.#commandCount;
    const answer = this.#socket.nextMessage(resultSchema, (message) => message.id === id);
    this.#socket.send({ id, ...command });
    return { id, answer };
  }
}

/** Bytes of one message; the longest that is asked for has some 100,000. */
const maxMessageBytes = 4 * 1024 ** 2;

/** JSON over a WebSocket, with an end to every wait. */
class JsonSocket {
  certificate: ServerCertificate | undefined;
  readonly firstMessage: Promise<HttpRefusal | { message: unknown }>;
  readonly #socket: WebSocket;
  readonly #closed: Promise<never>;
  readonly #listeners = new Set<(message: unknown) => void>();

  constructor(url: URL, ca: string[] | undefined, signal: AbortSignal) {
    const socket = new WebSocket(url, {
      rejectUnauthorized: false,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
      ...(ca === undefined ? {} : { ca }),
    });
    this.#socket = socket;
    this.#closed = new Promise((_, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(Object.assign(new Error('it hung up'), { code: 'ECONNRESET' })));
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    this.#closed.catch(() => socket.terminate());
    socket.on('message', (data) => this.#receive(data.toString()));
    socket.on('upgrade', (response) => {
      this.certificate = certificateOf(response);
    });
    const answered = new Promise<HttpRefusal>((resolve) => {
      socket.on('unexpected-response', (request, response) => {
        resolve(refusalOf(response));
        request.destroy();
      });
    });
    const message = new Promise<{ message: unknown }>((resolve) =>
      this.#listeners.add((heard) => resolve({ message: heard })),
    );
    this.firstMessage = Promise.race([answered, message, this.#closed]);
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The next message of this form that is the one meant. */
  nextMessage<T>(form: z.ZodMiniType<T>, isMeant: (message: T) => boolean): Promise<T> {
    const found = new Promise<T>((resolve) => {
      const listener = (message: unknown) => {
        const parsed = form.safeParse(message);
        if (!parsed.success || !isMeant(parsed.data)) return;
        this.#listeners.delete(listener);
        resolve(parsed.data);
      };
      this.#listeners.add(listener);
    });
    return Promise.race([found, this.#closed]);
  }

  close(): void {
    this.#socket.close();
    // One that does not say goodbye in turn.
    setTimeout(() => this.#socket.terminate(), 1000).unref();
  }

  #receive(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      message = text;
    }
    for (const listener of [...this.#listeners]) listener(message);
  }
}
