import { expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../../src/cli/german-names-and-page-texts.ts';
import { allCollectors } from '../../../src/collectors/index.ts';
import { buildDashboardConfig } from '../../../src/views/home-assistant/dashboard.ts';
import { dashboardTextsInGerman } from '../../../src/views/home-assistant/german.ts';
import { parseLabDevicesWithRegistry } from '../../../src/views/home-assistant/lab-devices.ts';
import { englishDashboardTexts } from '../../../src/views/home-assistant/texts.ts';
import { announcementsOf, exampleLab } from '../../helpers/lab.ts';

/** Every text, with an example of what stands in it. */
const textsIn = (texts: typeof englishDashboardTexts) =>
  Object.entries({ ...texts, ...texts.parts, ...texts.deviceClasses, parts: '', deviceClasses: '' }).map(
    ([key, text]) => `${key}: ${typeof text === 'function' ? text('x') : text}`,
  );

test('every text of the dashboard has a German one', () => {
  const inGerman = textsIn(dashboardTextsInGerman);
  expect(textsIn(englishDashboardTexts).filter((text) => inGerman.includes(text))).toEqual([
    'deviceClasses: ',
    'parts: ',
    'namespace: Namespaces',
    'radio: WLAN',
    'problem: Problem',
  ]);
});

/** Values of these keys are read by people. */
const shownKeys = new Set(['title', 'heading', 'name', 'content']);
const textsOf = (value: unknown): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, member]) =>
        typeof member === 'string' ? (shownKeys.has(key) ? [member] : []) : textsOf(member),
      );

test('a dashboard of agents that speak German is German, with the same cards', () => {
  const announcements = announcementsOf(exampleLab, germanNamesAndPageTexts);
  const devices = parseLabDevicesWithRegistry(allCollectors, announcements, undefined, germanNamesAndPageTexts);
  const dashboard = buildDashboardConfig(allCollectors, devices, germanNamesAndPageTexts);
  const texts = textsOf(dashboard);
  expect(texts).toEqual(
    expect.arrayContaining([
      'Homelab',
      'Probleme',
      'NVMe-Laufwerke',
      'Netzwerk',
      'Letzte 24 Stunden',
      'CPU-Auslastung',
      '/',
    ]),
  );
  const { views } = dashboard as { views: { path: string }[] };
  const inEnglish = buildDashboardConfig(
    allCollectors,
    parseLabDevicesWithRegistry(allCollectors, announcementsOf(exampleLab)),
  );
  expect(views.map(({ path }) => path)).toEqual(
    (inEnglish as { views: { path: string }[] }).views.map(({ path }) => path),
  );
  const english = new Set(textsOf(inEnglish).filter((text) => /[a-z]{3}/.test(text)));
  expect([...new Set(texts.filter((text) => english.has(text)))].sort()).toEqual([
    'Berlin',
    'Hamburg',
    'Home',
    'Home Assistant',
    'Internet',
    'Online',
    'Problem',
    'Samsung 980',
    'Version',
    'cabin',
    'eth0',
    'nas',
    'sda',
    'storage',
  ]);
});
