import { expect, test } from 'vitest';
import { fault } from '../../../helpers/fritzbox/documents.ts';
import { stage } from '../../../helpers/fritzbox/stage.ts';

interface Reply {
  status: number;
  body: string;
}

const page = (status: number) => ({ status, body: `<html><body>${status}</body></html>` });
const isDescription = (key: string) => key === '/tr64desc.xml';

test.each<[string, (reply: Reply) => Reply, RegExp]>([
  ['HTTP 503', () => page(503), /HTTP 503/],
  ['HTTP 500 with a page', () => page(500), /HTTP 500/],
  ['HTTP 502 without a body', () => ({ status: 502, body: '' }), /HTTP 502/],
  ['HTTP 429', () => page(429), /HTTP 429/],
  ['fault 820, internal error', () => ({ status: 500, body: fault(820) }), /error 820/],
  ['fault 501, action failed', () => ({ status: 500, body: fault(501) }), /error 501/],
  ['half a document', ({ body }) => ({ status: 200, body: body.slice(0, body.length / 2) }), /the answer/],
  [
    'a document without its end',
    ({ body }) => ({ status: 200, body: body.replace('</s:Envelope>', '') }),
    /breaks off/,
  ],
  ['nothing at all', () => ({ status: 200, body: '' }), /the answer is empty/],
  ['a page with status 200', () => page(200), /no root element/],
])('a box that answers every action with %s is unreachable, as long as that lasts', async (_, spoil, hint) => {
  const { box, read, turn } = await stage('dsl');
  expect(await read()).toMatchObject({ access: 'granted', dsl: { isUp: true } });
  box.instead = (key, reply) => (isDescription(key) ? reply : spoil(reply));
  for (const seconds of [400, 30, 30, 3700]) {
    turn(seconds);
    const reading = await read();
    expect(reading).toMatchObject({ access: 'unreachable', hint: expect.stringMatching(hint), refusals: 0 });
    expect(reading).not.toHaveProperty('dsl');
  }
  box.instead = undefined;
  turn(30);
  expect(await read()).toMatchObject({ access: 'granted', hint: undefined, dsl: { isUp: true } });
});

test('a box that does so from the beginning is unreachable', async () => {
  const { box, read } = await stage('cable');
  box.instead = (key, reply) => (isDescription(key) ? reply : page(503));
  expect(await read()).toMatchObject({ access: 'unreachable', hint: expect.stringContaining('HTTP 503') });
});

test.each([
  'WANDSLInterfaceConfig1#GetInfo',
  'WLANConfiguration1#GetInfo',
  'Hosts1#X_AVM-DE_GetHostListPath',
  'DeviceInfo1#GetInfo',
])('an error of %s alone costs that action', async (failing) => {
  const { box, read, turn } = await stage('dsl');
  box.instead = (key, reply) => (key === failing ? page(503) : reply);
  for (let minutes = 0; minutes < 12; minutes += 1) {
    expect(await read()).toMatchObject({ access: 'granted', link: { isUp: true } });
    turn(30);
  }
});

test.each<[string, Reply]>([
  ['fault 820 with HTTP 200', { status: 200, body: fault(820) }],
  ['fault 820', { status: 500, body: fault(820) }],
])('%s of one action is told while it lasts', async (_, answer) => {
  const { box, read, turn } = await stage('dsl');
  box.instead = (key, reply) => (key === 'WANDSLInterfaceConfig1#GetInfo' ? answer : reply);
  for (const seconds of [0, 5, 30, 400]) {
    turn(seconds);
    const reading = await read();
    expect(reading).toMatchObject({
      access: 'granted',
      hint: expect.stringMatching(/with an error, .*: WANDSLInterfaceConfig1: GetInfo: error 820/),
      dsl: undefined,
    });
  }
  box.instead = undefined;
  turn(60);
  expect(await read()).toMatchObject({ access: 'granted', hint: undefined, dsl: { isUp: true } });
});

test.each<[string, string, (reply: Reply) => Reply]>([
  ['/devicehostlist.lua', 'HTTP 403', () => page(403)],
  ['/devicehostlist.lua', 'a login page', () => page(200)],
  ['/devicehostlist.lua', 'half of it', ({ body }) => ({ status: 200, body: body.slice(0, 300) })],
  ['/meshlist.lua', 'half of it', ({ body }) => ({ status: 200, body: body.slice(0, 300) })],
  ['/meshlist.lua', 'another JSON', () => ({ status: 200, body: '{"error":1}' })],
])('%s as %s: the rest is read, and the hint lasts', async (path, _, spoil) => {
  const { box, read, turn } = await stage('dsl');
  box.instead = (key, reply) => (key === path ? spoil(reply) : reply);
  for (const seconds of [5, 5, 30, 60]) {
    expect(await read()).toMatchObject({ access: 'granted', dsl: { isUp: true }, hint: expect.any(String) });
    turn(seconds);
  }
  box.instead = undefined;
  turn(300);
  expect(await read()).toMatchObject({ access: 'granted', hint: undefined });
});
