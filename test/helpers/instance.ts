import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';

/** How the stand-in behaves; may be changed while it runs. */
export interface Script {
  version: string;
  /** The token that it accepts. */
  token: string;
  /** Results of commands by type; other commands are unknown. */
  results: Record<string, unknown>;
  /** Result of every template. */
  rendered: unknown;
  /** An HTTP response instead of a WebSocket. */
  insteadOfWebSocket?: { status: number; headers?: Record<string, string> };
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

export const home = {
  latitude: 52.123456,
  longitude: 13.654321,
  location_name: 'Villa Kunterbunt',
  internal_url: 'http://secret.example',
};

const defaultScript = (): Script => ({
  version: '2026.11.0',
  token: 'right',
  results: {
    get_config: { ...home, state: 'RUNNING', recovery_mode: false, safe_mode: false },
    'recorder/info': { migration_in_progress: false, recording: true },
    'repairs/list_issues': { issues: [{ ignored: false }, { ignored: true }, { ignored: false }] },
  },
  rendered: {
    entities: 120,
    unavailable: 3,
    oldest: Date.parse('2026-11-20T08:00:00Z') / 1000,
    newest: Date.parse('2026-11-24T08:00:00Z') / 1000,
    updates: [],
  },
});

function converse(socket: WebSocket, script: Script, logins: string[]): void {
  const send = (message: object) => socket.send(JSON.stringify(message));
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString()) as { id: number; type: string; access_token: string };
    if (message.type === script.hangsUpAt) return socket.terminate();
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

/** A stand-in for Home Assistant as it is seen from outside, on a port of 127.0.0.1. It ends with the test. */
export async function startInstance(overrides: Partial<Script> = {}) {
  const script: Script = { ...defaultScript(), ...overrides };
  const open = new Set<object>();
  /** Every token that it has received. */
  const logins: string[] = [];
  const server = createServer((request, response) => {
    const found = request.url === '/api/onboarding' && script.onboarding !== undefined;
    response.writeHead(found ? 200 : 404, ownHeaders).end(found ? JSON.stringify(script.onboarding) : '404: Not Found');
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request: IncomingMessage, socket, head) => {
    if (script.insteadOfWebSocket === undefined && request.url === '/api/websocket')
      return sockets.handleUpgrade(request, socket, head, (client) => {
        open.add(socket);
        socket.once('close', () => open.delete(socket));
        converse(client, script, logins);
        if (script.ignoresClose) socket.removeAllListeners('data').resume();
      });
    const { status, headers = {} } = script.insteadOfWebSocket ?? { status: 404 };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} So\r\n${lines.join('')}Content-Length: 0\r\nConnection: close\r\n\r\n`);
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
  return { url: new URL(`http://127.0.0.1:${port}`), port, script, logins, close, open: () => open.size };
}
