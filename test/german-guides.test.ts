import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

/** The part of a document below a heading of the second level. */
const section = (text: string, heading: string) =>
  text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`)) ?? '';

/** Each German guide with the English text that it has to keep up with. */
const guides = [
  { german: 'index', english: read('README.md') },
  { german: 'install', english: read('docs/install.md').split('## What it takes')[0] ?? '' },
  { german: 'app', english: read('ha-config/app/DOCS.md') },
  { german: 'fritzbox', english: read('docs/fritzbox.md') },
  { german: 'nvme', english: read('docs/nvme.md') },
  { german: 'storage', english: read('docs/storage.md') },
  {
    german: 'alerts',
    english: read('docs/notifications.md') + section(read('docs/home-assistant-config.md'), 'Alerts'),
  },
];

const programs =
  'apt|btrfs|cp|dmesg|docker|grep|infra-monitor|journalctl|ls|lvconvert|lvextend|mdadm|mosquitto_pub|mosquitto_sub|mount|node|npm|smartctl|sudo|systemctl|vgextend|vgreduce|zpool';
const isCommand = (code: string) => new RegExp(`^(${programs})( |$)`).test(code);
/** Commands, options, paths and topics. */
const isLiteral = (code: string) => isCommand(code) || /^--|\//.test(code);

/** What a text has that is no prose: commands, paths, and the names of settings. */
function literalsIn(text: string): Set<string> {
  const blocks = [...text.matchAll(/^ *```\w*\n(.*?)^ *```/gms)].flatMap(([, block = '']) => block.split('\n'));
  const lines = blocks.map((line) => line.replace(/(^|\s+)#.*$/, '').trim());
  const spans = [...text.replaceAll(/^ *```.*?^ *```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const settings = text.replaceAll(/<!--.*?-->/gs, '').match(/\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b/g) ?? [];
  return new Set([...lines.filter(isCommand), ...spans.filter(isLiteral), ...settings]);
}

describe('a German guide has the commands, paths and settings of the English one', () => {
  test.each(guides)('$german', ({ german, english }) => {
    const own = literalsIn(read(`docs/de/${german}.md`));
    const all = literalsIn(english);
    expect(all.size).toBeGreaterThan(5);
    expect([...all].filter((literal) => !own.has(literal))).toEqual([]);
  });
});

test('every guide is in the list, has as many headings and tables as the English one, and links to it', () => {
  expect(readdirSync(join(root, 'docs/de')).sort()).toEqual(guides.map(({ german }) => `${german}.md`).sort());
  for (const { german } of guides) expect(read(`docs/de/${german}.md`)).toMatch(/^# .+\n\n\[English/);
  for (const { german, english } of guides.filter(({ german: name }) => !['alerts', 'install'].includes(name))) {
    const count = (text: string, what: RegExp) => text.match(what)?.length;
    for (const what of [/^##+ /gm, /^\| --- /gm, /^```/gm])
      expect(count(read(`docs/de/${german}.md`), what), `${german}: ${what}`).toBe(count(english, what));
  }
});

test('names of entities in the German guides are those of the German tables', async () => {
  const { germanNamesAndPageTexts } = await import('../src/cli/german-names-and-page-texts.ts');
  const names = new Set(
    Object.values(germanNamesAndPageTexts.tables).flatMap((tables) =>
      Object.values(tables).flatMap(({ metrics, actions = {} }) => [
        ...Object.values(metrics),
        ...Object.values(actions),
      ]),
    ),
  );
  const named = ['fritzbox', 'nvme', 'storage'].flatMap((guide) =>
    [...read(`docs/de/${guide}.md`).matchAll(/(?<!\*)\*([^*\n]+)\*(?!\*)/g)].map(([, name = '']) => name),
  );
  expect(named.length).toBeGreaterThan(40);
  const others = new Set([
    'Percentage Used Endurance Indicator',
    'FRITZ!Box Einstellungen',
    'Vergessen',
    'eingeschränkt',
    'nicht verfügbar',
    'nicht mehr vorhanden',
    'könnte',
    'Kein',
  ]);
  expect(named.filter((name) => !names.has(name) && !others.has(name))).toEqual(['8']);
});
