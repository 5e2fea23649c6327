import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { collectGarbageAfterStart } from '../src/v8-flags.ts';
import { program, startAgent } from './helpers/agent.ts';
import { freePort } from './helpers/ports.ts';
import { until } from './helpers/until.ts';

interface Confession {
  /** The built-in modules that it has loaded. */
  loaded: string[];
  /** Bytes of its young generation. */
  young: number;
  /** Bytes of its bytecode after three major collections of garbage. */
  bytecode: number;
  /** Whether V8 has compiled a function that was called two million times. */
  compiled: boolean;
}

/** Makes a process print its confession at its end. */
const confession = `process.on('exit', () => {
  const v8 = process.getBuiltinModule('v8');
  const young = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
  v8.setFlagsFromString('--expose-gc');
  v8.setFlagsFromString('--allow-natives-syntax');
  const collect = process.getBuiltinModule('vm').runInNewContext('gc');
  for (let times = 0; times < 3; times += 1) collect();
  const bytecode = v8.getHeapCodeStatistics().bytecode_and_metadata_size;
  const tierOf = new Function('called', 'return %GetOptimizationStatus(called)');
  let calls = 1;
  const count = (number) => number + 1;
  calls = count(calls);
  const atFirst = tierOf(count);
  while (calls < 2_000_000 && tierOf(count) === atFirst) for (let more = 0; more < 1000; more += 1) calls = count(calls);
  const told = { loaded: process.moduleLoadList, young, bytecode, compiled: tierOf(count) !== atFirst };
  process.getBuiltinModule('fs').writeSync(2, 'confession ' + JSON.stringify(told) + '\\n');
})`;

/** What an agent with these settings confesses after its pages were read. */
async function confessionOf(settings: Record<string, string>): Promise<Confession> {
  const port = await freePort();
  const agent = startAgent({
    MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
    HTTP_PORT: String(port),
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(confession)}`,
    ...settings,
  });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  for (const path of ['', 'metrics', 'api', 'openapi.json', 'health/'])
    await (await fetch(`http://127.0.0.1:${port}/${path}`)).text();
  await agent.stop();
  return JSON.parse(/^confession (.*)$/m.exec(agent.output())?.[1] ?? '');
}

test('the agent loads no fetch before it needs it, and its young generation does not grow', async () => {
  const { loaded, young } = await confessionOf({
    PING_TARGETS: 'page=http://127.0.0.1:1',
    ROUTER_SCHEDULE: '* * * * * *',
  });
  expect(loaded).toContain('NativeModule http');
  expect(loaded.filter((name) => /undici|webcrypto/.test(name))).toEqual([]);
  expect(young).toBeLessThan(3_000_000);
});

test('the program is interpreted, and V8 drops bytecode that no longer runs, unless its flags are off', async () => {
  const tuned = await confessionOf({});
  const untuned = await confessionOf({ INFRA_MONITOR_V8_FLAGS: 'off' });
  expect([tuned.compiled, untuned.compiled]).toEqual([false, true]);
  expect(tuned.bytecode).toBeLessThan(0.85 * untuned.bytecode);
});

test('what the start leaves behind is collected a minute later', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  collectGarbageAfterStart();
  const garbage = new WeakRef({});
  await vi.advanceTimersByTimeAsync(60_000);
  expect(garbage.deref()).toBeUndefined();
});

test('without a router or a target nothing is loaded for TLS', async () => {
  const { loaded } = await confessionOf({ ROUTER_SCHEDULE: 'off' });
  expect(loaded.filter((name) => /NativeModule (https|tls)$/.test(name))).toEqual([]);
});

test('the built source has no character that would make V8 use two bytes for each', () => {
  const folder = dirname(program);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js'));
  expect(files.length).toBeGreaterThan(10);
  for (const name of files) expect(/[^\0-\xff]/.exec(readFileSync(join(folder, name), 'utf8')), name).toBeNull();
});
