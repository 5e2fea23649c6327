import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { answer, fault, igdDescription, page, scpd, tr064Description } from './documents.ts';
import { type Account, Guard } from './guard.ts';
import { hostList } from './home.ts';
import { type Profile, type ProfileName, profiles } from './profiles.ts';
import { allServices, type ServiceEntry } from './services.ts';

/** Actions that require no login, as do all of IGD. */
const openActions = new Set([
  'DeviceInfo1#GetSecurityPort',
  'LANConfigSecurity1#X_AVM-DE_GetAnonymousLogin',
  'LANConfigSecurity1#X_AVM-DE_GetUserList',
]);

const isIgd = ({ controlUrl }: ServiceEntry) => controlUrl.startsWith('/igdupnp/');

interface Reply {
  status: number;
  body: string;
  challenge?: string;
}

export interface RequestLogEntry {
  path: string;
  /** `DeviceInfo1#GetInfo` */
  action?: string;
  /** Whether it carried credentials. */
  isLogin: boolean;
  isTls?: true;
}

const certificateFile = (name: string) => readFileSync(join(import.meta.dirname, 'certificates', name));

/** A stand-in for a FRITZ!Box with faults that can be switched on. */
export class FritzBox {
  readonly profile: Profile;
  readonly guard: Guard;
  /** All requests since the list was last emptied. */
  asked: RequestLogEntry[] = [];
  /** Number of connections that were opened. */
  connections = 0;
  /** Whether it accepts requests but answers none. */
  isHung = false;
  /** Whether it drops a connection at its second request, as FRITZ!Boxes drop idle ones. */
  dropsReused = false;
  /** Milliseconds before each answer. */
  delay = 0;
  /** Whether the user has the right to see settings. */
  hasRight = true;
  /** The settings “Allow access for applications” and “Transmit status information over UPnP”. */
  allowsApplications = true;
  allowsStatus = true;
  /** Fault codes of actions (`DeviceInfo1#GetInfo`) that fail. */
  readonly faults = new Map<string, number>();
  /** Actions (`DeviceInfo1#GetInfo`) and paths that are denied to every user. */
  readonly denied = new Set<string>();
  /** Whether denials carry a challenge. */
  challenges = true;
  /** Replaces what it would answer to an action (`DeviceInfo1#GetInfo`) or path. */
  instead: ((key: string, reply: Reply) => Reply) | undefined;
  /** The self-signed certificate with which it offers TLS from its next start; without one it offers none. */
  certificate: 'first' | 'second' | undefined;
  /** Milliseconds before the answers of single actions. */
  readonly slow = new Map<string, number>();
  #server: Server | undefined;
  #tlsServer: Server | undefined;
  #port = 0;
  #tlsPort = 0;
  #host = '127.0.0.1';
  #bootedAt = performance.now();
  #hasBooted = false;
  #sids = new Set<string>();

  constructor(profile: ProfileName, account: Account = { username: 'monitor', password: 'gürkensalat$1' }) {
    this.profile = profiles[profile]();
    this.guard = new Guard(account);
  }

  /** `127.0.0.1:49000` */
  get address(): string {
    return `${this.#host}:${this.#port}`;
  }

  /** Number of requests with credentials. */
  get logins(): number {
    return this.asked.filter(({ isLogin }) => isLogin).length;
  }

  /** Listens on its previous port, or else on `port`, at any loopback address. */
  async start(port = 0, host = this.#host): Promise<this> {
    this.#host = host;
    const server = createServer(
      (request, response) => void this.#serve(request, response).catch(() => response.destroy()),
    );
    server.keepAliveTimeout = 60_000;
    server.on('connection', () => {
      this.connections += 1;
    });
    server.listen(this.#port || port, host);
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    if (this.certificate !== undefined) await this.#startTls(this.certificate);
    return this;
  }

  async #startTls(name: string): Promise<void> {
    const server = createTlsServer(
      { key: certificateFile(`${name}.key`), cert: certificateFile(`${name}.pem`) },
      (request, response) => void this.#serve(request, response).catch(() => response.destroy()),
    );
    server.listen(this.#tlsPort, this.#host);
    await once(server, 'listening');
    this.#tlsPort = (server.address() as AddressInfo).port;
    this.#tlsServer = server;
  }

  /** Switches it off, with all its connections. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const servers = [server, ...(this.#tlsServer === undefined ? [] : [this.#tlsServer])];
    this.#server = undefined;
    this.#tlsServer = undefined;
    for (const one of servers) {
      one.closeAllConnections();
      one.close();
      await once(one, 'close');
    }
  }

  /** Switches it on again, as after a reboot: without its nonces and sessions, and with an uptime of zero. */
  async boot(firmware = this.profile.identity.firmware): Promise<void> {
    this.guard.forget();
    this.#sids.clear();
    this.#bootedAt = performance.now();
    this.#hasBooted = true;
    this.profile.identity.firmware = firmware;
    const info = this.profile.answers.DeviceInfo1?.GetInfo;
    if (info !== undefined) info.NewSoftwareVersion = firmware;
    await this.start();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = url.split('?')[0] ?? '';
    const service = allServices.find(({ controlUrl }) => controlUrl === path);
    const action = method === 'POST' ? headers.soapaction?.toString().replaceAll('"', '').split('#')[1] : undefined;
    const key = service === undefined || action === undefined ? undefined : `${service.id}#${action}`;
    this.asked.push({
      path,
      ...(key === undefined ? {} : { action: key }),
      isLogin: headers.authorization !== undefined,
      ...('encrypted' in request.socket ? { isTls: true } : {}),
    });
    if (this.isHung) return;
    const socket = request.socket as typeof request.socket & { used?: true };
    if (this.dropsReused && socket.used) {
      socket.destroy();
      return;
    }
    socket.used = true;
    await wait(this.delay + (this.slow.get(key ?? '') ?? 0));

    const reply = this.#reply(request, service, action ?? '');
    const { status, body, challenge } = reply.status === 401 ? reply : (this.instead?.(key ?? path, reply) ?? reply);
    const type = body.startsWith('<HTML>') ? 'text/html' : 'text/xml; charset="utf-8"';
    response
      .writeHead(status, {
        'Content-Type': type,
        ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
      })
      .end(body);
  }

  #reply(
    { method = '', url = '', headers }: IncomingMessage,
    service: ServiceEntry | undefined,
    action: string,
  ): Reply {
    const host = headers.host?.replace(/:\d+$/, '') ?? '';
    if (!/^[\d.]+$|^fritz\.box$|^localhost$/.test(host))
      return { status: 400, body: page(400, 'Bad Request', 'ERR_INVALID_HOSTHEADER') };
    if (method === 'POST' && service !== undefined && this.#offers(service)) {
      const isOpen = isIgd(service) || openActions.has(`${service.id}#${action}`);
      if (isOpen) return this.#act(service, action, isOpen);
      if (!this.guard.admits(method, url, headers.authorization)) return this.#unauthorized(true);
      return this.denied.has(`${service.id}#${action}`)
        ? this.#unauthorized(this.challenges)
        : this.#act(service, action, isOpen);
    }
    if (this.denied.has(url.split('?')[0] ?? '')) return this.#unauthorized(this.challenges);
    const document = this.#document(url);
    return document === undefined
      ? { status: 404, body: page(404, 'Not Found', 'ERR_NOT_FOUND') }
      : { status: 200, body: document };
  }

  #unauthorized(challenges: boolean): Reply {
    return {
      status: 401,
      body: page(401, 'Unauthorized', 'ERR_NONE'),
      ...(challenges && { challenge: this.guard.challenge() }),
    };
  }

  #act({ id, type }: ServiceEntry, action: string, isOpen: boolean): Reply {
    const values = action === 'GetSecurityPort' ? this.#securityPort : this.profile.answers[id]?.[action];
    const code =
      this.faults.get(`${id}#${action}`) ?? (values !== undefined && !isOpen && !this.hasRight ? 606 : undefined);
    if (code !== undefined || values === undefined) return { status: 500, body: fault(code ?? 401) };
    return { status: 200, body: answer(type, action, this.#withCurrentValues(values)) };
  }

  get #securityPort(): Record<string, string> | undefined {
    return this.#tlsServer === undefined ? undefined : { NewSecurityPort: String(this.#tlsPort) };
  }

  /** Adds the current uptime, and a new session. */
  #withCurrentValues(values: Record<string, string>): Record<string, string> {
    const seconds = Math.floor((performance.now() - this.#bootedAt) / 1000);
    const current = { ...values };
    for (const name of ['NewUpTime', 'NewUptime'])
      if (current[name] !== undefined) current[name] = String(seconds + (this.#hasBooted ? 0 : Number(current[name])));
    for (const name of ['NewX_AVM-DE_HostListPath', 'NewX_AVM-DE_MeshListPath'])
      if (current[name] !== undefined) current[name] += `?sid=${this.#session()}`;
    return current;
  }

  #session(): string {
    const sid = Math.random().toString(16).slice(2, 18).padEnd(16, '0');
    this.#sids.add(sid);
    return sid;
  }

  #offers(service: ServiceEntry): boolean {
    return (
      (isIgd(service) ? this.allowsStatus : this.allowsApplications) && this.profile.answers[service.id] !== undefined
    );
  }

  #document(url: string): string | undefined {
    const { pathname: path, searchParams } = new URL(url, 'http://box');
    const { identity, hosts, mesh, answers } = this.profile;
    if (path === '/tr64desc.xml')
      return this.allowsApplications ? tr064Description(identity, (service) => this.#offers(service)) : undefined;
    if (path === '/igddesc.xml') return this.allowsStatus && identity.hasWan ? igdDescription(identity) : undefined;
    const service = allServices.find((one) => one.scpd === path && this.#offers(one));
    if (service !== undefined) return scpd(answers[service.id] ?? {});
    const hasSession = this.#sids.has(searchParams.get('sid') ?? '');
    if (path === '/devicehostlist.lua' && hasSession) return hostList(hosts);
    return path === '/meshlist.lua' && hasSession && mesh !== undefined ? JSON.stringify(mesh) : undefined;
  }
}
