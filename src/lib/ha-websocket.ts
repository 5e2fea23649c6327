import WebSocket from 'ws';
import * as z from 'zod/mini';
import { bounds, type JsonBound } from '../model/bounds.ts';
import { parseJsonWithin } from '../model/json.ts';
import type { Secret } from '../model/secret.ts';
import {
  certificateOf,
  FrozenServerError,
  type HttpAnswer,
  readHttpAnswer,
  type ServerCertificate,
} from './http-answer.ts';
import { resolveHostName, socketLookupFunction } from './names/name-lookup.ts';

/** The server answered, but not with the protocol of Home Assistant. */
export class NotHomeAssistantError extends Error {}

/** Characters; the real ones have about ten. */
const maxVersionLength = 100;

// https://developers.home-assistant.io/docs/api/websocket
const greetingSchema = z.object({
  type: z.literal('auth_required'),
  ha_version: z.string().check(z.maxLength(maxVersionLength), z.regex(/^\d+\.\d[\w.+-]*$/)),
});
const authResultSchema = z.object({ type: z.enum(['auth_ok', 'auth_invalid']) });
const resultSchema = z.object({
  id: z.number(),
  type: z.literal('result'),
  success: z.boolean(),
  result: z.optional(z.unknown()),
});
const renderedSchema = z.object({ id: z.number(), type: z.literal('event'), event: z.object({ result: z.unknown() }) });

/** A WebSocket to Home Assistant that has received the greeting. */
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

  /** Rejects with the error of the network, FrozenServerError, NotHomeAssistantError, or the signal's reason. A
   * certificate that is not trusted is no error here: nothing secret has been sent, and the caller checks the
   * certificate first. */
  static async open(
    url: URL,
    authorities: string[] | undefined,
    signal: AbortSignal,
    messageBound: JsonBound = bounds.homeAssistantMessage,
  ): Promise<HaWebSocket | HttpAnswer> {
    const socket = new JsonSocket(url, authorities, signal, messageBound);
    const first = await socket.firstMessage;
    if (!('message' in first)) return first;
    const greeting = greetingSchema.safeParse(first.message);
    if (greeting.success) return new HaWebSocket(socket, greeting.data.ha_version);
    socket.close();
    throw new NotHomeAssistantError('the WebSocket server’s greeting is not that of Home Assistant');
  }

  /** Whether Home Assistant accepts the token. May be called once, because Home Assistant closes the connection after a
   * wrong token. */
  async authenticate(token: Secret): Promise<boolean> {
    const answer = this.#socket.nextMessage(authResultSchema, () => true);
    this.#socket.send({ type: 'auth', access_token: token.reveal() });
    return (await answer).type === 'auth_ok';
  }

  /** The result of a command; undefined if Home Assistant refuses the command or does not know it. */
  async sendCommand(command: { type: string; [option: string]: unknown }): Promise<unknown> {
    const { result } = await this.#command(command).answer;
    return result;
  }

  /** The current result of a template; undefined if Home Assistant refuses to render it. */
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

const closeTimeoutMs = 1000;

/** JSON over a WebSocket. Every wait ends with the connection or with the signal's abort. */
class JsonSocket {
  certificate: ServerCertificate | undefined;
  readonly firstMessage: Promise<HttpAnswer | { message: unknown }>;
  readonly #socket: WebSocket;
  readonly #closed: Promise<never>;
  readonly #listeners = new Set<(message: unknown) => void>();

  readonly #messageBound: JsonBound;

  constructor(url: URL, ca: string[] | undefined, signal: AbortSignal, messageBound: JsonBound) {
    this.#messageBound = messageBound;
    let isConnected = false;
    const socket = new WebSocket(url, {
      finishRequest(request) {
        request.once('socket', (connection) => connection.once('connect', () => (isConnected = true)));
        request.end();
      },
      lookup: socketLookupFunction(resolveHostName),
      rejectUnauthorized: false,
      perMessageDeflate: false,
      maxPayload: messageBound.bytes,
      ...(ca === undefined ? {} : { ca }),
    });
    this.#socket = socket;
    this.#closed = new Promise((_, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(Object.assign(new Error('connection closed'), { code: 'ECONNRESET' })));
      const end = () => reject(isConnected ? new FrozenServerError('no answer') : signal.reason);
      signal.addEventListener('abort', end, { once: true });
    });
    this.#closed.catch(() => socket.terminate());
    socket.on('message', (data) => this.#receive(data.toString()));
    socket.on('upgrade', (response) => {
      this.certificate = certificateOf(response.socket);
    });
    const answered = new Promise<HttpAnswer>((resolve) => {
      socket.on('unexpected-response', (request, response) => {
        void readHttpAnswer(response, bounds.foreignPage.bytes).then((answer) => {
          resolve(answer);
          request.destroy();
        });
      });
    });
    const message = new Promise<{ message: unknown }>((resolve) =>
      this.#listeners.add((received) => resolve({ message: received })),
    );
    this.firstMessage = Promise.race([answered, message, this.#closed]);
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The next message that has this schema and is accepted. */
  nextMessage<T>(schema: z.ZodMiniType<T>, isAccepted: (message: T) => boolean): Promise<T> {
    const matching = new Promise<T>((resolve) => {
      const listener = (message: unknown) => {
        const parsed = schema.safeParse(message);
        if (!parsed.success || !isAccepted(parsed.data)) return;
        this.#listeners.delete(listener);
        resolve(parsed.data);
      };
      this.#listeners.add(listener);
    });
    return Promise.race([matching, this.#closed]);
  }

  close(): void {
    this.#socket.close();
    // Ends a connection whose server does not answer the close frame.
    setTimeout(() => this.#socket.terminate(), closeTimeoutMs).unref();
  }

  #receive(text: string): void {
    let message: unknown;
    try {
      message = parseJsonWithin(text, this.#messageBound);
    } catch {
      message = text;
    }
    for (const listener of [...this.#listeners]) listener(message);
  }
}
