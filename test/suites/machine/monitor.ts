import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { until } from '../../helpers/until.ts';

interface Answer {
  return?: unknown;
  error?: { desc: string };
  event?: string;
}

/** QEMU's own control channel (QMP): one JSON a line. */
export class Monitor {
  readonly #socket: Socket;
  readonly #waiting: ((answer: Answer) => void)[] = [];
  readonly #listening = new Map<string, () => void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface(socket).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      if (answer.event !== undefined) this.#listening.get(answer.event)?.();
      else if ('return' in answer || 'error' in answer) this.#waiting.shift()?.(answer);
    });
  }

  static async connect(path: string): Promise<Monitor> {
    // The socket is there a moment before QEMU listens on it.
    const socket = await until('QEMU listens', async () => {
      const tried = connect(path);
      return once(tried, 'connect').then(
        () => tried,
        () => undefined,
      );
    });
    const monitor = new Monitor(socket);
    await monitor.execute('qmp_capabilities');
    return monitor;
  }

  async execute(command: string, properties?: Record<string, unknown>): Promise<void> {
    const answered = new Promise<Answer>((resolve) => this.#waiting.push(resolve));
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: properties })}\n`);
    const { error } = await answered;
    if (error !== undefined) throw new Error(`${command}: ${error.desc}`);
  }

  event(name: string): Promise<void> {
    return new Promise((resolve) => this.#listening.set(name, resolve));
  }
}
