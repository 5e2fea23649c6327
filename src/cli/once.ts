import { setTimeout as pause } from 'node:timers/promises';
import { allCollectors } from '../collectors/index.ts';
import { onOneLine } from '../lib/printable-text.ts';
import { readCollectorAndRecord } from '../loop/collector-reading.ts';
import { MutableAgentState } from '../loop/mutable-agent-state.ts';
import type { AnyCollectorDefinition } from '../model/collector.ts';
import type { MetricValue } from '../model/metric.ts';
import { textOfBrokerError } from '../mqtt/broker-connection-error.ts';
import { connectTemporarily } from '../mqtt/connect-temporarily.ts';
import { loadSettings, peekLanguage, type Settings } from '../settings/index.ts';
import { problemToResponseJson } from '../views/health.ts';
import { translateCollector } from '../views/language.ts';
import { findProblems } from '../views/problems.ts';
import { buildCollectorReadings, type CollectorReadings } from '../views/status.ts';
import { agentAndLabCollectorIdentities } from './agent-identities.ts';
import { type CheckAndOnceLanguage, loadCheckAndOnceLanguage } from './load-language.ts';
import { openEnabledCollectors, type ScheduledAndInactiveCollectors } from './open-enabled-collectors.ts';
import { problemLinesFromState } from './problem-lines.ts';
import {
  missingComparisonNote,
  type ProblemRestoreOutcome,
  restoreMemoriesAndProblems,
} from './restore-memories-and-problems.ts';
import { alignColumns, colorize, printJson, printLine, printLineToStderr } from './terminal.ts';
import type { CheckAndOnceTexts } from './texts/english.ts';

/** Time between the two readings, long enough for meaningful rates. */
const readingIntervalMs = 1000;
/** How long the second reading waits for what no reading waits for, such as a package manager on a slow board. */
const slowReadsTimeoutMs = 30_000;

async function readAll({ scheduled }: ScheduledAndInactiveCollectors, state: MutableAgentState): Promise<void> {
  await Promise.all(scheduled.map((active) => readCollectorAndRecord(active, state).recorded));
}

async function finishSlowReads({ scheduled }: ScheduledAndInactiveCollectors): Promise<void> {
  const finished = Promise.all(scheduled.map(({ source }) => source.finishSlowReads?.()));
  await Promise.race([finished, pause(slowReadsTimeoutMs, undefined, { ref: false })]);
}

function formatValueAsText(value: NonNullable<MetricValue>, texts: CheckAndOnceTexts): string {
  switch (typeof value) {
    case 'boolean':
      return value ? texts.yes : texts.no;
    case 'object':
      return texts.installedAndLatest(value.installed, value.latest);
    case 'number':
      return texts.number(value);
    default:
      return value;
  }
}

/** Starts from what a running agent has published, if there is a broker that has it. */
async function restoreEarlier(
  { mqtt, agent }: Settings,
  { scheduled }: ScheduledAndInactiveCollectors,
  state: MutableAgentState,
  { texts, brokerErrors }: CheckAndOnceLanguage,
): Promise<ProblemRestoreOutcome> {
  const connection = await connectTemporarily(mqtt, agent).catch((error: unknown) => {
    if (mqtt.MQTT_URL.protocol !== 'embedded')
      printLineToStderr(`${texts.broker}: ${textOfBrokerError(error, brokerErrors)}`);
  });
  try {
    const identities = agentAndLabCollectorIdentities(agent, scheduled);
    return await restoreMemoriesAndProblems(connection ?? undefined, identities, state);
  } finally {
    await connection?.close();
  }
}

type DeviceOrPart = Pick<CollectorReadings['devices'][number], 'name' | 'error' | 'hint' | 'values'>;

function tableRows({ error, hint, values }: DeviceOrPart, texts: CheckAndOnceTexts): string[] {
  if (error !== undefined) return [colorize('red', error)];
  return [
    ...(hint === undefined ? [] : [colorize('yellow', hint)]),
    ...alignColumns(
      Object.values(values).flatMap(({ name, value, unit }) =>
        value === null ? [] : [[name, `${formatValueAsText(value, texts)}${unit === undefined ? '' : ` ${unit}`}`]],
      ),
    ),
  ];
}

function printStatus(
  collector: AnyCollectorDefinition,
  { error, complaints, devices }: CollectorReadings,
  language: CheckAndOnceLanguage,
): void {
  const { texts } = language;
  const { title, nothingFound = texts.nothingFound } = translateCollector(language, collector);
  printLine(colorize('bold', title));
  if (error === undefined && complaints.length === 0 && devices.length === 0) printLine(`  ${nothingFound}`);
  for (const problem of [...(error === undefined ? [] : [error]), ...complaints])
    printLine(`  ${colorize('red', problem)}`);
  for (const device of devices) {
    for (const deviceOrPart of [device, ...device.parts])
      printLine(
        [`  ${colorize('cyan', deviceOrPart.name)}`, ...tableRows(deviceOrPart, texts).map((row) => `    ${row}`)].join(
          '\n',
        ),
      );
  }
  printLine();
}

/** Reads everything twice, a second apart, to measure rates, and prints it with what is wrong; exit status 0 if
 * everything could be read, otherwise 1. */
export async function runOnceCommand({ env, json }: { env?: string; json?: boolean }): Promise<void> {
  const language = await loadCheckAndOnceLanguage({ language: peekLanguage(env) });
  const { texts } = language;
  const settings = loadSettings(allCollectors, env, texts.settingTexts);
  for (const warning of settings.warnings) printLineToStderr(warning);
  const state = new MutableAgentState('', json ? undefined : language);
  const opened = await openEnabledCollectors(settings, state, undefined, undefined, texts.settingTexts);
  const earlier = await restoreEarlier(settings, opened, state, language);
  await readAll(opened, state);
  await Promise.all([pause(readingIntervalMs), finishSlowReads(opened)]);
  await readAll(opened, state);
  const statuses = allCollectors.flatMap((collector) => buildCollectorReadings(collector, settings.agent, state) ?? []);
  if (json) {
    const problems = findProblems(allCollectors, settings.agent, state);
    const withProblems = statuses.map((status) => ({
      ...status,
      problems: problems.filter(({ path }) => `${path}/`.startsWith(`${status.collector}/`)).map(problemToResponseJson),
      comparedWithEarlier: earlier === 'restored',
    }));
    printJson(withProblems);
  } else {
    for (const collector of allCollectors) {
      const status = buildCollectorReadings(collector, settings.agent, state, language);
      if (status !== undefined) printStatus(collector, status, language);
    }
    printLine(colorize('bold', texts.problems));
    const lines = problemLinesFromState(settings.agent, state, language);
    for (const line of lines.length === 0 ? [texts.noProblems] : lines) printLine(`  ${onOneLine(line)}`);
    const note = missingComparisonNote(earlier, settings.mqtt, texts);
    if (note !== undefined) printLine(`  ${colorize('yellow', note)}`);
  }
  const failed = statuses.some(
    ({ ok, complaints, devices }) =>
      !ok ||
      complaints.length > 0 ||
      devices.some((device) => !device.available || device.parts.some((part) => !part.available)),
  );
  process.exitCode = failed ? 1 : 0;
}
