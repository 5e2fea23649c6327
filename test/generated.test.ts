import { expect, test } from 'vitest';
import { collectors } from '../src/collectors/index.ts';
import { settingGroups } from '../src/settings/index.ts';
import { envExample } from '../src/views/env-example.ts';
import { dashboard as grafana } from '../src/views/grafana.ts';
import { alerts } from '../src/views/home-assistant/alerts.ts';
import { appConfig, appTranslation } from '../src/views/home-assistant/app.ts';
import { blueprints } from '../src/views/home-assistant/blueprint.ts';
import { dashboard } from '../src/views/home-assistant/dashboard.ts';
import { lab } from '../src/views/home-assistant/lab.ts';
import { recorder } from '../src/views/home-assistant/recorder.ts';
import { yaml } from '../src/views/home-assistant/yaml.ts';
import { entitiesReference, settingsReference } from '../src/views/reference.ts';
import { announcementsOf, exampleLab } from './helpers/lab.ts';

// `npm run generate` writes these anew.

test('.env.example', async () => {
  await expect(envExample(settingGroups(collectors))).toMatchFileSnapshot('../.env.example');
});

test('settings reference', async () => {
  await expect(settingsReference(settingGroups(collectors))).toMatchFileSnapshot('../docs/reference/settings.md');
});

test('entities reference', async () => {
  await expect(entitiesReference(collectors)).toMatchFileSnapshot('../docs/reference/entities.md');
});

test('Grafana dashboard', async () => {
  await expect(`${JSON.stringify(grafana(collectors), null, 2)}\n`).toMatchFileSnapshot('../docs/grafana/infra-monitor.json');
});

test('an example of a dashboard', async () => {
  await expect(yaml(dashboard(collectors, lab(announcementsOf(exampleLab))))).toMatchFileSnapshot('../ha-config/dashboard.yaml');
});

test('an example of a recorder package', async () => {
  await expect(recorder(lab(announcementsOf(exampleLab)))).toMatchFileSnapshot('../ha-config/packages/infra_monitor_recorder.yaml');
});

test.each([...blueprints(alerts)])('blueprint %s', async (id, content) => {
  await expect(content).toMatchFileSnapshot(`../ha-config/blueprints/automation/infra_monitor/${id}.yaml`);
});

test('the app: every setting is an option, in words', async () => {
  await expect(appConfig(settingGroups(collectors))).toMatchFileSnapshot('../ha-config/app/config.yaml');
  await expect(appTranslation(settingGroups(collectors))).toMatchFileSnapshot('../ha-config/app/translations/en.yaml');
});
