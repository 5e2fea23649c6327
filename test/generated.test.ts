import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { alertDefinitions } from '../scripts/generate/alerts.ts';
import {
  renderAppConfig,
  renderAppRepository,
  renderAppTranslation,
  renderTranslatedApp,
} from '../scripts/generate/app-config.ts';
import { appOptionsInGerman } from '../scripts/generate/app-german.ts';
import { listBlueprints, renderBlueprints } from '../scripts/generate/blueprint.ts';
import { germanBlueprintTexts } from '../scripts/generate/blueprint-german.ts';
import { renderBlueprintReference } from '../scripts/generate/blueprint-reference.ts';
import { type BlueprintTexts, englishBlueprintTexts } from '../scripts/generate/blueprint-texts.ts';
import { renderEnvExample } from '../scripts/generate/env-example.ts';
import { buildGrafanaDashboard } from '../scripts/generate/grafana.ts';
import { renderReadme } from '../scripts/generate/readme.ts';
import { renderEntitiesReference, renderSettingsReference } from '../scripts/generate/reference.ts';
import { bundleStrategy } from '../scripts/strategy.mjs';
import { germanNamesAndPageTexts } from '../src/cli/german-names-and-page-texts.ts';
import { allCollectors } from '../src/collectors/index.ts';
import type { CollectorMetadata } from '../src/model/collector.ts';
import { titledSettingsSchemas } from '../src/settings/index.ts';
import { supportUrl } from '../src/version.ts';
import { buildDashboardConfig } from '../src/views/home-assistant/dashboard.ts';
import { parseLabDevicesWithRegistry } from '../src/views/home-assistant/lab-devices.ts';
import { renderRecorderPackage } from '../src/views/home-assistant/recorder-package.ts';
import { toYaml } from '../src/views/home-assistant/yaml.ts';
import { program } from './helpers/agent.ts';
import { announcementsOf, exampleLab } from './helpers/lab.ts';

// `npm run generate` updates these files.

const ofLanguage = (texts: BlueprintTexts) => renderBlueprints(alertDefinitions, texts);

test('.env.example', async () => {
  await expect(renderEnvExample(titledSettingsSchemas(allCollectors))).toMatchFileSnapshot('../.env.example');
});

test('settings reference', async () => {
  await expect(renderSettingsReference(titledSettingsSchemas(allCollectors))).toMatchFileSnapshot(
    '../docs/reference/settings.md',
  );
});

test('the README’s table', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  await expect(renderReadme(readme, allCollectors)).toMatchFileSnapshot('../README.md');
});

test('entities reference', async () => {
  await expect(renderEntitiesReference(allCollectors)).toMatchFileSnapshot('../docs/reference/entities.md');
});

test('blueprints reference, with a button to import each once the project has an address', async () => {
  const blueprints = listBlueprints(englishBlueprintTexts);
  expect(blueprints.map(({ id }) => id).sort()).toEqual([...ofLanguage(englishBlueprintTexts).keys()].sort());
  await expect(renderBlueprintReference(blueprints, supportUrl)).toMatchFileSnapshot('../docs/reference/blueprints.md');
  const published = renderBlueprintReference(blueprints, 'https://forge.example/lab');
  expect(
    published.match(/blueprint_import\/\?blueprint_url=https%3A%2F%2Fforge\.example%2Flab%2Fblob%2Fmain%2F/g),
  ).toHaveLength(blueprints.length);
});

test('Grafana dashboard', async () => {
  await expect(`${JSON.stringify(buildGrafanaDashboard(allCollectors), null, 2)}\n`).toMatchFileSnapshot(
    '../docs/grafana/infra-monitor.json',
  );
});

test('example of a dashboard', async () => {
  await expect(
    toYaml(
      buildDashboardConfig(allCollectors, parseLabDevicesWithRegistry(allCollectors, announcementsOf(exampleLab))),
    ),
  ).toMatchFileSnapshot('../ha-config/dashboard.yaml');
});

test('dashboard strategy: what it knows of the catalogue, and its bundle', async () => {
  const collectors = allCollectors.map(({ id, title, scope, tables }: CollectorMetadata) => ({
    id,
    title,
    scope,
    tables: Object.fromEntries(
      Object.entries(tables).map(([table, { icon, metrics, actions = {} }]) => [
        table,
        { icon, metrics: [...Object.keys(metrics), ...Object.keys(actions)] },
      ]),
    ),
  }));
  const catalogue = `${JSON.stringify(collectors, null, 1)}\n`;
  await expect(catalogue).toMatchFileSnapshot('../ha-config/strategy/catalogue.json');
  // Titles, and the words for states: names of entities come from Home Assistant.
  const { collectors: titles, tables } = germanNamesAndPageTexts;
  const inGerman = {
    collectors: Object.fromEntries(Object.entries(titles).map(([id, { title }]) => [id, { title }])),
    tables: Object.fromEntries(
      Object.entries(tables).map(([id, ofCollector]) => [
        id,
        Object.fromEntries(
          Object.entries(ofCollector).flatMap(([table, { states }]) => (states ? [[table, { states }]] : [])),
        ),
      ]),
    ),
  };
  const germanCatalogue = `${JSON.stringify(inGerman, null, 1)}\n`;
  await expect(germanCatalogue).toMatchFileSnapshot('../ha-config/strategy/german.json');
  const bundle = await bundleStrategy(catalogue, germanCatalogue);
  expect(bundle.length).toBeLessThan(60_000);
  expect(bundle).not.toMatch(/\bimport\b/);
  await expect(bundle).toMatchFileSnapshot('../ha-config/strategy/infra-monitor-strategy.js');
});

test('example of a recorder package', async () => {
  await expect(
    renderRecorderPackage(parseLabDevicesWithRegistry(allCollectors, announcementsOf(exampleLab))),
  ).toMatchFileSnapshot('../ha-config/packages/infra_monitor_recorder.yaml');
});

const blueprintFiles = [englishBlueprintTexts, germanBlueprintTexts].flatMap((texts) =>
  [...ofLanguage(texts)].map(([id, content]) => ({ file: `${texts.folder}/${id}`, content })),
);

test.each(blueprintFiles)('blueprint $file', async ({ file, content }) => {
  await expect(content).toMatchFileSnapshot(`../ha-config/blueprints/automation/${file}.yaml`);
});

test('the app has every setting as an option', async () => {
  await expect(renderAppConfig(titledSettingsSchemas(allCollectors))).toMatchFileSnapshot(
    '../ha-config/app/config.yaml',
  );
  await expect(renderAppTranslation(titledSettingsSchemas(allCollectors))).toMatchFileSnapshot(
    '../ha-config/app/translations/en.yaml',
  );
  await expect(renderTranslatedApp(titledSettingsSchemas(allCollectors), appOptionsInGerman)).toMatchFileSnapshot(
    '../ha-config/app/translations/de.yaml',
  );
  await expect(renderAppRepository()).toMatchFileSnapshot('../repository.yaml');
});

test('the built program has none of the generators', () => {
  const folder = dirname(program);
  const maps = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.map'));
  const sources = maps.flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).sources as string[]);
  expect(sources.some((source) => source.endsWith('src/views/discovery.ts'))).toBe(true);
  expect(sources.filter((source) => /(^|\/)scripts\//.test(source))).toEqual([]);
});
