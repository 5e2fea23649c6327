import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { DrivesHelperServer } from '../../../../src/collectors/storage/helper/drives-helper-server.ts';
import { drivesHelperSocketPath } from '../../../../src/collectors/storage/helper/protocol.ts';
import type { PoolMember, PoolReading } from '../../../../src/collectors/storage/pools/pool.ts';
import { PoolsReader } from '../../../../src/collectors/storage/pools/pools-reader.ts';
import type { Device } from '../../../../src/model/device.ts';
import type { HostRoots } from '../../../../src/model/host-roots.ts';
import type { ActiveFinding } from '../../../../src/model/problem.ts';
import { drives } from '../../../helpers/drives.ts';
import { withEnglishHint } from '../../../helpers/english-hint.ts';
import { expandSnapshot, type MachineSnapshot } from '../../../helpers/machine-snapshot.ts';
import { memory } from '../../../helpers/memory.ts';
import { agent } from '../../../helpers/sample-collector.ts';

/** A SATA drive without partitions. */
export const drive = (name: string, number: string, serial: string): MachineSnapshot => ({
  [`/sys/block/${name}`]: `-> ../devices/pci0/ata${number.split(':')[1]}/block/${name}`,
  [`/sys/block/${name}/dev`]: number,
  [`/sys/block/${name}/size`]: '2097152',
  [`/sys/block/${name}/slaves/`]: '',
  [`/sys/block/${name}/device/vendor`]: 'ATA     ',
  [`/sys/block/${name}/device/model`]: 'DISK 4T ',
  [`/run/udev/data/b${number}`]: `E:ID_SCSI_SERIAL=${serial}\nE:ID_PATH=ata-${number.split(':')[1]}\n`,
});

/** A device of the kernel's own that lies on others. */
export const virtual = (name: string, number: string, slaves: readonly string[]): MachineSnapshot => ({
  [`/sys/block/${name}`]: `-> ../devices/virtual/block/${name}`,
  [`/sys/block/${name}/dev`]: number,
  [`/sys/block/${name}/size`]: '2097152',
  [`/sys/block/${name}/slaves/`]: '',
  ...Object.fromEntries(slaves.map((slave) => [`/sys/block/${name}/slaves/${slave}`, `-> ../../../../block/${slave}`])),
});

export interface ArrayMember {
  state?: string;
  slot?: string;
  errors?: string;
  badBlocks?: string;
}

/** An array called `srv`. Members are whole drives. */
export function array(
  members: Record<string, ArrayMember>,
  files: Record<string, string> = {},
  mdstat = '',
): MachineSnapshot {
  const folder = '/sys/block/md127/md';
  return {
    ...virtual('md127', '9:127', Object.keys(members)),
    [`${folder}/array_state`]: 'clean',
    [`${folder}/level`]: 'raid1',
    [`${folder}/raid_disks`]: '2',
    [`${folder}/degraded`]: '0',
    [`${folder}/metadata_version`]: '1.2',
    [`${folder}/sync_action`]: 'idle',
    [`${folder}/uuid`]: 'cd712c29-6734-98cb-2117-09b372bd0470',
    ...Object.fromEntries(Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content])),
    ...Object.fromEntries(
      Object.entries(members).flatMap(([name, { state = 'in_sync', slot = '0', errors = '0', badBlocks = '' }]) => [
        [`${folder}/dev-${name}/state`, state],
        [`${folder}/dev-${name}/slot`, slot],
        [`${folder}/dev-${name}/errors`, errors],
        [`${folder}/dev-${name}/bad_blocks`, badBlocks],
        [`${folder}/dev-${name}/block`, `-> ../../../../../block/${name}`],
      ]),
    ),
    '/run/udev/data/b9:127': 'E:MD_DEVNAME=srv\n',
    '/proc/mdstat': mdstat,
    '/proc/self/mountinfo': '29 1 254:0 / / rw - ext4 /dev/vda rw\n37 29 9:127 / /srv rw - ext4 /dev/md127 rw\n',
  };
}

export const sda = drive('sda', '8:0', 'LAB-1');
export const sdb = drive('sdb', '8:16', 'LAB-2');
export const sdc = drive('sdc', '8:32', 'LAB-3');

export interface SeenPool {
  name: string;
  id: string;
  device: Device;
  reading: PoolReading;
  members: readonly PoolMember[];
  /** What is wrong, without what is unknown. */
  findings: readonly ActiveFinding[];
}

/** One machine after the other, as one agent sees them. */
export function watchPools(kept: Record<string, unknown> | undefined = {}) {
  const remembered = memory(kept);
  let roots: HostRoots | undefined;
  const current = new Proxy({} as HostRoots, { get: (_, key: keyof HostRoots) => roots?.[key] });
  const reader = new PoolsReader(agent, remembered, current);
  return {
    memory: remembered,
    reader,
    async see(snapshot: MachineSnapshot): Promise<SeenPool[]> {
      roots = expandSnapshot(snapshot);
      const observations = await reader.read();
      return observations.flatMap((one) => {
        if (!('table' in one) || one.table !== 'pool' || one.reading === undefined) return [];
        const { device, reading } = one;
        return [
          {
            name: device.name,
            id: device.id,
            device,
            reading: withEnglishHint(reading),
            members: [...reading.members, ...reading.gone],
            findings: reading.findings().flatMap((finding) => ('isUnknown' in finding ? [] : [finding])),
          },
        ];
      });
    },
  };
}

/** Severity and text of what is wrong with each pool. */
export const saidOf = (pools: readonly SeenPool[]): string[] =>
  pools.flatMap(({ name, findings }) => findings.map(({ severity, text }) => `${name}: ${severity}: ${text}`));

/** Tools that answer as `rack` says, and a helper that may run them, whatever rights the test has; `root` is a root
 * with its socket, and `socket` a part of the machine. */
export async function letHelperAnswer(): Promise<{
  rack: ReturnType<typeof drives>;
  root: string;
  socket: MachineSnapshot;
}> {
  const rack = drives();
  const folder = mkdtempSync(join(tmpdir(), 'pools-'));
  const path = join(folder, drivesHelperSocketPath);
  mkdirSync(dirname(path), { recursive: true });
  const server = new DrivesHelperServer(rack.sys);
  await server.listen({ path });
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { rack, root: folder, socket: { '/run/infra-monitor/drives.sock': `-> ${path}` } };
}
