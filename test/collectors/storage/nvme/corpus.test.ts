import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nvmeDrivesOfControllers } from '../../../../src/collectors/storage/nvme/drives.ts';
import type { HealthLog } from '../../../../src/collectors/storage/nvme/reading.ts';
import { readNvmeControllers } from '../../../../src/collectors/storage/nvme/sysfs.ts';
import { tree } from '../../../helpers/tree.ts';
import { type Understood, understand } from './answers.ts';

// CORPUS/nvme: recorded answers of tools, whatever drive and version, and INDEX.tsv, which names each file and its
// tool.
const folder = join(process.env.CORPUS ?? '', 'nvme');
const index =
  process.env.CORPUS && existsSync(join(folder, 'INDEX.tsv')) ? readFileSync(join(folder, 'INDEX.tsv'), 'utf8') : '';
const files = index
  .split('\n')
  .slice(1)
  .filter((row) => row.trim() !== '')
  .map((row) => row.split('\t'))
  .map(([file = '', tool = '']) => ({ file, tool }));

const isCelsius = (value: number | undefined) =>
  value === undefined || (Number.isInteger(value) && value >= -73 && value <= 147);
const isPercent = (value: number | undefined, most = 100) =>
  value === undefined || (Number.isInteger(value) && value >= 0 && value <= most);
const isCount = (value: bigint | number | undefined) =>
  value === undefined || (value >= 0 && (typeof value === 'bigint' ? value < 1n << 128n : Number.isSafeInteger(value)));

function expectPlausible(log: HealthLog): void {
  expect(log.criticalWarning).toBeGreaterThanOrEqual(0);
  expect(log.criticalWarning).toBeLessThanOrEqual(255);
  for (const celsius of [log.temperature, ...log.sensors]) expect(celsius).toSatisfy(isCelsius);
  expect(log.availableSpare).toSatisfy((value) => isPercent(value));
  expect(log.spareThreshold).toSatisfy((value) => isPercent(value));
  expect(log.percentageUsed).toSatisfy((value) => isPercent(value, 255));
  for (const [key, value] of Object.entries(log))
    if (typeof value === 'bigint' || /Time$/.test(key)) expect(value, key).toSatisfy(isCount);
}

/** What the file says in plain numbers is what the reading says: a look that shares nothing with the parsers. */
function expectTrue(text: string, log: HealthLog): void {
  const plain = (...names: string[]) => {
    const found = new RegExp(`"(?:${names.join('|')})"\\s*:\\s*"?(\\d+)(?:\\.0+)?"?\\s*[,}\\n]`).exec(text)?.[1];
    return found === undefined ? undefined : BigInt(found);
  };
  for (const [names, value] of [
    [['percent_used', 'percentage_used'], log.percentageUsed],
    [['media_errors'], log.mediaErrors],
    [['power_on_hours'], log.powerOnHours],
    [['unsafe_shutdowns'], log.unsafeShutdowns],
    [['host_write_commands', 'host_writes'], log.hostWrites],
  ] as const) {
    const seen = plain(...names);
    if (seen !== undefined && value !== undefined) expect(BigInt(value), names[0]).toBe(seen);
  }
}

function expectReading(text: string, understood: Understood): void {
  if ('log' in understood) {
    expectPlausible(understood.log);
    expectTrue(text, understood.log);
  }
  if ('limits' in understood) {
    for (const celsius of [understood.limits?.warning, understood.limits?.critical])
      expect(celsius).toSatisfy(isCelsius);
    expect(understood.limits?.capacity ?? 1).toBeGreaterThan(0);
  }
  if ('bytes' in understood) expect(understood.bytes ?? 0).toBeGreaterThanOrEqual(0);
}

/** A map of paths to what they hold. */
function expectDrives(text: string): void {
  const map = JSON.parse(text) as Record<string, string>;
  const roots = tree(Object.fromEntries(Object.entries(map).map(([path, content]) => [path.slice(1), content])));
  const expected = new Set(
    Object.keys(map).flatMap((path) => /^\/sys\/class\/nvme\/(nvme\d+)\//.exec(path)?.[1] ?? []),
  );
  const drives = nvmeDrivesOfControllers(readNvmeControllers(roots.sys()) ?? []);
  expect(new Set(drives.flatMap((drive) => drive.controllers.map(({ name }) => name)))).toEqual(expected);
  expect(new Set(drives.map(({ id }) => id)).size, 'each drive has an id of its own').toBe(drives.length);
  for (const { id } of drives) expect(id).not.toMatch(/^nvme\d/);
}

describe.runIf(files.length > 0)('every file of the corpus is a plausible reading or a clear error', () => {
  test.each(files)('$file', ({ file, tool }) => {
    const text = readFileSync(join(folder, file), 'utf8');
    if (tool.startsWith('sysfs')) return expectDrives(text);
    const outcome = understand(tool, text);
    if (!(outcome instanceof Error)) return expectReading(text, outcome);
    expect(outcome.message.length, 'an error says what was seen').toBeGreaterThan(10);
    // Whoever tells of wear is understood, but for digits that could mean two things.
    if (/"(percent_?age_?used|percent_used)"\s*:/i.test(text) && !/scsi|ata_/.test(text))
      expect(outcome.message).toMatch(/which is (not a whole number|negative)|all zeros/);
  });
});

test.runIf(files.length === 0)('no corpus is named by CORPUS', () => {
  expect(process.env.CORPUS ?? '', 'CORPUS names a folder without nvme/INDEX.tsv').toBe('');
});
