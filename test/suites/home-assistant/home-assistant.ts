import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

/** What starts Home Assistant. It is given `--config DIR --broker HOST:PORT --port PORT`, keeps its state in DIR, logs
 * to DIR/home-assistant.log, prints `ready url=… token=… version=…` when core and MQTT run, and ends on SIGTERM. */
function command(): string[] {
  const words = process.env.HOME_ASSISTANT_COMMAND?.split(' ').filter(Boolean) ?? [];
  if (words.length === 0)
    throw new Error(
      'HOME_ASSISTANT_COMMAND is not set: the command that starts a Home Assistant for this test (see CONTRIBUTING.md)',
    );
  return words;
}

export interface EntityState {
  entity_id: string;
  state: string;
  attributes: Record<string, unknown>;
}

export interface RegistryEntry {
  entity_id: string;
  unique_id: string;
  device_id: string;
  disabled_by: string | null;
  entity_category: string | null;
  original_name: string | null;
  platform: string;
}

export interface DeviceEntry {
  id: string;
  name: string;
  model: string | null;
  sw_version: string | null;
  area_id: string | null;
  identifiers: [string, string][];
}

interface LogEntry {
  level: string;
  name: string;
  message: string[];
}

const warningsOfOlderReleases = [
  // They find no component of an announcement that is withdrawn, and they clear that of a device which has lost all
  // entities, and hear themselves.
  'No device components to cleanup',
  // An agent without a token looks whether Home Assistant answers, and leaves.
  'Disconnected: Received close message during auth phase',
];

export class HomeAssistant {
  readonly folder = mkdtempSync(join(tmpdir(), 'home-assistant-'));
  version = '';
  token = '';
  readonly port: number;
  #process: ChildProcess | undefined;
  #output = '';
  #url = '';
  readonly #broker: number;

  private constructor(broker: number, port: number) {
    this.#broker = broker;
    this.port = port;
  }

  /** Starts one on a new configuration, in whose folder something may be put before; it ends with the test. */
  static async start(broker: number, prepare: (folder: string) => void = () => undefined): Promise<HomeAssistant> {
    const one = new HomeAssistant(broker, await freePort());
    onTestFinished(async () => {
      await one.stop();
      rmSync(one.folder, { recursive: true, force: true });
    });
    prepare(one.folder);
    await one.start();
    return one;
  }

  /** Begins to start it. */
  begin(): void {
    const [file = '', ...args] = command();
    const child = spawn(
      file,
      [...args, '--config', this.folder, '--broker', `127.0.0.1:${this.#broker}`, '--port', String(this.port)],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    this.#process = child;
    this.#output = '';
    child.stdout.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
  }

  async ready(): Promise<void> {
    const ready = await until(
      'Home Assistant is ready',
      () => /ready url=(\S+) token=(\S+) version=(\S+)/.exec(this.#output) ?? undefined,
      120,
    );
    [, this.#url = '', this.token = '', this.version = ''] = ready;
  }

  async start(): Promise<void> {
    this.begin();
    await this.ready();
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'close');
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** One WebSocket command, by whoever has the token, and its result. */
  async ask<T>(type: string, more: object = {}, token = this.token): Promise<T> {
    const socket = new WebSocket(`${this.#url.replace('http', 'ws')}/api/websocket`);
    try {
      return await new Promise<T>((resolve, reject) => {
        socket.on('error', reject);
        socket.on('close', () => reject(new Error(`${type}: Home Assistant hung up`)));
        socket.on('message', (data: Buffer) => {
          const answer = JSON.parse(data.toString()) as {
            type: string;
            success?: boolean;
            result?: T;
            error?: unknown;
          };
          if (answer.type === 'auth_required') socket.send(JSON.stringify({ type: 'auth', access_token: token }));
          else if (answer.type === 'auth_ok') socket.send(JSON.stringify({ id: 1, type, ...more }));
          else if (answer.success) resolve(answer.result as T);
          else reject(new Error(`${type}: ${JSON.stringify(answer)}`));
        });
      });
    } finally {
      socket.terminate();
    }
  }

  /** What a REST call answers; throws unless it is a success. */
  async call<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const answer = await fetch(`${this.#url}/api/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  async states(): Promise<Map<string, EntityState>> {
    return new Map((await this.ask<EntityState[]>('get_states')).map((state) => [state.entity_id, state]));
  }

  /** Entities of ours, by their unique ids. */
  async registry(prefix = 'infra-monitor_testling_'): Promise<Map<string, RegistryEntry>> {
    const all = await this.ask<RegistryEntry[]>('config/entity_registry/list');
    return new Map(all.filter(({ unique_id: id }) => id.startsWith(prefix)).map((entry) => [entry.unique_id, entry]));
  }

  /** Entities of ours that a person sees. Home Assistant 2025.2 and 2026.2 do not let go of an entity that is disabled;
   * 2026.11 does. */
  async seenEntities(prefix?: string): Promise<RegistryEntry[]> {
    const entries = [...(await this.registry(prefix)).values()];
    return entries.filter((entry) => entry.disabled_by === null || !/^202[56]\.2\./.test(this.version));
  }

  /** Their unique ids. */
  async entities(): Promise<string[]> {
    return (await this.seenEntities()).map((entry) => entry.unique_id);
  }

  async device(): Promise<DeviceEntry | undefined> {
    return (await this.ask<DeviceEntry[]>('config/device_registry/list')).find(({ identifiers }) =>
      identifiers.some(([, id]) => id === 'infra-monitor_testling_testling'),
    );
  }

  /** Warnings and errors about what MQTT brought; none is right. */
  async complaints(): Promise<string[]> {
    const entries = (await this.ask<LogEntry[]>('system_log/list')).filter(
      ({ message }) => !message.some((text) => this.isWarningOfOlderRelease(text)),
    );
    const ours = /components\.(mqtt|sensor|binary_sensor|update)|helpers\.template|infra-monitor/;
    const kept = entries.filter(
      ({ name, message }) => ours.test(name) || message.some((text) => text.includes('infra-monitor')),
    );
    return kept.map(({ level, name, message }) => `${level} ${name}: ${message.join('; ')}`);
  }

  /** Whether this is an older release that warns of this, though nothing is wrong. */
  isWarningOfOlderRelease(text: string): boolean {
    return /^202[56]\.2\./.test(this.version) && warningsOfOlderReleases.some((warning) => text.includes(warning));
  }

  log(): string {
    return readFileSync(join(this.folder, 'home-assistant.log'), 'utf8');
  }
}
