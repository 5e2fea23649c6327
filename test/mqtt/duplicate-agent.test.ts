import { expect, test } from 'vitest';
import { isDuplicateAgentConnected } from '../../src/mqtt/duplicate-agent.ts';
import { guarded } from '../helpers/guarded.ts';
import { observe } from '../helpers/observer.ts';
import { freePort } from '../helpers/ports.ts';
import { agent } from '../helpers/sample-collector.ts';

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
  expect(await isDuplicateAgentConnected(settings, agent)).toBe(false);
});

test('without a broker, or with one that forbids the question, there is no duplicate agent', async () => {
  const { settings } = await guarded({ unread: /echo$/ });
  expect(await isDuplicateAgentConnected(settings, agent)).toBe(false);
  expect(
    await isDuplicateAgentConnected({ ...settings, MQTT_URL: { ...settings.MQTT_URL, port: await freePort() } }, agent),
  ).toBe(false);
});
