import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { embedded, run, running } from '../helpers/cli.ts';
import { startInstance } from '../helpers/instance.ts';
import { observe } from '../helpers/observer.ts';
import { until } from '../helpers/until.ts';

interface Component {
  unique_id?: string;
  default_entity_id?: string;
}

/** An agent, and a Home Assistant that has given each of its entities an id of its own. */
async function lab() {
  const { MQTT_URL } = await embedded();
  await running({ MQTT_URL, HOST_SCHEDULE: 'off' });
  const settings = { MQTT_URL: MQTT_URL.replace('embedded', 'mqtt'), AGENT_NAME: 'another', HOST_SCHEDULE: 'off' };
  const { topics, see } = await observe(settings.MQTT_URL, { protocolVersion: 4 });
  const topic = 'homeassistant/device/infra-monitor_testling/testling/config';
  await see(topic);
  const { components } = JSON.parse(topics.get(topic) ?? '') as { components: Record<string, Component> };
  const registry = Object.entries(components).flatMap(([key, { unique_id, default_entity_id = '' }]) => ({
    platform: 'mqtt',
    unique_id,
    entity_id: `${default_entity_id.split('.')[0]}.own_${key.replaceAll('-', '_')}`,
    name: key === 'agent-agent-agent_connected' ? 'Verbunden' : null,
    disabled_by: null,
    hidden_by: null,
  }));
  const instance = await startInstance({
    results: {
      'auth/current_user': { is_admin: true },
      'config/entity_registry/list': [...registry, { platform: 'zigbee' }, 'nonsense'],
      'config/device_registry/list': [],
      'config/area_registry/list': [{ area_id: 'keller', name: 'Keller' }, 'nonsense'],
      'lovelace/dashboards/list': [],
      'lovelace/dashboards/create': {},
      'lovelace/config/save': null,
    },
    token: 'of-an-administrator',
  });
  const folder = mkdtempSync(join(tmpdir(), 'token-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');
  writeFileSync(file, 'of-an-administrator\n');
  const asked = { ...settings, HA_BASE_URL: instance.url.href };
  const install = (...more: string[]) => run(asked, 'dashboard', '--install', '--token-file', file, ...more);
  return { settings, asked, instance, file, registry, install };
}

const entityIds = (text: string) => new Set(text.match(/\b(sensor|binary_sensor|button)\.\w+/g));

test('dashboard and recorder have the ids that Home Assistant has; without them they say so', async () => {
  const { settings, asked, instance, registry } = await lab();
  const own = new Set(registry.map(({ entity_id }) => entity_id));
  for (const command of ['dashboard', 'recorder']) {
    const { status, output } = await run({ ...asked, HA_TOKEN: 'of-an-administrator' }, command);
    expect({ status, note: output.includes('suggest') }).toEqual({ status: 0, note: false });
    expect(entityIds(output).size).toBeGreaterThan(0);
    expect([...entityIds(output)].filter((id) => !own.has(id))).toEqual([]);
    parse(output);
  }
  const suggestion = (reason: string) => ({
    status: 0,
    output: expect.stringMatching(
      `^# The entity IDs are those that the agents suggest, and Home Assistant may have others: ${reason}`,
    ),
  });
  expect(await run(settings, 'dashboard')).toMatchObject(suggestion('set HA_BASE_URL and HA_TOKEN to have it asked'));
  expect(await run(asked, 'dashboard')).toMatchObject(suggestion('set HA_TOKEN to have it asked'));
  expect(await run({ ...asked, HA_TOKEN: 'wrong-token' }, 'recorder')).toMatchObject(
    suggestion('Home Assistant refuses the token'),
  );
  instance.script.results['config/entity_registry/list'] = [];
  expect(await run({ ...asked, HA_TOKEN: 'of-an-administrator' }, 'dashboard')).toMatchObject(
    suggestion('Home Assistant has no entities of these agents'),
  );
});

test('an entity that is disabled or was removed in Home Assistant is not on the dashboard', async () => {
  const { asked, instance, registry } = await lab();
  const shown = entityIds((await run({ ...asked, HA_TOKEN: 'of-an-administrator' }, 'dashboard')).output);
  const [removed, disabled] = registry.filter(({ entity_id }) => shown.has(entity_id));
  const gone = [removed, disabled].flatMap((entry) => entry?.entity_id ?? []);
  expect(gone).toHaveLength(2);
  instance.script.results['config/entity_registry/list'] = registry
    .filter((entry) => entry !== removed)
    .map((entry) => (entry === disabled ? { ...entry, disabled_by: 'user' } : entry));
  const { output } = await run({ ...asked, HA_TOKEN: 'of-an-administrator' }, 'dashboard');
  expect(gone.filter((id) => entityIds(output).has(id))).toEqual([]);
});

test('a device has the name on the dashboard that it has in Home Assistant', async () => {
  const { asked, instance } = await lab();
  const headings = async () => {
    const { output } = await run({ ...asked, HA_TOKEN: 'of-an-administrator' }, 'dashboard');
    return [...output.matchAll(/heading: (.*)/g)].map(([, text]) => text);
  };
  expect(await headings()).toContain('testling');
  const identifiers = [['mqtt', 'infra-monitor_testling_testling']];
  instance.script.results['config/device_registry/list'] = [{ identifiers, name: 'testling', name_by_user: 'Rack' }];
  const renamed = await headings();
  expect(renamed).toContain('Rack');
  expect(renamed).not.toContain('testling');
});

test('dashboard --install saves it with an administrator’s token, once or again, and check says when it is out of date', async () => {
  const { asked, instance, registry, install } = await lab();
  expect(await install()).toMatchObject({ status: 0, output: expect.stringContaining('✓ Installed: ') });
  expect(instance.commands.map(({ type }) => type)).toEqual([
    'config/entity_registry/list',
    'config/device_registry/list',
    'config/area_registry/list',
    'auth/current_user',
    'lovelace/dashboards/list',
    'lovelace/config',
    'lovelace/dashboards/create',
    'lovelace/config/save',
  ]);
  const saved = instance.commands.at(-1)?.config as { views: { cards?: object[] }[] };
  const { results } = instance.script;
  results['lovelace/dashboards/list'] = [{ url_path: 'infra-lab', mode: 'storage' }];
  results['lovelace/config'] = saved;
  const check = async () =>
    (await run({ ...asked, HA_TOKEN: 'of-an-administrator' }, 'check')).output
      .split('\n')
      .filter((line) => line.includes('infra-lab'));
  expect(await check()).toEqual(['✓ Home Assistant: the dashboard infra-lab shows what there is']);

  results['config/entity_registry/list'] = registry.map((entry) => ({ ...entry, entity_id: `${entry.entity_id}_new` }));
  expect(await check()).toEqual([
    expect.stringMatching(
      /^! Home Assistant: the dashboard infra-lab is out of date: run .*infra-monitor\S* dashboard --install$/,
    ),
  ]);
  instance.commands.length = 0;
  expect(await install()).toMatchObject({ status: 0, output: expect.stringContaining('✓ Updated: ') });
  expect(instance.commands.map(({ type }) => type)).not.toContain('lovelace/dashboards/create');

  results['lovelace/config'] = { ...saved, views: saved.views.slice(1) };
  expect(await check()).toEqual([
    '– Home Assistant: the dashboard infra-lab was changed in Home Assistant; whether it is up to date is unknown',
  ]);
  expect(await install()).toMatchObject({ status: 2, output: expect.stringContaining('--force replaces it') });
  expect(await install('--force')).toMatchObject({ status: 0, output: expect.stringContaining('✓ Updated: ') });
});

test('dashboard --install says why it cannot save', async () => {
  const { settings, asked, instance, install } = await lab();
  const { results } = instance.script;
  expect(await run(asked, 'dashboard', '--install')).toMatchObject({
    status: 2,
    output: expect.stringMatching(/needs the token of an administrator.*HA_TOKEN will not do/),
  });
  expect(await run(settings, 'dashboard', '--install')).toMatchObject({
    status: 2,
    output: expect.stringContaining('needs HA_BASE_URL'),
  });
  expect(await run(asked, 'dashboard', '--install', '--instance', 'cellar')).toMatchObject({
    status: 2,
    output: expect.stringContaining('HA_BASE_URL names no cellar'),
  });
  results['lovelace/dashboards/list'] = [{ url_path: 'infra-lab', mode: 'yaml' }];
  expect(await install()).toMatchObject({ status: 2, output: expect.stringContaining('from a file') });
  results['auth/current_user'] = { is_admin: false };
  expect(await install()).toMatchObject({ status: 2, output: expect.stringContaining('only administrators') });
  instance.script.token = 'another';
  const refused = await install();
  expect(refused).toMatchObject({ status: 1, output: expect.stringContaining('Home Assistant refuses the token') });
  expect(refused.output).not.toContain('of-an-administrator');
});

test('dashboard and recorder print what the agents on the broker announce', async () => {
  const settings = await embedded();
  const agent = await running(settings);
  const written = async (command: string) => {
    const { status, output } = await run({ ...settings, AGENT_NAME: 'another' }, command);
    expect(status, output).toBe(0);
    return parse(output) as Record<string, unknown>;
  };
  await until('announced', async () => (await run(settings, 'dashboard')).status === 0, 20);
  expect(await written('dashboard')).toMatchObject({
    title: 'Lab',
    views: expect.arrayContaining([
      expect.objectContaining({ title: 'testling', path: 'infra-monitor-testling-testling' }),
    ]),
  });
  expect(await written('recorder')).toMatchObject({
    recorder: {
      exclude: { entities: expect.arrayContaining(['sensor.testling_pressure_memory', 'sensor.testling_agent_cpu']) },
    },
  });
  await agent.stop();
  expect(await run(settings, 'dashboard')).toMatchObject({
    status: 2,
    output: expect.stringContaining('Cannot connect to the agent’s own broker, which runs only with the agent'),
  });
});

test('dashboard reports that no devices are announced', async () => {
  const settings = await embedded();
  await running({
    ...settings,
    HOST_SCHEDULE: 'off',
    NVME_SCHEDULE: 'off',
    STORAGE_SCHEDULE: 'off',
    AGENT_SCHEDULE: 'off',
  });
  expect(await run(settings, 'dashboard')).toMatchObject({
    status: 2,
    output: expect.stringContaining('No devices are announced on homeassistant/device/+/+/config'),
  });
});
