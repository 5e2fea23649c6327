import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, expect, test } from 'vitest';
import { slug } from '../../../src/model/naming.ts';
import { program } from '../../helpers/agent.ts';
import { until } from '../../helpers/until.ts';
import { Home } from '../router/home.ts';
import { type Announcement, announce } from './announcer.ts';
import { converse, openTerminal } from './conversation.ts';

// `setup` in a home of network namespaces: behind the router there are Mosquitto, and who announces what.

const { router } = Home.addresses;
const other = '192.168.77.3';
const password = 'sesame';
const mosquittoService: Announcement = {
  type: '_mqtt._tcp',
  name: 'Mosquitto on nas',
  host: 'nas.local',
  address: router,
  port: 1883,
};
const homeAssistantService: Announcement = {
  type: '_home-assistant._tcp',
  name: 'Home',
  host: 'hass.local',
  address: other,
  port: 8123,
  text: 'location_name=Haus am See',
};

let home: Home;
let file: string;
beforeEach(() => {
  home = new Home();
  home.ip('router', 'addr', 'add', `${other}/24`, 'dev', 'lan0');
  file = join(home.folder, 'settings');
});

/** A Mosquitto on both addresses of the router, which wants a login if it is guarded. */
async function startBroker({ guarded }: { guarded: boolean }): Promise<void> {
  const folder = join(home.folder, 'mosquitto');
  mkdirSync(folder);
  const access = guarded ? `password_file ${folder}/passwords` : 'allow_anonymous true';
  if (guarded) await execa('mosquitto_passwd', ['-b', '-c', join(folder, 'passwords'), 'lab', password]);
  writeFileSync(join(folder, 'mosquitto.conf'), `user root\nlistener 1883 0.0.0.0\n${access}\n`);
  const { output } = home.start('router', {}, 'mosquitto', '-c', join(folder, 'mosquitto.conf'));
  await until(`Mosquitto: ${output()}`, () => output().includes('running'), 20);
}

const setUp = [process.execPath, program];
const ask = (...answers: (readonly [question: string, answer: string])[]) =>
  converse(openTerminal(home, [...setUp, '--env', file, 'setup']), answers);
const broker = (answer: string) => ['Broker that Home Assistant uses', answer] as const;
const login = (word: string) =>
  [
    ['Username at the broker', 'lab\n'],
    ['Password: ', `${word}\n`],
  ] as const;
const settings = () => (existsSync(file) ? readFileSync(file, 'utf8').replaceAll(/^(#.*)?\n/gm, '') : undefined);
/** Written once, so that a new host name makes no other agent. */
const agentId = `AGENT_ID=${slug(hostname())}\n`;

test('one broker is found; a refused password is asked for once more; a rerun changes one thing', async () => {
  await startBroker({ guarded: true });
  await announce(home, 'router', [mosquittoService]);
  const first = await ask(broker('\n'), ...login('simsim'), ...login(password), ['Site', 'Haus am See\n']);
  expect(first.shown).toMatch(/1 {2}mqtt:\/\/\S+:1883 {2}\(“Mosquitto on nas” is announced by mDNS\)/);
  expect(first.shown).toContain('The broker requires a login');
  expect(first.shown).toContain('check MQTT_USERNAME and MQTT_PASSWORD');
  expect(first.shown).not.toMatch(/sesame|simsim/);
  expect(first.status).toBe(0);
  expect(settings()).toBe(
    `MQTT_URL=mqtt://${router}:1883\nMQTT_USERNAME=lab\nMQTT_PASSWORD=sesame\nSITE=Haus am See\n${agentId}`,
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const before = readFileSync(file, 'utf8');
  writeFileSync(file, `${before}\n# Mine\nHOST_SCHEDULE=off\n`);
  const second = await ask(
    broker(`${other}\n`),
    ['Username at the broker [lab]', '\n'],
    ['Password', '\n'],
    ['Site', '\n'],
  );
  expect(second.status).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(
    `${before.replace(`mqtt://${router}:1883`, `mqtt://${other}`)}\n# Mine\nHOST_SCHEDULE=off\n`,
  );
});

test('two are found, and one is picked by its number', async () => {
  await startBroker({ guarded: false });
  await announce(home, 'router', [mosquittoService, homeAssistantService]);
  const { shown, status } = await ask(broker('2\n'), ['Site', '\n']);
  expect(shown).toMatch(
    /1 {2}mqtt:\/\/\S+ {2}\(Home Assistant “Haus am See” runs there\)\n {2}2 {2}mqtt:\/\/\S+ {2}\(“Mosq/,
  );
  expect(status).toBe(0);
  expect(settings()).toBe(`MQTT_URL=mqtt://${router}:1883\n${agentId}`);
});

test('none is found: it asks for an address, and again, with the reason and an example, where there is no broker at that', async () => {
  await startBroker({ guarded: false });
  const wrong = ['', '7', 'nas.lokal', 'mqtt://nas:99999', `${other}:1`];
  const { shown, status } = await ask(...[...wrong, other].map((answer) => broker(`${answer}\n`)), ['Site', '\n']);
  expect(shown).toContain('None found.');
  expect(shown).toContain('An address is needed. For example: mqtt://homeassistant.local:1883');
  expect(shown).toContain('There is no broker with the number 7. For example: mqtt://');
  expect(shown).toMatch(/✗ Broker: .*nas\.lokal.*\n.*For example: mqtt:/);
  expect(shown).toMatch(/✗ Broker: MQTT_URL: .*the port must be a number from 1 to 65535\n.*For example: mqtt:/);
  expect(shown).toMatch(/✗ Broker: .*ECONNREFUSED.*\n.*For example: mqtt:/);
  expect(status).toBe(0);
  expect(settings()).toBe(`MQTT_URL=mqtt://${other}\n${agentId}`);
});

test('two wrong passwords, and Ctrl+C: nothing is written', async () => {
  await startBroker({ guarded: true });
  const wrong = await ask(broker(`${router}\n`), ...login('simsim'), ...login('sim'));
  expect({ status: wrong.status, settings: settings() }).toEqual({ status: 2, settings: undefined });
  const cancelled = await ask(broker('\x03'));
  expect(cancelled.shown).toContain('Cancelled; nothing was changed');
  expect({ status: cancelled.status, settings: settings() }).toEqual({ status: 2, settings: undefined });
});

test('without a terminal no broker is trusted that merely says it is one', async () => {
  await startBroker({ guarded: false });
  await announce(home, 'router', [mosquittoService]);
  const run = async (...args: string[]) => {
    const { child, output } = home.start('home', {}, ...setUp, '--env', file, 'setup', ...args);
    child.stdin?.end();
    await until(`it ends: ${output()}`, () => child.exitCode !== null, 30);
    return { status: child.exitCode, output: output() };
  };
  expect(await run()).toEqual({
    status: 2,
    output: expect.stringMatching(/“Mosquitto on nas”[\s\S]*--broker or MQTT_URL/),
  });
  expect(settings()).toBeUndefined();
  expect(await run('--broker', router)).toMatchObject({ status: 0 });
  expect(settings()).toBe(`MQTT_URL=mqtt://${router}\n${agentId}`);
});

test('a FRITZ!Box as the gateway: its account is offered, tried once, and written if it is accepted', async () => {
  await startBroker({ guarded: false });
  const box = join(import.meta.dirname, '../../helpers/fritzbox/stand-alone.mjs');
  const { output } = home.start(
    'router',
    {},
    process.execPath,
    box,
    'dsl',
    '--host',
    router,
    '--user',
    'monitor',
    '--password',
    password,
  );
  await until(`a FRITZ!Box: ${output()}`, () => output().includes('ready'), 30);
  const account = (word: string) =>
    [
      ['FRITZ!Box user', 'monitor\n'],
      ['Password: ', `${word}\n`],
    ] as const;

  const refused = await ask(broker(`${router}\n`), ['Site', '\n'], ...account('simsim'));
  expect(refused.shown).toMatch(/Your router is a FRITZ!Box/);
  expect(refused.shown).toMatch(/✗ FRITZ!Box.*refused the login/);
  expect({ status: refused.status, settings: settings() }).toEqual({
    status: 0,
    settings: `MQTT_URL=mqtt://${router}\n${agentId}`,
  });
  const accepted = await ask(broker('\n'), ['Site', '\n'], ...account(password));
  expect(accepted.shown).toMatch(/✓ FRITZ!Box.*: accepts the account/);
  expect(settings()).toBe(
    `MQTT_URL=mqtt://${router}\n${agentId}FRITZBOX_USERNAME=monitor\nFRITZBOX_PASSWORD=${password}\n`,
  );
  const again = await ask(broker('\n'), ['Site', '\n']);
  expect(again.shown).not.toContain('Your router');
});
