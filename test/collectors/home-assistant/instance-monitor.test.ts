import { describe, expect, onTestFinished, test } from 'vitest';
import { homeAssistantCollector } from '../../../src/collectors/home-assistant/index.ts';
import { InstanceMonitor } from '../../../src/collectors/home-assistant/instance-monitor.ts';
import { DeviceMemoryStore } from '../../../src/loop/device-memory-store.ts';
import { readClocksIncludingSleep } from '../../../src/model/past-moment.ts';
import { Secret } from '../../../src/model/secret.ts';
import { renderTranslatableText } from '../../../src/model/translation.ts';
import { aiohttpPage, home, proxyPage, startInstance } from '../../helpers/instance.ts';
import { agent } from '../../helpers/sample-collector.ts';

function begin(url: URL, token: string | Secret, memories = new DeviceMemoryStore(), clock = readClocksIncludingSleep) {
  const memory = memories.forCollector(homeAssistantCollector);
  memories.load(new Map(), ['home_assistant']);
  const monitor = new InstanceMonitor(
    { title: 'Home Assistant', name: '', url },
    token instanceof Secret ? token : new Secret(token),
    agent,
    memory,
    clock,
  );
  onTestFinished(() => monitor.close());
  const read = async () => monitor.read(undefined, AbortSignal.timeout(5000));
  return { monitor, read, state: async () => (await read()).reading?.visit.state, memories };
}

test('a refused token is sent once, and not again after a restart of the agent', async () => {
  const { url, logins } = await startInstance();
  const first = begin(url, 'wrong');
  expect([await first.state(), await first.state()]).toEqual(['token_refused', 'token_refused']);
  expect(renderTranslatableText((await first.read()).hint ?? '')).toContain('create a new one');
  expect(await begin(url, 'wrong', first.memories).state()).toBe('token_refused');
  expect(logins).toEqual(['wrong']);
  expect(await begin(url, 'right', first.memories).state()).toBe('running');
  expect(logins.filter((token) => token !== 'right')).toEqual(['wrong']);
  expect(JSON.stringify([...first.memories.contents])).not.toContain('wrong');
});

test('a refused token from a file is read anew, also by an instance that shares it, and each is sent once', async () => {
  const [cellar, attic] = [await startInstance(), await startInstance()];
  let content = 'wrong';
  const token = new Secret('wrong', () => content);
  const monitors = [begin(cellar.url, token), begin(attic.url, token)];
  const states = () => Promise.all(monitors.map(({ state }) => state()));
  expect([await states(), await states()]).toEqual([
    ['token_refused', 'token_refused'],
    ['token_refused', 'token_refused'],
  ]);
  content = 'right';
  expect(await states()).toEqual(['running', 'running']);
  for (const { logins } of [cellar, attic]) expect(logins.filter((login) => login !== 'right')).toEqual(['wrong']);
});

test('a refused token can be tried again', async () => {
  const { url, script, logins } = await startInstance();
  const { monitor, state } = begin(url, 'restored');
  expect(await state()).toBe('token_refused');
  script.token = 'restored';
  expect(await state()).toBe('token_refused');
  expect(logins.length).toBe(1);
  monitor.tryToken();
  expect([await state(), await state()]).toEqual(['running', 'running']);
});

test('the memory of a broker that connects later counts: its counters continue, and a refused token stays refused', async () => {
  const { url, script, logins } = await startInstance();
  const first = begin(url, 'wrong');
  await first.state();
  const stored = JSON.stringify({
    ...(first.memories.contents.get('home_assistant/home_assistant')?.content as object),
    restarts: 10,
    outages: 5,
  });
  expect(logins).toEqual(['wrong']);

  script.insteadOfAll = { status: 502 };
  const { state, read, memories } = begin(url, 'wrong');
  expect(await state()).toBe('proxy_error');
  const reading = read();
  // During the visit.
  memories.load(new Map([['home_assistant/home_assistant', stored]]), ['home_assistant']);
  await reading;
  expect(memories.contents.get('home_assistant/home_assistant')?.content).toMatchObject({ restarts: 10, outages: 5 });
  delete script.insteadOfAll;
  const back = await read();
  expect(back.reading).toMatchObject({ visit: { state: 'token_refused' }, history: { outages: 6, restarts: 11 } });
  expect(memories.contents.get('home_assistant/home_assistant')?.content).toMatchObject({
    outages: 6,
    refused_token: expect.any(String),
  });
  expect(logins).toEqual(['wrong']);
});

test('a token that was accepted by this process is not refused because of an older memory', async () => {
  const { url, script } = await startInstance();
  script.token = 'another';
  const before = begin(url, 'right');
  expect(await before.state()).toBe('token_refused');
  const stored = new Map([...before.memories.contents].map(([path, content]) => [path, JSON.stringify(content)]));
  script.token = 'right';
  const { state, memories } = begin(url, 'right');
  expect(await state()).toBe('running');
  memories.load(stored, ['home_assistant']);
  expect(await state()).toBe('running');
  expect(memories.contents.get('home_assistant/home_assistant')?.content).not.toHaveProperty('refused_token');
});

test('nothing private is revealed', async () => {
  const { url } = await startInstance();
  const { read, memories } = begin(url, 'right');
  const published = JSON.stringify([await read(), ...memories.contents]);
  for (const secret of [...Object.values(home), 'right']) expect(published).not.toContain(String(secret));
});

test('an outage is reported when it is over, even by an agent that was started during it', async () => {
  const { url, script } = await startInstance();
  const clock = { wall: Date.parse('2026-11-25T12:00:00Z'), monotonic: 90_000 };
  const { read, memories } = begin(url, 'right', new DeviceMemoryStore(), () => ({ ...clock }));
  expect((await read()).events).toEqual([]);
  script.insteadOfAll = { status: 502 };
  const away = await read();
  expect(away.reading?.visit).toMatchObject({ state: 'proxy_error', reachable: false });
  expect(away.device.softwareVersion).toBe('2026.11.0');
  expect(away.events).toEqual([]);
  Object.assign(clock, { wall: clock.wall + 40_000, monotonic: clock.monotonic + 40_000 });
  delete script.insteadOfAll;
  const next = begin(url, 'right', memories, () => ({ ...clock }));
  const back = await next.read();
  expect(back.events).toEqual([expect.objectContaining({ type: 'outage', cause: 'proxy_error', seconds: 40 })]);
  expect(back.reading?.history).toMatchObject({ outages: 1, restarts: 0, started: '2026-11-20T08:00:00.000Z' });
  expect((await next.read()).events).toEqual([]);
});

// Times before the build of the program are not used: with such a clock the outage begins when the clock is set.
test.each(['1970-01-01T00:00:30Z', '2026-11-05T12:00:00Z', '2046-01-01T00:00:00Z'])(
  'an outage through which the clock is set from %s has its real length',
  async (wrong) => {
    const { url, script } = await startInstance();
    const clock = { wall: Date.parse(wrong), monotonic: 30_000 };
    const { read, memories } = begin(url, 'right', new DeviceMemoryStore(), () => ({ ...clock }));
    await read();
    script.insteadOfAll = { status: 502 };
    await read();
    Object.assign(clock, { wall: Date.parse('2026-11-25T12:00:00Z'), monotonic: 90_000 });
    await read();
    Object.assign(clock, { wall: Date.parse('2026-11-25T12:05:00Z'), monotonic: 390_000 });
    delete script.insteadOfAll;
    const { events } = await read();
    expect(events).toContainEqual(expect.objectContaining({ type: 'outage', seconds: wrong < '2026' ? 300 : 360 }));
    expect(JSON.stringify([...memories.contents])).not.toMatch(/1970|2046/);
  },
);

describe('over one connection that is kept', () => {
  const webSocketsOf = (requests: string[]) => requests.filter((path) => path === '/api/websocket').length;
  const minuteMs = 60_000;

  test('each reading asks the core, and the WebSocket every five minutes', async () => {
    const { url, script, requests, connections } = await startInstance();
    const clock = { wall: Date.parse('2026-11-25T12:00:00Z'), monotonic: 0 };
    const { read } = begin(url, 'right', new DeviceMemoryStore(), () => ({ ...clock }));
    const seen: unknown[] = [];
    for (let minute = 0; minute < 10; minute += 1) {
      script.rendered = { ...(script.rendered as object), entities: minute };
      seen.push((await read()).reading?.visit.details?.entities);
      clock.monotonic += minuteMs;
    }
    expect(seen).toEqual([0, 0, 0, 0, 0, 5, 5, 5, 5, 5]);
    expect(requests.filter((path) => path === '/api/config').length).toBe(10);
    expect([connections() - webSocketsOf(requests), webSocketsOf(requests)]).toEqual([1, 2]);
  });

  test('the WebSocket is asked again after a restart', async () => {
    const { url, script, requests } = await startInstance();
    const { read } = begin(url, 'right');
    await read();
    script.insteadOfAll = proxyPage(502);
    await read();
    delete script.insteadOfAll;
    script.rest['/api/config'] = { state: 'NOT_RUNNING', version: '2026.11.0' };
    const before = webSocketsOf(requests);
    await read();
    await read();
    script.rest['/api/config'] = { state: 'RUNNING', version: '2026.11.0' };
    await read();
    await read();
    expect(webSocketsOf(requests) - before).toBe(3);
    script.rest['/api/config'] = { state: 'RUNNING', version: '2026.11.1' };
    await read();
    expect(webSocketsOf(requests) - before).toBe(4);
  });

  test('a restart shows once, however often the core is asked', async () => {
    const { url, script } = await startInstance();
    const clock = { wall: Date.parse('2026-11-25T12:00:00Z'), monotonic: 0 };
    const { read } = begin(url, 'right', new DeviceMemoryStore(), () => ({ ...clock }));
    await read();
    script.rendered = {
      oldest: Date.parse('2026-11-25T12:01:00Z') / 1000,
      newest: Date.parse('2026-11-25T12:04:00Z') / 1000,
    };
    const events: unknown[] = [];
    for (let minute = 0; minute < 12; minute += 1) {
      events.push(...((await read()).events ?? []).map(({ type }) => type));
      clock.monotonic += minuteMs;
    }
    expect(events).toEqual(['restart']);
  });

  test('what is unknown without the WebSocket has a hint that lasts', async () => {
    const { url, requests } = await startInstance({ insteadOfWebSocket: aiohttpPage(400, 'Bad Request') });
    const { read } = begin(url, 'right');
    for (let times = 0; times < 3; times += 1) {
      const { hint, reading } = await read();
      expect(reading?.visit).toMatchObject({ state: 'running', reachable: true });
      expect(renderTranslatableText(hint ?? '')).toContain('does not pass WebSockets on');
    }
    expect(webSocketsOf(requests)).toBe(1);
  });

  test('a refused token stays refused behind a proxy that passes no WebSockets', async () => {
    const insteadOfWebSocket = { ...aiohttpPage(400, 'Bad Request') };
    const { url, logins } = await startInstance({ insteadOfWebSocket });
    const { read } = begin(url, 'wrong');
    for (let times = 0; times < 3; times += 1)
      expect((await read()).reading?.visit).toMatchObject({ state: 'token_refused', reachable: true });
    expect(logins).toEqual(['wrong']);
  });

  test('a connection that was closed in between is made anew', async () => {
    const instance = await startInstance();
    const { state } = begin(instance.url, 'right');
    expect(await state()).toBe('running');
    instance.closeConnections();
    expect(await state()).toBe('running');
    expect(instance.connections()).toBe(3);
  });

  test('a connection over which nothing comes any more is made anew', async () => {
    const instance = await startInstance();
    const { state } = begin(instance.url, 'right');
    expect(await state()).toBe('running');
    instance.muteConnections();
    expect(await state()).toBe('running');
  });
});

test('a page of the proxy where Home Assistant was before means that it is down', async () => {
  const { url, script } = await startInstance({ insteadOfAll: proxyPage(404) });
  const { state, read } = begin(url, 'right');
  expect(await state()).toBe('not_home_assistant');
  delete script.insteadOfAll;
  expect(await state()).toBe('running');
  script.insteadOfAll = proxyPage(404);
  expect(await state()).toBe('proxy_error');
  expect(renderTranslatableText((await read()).hint ?? '')).toContain('running?');
});

test('an impossible answer of one instance harms no other', async () => {
  const [odd, well] = [await startInstance({ version: 'x'.repeat(10_000) }), await startInstance()];
  for (const rendered of [{ oldest: 1e300, newest: 1e300 }, { oldest: 'x', updates: [[1]] }, 'nonsense', null]) {
    odd.script.rendered = rendered;
    expect([await begin(odd.url, 'right').state(), await begin(well.url, 'right').state()]).toEqual([
      'running',
      'running',
    ]);
  }
});

test('one in another network is beyond the gateway, one in a network of this machine is not', async () => {
  const { url } = await startInstance();
  expect((await begin(url, 'right').read()).device.isBeyondGateway).toBeUndefined();
  const far = new URL('http://203.0.113.7:8123');
  const read = begin(far, 'right').monitor.read(undefined, AbortSignal.timeout(50));
  expect((await read).device.isBeyondGateway).toBe(true);
});
