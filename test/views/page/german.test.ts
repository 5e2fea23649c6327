import { expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../../src/cli/german-names-and-page-texts.ts';
import { english } from '../../../src/views/language.ts';
import { type Html, html } from '../../../src/views/page/html.ts';
import type { PageTexts } from '../../../src/views/page/texts.ts';
import { DirectoryOfTopics, problem, problemList } from '../../helpers/agent-directory.ts';
import { household } from '../../helpers/household.ts';
import { renderPage } from '../../helpers/page.ts';

const now = new Date('2026-03-14T20:00:00Z');
const topics = {
  'pi/status': 'online',
  'pi/problems': problemList(problem('disk')),
  'pi/host/pi': JSON.stringify({ cpu_used: 12.5 }),
  'old/status': 'online',
  'shed/status': 'offline',
};
const shown = () => ({
  ...household(now),
  agentDirectory: new DirectoryOfTopics(Object.entries(topics)),
  language: germanNamesAndPageTexts,
});

/** What people and screen readers get of a page, without what the agents say is wrong. */
const textsOf = (page: string) =>
  page
    .slice(page.indexOf('<body'), page.lastIndexOf('<script>'))
    .replaceAll(/<(p|li) class="[^"]*(trouble|hint|outage|degraded|notice|data_at_risk)[^"]*">.*?<\/\1>/g, '')
    .replaceAll(/data-texts="[^"]*"/g, '')
    .split(/<[^>]*?aria-label="([^"]*)"[^>]*>|<[^>]*>/)
    .map((text = '') => text.trim())
    .filter((text) => text !== '');

/** Every text of the page: those that are made of others, with numbers and words in them. */
const textsIn = ({ page }: { page: PageTexts }): string[] =>
  Object.entries(page).flatMap(([key, text]) => {
    if (typeof text === 'string') return [`${key} ${text}`];
    if (typeof text === 'object') return Object.entries(text).map(([inner, word]) => `${key} ${inner} ${word}`);
    const make = text as (...inputs: unknown[]) => string | Html;
    const duration = html`5 h`;
    const inputs: Record<string, unknown[][]> = {
      headline: [[0], [1], [2]],
      wrong: [[1], [2]],
      moreProblems: [[1], [2]],
      moreAgents: [[1], [2]],
      alsoAffected: [[3]],
      running: [['1.2.3', duration]],
      collectorsRead: [
        [3, 0],
        [3, 1],
      ],
      brokerState: [
        [true, duration, 'mqtt://a'],
        [false, duration, 'mqtt://a'],
      ],
      lineLabel: [
        ['hour', '1'],
        ['day', '1'],
      ],
      uptimeUnknown: [['hour'], ['day']],
      uptimeShare: [
        ['5 %', 'hour'],
        ['5 %', 'day'],
      ],
      uptimeShareOfKnown: [
        ['5 %', 'hour'],
        ['5 %', 'day'],
      ],
      ends: [['1', '2']],
    };
    return (inputs[key] ?? [[duration]]).map((given) => `${key} ${html`${make(...given)}`.text}`);
  });

const sameInBoth = ['agent Agent', 'ahead in 5 h', 'broker Broker', 'online online', 'pool Pool', 'script live live'];

test('every text of the page has a German one', () => {
  const inGerman = new Set(textsIn(germanNamesAndPageTexts));
  expect(
    textsIn(english)
      .filter((text) => inGerman.has(text))
      .sort(),
  ).toEqual(sameInBoth);
});

test('the page of a household is German, but for what its agents say is wrong', () => {
  const page = renderPage(shown(), 'hour', now);
  expect(page).toContain('<html lang="de">');
  expect(page).toContain('<strong>Daten gefährdet</strong>');
  const texts = textsOf(page);
  expect(texts).toEqual(
    expect.arrayContaining([
      '2 Probleme',
      'Rechner',
      'Dateisysteme',
      'Dateisystem /srv/media',
      'Freier Speicherplatz',
      'NVMe-Laufwerke',
      'Ohne Standort',
      'letzte Stunde: 0,0 bis 20,0 %',
      'verbunden seit',
      'läuft',
      'ausgefallen: letzte bekannte Werte',
    ]),
  );
  const inEnglish = new Set(textsOf(renderPage({ ...shown(), language: english }, 'hour', now)));
  const ofTheLab =
    /nas|Berlin|Cabin|Samsung|ASUSTeK|mqtt:|^eno1|^wlo1|^home$|^old$|^shed$|linux-image|infra-monitor|Mbit|none/;
  expect(texts.filter((text) => /[a-z]{3}/.test(text) && inEnglish.has(text) && !ofTheLab.test(text)).sort()).toEqual([
    'Agent',
    'Broker',
    'Home Assistant',
    'Home Assistant',
    'Home Assistant',
    'Internet',
    'Online',
    'Online',
    'Version',
    'online',
  ]);
  expect(
    Buffer.byteLength(renderPage({ ...household(now), language: germanNamesAndPageTexts }, 'hour', now)),
  ).toBeLessThan(60_000);
});
