import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { onTestFinished } from 'vitest';
import { tree } from '../../helpers/tree.ts';
import { controllerPage, type HealthPage, healthPage, healthy, namespacePage } from './pages.ts';

/** `status` and `errno`: what every command to the drive ends with. */
export interface Racked {
  serial: string;
  health?: Partial<HealthPage>;
  status?: number;
  errno?: number;
  hangs?: boolean;
}

type Answer = 'health' | 'controller' | 'namespace' | 'status' | 'errno' | 'hangs';

const model = 'Synthetic NVMe 1TB';

/** A node of the null device, which anybody may ask and which knows no drive's commands. */
function freeNode(): string {
  for (let number = 900; number < 1000; number += 1) {
    const { exitCode } = execaSync('mknod', ['-m', '600', `/dev/nvme${number}`, 'c', '1', '3'], { reject: false });
    if (exitCode === 0) return `nvme${number}`;
  }
  throw new Error('no free number for a drive');
}

const sysfs = (node: string, { serial }: Racked): Record<string, string> => {
  const files = (folder: string, told: Record<string, string | number>) =>
    Object.entries(told).map(([name, content]) => [`sys/${folder}/${name}`, `${content}\n`]);
  return Object.fromEntries([
    ...files(`class/nvme/${node}`, {
      serial: serial.padEnd(20),
      model: model.padEnd(40),
      firmware_rev: '1.0     ',
      state: 'live',
      subsysnqn: `nqn:${serial}`,
      address: `0000:${node.at(-1)}0:00.0`,
    }),
    ...files(`class/nvme/${node}/hwmon0`, {
      name: 'nvme',
      temp1_input: 40850,
      temp1_max: 79850,
      temp1_crit: 84850,
      temp1_alarm: 0,
      temp2_input: 53850,
    }),
    ...files(`class/nvme/${node}/${node}n1`, { nsid: 1 }),
    ...files(`block/${node}n1`, { size: 1_953_525_168, nsid: 1, wwid: `nvme.${serial}` }),
    ...files(`block/${node}n1/queue`, { logical_block_size: 4096 }),
  ]);
};

/** Drives that are not there: nodes in /dev, a /sys that shows them, and the real tools, into which a library is loaded
 * that answers for the drives. Wants root and gcc, and is gone with the test. */
export class Rack {
  readonly folder = mkdtempSync(join(tmpdir(), 'rack-'));
  /** Where the tools are, for PATH. */
  readonly bin = join(this.folder, 'bin');
  readonly nodes: readonly string[];
  readonly sys: string;

  private constructor(drives: readonly Racked[]) {
    this.nodes = drives.map(freeNode);
    onTestFinished(() => {
      for (const node of this.nodes) rmSync(`/dev/${node}`);
      rmSync(this.folder, { recursive: true });
    });
    const roots = tree(
      Object.assign({ 'sys/class/nvme/': '' }, ...drives.map((drive, index) => sysfs(this.nodes[index] ?? '', drive))),
    );
    this.sys = roots.sys();
    for (const open of [join(this.sys, '..'), this.folder]) chmodSync(open, 0o755);
    for (const name of ['bin', 'real', ...this.nodes]) mkdirSync(join(this.folder, name));
    writeFileSync(this.#calls, '');
    chmodSync(this.#calls, 0o666);
  }

  static async build(drives: readonly Racked[]): Promise<Rack> {
    const rack = new Rack(drives);
    await execa('gcc', [
      '-shared',
      '-fPIC',
      '-O2',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-o',
      join(rack.folder, 'shim.so'),
      join(import.meta.dirname, 'shim.c'),
    ]);
    for (const tool of ['nvme', 'smartctl']) {
      const real = join(rack.folder, 'real', tool);
      copyFileSync(join('/usr/sbin', tool), real);
      rack.script(
        tool,
        `echo "${tool} $*" >>${rack.#calls}\nRACK=${rack.folder} LD_PRELOAD=${rack.folder}/shim.so exec ${real} "$@"`,
      );
    }
    drives.forEach(({ serial, health, ...ends }, index) => {
      rack.answer(index, 'controller', controllerPage(serial, model));
      rack.answer(index, 'namespace', namespacePage());
      rack.tell(index, health);
      for (const [name, value] of Object.entries(ends)) rack.answer(index, name as Answer, String(Number(value)));
    });
    return rack;
  }

  get #calls(): string {
    return join(this.folder, 'calls');
  }

  /** Puts a script in a tool's place. */
  script(tool: string, content: string): void {
    writeFileSync(join(this.bin, tool), `#!/bin/sh\n${content}\n`, { mode: 0o755 });
  }

  /** From now on the drive says this of its health. */
  tell(index: number, health: Partial<HealthPage> = {}): void {
    this.answer(index, 'health', healthPage({ ...healthy, ...health }));
  }

  answer(index: number, name: Answer, content: Buffer | string): void {
    writeFileSync(join(this.folder, this.nodes[index] ?? '', name), content);
  }

  unanswer(index: number, name: Answer): void {
    rmSync(join(this.folder, this.nodes[index] ?? '', name));
  }

  /** How the tools were called so far, `nvme900` as `drive 0`. */
  calls(): string[] {
    const text = this.plain(readFileSync(this.#calls, 'utf8'));
    return text.split('\n').slice(0, -1);
  }

  /** The same text with the drives' nodes by their place in the rack. */
  plain(text: string): string {
    return this.nodes.reduce(
      (sum, node, index) => sum.replaceAll(`/dev/${node}`, `drive ${index}`).replaceAll(node, `drive ${index}`),
      text,
    );
  }

  /** The questions that are being asked now, by process. */
  running(): Map<number, string> {
    const found = readdirSync('/proc').flatMap((pid): [number, string][] => {
      try {
        if (!readlinkSync(`/proc/${pid}/exe`).startsWith(this.folder)) return [];
        return [[Number(pid), this.plain(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))]];
      } catch {
        return [];
      }
    });
    return new Map(found);
  }
}
