import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nvmeCollector } from '../../../../src/collectors/storage/nvme/index.ts';
import type { DriveReading, NamespaceReading } from '../../../../src/collectors/storage/nvme/reading.ts';
import { describeError as told } from '../../../../src/model/errors.ts';
import { renderTranslatableText } from '../../../../src/model/translation.ts';
import { stopClock } from '../../../helpers/clock.ts';
import { drives, identifyController, identifyNamespace, smartctl, smartLog } from '../../../helpers/drives.ts';
import { withEnglishHint } from '../../../helpers/english-hint.ts';
import { memory } from '../../../helpers/memory.ts';
import { agent, probe, stateOf } from '../../../helpers/sample-collector.ts';
import { saying } from '../../../helpers/saying.ts';
import { hostRoots } from '../../../helpers/tree.ts';
import { until } from '../../../helpers/until.ts';

const question = 'nvme smart-log nvme9000';
const hwmon = { temp1_input: 40_850, temp1_max: 79_850, temp1_crit: 84_850, temp1_alarm: 0, temp2_input: 53_850 };

/** Not where it was started with NoNewPrivileges. */
const sudoMayRaise =
  process.platform === 'linux' && !/^NoNewPrivs:\s*1$/m.test(readFileSync('/proc/self/status', 'utf8'));

type Rack = ReturnType<typeof drives>;

/** The collector, of which the broker remembers this. */
async function watching(
  rack: Rack,
  { devices, kept = {} }: { devices?: string[]; kept?: Record<string, unknown> | null } = {},
) {
  const remembered = memory(kept ?? undefined);
  const source = await nvmeCollector.open(
    { NVME_DEVICES: devices },
    { agent, hostRoots: hostRoots({ HOST_SYS: rack.sys }), memory: remembered, state: stateOf(probe(async () => [])) },
  );
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  const read = () => source.read(new AbortController().signal);
  /** What is found of the drives, in short. */
  const look = async () => {
    const found = await read();
    return found.flatMap((one) => {
      if (!('table' in one) || one.table !== 'drive') return [];
      return [
        {
          id: one.device.id,
          hint: one.hint && renderTranslatableText(one.hint),
          excluded: one.excluded,
          error: one.error === undefined ? undefined : told(one.error),
          ...(one.reading && withEnglishHint(one.reading as DriveReading)),
        },
      ];
    });
  };
  const first = async () => (await look())[0];
  /** What is found after a quarter of an hour of readings: no single one decides what is remembered. */
  const later = async (clock: ReturnType<typeof stopClock>) => {
    for (let reading = 0; reading < 30; reading += 1) {
      clock.turn(30);
      await first();
    }
    return first();
  };
  const namespace = async () =>
    (await read()).flatMap((one) =>
      'table' in one && one.table === 'namespace' ? [(one.reading as NamespaceReading | undefined) ?? one.error] : [],
    )[0];
  return {
    read,
    look,
    first,
    later,
    namespace,
    act: (device: string) => source.runAction?.(device, 'acknowledge'),
    contents: remembered.contents,
    load: remembered.load,
  };
}

function healthy(...more: Parameters<typeof drives>) {
  const rack = drives({ hwmon }, ...more);
  rack.tell(question, smartLog());
  rack.tell('nvme id-ctrl nvme9000', identifyController());
  rack.tell('nvme id-ns nvme9000 1', identifyNamespace());
  return rack;
}

describe.runIf(process.platform === 'linux')('on Linux', () => {
  test('an answer that comes after another drive has taken the name belongs to neither', async () => {
    stopClock();
    const rack = healthy();
    const { first } = await watching(rack);
    expect(await first()).toMatchObject({ id: 'S1', error: undefined, source: 'nvme_cli' });
    const bin = mkdtempSync(join(tmpdir(), 'nvme-'));
    onTestFinished(() => rmSync(bin, { recursive: true }));
    const serial = join(rack.sys, 'class/nvme/nvme9000/serial');
    const answer = join(process.env.DRIVES ?? '', question);
    writeFileSync(join(bin, 'nvme'), `#!/bin/sh\necho S2 >${serial}\ncat '${answer}'\n`, { mode: 0o755 });
    process.env.PATH = `${bin}:${process.env.PATH}`;
    expect(await first()).toMatchObject({ id: 'S1', error: 'nvme9000 is no longer the drive S1' });
    expect(await first()).toMatchObject({ id: 'S2', error: undefined, source: 'nvme_cli' });
  });

  test('a drive that nvme-cli reads', async () => {
    const clock = stopClock();
    const rack = healthy();
    const { read, later, contents } = await watching(rack);
    const [drive, namespace, ...others] = await read();
    expect(others).toEqual([]);
    expect(drive).toMatchObject({
      table: 'drive',
      device: { id: 'S1', name: 'nas Maker X 1TB', serialNumber: 'S1', softwareVersion: '1.0', via: 'nas' },
      hint: undefined,
      reading: {
        source: 'nvme_cli',
        state: 'live',
        firmware: '1.0',
        temperature: 41,
        temperatureAlarm: false,
        problem: false,
        reason: saying('none'),
        log: { percentageUsed: 4, mediaErrors: 0n },
      },
    });
    const { limits, sensors } = (drive as { reading: DriveReading }).reading;
    expect(limits).toEqual({ warning: expect.any(Number), critical: expect.any(Number), capacity: expect.any(Number) });
    expect(sensors.slice(0, 3)).toEqual([41, 54, undefined]);
    expect(namespace).toMatchObject({
      table: 'namespace',
      part: { id: '1', name: 'Namespace 1' },
      reading: { capacity: 1953525168 * 512 },
    });
    await later(clock);
    expect(contents.get('s1')).toMatchObject({
      media_errors_acknowledged: '0',
      samples: [{ percentage_used: 4, data_units_written: '48765432' }],
    });
  });

  test('health is read each time, the limits once, and used bytes once an hour', async () => {
    const clock = stopClock();
    const rack = healthy();
    const { first, namespace } = await watching(rack);
    await first();
    expect(rack.calls()).toEqual([
      question,
      'nvme id-ctrl nvme9000',
      'nvme id-ns nvme9000 1',
      'nvme self-test-log nvme9000',
    ]);
    rack.tell(question, smartLog({ temperature: 330, critical_warning: 2 }));
    rack.tell('nvme id-ctrl nvme9000', identifyController({ wctemp: 300 }));
    clock.turn(30);
    const later = await first();
    expect(later).toMatchObject({ temperature: 57, temperatureAlarm: true });
    expect(later?.limits?.warning).not.toBe(27);
    const used = (await namespace()) as NamespaceReading;
    rack.tell('nvme id-ns nvme9000 1', identifyNamespace({ nuse: 10 }));
    clock.turn(3500);
    expect(((await namespace()) as NamespaceReading).used).toBe(used.used);
    clock.turn(100);
    expect(((await namespace()) as NamespaceReading).used).toBe(10 * 512);
    expect(rack.calls().filter((call) => call.includes('id-ctrl'))).toHaveLength(1);
    expect(rack.calls().filter((call) => call.includes('id-ns'))).toHaveLength(2);
  });

  test('without limits and used bytes there is no error', async () => {
    const rack = drives({});
    rack.tell(question, smartLog());
    const { first, namespace } = await watching(rack);
    expect(await first()).toMatchObject({ problem: false, hint: undefined, limits: { capacity: 1953525168 * 512 } });
    expect(await namespace()).toEqual({ capacity: 1953525168 * 512, used: undefined });
  });

  test('limits and used bytes that could not be read are read again, with growing pauses', async () => {
    const clock = stopClock();
    const rack = drives({});
    rack.tell(question, smartLog());
    rack.fail('nvme id-ctrl nvme9000', 'Resource temporarily unavailable');
    const { first, namespace } = await watching(rack);
    const asked = () => rack.calls().filter((call) => call === 'nvme id-ctrl nvme9000').length;
    expect(await first()).toMatchObject({ limits: { capacity: 1953525168 * 512 } });
    await first();
    await first();
    expect(asked()).toBe(2);
    clock.turn(60);
    await first();
    clock.turn(60);
    await first();
    expect(asked()).toBe(3);
    rack.tell('nvme id-ctrl nvme9000', identifyController({ wctemp: 350 }));
    rack.tell('nvme id-ns nvme9000 1', identifyNamespace({ nuse: 3 }));
    clock.turn(60);
    expect(await first()).toMatchObject({ limits: { warning: 77 } });
    expect(await namespace()).toMatchObject({ used: 3 * 512 });
    clock.turn(3500);
    await first();
    expect(asked()).toBe(4);
  });

  test('if several tools fail, the words of each are told', async () => {
    const rack = drives({});
    rack.fail(question, 'NVMe status: Invalid Field in Command: A reserved coded value (0x2002)');
    rack.tell('smartctl nvme9000', 'smartctl 6.6 2017-11-05 r4594 [x86_64-linux] (local build)\n\nUsage: smartctl\n');
    const { hint } = (await (await watching(rack)).first()) ?? {};
    expect(hint).toContain('nvme smart-log /dev/nvme9000 -o json: NVMe status: Invalid Field in Command');
    expect(hint).toContain('smartctl 6.6 has no JSON output: 7.0 or later is needed');
  });

  test('newer kernels have the used bytes: no command is run', async () => {
    const rack = healthy();
    rack.sysfs('block/nvme9000n1/nuse', '20');
    expect(await (await watching(rack)).namespace()).toMatchObject({ used: 20 * 512 });
    expect(rack.calls()).not.toContain('nvme id-ns nvme9000 1');
    rack.sysfs('block/nvme9000n1/nuse', 'nonsense');
    expect(await (await watching(rack)).namespace()).toMatchObject({ used: undefined });
  });

  test('smartctl is used if nvme-cli fails, and from then on alone, until it fails too', async () => {
    const rack = drives({ hwmon });
    rack.fail(question, 'ERROR: this build asks nobody');
    rack.tell('smartctl nvme9000', smartctl());
    const { first } = await watching(rack);
    expect(await first()).toMatchObject({
      source: 'smartctl',
      log: { percentageUsed: expect.any(Number) },
      limits: { warning: 80, critical: 85 },
    });
    await first();
    expect(rack.calls()).toEqual([question, 'smartctl nvme9000', 'smartctl selftest nvme9000', 'smartctl nvme9000']);
    rack.fail('smartctl nvme9000');
    rack.tell('nvme log smart nvme9000', smartLog());
    expect(await first()).toMatchObject({ source: 'nvme_cli', temperature: 41 });
    expect(rack.calls().slice(4)).toEqual([
      'smartctl nvme9000',
      question,
      'smartctl nvme9000',
      'nvme log smart nvme9000',
    ]);
  });

  test('the newest self-test that ran to its end failed: a problem until a later one passes', async () => {
    const clock = stopClock();
    const rack = drives({});
    rack.tell(question, smartLog());
    const log = (...results: number[]) =>
      JSON.stringify({
        'Current Device Self-Test Operation': 0,
        'Current Device Self-Test Completion': 0,
        'List of Valid Reports': [...results, 15, 15].map((result) =>
          result === 15
            ? { 'Self test result': 15 }
            : { 'Self test result': result, 'Power on hours': 9, 'Failing LBA': 77 },
        ),
      });
    rack.tell('nvme self-test-log nvme9000', log(2, 7, 0));
    const { first } = await watching(rack);
    expect(await first()).toMatchObject({ problem: true, reason: saying('the last self-test failed at block 77') });
    rack.tell('nvme self-test-log nvme9000', '{}');
    clock.turn(3601);
    expect(await first()).toMatchObject({ problem: true, reason: saying('the last self-test failed at block 77') });
    rack.tell('nvme self-test-log nvme9000', log(0, 7));
    clock.turn(3601);
    expect(await first()).toMatchObject({ problem: false, reason: saying('none') });
    rack.tell('nvme self-test-log nvme9000', log());
    clock.turn(3601);
    expect(await first()).toMatchObject({
      problem: false,
      selfTests: { isRunning: false, latest: undefined, neverRan: true },
    });
  });

  test('an nvme-cli with new subcommands only: all commands use them', async () => {
    const rack = drives({});
    rack.fail(question, 'ERROR: Invalid sub-command');
    rack.tell('nvme log smart nvme9000', smartLog());
    rack.tell('nvme id ctrl nvme9000', identifyController({ wctemp: 350 }));
    rack.tell('nvme id ns nvme9000 1', identifyNamespace({ nuse: 3 }));
    const { first, namespace } = await watching(rack);
    expect(await first()).toMatchObject({ source: 'nvme_cli', limits: { warning: 77 } });
    expect(await namespace()).toMatchObject({ used: 3 * 512 });
  });

  test('a drive that refuses or returns only zeros: the values of the kernel, and a hint', async () => {
    const rack = drives({ hwmon: { ...hwmon, temp1_alarm: 1 } });
    rack.fail(question, 'NVMe status: Invalid Field in Command: A reserved coded value (0x2002)');
    const { first } = await watching(rack);
    expect(await first()).toEqual({
      id: 'S1',
      excluded: undefined,
      error: undefined,
      hint: expect.stringContaining('Invalid Field in Command'),
      source: 'sysfs',
      state: 'live',
      firmware: '1.0',
      temperature: 41,
      temperatureAlarm: true,
      sensors: [54, ...Array.from({ length: 7 }, () => undefined)],
      limits: { warning: 80, critical: 85, capacity: 1953525168 * 512 },
    });
  });

  test('a drive whose device node is missing, as in a container: a hint, and the values of the kernel', async () => {
    const rack = drives({ hwmon });
    rack.fail(question, 'nvme9000: No such file or directory');
    expect(await (await watching(rack)).first()).toMatchObject({
      source: 'sysfs',
      temperature: 41,
      hint: expect.stringMatching(
        /^\/dev\/nvme9000 is not there, as in a container: docker .*docker run .*--device \/dev\/nvme9000/,
      ),
    });
    const bare = drives({});
    expect(await (await watching(bare)).first()).toMatchObject({
      source: 'sysfs',
      sensors: [],
      temperature: undefined,
      temperatureAlarm: undefined,
      limits: { capacity: 1953525168 * 512 },
    });
  });

  test('a log of nothing but ones is no reading, however often it comes, and the next one is', async () => {
    const clock = stopClock();
    const rack = healthy();
    const { first } = await watching(rack);
    await first();
    for (const ones of [2n ** 128n - 1n, 2n ** 64n - 1n]) {
      const counters = Object.fromEntries(
        Object.keys(JSON.parse(smartLog()) as object)
          .filter((key) => /^(data_units|host_|controller_busy|power_|unsafe|media_err|num_err)/.test(key))
          .map((key) => [key, String(ones)]),
      );
      rack.tell(
        question,
        smartLog({
          critical_warning: 255,
          temperature: 65535,
          avail_spare: 255,
          spare_thresh: 255,
          percent_used: 255,
          ...Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`temperature_sensor_${index + 1}`, 65535])),
          ...counters,
        }),
      );
      for (let time = 0; time < 3; time += 1) {
        clock.turn(5);
        expect(await first()).toMatchObject({ error: expect.stringContaining('health log is all ones') });
      }
      rack.tell(question, smartLog());
      clock.turn(5);
      expect(await first()).toMatchObject({ error: undefined, problem: false, temperature: 41 });
    }
  });

  test.each([String(2n ** 128n - 1n), String(2n ** 64n - 1n), 2 ** 128, 2 ** 64])(
    'a counter of %s is unknown, and the rest is read',
    async (most) => {
      stopClock();
      const rack = healthy();
      rack.tell(question, smartLog({ media_errors: most, warning_temp_time: -1, thm_temp1_trans_count: -1 }));
      const { first } = await watching(rack);
      expect(await first()).toMatchObject({
        temperature: 41,
        problem: false,
        log: { mediaErrors: undefined, warningTime: undefined, throttle1: undefined },
      });
    },
  );

  test('a missing right is tried again after a minute, then after growing pauses up to an hour; the kernel is read each time', async () => {
    const clock = stopClock();
    const rack = drives({ hwmon });
    rack.fail(question, 'NVMe status: no');
    const { first } = await watching(rack);
    const asked = () => rack.calls().filter((call) => call === question).length;
    await first();
    for (const [index, pause] of [60, 60, 120, 240, 480, 960, 1920, 3600, 3600].entries()) {
      rack.sysfs('class/nvme/nvme9000/hwmon3/temp1_input', String(30_000 + 1000 * index));
      clock.turn(pause - 5);
      expect(await first(), `5 s before ${pause} s have passed`).toMatchObject({
        temperature: 30 + index,
        hint: expect.stringContaining('NVMe status: no'),
      });
      expect(asked()).toBe(index + 1);
      clock.turn(5);
      await first();
      expect(asked(), `after ${pause} s`).toBe(index + 2);
    }
    rack.tell(question, smartLog());
    clock.turn(3600);
    expect(await first()).toMatchObject({ source: 'nvme_cli', hint: undefined });
    // The pauses begin anew.
    rack.fail(question, 'NVMe status: no');
    await first();
    clock.turn(60);
    const before = asked();
    await first();
    expect(asked()).toBe(before + 1);
  });

  test('a first failure is tried again at once; a drive that hangs is retried after growing pauses', async () => {
    const clock = stopClock();
    const rack = healthy();
    const { first } = await watching(rack);
    await first();
    rack.hang(question);
    const asked = () => rack.calls().filter((call) => call === question).length;
    /** A question that the drive does not answer until it is ended. */
    const hangs = async () => {
      const before = asked();
      const looking = first();
      await until('it is asked', () => asked() > before);
      await clock.waits(3);
      clock.turn(3);
      const meanwhile = await looking;
      clock.turn(7);
      expect(await first()).toMatchObject({ error: expect.stringMatching(/timed out after 10 s$/) });
      return meanwhile;
    };
    // What it said before still counts for the first seconds.
    expect(await hangs()).toMatchObject({ temperature: 41, source: 'nvme_cli' });
    await hangs();
    for (const pause of [60, 120]) {
      const before = asked();
      clock.turn(pause - 5);
      expect(await first()).toMatchObject({ error: expect.stringMatching(/timed out/) });
      expect(asked()).toBe(before);
      clock.turn(5);
      await hangs();
      expect(asked()).toBe(before + 1);
    }
  });

  test('a drive that hangs from the start: an error, and never two commands at a time', async () => {
    const clock = stopClock();
    const rack = drives({ hwmon });
    rack.hang(question);
    const { first } = await watching(rack);
    const waiting = first();
    await until('it is asked', () => rack.calls().length === 1);
    await clock.waits(3);
    clock.turn(3);
    expect(await waiting).toMatchObject({ error: 'nvme9000: no answer in 3 s' });
    const again = first();
    await clock.waits(3);
    clock.turn(3);
    expect(await again).toMatchObject({ error: 'nvme9000: no answer in 6 s' });
    expect(rack.calls()).toEqual([question]);
    clock.turn(4);
    expect(await first()).toMatchObject({ error: 'nvme smart-log /dev/nvme9000 -o json: timed out after 10 s' });
    rack.recover(question);
    rack.tell(question, smartLog());
    expect(await first()).toMatchObject({ source: 'nvme_cli', temperature: 41 });
  });

  test('a controller that is not live gets no commands', async () => {
    const rack = drives({ state: 'resetting', hwmon });
    const { first } = await watching(rack);
    expect(await first()).toEqual({
      id: 'S1',
      source: 'sysfs',
      state: 'resetting',
      firmware: '1.0',
      sensors: [],
      limits: {},
      hint: undefined,
      error: undefined,
      excluded: undefined,
    });
    rack.sysfs('class/nvme/nvme9000/state', 'dead');
    expect(await first()).toMatchObject({ state: 'dead', problem: true, reason: saying('the controller is dead') });
    expect(rack.calls()).toEqual([]);
  });

  test('of two controllers of a drive the live one is used, and after a failure the other', async () => {
    const clock = stopClock();
    const shared = { serial: 'S1', subsystem: 'nqn:both' };
    const rack = drives({ ...shared, name: 'nvme9000', state: 'dead' }, { ...shared, name: 'nvme9001', empty: true });
    rack.tell('nvme smart-log nvme9001', smartLog());
    const { first } = await watching(rack);
    expect(await first()).toMatchObject({ state: 'live', problem: false });
    rack.sysfs('class/nvme/nvme9000/state', 'live');
    rack.fail('nvme smart-log nvme9001', 'NVMe status: no');
    rack.tell('nvme smart-log nvme9000', smartLog({ temperature: 320 }));
    clock.turn(60);
    await first();
    clock.turn(60);
    expect(await first()).toMatchObject({ temperature: 47 });
  });

  test('excluded drives are listed but not read; a missing one is a complaint', async () => {
    const rack = drives({}, { name: 'nvme9001', serial: 'S2' });
    rack.tell('nvme smart-log nvme9001', smartLog());
    const { read } = await watching(rack, { devices: ['S2', '/dev/nvme9977'] });
    const found = await read();
    expect(
      found.flatMap((one) => ('table' in one && one.table === 'drive' ? [[one.device.id, one.excluded ?? false]] : [])),
    ).toEqual([
      ['S2', false],
      ['S1', true],
    ]);
    expect(found.at(-1)).toEqual({
      key: 'NVME_DEVICES /dev/nvme9977',
      complaint: expect.toSatisfy((text: () => string) =>
        text().includes('NVME_DEVICES: there is no drive /dev/nvme9977'),
      ),
    });
    expect(rack.calls().every((call) => call.endsWith('nvme9001') || call.endsWith('nvme9001 1'))).toBe(true);
  });

  test('a named drive that vanished is missed as a drive, not as a name too', async () => {
    const rack = healthy();
    const { read } = await watching(rack, { devices: ['S1'] });
    await read();
    rack.unplug();
    expect(await read()).toEqual([]);
  });

  test('without drives or driver there are no observations', async () => {
    expect(await (await watching(drives())).read()).toEqual([]);
  });

  test('a drive that is removed and comes back starts from scratch', async () => {
    const rack = healthy();
    const { first } = await watching(rack);
    await first();
    rack.unplug();
    expect(await first()).toBeUndefined();
    rack.plug({});
    expect(await first()).toMatchObject({ temperature: 41 });
    expect(rack.calls().filter((call) => call.includes('id-ctrl'))).toHaveLength(2);
  });

  test('media errors from before the first reading are acknowledged; further ones are a problem until they are', async () => {
    const clock = stopClock();
    const rack = healthy();
    rack.tell(question, smartLog({ media_errors: 3 }));
    const { later, act, contents } = await watching(rack);
    expect(() => act('s1')).toThrow('the number of media errors is unknown');
    expect(await later(clock)).toMatchObject({ problem: false });
    rack.tell(question, smartLog({ media_errors: 5 }));
    expect(await later(clock)).toMatchObject({ problem: true, reason: saying('2 new media errors (5 in all)') });
    act('s1');
    expect(contents.get('s1')).toMatchObject({ media_errors_acknowledged: '5', samples: [expect.anything()] });
    expect(await later(clock)).toMatchObject({ problem: false });
    // A count that fell is no problem.
    rack.tell(question, smartLog({ media_errors: 1 }));
    expect(await later(clock)).toMatchObject({ problem: false });
    expect(() => act('s2')).toThrow('is unknown');
  });

  test('the broker’s history counts; before it is loaded, nothing that depends on it is judged or stored', async () => {
    const clock = stopClock();
    const rack = healthy();
    rack.tell(question, smartLog({ media_errors: 3 }));
    const { first, later, contents, load } = await watching(rack, { kept: null });
    const early = await first();
    expect(early).toMatchObject({ source: 'nvme_cli', temperature: 41 });
    expect(early).not.toHaveProperty('problem');
    expect(contents.size).toBe(0);
    load({
      s1: {
        media_errors_acknowledged: '1',
        samples: [{ at: '2026-02-22T05:06:07.000Z', percentage_used: 2, data_units_written: '40000000' }],
      },
    });
    expect(await first()).toMatchObject({ problem: true, reason: saying('2 new media errors (3 in all)') });
    await later(clock);
    expect(contents.get('s1')).toMatchObject({ samples: [{ percentage_used: 2 }, { percentage_used: 4 }] });
  });

  test('rate and date of wear-out come from the history', async () => {
    stopClock();
    const rack = healthy();
    const kept = {
      samples: [0, 5, 8].map((day) => ({
        at: new Date(Date.parse('2026-02-22T05:06:07Z') + day * 86_400_000).toISOString(),
        percentage_used: 2,
        data_units_written: String(48_765_432 - (10 - day) * 1953),
      })),
    };
    const { first } = await watching(rack, { kept: { s1: kept } });
    const drive = await first();
    expect((drive?.writtenPerDay ?? 0) / 1e9).toBeCloseTo(1, 2);
    expect(drive?.wearPerMonth).toBeGreaterThan(0);
    expect(drive?.wornOut?.getTime()).toBeGreaterThan(Date.now());
  });

  describe.runIf(sudoMayRaise)('a user without the right to read drives', () => {
    test('runs every command with sudo', async () => {
      const rack = drives({ hwmon });
      rack.fail(question, 'nvme9000: Permission denied');
      rack.tell('sudo nvme smart-log nvme9000', smartLog());
      rack.tell('sudo nvme id-ctrl nvme9000', identifyController({ wctemp: 350 }));
      rack.asUser();
      const { first } = await watching(rack);
      expect(await first()).toMatchObject({
        source: 'nvme_cli',
        temperature: 41,
        limits: { warning: 77 },
        hint: undefined,
      });
      await first();
      expect(rack.calls().filter((call) => call.includes('smart-log'))).toEqual([
        question,
        'sudo nvme smart-log nvme9000',
        'sudo nvme smart-log nvme9000',
      ]);
    });

    test('tries sudo once for each tool if it requires a password, and gives a hint', async () => {
      const rack = drives({ hwmon }, { name: 'nvme9001', serial: 'S2' });
      for (const drive of ['nvme9000', 'nvme9001']) {
        rack.fail(`nvme smart-log ${drive}`, 'Permission denied');
        for (const call of ['nvme smart-log', 'smartctl', 'nvme log smart'])
          rack.fail(`sudo ${call} ${drive}`, 'sudo: a password is required');
      }
      rack.asUser();
      const { first, look } = await watching(rack, { devices: ['S1'] });
      expect(await first()).toMatchObject({
        source: 'sysfs',
        hint: expect.stringContaining('/dev/nvme9000 is not there'),
      });
      expect(rack.calls().filter((call) => call.startsWith('sudo'))).toEqual([
        'sudo nvme smart-log nvme9000',
        'sudo smartctl nvme9000',
      ]);
      await (await watching(rack, { devices: ['S2'] })).look();
      await look();
      expect(rack.calls().filter((call) => call.startsWith('sudo'))).toHaveLength(2);
    });
  });
});

test('the collector is inactive on other systems than Linux', async () => {
  const { platform } = process;
  onTestFinished(() => void Object.defineProperty(process, 'platform', { value: platform }));
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  await expect(watching(drives({}))).rejects.toThrow('not_linux');
});
