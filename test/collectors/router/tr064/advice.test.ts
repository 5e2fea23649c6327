import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { routerTextsInGerman } from '../../../../src/collectors/router/german-texts.ts';
import { routerCollector } from '../../../../src/collectors/router/index.ts';
import type { RouterReading } from '../../../../src/collectors/router/reading.ts';
import {
  adviceForLoginRefusal,
  fritzBoxTexts,
  publicAddressHint,
} from '../../../../src/collectors/router/tr064/advice.ts';
import { AddressResolver } from '../../../../src/lib/names/address-resolver.ts';
import { renderTranslatableText } from '../../../../src/model/translation.ts';
import { parseSettings } from '../../../../src/settings/index.ts';
import { withoutLimits } from '../../../helpers/clock.ts';
import { FritzBox } from '../../../helpers/fritzbox/index.ts';
import { memory } from '../../../helpers/memory.ts';
import { agent, probe, stateOf } from '../../../helpers/sample-collector.ts';
import { hostRoots, tree } from '../../../helpers/tree.ts';

process.env.PATH = `${join(import.meta.dirname, '../../../bin/pings')}:${process.env.PATH}`;

const login = { FRITZBOX_USERNAME: 'monitor', FRITZBOX_PASSWORD: 'gürkensalat$1' };

async function boxAt(host: string): Promise<FritzBox> {
  const box = await new FritzBox('dsl').start(49000, host);
  onTestFinished(() => box.stop());
  return box;
}

/** The only router of a machine, and what `check` says of the login. */
async function readRouter(variables: Record<string, string>, state = stateOf(probe(async () => []))) {
  withoutLimits();
  const env = parseSettings([routerCollector], { ...login, ...variables }).collectors[0]?.env as Parameters<
    typeof routerCollector.open
  >[0];
  const source = await routerCollector.open(env, { agent, hostRoots: hostRoots(), memory: memory({}), state });
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  onTestFinished(() => source.close?.());
  const [router] = await source.read(new AbortController().signal);
  const reading = router !== undefined && 'reading' in router ? (router.reading as RouterReading) : undefined;
  const advice = (source.advice?.() ?? []).map((one) => renderTranslatableText(one));
  return { access: reading?.tr064?.access, hint: reading?.tr064?.hint?.(), advice };
}

/** A machine whose default gateway is 127.0.0.77. */
const machine = () => ({
  HOST_PROC: tree({
    'proc/1/net/route':
      'Iface Destination Gateway Flags RefCnt Use Metric Mask\neth0 00000000 4D00007F 0003 0 0 100 00000000\n',
  }).proc(),
});

test('a default gateway that shows itself to be a FRITZ!Box gets the login, of which check warns; any other one gets none', async () => {
  const box = await boxAt('127.0.0.77');
  const { access, advice } = await readRouter(machine());
  expect(access).toBe('granted');
  expect(advice).toEqual([
    expect.stringMatching(/^gateway: .*default gateway: set FRITZBOX_HOSTS/),
    expect.stringMatching(/^gateway: the login goes over HTTP/),
  ]);
  box.asked = [];
  box.profile.identity.manufacturer = 'Somebody';
  expect(await readRouter(machine())).toMatchObject({
    access: 'unreachable',
    hint: expect.stringContaining('name the box in FRITZBOX_HOSTS'),
  });
  expect(box.logins).toBe(0);
});

test('a router that is named gets the login, whatever it says of itself; check warns only if there is no TLS', async () => {
  const box = await boxAt('127.0.0.78');
  box.profile.identity.manufacturer = 'Somebody';
  expect(await readRouter({ FRITZBOX_HOSTS: 'home=127.0.0.78' })).toMatchObject({
    access: 'granted',
    advice: [expect.stringMatching(/^home: the login goes over HTTP/)],
  });
  await box.stop();
  box.certificate = 'first';
  await box.start();
  expect(await readRouter({ FRITZBOX_HOSTS: 'home=127.0.0.78' })).toMatchObject({ access: 'granted', advice: [] });
});

test('an agent that does not own the router does not log in', async () => {
  const box = await boxAt('127.0.0.79');
  const state = stateOf(probe(async () => []));
  state.setOwner('router/home', { agent: 'pi', device: 'gateway' });
  expect(await readRouter({ FRITZBOX_HOSTS: 'home=127.0.0.79' }, state)).toMatchObject({ access: 'none', advice: [] });
  expect(box.logins).toBe(0);
});

test.each([
  ['8.8.8.8', true],
  ['2606:4700:4700::1111', true],
  ['10.9.8.7', false],
  ['172.31.0.1', false],
  ['172.32.0.1', true],
  ['192.168.178.1', false],
  ['100.100.1.2', false],
  ['fe80::1%eth0', false],
  ['fd00::1', false],
  ['127.0.0.1', false],
])('an address on the internet is warned of: %s %s', (address, isPublic) => {
  expect(publicAddressHint(address, new AddressResolver()) !== undefined).toBe(isPublic);
});

test('a name that leads to the internet is warned of', async () => {
  const addresses = new AddressResolver(async () => [{ address: '8.8.4.4', family: 4 }]);
  expect(publicAddressHint('fritz.example', addresses)).toBeUndefined();
  await addresses.resolve('fritz.example');
  expect(publicAddressHint('fritz.example', addresses)?.()).toMatch(/^fritz\.example is 8\.8\.4\.4/);
});

const refused = { reason: 'refused', isRetriedSoon: false, acceptedAt: undefined };

test('why the login was refused is kept as a key and said in the language of the agent', () => {
  expect(adviceForLoginRefusal(refused)?.()).toMatch(/^the box refused the login: .*; then press “Try login again”/);
  expect(adviceForLoginRefusal(refused)?.(routerTextsInGerman)).toMatch(
    /^die Box hat die Anmeldung abgelehnt: .*; danach „Anmeldung erneut versuchen“ drücken/,
  );
  const acceptedAt = new Date('2026-01-02T03:04:05Z');
  expect(
    adviceForLoginRefusal({ ...refused, reason: 'no_digest', isRetriedSoon: true, acceptedAt })?.(routerTextsInGerman),
  ).toBe(
    'die Box bietet keine Digest-Anmeldung an; angenommen bis 02.01.2026 um 03:04 UTC, deshalb versucht es der Agent innerhalb einer Stunde erneut',
  );
});

test.each(['the box offers no digest login', 'constructor'])(
  'what an earlier version kept is said as it is: %s',
  (reason) => {
    const advice = adviceForLoginRefusal({ ...refused, reason });
    expect(advice?.()).toMatch(new RegExp(`^${reason}; then press`));
    expect(advice?.(routerTextsInGerman)).toMatch(new RegExp(`^${reason}; danach`));
  },
);

test.each([
  ['English', fritzBoxTexts],
  ['German', routerTextsInGerman],
])('every hint fits the state of an entity, in %s', (_language, texts) => {
  const at = new Date('2026-09-30T12:34:56Z');
  const error = 'http://192.168.178.1:49000/tr64desc.xml: HTTP 404';
  const hints = [
    ...Object.values(texts.loginRefusals).flatMap((why) => [
      texts.loginTriedSoon(why, at),
      texts.loginPaused(why, undefined),
      texts.loginPaused(why, at),
    ]),
    texts.silentOverTr064('ECONNRESET'),
    texts.offersNoTr064(error),
    texts.rejectsHostName(error),
    texts.failsEveryRequest('/upnp/control/deviceinfo: SOAP fault 820'),
    texts.mayNotAsk('DeviceInfo:1#GetInfo, Hosts:1#GetInfo'),
    texts.deniesRequests('DeviceInfo:1#GetInfo, Hosts:1#GetInfo'),
    texts.failsRequests('DeviceInfo:1#GetInfo: HTTP 500; Hosts:1#GetInfo: HTTP 500'),
    texts.waitsForBroker,
    texts.notFritzBox,
    texts.otherCertificate,
    texts.unknownMeshList,
    texts.hidesStatus,
    texts.publicAddress('fritz-box-of-the-office.example', '203.0.113.117'),
  ];
  expect(hints.filter((hint) => hint.length > 255)).toEqual([]);
});
