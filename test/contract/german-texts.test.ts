import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../helpers/agent.ts';
import { startBroker } from '../helpers/broker.ts';
import { isEnglish } from '../helpers/is-english.ts';
import { observe } from '../helpers/observer.ts';
import { patience } from '../helpers/patience.ts';
import { freePort } from '../helpers/ports.ts';
import { until } from '../helpers/until.ts';
import { type Json, parsed } from './capture.ts';
import { stages } from './stages.ts';

/** What speaks in sentences, in topics and in the answers of endpoints. */
const textKeys =
  /^(text|reason|remedy|clears_?[aA]t|hint|account_problem_hint|problem_reason|worst_problem|agent_state|dependents)$/;

/** Node’s own words for an answer that is no HTTP. */
const wordsOfNode = /Parse Error: .*$/;

/** Texts, each with the key at which it stands. */
function textsIn(value: Json, key = '', texts = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'string') {
    if (textKeys.test(key)) texts.set(value, key);
  } else if (Array.isArray(value)) for (const one of value) textsIn(one, key, texts);
  else if (value !== null && typeof value === 'object')
    for (const [name, one] of Object.entries(value)) textsIn(one, name === 'value' ? key : name, texts);
  return texts;
}

/** A server that answers, but not with HTTP. */
async function startGarbage(): Promise<number> {
  const port = await freePort();
  const server = createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.9\r\n'));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return port;
}

test('in German, an agent for which much is wrong says nothing in English', {
  timeout: 60_000 * patience,
}, async () => {
  const stage = await stages.get('everything-on')?.();
  if (stage === undefined) throw new Error('no such stage');
  const broker = await startBroker();
  const httpPort = await freePort();
  const { client, topics } = await observe(broker.url, { protocolVersion: 4 });
  const retained = {
    'shed/status': 'offline',
    'shed/agent/shed': '{"site":"Berlin"}',
    'shed/agent/shed/availability': 'online',
  };
  for (const [topic, payload] of Object.entries(retained))
    await client.publishAsync(`infra-monitor/${topic}`, payload, { retain: true });
  startAgent({
    ...stage.settings,
    AGENT_LANGUAGE: 'de',
    MQTT_URL: broker.url,
    HTTP_PORT: String(httpPort),
    FRITZBOX_PASSWORD: 'wrong',
    HA_TOKEN: 'wrong',
    // The stand-ins for its tools have no answers.
    DRIVES: '/nowhere',
    NVME_DEVICES: 'S4EWNX0N123456,MISSING',
    HOST_DISKS: 'missing',
    PING_TARGETS: `web=http://127.0.0.1:${await startGarbage()}/,closed=tcp://127.0.0.1:${await freePort()}`,
  });

  const payloadOf = (topic: string) => parsed(topics.get(`infra-monitor/${topic}`) ?? '{}') as Record<string, Json>;
  const statusOf = async (path: string) =>
    parsed(await (await fetch(`http://127.0.0.1:${httpPort}/${path}/status`)).text());
  const look = async () => [
    ...[...topics].filter(([topic]) => topic.startsWith('infra-monitor/')).map(([, payload]) => parsed(payload)),
    ...(await Promise.all(['host', 'nvme', 'storage', 'fritz', 'home_assistant', 'sites'].map(statusOf))),
    parsed(await (await fetch(`http://127.0.0.1:${httpPort}/health/`)).text()),
  ];
  const expected = [
    // Of each kind: what a router, a web server, a drive and Home Assistant lack, a site, a lost agent, settings.
    /^die Box hat die Anmeldung abgelehnt: .* „Anmeldung erneut versuchen“/,
    /^antwortet, aber nicht mit auswertbarem HTTP: /,
    /^(\/dev\/nvme0 ist nicht vorhanden|keine Berechtigung|ein unprivilegierter Container|root kann ohne)/,
    /HA_TOKEN/,
    /Agent shed ist ausgefallen; und (mindestens )?\d+ weiteres?$/,
    /^ausgefallen$/,
    /^NVME_DEVICES: .*MISSING/,
    /^HOST_DISKS: .*missing/,
    /^antwortet nicht$/,
  ];
  await until('the agent on the broker', () => payloadOf('testling/problems').problems !== undefined, 30);
  let texts = new Map<string, string>();
  await until(
    'a text of each kind',
    async () => {
      texts = textsIn(await look());
      return expected.every((one) => [...texts.keys()].some((text) => one.test(text)));
    },
    20,
  ).catch((error: unknown) => {
    const missing = expected.filter((one) => ![...texts.keys()].some((text) => one.test(text)));
    throw new Error(`none of ${missing.join(', ')} in ${JSON.stringify([...texts])}`, { cause: error });
  });
  const withoutForeignWords = [...texts.keys()].map((text) => text.replace(wordsOfNode, ''));
  expect(withoutForeignWords.filter(isEnglish)).toEqual([]);
});
