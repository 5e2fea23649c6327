import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { nvmeCollector } from '../../../src/collectors/storage/nvme/index.ts';
import { NvmeDrivesReader } from '../../../src/collectors/storage/nvme/nvme-drives-reader.ts';
import type { DriveReading, HealthLog } from '../../../src/collectors/storage/nvme/reading.ts';
import { DeviceMemoryStore } from '../../../src/loop/device-memory-store.ts';
import { withoutLimits } from '../../helpers/clock.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { hostRoots } from '../../helpers/tree.ts';
import type { HealthPage } from './pages.ts';
import { Rack } from './rack.ts';

/** As many drives are read at a time. */
const breadth = 8;

// Below the maximum, at which a value is unknown (test/collectors/storage/nvme/reading.test.ts).
const counter = fc.oneof(
  fc.bigInt({ min: 0n, max: 1n << 127n }),
  fc.constantFrom(0n, 1n, 1n << 53n, (1n << 53n) + 1n, 1n << 65n),
);
const byte = fc.integer({ min: 0, max: 255 });
const kelvin = fc.oneof(fc.integer({ min: 0, max: 0xff_ff }), fc.integer({ min: 190, max: 430 }));
const word = fc.oneof(fc.integer({ min: 0, max: 0xff_ff_ff_fe }), fc.constant(0));

const page: fc.Arbitrary<HealthPage> = fc.record({
  criticalWarning: byte,
  kelvin,
  availableSpare: byte,
  spareThreshold: byte,
  percentageUsed: byte,
  dataUnitsRead: counter,
  dataUnitsWritten: counter,
  hostReads: counter,
  hostWrites: counter,
  busyTime: counter,
  powerCycles: counter,
  powerOnHours: counter,
  unsafeShutdowns: counter,
  mediaErrors: counter,
  errorLogEntries: counter,
  warningTime: word,
  criticalTime: word,
  sensors: fc.array(kelvin, { minLength: 8, maxLength: 8 }),
  throttling: fc.array(word, { minLength: 4, maxLength: 4 }),
});

const celsius = (kelvin: number) => (kelvin >= 200 && kelvin <= 420 ? kelvin - 273 : undefined);
const percent = (value: number) => (value <= 100 ? value : undefined);

/** What the specification makes of it. */
const meant = ({
  kelvin,
  availableSpare,
  spareThreshold,
  dataUnitsRead,
  dataUnitsWritten,
  sensors,
  throttling: [count1 = 0, count2 = 0, seconds1 = 0, seconds2 = 0],
  ...same
}: HealthPage): HealthLog => ({
  ...same,
  temperature: celsius(kelvin),
  sensors: sensors.map(celsius),
  availableSpare: percent(availableSpare),
  spareThreshold: percent(spareThreshold),
  dataUnitsRead: dataUnitsRead || undefined,
  dataUnitsWritten: dataUnitsWritten || undefined,
  throttle1: { count: count1, seconds: seconds1 },
  throttle2: { count: count2, seconds: seconds2 },
});

const silence = 'the drive’s health log is all zeros';
const isSilent = ({
  kelvin,
  criticalWarning,
  availableSpare,
  spareThreshold,
  percentageUsed,
  dataUnitsRead,
  dataUnitsWritten,
  powerOnHours,
  powerCycles,
  hostReads,
  hostWrites,
}: HealthPage) =>
  celsius(kelvin) === undefined &&
  [
    criticalWarning,
    percent(availableSpare),
    percent(spareThreshold),
    percentageUsed,
    dataUnitsRead,
    dataUnitsWritten,
    powerOnHours,
    powerCycles,
    hostReads,
    hostWrites,
  ].every((value) => !value);

/** smartctl leaves out what is nought, and knows nothing of throttling. */
const meantBySmartctl = (told: HealthPage): HealthLog => ({
  ...meant(told),
  throttle1: undefined,
  throttle2: undefined,
});
const filled = ({ warningTime = 0, criticalTime = 0, ...log }: HealthLog): HealthLog => ({
  ...log,
  warningTime,
  criticalTime,
});

async function holds(
  source: DriveReading['source'],
  rack: Rack,
  expected: (page: HealthPage) => HealthLog,
): Promise<void> {
  withoutLimits();
  vi.stubEnv('PATH', `${rack.bin}:${process.env.PATH}`);
  const memories = new DeviceMemoryStore();
  const memory = memories.forCollector(nvmeCollector);
  memories.load(new Map(), ['nvme']);
  await fc.assert(
    fc.asyncProperty(fc.array(page, { minLength: breadth, maxLength: breadth }), async (pages) => {
      for (const [index, told] of pages.entries()) rack.tell(index, told);
      const reader = new NvmeDrivesReader(agent, memory, hostRoots({ HOST_SYS: rack.sys }), {
        NVME_DEVICES: undefined,
      });
      const readings = (await reader.read()).flatMap((found) =>
        'table' in found && found.table === 'drive' ? [found.reading ?? String(found.error)] : [],
      );
      const told = readings.map((reading) =>
        typeof reading === 'string'
          ? reading
          : ((reading.log && { source: reading.source, ...filled(reading.log) }) ?? reading.hint),
      );
      expect(told).toEqual(
        pages.map((page) => (isSilent(page) ? expect.stringContaining(silence) : { source, ...expected(page) })),
      );
    }),
    { numRuns: 25, endOnFailure: true },
  );
  vi.unstubAllEnvs();
}

const drives = Array.from({ length: breadth }, (_, index) => ({ serial: `S${index}` }));

test('nvme-cli: whatever a drive says is what the reading has', async () =>
  holds('nvme_cli', await Rack.build(drives), meant));

test('smartctl: whatever a drive says is what the reading has', async () => {
  const rack = await Rack.build(drives);
  rack.script('nvme', 'exit 1');
  await holds('smartctl', rack, meantBySmartctl);
});
