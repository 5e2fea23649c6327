import { isDeepStrictEqual } from 'node:util';
import { startAgent } from '../helpers/agent.ts';
import { observe } from '../helpers/observer.ts';
import { freePort } from '../helpers/ports.ts';
import { until } from '../helpers/until.ts';
import type { Stage } from './stages.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Values that this computer or this moment decides: its addresses, its disk, durations, what is measured over a
 * connection. */
const volatileKeys =
  /^(ipv[46]|used|free|total|inodes_used|duration(Seconds)?|last_duration|.*latency.*|.*jitter.*|.*(received|sent|read|written|busy)_rate|agent_memory|agent_cpu|skipped_?[tT]icks|until)$/;
/** The same, by the names of series. */
const volatileSeries = /_(seconds|bytes|ratio|celsius|info|total|milliseconds)\b/;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** The same value in every run. */
export function stable(value: Json, key = ''): Json {
  // The mark of a login depends on the address that it is for.
  if (typeof value === 'string') return time.test(value) ? '<time>' : key === 'mark' ? '<mark>' : value;
  if (Array.isArray(value)) return value.map((one) => stable(one));
  if (value === null || typeof value !== 'object')
    return typeof value === 'number' && volatileKeys.test(key) ? '<number>' : value;
  const { value: measured } = value;
  if (typeof measured === 'number' && volatileKeys.test(key)) return { ...value, value: '<number>' };
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, stable(one, name)]));
}

export function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** `/metrics` by series, and by what is said of a metric. */
function exposition(text: string): Json {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => /^(# (?:HELP|TYPE|UNIT) \S+|\S+\{.*\}|\S+) (.*)$/.exec(line) ?? [line, line, '']);
  return Object.fromEntries(
    lines.map(([, name = '', value = '']) => [
      name,
      !name.startsWith('#') && volatileSeries.test(name) ? '<number>' : value,
    ]),
  );
}

/** By topic, by path, by command. */
export type Capture = Record<'topics' | 'endpoints' | 'files', Record<string, Json>>;

/** What a lab sees of an agent once a further reading changes nothing: retained topics, endpoints, and for `whole` also
 * the OpenAPI document, the dashboard and the recorder package. On a busy machine something may come later than two
 * readings that are alike: the agent has a while to become what is expected. */
export async function capture(
  { settings, placeholders, lastTopics }: Stage,
  whole: boolean,
  isExpected: (seen: Pick<Capture, 'topics' | 'endpoints'>) => boolean,
): Promise<Capture> {
  const port = await freePort();
  const httpPort = await freePort();
  const environment = { ...settings, MQTT_URL: `embedded://127.0.0.1:${port}`, HTTP_PORT: String(httpPort) };
  const agent = startAgent(environment);
  const connected = until('a connected agent', () => agent.output().includes('MQTT: connected'), 30);
  await connected.catch((cause: unknown) => Promise.reject(new Error(agent.output(), { cause })));
  const { topics } = await observe(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });

  const get = async (path: string) => await (await fetch(`http://127.0.0.1:${httpPort}${path}`)).text();
  const { endpoints } = JSON.parse(await get('/nowhere')) as { endpoints: string[] };
  const readings = endpoints.filter((path) => path.endsWith('/status'));
  const lastReading = async (path: string) =>
    (JSON.parse(await get(path)) as { lastSuccess: string | null }).lastSuccess;
  /** Asks for one after the other: an answer is long, and asking for all of them all the time is work for the agent. */
  const nextReadings = async () => {
    for (const [path, last] of await Promise.all(
      readings.map(async (path) => [path, await lastReading(path)] as const),
    ))
      await until(`the next reading of ${path}`, async () => (await lastReading(path)) !== last, 30);
  };
  const names = { ...placeholders, [String(port)]: '<mqtt-port>', [String(httpPort)]: '<http-port>' };
  const named = (text: string) => Object.entries(names).reduce((all, [word, name]) => all.replaceAll(word, name), text);

  const look = async (): Promise<Pick<Capture, 'topics' | 'endpoints'>> => {
    // Echo topics are not retained: what comes there is a question to other agents of the name.
    const kept = [...topics]
      .filter(([topic]) => !topic.endsWith('/echo'))
      .sort(([one], [other]) => (one < other ? -1 : 1));
    const answers = await Promise.all(
      [...readings, '/health/'].map(
        async (path): Promise<[string, Json]> => [path, stable(parsed(named(await get(path))))],
      ),
    );
    return {
      topics: Object.fromEntries(kept.map(([topic, payload]) => [topic, stable(parsed(named(payload)))])),
      endpoints: {
        '/': endpoints,
        ...Object.fromEntries(answers),
        '/metrics': exposition(named(await get('/metrics'))),
      },
    };
  };
  let seen = await look();
  let isSettled = false;
  await until(
    'two readings that are alike',
    async () => {
      const before = seen;
      await nextReadings();
      seen = await look();
      isSettled =
        lastTopics.every((topic) => seen.topics[`infra-monitor/${topic}`] !== undefined) &&
        isDeepStrictEqual(before, seen);
      return isSettled && isExpected(seen);
    },
    30,
  ).catch((error: unknown) => (isSettled ? undefined : Promise.reject(error as Error)));
  if (!whole) return { ...seen, files: {} };
  const files: Record<string, Json> = {};
  for (const command of ['dashboard', 'recorder']) {
    const writer = startAgent({ ...environment, MQTT_URL: `mqtt://127.0.0.1:${port}` }, [command]);
    await writer.ended;
    files[command] = named(writer.output()).split('\n');
  }
  return {
    topics: seen.topics,
    endpoints: { ...seen.endpoints, '/openapi.json': parsed(named(await get('/openapi.json'))) },
    files,
  };
}
