import type { TranslatableText } from '../../model/translation.ts';
import type { LossEffect } from './block-devices.ts';
import type { MemberRole, PoolFindingsInput } from './pools/pool.ts';
import type { StorageLayout } from './storage-layout.ts';
import { type CommonDriveTexts, commonDriveTexts } from './texts.ts';

interface Membership {
  pool: string;
  role: MemberRole;
  activeMembers: number;
}

function membershipIn({ members, name }: PoolFindingsInput, drive: string): Membership | undefined {
  const own = members.find((member) => member.drive?.id === drive && member.role !== 'missing');
  const activeMembers = members.filter(({ role }) => role === 'active').length;
  return own && { pool: name, role: own.role, activeMembers };
}

/** What hangs on a drive, and what its death means for the data: “one of 2 members of srv; if it dies, /srv goes on,
 * degraded”. Undefined if nothing is known to hang on it. */
export function describeDependentsOfDrive(
  layout: StorageLayout,
  pools: readonly PoolFindingsInput[],
  drive: string,
): TranslatableText<CommonDriveTexts> | undefined {
  const effectOn = layout.graph.effectsOfLosing(drive);
  const points = { none: [], degraded: [], unknown: [], lost: [] } as Record<LossEffect, string[]>;
  for (const [node, mounted] of layout.graph.mounts) points[effectOn(node)].push(...mounted);
  for (const mounts of Object.values(points)) mounts.sort();
  const memberships = pools.flatMap((pool) => membershipIn(pool, drive) ?? []);
  // What becomes of a device the graph knows, or knows that it does not.
  const unknown = pools.filter(
    (pool) => pool.groups === undefined && !layout.isThere(pool.node) && membershipIn(pool, drive) !== undefined,
  );
  const held = unknown.flatMap(({ mounts }) => mounts).sort();
  if ([memberships, points.lost, points.degraded, points.unknown, held].every(({ length }) => length === 0))
    return undefined;
  return (texts = commonDriveTexts) => {
    const effects = [
      ...(points.lost.length === 0 ? [] : [texts.areLost(points.lost)]),
      ...(points.degraded.length === 0 ? [] : [texts.goOnDegraded(points.degraded)]),
      ...(points.unknown.length === 0 ? [] : [texts.haveUnknownFate(points.unknown)]),
    ];
    const roles = memberships.map(({ pool, role, activeMembers }) => texts.memberOf(pool, role, activeMembers));
    return [
      ...(roles.length === 0 ? [] : [roles.join(', ')]),
      ...(effects.length === 0 ? [] : [texts.ifItDies(effects)]),
      ...(held.length === 0 ? [] : [texts.whichHolds(held)]),
    ].join('; ');
  };
}
