import type { LossEffect } from './block-devices.ts';
import type { MemberRole, PoolFindingsInput } from './pools/pool.ts';
import { listFirstNames } from './pools/pool-findings.ts';
import type { StorageLayout } from './storage-layout.ts';

const roleNames: Partial<Record<MemberRole, string>> = {
  spare: 'a spare',
  rebuilding: 'being rebuilt as a member',
  failed: 'a failed member',
  unknown: 'a member',
  cache: 'a cache',
  log: 'a log device',
};

/** “one of 2 members of srv”. */
function roleIn({ members, name }: PoolFindingsInput, drive: string): string | undefined {
  const own = members.find((member) => member.drive?.id === drive && member.role !== 'missing');
  if (own === undefined) return undefined;
  const active = members.filter(({ role }) => role === 'active').length;
  const role = own.role === 'active' && active > 1 ? `one of ${active} members` : roleNames[own.role];
  return `${role ?? 'the only member'} of ${name}`;
}

/** What hangs on a drive, and what its death means for the data: “one of 2 members of srv; if it dies, /srv goes on,
 * degraded”. Undefined if nothing is known to hang on it. */
export function describeDependentsOfDrive(
  layout: StorageLayout,
  pools: readonly PoolFindingsInput[],
  drive: string,
): string | undefined {
  const effectOn = layout.graph.effectsOfLosing(drive);
  const points = { none: [], degraded: [], unknown: [], lost: [] } as Record<LossEffect, string[]>;
  for (const [node, mounted] of layout.graph.mounts) points[effectOn(node)].push(...mounted);
  const roles = pools.flatMap((pool) => roleIn(pool, drive) ?? []);
  // What becomes of a device the graph knows, or knows that it does not.
  const unknown = pools.filter(
    (pool) => pool.groups === undefined && !layout.isThere(pool.node) && roleIn(pool, drive) !== undefined,
  );
  const effects = [
    ...(points.lost.length === 0
      ? []
      : [`${listFirstNames(points.lost.sort())} ${points.lost.length === 1 ? 'is' : 'are'} lost`]),
    ...(points.degraded.length === 0
      ? []
      : [`${listFirstNames(points.degraded.sort())} ${points.degraded.length === 1 ? 'goes' : 'go'} on, degraded`]),
    ...(points.unknown.length === 0 ? [] : [`what becomes of ${listFirstNames(points.unknown.sort())} is not known`]),
  ];
  const held = unknown.flatMap(({ mounts }) => mounts);
  const parts = [
    ...(roles.length === 0 ? [] : [roles.join(', ')]),
    ...(effects.length === 0 ? [] : [`if it dies, ${effects.join(', and ')}`]),
    ...(held.length === 0 ? [] : [`which holds ${listFirstNames(held.sort())}`]),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}
