import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { englishCheckAndOnceTexts } from '../../../src/cli/texts/english.ts';
import { germanCheckAndOnceTexts } from '../../../src/cli/texts/german.ts';
import { embedded, run } from '../../helpers/cli.ts';
import { freePort } from '../../helpers/ports.ts';
import { startStrictBroker } from '../../helpers/strict-broker.ts';

/** All texts by the paths of their keys, each function with numbers and words in place of what it is given. */
const sentences = (texts: object, path = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, text]: [string, unknown]): [string, string][] => {
    if (typeof text === 'string') return [[`${path}${key}`, text]];
    if (typeof text !== 'function') return sentences(text as object, `${path}${key}.`);
    return [[`${path}${key}`, String(text(...Array.from({ length: text.length }, (_, index) => index + 0.5)))]];
  });

const inEnglish = new Map(sentences(englishCheckAndOnceTexts));
const sameInBoth = new Set(['broker']);

describe('every text is German', () => {
  test.each(sentences(germanCheckAndOnceTexts))('%s', (key, text) => {
    if (!sameInBoth.has(key)) expect(text).not.toBe(inEnglish.get(key));
    expect(text).not.toMatch(/\b(the|of|and|is|are|this|that|with|not)\b|’|\s$|^\s/);
    // Whatever the English one says of this case, the German one says as well.
    for (const number of ['0.5', '1.5', '2.5'])
      expect(text.replace(',', '.').includes(number), number).toBe(inEnglish.get(key)?.includes(number));
  });
});

const german = { AGENT_LANGUAGE: 'de' };

test('once prints names and values in German', async () => {
  const { status, output } = await run({ ...german, ...(await embedded()) }, 'once');
  expect(status).toBe(0);
  expect(output).toMatch(/^Rechner\n {2}testling\n {4}CPU-\S+ +\d+(,\d+)? %/);
  expect(output).toContain('\nNVMe-Laufwerke\n  Kein NVMe-Laufwerk gefunden.\n');
  expect(output).toMatch(/^ {4}Problem +nein$/m);
  expect(output).toMatch(/^ {2}Kollektor Rechner\n( {4}.*\n)* {4}Letzte erfolgreiche Messung /m);
  expect(output).toMatch(/\nProbleme\n/);
  expect(output).toContain('der eigene Broker des Agenten');
  expect(output).not.toMatch(/\b(Problems|none|yes|no|used)\b/);
});

test('once --json is the same in every language', async () => {
  const names = async (settings: Record<string, string>) =>
    JSON.stringify(JSON.parse((await run(settings, 'once', '--json')).output), (key, value) =>
      key === 'value' || key === 'since' || key === 'lastSuccess' ? null : value,
    );
  expect(await names(german)).toBe(await names({ ...german, AGENT_LANGUAGE: 'en' }));
});

test('check prints German sentences', async () => {
  const { status, output } = await run(
    { ...german, ...(await embedded()), SITE: 'Berlin', AGENT_SCHEDULE: 'off' },
    'check',
  );
  expect(status).toBe(0);
  expect(output).toContain('✓ Einstellungen: gültig (Agent testling, Standort Berlin)');
  expect(output).toContain('! Broker: eingebaut, unter ');
  expect(output).toContain('– Agent selbst: aus (AGENT_SCHEDULE=off)');
  expect(output).toMatch(/✓ Rechner: funktioniert \(\d+ von \d+ in \d+ ms gelesen\)/);
  expect(output).toContain('✓ NVMe-Laufwerke: funktioniert (nichts gefunden)');
  expect(output).not.toMatch(/\b(works|valid|off \(|connected)\b/);
});

test('check says of a broker in German what works and what it does not take', async () => {
  const broker = await startStrictBroker({ connack: { maximumPacketSize: 4000, receiveMaximum: 2 } });
  const check = () => run({ ...german, MQTT_URL: broker.url, HOST_SYS: '/none' }, 'check');
  const { output } = await check();
  expect(output).toMatch(
    /^✓ Broker: verbunden mit \S+ \(MQTT 5\)\n✓ Broker: alle benötigten Topics sind les- und schreibbar$/m,
  );
  expect(output).toMatch(/^✗ Broker: homeassistant\/\S+ lässt sich nicht ankündigen \(\d+ Byte\): /m);
  expect(output).toMatch(/^– Probleme: der Broker hat keine frühere Liste der Probleme; diese Liste kann deshalb/m);
  broker.connack = { receiveMaximum: 2 };
  broker.retainsByNameOnly = true;
  const other = await check();
  expect(other.output).toMatch(
    /^! Broker: wie RabbitMQ sendet dieser Broker Retained-Nachrichten nur für vollständige/m,
  );
  expect(other.output).toMatch(/^✓ Broker: die größte Ankündigung \(\d+ KiB\) lässt sich senden$/m);
});

test('a broker that is not there is no reason for once to print English', async () => {
  const { output } = await run({ ...german, MQTT_URL: `mqtt://127.0.0.1:${await freePort()}` }, 'once');
  expect(output).toContain('ob es eine frühere Liste der Probleme gibt, ist nicht bekannt');
});

test('warnings of settings are German, too, and the language is that of the settings file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-german-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'lab.env'), 'AGENT_LANGUAGE=de\nMQTT_PASSWROD=x\n');
  const { output } = await run({ ...(await embedded()), MQTT_USER: 'lab' }, '--env', join(folder, 'lab.env'), 'check');
  expect(output).toMatch(/^! Einstellungen: MQTT_PASSWROD ist keine Einstellung .* gemeint ist wohl MQTT_PASSWORD$/m);
  expect(output).toMatch(/^! Einstellungen: MQTT_USER gilt als MQTT_USERNAME/m);
});
