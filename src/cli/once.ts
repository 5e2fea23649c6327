import { setTimeout as pause } from 'node:timers/promises';
import { allCollectors } from '../collectors/index.ts';
import { readCollector } from '../loop/collector-reading.ts';
import { MutableAgentState } from '../loop/mutable-agent-state.ts';
import type { MetricValue } from '../model/metric.ts';
import { loadSettings } from '../settings/index.ts';
import { type CollectorStatus, collectorStatus } from '../views/status.ts';
import { openEnabledCollectors, type ScheduledAndInactiveCollectors } from './open-enabled-collectors.ts';
import { formatProblemLines } from './problem-lines.ts';
import { alignColumns, colorize, printLine } from './terminal.ts';

/** Time between the two readings, long enough for meaningful rates. */
const readingIntervalMs = 1000;

async function readAll({ scheduled }: ScheduledAndInactiveCollectors, state: MutableAgentState): Promise<void> {
  await Promise.all(scheduled.map((active) => readCollector(active, state).recorded));
}

const formatValueAsText = (value: NonNullable<MetricValue>) =>
  typeof value === 'boolean'
    ? value
      ? 'yes'
      : 'no'
    : typeof value === 'object'
      ? `${value.installed} (latest ${value.latest})`
      : String(value);

type DeviceOrPart = Pick<CollectorStatus['devices'][number], 'name' | 'error' | 'hint' | 'values'>;

function tableRows({ error, hint, values }: DeviceOrPart): string[] {
  if (error !== undefined) return [colorize('red', error)];
  return [
    ...(hint === undefined ? [] : [colorize('yellow', hint)]),
    ...alignColumns(
      Object.values(values).flatMap(({ name, value, unit }) =>
        value === null ? [] : [[name, `${formatValueAsText(value)}${unit === undefined ? '' : ` ${unit}`}`]],
      ),
    ),
  ];
}

function printStatus({ collector, error, complaints, devices }: CollectorStatus): void {
  printLine(colorize('bold', collector));
  for (const problem of [...(error === undefined ? [] : [error]), ...complaints])
    printLine(`  ${colorize('red', problem)}`);
  for (const device of devices) {
    for (const deviceOrPart of [device, ...device.parts])
      printLine(
        [`  ${colorize('cyan', deviceOrPart.name)}`, ...tableRows(deviceOrPart).map((row) => `    ${row}`)].join('\n'),
      );
  }
  printLine();
}

/** Reads everything twice, a second apart, to measure rates, and prints it; exit status 0 if everything could be read, otherwise 1. */
export async function runOnceCommand({ env, json }: { env?: string; json?: boolean }): Promise<void> {
  const settings = loadSettings(allCollectors, env);
  for (const warning of settings.warnings) process.stderr.write(`${warning}\n`);
  const state = new MutableAgentState('');
  const opened = openEnabledCollectors(settings, state);
  state.memoryStore.load(new Map(), state.collectors.keys());
  await readAll(opened, state);
  await pause(readingIntervalMs);
  await readAll(opened, state);
  const statuses = allCollectors.flatMap((collector) => collectorStatus(collector, settings.agent, state) ?? []);
  if (json) printLine(JSON.stringify(statuses, null, 2));
  else {
    for (const status of statuses) printStatus(status);
    printLine(colorize('bold', 'problems'));
    const lines = formatProblemLines(settings.agent, state);
    for (const line of lines.length === 0 ? ['none'] : lines) printLine(`  ${line}`);
  }
  const failed = statuses.some(
    ({ ok, complaints, devices }) =>
      !ok ||
      complaints.length > 0 ||
      devices.some((device) => !device.available || device.parts.some((part) => !part.available)),
  );
  process.exitCode = failed ? 1 : 0;
}
