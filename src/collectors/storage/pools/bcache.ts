import { join } from 'node:path';
import { tryReadNumberSync, tryReadTextSync } from '../../../lib/files.ts';
import { type Finding, findingIf } from '../../../model/problem.ts';
import { type BlockDevice, readBlockDeviceSizeBytes } from '../block-devices.ts';
import type { StorageLayout } from '../storage-layout.ts';
import type { PoolFacts, PoolFindingsInput } from './pool.ts';
import { blamedDrivesOf, describeLostMounts, describePoolMember, membersWithNewErrors } from './pool-findings.ts';

/** Linux, Documentation/admin-guide/bcache.rst. */
const knownStates = new Set(['no cache', 'clean', 'dirty', 'inconsistent']);

/** `1.2M`: the kernel writes multiples of 1024. */
function parseSize(text: string | undefined): number | undefined {
  const [, number, unit = ''] = /^([\d.]+)([kMGTPE]?)$/.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * 1024 ** ' kMGTPE'.indexOf(unit || ' ');
}

function bcacheFindings(state: string | undefined, caches: readonly string[], pool: PoolFindingsInput): Finding[] {
  const isKnown = state !== undefined && knownStates.has(state);
  const risen = membersWithNewErrors(pool, 'errors');
  // The kernel goes on with a cache that was pulled until it next wants something of it.
  const pulledCaches = pool.members.filter(
    ({ role, device }) => role === 'missing' && device !== undefined && caches.includes(device),
  );
  const mayHaveData = state !== 'clean' && state !== 'no cache';
  return [
    ...findingIf('inconsistent', isKnown ? state === 'inconsistent' : undefined, () => ({
      severity: 'data_at_risk',
      text: `it was started without its cache, which had data that are not on the backing device${describeLostMounts(pool, 'damaged')}`,
      clearsAt: 'when the kernel calls it clean',
      remedy: 'stop using it, bring the cache device back, and check the file system',
      ...blamedDrivesOf(pool.gone),
    })),
    ...findingIf('cache_missing', isKnown ? pulledCaches.length > 0 : undefined, () => ({
      severity: mayHaveData ? 'data_at_risk' : 'notice',
      text: mayHaveData
        ? `its cache is gone, with data that are not on the backing device: ${pulledCaches.map(describePoolMember).join(', ')}${describeLostMounts(pool, 'affected')}`
        : `its cache is gone: ${pulledCaches.map(describePoolMember).join(', ')}; nothing is lost with it`,
      step: pulledCaches.map(({ id }) => id).join(),
      clearsAt: 'when the cache is back or detached',
      remedy: mayHaveData
        ? 'stop using it, bring the cache device back, and check the file system'
        : 'bring the cache device back, or attach another cache set',
      explainedBy: ['inconsistent'],
      ...blamedDrivesOf(pulledCaches),
    })),
    ...findingIf('cache_gone', isKnown ? state === 'no cache' && pool.gone.length > 0 : undefined, () => ({
      severity: 'notice',
      text: `without its cache: ${pool.gone.map(describePoolMember).join(', ')} is gone or detached`,
      step: pool.gone.map(({ id }) => id).join(),
      clearsAt: 'when it has a cache again, or you acknowledge it',
      remedy: 'attach a cache set, or acknowledge that it has none any more',
      explainedBy: ['inconsistent'],
      ...blamedDrivesOf(pool.gone),
    })),
    ...findingIf('member_errors', pool.newCounts && risen.length > 0, () => ({
      severity: 'notice',
      text: `new errors on the backing device ${risen.map(describePoolMember).join(', ')}`,
      clearsAt: 'when you acknowledge it',
      remedy: 'look at the drive’s own values',
    })),
  ];
}

function bcacheFacts(device: BlockDevice, layout: StorageLayout): PoolFacts {
  const text = (name: string) => tryReadTextSync(join(device.folder, 'bcache', name));
  const caches = device.caches?.names ?? [];
  const backing = device.slaves.filter((name) => !caches.includes(name));
  const state = text('state');
  const errors = tryReadNumberSync(join(device.folder, 'bcache/io_errors'));
  const member = (name: string, role: 'active' | 'cache') => ({
    ...layout.identifyMember(name),
    device: name,
    role: layout.isThere(name) ? role : ('missing' as const),
    state: layout.isThere(name) ? 'present' : 'gone',
  });
  const members = [
    ...backing.map((name) => ({ ...member(name, 'active'), errors })),
    ...caches.map((name) => member(name, 'cache')),
  ];
  const [only] = backing.flatMap((name) => layout.devices.get(name) ?? []);
  return {
    kind: 'bcache',
    id:
      (text('backing_dev_uuid') || (only && layout.udevOf(only).get('ID_FS_UUID'))) ??
      `bcache on ${members.map(({ id }) => id).join(' ')}`,
    name: text('label') || device.name,
    node: device.name,
    layout: /\[(\w+)\]/.exec(text('cache_mode') ?? '')?.[1],
    state,
    members,
    // A cache that was detached and one that is gone look alike.
    expectedMembers: state === 'no cache' ? undefined : backing.length,
    activity: 'idle',
    size: readBlockDeviceSizeBytes(device),
    dirtyBytes: parseSize(text('dirty_data')),
    counts: Object.fromEntries(
      errors === undefined ? [] : backing.map((name) => [`errors ${layout.identifyMember(name).id}`, errors]),
    ),
    judge: (pool) => bcacheFindings(state, caches, pool),
  };
}

/** All bcache devices that run. */
export const readBcachePools = (layout: StorageLayout): PoolFacts[] =>
  [...layout.devices.values()]
    .filter(({ name, partitionOf }) => partitionOf === undefined && /^bcache\d+$/.test(name))
    .map((device) => bcacheFacts(device, layout));
