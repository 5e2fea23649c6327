import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { stages } from '../../test/contract/stages.ts';
import { type AgentProcess, startAgent } from '../../test/helpers/agent.ts';
import { startMosquitto } from '../../test/helpers/mosquitto.ts';
import { observe } from '../../test/helpers/observer.ts';
import { until } from '../../test/helpers/until.ts';
import { options, progress, recordFigure } from './report.ts';

const { times = 60 } = options;
const fewerTimes = Math.ceil(times / 4);
const backSeconds = 90;
/** On a slow machine, too, all topics are there when none has come for so long. */
const settledSeconds = 20;
const dayMs = 86_400_000;
const status = 'infra-monitor/testling/status';
const driveMemory = 'infra-monitor/testling/nvme/s4ewnx0n123456/memory';
/** A month of a drive that writes 5 GB a day. */
const history = {
  samples: Array.from({ length: 30 }, (_, index) => ({
    at: new Date(Date.now() - (30 - index) * dayMs).toISOString(),
    percentage_used: 1,
    data_units_written: String(1000 + index * 10_000),
  })),
};
const daysOf = (memory: string | undefined) =>
  (JSON.parse(memory ?? '{"samples":[]}') as typeof history).samples.map(({ at }) => at.slice(0, 10));

const between = (least: number, most: number) => least + Math.random() * (most - least);
const connections = (agent: AgentProcess) => agent.output().split('MQTT: connected').length - 1;
const descriptors = (agent: AgentProcess) => readdirSync(`/proc/${agent.process.pid}/fd`).length;

/** Passes on to the broker, and cuts a connection after so many bytes either way. */
async function startCutter(port: number) {
  const sockets = new Set<Socket>();
  const cutter = { url: '', bytes: 0, cutAfter: Number.POSITIVE_INFINITY, cuts: 0 };
  const server = createServer((agent) => {
    const broker = connect(port, '127.0.0.1');
    const { cutAfter } = cutter;
    let bytes = 0;
    for (const [from, to] of [
      [agent, broker],
      [broker, agent],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined).on('close', () => to.destroy());
      from.on('data', (chunk: Buffer) => {
        const rest = Math.max(0, cutAfter - bytes);
        bytes += chunk.length;
        cutter.bytes = Math.max(cutter.bytes, bytes);
        to.write(chunk.subarray(0, rest), () => {
          if (bytes <= cutAfter || from.destroyed) return;
          cutter.cuts += 1;
          from.destroy();
        });
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cutter.url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return cutter;
}

test('whatever is interrupted is whole afterwards', async () => {
  const broker = await startMosquitto(['allow_anonymous true', 'max_queued_messages 0']);
  const observer = await observe(broker.url);
  const stage = await stages.get('everything-on')?.();
  const settings = { ...stage?.settings, MQTT_URL: broker.url };
  const topicsNow = () => [...observer.topics.keys()].filter((topic) => !topic.endsWith('/echo')).sort();
  const isOnline = () => observer.topics.get(status) === 'online';
  /** Everything is there, the history too, and every payload that looks like JSON is. */
  const expectWhole = async (what: string) => {
    await until(`${what}: online`, isOnline, backSeconds);
    await until(`${what}: the same topics`, () => topicsNow().join() === reference.join(), backSeconds).catch(() =>
      expect(topicsNow(), what).toEqual(reference),
    );
    expect(daysOf(observer.topics.get(driveMemory)), what).toEqual(
      expect.arrayContaining(daysOf(JSON.stringify(history))),
    );
    for (const { topic, payload } of observer.messages.splice(0))
      if (/^[[{]/.test(payload)) expect(() => JSON.parse(payload), `${what}: ${topic}`).not.toThrow();
  };
  /** It has forgotten everything then, and so has the observer. */
  const restartEmpty = async () => {
    await broker.kill();
    observer.topics.clear();
    await broker.start();
  };

  await observer.client.publishAsync(driveMemory, JSON.stringify(history), { qos: 1, retain: true });
  let reference: string[] = [];
  let agent = startAgent(settings);
  await until(
    'all topics of the stage',
    () => stage?.lastTopics.every((topic) => observer.topics.has(`infra-monitor/${topic}`)),
    backSeconds,
  );
  await until('online', isOnline, backSeconds);
  let newestTopicAt = Date.now();
  await until(
    `no new topic for ${settledSeconds} s`,
    () => {
      if (topicsNow().length > reference.length) newestTopicAt = Date.now();
      reference = topicsNow();
      return Date.now() - newestTopicAt > settledSeconds * 1000;
    },
    backSeconds,
  );
  await agent.stop();
  progress(`${reference.length} topics`);

  for (let run = 0; run < times; run += 1) {
    agent = startAgent(settings);
    await pause(between(300, 3500));
    await agent.stop('SIGKILL');
    await until('dead', () => !isOnline());
  }
  agent = startAgent(settings);
  await expectWhole('killed while starting');
  progress(`whole after ${times} kills while it starts`);

  await agent.stop();
  const cutter = await startCutter(broker.port);
  agent = startAgent({ ...settings, MQTT_URL: cutter.url });
  await expectWhole('behind the cutter');
  const before = descriptors(agent);
  while (cutter.cuts < times) {
    // One that is cut while it is set up, and one that is cut as soon as it is there, so that the pauses stay short.
    const cuts = cutter.cuts;
    const bytes = cutter.bytes;
    cutter.cutAfter = Math.floor(between(1, bytes));
    await restartEmpty();
    await until('a cut', () => cutter.cuts > cuts, backSeconds);
    cutter.cutAfter = Number.POSITIVE_INFINITY;
    const connected = connections(agent);
    await until('connected', () => connections(agent) > connected, backSeconds);
  }
  await expectWhole('cut at random bytes');
  const after = descriptors(agent);
  expect(after, 'descriptors').toBeLessThan(before + 5);
  progress(`whole after ${cutter.cuts} cuts; descriptors ${before} → ${after}`);

  const connected = connections(agent);
  for (let run = 0; run < fewerTimes; run += 1) {
    await restartEmpty();
    await pause(2000);
  }
  await until('connected', () => connections(agent) > connected, backSeconds);
  await expectWhole('broker restarted');
  progress(`whole after ${fewerTimes} starts of the broker, two seconds apart`);

  for (let run = 0; run < fewerTimes; run += 1) {
    await agent.stop();
    const half = startAgent(settings, ['forget', '--force']);
    await pause(between(300, 3000));
    await half.stop('SIGKILL');
    const whole = startAgent(settings, ['forget', '--force']);
    expect(await whole.ended, whole.output()).toBe(0);
    await until('nothing is left', () => topicsNow().length === 0, backSeconds).catch(() =>
      expect(topicsNow(), 'left by forget').toEqual([]),
    );
    observer.topics.clear();
    await observer.client.publishAsync(driveMemory, JSON.stringify(history), { qos: 1, retain: true });
    agent = startAgent(settings);
    await expectWhole('after forget');
  }
  progress(`whole after ${fewerTimes} kills of forget`);
  recordFigure(
    `${times} kill -9 while the agent starts, ${cutter.cuts} connections cut at a random byte, ${fewerTimes} starts of the broker two seconds apart, ${fewerTimes} kill -9 of forget: afterwards each time all of ${reference.length} topics and no other, the history of a drive whole, no broken payload, never online while dead; descriptors ${before} → ${after}`,
  );
});
