import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { program } from '../../helpers/agent.ts';
import { until } from '../../helpers/until.ts';

export type Place = 'home' | 'router' | 'world';

const addresses = {
  /** The router's, towards the home and towards the world. */
  router: '192.168.77.1',
  wan: '11.22.33.44',
  /** The world's next to the router. */
  world: '11.22.33.1',
};

/** A made-up home of network namespaces: an agent's machine behind a router, which is a real miniupnpd, and the
 * world. */
export class Home {
  static readonly addresses = addresses;
  readonly #id = `ims-${process.pid}-${Math.random().toString(36).slice(2, 6)}`;
  readonly folder = mkdtempSync(join(tmpdir(), 'home-'));
  readonly #processes = new Set<ChildProcess>();

  constructor() {
    onTestFinished(() => this.#end());
    for (const place of ['home', 'router', 'world'] as const) {
      execFileSync('ip', ['netns', 'add', this.netns(place)]);
      this.ip(place, 'link', 'set', 'lo', 'up');
    }
    this.#cable(['home', 'lan0', '192.168.77.2/24'], ['router', 'lan0', `${addresses.router}/24`]);
    this.#cable(['world', 'wan0', `${addresses.world}/24`], ['router', 'wan0', `${addresses.wan}/24`]);
    this.ip('home', 'route', 'add', 'default', 'via', addresses.router);
    this.routeBack(addresses.wan);
    this.run('router', 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  }

  netns(place: Place): string {
    return `${this.#id}-${place}`;
  }

  ip(place: Place, ...args: string[]): void {
    execFileSync('ip', ['-n', this.netns(place), ...args]);
  }

  /** What a command in one place prints. */
  run(place: Place, ...command: string[]): string {
    return execFileSync('ip', ['netns', 'exec', this.netns(place), ...command], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
  }

  /** The world's way to the home, when the router has this address. */
  routeBack(wan: string): void {
    this.ip('world', 'route', 'replace', '192.168.77.0/24', 'via', wan);
  }

  /** Starts a program in one place; it ends with the test. `output` is all that it has written. */
  start(place: Place, env: Record<string, string>, ...command: string[]): { child: ChildProcess; output(): string } {
    const { PATH = '' } = process.env;
    // `ip netns exec` becomes the program itself, so that signals reach it.
    const child = spawn('ip', ['netns', 'exec', this.netns(place), ...command], {
      cwd: this.folder,
      env: { PATH, ...env },
      stdio: 'pipe',
    });
    this.#processes.add(child);
    let written = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (written += chunk.toString()));
    return { child, output: () => written };
  }

  async kill(child: ChildProcess): Promise<void> {
    this.#processes.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  }

  /** The router's miniupnpd, once it listens. */
  async miniupnpd(port = 5000): Promise<ChildProcess> {
    writeFileSync(
      join(this.folder, 'miniupnpd.conf'),
      [
        'ext_ifname=wan0',
        'listening_ip=lan0',
        `port=${port}`,
        'enable_upnp=yes',
        'enable_natpmp=no',
        'uuid=00000000-1111-2222-3333-444444444444',
        'system_uptime=no',
        '',
      ].join('\n'),
    );
    const { child, output } = this.start(
      'router',
      {},
      'miniupnpd',
      '-d',
      '-f',
      join(this.folder, 'miniupnpd.conf'),
      '-P',
      join(this.folder, 'miniupnpd.pid'),
    );
    await until(`miniupnpd: ${output()}`, () => output().includes('HTTP listening on port'), 20);
    return child;
  }

  /** The built agent at home, by a command before it where that is to change its rights. */
  agent(
    settings: Record<string, string>,
    args: readonly string[] = [],
    before: readonly string[] = [],
  ): { child: ChildProcess; output(): string } {
    const others = {
      AGENT_NAME: 'testling',
      HOST_SCHEDULE: 'off',
      NVME_SCHEDULE: 'off',
      STORAGE_SCHEDULE: 'off',
      AGENT_SCHEDULE: 'off',
      HTTP_PORT: '8099',
    };
    return this.start('home', { ...others, ...settings }, ...before, process.execPath, program, ...args);
  }

  #cable(...ends: [place: Place, name: string, address: string][]): void {
    const [one, other] = ends;
    if (one === undefined || other === undefined) return;
    this.ip(one[0], 'link', 'add', one[1], 'type', 'veth', 'peer', 'name', other[1], 'netns', this.netns(other[0]));
    for (const [place, name, address] of ends) {
      this.ip(place, 'addr', 'add', address, 'dev', name);
      this.ip(place, 'link', 'set', name, 'up');
    }
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#processes].map((child) => this.kill(child)));
    for (const place of ['home', 'router', 'world'] as const) execFileSync('ip', ['netns', 'del', this.netns(place)]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
