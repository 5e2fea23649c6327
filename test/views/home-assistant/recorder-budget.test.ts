import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { agentCollector } from '../../../src/collectors/agent/index.ts';
import { hostCollector } from '../../../src/collectors/host/index.ts';
import { type ActiveCollector, readCollectorAndRecord } from '../../../src/loop/collector-reading.ts';
import { MutableAgentState } from '../../../src/loop/mutable-agent-state.ts';
import type { AnyCollectorDefinition, OpenedCollector } from '../../../src/model/collector.ts';
import { parseSettings } from '../../../src/settings/index.ts';
import { parseLabDevicesWithRegistry } from '../../../src/views/home-assistant/lab-devices.ts';
import { stopClock } from '../../helpers/clock.ts';
import { discoveryPayloads } from '../../helpers/discovery.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { hostRoots } from '../../helpers/tree.ts';

const maxEnabledEntities = 60;
/** Changes of state in an hour that Home Assistant's recorder stores, with the package that this program writes for
 * it. */
const maxRecorderRows = 200;

/** Random numbers that are the same in each run. */
function randomNumbers(seed: number) {
  let state = seed;
  return (least: number, most: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return least + ((most - least) * state) / 2 ** 31;
  };
}

/** A recorded Raspberry Pi that is used a little: each call is half a minute later. */
function usedMachine() {
  const folder = mkdtempSync(join(tmpdir(), 'budget-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(join(import.meta.dirname, '../../cases/host/raspberry-pi-5/input'), folder, { recursive: true });
  const roots = hostRoots({
    HOST_PROC: join(folder, 'proc'),
    HOST_SYS: join(folder, 'sys'),
    HOST_ROOT: join(folder, 'root'),
  });
  const random = randomNumbers(7);
  const cores = 4;
  const ticks = { user: 50_000, system: 20_000, idle: 900_000, iowait: 500 };
  const bytes = { received: 1e9, sent: 2e8 };
  let sectors = 1e6;
  const change = (path: string, edit: (text: string) => string) =>
    writeFileSync(path, edit(readFileSync(path, 'utf8')));
  const live = () => {
    const all = 30 * 100 * cores;
    const busy = random(0.01, 0.06) * all;
    ticks.user += Math.round(busy * 0.7);
    ticks.system += Math.round(busy * 0.3);
    ticks.iowait += Math.round(random(0, 0.004) * all);
    ticks.idle += Math.round(all - busy);
    bytes.received += Math.round(random(2e3, 4e4) * 30);
    bytes.sent += Math.round(random(1e3, 1e4) * 30);
    sectors += Math.round((random(0, 1e5) * 30) / 512);
    const line = `${ticks.user} 0 ${ticks.system} ${ticks.idle} ${ticks.iowait} 0 0 0 0 0`;
    change(roots.proc('stat'), (text) => text.replace(/^cpu .*$/m, `cpu  ${line}`));
    change(
      roots.proc('loadavg'),
      () => `${[0.12, 0.15, 0.18].map((load) => (load + random(-0.08, 0.08)).toFixed(2)).join(' ')} 1/180 900\n`,
    );
    change(roots.proc('meminfo'), (text) =>
      text.replace(
        /^(MemAvailable: +)(\d+)/m,
        (_, key: string) => `${key}${Math.round(5_900_000 + random(-30_000, 30_000))}`,
      ),
    );
    change(roots.proc('net/dev'), (text) =>
      text.replace(/^( *eth0: *)\d+((?: +\d+){7} +)\d+/m, `$1${bytes.received}$2${bytes.sent}`),
    );
    change(roots.proc('diskstats'), (text) => text.replace(/^( *\d+ +\d+ +nvme0n1(?: +\d+){6} +)\d+/m, `$1${sectors}`));
    for (const chip of [0, 1, 3])
      try {
        change(
          roots.sys(`class/hwmon/hwmon${chip}/temp1_input`),
          () => `${Math.round(48_000 + random(-1200, 1200))}\n`,
        );
      } catch {
        // This chip measures something else.
      }
  };
  return { roots, live };
}

test.runIf(process.platform === 'linux')('what a usual machine costs Home Assistant in an hour', async () => {
  const { turn, waits } = stopClock();
  const { roots, live } = usedMachine();
  const collectors: AnyCollectorDefinition[] = [hostCollector, agentCollector];
  const state = new MutableAgentState('');
  const settings = parseSettings(collectors, { HOST_PROC: roots.proc() });
  const active: ActiveCollector[] = [];
  for (const [index, collector] of collectors.entries()) {
    state.add(collector);
    const memory = state.memoryStore.forCollector(collector);
    const context = { agent, hostRoots: roots, memory, state };
    const source = await collector.open(settings.collectors[index]?.env as never, context);
    active.push({ collector, source: source as OpenedCollector<Record<string, unknown>>, memory });
  }
  state.memoryStore.load(new Map(), ['host', 'agent']);

  const rows = new Map<string, number>();
  const last = new Map<string, string>();
  const sample = () => {
    for (const [id, { entries }] of state.collectors)
      for (const [path, { sample = {} }] of entries)
        for (const [metric, value] of Object.entries(sample)) {
          const key = `${id}/${path} ${metric}`;
          const text = JSON.stringify(value);
          if (last.get(key) !== undefined && last.get(key) !== text) rows.set(key, (rows.get(key) ?? 0) + 1);
          last.set(key, text);
        }
  };
  for (let reading = 0; reading < 120; reading += 1) {
    live();
    const recorded = active.map((one) => readCollectorAndRecord(one, state).recorded);
    if (reading === 0) {
      await waits(0.5);
      live();
      turn(0.5);
    }
    for (const one of await Promise.all(recorded)) expect(one.outcome).toMatchObject({ ok: true });
    sample();
    turn(30);
  }

  const enabled = parseLabDevicesWithRegistry(collectors, discoveryPayloads(collectors, agent, state).values())
    .flatMap(({ entities }) => entities)
    .filter((entity) => entity.enabled);
  const kept = enabled.filter(({ diagnostic, isMeasurement }) => !(diagnostic && isMeasurement));
  const rowsOf = ({ collector, table, part, metric }: (typeof kept)[number]) =>
    [...rows].find(
      ([key]) =>
        key.startsWith(`${collector}/`) &&
        key.endsWith(`${part === undefined ? '' : `/${table}_${part}`} ${metric}`) &&
        key.split('/').length === (part === undefined ? 2 : 3),
    )?.[1] ?? 0;
  const all = Object.fromEntries(kept.map((entity) => [entity.id, rowsOf(entity)]).filter(([, count]) => count !== 0));
  const sum = kept.reduce((total, entity) => total + rowsOf(entity), 0);
  expect(enabled.length, enabled.map(({ id }) => id).join('\n')).toBeLessThanOrEqual(maxEnabledEntities);
  expect(enabled.length).toBeGreaterThan(10);
  expect(sum, JSON.stringify(all, null, 2)).toBeLessThanOrEqual(maxRecorderRows);
  // The machine is alive.
  expect(sum).toBeGreaterThan(20);
});
