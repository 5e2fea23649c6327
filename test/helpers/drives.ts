import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tree } from './tree.ts';

const cases = join(import.meta.dirname, '../cases/nvme/answers');
const bin = join(import.meta.dirname, '../bin/drives');

/** Of numbers that no machine has, nor the suite `drives`. */
export interface StandIn {
  /** `nvme9000` unless said. */
  name?: string;
  serial?: string;
  state?: string;
  subsystem?: string;
  /** What the kernel tells of its warmth, by file. */
  hwmon?: Record<string, number>;
  /** Without a namespace. */
  empty?: boolean;
}

function files({
  name = 'nvme9000',
  serial = 'S1',
  state = 'live',
  subsystem = `nqn:${serial}`,
  hwmon = {},
  empty = false,
}: StandIn): Record<string, string> {
  const told = {
    serial: serial.padEnd(20),
    model: 'Maker X 1TB'.padEnd(40),
    firmware_rev: '1.0',
    state,
    subsysnqn: subsystem,
    address: `0000:${name.slice(-2)}:00.0`,
  };
  return Object.fromEntries([
    ...Object.entries(told).map(([file, text]) => [`sys/class/nvme/${name}/${file}`, `${text}\n`]),
    ...Object.entries(hwmon).map(([file, value]) => [`sys/class/nvme/${name}/hwmon3/${file}`, `${value}\n`]),
    ...(empty
      ? []
      : [
          [`sys/class/nvme/${name}/${name}n1/`, ''],
          [`sys/block/${name}n1/size`, '1953525168\n'],
          [`sys/block/${name}n1/nsid`, '1\n'],
          [`sys/block/${name}n1/queue/logical_block_size`, '512\n'],
        ]),
  ]);
}

const answer = (file: string) => readFileSync(join(cases, file), 'utf8');

/** A health log as `nvme smart-log` prints it: 41 °C, 4 % used. */
export const smartLog = (more: object = {}) =>
  JSON.stringify({ ...(JSON.parse(answer('smart-log-2.3-healthy-strings.json')) as object), ...more });
export const smartctl = (file = 'smartctl-7.2-healthy.json') => answer(file);
export const identifyController = (more: object = {}) =>
  JSON.stringify({ ...(JSON.parse(answer('id-ctrl-2.3.json')) as object), ...more });
export const identifyNamespace = (more: object = {}) =>
  JSON.stringify({ ...(JSON.parse(answer('id-ns-2.13-qemu.json')) as object), ...more });

/** Drives in a made-up /sys, and stand-ins for their tools (test/bin/drives), which come first on PATH and answer from
 * a folder: by how they were called, without options. All is as before after the test. */
export function drives(...those: StandIn[]) {
  const roots = tree(Object.assign({ 'sys/class/nvme/': '' }, ...those.map(files)));
  const folder = mkdtempSync(join(tmpdir(), 'drives-'));
  const { PATH, DRIVES } = process.env;
  const { getuid } = process;
  Object.assign(process.env, { PATH: `${bin}:${PATH}`, DRIVES: folder });
  // Whoever runs the tests: sudo is asked where a test says so.
  process.getuid = () => 0;
  onTestFinished(() => {
    process.env.PATH = PATH;
    if (DRIVES === undefined) delete process.env.DRIVES;
    else process.env.DRIVES = DRIVES;
    if (getuid !== undefined) process.getuid = getuid;
    rmSync(folder, { recursive: true });
  });
  const write = (name: string, content: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  };
  return {
    sys: roots.sys(),
    /** From now on the call is answered so. */
    tell: (call: string, content: string) => write(call, content),
    /** From now on the call fails with these words. */
    fail(call: string, words = '') {
      rmSync(join(folder, call), { force: true });
      write(`${call}.err`, words);
    },
    hang: (call: string) => write(`${call}.hangs`, ''),
    recover: (call: string) => rmSync(join(folder, `${call}.hangs`)),
    calls: () =>
      existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n') : [],
    /** Another /sys file from now on. */
    sysfs: (path: string, content: string) => writeFileSync(join(roots.sys(), path), `${content}\n`),
    unplug: (name = 'nvme9000') => rmSync(join(roots.sys(), 'class/nvme', name), { recursive: true }),
    plug(drive: StandIn) {
      for (const [path, content] of Object.entries(files(drive)).filter(([path]) => path.startsWith('sys/class'))) {
        const place = join(roots.sys(), '..', path);
        mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true });
        if (!path.endsWith('/')) writeFileSync(place, content);
      }
    },
    asUser() {
      process.getuid = () => 1000;
    },
  };
}
