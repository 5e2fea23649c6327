import { expect, onTestFinished, test } from 'vitest';
import { fritzBoxTexts } from '../../../../src/collectors/router/tr064/advice.ts';
import { loginMemoryFormat } from '../../../../src/collectors/router/tr064/reading.ts';
import { Tr064Client } from '../../../../src/collectors/router/tr064/tr064-client.ts';
import { readClocks } from '../../../../src/lib/clocks.ts';
import { Secret } from '../../../../src/model/secret.ts';
import { withoutLimits } from '../../../helpers/clock.ts';
import { withEnglishHint } from '../../../helpers/english-hint.ts';
import { FritzBox } from '../../../helpers/fritzbox/index.ts';
import { memory } from '../../../helpers/memory.ts';

const never = new AbortController().signal;

async function scene(certificate: FritzBox['certificate'], kept: Record<string, unknown> = {}) {
  withoutLimits();
  const box = new FritzBox('dsl');
  box.certificate = certificate;
  await box.start();
  onTestFinished(() => box.stop());
  const store = memory(kept);
  let passedMs = 0;
  const clock = () => {
    const { wall, monotonic } = readClocks();
    return { wall: wall + passedMs, monotonic: monotonic + passedMs };
  };
  const client = (password = 'gürkensalat$1') => {
    const one = new Tr064Client(box.address, { username: 'monitor', password: new Secret(password) }, clock, {
      memory: store,
      device: 'home',
    });
    onTestFinished(() => one.close());
    /** Reads so much later that some of the items are due. */
    const read = async () => {
      passedMs += 90_000;
      const reading = await one.read(never);
      return reading && withEnglishHint(reading);
    };
    return { read, tryLogin: () => one.tryLogin(), isPlain: () => one.isLoginPlain };
  };
  const logins = () => box.asked.filter(({ isLogin }) => isLogin);
  const changeTo = async (next: FritzBox['certificate']) => {
    await box.stop();
    box.certificate = next;
    await box.start();
    box.asked = [];
  };
  return { box, client, logins, changeTo, store, saved: () => loginMemoryFormat.parse(store.recall('home')) };
}

test('where the box offers TLS, nothing with the login goes over HTTP, and its certificate is kept', async () => {
  const { client, logins, saved } = await scene('first');
  const one = client();
  expect(await one.read()).toMatchObject({ access: 'granted', dsl: { isUp: true }, hosts: expect.any(Array) });
  expect(logins().length).toBeGreaterThan(5);
  expect(logins().every(({ isTls }) => isTls)).toBe(true);
  expect(one.isPlain()).toBe(false);
  expect(saved()?.certificate).toMatch(/^[\dA-F]{64}$/);
});

test('a box without TLS gets the login over HTTP, which is known', async () => {
  const { client, logins, saved } = await scene(undefined);
  const one = client();
  expect((await one.read())?.access).toBe('granted');
  expect(logins().some(({ isTls }) => isTls)).toBe(false);
  expect(one.isPlain()).toBe(true);
  expect(saved()?.certificate).toBeUndefined();
});

test('another certificate gets no login, until the user asks for one; then it is kept', async () => {
  const { client, logins, changeTo, saved } = await scene('first');
  const one = client();
  await one.read();
  const { certificate } = saved() ?? {};
  await changeTo('second');
  for (let index = 0; index < 2; index += 1)
    expect(await one.read()).toMatchObject({ access: 'paused', hint: expect.stringContaining('Try login again') });
  expect(logins()).toEqual([]);
  expect(saved()?.certificate).toBe(certificate);
  one.tryLogin();
  expect((await one.read())?.access).toBe('granted');
  expect(logins().every(({ isTls }) => isTls)).toBe(true);
  expect(saved()?.certificate).not.toBe(certificate);
});

test('the certificate is remembered over a restart of the agent', async () => {
  const { client, logins, changeTo, store } = await scene('first');
  await client().read();
  const kept = structuredClone(store.recall('home'));
  await changeTo('second');
  store.load({ home: kept });
  expect((await client().read())?.access).toBe('paused');
  expect(logins()).toEqual([]);
});

test('a box that offers TLS no more gets no login over HTTP', async () => {
  const { client, logins, changeTo } = await scene('first');
  const one = client();
  await one.read();
  await changeTo(undefined);
  expect((await one.read())?.access).toBe('unreachable');
  expect((await one.read())?.access).toBe('paused');
  expect(logins()).toEqual([]);
  one.tryLogin();
  expect((await one.read())?.access).toBe('granted');
});

test('the button, pressed after a refused login, takes no other certificate', async () => {
  const { box, client, logins, changeTo } = await scene('first');
  box.guard.wait = 10;
  const one = client('wrong');
  expect((await one.read())?.access).toBe('refused');
  await changeTo('second');
  one.tryLogin();
  expect((await one.read())?.access).toBe('paused');
  expect(logins()).toEqual([]);
});

test('a port that nothing listens at is as none, for a box that never answered there', async () => {
  const { box, client, logins } = await scene('first');
  const { port } = new URL(`http://${box.address}`);
  await box.stop();
  box.certificate = undefined;
  await box.start();
  box.profile.answers.DeviceInfo1 = { ...box.profile.answers.DeviceInfo1 };
  box.faults.set('DeviceInfo1#GetSecurityPort', 501);
  expect((await client().read())?.access).toBe('granted');
  expect(logins().length).toBeGreaterThan(0);
  expect(box.address).toContain(port);
});

test.each([{ certificate: 'x' }, { certificate: 7 }, { certificate: 'a'.repeat(64) }, 'x', null])(
  'an odd certificate in the memory is none: %j',
  (content) => {
    expect(loginMemoryFormat.parse(content)?.certificate).toBeUndefined();
  },
);

test('of two certificates the one that this process has accepted stays', () => {
  const [ours, theirs] = ['A'.repeat(64), 'B'.repeat(64)];
  expect(loginMemoryFormat.merge({ certificate: ours }, { certificate: theirs })).toEqual({ certificate: ours });
  expect(loginMemoryFormat.merge({}, { certificate: theirs })).toEqual({ certificate: theirs });
});

test('the English sentence that an earlier version kept of a refusal becomes its key, and other words stay', () => {
  const keptAs = (reason: string) =>
    loginMemoryFormat.parse({ refused_login: { mark: 'ab12', reason, logins: 1, until: 5 } })?.refused_login?.reason;
  for (const [key, sentence] of Object.entries(fritzBoxTexts.loginRefusals)) {
    expect(keptAs(sentence)).toBe(key);
    expect(keptAs(key)).toBe(key);
  }
  expect(keptAs('the box was not in the mood')).toBe('the box was not in the mood');
  expect(loginMemoryFormat.parse({})).toEqual({});
});
