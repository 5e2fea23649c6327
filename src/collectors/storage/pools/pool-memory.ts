import * as z from 'zod/mini';
import { optionalField } from '../../../model/tolerant-schemas.ts';
import type { PoolErrorCounts, PoolFacts, PoolFindingsInput, PoolMember } from './pool.ts';

const textSchema = z.string().check(z.minLength(1), z.maxLength(200));
const countSchema = z.number().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER));
const optionalText = optionalField(textSchema);

const memberSchema = z.object({
  id: textSchema,
  device: optionalText,
  number: optionalField(countSchema),
  drive: z.catch(
    z.optional(z.object({ id: textSchema, model: optionalText, serial: optionalText, slot: optionalText })),
    undefined,
  ),
  seed: optionalField(z.boolean()),
  target: optionalField(z.boolean()),
});

/** More than any pool of a home has. */
const maxMembers = 64;

/** An invalid member does not affect the others. */
const poolMemorySchema = z.object({
  pool_members: z.pipe(
    z.array(z.unknown()),
    z.transform((members) => members.flatMap((member) => memberSchema.safeParse(member).data ?? [])),
  ),
  acknowledged: z.catch(z.record(z.string(), countSchema), {}),
  spares: optionalField(countSchema),
  most_active: optionalField(countSchema),
  empty_slots: optionalField(countSchema),
  last_check: optionalField(z.object({ at: z.iso.datetime(), errors: z.optional(countSchema) })),
});

/** What outlives the process: the members that a pool had, so that one that is gone can be named, and the counts that
 * the user has seen. */
export type PoolMemory = z.output<typeof poolMemorySchema>;

const uniqueById = (members: PoolMemory['pool_members']) =>
  [...new Map(members.map((member) => [member.id, member])).values()].slice(-maxMembers);

export const poolMemoryFormat = {
  parse: (content: unknown): PoolMemory | undefined => poolMemorySchema.safeParse(content).data,
  merge: (ours: PoolMemory, theirs: PoolMemory): PoolMemory => ({
    ...theirs,
    ...ours,
    pool_members: uniqueById([...theirs.pool_members, ...ours.pool_members]),
    acknowledged: { ...ours.acknowledged, ...theirs.acknowledged },
  }),
};

const isPresent = ({ role }: PoolMember) => role !== 'missing';

/** Members that hold their share as far as is known. */
const activeCount = ({ members }: PoolFacts) =>
  members.filter(({ role }) => role === 'active' || role === 'unknown').length;

/** Whether most slots are empty, as in the system arrays of NAS makers, which have more slots than the machine has
 * bays. */
const isSparse = (facts: PoolFacts) => (facts.expectedMembers ?? 0) > 2 * activeCount(facts);

/** The most members that held their share at once, as far as is known. */
const mostActive = (facts: PoolFacts, memory: PoolMemory | undefined) =>
  Math.max(activeCount(facts), memory?.most_active ?? (memory?.pool_members ?? facts.members.filter(isPresent)).length);

/** Whether every member that it should have holds its share; in a sparse pool, whether as many do as ever did. */
const isWhole = (facts: PoolFacts, memory: PoolMemory | undefined) =>
  facts.expectedMembers !== undefined &&
  activeCount(facts) >= (isSparse(facts) ? mostActive(facts, memory) : facts.expectedMembers);

/** The members, with a drive that has just gone, or is no longer seen below the layer that failed, named as it was when
 * it was there. */
export function nameMissingMembersFromMemory(facts: PoolFacts, memory: PoolMemory | undefined): PoolFacts {
  const present = new Set(facts.members.map(({ id }) => id));
  const members = facts.members.map((member) => {
    if (member.drive !== undefined || (member.role !== 'missing' && member.role !== 'failed')) return member;
    const { device, number } = member;
    // A leg of LVM whose drive is gone has no device any more.
    const isSame = (one: PoolMemory['pool_members'][number]) =>
      device === undefined ? number !== undefined && one.number === number : one.device === device;
    const before = memory?.pool_members.find((one) => one.id === member.id || (isSame(one) && !present.has(one.id)));
    return before === undefined ? member : { ...member, ...before, number: number ?? before.number };
  });
  return { ...facts, members };
}

/** Members of before that are gone; none while the pool is whole, since they were replaced. */
export function goneMembers(facts: PoolFacts, memory: PoolMemory | undefined): PoolMember[] {
  if (memory === undefined || isWhole(facts, memory)) return [];
  const present = new Set(facts.members.map(({ id }) => id));
  return memory.pool_members
    .filter(({ id }) => !present.has(id))
    .map((member) => ({ ...member, role: 'missing', state: 'gone' }));
}

/** How far each count is above what the user has seen. One that is new counts as seen: it is history. */
export const countsSinceAcknowledged = ({ counts }: PoolFacts, { acknowledged }: PoolMemory): PoolErrorCounts =>
  Object.fromEntries(
    Object.entries(counts).map(([key, count]) => [key, Math.max(count - (acknowledged[key] ?? count), 0)]),
  );

/** What to keep after a reading. A count that fell was reset, so that its next rise counts again. */
export function poolMemoryAfterReading(facts: PoolFacts, memory: PoolMemory | undefined): PoolMemory {
  const { counts, members, spares = 0 } = facts;
  const seen = members
    .filter(isPresent)
    .map(({ id, device, number, drive, seed, target }) => ({ id, device, number, drive, seed, target }));
  const known = memory?.pool_members ?? [];
  const gone = new Set(goneMembers(facts, memory).map(({ id }) => id));
  // A pool may be whole by a spare while it still lists the member whose place that has taken.
  const listed = new Set(members.filter((member) => !isPresent(member)).map(({ id }) => id));
  const kept = isWhole(facts, memory) ? known.filter(({ id }) => listed.has(id)) : known;
  const before = memory?.acknowledged ?? {};
  // A member that is not there now may come back with its counts.
  const countsOfGone = Object.entries(before).filter(([key]) => [...gone].some((id) => key.endsWith(` ${id}`)));
  return {
    ...memory,
    pool_members: uniqueById([...kept, ...seen]),
    acknowledged: {
      ...Object.fromEntries(countsOfGone),
      ...Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, Math.min(count, before[key] ?? count)])),
    },
    spares: Math.max(spares, memory?.spares ?? 0),
    most_active: mostActive(facts, memory),
  };
}

/** Whether the user may give up the members that are gone: their slots are then as empty as most others. Not while the
 * next failure loses data. */
export const canGiveUpGoneMembers = (pool: PoolFindingsInput): boolean =>
  isSparse(pool) && (pool.redundancyLeft ?? 0) > 0;

/** The memory of a pool whose user has seen everything up to now. */
export const acknowledgePool = (pool: PoolFindingsInput, memory: PoolMemory): PoolMemory => ({
  ...memory,
  ...(canGiveUpGoneMembers(pool) || pool.kind === 'bcache'
    ? {
        pool_members: memory.pool_members.filter(({ id }) => pool.gone.every((gone) => gone.id !== id)),
        most_active: activeCount(pool),
      }
    : {}),
  acknowledged: { ...memory.acknowledged, ...pool.counts },
  spares: pool.spares ?? 0,
  empty_slots: Math.max((pool.expectedMembers ?? 0) - pool.members.length, 0),
});
