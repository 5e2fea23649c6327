import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { embedded, run, running } from '../helpers/cli.ts';
import { dashboardLab } from '../helpers/dashboard-lab.ts';
import { until } from '../helpers/until.ts';

const entityIds = (text: string) => new Set(text.match(/\b(sensor|binary_sensor|button)\.\w+/g));

test('dashboard and recorder have the ids that Home Assistant has; without them they say so', async () => {
  const { settings, asked, instance, registry } = await dashboardLab();
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
  const [alone, withoutToken, refused] = await Promise.all([
    run(settings, 'dashboard'),
    run(asked, 'dashboard'),
    run({ ...asked, HA_TOKEN: 'wrong-token' }, 'recorder'),
  ]);
  expect(alone).toMatchObject(suggestion('set HA_BASE_URL and HA_TOKEN to have it asked'));
  expect(withoutToken).toMatchObject(suggestion('set HA_TOKEN to have it asked'));
  expect(refused).toMatchObject(suggestion('Home Assistant refuses the token'));
  instance.script.results['config/entity_registry/list'] = [];
  expect(await run({ ...asked, HA_TOKEN: 'of-an-administrator' }, 'dashboard')).toMatchObject(
    suggestion('Home Assistant has no entities of these agents'),
  );
});

test('an entity that is disabled or was removed in Home Assistant is not on the dashboard', async () => {
  const { asked, instance, registry } = await dashboardLab();
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
  const { asked, instance } = await dashboardLab();
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
