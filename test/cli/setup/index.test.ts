import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { guarded } from '../../helpers/guarded.ts';
import { startInstance } from '../../helpers/instance.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

/** What `setup` does without a terminal, with this file of settings. */
async function setUp(before: string | undefined, settings: Record<string, string>, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'env');
  if (before !== undefined) writeFileSync(file, before, { mode: 0o600 });
  const agent = startAgent(settings, ['--env', file, 'setup', ...args]);
  const status = await agent.ended;
  return { status, output: agent.output(), file, after: existsSync(file) ? readFileSync(file, 'utf8') : undefined };
}

async function startBroker(): Promise<string> {
  const port = await freePort();
  const agent = startAgent({ MQTT_URL: `embedded://127.0.0.1:${port}`, AGENT_NAME: 'broker' });
  await until('a broker', () => agent.output().includes('MQTT: connected'));
  return `127.0.0.1:${port}`;
}

test('without a terminal: the broker is tried, the settings are written for their owner alone, and a rerun changes one thing', async () => {
  const broker = await startBroker();
  const first = await setUp(
    undefined,
    { MQTT_PASSWORD: 'it’s #1 "sesame"', SITE: 'Haus am See' },
    '--broker',
    broker,
    '--username',
    'lab',
  );
  expect(first).toMatchObject({
    status: 0,
    output: expect.stringContaining('all required topics can be read and written'),
  });
  expect(statSync(first.file).mode & 0o777).toBe(0o600);
  expect(first.after).toMatch(new RegExp(`^# .*\\nMQTT_URL=mqtt://${broker}\\n\\n# .*\\nMQTT_PASSWORD=`));
  // The host's name may change; the agent's id must not.
  expect(first.after).toMatch(/\nAGENT_ID=\w+\n/);
  expect(first.output).not.toContain('sesame');

  const without = await setUp(first.after, {}, '--site', '', '--username', '');
  expect(without.after).not.toMatch(/^(SITE|MQTT_USERNAME|MQTT_PASSWORD)=/m);

  const again = await setUp(`${first.after}\n# Mine\nHOST_SCHEDULE=off\n`, {}, '--site', 'Berlin');
  expect(again.status).toBe(0);
  expect(again.after).toBe(`${first.after?.replace('SITE=Haus am See', 'SITE=Berlin')}\n# Mine\nHOST_SCHEDULE=off\n`);
});

test('a password without a user name, and a login that the broker does not need, are told', async () => {
  const broker = await startBroker();
  const { output } = await setUp(undefined, { MQTT_PASSWORD: 'sesame' }, '--broker', broker, '--username', 'lab');
  expect(output).toContain('accepts connections without a login, too');
  const unreachable = `127.0.0.1:${await freePort()}`;
  expect((await setUp(undefined, { MQTT_PASSWORD: 'sesame' }, '--broker', unreachable)).output).toContain(
    'MQTT_PASSWORD is set and MQTT_USERNAME is not',
  );
});

test('a file in a folder that does not exist is refused before anything is asked', async () => {
  const agent = startAgent({}, ['--env', '/nowhere/env', 'setup', '--broker', '127.0.0.1:1']);
  expect(await agent.ended).toBe(2);
  expect(agent.output()).toBe('/nowhere/env cannot be written: there is no folder /nowhere\n');
});

test('nothing is written where the broker can’t be reached or a setting is wrong', async () => {
  const before = 'SITE=Berlin\n';
  expect(await setUp(before, {}, '--broker', `127.0.0.1:${await freePort()}`)).toMatchObject({
    status: 2,
    after: before,
    output: expect.stringContaining('ECONNREFUSED'),
  });
  expect(await setUp(before, {}, '--broker', 'http://nas')).toMatchObject({
    status: 2,
    after: before,
    output: expect.stringContaining('MQTT_URL: got "http://nas"'),
  });
});

test('an address from the environment may lack its scheme, like one of the command line; so may several', async () => {
  const broker = await startBroker();
  expect(await setUp(undefined, { MQTT_URL: broker })).toMatchObject({
    status: 0,
    after: expect.stringContaining(`\nMQTT_URL=mqtt://${broker}\n`),
  });
  const away = `127.0.0.1:${await freePort()}`;
  expect(await setUp(undefined, {}, '--broker', ` ${away}, ${broker}`)).toMatchObject({
    status: 0,
    // The one that answers.
    output: expect.stringContaining(`Broker: connected to mqtt://${broker};`),
    after: expect.stringContaining(`\nMQTT_URL=mqtt://${away},mqtt://${broker}\n`),
  });
});

test.each(['mqtt//nas', 'mqtt:/nas', 'mqtt:///nas'])('the scheme of %s is no host', async (typed) =>
  expect(await setUp(undefined, {}, '--broker', typed)).toMatchObject({
    status: 2,
    after: undefined,
    output: expect.stringMatching(/^✗ Broker: MQTT_URL: got .*expected URL with a host/),
  }),
);

test('the certificates of a broker are taken from the environment, and written', async () => {
  const broker = await startBroker();
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const MQTT_CA_FILE = join(folder, 'ca.pem');
  writeFileSync(MQTT_CA_FILE, '-----BEGIN CERTIFICATE-----\n');
  expect(await setUp(undefined, { MQTT_CA_FILE }, '--broker', broker)).toMatchObject({
    status: 0,
    after: expect.stringContaining(`\nMQTT_CA_FILE=${MQTT_CA_FILE}\n`),
  });
});

test('a password with a line break is refused for that reason', async () => {
  const { output } = await setUp(undefined, { MQTT_PASSWORD: 'se\nsame' }, '--broker', await startBroker());
  expect(output).toMatch(/^MQTT_PASSWORD contains a line break, .* set MQTT_PASSWORD_FILE to its path\n$/);
  const site = await setUp(undefined, {}, '--broker', '127.0.0.1:1', '--site', 'Ber\nlin');
  expect(site.output).toBe('SITE contains a line break, which a settings file cannot hold\n');
});

test('each permission that is missing has a line', async () => {
  const { url } = await guarded({ unread: /./ });
  const { status, output } = await setUp(undefined, {}, '--broker', url);
  expect({ status, lines: output.split('\n').filter((line) => line.includes('refuses')) }).toEqual({
    status: 2,
    lines: [
      expect.stringMatching(/^✗ Broker: the broker refuses the subscription to /),
      expect.stringMatching(/^✗ Broker: the broker refuses homeassistant\//),
    ],
  });
});

test('a refused login is told once, and the password never', async () => {
  // CONNACK of MQTT 5: not authorized.
  const broker = createServer((socket) =>
    socket.once('data', () => socket.write(Buffer.of(0x20, 3, 0, 0x87, 0))),
  ).listen(0, '127.0.0.1');
  await until('it listens', () => broker.listening);
  onTestFinished(() => void broker.close());
  const address = broker.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const { status, output, after } = await setUp(
    undefined,
    { MQTT_PASSWORD: 'sesame' },
    '--broker',
    `127.0.0.1:${port}`,
    '--username',
    'lab',
  );
  expect({ status, after }).toEqual({ status: 2, after: undefined });
  expect(output).toContain('check MQTT_USERNAME and MQTT_PASSWORD');
  expect(output).not.toContain('sesame');
});

test('what cannot take effect is said', async () => {
  const broker = await startBroker();
  const account = { FRITZBOX_USERNAME: 'monitor', FRITZBOX_PASSWORD: 'sesame' };
  const { status, output, after } = await setUp('ROUTER_SCHEDULE=off\n', account, '--broker', broker, '--drives');
  expect(status).toBe(0);
  expect(output).toContain(
    'Router: FRITZBOX_USERNAME and FRITZBOX_PASSWORD had no effect: the settings already have ROUTER_SCHEDULE',
  );
  expect(output).toContain('--drives had no effect: the helper reads drives for the service');
  expect(after).not.toContain('FRITZBOX');
});

test('the agent speaks German where Home Assistant does, unless its settings name a language', async () => {
  const broker = await startBroker();
  const instance = await startInstance();
  // Without the router, no gateway is looked for.
  const before = `HA_BASE_URL=home=${instance.url.href}\nHA_TOKEN=right\nROUTER_SCHEDULE=off\n`;
  const languageAfter = async (language: string, settings = before) => {
    instance.script.results.get_config = { language };
    const { status, output, after } = await setUp(settings, {}, '--broker', broker);
    expect(status, output).toBe(0);
    return /^AGENT_LANGUAGE=(.*)$/m.exec(after ?? '')?.[1];
  };
  expect(await languageAfter('de')).toBe('de');
  expect(await languageAfter('de-CH')).toBe('de');
  expect(await languageAfter('fr')).toBeUndefined();
  expect(await languageAfter('de', `${before}AGENT_LANGUAGE=en\n`)).toBe('en');
  expect(await languageAfter('de', before.replace('right', 'wrong'))).toBeUndefined();
});
