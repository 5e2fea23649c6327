import { setTimeout as pause } from 'node:timers/promises';
import { collectors } from '../collectors/index.ts';
import { runCollector } from '../loop/run-collector.ts';
import { Records } from '../loop/state.ts';
import type { Value } from '../model/metric.ts';
import { loadSettings } from '../settings/index.ts';
import { type Status, status } from '../views/status.ts';
import { type Staff, staff } from './jobs.ts';
import { columns, paint, print } from './terminal.ts';

/** Long enough for rates to mean something. */
const betweenReadings = 1000;

async function readAll({ jobs }: Staff, state: Records): Promise<void> {
  await Promise.all(jobs.map(async ({ collector, source }) => state.record(collector, await runCollector(collector, source).outcome)));
}

const shown = (value: NonNullable<Value>) =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : typeof value === 'object' ? `${value.installed} (latest ${value.latest})` : String(value);

type Thing = Pick<Status['devices'][number], 'name' | 'error' | 'hint' | 'values'>;

function table({ error, hint, values }: Thing): string[] {
  if (error !== undefined) return [paint('red', error)];
  return [
    ...(hint === undefined ? [] : [paint('yellow', hint)]),
    ...columns(Object.values(values).flatMap(({ name, value, unit }) => (value === null ? [] : [[name, `${shown(value)}${unit === undefined ? '' : ` ${unit}`}`]]))),
  ];
}

function printStatus({ collector, error, complaints, devices }: Status): void {
  print(paint('bold', collector));
  for (const trouble of [...(error === undefined ? [] : [error]), ...complaints]) print(`  ${paint('red', trouble)}`);
  for (const device of devices) {
    for (const thing of [device, ...device.parts]) print([`  ${paint('cyan', thing.name)}`, ...table(thing).map((row) => `    ${row}`)].join('\n'));
  }
  print();
}

/** Reads everything (twice, a second apart, so that rates are there), prints it, and ends with 0 if all could be read, else 1. */
export async function once({ env, json }: { env?: string; json?: boolean }): Promise<void> {
  const settings = loadSettings(collectors, env);
  for (const warning of settings.warnings) process.stderr.write(`${warning}\n`);
  const state = new Records('');
  const team = staff(settings, state);
  state.memory.load(new Map(), state.collectors.keys());
  await readAll(team, state);
  await pause(betweenReadings);
  await readAll(team, state);
  const answers = collectors.flatMap((collector) => status(collector, settings.agent, state) ?? []);
  if (json) print(JSON.stringify(answers, null, 2));
  else for (const answer of answers) printStatus(answer);
  const failed = answers.some(
    ({ ok, complaints, devices }) => !ok || complaints.length > 0 || devices.some((device) => !device.available || device.parts.some((part) => !part.available)),
  );
  process.exitCode = failed ? 1 : 0;
}
