import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { program, startAgent } from './helpers/agent.ts';
import { freePort } from './helpers/ports.ts';
import { until } from './helpers/until.ts';

/** Makes a process print at its end which built-in modules it has loaded, and the bytes of its young generation. */
const confession = `process.on('exit', () => process.getBuiltinModule('fs').writeSync(2, 'confession ' + JSON.stringify({
  loaded: process.moduleLoadList,
  young: process.getBuiltinModule('v8').getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size,
}) + '\\n'))`;

/** What an agent with these settings has loaded, and the size of its young generation, after its pages were read. */
async function confessionOf(settings: Record<string, string>): Promise<{ loaded: string[]; young: number }> {
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
