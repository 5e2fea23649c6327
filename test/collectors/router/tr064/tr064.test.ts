import { expect, test } from 'vitest';
import { Secret } from '../../../../src/model/secret.ts';
import { withoutLimits } from '../../../helpers/clock.ts';
import { right, stage } from '../../../helpers/fritzbox/stage.ts';
import { until } from '../../../helpers/until.ts';

test.each(['dsl', 'cable', 'fibre', 'mobile', 'repeater'] as const)('a box of kind %s', async (profile) => {
  withoutLimits();
  const { box, read, turn } = await stage(profile);
  await read();
  turn(60);
  await expect(`${JSON.stringify(await read(), undefined, 2)}\n`).toMatchFileSnapshot(`../../../cases/router/tr064/${profile}.json`);
  expect(box.connections).toBe(1);
});

test('nothing private leaves, and nothing is written', async () => {
  for (const profile of ['dsl', 'cable', 'fibre', 'mobile', 'repeater'] as const) {
    const { box, read, turn } = await stage(profile);
    const told = JSON.stringify(await read());
    turn(4000);
    expect(told + JSON.stringify(await read())).not.toMatch(/secret|4711|gürkensalat|192\.0\.2\.|198\.51|sid=|phone-of-ada|001010123456789/);
    for (const { action } of box.asked) expect(action ?? 'Get').toMatch(/^[\w-]*#?(?:X_AVM-DE_)?Get/);
    expect(box.asked.map(({ action }) => action)).not.toContain('WLANConfiguration1#GetSecurityKeys');
  }
});

test('a wrong password: two logins in a day, ever fewer after it, each counted and told', async () => {
  const { box, read, turn } = await stage('dsl', { ...right, password: new Secret('wrong') });
  expect(await read()).toMatchObject({
    access: 'refused',
    refusals: 1,
    hint: expect.stringMatching(/check FRITZBOX_USERNAME .* press “Try login again”/),
    nextLogin: new Date(Date.UTC(2026, 0, 2, 12)),
  });
  const day = 24 * 60;
  const accesses = new Set<string | undefined>();
  for (let minute = 1; minute < day; minute += 1) {
    turn(60);
    accesses.add((await read())?.access);
  }
  expect(box.logins).toBe(2);
  expect(box.guard.wrongTries).toBe(2);
  expect([...accesses]).toEqual(['paused', 'refused']);
  for (let minute = 0; minute < 9 * day; minute += 10) {
    turn(600);
    await read();
  }
  expect(box.logins).toBe(6);
  expect(await read()).toMatchObject({ access: 'paused', refusals: 6, device: { model: 'FRITZ!Box 7599' } });
});

test('a password that is changed while we look: no more than two logins are refused in a day, and the right one is taken when it is back', async () => {
  const { box, read, turn } = await stage('dsl');
  await read();
  box.guard.account = { username: 'monitor', password: 'another' };
  for (let minute = 1; minute < 24 * 60; minute += 1) {
    turn(60);
    await read();
  }
  expect(box.guard.wrongTries).toBe(2);
  box.guard.account = { username: 'monitor', password: 'gürkensalat$1' };
  turn(3600);
  await until('the box lets us in', () => !box.guard.isBlocked);
  expect(await read()).toMatchObject({ access: 'granted', refusals: 2, dsl: { isUp: true } });
});

test('a restart tries no refused login again, but other credentials at once, and so does the button', async () => {
  const { box, read, start, turn, memories } = await stage('dsl', { ...right, password: new Secret('wrong') });
  await read();
  expect([...memories.contents.keys()]).toEqual(['router/hollow']);
  for (let time = 0; time < 5; time += 1) {
    turn(600);
    expect(await start().read()).toMatchObject({ access: 'paused', hint: expect.stringContaining('check FRITZBOX_USERNAME'), nextLogin: new Date(Date.UTC(2026, 0, 2, 12)) });
  }
  expect(box.logins).toBe(1);
  const again = start();
  await again.read();
  again.tr064.tryLogin();
  expect(await again.read()).toMatchObject({ access: 'refused' });
  expect(await start().read()).toMatchObject({ access: 'paused', nextLogin: new Date(Date.UTC(2026, 0, 3, 0, 50)) });
  expect(box.logins).toBe(2);
  await until('the box lets us in', () => !box.guard.isBlocked);
  expect(await start(right).read()).toMatchObject({ access: 'granted' });
  // What is remembered holds neither name nor password.
  expect(JSON.stringify([...memories.contents])).not.toMatch(/monitor|wrong|gürken/);
});

test('a user without the right: told, and asked no more', async () => {
  const { box, read, turn } = await stage('dsl');
  box.hasRight = false;
  expect(await read()).toMatchObject({ access: 'refused', hint: expect.stringContaining('“FRITZ!Box Settings”') });
  expect(box.logins).toBe(1);
  turn(60);
  expect(await read()).toMatchObject({ access: 'paused' });
  expect(box.logins).toBe(1);
  box.hasRight = true;
  turn(12 * 3600);
  expect(await read()).toMatchObject({ access: 'granted' });
});

test('one action that the user may not ask for is named', async () => {
  const { box, read } = await stage('dsl');
  box.faults.set('Hosts1#X_AVM-DE_GetHostListPath', 606);
  const reading = await read();
  expect(reading).toMatchObject({ access: 'granted', hint: expect.stringContaining('Hosts:1#X_AVM-DE_GetHostListPath'), dsl: { isUp: true } });
  expect(reading?.hosts).toBe(undefined);
});

test('back within one cycle after a reboot, with another firmware asked anew', async () => {
  const { box, read, turn } = await stage('dsl');
  box.faults.set('WANDSLInterfaceConfig1#GetInfo', 401);
  expect((await read())?.dsl).toBe(undefined);
  box.faults.clear();
  turn(60);
  expect((await read())?.dsl).toBe(undefined);
  await box.stop();
  turn(60);
  expect(await read()).toMatchObject({ access: 'unreachable', device: { firmware: '8.02' }, hint: expect.stringContaining('ECONNREFUSED') });
  await box.boot('199.08.20');
  box.asked = [];
  turn(60);
  const reading = await read();
  // It is not shown a login of before.
  expect(box.asked.slice(0, 3)).toMatchObject([{ path: '/tr64desc.xml' }, { isLogin: false }, { isLogin: true }]);
  expect(reading).toMatchObject({ access: 'granted', device: { firmware: '8.20' }, dsl: { isUp: true }, bootedAt: new Date(Date.UTC(2026, 0, 2, 0, 3)) });
  expect(reading?.hint).toBe(undefined);
  expect(box.guard.wrongTries).toBe(0);
});

test('connections that the box forgets are opened anew', async () => {
  const { box, read, turn } = await stage('dsl');
  box.dropsReused = true;
  expect(await read()).toMatchObject({ access: 'granted', dsl: { isUp: true } });
  turn(60);
  expect(await read()).toMatchObject({ access: 'granted', refusals: 0 });
});

test('an error that passes costs only its own values', async () => {
  const { box, read, turn } = await stage('dsl');
  box.faults.set('DeviceInfo1#GetInfo', 820).set('WANDSLInterfaceConfig1#GetInfo', 501);
  const reading = await read();
  expect(reading).toMatchObject({ access: 'granted', link: { isUp: true } });
  expect(reading?.dsl).toBe(undefined);
  box.faults.clear();
  turn(60);
  expect(await read()).toMatchObject({ dsl: { isUp: true } });
});

test('DSL errors are told per minute, and nothing is without sync', async () => {
  const { box, read, turn } = await stage('dsl');
  const { GetInfo: info, GetStatisticsTotal: total } = box.profile.answers.WANDSLInterfaceConfig1 as Record<string, Record<string, string>>;
  await read();
  Object.assign(total ?? {}, { NewCRCErrors: '137', NewFECErrors: '0' });
  turn(120);
  expect((await read())?.dsl?.errorRates).toMatchObject({ crc: 30, fec: undefined, crcUp: 0 });
  Object.assign(info ?? {}, { NewStatus: 'Initializing', NewDownstreamCurrRate: '0', NewDownstreamNoiseMargin: '0' });
  turn(60);
  expect((await read())?.dsl).toMatchObject({ isUp: false, down: {}, up: {}, errors: { crc: undefined }, retrains: 2 });
});

test('the list of hosts is asked for when it changes, and now and then', async () => {
  const { box, read, turn } = await stage('dsl');
  const lists = () => box.asked.filter(({ path }) => path === '/devicehostlist.lua').length;
  for (let minute = 0; minute < 5; minute += 1) {
    await read();
    turn(60);
  }
  expect(lists()).toBe(1);
  Object.assign(box.profile.answers.Hosts1?.['X_AVM-DE_GetChangeCounter'] ?? {}, { 'NewX_AVM-DE_ChangeCounter': '8' });
  await read();
  expect(lists()).toBe(2);
  turn(300);
  await read();
  expect(lists()).toBe(3);
});

test('without an account it is known what the box is', async () => {
  const { box, read } = await stage('cable', { username: undefined, password: undefined });
  expect(await read()).toEqual({
    access: 'none',
    hint: undefined,
    refusals: 0,
    nextLogin: undefined,
    device: expect.objectContaining({ model: 'FRITZ!Box 6699 Cable', firmware: '7.57' }),
  });
  expect(box.asked.map(({ path }) => path)).toEqual(['/tr64desc.xml']);
});

test('no TR-064: nothing to say without an account, what to do with one', async () => {
  const { box, read } = await stage('dsl');
  box.allowsApplications = false;
  expect(await read()).toMatchObject({ access: 'unreachable', hint: expect.stringContaining('“Allow access for applications”') });
  const other = await stage('dsl', { username: undefined, password: undefined });
  await other.box.stop();
  expect(await other.read()).toBe(undefined);
});
