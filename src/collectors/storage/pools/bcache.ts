import { join } from 'node:path';
import { tryReadNumberSync, tryReadTextSync } from '../../../lib/files.ts';
import { type Finding, findingIf } from '../../../model/problem.ts';
import { type BlockDevice, readBlockDeviceSizeBytes } from '../block-devices.ts';
import type { StorageLayout } from '../storage-layout.ts';
import type { PoolFacts, PoolFindingsInput } from './pool.ts';
import { blamedDrivesOf, membersWithNewErrors } from './pool-findings.ts';
import { formatMemberList, type PoolTexts } from './texts.ts';

/** Linux, Documentation/admin-guide/bcache.rst. */
const knownStates = new Set(['no cache', 'clean', 'dirty', 'inconsistent']);

/** `1.2M`: the kernel writes multiples of 1024. */
function parseSize(text: string | undefined): number | undefined {
  const [, number, unit = ''] = /^([\d.]+)([kMGTPE]?)$/.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * 1024 ** ' kMGTPE'.indexOf(unit || ' ');
}

function bcacheFindings(
  state: string | undefined,
  caches: readonly string[],
  pool: PoolFindingsInput,
  texts: PoolTexts,
): Finding[] {
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
      text: texts.startedWithoutCache(texts.mountsAre(pool.mounts, 'damaged')),
      clearsAt: texts.clearsWhenClean,
      remedy: texts.bringCacheBack,
      ...blamedDrivesOf(pool.gone),
    })),
    ...findingIf('cache_missing', isKnown ? pulledCaches.length > 0 : undefined, () => ({
      severity: mayHaveData ? 'data_at_risk' : 'notice',
      text: mayHaveData
        ? texts.cacheGoneWithData(formatMemberList(pulledCaches, texts), texts.mountsAre(pool.mounts, 'affected'))
        : texts.cacheGone(formatMemberList(pulledCaches, texts)),
      step: pulledCaches.map(({ id }) => id).join(),
      clearsAt: texts.clearsWithCache,
      remedy: mayHaveData ? texts.bringCacheBack : texts.attachCache,
      explainedBy: ['inconsistent'],
      ...blamedDrivesOf(pulledCaches),
    })),
    ...findingIf('cache_gone', isKnown ? state === 'no cache' && pool.gone.length > 0 : undefined, () => ({
      severity: 'notice',
      text: texts.withoutCache(formatMemberList(pool.gone, texts)),
      step: pool.gone.map(({ id }) => id).join(),
      clearsAt: texts.clearsWithCacheOrAcknowledged,
      remedy: texts.attachOrAcknowledge,
      explainedBy: ['inconsistent'],
      ...blamedDrivesOf(pool.gone),
    })),
    ...findingIf('member_errors', pool.newCounts && risen.length > 0, () => ({
      severity: 'notice',
      text: texts.backingDeviceErrors(formatMemberList(risen, texts)),
      clearsAt: texts.clearsWhenPoolAcknowledged,
      remedy: texts.seeDriveValues,
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
    judge: (pool, texts) => bcacheFindings(state, caches, pool, texts),
  };
}

/** All bcache devices that run. */
export const readBcachePools = (layout: StorageLayout): PoolFacts[] =>
  [...layout.devices.values()]
    .filter(({ name, partitionOf }) => partitionOf === undefined && /^bcache\d+$/.test(name))
    .map((device) => bcacheFacts(device, layout));
