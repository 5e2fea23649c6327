import * as z from 'zod/mini';
import { slug } from '../../../model/naming.ts';
import type { DiskIdentity } from './disk-identity.ts';

const textSchema = z.string().check(z.minLength(1), z.maxLength(200));

/** A disk that was seen, and the id that it had first. */
const knownDiskSchema = z.object({
  id: textSchema,
  serial: z.optional(textSchema),
  wwid: z.optional(textSchema),
});
export type KnownDisk = z.output<typeof knownDiskSchema>;

/** The disks that a machine has had, the latest last. An invalid one does not affect the others. */
const knownDisksSchema = z.object({
  disks: z.pipe(
    z.array(z.unknown()),
    z.transform((disks) => disks.flatMap((disk) => knownDiskSchema.safeParse(disk).data ?? [])),
  ),
});

export interface KnownDisks {
  disks: readonly KnownDisk[];
}

/** USB sticks come and go. A memory of 500 disks has 45 kB. */
const maxAbsentDisks = 100;
const maxDisks = 500;

const isSame = (a: DiskIdentity, b: DiskIdentity) =>
  (a.wwid !== undefined && a.wwid === b.wwid) || (a.serial !== undefined && a.serial === b.serial);

/** A merged memory has the disks of both; this process's ids win. */
export const knownDisksMemoryFormat = {
  parse: (content: unknown): KnownDisks | undefined => knownDisksSchema.safeParse(content).data,
  merge(ours: KnownDisks, theirs: KnownDisks): KnownDisks {
    const isOurs = (disk: KnownDisk) => ours.disks.some((one) => slug(one.id) === slug(disk.id) || isSame(one, disk));
    return { disks: [...theirs.disks.filter((disk) => !isOurs(disk)), ...ours.disks].slice(-maxDisks) };
  },
};

function countValues(values: readonly (string | undefined)[]): Map<string | undefined, number> {
  const counts = new Map<string | undefined, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The identities without those that several disks claim: drives of one make, or slots of a dock. */
function uniqueIdentities(identities: ReadonlyMap<string, DiskIdentity>): Map<string, DiskIdentity> {
  const all = [...identities.values()];
  const serials = countValues(all.map(({ serial }) => serial));
  const wwids = countValues(all.map(({ wwid }) => wwid));
  return new Map(
    [...identities].map(([name, { serial, wwid }]) => [
      name,
      {
        serial: serials.get(serial) === 1 ? serial : undefined,
        wwid: wwids.get(wwid) === 1 ? wwid : undefined,
      },
    ]),
  );
}

const withIdentity = (id: string, { serial, wwid }: DiskIdentity): KnownDisk => ({
  id,
  ...(serial === undefined ? {} : { serial }),
  ...(wwid === undefined ? {} : { wwid }),
});

/** Gives each disk the id that it had first, by kernel name. At the first start (`known` is undefined) that is the
 * kernel name, later the serial number, since the name may be that of another disk. A disk without a serial number or
 * WWID keeps the kernel name unless a known disk has it. */
export function assignStableDiskIds(
  present: ReadonlyMap<string, DiskIdentity>,
  known: KnownDisks | undefined,
): { ids: Map<string, string>; known: KnownDisks } {
  const identities = uniqueIdentities(present);
  const absent = new Set(known?.disks);
  const bySerial = new Map([...absent].map((disk) => [disk.serial, disk]));
  const byWwid = new Map([...absent].map((disk) => [disk.wwid, disk]));
  const taken = new Set([...absent].map(({ id }) => slug(id)));
  const seen: KnownDisk[] = [];
  const ids = new Map<string, string>();
  for (const [name, identity] of identities) {
    const { serial, wwid } = identity;
    const before = (wwid && byWwid.get(wwid)) || (serial && bySerial.get(serial));
    if (!before || !absent.delete(before)) continue;
    ids.set(name, before.id);
    seen.push({ ...before, ...withIdentity(before.id, identity) });
  }
  for (const [name, identity] of identities) {
    if (ids.has(name)) continue;
    const ownName = identity.serial ?? identity.wwid;
    const candidates =
      ownName === undefined || known === undefined
        ? [name, `${name} unidentified`]
        : [ownName, identity.wwid ?? name, `${name} ${ownName}`];
    const id = candidates.find((text) => !taken.has(slug(text))) ?? name;
    taken.add(slug(id));
    ids.set(name, id);
    if (ownName !== undefined) seen.push(withIdentity(id, identity));
  }
  const sorted = seen.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { ids, known: { disks: [...[...absent].slice(-maxAbsentDisks), ...sorted].slice(-maxDisks) } };
}
