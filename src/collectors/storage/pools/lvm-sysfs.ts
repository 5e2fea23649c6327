import { join } from 'node:path';
import { tryReadNumberSync } from '../../../lib/files.ts';
import type { BlockDevice } from '../block-devices.ts';
import type { StorageLayout } from '../storage-layout.ts';

/** A volume of LVM, as device mapper has it. */
export interface LvmVolume {
  device: BlockDevice;
  /** `LVM-` and the UUIDs of volume group and volume: the same whatever their names are. */
  id: string;
  /** `vg/lv`. */
  name: string;
  /** The kernel holds back everything that is written or read. */
  isSuspended: boolean;
}

/** What lies below a volume, through further volumes of LVM. */
export interface DevicesBelowLvmVolume {
  /** Names of the devices; also of those that are gone and have left a name. */
  names: readonly string[];
  /** Whether all are there. */
  isWhole: boolean;
}

/** 32 characters of the volume group's UUID, as many of the volume's, and what the device is to LVM
 * (lib/activate/dev_manager.c). */
const uuidPattern = /^(LVM-\w{64})(?:-(\w+))?$/;
const cachePartPattern = /^(cdata|cmeta)$/;
/** Of a thin pool or a VDO pool. */
const poolPartPattern = /_(tdata|tmeta|vdata)$/;
const legPattern = /_[rm]image_(\d+)$/;

/** LVM doubles the dashes of names: `vm--a-root` is the volume `root` of `vm-a`. */
function volumeName(mapped: string, layer: string | undefined): string {
  const name = layer !== undefined && mapped.endsWith(`-${layer}`) ? mapped.slice(0, -layer.length - 1) : mapped;
  const [, group, volume] = /^((?:[^-]|--)+)-((?:[^-]|--)+)$/.exec(name) ?? [];
  return group === undefined || volume === undefined ? name : `${group}/${volume}`.replaceAll('--', '-');
}

function volumeOf(device: BlockDevice): { volume: LvmVolume; layer: string | undefined } | undefined {
  const { name = '', uuid = '' } = device.mapping ?? {};
  const [, id, layer] = uuidPattern.exec(uuid) ?? [];
  if (id === undefined) return undefined;
  const isSuspended = tryReadNumberSync(join(device.folder, 'dm/suspended')) === 1;
  return { volume: { device, id, name: volumeName(name, layer), isSuspended }, layer };
}

/** Number of the leg of a RAID or mirror that a device is. */
const legNumber = (device: BlockDevice | undefined): number | undefined => {
  const [, number] = legPattern.exec(device?.mapping?.name ?? '') ?? [];
  return number === undefined ? undefined : Number(number);
};

/** The legs of a RAID or mirror, by their numbers. */
export const legsOf = (
  { slaves }: BlockDevice,
  { devices }: StorageLayout,
): { number: number; device: BlockDevice }[] =>
  slaves
    .flatMap((name) => {
      const device = devices.get(name);
      const number = legNumber(device);
      return device === undefined || number === undefined ? [] : [{ number, device }];
    })
    .sort((a, b) => a.number - b.number);

/** RAID volumes, mirrors, thin and VDO pools, snapshots and volumes with a cache of this machine; snapshots of a thin
 * pool are volumes like others. */
export function groupLvmVolumesByKind(
  layout: StorageLayout,
): Record<'raids' | 'thinPools' | 'vdoPools' | 'snapshots' | 'cached', LvmVolume[]> {
  const volumes = [...layout.devices.values()].flatMap((device) => volumeOf(device) ?? []);
  const liesOn = ({ device }: LvmVolume, layer: RegExp) =>
    device.slaves.some((name) => layer.test(layout.devices.get(name)?.mapping?.uuid ?? ''));
  return {
    raids: volumes.flatMap(({ volume }) => (legsOf(volume.device, layout).length > 0 ? [volume] : [])),
    thinPools: volumes.flatMap(({ volume, layer }) => (layer === 'tpool' ? [volume] : [])),
    vdoPools: volumes.flatMap(({ volume, layer }) => (layer === 'vpool' ? [volume] : [])),
    snapshots: volumes.flatMap(({ volume }) => (liesOn(volume, /-cow$/) ? [volume] : [])),
    // Parts of a cache lie on a volume of the cache, too. What is cached may be a layer of something else: the data of
    // a thin pool, or of a volume that has snapshots.
    cached: volumes.flatMap(({ volume, layer = '' }) =>
      !cachePartPattern.test(layer) && liesOn(volume, /-(cdata|cmeta|cvol)$/)
        ? [{ ...volume, name: volume.name.replace(poolPartPattern, '') }]
        : [],
    ),
  };
}

/** The devices that hold a volume's data; a RAID below counts as one. */
export function devicesBelowLvmVolume(volume: BlockDevice, layout: StorageLayout): DevicesBelowLvmVolume {
  const names = new Set<string>();
  const seen = new Set<string>();
  let isWhole = true;
  const visit = (device: BlockDevice) => {
    seen.add(device.name);
    // LVM maps nothing else to a drive that is gone.
    if (device.slaves.length === 0) isWhole = false;
    for (const name of device.slaves) {
      const below = layout.devices.get(name);
      if (!layout.isThere(name)) isWhole = false;
      const isVolume = below?.mapping?.uuid.startsWith('LVM-') === true && legsOf(below, layout).length === 0;
      if (below === undefined || !isVolume) names.add(name);
      else if (!seen.has(name)) visit(below);
    }
  };
  visit(volume);
  return { names: [...names], isWhole };
}
