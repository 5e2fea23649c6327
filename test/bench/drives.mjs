// What watching drives costs, 12 and 64 of them: a quarter NVMe, a quarter SATA SSDs, the others disks, every second of
// which sleeps. All are members of arrays of four drives:   npm run bench:drives [-- --json FILE]
// Linux only (it reads /proc). The drives are in a made-up /sys, and test/bin/drives stands in for their tools: what is
// measured is the agent and the starting of commands, not the drives.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cpuOf, freePort, program } from './process.mjs';

const { values: options } = parseArgs({ options: { json: { type: 'string' } } });
const interval = 2;
/** A minute, in which an SSD is asked once. */
const cycles = 30;
const root = join(import.meta.dirname, '../..');
const answers = join(root, 'test/cases/nvme/answers');

const nvmeFiles = (index) => {
  const node = `nvme${900 + index}`;
  return {
    [`sys/class/nvme/${node}/serial`]: `NVME${index}`,
    [`sys/class/nvme/${node}/model`]: 'Maker X 1TB',
    [`sys/class/nvme/${node}/firmware_rev`]: '1.0',
    [`sys/class/nvme/${node}/state`]: 'live',
    [`sys/class/nvme/${node}/subsysnqn`]: `nqn:${index}`,
    [`sys/class/nvme/${node}/address`]: `0000:0${index}:00.0`,
    [`sys/class/nvme/${node}/${node}n1/nsid`]: '1',
    [`sys/block/${node}n1/size`]: '1953525168',
    [`nvme smart-log ${node}`]: readFileSync(join(answers, 'smart-log-2.13-subzero.json'), 'utf8'),
    [`nvme id-ctrl ${node}`]: readFileSync(join(answers, 'id-ctrl-2.3.json'), 'utf8'),
    [`nvme id-ns ${node} 1`]: readFileSync(join(answers, 'id-ns-2.13-qemu.json'), 'utf8'),
  };
};

const attribute = (id, value) => ({
  id,
  value: 100,
  thresh: 10,
  when_failed: '',
  flags: {},
  raw: { value, string: `${value}` },
});
const awake = JSON.stringify({
  smartctl: { version: [7, 4], exit_status: 0 },
  device: { type: 'sat', protocol: 'ATA' },
  smart_status: { passed: true },
  ata_smart_attributes: { table: [5, 9, 12, 187, 194, 197, 198, 199].map((id) => attribute(id, id === 194 ? 31 : 0)) },
});
const asleep = JSON.stringify({
  smartctl: { version: [7, 4], exit_status: 3, messages: [{ string: 'Device is in STANDBY mode, exit(3)' }] },
  device: { type: 'sat', protocol: 'ATA' },
});

const letters = (index) =>
  index < 26 ? String.fromCharCode(97 + index) : letters(Math.floor(index / 26) - 1) + letters(index % 26);

const ataFiles = (index, isRotational, answer) => {
  const node = `sd${letters(index)}`;
  const logs = ['', ' selftest', ' devstat', ' selftest devstat'];
  return {
    [`sys/block/${node}/size`]: '7814037168',
    [`sys/block/${node}/stat`]: '1 0 8 1',
    [`sys/block/${node}/queue/rotational`]: isRotational ? '1' : '0',
    [`sys/block/${node}/device/type`]: '0',
    [`sys/block/${node}/device/vendor`]: 'ATA     ',
    [`sys/block/${node}/device/model`]: 'WDC WD40EFRX',
    [`sys/block/${node}/device/state`]: 'running',
    [`sys/block/${node}/device/vpd_pg80`]: `....WD-${index}`,
    ...Object.fromEntries(logs.map((log) => [`smartctl standby,3${log} sat ${node}`, answer])),
  };
};

const filesOf = (index) => {
  if (index % 4 === 0) return nvmeFiles(index);
  return index % 4 === 1 ? ataFiles(index, false, awake) : ataFiles(index, true, index % 4 === 2 ? awake : asleep);
};

const drivesOfArray = 4;

/** An array with a file system of the drives from this one on. */
const arrayFiles = (first, members) => {
  const number = Math.floor(first / drivesOfArray);
  const array = `sys/block/md${number}`;
  const hex = number.toString(16).padStart(12, '0');
  return {
    [`${array}/dev`]: `9:${number}`,
    [`${array}/size`]: '7814037168',
    [`${array}/md/array_state`]: 'clean',
    [`${array}/md/level`]: 'raid6',
    [`${array}/md/raid_disks`]: `${members.length}`,
    [`${array}/md/degraded`]: '0',
    [`${array}/md/metadata_version`]: '1.2',
    [`${array}/md/sync_action`]: 'idle',
    [`${array}/md/uuid`]: `cd712c29-6734-98cb-2117-${hex}`,
    ...Object.fromEntries(
      members.flatMap((node, slot) => [
        [`${array}/slaves/${node}/.keep`, ''],
        [`${array}/md/dev-${node}/state`, 'in_sync'],
        [`${array}/md/dev-${node}/slot`, `${slot}`],
        [`${array}/md/dev-${node}/errors`, '0'],
        [`${array}/md/dev-${node}/bad_blocks`, ''],
      ]),
    ),
  };
};

const nodeOf = (index) => (index % 4 === 0 ? `nvme${900 + index}n1` : `sd${letters(index)}`);

/** A folder with so many drives, and what they answer. */
const rack = (drives) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-drives-'));
  mkdirSync(join(folder, 'sys/block'), { recursive: true });
  for (let index = 0; index < drives; index += 1) {
    const members = Array.from({ length: drivesOfArray }, (_, member) => nodeOf(index + member));
    const array = index % drivesOfArray === 0 ? arrayFiles(index, members) : {};
    const device = { [`sys/block/${nodeOf(index)}/dev`]: `8:${index}`, ...array };
    for (const [path, text] of Object.entries({ ...filesOf(index), ...device })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `${text}\n`);
    }
  }
  return folder;
};

const port = await freePort();

/** What a minute of the agent costs, with nothing on but itself and its drives. */
const measure = async (drives) => {
  const folder = rack(drives);
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').split('\n').filter(Boolean);
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
      NVME_SCHEDULE: `*/${interval} * * * * *`,
      STORAGE_SCHEDULE: `*/${interval} * * * * *`,
    },
  });
  await pause(20_000);
  const begun = calls().length;
  const before = cpuOf(child);
  await pause(cycles * interval * 1000);
  const after = cpuOf(child);
  const all = calls();
  child.kill();
  await once(child, 'close');
  rmSync(folder, { recursive: true });
  const questions = (pattern) => all.filter((call) => pattern.test(call)).length;
  return {
    own: (after.own - before.own) / cycles,
    children: (after.children - before.children) / cycles,
    calls: all.length - begun,
    disks: questions(/^smartctl/),
    identities: questions(/^nvme id-ctrl/),
  };
};

const [few, many] = [12, 64];
process.stderr.write(`${cycles} cycles of ${interval} s, without drives, with ${few} and with ${many} …\n`);
const without = await measure(0);
const withFew = await measure(few);
const withMany = await measure(many);
const ownFew = (withFew.own - without.own) / few;
const ownMany = (withMany.own - without.own) / many;

const result = {
  node: process.version,
  [`CPU of the agent per cycle, ${few} drives, ms`]: ownFew * few,
  [`CPU of the agent per cycle, ${many} drives, ms`]: ownMany * many,
  [`the same per drive, ${many} against ${few} (1 is linear)`]: ownMany / ownFew,
  [`CPU of the commands per cycle, ${few} drives, ms`]: withFew.children - without.children,
  [`commands per NVMe drive and cycle, ${few} drives`]: (withFew.calls - withFew.disks) / cycles / (few / 4),
  [`questions to SATA drives in 80 s, per drive, ${many} drives`]: withMany.disks / (many * 0.75),
  [`times that an NVMe drive’s identity was asked, ${many} drives`]: withMany.identities / (many / 4),
};
for (const [name, value] of Object.entries(result))
  console.log(`${name.padEnd(64)}${typeof value === 'number' ? value.toFixed(2) : value}`);
if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
