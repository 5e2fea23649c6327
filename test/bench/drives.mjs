// What watching four drives costs:   npm run bench:drives [-- --json FILE]
// Linux only (it reads /proc). The drives are in a made-up /sys, and test/bin/drives stands in for nvme-cli: what is measured is
// the agent and the starting of commands, not the drives.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cpuOf, freePort, program } from './process.mjs';

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });
const drives = 4;
const interval = 2;
const cycles = 30;
const root = join(import.meta.dirname, '../..');
const answers = join(root, 'test/cases/nvme/answers');
const folder = mkdtempSync(join(tmpdir(), 'bench-drives-'));

const nodes = Array.from({ length: drives }, (_, index) => `nvme${900 + index}`);
const files = nodes.flatMap((node, index) => [
  ...Object.entries({
    serial: `BENCH${index}`,
    model: 'Maker X 1TB',
    firmware_rev: '1.0',
    state: 'live',
    subsysnqn: `nqn:${index}`,
    address: `0000:0${index}:00.0`,
  }).map(([name, text]) => [`sys/class/nvme/${node}/${name}`, text]),
  [`sys/class/nvme/${node}/${node}n1/nsid`, '1'],
  [`sys/block/${node}n1/size`, '1953525168'],
]);
for (const [path, text] of files) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `${text}\n`);
}
for (const node of nodes) {
  copyFileSync(join(answers, 'smart-log-2.13-subzero.json'), join(folder, `nvme smart-log ${node}`));
  copyFileSync(join(answers, 'id-ctrl-2.3.json'), join(folder, `nvme id-ctrl ${node}`));
  copyFileSync(join(answers, 'id-ns-2.13-qemu.json'), join(folder, `nvme id-ns ${node} 1`));
}

const port = await freePort();

const calls = () => readFileSync(join(folder, 'calls'), 'utf8').split('\n').filter(Boolean);

/** What a minute of the agent costs, with nothing on but itself and what is asked for. */
const measure = async (schedule) => {
  writeFileSync(join(folder, 'calls'), '');
  const off = Object.fromEntries(['HOST', 'ROUTER', 'HOME_ASSISTANT'].map((id) => [`${id}_SCHEDULE`, 'off']));
  const child = spawn(process.execPath, [program], {
    cwd: folder,
    stdio: 'ignore',
    env: {
      PATH: `${join(root, 'test/bin/drives')}:${process.env.PATH}`,
      DRIVES: folder,
      HOST_SYS: join(folder, 'sys'),
      AGENT_NAME: 'bench',
      HTTP_PORT: '0',
      MQTT_URL: `embedded://127.0.0.1:${port}`,
      ...off,
      NVME_SCHEDULE: schedule,
    },
  });
  await pause(10_000);
  const begun = calls().length;
  const before = cpuOf(child);
  await pause(cycles * interval * 1000);
  const after = cpuOf(child);
  const all = calls();
  child.kill();
  await once(child, 'close');
  return { own: after.own - before.own, children: after.children - before.children, calls: all.length - begun, all };
};

process.stderr.write(`${cycles} cycles of ${interval} s, without drives and with ${drives} …\n`);
const without = await measure('off');
const with4 = await measure(`*/${interval} * * * * *`);
rmSync(folder, { recursive: true });

const result = {
  node: process.version,
  'CPU of the agent per cycle, ms': (with4.own - without.own) / cycles,
  'CPU of the commands per cycle, ms': (with4.children - without.children) / cycles,
  'commands per drive and cycle': with4.calls / cycles / drives,
  'times that a drive’s identity was asked':
    with4.all.filter((call) => call.startsWith('nvme id-ctrl')).length / drives,
};
for (const [name, value] of Object.entries(result))
  console.log(`${name.padEnd(44)}${typeof value === 'number' ? value.toFixed(2) : value}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
