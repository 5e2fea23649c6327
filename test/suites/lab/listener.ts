import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { until } from '../../helpers/until.ts';

/** Hears everything on a broker in a namespace; comes back after the broker by itself. */
export class Ear {
  readonly topics = new Map<string, string>();
  readonly #child: ChildProcess;

  constructor(namespace: string, login: readonly string[]) {
    this.#child = spawn(
      'ip',
      ['netns', 'exec', namespace, 'mosquitto_sub', '-h', '127.0.0.1', ...login, '-k', '5', '-v', '-t', '#'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    if (this.#child.stdout === null) throw new Error('no output');
    createInterface(this.#child.stdout).on('line', (line) => {
      const space = line.indexOf(' ');
      const payload = space < 0 ? '' : line.slice(space + 1);
      if (payload === '' || payload === '(null)') this.topics.delete(line.slice(0, space < 0 ? undefined : space));
      else this.topics.set(line.slice(0, space), payload);
    });
  }

  /** What is said of a site or agent by the watch. */
  told(device: string): Record<string, unknown> | undefined {
    const payload = this.topics.get(`infra-monitor/sites/sites/${device}`);
    return payload === undefined || this.topics.get('infra-monitor/sites/status') !== 'online'
      ? undefined
      : (JSON.parse(payload) as Record<string, unknown>);
  }

  /** Seconds until the watch says this of a site or agent; at most `seconds`. */
  async hears(device: string, wanted: Record<string, unknown>, seconds: number): Promise<number> {
    const began = performance.now();
    const says = () => this.told(device);
    await until(
      `${device}: ${JSON.stringify(wanted)}`,
      () => Object.entries(wanted).every(([key, value]) => says()?.[key] === value),
      seconds,
    ).catch((error: unknown) => {
      throw new Error(`it says ${JSON.stringify(says())}`, { cause: error });
    });
    return (performance.now() - began) / 1000;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
