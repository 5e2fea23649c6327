import pino from 'pino';
import { expect, test } from 'vitest';
import type { Log } from '../../src/log.ts';
import type { ObservationOrComplaint } from '../../src/model/collector.ts';
import { discoverySettleMs } from '../../src/mqtt/discovery-lifecycle.ts';
import { brokerErrorTextsInGerman } from '../../src/mqtt/german.ts';
import { PacketTooLargeError, PublishRefusedError, UnacknowledgedMessageError } from '../../src/mqtt/publish-error.ts';
import { RejectedMessagesByTopic } from '../../src/mqtt/rejected-messages-by-topic.ts';
import { buildAgentHealth } from '../../src/views/health.ts';
import { observe } from '../helpers/observer.ts';
import { agent, device, type Probes, probe, stateOf } from '../helpers/sample-collector.ts';
import { startSession } from '../helpers/session.ts';
import { startStrictBroker } from '../helpers/strict-broker.ts';
import { manualTimers } from '../helpers/timers.ts';
import { until } from '../helpers/until.ts';

const collector = probe(async () => []);
const root = 'infra-monitor/nas';
const announcement = 'homeassistant/device/infra-monitor_nas/thing_1/config';
const thing = `${root}/probe/thing_1`;
const reading = (level: number): ObservationOrComplaint<Probes> => ({ table: 'thing', device, reading: { level } });
const parts = Array.from(
  { length: 30 },
  (_, index): ObservationOrComplaint<Probes> => ({
    table: 'part',
    device,
    part: { id: `p${index}`, name: `P${index}` },
    reading: { level: index },
  }),
);

/** An agent with a device of thirty parts, connected to this broker. */
async function start(
  options: Parameters<typeof startStrictBroker>[0],
  prepare: (broker: Awaited<ReturnType<typeof startStrictBroker>>) => void = () => undefined,
) {
  const broker = await startStrictBroker(options);
  prepare(broker);
  const { after, pass, due, dueWithin } = manualTimers();
  const state = stateOf(collector, [reading(1), ...parts]);
  const { session, lines } = startSession(broker.url, collector, state, after);
  const read = (level: number) => {
    state.record(collector, { ok: true, observations: [reading(level), ...parts], at: new Date(), seconds: 0.1 });
    session.update();
  };
  const online = (times = 1) =>
    until('online', () => lines.filter((line) => line.includes('MQTT: connected')).length === times);
  const errors = () => lines.filter((line) => line.includes(' error '));
  return { broker, state, session, pass, due, dueWithin, read, online, errors, lines };
}

test('a broker that accepts one message at a time gets everything, then online, and offline at the end', async () => {
  const { broker, online, session, errors } = await start({ connack: { receiveMaximum: 1 } });
  await online();
  expect(broker.violations).toEqual([]);
  expect(broker.retained.get(`${root}/status`)).toBe('online');
  expect(broker.retained.has(announcement)).toBe(true);
  expect([...broker.retained.keys()].filter((topic) => /part_p\d+$/.test(topic))).toHaveLength(30);
  await session.stop();
  expect(broker.retained.get(`${root}/status`)).toBe('offline');
  expect(errors()).toEqual([]);
});

test('of an announcement that does not fit, what is disabled by default is left out first, and named', async () => {
  const collectorWithDisabled = probe(async () => []);
  const whole = await startStrictBroker({});
  const state = stateOf(collectorWithDisabled, [reading(1), ...parts]);
  const first = startSession(whole.url, collectorWithDisabled, state);
  await until('whole', () => whole.retained.has(announcement));
  const bytes = Buffer.byteLength(whole.retained.get(announcement) ?? '');
  expect(whole.retained.get(announcement)).toContain('"enabled_by_default":false');
  expect(state.broker.limitation).toBeUndefined();
  await first.session.stop();

  const { broker, online, errors, state: limited, lines } = await start({ connack: { maximumPacketSize: bytes } });
  await online();
  const components = Object.values(
    (JSON.parse(broker.retained.get(announcement) ?? '{}') as { components: Record<string, object> }).components,
  );
  expect(components.length).toBeGreaterThan(parts.length);
  expect(components.some((component) => 'enabled_by_default' in component)).toBe(false);
  expect(errors()).toEqual([expect.stringMatching(/would be \d+ bytes long, but the broker accepts .*; left out/)]);
  expect(lines.filter((line) => JSON.stringify(line).includes('left out'))).toHaveLength(1);
  const { status, broker: shown } = buildAgentHealth([], agent, limited, new Date());
  expect(status).toBe('ok');
  expect(shown.limitation).toMatch(/packet too large .*; left out, because .*: .*note/);
});

test('an announcement above the maximum packet size is logged once, also across connections, and the rest is published', async () => {
  const { broker, state, online, errors, read } = await start({ connack: { maximumPacketSize: 2000 } });
  await online();
  expect(broker.violations).toEqual([]);
  expect(broker.retained.get(`${root}/status`)).toBe('online');
  expect(broker.retained.has(thing)).toBe(true);
  expect(broker.retained.has(announcement)).toBe(false);
  const told = expect.stringMatching(
    new RegExp(
      `^the broker refuses ${announcement}: packet too large \\(0x95\\): the packet would be \\d+ bytes long, but the broker accepts at most 2000$`,
    ),
  );
  expect(buildAgentHealth([], agent, state, new Date()).reasons).toEqual([told]);
  broker.answer = () => 'hang up';
  read(50);
  await until('the end is told', () => errors().length === 2);
  broker.answer = () => 0;
  await online(2);
  expect(buildAgentHealth([], agent, state, new Date()).reasons).toEqual([told]);
  expect(errors()).toHaveLength(2);
});

test.each([4, 5] as const)(
  'MQTT %i, a broker that closes the connection on a large packet without announcing a limit: the rest is published',
  async (version) => {
    const { broker, state, online, errors, read } = await start({ version }, (one) => {
      one.answer = ({ payload }) => (payload.length > 5000 ? 'hang up' : 0);
    });
    await online();
    expect(broker.retained.get(`${root}/status`)).toBe('online');
    expect(broker.retained.has(thing)).toBe(true);
    expect(errors()).toEqual([
      expect.stringMatching(
        new RegExp(
          `the broker closed the connection while ${announcement} \\(\\d+ bytes\\) was being sent; trying again$`,
        ),
      ),
      expect.stringMatching(new RegExp(`MQTT: ${announcement}: packet too large .*; left out, because`)),
      expect.stringMatching(
        new RegExp(
          `the broker refuses ${announcement}: packet too large \\(0x95\\): the packet would be (\\d+) bytes long, but the broker closed the connection at \\1$`,
        ),
      ),
    ]);
    broker.answer = () => 'hang up';
    read(50);
    await until('the end is told', () => !state.broker.connected);
    broker.answer = () => 0;
    await online(2);
    expect(broker.retained.has(announcement)).toBe(true);
    expect(buildAgentHealth([], agent, state, new Date()).reasons).toEqual([]);
  },
);

test('connections that break by chance while the announcement is sent are no limit, unless three do in a row', async () => {
  let breaks = 2;
  const { broker, state, online, read, lines } = await start({}, (one) => {
    one.answer = ({ topic }) => {
      if (topic !== announcement || breaks === 0) return 0;
      breaks -= 1;
      return 'hang up';
    };
  });
  await online();
  expect([breaks, broker.retained.has(announcement)]).toEqual([0, true]);
  // The broker restarts without its retained messages, and the link breaks twice again.
  const { answer } = broker;
  broker.answer = () => 'hang up';
  read(50);
  await until('the end is noticed', () => !state.broker.connected);
  broker.retained.clear();
  breaks = 2;
  broker.answer = answer;
  await online(2);
  expect([breaks, broker.retained.has(announcement)]).toEqual([0, true]);
  expect(lines.filter((line) => line.includes('refuses'))).toEqual([]);
});

test('a limit that no longer applies at the next connection', async () => {
  const { broker, state, online, read, lines } = await start({ connack: { maximumPacketSize: 2000 } });
  await online();
  broker.connack = {};
  broker.answer = () => 'hang up';
  read(50);
  await until('the end is told', () => !state.broker.connected);
  broker.answer = () => 0;
  await online(2);
  expect(broker.retained.has(announcement)).toBe(true);
  expect(buildAgentHealth([], agent, state, new Date()).reasons).toEqual([]);
  expect(lines.filter((line) => line.includes('accepts everything again'))).toHaveLength(1);
});

test.each([
  [0x97, 'quota exceeded (0x97)'],
  [0x87, 'not authorized (0x87)'],
])(
  'a message refused with %i is sent again with growing pauses and the newest payload until it is accepted',
  async (code, words) => {
    const refused = new Set([announcement, thing, `${thing}/availability`]);
    const { broker, state, online, errors, read, pass, due, dueWithin, lines } = await start({}, (one) => {
      one.answer = ({ topic }) => (refused.has(topic) ? code : 0);
    });
    await online();
    const tries = () => broker.published.filter(({ topic }) => topic === thing).length;
    expect(broker.retained.get(`${root}/status`)).toBe('online');
    expect([...broker.retained.keys()].filter((topic) => /part_p\d+$/.test(topic))).toHaveLength(30);
    expect(buildAgentHealth([], agent, state, new Date()).reasons).toEqual([
      expect.stringMatching(/^the broker refuses .*; and 2 more topics$/),
    ]);
    expect(errors()).toEqual([expect.stringContaining(words)]);
    expect(errors()[0]?.includes('must let this user')).toBe(code === 0x87);
    read(50);
    // Other pauses of the connection's beginning end after five seconds.
    await until('all three wait', () => due(5000) >= 6);
    // An acknowledgement that is awaited when time passes would be missed: half its time limit is 15 s, that of a
    // subscription 30 s.
    const isAnswered = () => dueWithin(15_000, 19_000) === 0 && dueWithin(30_000, 39_000) === 0;
    for (const [index, seconds] of [5, 10, 20, 40, 80, 160, 300, 300].entries()) {
      await until('all three wait', () => due(seconds * 1000) >= 3 && isAnswered());
      pass(seconds * 1000 - 1);
      expect(tries()).toBe(index + 1);
      pass(1);
    }
    await until('all three wait', () => due(300_000) === 3);
    expect(errors()).toHaveLength(1);
    refused.clear();
    pass(300_000);
    await until('taken', () => state.broker.error === undefined);
    expect(JSON.parse(broker.retained.get(thing) ?? '')).toMatchObject({ level: 50 });
    expect(broker.retained.has(announcement)).toBe(true);
    expect(broker.retained.get(`${thing}/availability`)).toBe('online');
    expect(buildAgentHealth([], agent, state, new Date())).toMatchObject({ status: 'ok', reasons: [] });
    expect(lines.at(-1)).toContain('the broker accepts everything again');
  },
);

test('rejections in one sentence', () => {
  const rejected = new RejectedMessagesByTopic(agent, pino({ level: 'silent' }), () => undefined);
  const sentences = ['a', 'b', 'c'].map((topic) => {
    rejected.reject(topic, new Error('no'));
    return rejected.summary;
  });
  const one = 'the broker refuses a: no';
  expect(sentences).toEqual([one, `${one}; and 1 more topic`, `${one}; and 2 more topics`]);
});

test('rejections are said in the language of the agent, and in English in the log', () => {
  const lines: string[] = [];
  const log = { error: (line: string) => lines.push(line) } as unknown as Log;
  const rejected = new RejectedMessagesByTopic(agent, log, () => undefined, brokerErrorTextsInGerman);
  rejected.reject('a', new Error('no'));
  rejected.reject('b', new Error('no'));
  expect(rejected.summary).toBe('der Broker lehnt a ab: no; und 1 weiteres Topic');
  rejected.shorten('c', new Error('too large'), ['x', 'y']);
  expect(rejected.omissions).toEqual([
    'c: too large; ausgelassen, weil in Home Assistant standardmäßig deaktiviert: x, y',
  ]);
  expect(lines).toEqual([
    'MQTT: the broker refuses a: no',
    'MQTT: the broker refuses b: no',
    'MQTT: c: too large; left out, because Home Assistant disables them by default: x, y',
  ]);
});

test.each([
  [
    new PublishRefusedError(0x95, 900),
    'packet too large (0x95): das Paket ist 900 Byte lang',
    'packet too large (0x95): the packet is 900 bytes long',
  ],
  [new PublishRefusedError(0x97, 900), 'quota exceeded (0x97)', 'quota exceeded (0x97)'],
  [
    new PacketTooLargeError(900, { accepted: 500 }),
    'packet too large (0x95): das Paket wäre 900 Byte lang, der Broker nimmt aber höchstens 500 an',
    'packet too large (0x95): the packet would be 900 bytes long, but the broker accepts at most 500',
  ],
  [
    new PacketTooLargeError(900, { closedAt: 500 }),
    'packet too large (0x95): das Paket wäre 900 Byte lang, der Broker hat aber bei 500 die Verbindung geschlossen',
    'packet too large (0x95): the packet would be 900 bytes long, but the broker closed the connection at 500',
  ],
  [new UnacknowledgedMessageError(900), 'keine Bestätigung für 900 Byte', 'no acknowledgement for 900 bytes'],
])('why a message did not get through is said in the language of the agent: %s', (error, inGerman, inEnglish) => {
  const lines: string[] = [];
  const log = { error: (line: string) => lines.push(line) } as unknown as Log;
  const rejected = new RejectedMessagesByTopic(agent, log, () => undefined, brokerErrorTextsInGerman);
  rejected.reject('a', error);
  rejected.shorten('b', error, ['x']);
  expect(rejected.summary).toBe(`der Broker lehnt a ab: ${inGerman}`);
  expect(rejected.omissions).toEqual([
    `b: ${inGerman}; ausgelassen, weil in Home Assistant standardmäßig deaktiviert: x`,
  ]);
  expect(lines[0]).toBe(`MQTT: the broker refuses a: ${inEnglish}`);
});

test('an announcement that is not acknowledged while others are: online, logged, and sent again', async () => {
  const { broker, state, online, errors, pass, due, read } = await start({}, (one) => {
    one.answer = ({ topic }) => (topic === announcement ? 'nothing' : 0);
  });
  await until('sent', () => due(15_000) === 1 && broker.published.some(({ topic }) => topic === announcement));
  pass(15_000);
  // The broker still works: another message is acknowledged.
  read(60);
  await until('heard', () => broker.retained.get(thing)?.includes('60') && due(15_000) === 1);
  pass(15_000);
  await online();
  const told = expect.stringMatching(
    new RegExp(`^the broker refuses ${announcement}: no acknowledgement for \\d+ bytes$`),
  );
  expect(buildAgentHealth([], agent, state, new Date()).reasons).toEqual([told]);
  expect(errors()).toHaveLength(1);
  broker.answer = () => 0;
  pass(5000);
  await until('taken', () => broker.retained.has(announcement) && state.broker.error === undefined);
  expect(broker.connections).toBe(1);
});

test('announcements that MQTT 3.1.1 acknowledges and drops are told, and sent again until one comes back', async () => {
  const { broker, state, online, pass } = await start({ version: 4 }, (one) => {
    one.answer = ({ topic }) => (topic.startsWith('homeassistant/device/') ? 0x87 : 0);
  });
  const sent = () => broker.published.filter(({ topic }) => topic === announcement).length;
  const inTime = (what: string, condition: () => boolean) =>
    until(what, () => {
      pass(discoverySettleMs);
      return condition();
    });
  await online();
  await inTime('told', () => state.broker.error !== undefined);
  expect(buildAgentHealth([], agent, state, new Date()).reasons).toEqual([
    expect.stringContaining('infra-monitor_nas/+/config: announcements do not come back. It must let this user read'),
  ]);
  await inTime('sent again', () => sent() > 1);
  broker.answer = () => 0;
  await inTime('taken', () => broker.retained.has(announcement) && state.broker.error === undefined);
});

test('online that the broker left unacknowledged several times is published 5 s after a reconnect', async () => {
  const status = `${root}/status`;
  const { broker, state, online, pass, due, read } = await start({}, (one) => {
    one.answer = ({ topic }) => (topic === status ? 'nothing' : 0);
  });
  // Questions that the agent asks itself may follow it.
  const lastReport = () => broker.published.findLast(({ topic }) => topic !== `${root}/echo`)?.topic;
  for (const level of [60, 70, 80]) {
    await until('sent', () => due(15_000) === 1 && lastReport() === status);
    pass(15_000);
    // The broker still works: another message is acknowledged.
    read(level);
    await until('heard', () => broker.retained.get(thing)?.includes(String(level)) && due(15_000) === 1);
    pass(15_000);
    const pauseMs = { 60: 5000, 70: 10_000, 80: 20_000 }[level] ?? 0;
    await until('paused', () => due(pauseMs) > 0);
    if (level < 80) pass(pauseMs);
  }
  broker.answer = () => 'hang up';
  read(50);
  await until('the end is noticed', () => !state.broker.connected);
  broker.answer = () => 0;
  await online(2);
  expect(broker.retained.get(status)).toBe('offline');
  pass(5000);
  await until('online', () => broker.retained.get(status) === 'online');
});

test('stopping with an unacknowledged message ends, and the broker publishes the will', async () => {
  const { broker, session, online } = await start({ connack: { receiveMaximum: 1 } });
  await online();
  broker.answer = () => 'nothing';
  await session.stop();
  await until('the will', () => broker.retained.get(`${root}/status`) === 'offline');
});

test('a device that the user removes while its announcement is refused is not announced', async () => {
  const { broker, state, online, pass, lines } = await start({}, (one) => {
    one.answer = ({ topic, payload }) => (topic === announcement && payload.length > 0 ? 0x97 : 0);
  });
  await online();
  await until('refused', () => state.broker.error?.includes('quota exceeded'));
  const { client } = await observe(broker.url);
  await client.publishAsync(announcement, '', { retain: true, qos: 1 });
  await until('withdrawn', () => state.broker.error === undefined);
  pass(5000);
  await until('noticed', () => lines.some((line) => line.includes('removed in Home Assistant')));
  expect(state.broker.error).toBeUndefined();
  broker.answer = () => 0;
  pass(5000);
  await client.publishAsync('any', '', { qos: 1 });
  expect(broker.published.filter(({ topic, payload }) => topic === announcement && payload !== '')).toHaveLength(1);
});
