import { readBlockDeviceSizeBytes } from '../block-devices.ts';
import type { StorageLayout } from '../storage-layout.ts';
import { type DmStatusesOrHint, parseDmThinPool } from './dm-status.ts';
import { lvmThinFindings } from './lvm-findings.ts';
import { devicesBelowLvmVolume, type LvmVolume } from './lvm-sysfs.ts';
import type { PoolFacts } from './pool.ts';

export function lvmThinFacts(volume: LvmVolume, { byName, hint }: DmStatusesOrHint, layout: StorageLayout): PoolFacts {
  const { device, id, name } = volume;
  const found = byName?.get(device.mapping?.name ?? '');
  const status = found && parseDmThinPool(found);
  const { names, isWhole } = devicesBelowLvmVolume(device, layout);
  return {
    kind: 'lvm_thin',
    id,
    name,
    node: device.name,
    layout: 'thin pool',
    state: volume.isSuspended ? 'suspended' : status?.mode,
    members: names.map((member) => ({
      ...layout.identifyMember(member),
      device: member,
      role: layout.isThere(member) ? 'active' : 'missing',
      state: layout.isThere(member) ? 'present' : 'gone',
    })),
    // How many it had of those that are gone LVM alone knows.
    expectedMembers: isWhole ? names.length : undefined,
    groups: [{ members: device.slaves, canLose: isWhole ? 0 : -1 }],
    activity: 'idle',
    size: readBlockDeviceSizeBytes(device),
    usedRatio: status?.usedRatio,
    metadataUsedRatio: status?.metadataUsedRatio,
    counts: {},
    judge: (pool, texts) => lvmThinFindings({ volume, status, isWhole }, pool, texts),
    ...(status === undefined && hint !== undefined ? { hint } : {}),
  };
}
