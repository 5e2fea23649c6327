import { isJsonObject, LooselyNamedJsonFields } from '../tools/json-fields.ts';
import { plausibleCelsiusFromByte } from '../tools/temperature.ts';
import type { AtaDeviceStatistics, DriveHealthReport } from './drive-health-report.ts';
import type { ErrorCountName, ErrorCounts } from './error-counts.ts';

interface Attribute {
  id: number;
  name: string;
  value?: number | undefined;
  isPrefailure: boolean;
  isFailingNow: boolean;
  raw?: number | undefined;
}

/** Attributes that count errors, and what they are called where they do: some SSDs count gigabytes or sectors by the
 * same id (smartmontools, drivedb.h). Ids such as 1, 7, 188 and 195 pack several numbers into one. */
const countAttributes: readonly [id: number, name: RegExp, count: ErrorCountName][] = [
  [5, /./, 'reallocated_sectors'],
  [10, /spin/i, 'spin_retries'],
  [184, /end-to-end/i, 'end_to_end_errors'],
  [187, /unc|ue_/i, 'reported_uncorrectable'],
  [197, /^(current_)?pending/i, 'pending_sectors'],
  [198, /uncorrectable/i, 'uncorrectable_sectors'],
  [199, /crc/i, 'crc_errors'],
];

/** Attributes whose normalised value is the rest of the endurance, in order of trust, and how smartctl names them where
 * they are. */
const lifeLeftAttributes: readonly [id: number, name: RegExp][] = [
  [231, /life/i],
  [202, /life/i],
  [169, /life/i],
  [233, /wear/i],
  [177, /wear/i],
  [173, /wear|erase/i],
];
const temperatureIds = [194, 190];
/** A greater one is a marker, such as all ones. */
const maxCount = 2 ** 32 - 2;

/** The first number of the raw value as smartctl's drive database writes it: `36 (Min/Max 18/40)`. */
function rawNumber(raw: unknown): number | undefined {
  if (!isJsonObject(raw)) return undefined;
  const digits = typeof raw.string === 'string' ? /^(\d+)(?![\dxh])/.exec(raw.string)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

function parseAttribute(entry: unknown): Attribute[] {
  if (!isJsonObject(entry)) return [];
  const fields = new LooselyNamedJsonFields(entry);
  const id = fields.between('id', 1, 255);
  if (id === undefined) return [];
  return [
    {
      id,
      name: typeof entry.name === 'string' ? entry.name : String(id),
      value: fields.between('value', 0, 255),
      isPrefailure: isJsonObject(entry.flags) && entry.flags.prefailure === true,
      isFailingNow: entry.when_failed === 'now',
      raw: rawNumber(entry.raw),
    },
  ];
}

function countsOf(attributes: readonly Attribute[]): ErrorCounts {
  return Object.fromEntries(
    countAttributes.flatMap(([id, name, count]) => {
      const attribute = attributes.find((candidate) => candidate.id === id && name.test(candidate.name));
      if (attribute === undefined) return [];
      const { raw } = attribute;
      return [[count, raw === undefined || raw > maxCount ? undefined : raw]];
    }),
  );
}

/** Valid values of the device statistics (`-l devstat`), by name. */
function statisticsOf({ pages }: Record<string, unknown>): ReadonlyMap<string, number> {
  const rows = (Array.isArray(pages) ? pages : []).flatMap((page) =>
    isJsonObject(page) && Array.isArray(page.table) ? page.table.filter(isJsonObject) : [],
  );
  return new Map(
    rows.flatMap((row): [string, number][] => {
      const value = new LooselyNamedJsonFields(row).integer('value');
      const isValid = isJsonObject(row.flags) && row.flags.valid === true;
      return typeof row.name === 'string' && value !== undefined && isValid ? [[row.name, value]] : [];
    }),
  );
}

function percentageUsed(answer: Record<string, unknown>, attributes: readonly Attribute[]): number | undefined {
  if (answer.rotation_rate !== undefined && answer.rotation_rate !== 0) return undefined;
  const endurance = isJsonObject(answer.endurance_used) ? answer.endurance_used : {};
  const stated = new LooselyNamedJsonFields(endurance).between('current_percent', 0, 255);
  if (stated !== undefined) return stated;
  for (const [id, name] of lifeLeftAttributes) {
    const left = attributes.find((attribute) => attribute.id === id && name.test(attribute.name))?.value;
    if (left !== undefined && left <= 100) return 100 - left;
  }
  return undefined;
}

/** Undefined if the answer has no device statistics. */
function driveStatistics(answer: Record<string, unknown>): AtaDeviceStatistics | undefined {
  if (!isJsonObject(answer.ata_device_statistics)) return undefined;
  const statistics = statisticsOf(answer.ata_device_statistics);
  const within = (name: string, least: number, most: number) => {
    const value = statistics.get(name);
    return value !== undefined && value >= least && value <= most ? value : undefined;
  };
  const sectors = within('Logical Sectors Written', 0, Number.MAX_SAFE_INTEGER);
  const blockSize = new LooselyNamedJsonFields(answer).number('logical_block_size') ?? 512;
  return {
    percentageUsed: within('Percentage Used Endurance Indicator', 0, 255),
    bytesWritten: sectors === undefined ? undefined : sectors * blockSize,
    temperatureLimit: plausibleCelsiusFromByte(statistics.get('Specified Maximum Operating Temperature')),
  };
}

/** The values that only ATA drives have; undefined if the answer has no attributes. The temperature is always the
 * attribute's: with `-l devstat`, smartctl puts another sensor in its place. */
export function parseSmartctlAtaValues(answer: Record<string, unknown>): Partial<DriveHealthReport> | undefined {
  const table = isJsonObject(answer.ata_smart_attributes) ? answer.ata_smart_attributes.table : undefined;
  if (!Array.isArray(table)) return undefined;
  const attributes = table.flatMap(parseAttribute);
  const sensor = temperatureIds
    .map((id) => attributes.find((attribute) => attribute.id === id && attribute.raw !== undefined))
    .find((attribute) => attribute !== undefined);
  return {
    temperature: plausibleCelsiusFromByte(sensor?.raw),
    isTooHot: attributes.some(({ id, isFailingNow }) => temperatureIds.includes(id) && isFailingNow),
    failing: attributes
      .filter(({ id, isPrefailure, isFailingNow }) => isPrefailure && isFailingNow && !temperatureIds.includes(id))
      .map(({ name }) => name),
    percentageUsed: percentageUsed(answer, attributes),
    statistics: driveStatistics(answer),
    counts: countsOf(attributes),
  };
}
