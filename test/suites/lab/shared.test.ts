import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../helpers/until.ts';
import { household, Lab, names } from './lab.ts';

// One broker, in Berlin: those at home there speak to it directly, the others with TLS. Each agent has a user of its
// own name.
const lab = new Lab((name, { home, programs }) => ({
  MQTT_URL: household[name] === 'Berlin' ? 'mqtt://127.0.0.1' : `mqtts://${home('Berlin').address}`,
  MQTT_CA_FILE: join(programs.folder, 'ca.pem'),
  MQTT_USERNAME: name === 'nas' ? 'watch' : name,
  FRITZBOX_HOSTS: `home=${home(household[name]).gateway}`,
  ROUTER_SCHEDULE: '*/10 * * * * *',
  ...(name === 'nas' ? { SITES: 'true' } : {}),
  ...(name === 'desk' ? { PING_TARGETS: `cottage=${home('Cottage').router}` } : {}),
}));

function certify(folder: string, address: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Own authority', '-days', '2');
  openssl(
    'req',
    ...key,
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=broker',
    '-addext',
    `subjectAltName=IP:${address}`,
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-copy_extensions',
    'copy',
    '-out',
    'server.pem',
    '-days',
    '2',
  );
}

/** The watch's clock, which can be set. */
const clock = () => join(lab.programs.folder, 'clock');
const set = (difference: string) => writeFileSync(clock(), `${difference}\n`);

beforeAll(async () => {
  const { folder } = lab.programs;
  certify(folder, lab.home('Berlin').address);
  const users = ['homeassistant', 'watch', ...names];
  const pem = Object.fromEntries(
    ['ca.pem', 'server.pem', 'server.key'].map((file) => [`/etc/mosquitto/${file}`, join(folder, file)]),
  );
  const broker = lab.startBroker('Berlin', 'shared', users, pem);
  await until('the broker listens', () => broker.output().includes('running'));
  set('+0');
  const [library = ''] = execFileSync('sh', ['-c', 'ls /usr/lib/*/faketime/libfaketime.so.1'], {
    encoding: 'utf8',
  }).split('\n');
  const faked = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: clock(),
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  for (const name of names) lab.startAgent(name, [], name === 'nas' ? faked : {});
});
afterAll(() => lab.end());

test('everything well', async () => {
  for (const [site, expected] of [
    ['berlin', 2],
    ['cottage', 2],
    ['cellar', 1],
  ] as const)
    await lab.ear.hears(site, { agents_expected: expected }, 60);
  await lab.isWell(60);
});

test('a line is cut: one alarm within a minute, healed without a restart', async () => {
  lab.home('Cottage').cut();
  const words = 'the router of Cottage does not answer from outside (asked by desk)';
  await lab.ear.hears('cottage', { problem: 'ON' }, 60);
  const seconds = await lab.ear.hears(
    'cottage',
    { cause: 'router_unreachable', worst_problem: words, online: 'OFF', agents_lost: null },
    60,
  );
  await lab.ear.hears('agent_pi', { agent_online: null, agent_state: `unknown because ${words}` }, 10);
  await lab.isWell(10, ['cottage']);
  lab.home('Cottage').heal();
  await lab.isWell(90);
  console.log(`cut: agents missed ${seconds.toFixed(1)} s after the router`);
});

test('the only agent of a site is cut off, and nobody looks at its router', async () => {
  lab.home('Cellar').cut();
  const seconds = await lab.ear.hears('cellar', { cause: 'agent_lost', online: 'OFF' }, 60);
  lab.home('Cellar').heal();
  await lab.isWell(90);
  console.log(`cut: shown after ${seconds.toFixed(1)} s`);
});

test('the clock of the watch jumps, on and back: it goes on, and what was so has lasted as long', async () => {
  const dayMs = 24 * 3600 * 1000;
  const since = (site: string) => Date.parse(String(lab.ear.told(site)?.since));
  const before = since('cottage');
  set('+1d');
  await lab.kill('server');
  await lab.ear.hears('cellar', { cause: 'agent_lost' }, 60);
  expect(since('cellar') - Date.now()).toBeGreaterThan(dayMs - 3600 * 1000);
  set('-1d');
  lab.startAgent('server');
  await lab.isWell(60);
  // By the watch's clock, which it reads after the one that never jumps.
  expect(Math.abs(since('cottage') - (before - dayMs))).toBeLessThan(5000);
  set('+0');
  await until('the time before', () => Math.abs(since('cottage') - before) < 5000);
});
