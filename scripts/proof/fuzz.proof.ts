import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type InstanceDetails,
  readInstanceDetailsOverWebSocket,
} from '../../src/collectors/home-assistant/instance-details.ts';
import { parseInstanceHistoryOrEmpty } from '../../src/collectors/home-assistant/instance-history.ts';
import { CpuUsageReader } from '../../src/collectors/host/linux/cpu.ts';
import { parseBootTime } from '../../src/collectors/host/linux/system.ts';
import { parseConfiguredRouter, parseProbeTarget } from '../../src/collectors/router/configured-hosts.ts';
import {
  createDslPollItem,
  fibrePollItem,
  mobilePollItem,
  physicalLinkPollItem,
} from '../../src/collectors/router/tr064/access-line-poll-items.ts';
import { parseLanHostEntries, wlanPollItem } from '../../src/collectors/router/tr064/home-network-poll-items.ts';
import { parseRepeatersAndMeshLinks } from '../../src/collectors/router/tr064/mesh-poll-item.ts';
import { bootTimePollItem, firmwareUpdatePollItem } from '../../src/collectors/router/tr064/poll-schedule.ts';
import { parsePeerList } from '../../src/http/peer-list.ts';
import type { HaWebSocket } from '../../src/lib/ha-websocket.ts';
import { parseDigestChallenge } from '../../src/lib/upnp/digest.ts';
import { parseSoapHttpReply } from '../../src/lib/upnp/soap.ts';
import { CronExpression } from '../../src/loop/cron.ts';
import { parseJsonWithin } from '../../src/model/json.ts';
import { parseComponentKey } from '../../src/model/naming.ts';
import { interpretAnswer } from '../../test/collectors/router/interpret-answer.ts';
import { homeHosts, homeMesh, hostList } from '../../test/helpers/fritzbox/home.ts';
import { type FuzzedParser, recordedSamples } from './fuzzed-parser.ts';
import { options, progress, recordFigure } from './report.ts';
import { storageParsers } from './storage-parsers.ts';
import { startWatchdog } from './watchdog.ts';

const { minutes = 10, seed: wantedSeed = 0 } = options;
const seed = wantedSeed || Math.floor(Math.random() * 2 ** 31);
/** Processor time of one call, in milliseconds; inputs have 100 kB at most. */
const slowMs = 1000;
const hangSeconds = 60;

const temperatures = /^(temperature|temperatureLimit|sensors|warning|critical)$/;
const now = () => ({ wall: Date.UTC(2027, 0, 1), monotonic: 0 });
const pollItems = [
  createDslPollItem(now),
  fibrePollItem,
  physicalLinkPollItem,
  mobilePollItem,
  bootTimePollItem,
  firmwareUpdatePollItem,
  wlanPollItem,
];
/** All that a box with an account tells, of one that has this answer to everything. */
async function readPollItems(text: string): Promise<unknown> {
  const values = parseSoapHttpReply({ status: 200, headers: {}, body: text }, 'GetInfo');
  const box = { now: () => now().wall, call: async () => values, fetch: async () => undefined };
  return Promise.all(pollItems.map((item) => item.read(box)));
}
/** All that an instance tells, of one that has this answer to everything. */
async function readInstance(text: string): Promise<InstanceDetails> {
  const answer: unknown = JSON.parse(text);
  const socket = { sendCommand: async () => answer, render: async () => answer };
  return readInstanceDetailsOverWebSocket(socket as unknown as HaWebSocket);
}
const soap = (fields: Record<string, string | number>) =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:GetInfoResponse xmlns:u="urn:x">${Object.entries(
    fields,
  )
    .map(([name, value]) => `<New${name}>${value}</New${name}>`)
    .join('')}</u:GetInfoResponse></s:Body></s:Envelope>`;

const otherParsers: FuzzedParser[] = [
  {
    name: 'router answers',
    samples: recordedSamples('router', /\.(xml|txt|html)$/),
    parse: (text) => interpretAnswer('answer', text),
    mayBeNegative: /./,
  },
  {
    name: 'ping',
    samples: [
      '10 packets transmitted, 9 received, 10% packet loss, time 9ms\nrtt min/avg/max/mdev = 1.0/2.0/3.0/0.5 ms\n',
    ],
    parse: (text) => interpretAnswer('ping', text),
  },
  {
    name: 'TR-064 answers',
    samples: [
      ...recordedSamples('router/tr064', /\.xml$/),
      soap({
        Status: 'Up',
        DownstreamCurrRate: 100_000,
        DownstreamNoiseMargin: 60,
        UpTime: 7,
        OpticalSignalLevel: -19_000,
        Channel: 36,
        Layer1DownstreamMaxBitRate: 1000,
      }),
    ],
    parse: readPollItems,
    mayBeNegative: /margin|attenuation|level|received|sent|signal|rs|snr|sinr|power/i,
  },
  { name: 'TR-064 hosts', samples: [hostList(homeHosts)], parse: parseLanHostEntries },
  { name: 'TR-064 mesh', samples: [JSON.stringify(homeMesh)], parse: parseRepeatersAndMeshLinks },
  {
    name: 'digest challenge',
    samples: ['Basic realm="a", Digest realm="HTTPS Access",nonce="88B3",algorithm=MD5,qop="auth"'],
    parse: parseDigestChallenge,
    // Node takes no longer headers.
    maxLength: 16_384,
  },
  {
    name: 'Home Assistant',
    samples: [
      '{"state":"RUNNING","recovery_mode":false,"migration_in_progress":false,"issues":[{"ignored":true}],"entities":3,"unavailable":1,"oldest":1760000000.5,"newest":1760000009,"updates":[["Home Assistant Core","1","2","None"]]}',
    ],
    parse: readInstance,
  },
  {
    name: 'instance history',
    samples: ['{}', '{"outages":3,"restarts":1}'],
    parse: (text) => parseInstanceHistoryOrEmpty(JSON.parse(text)),
    mayBeNegative: /^/,
  },
  {
    name: '/proc/stat',
    samples: recordedSamples('host', /proc\/stat$/),
    parse: (text) => {
      const cpu = new CpuUsageReader();
      cpu.read('cpu  1 1 1 1 1 1 1 1 0 0\n', 0);
      return { cpu: cpu.read(text, 1000), bootedAt: parseBootTime(text, text, now().wall) };
    },
  },
  {
    name: 'JSON of a broker',
    samples: ['{"a":[1,{"b":"c"}]}'],
    parse: (text) => parseJsonWithin(text, { bytes: 64_000, depth: 8 }),
    mayBeNegative: /^/,
  },
  { name: 'component keys', samples: ['host/nas/cpu', 'a_b'], parse: parseComponentKey },
  {
    name: 'cron expressions',
    samples: ['*/5 * * * * *', '0 30 2 29 2 1', '0 0 12 L * 5#2', '0 0-59/7 1,2 15W jan mon'],
    parse: (text) => new CronExpression(text).next(new Date(now().wall)),
  },
  {
    name: 'addresses',
    samples: [
      'home=192.0.2.1',
      'office=tcp://192.0.2.1:80',
      'x=https://a.example/b',
      '[2001:db8::1]',
      '10.0.0.0/8,::1',
    ],
    parse: (text) => [parseConfiguredRouter(text), parseProbeTarget(text), parsePeerList(text)],
  },
];

const oddNumbers = [
  '-1',
  '0',
  '-0',
  '1.5',
  '1e308',
  '1e999',
  '-1e999',
  'NaN',
  'null',
  '""',
  '0x10',
  '1e-7',
  '255',
  '256',
  '65535',
  '65536',
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '18446744073709551615',
  '340282366920938463463374607431768211456',
  '9'.repeat(400),
];
/** What every object has, and a table of words must not take for one of its own. */
const oddWords = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];
type Change = (text: string) => string;
const position = fc.double({ min: 0, max: 1, noNaN: true });
const at = (text: string, share: number) => Math.floor(text.length * share);
/** Long ones are for expressions that go back and forth. */
const runLength = fc.oneof({ weight: 9, arbitrary: fc.nat(200) }, { weight: 1, arbitrary: fc.nat(60_000) });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(position, fc.nat(60), fc.string()).map(
    ([share, length, instead]): Change =>
      (text) =>
        text.slice(0, at(text, share)) + instead + text.slice(at(text, share) + length),
  ),
  fc.tuple(position, fc.constantFrom(...'<>[]{}"\'&;=,.: \n\t\\-+019aZé\0'), runLength).map(
    ([share, sign, count]): Change =>
      (text) =>
        text.slice(0, at(text, share)) + sign.repeat(count) + text.slice(at(text, share)),
  ),
  fc.tuple(position, fc.constantFrom(...oddNumbers)).map(
    ([share, odd]): Change =>
      (text) => {
        const numbers = [...text.matchAll(/-?\d+(?:\.\d+)?/g)];
        const chosen = numbers[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
        return chosen === undefined
          ? text
          : text.slice(0, chosen.index) + odd + text.slice(chosen.index + chosen[0].length);
      },
  ),
  fc.tuple(position, fc.constantFrom(...oddWords)).map(
    ([share, odd]): Change =>
      (text) =>
        text.slice(0, at(text, share)) + text.slice(at(text, share)).replace(/[a-z][\w-]*/i, odd),
  ),
  fc.tuple(position, position, position).map(
    ([from, to, where]): Change =>
      (text) =>
        text.slice(0, at(text, where)) + text.slice(at(text, from), at(text, to)) + text.slice(at(text, where)),
  ),
  position.map(
    (share): Change =>
      (text) =>
        text.slice(0, at(text, share)),
  ),
);
const spoilt = (good: readonly string[], maxLength: number) =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom(...good), fc.array(change, { minLength: 1, maxLength: 4 }))
        .map(([text, changes]) => changes.reduce((all, one) => one(all), text).slice(0, maxLength)),
    },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
  );

/** Of shares that are taken from 100 %. */
const roundingError = 1e-9;

class NonsenseError extends TypeError {}

/** Fails where a number among the results is below zero and can't be, or no temperature. What is no number at all (NaN,
 * Infinity, an invalid date) is published as unknown (src/loop/evaluate-metrics.ts). */
function expectSense(value: unknown, key: string, mayBeNegative: RegExp | undefined): void {
  if ((typeof value === 'number' && Number.isFinite(value)) || typeof value === 'bigint') {
    const isOdd = temperatures.test(key)
      ? value < -273 || value > 1000
      : value < -roundingError && !mayBeNegative?.test(key);
    if (isOdd) throw new NonsenseError(`${key} is ${value}`);
  } else if (value instanceof Map || Array.isArray(value)) {
    for (const one of value.values()) expectSense(one, key, mayBeNegative);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) expectSense(one, name, mayBeNegative);
  }
}

/** These are what comes of a mistake in the program; what it says of a wrong answer is an Error of its own. */
const isMistake = (error: unknown) =>
  !(error instanceof Error) ||
  error instanceof TypeError ||
  error instanceof RangeError ||
  error instanceof ReferenceError ||
  error.message === '';

test('fuzz', async () => {
  progress(`seed ${seed}`);
  const begin = startWatchdog(hangSeconds);
  const parsers = [...storageParsers(), ...otherParsers];
  const failures: string[] = [];
  let inputs = 0;
  let readings = 0;
  let slowest = { name: '', ms: 0 };
  for (const { name, samples: good, parse, mayBeNegative, maxLength = 100_000 } of parsers) {
    expect(good.length, `samples of ${name}`).toBeGreaterThan(0);
    const before = inputs;
    const result = await fc.check(
      fc.asyncProperty(spoilt(good, maxLength), async (text) => {
        begin(`${name} (seed ${seed})`);
        inputs += 1;
        const cpu = process.cpuUsage();
        try {
          expectSense(await parse(text), name, mayBeNegative);
          readings += 1;
        } catch (error) {
          if (isMistake(error)) throw error;
        }
        const ms = process.cpuUsage(cpu).user / 1000;
        if (ms > slowest.ms) slowest = { name, ms };
        if (ms > slowMs) throw new TypeError(`${name} took ${ms} ms for ${text.length} characters`);
      }),
      {
        seed,
        numRuns: 1e9,
        interruptAfterTimeLimit: (minutes * 60_000) / parsers.length,
        markInterruptAsFailure: false,
      },
    );
    progress(`${name}: ${inputs - before} inputs${result.failed ? ', FAILED' : ''}`);
    if (result.failed)
      failures.push(
        `${name}: ${String(result.errorInstance)} at ${JSON.stringify(result.counterexample)?.slice(0, 600)}`,
      );
  }
  recordFigure(
    `${minutes} minutes, ${parsers.length} parsers, ${inputs} inputs (seed ${seed}), of them ${readings} readings; no crash, no hang (slowest ${slowest.ms.toFixed(0)} ms: ${slowest.name}), no number outside sense`,
  );
  expect(failures).toEqual([]);
});
