import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { createLivePageRoutes } from '../../src/http/page-routes.ts';
import { parsePeerList } from '../../src/http/peer-list.ts';
import { startStatusServer } from '../../src/http/server.ts';
import { bounds } from '../../src/model/bounds.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';
import { until } from '../helpers/until.ts';

const collector = probe(async () => []);
const reading = (level: number) => ({
  ok: true as const,
  observations: [{ table: 'thing' as const, device, reading: { level } }],
  at: new Date(),
  seconds: 0,
});

async function serve(proxies?: string) {
  const rendered = { lines: 0, isBroken: false };
  const state = stateOf(collector, [{ table: 'thing', device, reading: { level: 1 } }]);
  state.broker.connected = true;
  const lineOf = () => {
    if (rendered.isBroken) throw new Error('broken');
    rendered.lines += 1;
    return undefined;
  };
  const { routes, updateListeners } = createLivePageRoutes(
    { catalogue: [collector], agent, state, history: { lineOf } },
    proxies === undefined ? undefined : parsePeerList(proxies),
  );
  const server = await startStatusServer({ HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 }, routes, {
    agent: 'nas',
    site: null,
  });
  onTestFinished(() => server.close());
  return { rendered, state, updateListeners, url: server.url, close: server.close };
}

async function listen(url: string, query = '') {
  const leave = new AbortController();
  onTestFinished(() => leave.abort());
  const answer = await fetch(`${url}/events${query}`, { signal: leave.signal });
  const messages: { sections: Record<string, string> }[] = [];
  let text = '';
  const ended = (async () => {
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        messages.push(JSON.parse(text.slice(0, end).replace('event: sections\ndata: ', '')));
        text = text.slice(end + 2);
      }
    }
  })().catch(() => undefined);
  return { answer, messages, ended, leave: () => leave.abort() };
}

test('the page may run its inline scripts, and nothing else', async () => {
  const { url } = await serve();
  const answer = await fetch(url);
  const text = await answer.text();
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = answer.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  for (const tag of ['style', 'script']) {
    const [, inside = ''] = new RegExp(`<${tag}>([^]*)</${tag}>`).exec(text) ?? [];
    expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(inside).digest('base64')}'`);
  }
});

test.each([
  ['/api/hassio_ingress/abc', '<base href="/api/hassio_ingress/abc/">'],
  ['//evil.example', undefined],
  ['https://evil.example', undefined],
  ['/"><script>', undefined],
])('X-Ingress-Path %s', async (prefix, base) => {
  const { url } = await serve('127.0.0.1');
  const text = await (await fetch(url, { headers: { 'x-ingress-path': prefix } })).text();
  if (base === undefined) expect(text).not.toContain('<base');
  else expect(text).toContain(base);
});

test.each([undefined, '172.30.32.2'])('X-Ingress-Path from a peer that is not listed (%s)', async (proxies) => {
  const { url } = await serve(proxies);
  expect(await (await fetch(url, { headers: { 'x-ingress-path': '/api/hassio_ingress/abc' } })).text()).not.toContain(
    '<base',
  );
});

test('a listener gets everything first, then changes, and heartbeats', async () => {
  const { url, state, updateListeners } = await serve();
  const { answer, messages } = await listen(url);
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  await until('first message', () => messages.length === 1);
  expect(Object.keys(messages[0]?.sections ?? {})).toEqual(['index', 'summary', 'probe/']);
  state.record(collector, reading(55));
  updateListeners();
  updateListeners();
  await until('a change', () => messages.some(({ sections }) => sections['probe/']?.includes('<b>55.0</b>')));
  const before = messages.length;
  await until(
    'a message without a change',
    () => messages.slice(before).some(({ sections }) => Object.keys(sections).length === 0),
    15,
  );
});

test('changes reach a listener at once, not with the next heartbeat', async () => {
  // Only the heartbeat is faked: nothing else here uses an interval.
  const { setInterval: beat } = globalThis;
  onTestFinished(() => {
    globalThis.setInterval = beat;
  });
  globalThis.setInterval = Object.assign((run: () => void) => beat(run, 2 ** 31 - 1), beat);
  const { url, state, updateListeners } = await serve();
  const { messages } = await listen(url);
  await until('first message', () => messages.length === 1);
  state.record(collector, reading(55));
  updateListeners();
  await until('a change', () => messages.some(({ sections }) => sections['probe/']?.includes('<b>55.0</b>')));
  state.record(collector, reading(66));
  updateListeners();
  await until('the next', () => messages.some(({ sections }) => sections['probe/']?.includes('<b>66.0</b>')));
});

test('a lost broker is shown without a new reading', async () => {
  const { url, state } = await serve();
  const { messages } = await listen(url);
  await until('first message', () => messages.length === 1);
  state.broker.connected = false;
  await until(
    'the broker is away',
    () => messages.some(({ sections }) => sections.summary?.includes('One thing is wrong')),
    15,
  );
});

test.each([
  ['cross-site', 403],
  ['same-site', 403],
  ['same-origin', 200],
  ['none', 200],
])('a request for events that a browser calls %s: %i', async (site, status) => {
  const { url } = await serve();
  const answer = await fetch(`${url}/events`, { headers: { 'sec-fetch-site': site } });
  await answer.body?.cancel();
  expect(answer.status).toBe(status);
});

test.each([
  ['http://evil.example', 403],
  ['http://127.0.0.1:1', 403],
  ['null', 403],
  [undefined, 200],
])('a browser without Fetch Metadata, with a page of %s', async (origin = '', status) => {
  const { url } = await serve();
  const answer = await fetch(`${url}/events`, { headers: { origin: origin || url } });
  await answer.body?.cancel();
  expect(answer.status).toBe(status);
});

test.each([
  ['gzip, deflate, br', 'gzip'],
  ['br;q=1.0, gzip;q=0.5', 'gzip'],
  ['gzip;q=0, identity', null],
  ['x-gzip', null],
  ['identity', null],
])('a browser that accepts %s gets the page as %s', async (accepted, encoding) => {
  const { url } = await serve();
  const answer = await fetch(url, { headers: { 'accept-encoding': accepted } });
  expect(answer.headers.get('content-encoding')).toBe(encoding);
  expect(answer.headers.get('vary')).toBe('accept-encoding');
  expect(await answer.text()).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
});

test('the page and its events have the range that the query names, an hour otherwise', async () => {
  const { url } = await serve();
  const rangeOf = async (query: string) => / data-range="(\w+)"/.exec(await (await fetch(url + query)).text())?.[1];
  expect(await rangeOf('/')).toBe('hour');
  expect(await rangeOf('/?range=day')).toBe('day');
  expect(await rangeOf('/?range=%3Cscript%3E')).toBe('hour');
  const text = await (await fetch(`${url}/?range=day`, { headers: { 'x-ingress-path': '/sub' } })).text();
  expect(text).not.toContain('<base');
});

test('below a prefix, the base address keeps the range, so that links within the page stay on it', async () => {
  const { url } = await serve('127.0.0.1');
  const text = await (await fetch(`${url}/?range=day`, { headers: { 'x-ingress-path': '/sub' } })).text();
  expect(text).toContain('<base href="/sub/?range=day">');
});

test('listeners of both ranges count', async () => {
  const { url } = await serve();
  await Promise.all(
    Array.from({ length: bounds.eventStreams.items }, (_, index) => listen(url, index % 2 === 0 ? '?range=day' : '')),
  );
  const refused = await fetch(`${url}/events`);
  expect(refused.status).toBe(503);
  await refused.text();
});

test('as many listeners as the bound are accepted; the next is refused until one leaves', async () => {
  const { url } = await serve();
  const listeners = await Promise.all(Array.from({ length: bounds.eventStreams.items }, () => listen(url)));
  const refused = await fetch(`${url}/events`);
  expect(refused.status).toBe(503);
  await refused.text();
  listeners[0]?.leave();
  await until('there is room', async () => {
    const { status, body } = await fetch(`${url}/events`);
    await body?.cancel();
    return status === 200;
  });
});

test('event streams end with the server', async () => {
  const { url, close } = await serve();
  const { ended, messages } = await listen(url);
  await until('first message', () => messages.length === 1);
  await close();
  await ended;
});

test.each(['/', '/?range=day', '/events'])('%s is rendered once for many who ask at the same time', async (path) => {
  const { url, rendered, updateListeners } = await serve();
  await (await fetch(url)).text();
  const ofOne = rendered.lines;
  updateListeners();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: 30 }, async () => {
      const reader = (await fetch(url + path)).body?.getReader();
      await reader?.read();
      await reader?.cancel();
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  expect(ofOne).toBeGreaterThan(0);
  expect(rendered.lines / ofOne - 1).toBeGreaterThanOrEqual(1);
  expect(rendered.lines / ofOne - 1).toBeLessThanOrEqual(1 + Math.ceil(seconds));
});

test('a page that can’t be rendered ends its streams, and nothing else', async () => {
  const { url, rendered } = await serve();
  rendered.isBroken = true;
  const { ended } = await listen(url);
  await ended;
  expect((await fetch(url)).status).toBe(500);
  rendered.isBroken = false;
  const { messages } = await listen(url);
  await until('first message', () => messages.length === 1);
});

test('HEAD of the event stream ends at once', async () => {
  const { url } = await serve();
  expect((await fetch(`${url}/events`, { method: 'HEAD' })).status).toBe(200);
});
