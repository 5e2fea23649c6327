import { expect, test } from 'vitest';
import { collectors } from '../src/collectors/index.ts';
import { settingGroups } from '../src/settings/index.ts';
import { envExample } from '../src/views/env-example.ts';
import { dashboard } from '../src/views/grafana.ts';
import { entitiesReference, settingsReference } from '../src/views/reference.ts';

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
  await expect(`${JSON.stringify(dashboard(collectors), null, 2)}\n`).toMatchFileSnapshot('../docs/grafana/infra-monitor.json');
});
