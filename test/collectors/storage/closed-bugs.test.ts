import { beforeEach, expect, test } from 'vitest';
import { storageDriveFindings } from '../../../src/collectors/storage/drives/drive-problems.ts';
import type { StorageDriveReading } from '../../../src/collectors/storage/drives/drive-reading.ts';
import { StorageDrivesReader } from '../../../src/collectors/storage/drives/storage-drives-reader.ts';
import { describeError } from '../../../src/model/errors.ts';
import { isFaultSeverity } from '../../../src/model/problem.ts';
import { renderTranslatableText } from '../../../src/model/translation.ts';
import { diskBugs, poolBugs } from '../../cases/storage/closed-bugs.ts';
import { stopClock } from '../../helpers/clock.ts';
import { plugDisk } from '../../helpers/disks.ts';
import { findingsAfter } from '../../helpers/findings.ts';
import { memory } from '../../helpers/memory.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { hostRoots } from '../../helpers/tree.ts';
import { letHelperAnswer, watchPools } from './pools/machine.ts';

let clock: ReturnType<typeof stopClock>;
beforeEach(() => {
  clock = stopClock();
});

const settings = { STORAGE_DRIVES: undefined, STORAGE_DRIVES_EXCLUDE: undefined, STORAGE_DRIVE_TYPES: undefined };
const logs = ['', ' selftest', ' devstat', ' selftest devstat'];

test.each(diskBugs)(
  '$what: $source',
  async ({ answers, answerWithoutPowerQuestion, isRotational = true, faults, reading, error }) => {
    const { rack, root } = await letHelperAnswer();
    plugDisk(rack.sys, { isRotational });
    const roots = hostRoots({ HOST_SYS: rack.sys, HOST_ROOT: root });
    const reader = new StorageDrivesReader(agent, memory({}), roots, settings);
    const readings: StorageDriveReading[] = [];
    let last: Awaited<ReturnType<StorageDrivesReader['read']>> = [];
    for (const answer of answers) {
      for (const log of logs) {
        rack.tell(`smartctl standby,3${log} sat sda`, answer);
        rack.tell(`smartctl${log} sat sda`, answerWithoutPowerQuestion ?? answer);
      }
      clock.turn(3600);
      last = await reader.read();
      for (const one of last) if ('reading' in one && one.reading !== undefined) readings.push(one.reading);
    }
    expect(last).toHaveLength(1);
    const found = findingsAfter(storageDriveFindings, ...readings).map((text) => text.replace(/:.*/, ''));
    expect(found).toEqual(faults);
    if (reading !== undefined) expect(readings.at(-1)).toMatchObject(reading);
    const [one] = last;
    const said =
      one !== undefined && 'error' in one
        ? describeError(one.error)
        : renderTranslatableText(readings.at(-1)?.hint ?? 'read');
    expect(said).toMatch(error ?? /^read$/);
  },
);

test.each(poolBugs)('$what: $source', async ({ machines, commands = {}, faults, reading }) => {
  const { rack, socket } = await letHelperAnswer();
  for (const [command, text] of Object.entries(commands)) rack.tell(command, text);
  const watch = watchPools();
  let pools: Awaited<ReturnType<typeof watch.see>> = [];
  for (const machine of machines) {
    clock.turn(60);
    pools = await watch.see({ ...machine, ...socket });
  }
  expect(pools).toHaveLength(1);
  const findings = pools.flatMap((pool) => pool.findings.filter(({ severity }) => isFaultSeverity(severity)));
  const told = findings.filter(({ explainedBy = [] }) => !findings.some(({ key }) => explainedBy.includes(key)));
  expect(told.map(({ key, severity }) => `${key} ${severity}`)).toEqual(faults);
  if (reading !== undefined) expect(pools[0]?.reading).toMatchObject(reading);
});
