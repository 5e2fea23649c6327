import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findLabDevices } from '../../../ha-config/strategy/find-lab-devices.ts';
import type { DeviceEntry, EntityEntry, EntityState } from '../../../ha-config/strategy/registries.ts';
import { until } from '../../helpers/until.ts';
import { openPage } from '../home-assistant/dashboard.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { folder, stage } from './stage.ts';

/** A phone, a tablet, one on the wall. */
const screens = [
  { screen: 'phone', width: 400, colorScheme: 'dark' },
  { screen: 'tablet', width: 900, colorScheme: 'light' },
  { screen: 'wall', width: 1900, colorScheme: 'dark' },
] as const;

async function addStrategy(homeAssistant: HomeAssistant): Promise<void> {
  mkdirSync(join(homeAssistant.folder, 'www'), { recursive: true });
  cpSync(
    join(folder, 'strategy/infra-monitor-strategy.js'),
    join(homeAssistant.folder, 'www/infra-monitor-strategy.js'),
  );
  writeFileSync(join(homeAssistant.folder, 'auto.yaml'), 'strategy:\n  type: custom:infra-monitor\n');
  const file = join(homeAssistant.folder, 'configuration.yaml');
  const lines = [
    'history:',
    'recorder: {commit_interval: 1}',
    'frontend:',
    '  extra_module_url: [/local/infra-monitor-strategy.js]',
    'lovelace:',
    '  dashboards:',
    '    infra-auto: {mode: yaml, filename: auto.yaml, title: Lab}',
  ];
  writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()}\n${lines.join('\n')}\n`);
  await homeAssistant.restart();
}

/** What the strategy reads, as this Home Assistant answers. */
async function registriesOf(homeAssistant: HomeAssistant) {
  const devices = await homeAssistant.ask<DeviceEntry[]>('config/device_registry/list');
  const areas = await homeAssistant.ask<{ area_id: string; name: string }[]>('config/area_registry/list');
  const states = await homeAssistant.ask<(EntityState & { entity_id: string })[]>('get_states');
  return {
    devices: Object.fromEntries(devices.map((device) => [device.id, device])),
    areas: Object.fromEntries(areas.map((area) => [area.area_id, { name: area.name }])),
    entities: await homeAssistant.ask<EntityEntry[]>('config/entity_registry/list'),
    states: Object.fromEntries(states.map((state) => [state.entity_id, state])),
  };
}

test('the strategy in Home Assistant’s frontend: it has its views, and no card is in error, on a phone, a tablet and a wall', async () => {
  const { homeAssistant } = await stage();
  await addStrategy(homeAssistant);
  const url = `http://127.0.0.1:${homeAssistant.port}`;
  const catalogue = JSON.parse(readFileSync(join(folder, 'strategy/catalogue.json'), 'utf8'));
  await until(
    'all devices',
    async () => {
      const found = findLabDevices(catalogue, await registriesOf(homeAssistant));
      return found.some(({ name }) => name === 'Samsung 980') && found;
    },
    60,
  );
  for (const { screen, width, colorScheme } of screens) {
    const page = await openPage(url, homeAssistant.token, { viewport: { width, height: 1000 }, colorScheme });
    for (const view of ['lab', 'network', 'nvme', 'infra-monitor-nas-nas']) {
      await page.goto(`${url}/infra-auto/${view}`);
      await page.locator('hui-tile-card, hui-history-graph-card').first().waitFor({ timeout: 60_000 });
      const errors = page.locator('hui-error-card, hui-warning, hui-error-badge, hui-error-heading-badge');
      expect.soft(await errors.count(), `${screen} ${view}`).toBe(0);
    }
    await page.context().browser()?.close();
  }
});
