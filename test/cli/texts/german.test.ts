import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { englishCheckAndOnceTexts } from '../../../src/cli/texts/english.ts';
import { germanCheckAndOnceTexts } from '../../../src/cli/texts/german.ts';
import { embedded, run } from '../../helpers/cli.ts';
import { freePort } from '../../helpers/ports.ts';
import { startStrictBroker } from '../../helpers/strict-broker.ts';

/** What texts are given that take no number or word. */
const argumentsOf: Record<string, unknown[]> = { oneOf: [['0.5', '1.5']] };

/** All texts by the paths of their keys, each function with numbers and words in place of what it is given. */
const sentences = (texts: object, path = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, text]: [string, unknown]): [string, string][] => {
    if (typeof text === 'string') return [[`${path}${key}`, text]];
    if (typeof text !== 'function') return sentences(text as object, `${path}${key}.`);
    const given = argumentsOf[key] ?? Array.from({ length: text.length }, (_, index) => index + 0.5);
    return [[`${path}${key}`, String(text(...given))]];
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

const wrongSettings = {
  MQTT_URL: 'nonsense',
  MQTT_KEY_FILE: '/none',
  HTTP_PORT: 'x',
  LOG_LEVEL: 'loud',
  HOST_SCHEDULE: '7s',
  FRITZBOX_HOSTS: 'http://fritz.box:99999/',
  HA_BASE_URL: 'http://fd00::1/',
  NOTIFY_URL: 'https://user:p/w@host',
  AGENT_NAME: 'sites',
  MQTT_PASSWROD: 'x',
};

test.each(['check', 'once'])('%s says in German what is wrong with settings', async (command) => {
  const { status, output } = await run({ ...german, ...wrongSettings }, command);
  expect(status).toBe(2);
  expect(output.trimEnd().split('\n')).toEqual([
    '10 Einstellungen sind falsch:',
    '  LOG_LEVEL: "loud" ist nicht gültig; erwartet: einer der Werte trace, debug, info, warn, error',
    '  MQTT_URL: "nonsense" ist nicht gültig; erwartet: URL mit Host (mqtt://, mqtts://, ws://, wss:// oder embedded://); gemeint ist wohl mqtt://nonsense:1883',
    '  HTTP_PORT: "x" ist nicht gültig; erwartet: ganze Zahl von 0 bis 65535',
    '  NOTIFY_URL: *** ist nicht gültig; erwartet: URL mit Host (http:// oder https://); in Benutzername und Passwort % als %25, # als %23, / als %2F, ? als %3F und @ als %40 schreiben',
    '  HOST_SCHEDULE: "7s" ist nicht gültig; erwartet: Intervall, das in einer Minute, einer Stunde oder einem Tag aufgeht; Cron-Ausdruck mit sechs Feldern (Sekunden zuerst), zu dem mindestens ein Datum passt; oder off',
    '  FRITZBOX_HOSTS: "http://fritz.box:99999/" ist nicht gültig; erwartet: durch Kommas getrennte Adressen, auf Wunsch mit Namen: keller=192.168.178.1; ein Komma in einer URL als %2C schreiben; der Port muss eine Zahl von 1 bis 65535 sein',
    '  HA_BASE_URL: "http://fd00::1/" ist nicht gültig; erwartet: URL mit Host und ohne Zugangsdaten (http:// oder https://) oder durch Kommas getrennte Liste von Name=URL; eine IPv6-Adresse steht in einer URL in eckigen Klammern: [fd00::1]:1883',
    '  MQTT_CERT_FILE, MQTT_KEY_FILE: entweder beide setzen oder keine',
    '  AGENT_NAME: "sites" ist nicht möglich; reserviert sind die Namen sites, bridge, shared',
    '  MQTT_PASSWROD ist keine Einstellung dieses Programms; gemeint ist wohl MQTT_PASSWORD',
  ]);
});

test('names in settings that name nothing, or two things, are told in German', async () => {
  const check = async (settings: Record<string, string>) => (await run({ ...german, ...settings }, 'check')).output;
  expect(await check({ HA_BASE_URL: 'home=http://127.0.0.1:1', HA_TOKEN_CELLAR: 'x' })).toBe(
    'Eine Einstellung ist falsch:\n  HA_TOKEN_CELLAR: den Namen CELLAR hat keine Instanz in HA_BASE_URL; möglich: HA_TOKEN_HOME\n',
  );
  expect(await check({ ROUTER_SCHEDULE: '1m', FRITZBOX_HOSTS: 'a=10.0.0.1,a=10.0.0.2' })).toBe(
    'FRITZBOX_HOSTS, PING_TARGETS: der Name „a“ ist schon vergeben; einen anderen wählen: Name=Adresse\n',
  );
});

test('a settings file is read for its language, whatever else is wrong with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-german-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'lab.env');
  writeFileSync(file, 'MQTT_URL mqtt://x\nAGENT_LANGUAGE=de\n');
  const { output } = await run({}, '--env', file, 'check');
  expect(output).toBe(`Eine Einstellung ist falsch:\n  ${file}, Zeile 1: erwartet wird MQTT_URL=Wert\n`);
  const { output: missing } = await run(german, '--env', '/no/such.env', 'once');
  expect(missing).toBe('Eine Einstellung ist falsch:\n  --env: /no/such.env gibt es nicht\n');
});

test('where the language itself is wrong, what is wrong is said in English', async () => {
  const { output } = await run({ AGENT_LANGUAGE: 'deutsch', HTTP_PORT: 'x' }, 'check');
  expect(output).toBe(
    '2 settings are wrong:\n  AGENT_LANGUAGE: got "deutsch", expected one of en, de\n  HTTP_PORT: got "x", expected integer from 0 to 65535\n',
  );
});

test('what the agent logs of wrong settings is English', async () => {
  const { output } = await run({ ...german, HTTP_PORT: 'x' }, 'run');
  expect(output).toBe('A setting is wrong:\n  HTTP_PORT: got "x", expected integer from 0 to 65535\n');
});

test('drives that the settings name and that are not there are told in German', async () => {
  const settings = { STORAGE_DRIVES: '/dev/nix', NVME_DEVICES: '/dev/nvme7', HOST_FILESYSTEMS: '/nix' };
  const { status, output } = await run({ ...german, ...(await embedded()), ...settings }, 'check');
  expect(status).toBe(1);
  expect(output).toMatch(/^✗ Speicher: STORAGE_DRIVES: das Laufwerk \/dev\/nix gibt es nicht; gefunden: /m);
  expect(output).toMatch(/^✗ NVMe-Laufwerke: NVME_DEVICES: das Laufwerk \/dev\/nvme7 gibt es nicht; gefunden: /m);
});

test('why a whole collector fails is told in German', async () => {
  const { output } = await run({ ...german, SITES: 'true', MQTT_URL: `mqtt://127.0.0.1:${await freePort()}` }, 'check');
  expect(output).toMatch(/^✗ Standorte: ohne Verbindung zum Broker sind die Zustände der Agenten unbekannt$/m);
});

test('why a server does not take notifications is told in German', async () => {
  const server = createServer((_, response) => response.writeHead(401).end());
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { output } = await run(
    { ...german, ...(await embedded()), NOTIFY_URL: `http://127.0.0.1:${port}/lab` },
    'check',
  );
  expect(output).toMatch(/: HTTP-Status 401; NOTIFY_TOKEN oder Benutzername und Passwort in NOTIFY_URL prüfen$/m);
});
