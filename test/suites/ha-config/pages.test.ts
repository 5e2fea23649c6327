import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { until } from '../../helpers/until.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { folder, stage } from './stage.ts';

interface Dashboard {
  views: { path: string }[];
}

/** Every entity that a card, a badge or a template names. */
const named = (config: unknown) => [
  ...new Set(JSON.stringify(config).match(/\b(sensor|binary_sensor|update|button|event)\.\w+/g)),
];

/** Adds to configuration.yaml, and leaves what says where Home Assistant listens. */
function configure({ folder: config }: HomeAssistant, recorder: string, dashboard: string): void {
  cpSync(join(folder, 'blueprints'), join(config, 'blueprints'), { recursive: true });
  cpSync(join(folder, 'packages'), join(config, 'packages'), { recursive: true });
  writeFileSync(join(config, 'packages/lab.yaml'), recorder);
  writeFileSync(join(config, 'lab.yaml'), dashboard);
  cpSync(join(folder, 'dashboard.yaml'), join(config, 'example.yaml'));
  const http = readFileSync(join(config, 'configuration.yaml'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('http:'));
  const dashboards = ['lab', 'example'].map(
    (name) => `    infra-${name}: {mode: yaml, filename: ${name}.yaml, title: ${name}}`,
  );
  const lines = [
    'homeassistant: {name: Lab, time_zone: UTC, unit_system: metric, packages: !include_dir_named packages}',
    'api:',
    'config:',
    'history:',
    'recorder: {commit_interval: 1}',
    'automation: !include automations.yaml',
    'lovelace:',
    '  dashboards:',
    ...dashboards,
    ...http,
  ];
  writeFileSync(join(config, 'configuration.yaml'), `${lines.join('\n')}\n`);
}

test('dashboard and package, as the commands write them: they load, and every entity is there', async () => {
  const { homeAssistant, mosquitto, entities, set, shows } = await stage();
  const written = async (command: string) => {
    const agent = startAgent({ MQTT_URL: mosquitto.url }, [command]);
    expect(await agent.ended, agent.output()).toBe(0);
    return agent.output();
  };
  configure(homeAssistant, await written('recorder'), await written('dashboard'));
  expect(await homeAssistant.call('POST', 'config/core/check_config')).toMatchObject({
    result: 'valid',
    errors: null,
    warnings: null,
  });
  await homeAssistant.restart();
  await shows('binary_sensor.nas_agent_connected', 'on');

  for (const name of ['lab', 'example']) {
    const config = await homeAssistant.ask<Dashboard>('lovelace/config', { url_path: `infra-${name}` });
    expect(config.views.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['lab', 'nvme', 'network', 'infra-monitor-nas-nas']),
    );
    expect(named(config).length).toBeGreaterThan(80);
    const states = await homeAssistant.states();
    expect(named(config).filter((id) => !states.has(id) || !entities.includes(id))).toEqual([]);
  }

  // Memory pressure, which is left out, came before CPU, which is not.
  await set('sensor.nas_pressure_memory', 55);
  await set('sensor.nas_cpu_used', 66);
  const recorded = () =>
    homeAssistant.ask<Record<string, { s: string }[]>>('history/history_during_period', {
      start_time: new Date(Date.now() - 600_000).toISOString(),
      entity_ids: ['sensor.nas_pressure_memory', 'sensor.nas_cpu_used'],
    });
  const history = await until(
    'the CPU in the history',
    async () => {
      const kept = await recorded();
      return kept['sensor.nas_cpu_used']?.some(({ s: state }) => state === '66') && kept;
    },
    30,
  );
  expect(history['sensor.nas_pressure_memory']?.map(({ s: state }) => state) ?? []).not.toContain('55');
  expect(await homeAssistant.complaints()).toEqual([]);
  expect(
    homeAssistant
      .log()
      .split('\n')
      .filter((line) => /(WARNING|ERROR).*(lovelace|recorder|blueprint|automation|config)\b/.test(line)),
  ).toEqual([]);
});
