import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';

export interface StandInAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** How the stand-in behaves; may be changed while it runs. */
export interface Script {
  version: string;
  /** The token that it accepts. */
  token: string;
  /** Results of commands by type; other commands are unknown. */
  results: Record<string, unknown>;
  /** Result of every template. */
  rendered: unknown;
  /** An HTTP response to everything, as a proxy in front of it gives. */
  insteadOfAll?: StandInAnswer;
  /** An HTTP response instead of a WebSocket. */
  insteadOfWebSocket?: StandInAnswer;
  /** An HTTP response instead of the REST API's. */
  insteadOfRest?: StandInAnswer;
  /** Results of the REST API, by path. */
  rest: Record<string, unknown>;
  /** The path of the REST API from which on it refuses the token. */
  refusesAt?: string;
  /** Whether it accepts requests and leaves them without an answer. */
  isFrozen?: boolean;
  /** What it sends instead of its greeting; nothing if null. */
  greeting?: string | null;
  onboarding?: { step: string; done: boolean }[];
  /** The command at which it closes the connection. */
  hangsUpAt?: string;
  /** Whether it ignores that the client closes the connection. */
  ignoresClose?: boolean;
}

/** Headers of every response of the real Home Assistant. */
export const ownHeaders = { 'Referrer-Policy': 'no-referrer', 'X-Content-Type-Options': 'nosniff' };

const plainText = { 'Content-Type': 'text/plain; charset=utf-8' };

/** A page of aiohttp, on which Home Assistant stands; `headers`: what Home Assistant adds to all but its first
 * refusals. */
export const aiohttpPage = (status: number, reason: string, headers: Record<string, string> = ownHeaders) => ({
  status,
  headers: { ...plainText, ...headers },
  body: `${status}: ${reason}`,
});

/** A page of a proxy, as nginx has it. */
export const proxyPage = (status: number, headers: Record<string, string> = { Server: 'nginx' }) => ({
  status,
  headers: { 'Content-Type': 'text/html', ...headers },
  body: `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center></body></html>`,
});

export const home = {
  latitude: 52.123456,
  longitude: 13.654321,
  location_name: 'Villa Kunterbunt',
  internal_url: 'http://secret.example',
};

const backupEntity = (uniqueId: string) => ({ platform: 'backup', unique_id: uniqueId, name: 'Mein Backup' });

/** The entity registry of a Home Assistant in German. */
const backupEntities = {
  'sensor.letzte_sicherung': backupEntity('last_successful_automatic_backup'),
  'sensor.letzter_versuch': backupEntity('last_attempted_automatic_backup'),
  'sensor.naechste_sicherung': backupEntity('next_scheduled_automatic_backup'),
  'sensor.zustand': backupEntity('backup_manager_state'),
};

/** A time as Home Assistant writes it. */
export const inHours = (hours: number) =>
  new Date(Date.now() + hours * 3_600_000).toISOString().replace('Z', '000+00:00');

const defaultScript = (): Script => ({
  version: '2026.11.0',
  token: 'right',
  results: {
    get_config: { ...home, state: 'RUNNING', recovery_mode: false, safe_mode: false },
    'recorder/info': { migration_in_progress: false, recording: true },
    'config/entity_registry/get_entries': backupEntities,
    'repairs/list_issues': { issues: [{ ignored: false }, { ignored: true }, { ignored: false }] },
  },
  rest: {
    '/api/': { message: 'API running.' },
    '/api/config': { ...home, state: 'RUNNING', recovery_mode: false, safe_mode: false, version: '2026.11.0' },
    '/api/core/state': { state: 'RUNNING', recorder_state: { migration_in_progress: false } },
  },
  rendered: {
    backups: {
      'sensor.letzte_sicherung': inHours(-3.9),
      'sensor.letzter_versuch': inHours(-4),
      'sensor.naechste_sicherung': inHours(20),
      'sensor.zustand': 'idle',
    },
    entities: 120,
    unavailable: 3,
    oldest: Date.parse('2026-11-20T08:00:00Z') / 1000,
    newest: Date.parse('2026-11-24T08:00:00Z') / 1000,
    updates: [],
  },
});

function converse(socket: WebSocket, script: Script, logins: string[], commands: Command[]): void {
  const send = (message: object) => socket.send(JSON.stringify(message));
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString()) as Command & { access_token: string };
    if (message.type === script.hangsUpAt) return socket.terminate();
    if (message.type !== 'auth') commands.push(message);
    if (message.type === 'auth') {
      logins.push(message.access_token);
      send({ type: message.access_token === script.token ? 'auth_ok' : 'auth_invalid' });
      if (message.access_token !== script.token) socket.close();
    } else if (message.type === 'render_template') {
      send({ id: message.id, type: 'result', success: true, result: null });
      send({ id: message.id, type: 'event', event: { result: script.rendered } });
    } else
      send({
        id: message.id,
        type: 'result',
        success: message.type in script.results,
        result: script.results[message.type],
      });
  });
  if (script.greeting === undefined) send({ type: 'auth_required', ha_version: script.version });
  else if (script.greeting !== null) socket.send(script.greeting);
}

function answerOf({ url = '', headers }: IncomingMessage, script: Script, logins: string[]): StandInAnswer {
  if (script.insteadOfRest !== undefined) return script.insteadOfRest;
  const json = (content: unknown) => ({
    status: 200,
    headers: { 'Content-Type': 'application/json', ...ownHeaders },
    body: typeof content === 'string' ? content : JSON.stringify(content),
  });
  if (url === '/api/onboarding' && script.onboarding !== undefined) return json(script.onboarding);
  if (!(url in script.rest)) return aiohttpPage(404, 'Not Found');
  const token = headers.authorization?.replace('Bearer ', '') ?? '';
  logins.push(token);
  return token === script.token && url !== script.refusesAt ? json(script.rest[url]) : aiohttpPage(401, 'Unauthorized');
}

interface Command {
  id: number;
  type: string;
  [option: string]: unknown;
}

/** A stand-in for Home Assistant as it is seen from outside, on a port of 127.0.0.1. It ends with the test. */
export async function startInstance(overrides: Partial<Script> = {}) {
  const script: Script = { ...defaultScript(), ...overrides };
  const open = new Set<object>();
  /** Every token that it has received. */
  const logins: string[] = [];
  /** Every command over the WebSocket. */
  const commands: Command[] = [];
  /** Every path asked for over HTTP. */
  const requests: string[] = [];
  const connections: Socket[] = [];
  const muted = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    if (script.isFrozen || muted.has(request.socket)) return;
    const { status, headers, body } = script.insteadOfAll ?? answerOf(request, script, logins);
    response.writeHead(status, headers).end(body);
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => connections.push(socket));
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    const instead = script.insteadOfAll ?? script.insteadOfWebSocket;
    requests.push(request.url ?? '');
    if (script.isFrozen) return;
    if (instead === undefined && request.url === '/api/websocket')
      return sockets.handleUpgrade(request, socket, head, (client) => {
        open.add(socket);
        socket.once('close', () => open.delete(socket));
        converse(client, script, logins, commands);
        if (script.ignoresClose) socket.removeAllListeners('data').resume();
      });
    const { status, headers = {}, body = '' } = instead ?? aiohttpPage(404, 'Not Found');
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const end = `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
    socket.end(`HTTP/1.1 ${status} So\r\n${lines.join('')}${end}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    port,
    script,
    logins,
    commands,
    requests,
    close,
    /** Number of WebSockets that are open, and of connections so far. */
    open: () => open.size,
    connections: () => connections.length,
    closeConnections() {
      for (const socket of connections) socket.destroy();
    },
    /** Lets no answer pass over the connections that there are. */
    muteConnections() {
      for (const socket of connections) muted.add(socket);
    },
  };
}
