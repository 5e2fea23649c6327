import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { findDuplicateAgent, isDuplicateAgentConnected } from '../../src/mqtt/duplicate-agent.ts';
import { signLivenessAnswer } from '../../src/mqtt/liveness-answer-signature.ts';
import { guarded } from '../helpers/guarded.ts';
import { observe } from '../helpers/observer.ts';
import { agent } from '../helpers/sample-collector.ts';

const unknown = 'It is unknown whether nas is running';

test('a duplicate agent is found if it answers, and only then', async () => {
  const { settings, url, stop } = await guarded({});
  expect(await isDuplicateAgentConnected(settings, agent)).toBe(false);
  const { client } = await observe(url, { protocolVersion: 4, reconnectPeriod: 0 });
  const asked: string[] = [];
  client.on('message', (topic, payload) => {
    const [, token] = /^who is there\? (.+)$/.exec(String(payload)) ?? [];
    if (token === undefined || topic !== 'infra-monitor/nas/echo') return;
    asked.push(token);
    // An agent that has not subscribed yet misses the first question.
    if (asked.length > 1) void client.publishAsync(topic, `I am: ${token}`, { qos: 1 });
  });
  expect(await isDuplicateAgentConnected(settings, agent)).toBe(true);
  expect(new Set(asked).size).toBe(1);
  expect(await isDuplicateAgentConnected(settings, { ...agent, id: 'pi' })).toBe(false);
  await stop();
  await expect(isDuplicateAgentConnected(settings, agent)).rejects.toThrow(unknown);
});

test.each([{ unread: /echo$/ }, { unwritten: /echo$/ }])(
  'with a broker that forbids the question (%o) it is unknown whether there is a duplicate agent',
  async (forbidden) => {
    const { settings } = await guarded(forbidden);
    await expect(isDuplicateAgentConnected(settings, agent)).rejects.toThrow(unknown);
  },
);

const echo = 'infra-monitor/nas/echo';
type Forger = (
  token: string,
  signature: (password: string, topic?: string, tokens?: string) => Promise<string>,
) => Promise<string> | string;

test.each<[string, string | undefined, Forger, string | undefined]>([
  ['no password', undefined, (token) => `I am: ${token}`, 'forgeable'],
  ['an answer of an earlier version', 'sesame', (token) => `I am: ${token}`, 'unsigned'],
  ['an echo of the question', 'sesame', (token) => `I am: ${token} signed`, 'unsigned'],
  ['a made-up signature', 'sesame', (token) => `I am: ${token} signed ${'A'.repeat(43)}`, 'unsigned'],
  ['another password', 'sesame', async (token, sign) => `I am: ${token} signed ${await sign('open')}`, 'unsigned'],
  [
    'the signature of another name',
    'sesame',
    async (token, sign) => `I am: ${token} signed ${await sign('sesame', 'infra-monitor/pi/echo')}`,
    'unsigned',
  ],
  ['the same password', 'sesame', async (token, sign) => `I am: ${token} signed ${await sign('sesame')}`, 'signed'],
  ['an answer to another question', 'sesame', () => 'I am: somebody', undefined],
  ['an answer to several questions', undefined, (token) => `I am: a ${token} b`, 'forgeable'],
  ['an unsigned answer to several questions', 'sesame', (token) => `I am: a ${token} signed b`, 'unsigned'],
  [
    'the same password, several questions',
    'sesame',
    async (token, sign) => `I am: a ${token} b signed ${await sign('sesame', echo, `a ${token} b`)}`,
    'signed',
  ],
  [
    'the signature of other questions',
    'sesame',
    async (token, sign) => `I am: a ${token} b signed ${await sign('sesame', echo, 'a b')}`,
    'unsigned',
  ],
  ['an answer to several other questions', 'sesame', (token) => `I am: a${token} ${token}b`, undefined],
])('%s: how much an answer is worth', async (_, password, answer, worth) => {
  const { settings, url } = await guarded({});
  const { client } = await observe(url, { protocolVersion: 4 });
  client.on('message', async (topic, payload) => {
    const [, token] = /^who is there\? (\S+)/.exec(String(payload)) ?? [];
    if (token === undefined) return;
    const sign = (word: string, of = echo, tokens = token) => signLivenessAnswer(new Secret(word), of, tokens);
    await client.publishAsync(topic, await answer(token, sign), { qos: 1 }).catch(() => undefined);
  });
  const own =
    password === undefined ? settings : { ...settings, MQTT_USERNAME: 'me', MQTT_PASSWORD: new Secret(password) };
  expect(await findDuplicateAgent(own, agent)).toBe(worth);
});

test('the same question is not signed in the same way with another password, and the password is not in it', async () => {
  const [one, again, other] = await Promise.all(
    ['sesame', 'sesame', 'open'].map((password) => signLivenessAnswer(new Secret(password), echo, 'a')),
  );
  expect(one).toMatch(/^[\w-]{43}$/);
  expect(again).toBe(one);
  expect(other).not.toBe(one);
});
