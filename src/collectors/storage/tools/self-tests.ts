import { isJsonObject, LooselyNamedJsonFields } from './json-fields.ts';
import { parseJsonOutput } from './json-output.ts';

/** A self-test that ran to its end. */
export interface FinishedSelfTest {
  passed: boolean;
  /** The drive's power-on hours at its end; an ATA drive's log has only their last 16 bits. */
  powerOnHours?: number | undefined;
  /** The first block that could not be read. */
  failingBlock?: string | undefined;
}

/** What a drive's log says of its self-tests. The agent starts none. */
export interface SelfTestSummary {
  isRunning: boolean;
  /** The newest that was neither aborted nor interrupted, or an extended one before it that failed; undefined if the
   * log has none, or there is no log. */
  latest?: FinishedSelfTest | undefined;
  /** The log is there, and empty. */
  neverRan: boolean;
}

export const selfTestResults = ['passed', 'failed', 'running', 'never_run'] as const;

/** Undefined if no log says, or it has only aborted tests. */
export function selfTestResult({
  isRunning,
  latest,
  neverRan,
}: SelfTestSummary): (typeof selfTestResults)[number] | undefined {
  if (isRunning) return 'running';
  if (latest === undefined) return neverRan ? 'never_run' : undefined;
  return latest.passed ? 'passed' : 'failed';
}

/** The self-tests of the newest answer, with the last finished one of an earlier answer if it tells of none: its log
 * may be missing, or have room only for what was aborted since. */
export function keepLastFinishedSelfTest(
  newest: SelfTestSummary | undefined,
  before: SelfTestSummary | undefined,
): SelfTestSummary | undefined {
  if (before?.latest === undefined || newest?.latest !== undefined || newest?.neverRan) return newest;
  return { ...before, isRunning: newest?.isRunning ?? false };
}

const objectsIn = (value: unknown) => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const objectAt = (parent: unknown, key: string) => {
  const value = isJsonObject(parent) ? parent[key] : undefined;
  return isJsonObject(value) ? value : undefined;
};
const fieldsOf = (value: unknown) => new LooselyNamedJsonFields(isJsonObject(value) ? value : {});

/** Whether the test passed, by the code of its result; undefined if it did not run to its end, or the code is
 * unknown. */
type ResultMeaning = (code: number | undefined) => boolean | undefined;

const meaningOfCodes =
  (firstFailure: number, lastFailure: number): ResultMeaning =>
  (code) => {
    if (code === 0) return true;
    return code !== undefined && code >= firstFailure && code <= lastFailure ? false : undefined;
  };

/** ACS, self-test execution status, bits 7:4: 1 and 2 are interruptions, 15 is a test that is running. */
const ataResult = meaningOfCodes(3, 8);
/** SPC, self-test results log: 1 and 2 are interruptions, 15 is a test that is running. */
const scsiResult = meaningOfCodes(3, 7);
/** Base Specification, Device Self-test log: 1 to 4, 8 and 9 are interruptions, 15 is an entry without a test. */
const nvmeResult = meaningOfCodes(5, 7);
/** In the background, and captive. */
const ataExtended: ReadonlySet<number | undefined> = new Set([2, 130]);
/** In the background, and in the foreground. */
const scsiExtended: ReadonlySet<number | undefined> = new Set([2, 6]);
const nvmeExtended = 2;
const scsiRunning = 15;
const ataRunning = 15;
const nvmeUnusedEntry = 15;

interface LoggedSelfTest extends Omit<FinishedSelfTest, 'passed'> {
  passed: boolean | undefined;
  /** It reads the whole drive; other tests read some of it. */
  isExtended: boolean;
}

/** The newest that ran to its end, but the newest extended one if that failed: a short test that passes later has not
 * read where it failed. */
function latestOf(tests: readonly LoggedSelfTest[]): FinishedSelfTest | undefined {
  const finished = tests.flatMap(({ passed, ...test }) => (passed === undefined ? [] : [{ ...test, passed }]));
  const extended = finished.find(({ isExtended }) => isExtended);
  const latest = extended?.passed === false && finished[0]?.passed ? extended : finished[0];
  if (latest === undefined) return undefined;
  const { isExtended: _, ...test } = latest;
  return test;
}

const highNibble = (status: number | undefined) => (status === undefined ? undefined : status >> 4);
const textOf = (count: bigint | undefined) => (count === undefined ? undefined : String(count));

function parseAtaSelfTests(answer: Record<string, unknown>): SelfTestSummary | undefined {
  const log = objectAt(answer, 'ata_smart_self_test_log');
  const current = objectAt(objectAt(objectAt(answer, 'ata_smart_data'), 'self_test'), 'status');
  if (log === undefined && current === undefined) return undefined;
  const status = highNibble(fieldsOf(current).between('value', 0, 255));
  const table = objectAt(log, 'extended') ?? objectAt(log, 'standard');
  const entries = objectsIn(table?.table);
  const latest = latestOf(
    entries.map((entry) => {
      const fields = fieldsOf(entry);
      return {
        passed: ataResult(highNibble(fieldsOf(entry.status).between('value', 0, 255))),
        isExtended: ataExtended.has(fieldsOf(entry.type).number('value')),
        powerOnHours: fields.number('lifetime_hours'),
        failingBlock: textOf(fields.bigint('lba')),
      };
    }),
  );
  // Without a log, the status tells only of a failure: its 0 also means that there never was a test.
  const isLastFailed = table === undefined && ataResult(status) === false;
  const isRunning = status === ataRunning;
  return {
    isRunning,
    latest: latest ?? (isLastFailed ? { passed: false } : undefined),
    neverRan: table !== undefined && entries.length === 0 && !isRunning,
  };
}

function parseScsiSelfTests(answer: Record<string, unknown>): SelfTestSummary | undefined {
  const entries = Array.from({ length: 20 }, (_, index) => objectAt(answer, `scsi_self_test_${index}`)).filter(
    (entry) => entry !== undefined,
  );
  if (entries.length === 0) return undefined;
  const tests = entries.map((entry) => ({
    code: fieldsOf(entry.result).number('value'),
    isExtended: scsiExtended.has(fieldsOf(entry.code).number('value')),
    powerOnHours: fieldsOf(entry.power_on_time).number('hours'),
    failingBlock: textOf(fieldsOf(entry.lba_first_failure).bigint('value')),
  }));
  return {
    isRunning: tests[0]?.code === scsiRunning,
    latest: latestOf(tests.map(({ code, ...test }) => ({ ...test, passed: scsiResult(code) }))),
    neverRan: false,
  };
}

function nvmeSelfTests(
  operation: number,
  entries: readonly (Omit<LoggedSelfTest, 'passed'> & { code: number | undefined })[],
): SelfTestSummary {
  const tests = entries.filter(({ code }) => code !== nvmeUnusedEntry);
  return {
    isRunning: operation !== 0,
    latest: latestOf(tests.map(({ code, ...test }) => ({ ...test, passed: nvmeResult(code) }))),
    neverRan: tests.length === 0 && operation === 0,
  };
}

function parseNvmeSelfTests(log: Record<string, unknown> | undefined): SelfTestSummary | undefined {
  const operation = fieldsOf(objectAt(log, 'current_self_test_operation')).number('value');
  if (operation === undefined) return undefined;
  return nvmeSelfTests(
    operation,
    objectsIn(log?.table).map((entry) => ({
      code: fieldsOf(entry.self_test_result).number('value'),
      isExtended: fieldsOf(entry.self_test_code).number('value') === nvmeExtended,
      powerOnHours: fieldsOf(entry).number('power_on_hours'),
      failingBlock: textOf(fieldsOf(entry).bigint('lba')),
    })),
  );
}

/** The self-tests in an answer of smartctl (`-l selftest`, of ATA drives also `-c`); undefined if it has none. */
export const parseSmartctlSelfTestSummary = (answer: Record<string, unknown>): SelfTestSummary | undefined =>
  parseAtaSelfTests(answer) ?? parseScsiSelfTests(answer) ?? parseNvmeSelfTests(objectAt(answer, 'nvme_self_test_log'));

/** The self-tests in `nvme self-test-log -o json` of nvme-cli 1.16 and later; undefined if it is something else. */
function parseNvmeCliSelfTests(answer: unknown): SelfTestSummary | undefined {
  const fields = fieldsOf(answer);
  const operation = fields.number('Current Device Self-Test Operation');
  if (operation === undefined) return undefined;
  return nvmeSelfTests(
    operation,
    objectsIn(fields.get('List of Valid Reports')).map((report) => {
      const entry = fieldsOf(report);
      return {
        code: entry.number('Self test result'),
        isExtended: entry.number('Self test code') === nvmeExtended,
        powerOnHours: entry.number('Power on hours'),
        failingBlock: textOf(entry.bigint('Failing LBA')),
      };
    }),
  );
}

/** The self-tests in the output of nvme-cli or smartctl; undefined if it has none, as of a drive that has no such
 * log. */
export function parseSelfTestSummary(output: string): SelfTestSummary | undefined {
  const answer = parseJsonOutput(output);
  if (!isJsonObject(answer)) return undefined;
  return parseNvmeCliSelfTests(answer) ?? parseSmartctlSelfTestSummary(answer);
}
