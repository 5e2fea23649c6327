import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { stages } from '../../test/contract/stages.ts';
import { startAgent } from '../../test/helpers/agent.ts';
import { startMosquitto } from '../../test/helpers/mosquitto.ts';
import { freePort } from '../../test/helpers/ports.ts';
import { until } from '../../test/helpers/until.ts';
import { options, progress, recordFigure } from './report.ts';
import { slopeOf } from './slope.ts';

const { minutes = 60 } = options;
/** From so many on a run has to tell of each measure whether it grows. */
const wholeRunMinutes = 60;
const samplePauseMs = 2000;
/** The growth in an hour that the upper end of the confidence interval has to stay below. With a reading a second, an
 * hour is a day and more of the default schedules. */
const limitsPerHour = { 'heap, MB': 4, 'anonymous memory, MB': 24, descriptors: 6, processes: 2 };
type Measure = keyof typeof limitsPerHour;

/** Runs in the agent before its own code: the heap after a collection, each second, into a file. Without machine code,
 * which grows for an hour while V8 optimizes and hides what objects do. Commands that the agent starts inherit the
 * option. */
const heapReporter = (file: string) =>
  `data:text/javascript,${encodeURIComponent(`
    import { writeFileSync } from 'node:fs';
    import { setFlagsFromString } from 'node:v8';
    if (process.argv[1]?.endsWith('infra-monitor.js')) {
      setFlagsFromString('--no-opt');
      setFlagsFromString('--no-sparkplug');
      setInterval(() => { gc(); writeFileSync(${JSON.stringify(file)}, String(process.memoryUsage().heapUsed)); }, 1000).unref();
    }
  `)}`;

const childrenOf = (pid: number) =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
const anonymousMegabytes = (pid: number) =>
  Number(/^Anonymous: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024;

test('endurance', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'endurance-'));
  onTestFinished(() => rmSync(scratch, { recursive: true }));
  const heapFile = join(scratch, 'heap');
  const broker = await startMosquitto();
  const httpPort = await freePort();
  const stage = await stages.get('everything-on')?.();
  const agent = startAgent({
    ...stage?.settings,
    MQTT_URL: broker.url,
    HTTP_PORT: String(httpPort),
    NODE_OPTIONS: `--expose-gc --import ${heapReporter(heapFile)}`,
  });
  // A connection that is kept may be closed by the server while a request is on its way.
  const init = { headers: { connection: 'close' } };
  const get = async (path: string) => await (await fetch(`http://127.0.0.1:${httpPort}${path}`, init)).text();
  await until('a connected agent', () => agent.output().includes('MQTT: connected'), 60);
  const { endpoints } = JSON.parse(await get('/nowhere')) as { endpoints: string[] };
  const { pid = 0 } = agent.process;

  const began = performance.now();
  const endMs = minutes * 60_000;
  const samples: ({ hours: number } & Record<Measure, number>)[] = [];
  let answers = 0;
  while (performance.now() - began < endMs) {
    // Someone looks at every page meanwhile.
    for (const path of endpoints.filter((endpoint) => !/event|stream/.test(endpoint))) {
      await get(path);
      answers += 1;
    }
    samples.push({
      hours: (performance.now() - began) / 3_600_000,
      'heap, MB': Number(readFileSync(heapFile, 'utf8')) / 1e6,
      'anonymous memory, MB': anonymousMegabytes(pid),
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      processes: childrenOf(pid).length,
    });
    if (samples.length % 30 === 0) progress(JSON.stringify(samples.at(-1)));
    await pause(samplePauseMs);
  }
  expect(agent.process.exitCode, 'the agent still runs').toBeNull();
  const statuses = await Promise.all(endpoints.filter((path) => path.endsWith('/status')).map(get));
  for (const text of statuses) {
    const { lastSuccess } = JSON.parse(text) as { lastSuccess: string };
    expect(Date.now() - Date.parse(lastSuccess), 'milliseconds since a collector was read').toBeLessThan(60_000);
  }
  expect(statuses).toHaveLength(6);

  const steady = samples.filter(({ hours }) => hours * 3_600_000 > endMs / 4);
  const found = Object.entries(limitsPerHour).map(([name, limit]) => {
    const { perHour, margin } = slopeOf(steady.map((one) => ({ hours: one.hours, value: one[name as Measure] })));
    const last = steady.at(-1)?.[name as Measure] ?? 0;
    progress(
      `${name}: ${last.toFixed(1)} at last; ${perHour.toFixed(2)} ± ${margin.toFixed(2)} an hour, limit ${limit}`,
    );
    return { name, perHour, margin, limit };
  });
  const mayExceed = found.filter(({ perHour, margin, limit }) => !(perHour + margin < limit));
  const grown = mayExceed.filter(({ perHour, margin }) => perHour - margin > 0);
  const undecided = mayExceed.filter((one) => !grown.includes(one)).map(({ name }) => name);
  recordFigure(
    `${minutes} minutes, a reading a second, ${answers} answers; growth an hour (95 %): ${found
      .map(({ name, perHour, margin }) => `${name} ${perHour.toFixed(2)} ± ${margin.toFixed(2)}`)
      .join('; ')}${undecided.length === 0 ? '' : `; too short to be sure of ${undecided.join(', ')}`}`,
  );
  expect(grown).toEqual([]);
  expect(minutes < wholeRunMinutes ? [] : undecided, 'neither level nor grown').toEqual([]);
});
