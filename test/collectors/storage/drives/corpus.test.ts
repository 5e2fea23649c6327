import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseMegaraidScan } from '../../../../src/collectors/storage/drives/megaraid-drive-scanner.ts';
import {
  PowerModeCheckFailedError,
  parseSmartctlAnswer,
  type SmartctlAnswer,
} from '../../../../src/collectors/storage/drives/smartctl-answer.ts';
import { parseSelfTestSummary } from '../../../../src/collectors/storage/tools/self-tests.ts';

// CORPUS/storage: recorded answers about drives, and INDEX.tsv, which says of each file its tool and what is special in
// it.
const folder = join(process.env.CORPUS ?? '', 'storage');
const index =
  process.env.CORPUS && existsSync(join(folder, 'INDEX.tsv')) ? readFileSync(join(folder, 'INDEX.tsv'), 'utf8') : '';
const rows = index
  .split('\n')
  .slice(1)
  .map((row) => row.split('\t'))
  .map(([file = '', tool = '', , special = '']) => ({ file, tool, special }));
const smartctlRows = rows.filter(({ file, tool }) => /^smartctl/.test(tool) && !/scan/.test(file));
const nvmeRows = rows.filter(({ file, tool }) => /^nvme-cli/.test(tool) && /selftest/.test(file));

const parse = (file: string): SmartctlAnswer | Error => {
  try {
    return parseSmartctlAnswer(readFileSync(join(folder, file), 'utf8'));
  } catch (error) {
    return error as Error;
  }
};

const numberIn = (special: string, pattern: RegExp) => {
  const found = pattern.exec(special)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** What the words of the index say of a drive that answered. */
function saidOf(special: string) {
  const said: Record<string, unknown> = {};
  const counts: Record<string, unknown> = {};
  const pending = numberIn(special, /(\d+) pending/) ?? numberIn(special, /pending sector (\d+)/);
  if (pending !== undefined) counts.pending_sectors = pending;
  const uncorrectable = numberIn(special, /(\d+) uncorrectable/);
  if (uncorrectable !== undefined) counts.uncorrectable_sectors = uncorrectable;
  if (Object.keys(counts).length > 0) said.counts = counts;
  if (/SMART status FAILED/.test(special)) said.passed = false;
  if (/SMART switched off/.test(special)) said.isEnabled = false;
  if (/^no SMART/.test(special)) said.isSupported = false;
  const used = numberIn(special, /say (\d+) % used/);
  if (used !== undefined) said.percentageUsed = used;
  const left = numberIn(special, /: 233 at (\d+)/);
  if (left !== undefined) said.percentageUsed = 100 - left;
  if (/test (running|at \d+ %)|remaining/.test(special)) said.selfTests = { isRunning: true };
  if (/test failed|failed (extended|short)/.test(special)) said.selfTests = { latest: { passed: false } };
  if (/passed (short|self)|passed self-tests/.test(special)) said.selfTests = { latest: { passed: true } };
  if (/no test ever/.test(special)) said.selfTests = { isRunning: false, latest: undefined };
  return said;
}

/** What the file says in plain numbers is what the report says: a look that shares nothing with the parser. */
function expectTrue(file: string, answer: SmartctlAnswer): void {
  if (answer.kind === 'asleep') return;
  const { report } = answer;
  const plain = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  expect(report.passed).toBe(plain.smart_status?.passed);
  if (report.powerOnHours !== undefined) expect(report.powerOnHours).toBe(plain.power_on_time.hours);
  for (const [id, name] of [
    [5, 'reallocated_sectors'],
    [197, 'pending_sectors'],
    [199, 'crc_errors'],
  ] as const) {
    const found = plain.ata_smart_attributes?.table.find((attribute: { id: number }) => attribute.id === id);
    if (found !== undefined) expect(report.counts[name]).toBe(Number.parseInt(found.raw.string, 10));
  }
  for (const count of Object.values(report.counts)) expect(count ?? 0).toSatisfy(Number.isSafeInteger);
  expect(report.temperature ?? 20).toBeGreaterThan(0);
  expect(report.temperature ?? 20).toBeLessThan(100);
  expect(report.percentageUsed ?? 0).toBeLessThanOrEqual(255);
}

describe.runIf(smartctlRows.length > 0)('every answer of smartctl is what the index says of it', () => {
  test.each(smartctlRows)('$file: $special', ({ file, special }) => {
    const answer = parse(file);
    if (/^no CAP_SYS_RAWIO|says SLEEP/.test(special)) return expect(answer).toBeInstanceOf(PowerModeCheckFailedError);
    if (/exit 0 and no SMART|Unknown USB bridge/.test(special)) return expect(answer).toBeInstanceOf(Error);
    if (/^standby|Standby_/i.test(special)) return expect(answer).toMatchObject({ kind: 'asleep' });
    if (answer instanceof Error)
      return expect(answer.message.length, 'an error says what was seen').toBeGreaterThan(10);
    expectTrue(file, answer);
    return expect(answer).toMatchObject({ kind: 'report', report: saidOf(special) });
  });
});

describe.runIf(nvmeRows.length > 0)('every log of self-tests by nvme-cli is what the index says of it', () => {
  test.each(nvmeRows)('$file: $special', ({ file, special }) =>
    expect(parseSelfTestSummary(readFileSync(join(folder, file), 'utf8'))).toMatchObject(
      saidOf(special).selfTests ?? {},
    ),
  );
});

test.runIf(smartctlRows.length === 0)('no corpus is named by CORPUS', () => {
  expect(process.env.CORPUS ?? '', 'CORPUS names a folder without storage/INDEX.tsv').toBe('');
});

const scan = join(process.env.CORPUS ?? '', 'nvme/real-smartctl-scan-megaraid.json');

test.runIf(process.env.CORPUS && existsSync(scan))('the drives that a MegaRAID controller lists', () => {
  expect(parseMegaraidScan(readFileSync(scan, 'utf8'))).toEqual(
    [0, 1, 2].map((number) => ({ drive: '/dev/bus/0', type: `sat+megaraid,${number}` })),
  );
});
