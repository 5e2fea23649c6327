import { expect, onTestFinished, test } from 'vitest';
import { routerCollector } from '../../../../src/collectors/router/index.ts';
import { Tr064Client } from '../../../../src/collectors/router/tr064/tr064-client.ts';
import { DeviceMemoryStore } from '../../../../src/loop/device-memory-store.ts';
import { Secret } from '../../../../src/model/secret.ts';
import { withoutLimits } from '../../../helpers/clock.ts';
import { withEnglishHint } from '../../../helpers/english-hint.ts';
import { right, stage } from '../../../helpers/fritzbox/stage.ts';
import { until } from '../../../helpers/until.ts';

test.each(['dsl', 'cable', 'fibre', 'mobile', 'repeater'] as const)('a FRITZ!Box of kind %s', async (profile) => {
  withoutLimits();
  const { box, read, turn } = await stage(profile);
  await read();
  turn(60);
  await expect(`${JSON.stringify(await read(), undefined, 2)}\n`).toMatchFileSnapshot(
    `../../../cases/router/tr064/${profile}.json`,
  );
  expect(box.connections).toBe(1);
});

test('nothing private is revealed, and nothing is written', async () => {
  for (const profile of ['dsl', 'cable', 'fibre', 'mobile', 'repeater'] as const) {
    const { box, read, turn } = await stage(profile);
    const firstReading = JSON.stringify(await read());
    turn(4000);
    expect(firstReading + JSON.stringify(await read())).not.toMatch(
      /secret|4711|gürkensalat|192\.0\.2\.|198\.51|sid=|phone-of-ada|001010123456789/,
    );
    for (const { action } of box.asked) expect(action ?? 'Get').toMatch(/^[\w-]*#?(?:X_AVM-DE_)?Get/);
    expect(box.asked.map(({ action }) => action)).not.toContain('WLANConfiguration1#GetSecurityKeys');
  }
});

test('a wrong password: two logins in the first day, fewer and fewer after it, each counted and reported', async () => {
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

test('a refused password from a file is read anew, and each is sent once', async () => {
  let content = 'wrong';
  const { box, read, turn } = await stage('dsl', { ...right, password: new Secret('wrong', () => content) });
  expect(await read()).toMatchObject({ access: 'refused' });
  turn(60);
  expect(await read()).toMatchObject({ access: 'paused' });
  content = right.password.reveal();
  await until('the box accepts logins', () => !box.guard.isBlocked);
  turn(60);
  expect(await read()).toMatchObject({ access: 'granted' });
  expect(box.guard.wrongTries).toBeLessThanOrEqual(1);
});

/** Reads every minute; the minutes in which the FRITZ!Box refused a login. */
async function refusedIn(minutes: number, { box, read, turn }: Awaited<ReturnType<typeof stage>>) {
  const found: number[] = [];
  for (let minute = 1; minute <= minutes; minute += 1) {
    turn(60);
    const before = box.guard.wrongTries;
    await read();
    if (box.guard.wrongTries > before) found.push(minute);
  }
  return found;
}

const password = (word: string) => ({ username: 'monitor', password: word });

test('a login that was accepted is tried again after 2, 10 and 60 minutes, and then hours later', async () => {
  const staged = await stage('dsl');
  const { box, read, turn } = staged;
  box.guard.wait = 1;
  await read();
  box.guard.account = password('another');
  expect(await refusedIn(1, staged)).toEqual([1]);
  // With the old nonce, and by the login check with a new one.
  expect(box.guard.wrongTries).toBe(2);
  expect(await read()).toMatchObject({
    access: 'paused',
    hint: expect.stringMatching(
      /; it was accepted until 2026-01-02 00:00 UTC, so the agent tries it again within the hour$/,
    ),
  });
  expect(await refusedIn(48 * 60, staged)).toEqual([2, 12, 72, 72 + 12 * 60, 72 + 36 * 60]);
  expect(await read()).toMatchObject({
    access: 'paused',
    hint: expect.stringMatching(/press “Try login again”.*; it was accepted until 2026-01-02 00:00 UTC$/),
  });
  box.guard.account = password('gürkensalat$1');
  turn(36 * 3600);
  await until('the box accepts logins', () => !box.guard.isBlocked);
  expect(await read()).toMatchObject({ access: 'granted', hint: undefined, refusals: 7, dsl: { isUp: true } });
  box.guard.account = password('another');
  expect(await refusedIn(5, staged)).toEqual([1, 3]);
});

test('a FRITZ!Box that refuses a correct login for a minute is read again after two', async () => {
  const { box, read, turn } = await stage('dsl');
  await read();
  box.guard.account = password('another');
  turn(60);
  expect(await read()).toMatchObject({ access: 'refused' });
  box.guard.account = password('gürkensalat$1');
  turn(120);
  await until('the box accepts logins', () => !box.guard.isBlocked);
  expect(await read()).toMatchObject({ access: 'granted', hint: undefined });
});

test('an accepted login and the number of its refusals outlive a restart', async () => {
  const { box, read, turn, start, memories } = await stage('dsl');
  box.guard.wait = 1;
  await read();
  expect(memories.contents.get('router/hollow')?.content).toEqual({
    accepted_login: { mark: expect.stringMatching(/^[0-9a-f]{2}$/), until: Date.UTC(2026, 0, 2) },
  });
  box.guard.account = password('another');
  const refusedAt: number[] = [];
  let minute = 0;
  const readAt = async (next: number, reader: { read(): Promise<unknown> }) => {
    turn((next - minute) * 60);
    minute = next;
    const before = box.guard.wrongTries;
    await reader.read();
    if (box.guard.wrongTries > before) refusedAt.push(minute);
  };
  for (const next of [1, 2, 3, 4, 12, 13, 14, 72, 73, 74, 72 + 12 * 60]) await readAt(next, start());
  // For an hour after a start the clock may not have been set yet.
  const last = start();
  for (const next of [73 + 12 * 60, 133 + 12 * 60, 24 * 60]) await readAt(next, last);
  expect(refusedAt).toEqual([1, 3, 13, 73, 133 + 12 * 60]);
  expect(box.guard.wrongTries).toBe(5);
  // An older version can read this.
  expect(memories.contents.get('router/hollow')?.content).toMatchObject({
    refused_login: {
      mark: expect.stringMatching(/^[0-9a-f]{4}$/),
      reason: expect.any(String),
      logins: 2,
      until: Date.UTC(2026, 0, 2, 37, 73),
    },
  });
  // Other credentials were never accepted.
  box.guard.account = password('gürkensalat$1');
  await until('the box accepts logins', () => !box.guard.isBlocked);
  expect(await start({ ...right, password: new Secret('wrong') }).read()).toMatchObject({
    access: 'refused',
    hint: expect.not.stringContaining('accepted'),
    refusals: 1,
  });
});

test('an invalid time on the broker does no harm', async () => {
  const { box, read, start, memories } = await stage('dsl');
  await read();
  const remembered = memories.contents.get('router/hollow') as { content: { accepted_login: object } };
  box.guard.account = password('another');
  for (const until of [-1e300, 1e300, 'soon']) {
    const content = { accepted_login: { ...remembered.content.accepted_login, until } };
    memories.contents.set('router/hollow', { content, payload: '' });
    expect(await start().read()).toMatchObject({ access: 'refused' });
  }
});

test('a refused login that an older version stored still counts', async () => {
  const { read, start, memories, turn, box } = await stage('dsl', { ...right, password: new Secret('wrong') });
  await read();
  const kept = memories.contents.get('router/hollow')?.content;
  expect(kept).toEqual({
    refused_login: { mark: expect.any(String), reason: expect.any(String), logins: 1, until: Date.UTC(2026, 0, 2, 12) },
  });
  turn(11 * 3600);
  expect(await start().read()).toMatchObject({ access: 'paused', nextLogin: new Date(Date.UTC(2026, 0, 2, 12)) });
  expect(box.logins).toBe(1);
});

test.each([
  ['an action', ['WLANConfiguration1#GetTotalAssociations'], true],
  ['an action, without a challenge', ['WLANConfiguration1#GetTotalAssociations'], false],
  [
    'all of a service',
    [
      'WLANConfiguration1#GetInfo',
      'WLANConfiguration2#GetInfo',
      'WLANConfiguration3#GetInfo',
      'WLANConfiguration4#GetInfo',
    ],
    true,
  ],
  ['the mesh list', ['/meshlist.lua'], true],
  ['the mesh list, without a challenge', ['/meshlist.lua'], false],
  ['the list of hosts', ['/devicehostlist.lua'], true],
])('%s that answers 401 is left out, reported, and rarely requested again', async (_, denied, challenges) => {
  const { box, read, turn } = await stage('dsl');
  for (const one of denied) box.denied.add(one);
  box.challenges = challenges;
  const asked = () =>
    box.asked.filter(({ action, path, isLogin }) => isLogin && denied.includes(action ?? path)).length;
  const first = await read();
  expect(first).toMatchObject({ access: 'granted', refusals: 0, nextLogin: undefined, dsl: { isUp: true } });
  expect(first?.hint).toMatch(/accepts the login but denies some requests/);
  const before = asked();
  for (let minute = 5; minute < 60; minute += 5) {
    turn(300);
    expect(await read()).toMatchObject({ access: 'granted', hint: first?.hint, dsl: { isUp: true } });
  }
  expect(asked()).toBe(before);
  turn(300);
  await read();
  expect(asked()).toBeGreaterThan(before);
  box.denied.clear();
  turn(3900);
  expect(await read()).toMatchObject({
    access: 'granted',
    hint: undefined,
    radios: expect.any(Array),
    repeaters: expect.any(Array),
    hosts: expect.any(Array),
  });
  expect(box.guard.wrongTries).toBe(0);
});

test('a repeater that denies its lists is still read', async () => {
  const { box, read } = await stage('repeater');
  for (const one of ['WLANConfiguration2#GetInfo', '/devicehostlist.lua', 'UserInterface1#GetInfo'])
    box.denied.add(one);
  expect(await read()).toMatchObject({ access: 'granted', refusals: 0, bootedAt: expect.any(Date) });
});

test('401 for the login check is a refused login', async () => {
  const { box, read, turn } = await stage('dsl');
  await read();
  box.denied.add('DeviceInfo1#GetInfo');
  turn(300);
  expect(await read()).toMatchObject({ access: 'refused', hint: expect.stringContaining('check FRITZBOX_USERNAME') });
});

test('an expired nonce is replaced silently, after one login check', async () => {
  const { box, read, turn } = await stage('dsl');
  await read();
  for (let time = 0; time < 4; time += 1) {
    box.guard.forget();
    box.asked = [];
    turn(60);
    expect(await read()).toMatchObject({ access: 'granted', refusals: 0, hint: undefined });
    expect(box.asked.filter(({ action }) => action === 'DeviceInfo1#GetInfo')).toHaveLength(1);
  }
});

test('no login before the broker has told what it remembers, however often the agent starts', async () => {
  const { box } = await stage('dsl');
  const clock = { wall: Date.UTC(2026, 0, 2), monotonic: 0 };
  const start = () => {
    const memories = new DeviceMemoryStore();
    const memory = memories.forCollector(routerCollector);
    const login = { ...right, password: new Secret('wrong') };
    const tr064 = new Tr064Client(box.address, login, () => ({ ...clock }), { memory, device: 'hollow' });
    onTestFinished(() => tr064.close());
    const read = async () => {
      const reading = await tr064.read(new AbortController().signal);
      return reading && withEnglishHint(reading);
    };
    return { memories, memory, read };
  };
  const starts = [start(), start(), start()] as const;
  const waiting = { access: undefined, hint: expect.stringContaining('waits for the broker') };
  for (const reading of await Promise.all(starts.map(({ read }) => read()))) expect(reading?.hint).toBeUndefined();
  clock.monotonic += 61_000;
  expect(await Promise.all(starts.map(({ read }) => read()))).toMatchObject([waiting, waiting, waiting]);
  const [first, second] = starts;
  first.memories.load(new Map(), ['router'], false);
  expect(await first.read()).toMatchObject(waiting);
  expect(box.logins).toBe(0);
  first.memories.load(new Map(), ['router']);
  expect(await first.read()).toMatchObject({ access: 'refused' });
  second.memories.load(new Map([['router/hollow', JSON.stringify(first.memory.recall('hollow'))]]), ['router'], false);
  expect(await second.read()).toMatchObject({ access: 'paused' });
  expect(box.logins).toBe(1);
});

test('a restart does not retry a refused login, but tries other credentials at once; the button retries it', async () => {
  const { box, read, start, turn, memories } = await stage('dsl', { ...right, password: new Secret('wrong') });
  await read();
  expect([...memories.contents.keys()]).toEqual(['router/hollow']);
  for (let time = 0; time < 5; time += 1) {
    turn(600);
    expect(await start().read()).toMatchObject({
      access: 'paused',
      hint: expect.stringContaining('check FRITZBOX_USERNAME'),
      nextLogin: new Date(Date.UTC(2026, 0, 2, 12)),
    });
  }
  expect(box.logins).toBe(1);
  const again = start();
  await again.read();
  again.tr064.tryLogin();
  expect(await again.read()).toMatchObject({ access: 'refused' });
  expect(await start().read()).toMatchObject({ access: 'paused', nextLogin: new Date(Date.UTC(2026, 0, 3, 0, 50)) });
  expect(box.logins).toBe(2);
  await until('the box accepts logins', () => !box.guard.isBlocked);
  expect(await start(right).read()).toMatchObject({ access: 'granted' });
  // The stored content reveals neither the user name nor the password.
  expect(JSON.stringify([...memories.contents.values()].map(({ payload }) => payload))).not.toMatch(
    /monitor|wrong|gürken/,
  );
});

test('a user without the right is reported, and locked out', async () => {
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

test('a single action that the user may not call is named', async () => {
  const { box, read } = await stage('dsl');
  box.faults.set('Hosts1#X_AVM-DE_GetHostListPath', 606);
  const reading = await read();
  expect(reading).toMatchObject({
    access: 'granted',
    hint: expect.stringContaining('Hosts:1#X_AVM-DE_GetHostListPath'),
    dsl: { isUp: true },
  });
  expect(reading?.hosts).toBe(undefined);
});

test('after a reboot the FRITZ!Box is read in the next cycle, and a new firmware is asked for all actions', async () => {
  const { box, read, turn } = await stage('dsl');
  box.faults.set('WANDSLInterfaceConfig1#GetInfo', 401);
  expect((await read())?.dsl).toBe(undefined);
  box.faults.clear();
  turn(60);
  expect((await read())?.dsl).toBe(undefined);
  await box.stop();
  turn(60);
  expect(await read()).toMatchObject({
    access: 'unreachable',
    device: { firmware: '8.02' },
    hint: expect.stringContaining('ECONNREFUSED'),
  });
  await box.boot('199.08.20');
  box.asked = [];
  turn(60);
  const reading = await read();
  // The login does not reuse a nonce from before the reboot.
  expect(box.asked.slice(0, 4)).toMatchObject([
    { path: '/tr64desc.xml' },
    { action: 'DeviceInfo1#GetSecurityPort' },
    { isLogin: false },
    { isLogin: true },
  ]);
  expect(reading).toMatchObject({
    access: 'granted',
    device: { firmware: '8.20' },
    dsl: { isUp: true },
    bootedAt: new Date(Date.UTC(2026, 0, 2, 0, 3)),
  });
  expect(reading?.hint).toBe(undefined);
  expect(box.guard.wrongTries).toBe(0);
});

test('dropped connections are reopened', async () => {
  const { box, read, turn } = await stage('dsl');
  box.dropsReused = true;
  expect(await read()).toMatchObject({ access: 'granted', dsl: { isUp: true } });
  turn(60);
  expect(await read()).toMatchObject({ access: 'granted', refusals: 0 });
});

test('a temporary error affects only its own values', async () => {
  const { box, read, turn } = await stage('dsl');
  box.faults.set('DeviceInfo1#GetInfo', 820).set('WANDSLInterfaceConfig1#GetInfo', 501);
  const reading = await read();
  expect(reading).toMatchObject({ access: 'granted', link: { isUp: true } });
  expect(reading?.dsl).toBe(undefined);
  box.faults.clear();
  turn(60);
  expect(await read()).toMatchObject({ dsl: { isUp: true } });
});

test('DSL errors are reported as rates, and nothing without sync', async () => {
  const { box, read, turn } = await stage('dsl');
  const { GetInfo: info, GetStatisticsTotal: total } = box.profile.answers.WANDSLInterfaceConfig1 as Record<
    string,
    Record<string, string>
  >;
  await read();
  Object.assign(total ?? {}, { NewCRCErrors: '137', NewFECErrors: '0' });
  turn(120);
  expect((await read())?.dsl?.errorsPerSecond).toMatchObject({ crc: 0.5, fec: undefined, crcUp: 0 });
  Object.assign(info ?? {}, { NewStatus: 'Initializing', NewDownstreamCurrRate: '0', NewDownstreamNoiseMargin: '0' });
  turn(60);
  expect((await read())?.dsl).toMatchObject({ isUp: false, down: {}, up: {}, errors: { crc: undefined }, retrains: 2 });
});

test('the list of hosts is fetched when it changes, and every few minutes', async () => {
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

test('without an account the FRITZ!Box is identified', async () => {
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

test('without TR-064 there is advice with an account, and nothing without one', async () => {
  const { box, read } = await stage('dsl');
  box.allowsApplications = false;
  expect(await read()).toMatchObject({
    access: 'unreachable',
    hint: expect.stringContaining('“Allow access for applications”'),
  });
  const other = await stage('dsl', { username: undefined, password: undefined });
  await other.box.stop();
  expect(await other.read()).toBe(undefined);
});
