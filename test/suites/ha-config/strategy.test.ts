import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findLabDevices } from '../../../ha-config/strategy/find-lab-devices.ts';
import type { DeviceEntry, EntityEntry, EntityState } from '../../../ha-config/strategy/registries.ts';
import { problem, problemList } from '../../helpers/agent-directory.ts';
import { patience } from '../../helpers/patience.ts';
import { until } from '../../helpers/until.ts';
import { openPage } from '../home-assistant/dashboard.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { folder, stage } from './stage.ts';
import { configureStrategy, countErrors, screens } from './strategy-dashboard.ts';

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

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong with text of ours: the rest of the page is Home Assistant's. */
async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: loaded } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { target: unknown[]; html: string }[] }[] }> };
    };
    const { violations } = await loaded.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes
        .filter(({ target }) => /hui-markdown-card/.test(JSON.stringify(target)))
        .map(({ html }) => `${id}: ${html}`),
    );
  });
}

test('the strategy in Home Assistant’s frontend: it has its views, and no card is in error, on a phone, a tablet and a wall', async () => {
  const { homeAssistant, observer, set, shows } = await stage();
  configureStrategy(homeAssistant.folder);
  await homeAssistant.restart();
  const catalogue = JSON.parse(readFileSync(join(folder, 'strategy/catalogue.json'), 'utf8'));
  await until(
    'all devices',
    async () => {
      const found = findLabDevices(catalogue, await registriesOf(homeAssistant));
      return found.some(({ name }) => name === 'Samsung 980') && found;
    },
    60,
  );
  const since = new Date(Date.now() - 7_200_000).toISOString();
  const wrong = problemList(
    problem('nvme/s1/failing', {
      subject: 'Samsung 980',
      text: 'available spare below threshold (7 %, threshold 10 %)',
      severity: 'data_at_risk',
      remedy: 'replace the drive soon, and check the backup',
      since,
    }),
    problem('host/nas/full', {
      subject: 'nas File system /',
      text: 'is full',
      severity: 'outage',
      remedy: 'delete what nobody needs',
      since,
    }),
  );
  await set('sensor.nas_filesystem_root_used', 97.2);
  await set('sensor.pi_cpu_used', 88);
  await observer.client.publishAsync('infra-monitor/nas/problems', wrong, { retain: true, qos: 1 });
  await shows('binary_sensor.nas_problem', 'on');
  const page = await openPage(homeAssistant);
  for (const view of ['lab', 'network', 'nvme', 'infra-monitor-nas-nas']) {
    const errors = await countErrors(page, `infra-auto/${view}`, screens, async ({ name }) => {
      // Between dark and light, colours fade.
      await expect
        .poll(() => accessibilityFaults(page), { timeout: 10_000 * patience, message: `${view} on a ${name}` })
        .toEqual([]);
    });
    expect.soft(errors, view).toEqual({ phone: 0, tablet: 0, wall: 0 });
  }
  // In a browser that speaks German; the agents of this lab speak English.
  const german = await openPage(homeAssistant, { locale: 'de-DE' });
  const germanTexts: Record<string, readonly string[]> = {
    lab: ['Probleme', 'Probleme.', 'seit 2 h', 'Standorte', 'NVMe-Laufwerke', 'Router'],
    'infra-monitor-nas-nas': ['Dateisysteme', 'Netzwerkschnittstellen', 'Letzte 24 Stunden', 'Diagnose'],
  };
  for (const [view, texts] of Object.entries(germanTexts)) {
    const errors = await countErrors(german, `infra-auto/${view}`, [screens[2]], async () => {
      for (const text of texts)
        await until(`${view}: ${text}`, async () => (await german.getByText(text).count()) > 0, 30);
    });
    expect.soft(errors, `German ${view}`).toEqual({ wall: 0 });
  }
});
