import { expect, test } from 'vitest';
import { allCollectors } from '../src/collectors/index.ts';
import { settingGroups } from '../src/settings/index.ts';
import { renderEnvExample } from '../src/views/env-example.ts';
import { buildGrafanaDashboard as grafana } from '../src/views/grafana.ts';
import { alertDefinitions } from '../src/views/home-assistant/alerts.ts';
import { renderAppConfig, renderAppTranslation } from '../src/views/home-assistant/app-config.ts';
import { renderBlueprints } from '../src/views/home-assistant/blueprint.ts';
import { buildDashboard } from '../src/views/home-assistant/dashboard.ts';
import { parseLabDevices } from '../src/views/home-assistant/lab-devices.ts';
import { renderRecorderPackage } from '../src/views/home-assistant/recorder-package.ts';
import { toYaml } from '../src/views/home-assistant/yaml.ts';
import { renderEntitiesReference, renderSettingsReference } from '../src/views/reference.ts';
import { announcementsOf, exampleLab } from './helpers/lab.ts';

// `npm run generate` writes these anew.

test('.env.example', async () => {
  await expect(renderEnvExample(settingGroups(allCollectors))).toMatchFileSnapshot('../.env.example');
});

test('settings reference', async () => {
  await expect(renderSettingsReference(settingGroups(allCollectors))).toMatchFileSnapshot(
    '../docs/reference/settings.md',
  );
});

test('entities reference', async () => {
  await expect(renderEntitiesReference(allCollectors)).toMatchFileSnapshot('../docs/reference/entities.md');
});

test('Grafana dashboard', async () => {
  await expect(`${JSON.stringify(grafana(allCollectors), null, 2)}\n`).toMatchFileSnapshot(
    '../docs/grafana/infra-monitor.json',
  );
});

test('an example of a dashboard', async () => {
  await expect(toYaml(buildDashboard(allCollectors, parseLabDevices(announcementsOf(exampleLab))))).toMatchFileSnapshot(
    '../ha-config/dashboard.yaml',
  );
});

test('an example of a recorder package', async () => {
  await expect(renderRecorderPackage(parseLabDevices(announcementsOf(exampleLab)))).toMatchFileSnapshot(
    '../ha-config/packages/infra_monitor_recorder.yaml',
  );
});

test.each([...renderBlueprints(alertDefinitions)])('blueprint %s', async (id, content) => {
  await expect(content).toMatchFileSnapshot(`../ha-config/blueprints/automation/infra_monitor/${id}.yaml`);
});

test('the app: every setting is an option, in words', async () => {
  await expect(renderAppConfig(settingGroups(allCollectors))).toMatchFileSnapshot('../ha-config/app/config.yaml');
  await expect(renderAppTranslation(settingGroups(allCollectors))).toMatchFileSnapshot(
    '../ha-config/app/translations/en.yaml',
  );
});
