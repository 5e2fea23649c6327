import { expect, onTestFinished, test, vi } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { startNotifications } from '../../src/notify/index.ts';
import { keptLog } from '../helpers/conversation.ts';
import { startNotificationServer } from '../helpers/notification-server.ts';
import { freePort } from '../helpers/ports.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';
import { until } from '../helpers/until.ts';

const collector = probe(async () => []);

/** Notifications of a state with a problem, with a fake clock. */
function notifying(url: string | undefined, isEmpty = false, isLeftToOthers = () => false) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const state = stateOf(
    collector,
    ...(isEmpty ? [] : [[{ table: 'thing' as const, device, error: new Error('no answer') }]]),
  );
  state.broker.connected = true;
  const { log, lines } = keptLog();
  const toldChanges: number[] = [];
  const settings = {
    NOTIFY_FORMAT: 'json' as const,
    ...(url === undefined ? {} : { NOTIFY_URL: { url: new Secret(url) } }),
  };
  const { close } = startNotifications(settings as never, [collector], agent, state, log, {
    directory: undefined,
    isLeftToOthers,
    reported(problem) {
      state.problemMemory.markTold(problem.id, problem);
      toldChanges.push(state.toldProblems.size);
    },
    ended(id) {
      state.problemMemory.markUntold(id);
      toldChanges.push(state.toldProblems.size);
    },
  });
  onTestFinished(close);
  return { state, lines, close, toldChanges };
}

const recorded = (reading: object) => ({
  ok: true as const,
  observations: [{ table: 'thing' as const, device, ...(reading as { reading: object }) }],
  at: new Date(),
  seconds: 0,
});
const well = () => recorded({ reading: { level: 1 } });
const broken = () => recorded({ error: new Error('no answer') });

test('a problem that lasts half a minute is reported once, and so is its end', async () => {
  const { url, received } = await startNotificationServer();
  const { state, toldChanges } = notifying(url);
  vi.advanceTimersByTime(30_000);
  vi.advanceTimersByTime(60_000);
  await until('it is told', () => toldChanges.length > 0);
  expect(received).toMatchObject([
    { body: { kind: 'trouble', what: 'no answer', text: expect.stringContaining('No answer') } },
  ]);
  expect([...state.toldProblems.keys()]).toEqual(['probe/thing_1/unreadable']);
  state.record(collector, well());
  vi.advanceTimersByTime(60_000);
  await until('its end is told', () => received.length > 1);
  expect(received).toHaveLength(2);
  expect(toldChanges).toEqual([1, 0]);
});

const restored = (isTold: boolean) => ({
  path: 'probe/thing_1',
  subject: 'Thing',
  finding: {
    key: 'unreadable',
    severity: 'degraded' as const,
    text: 'no answer',
    since: new Date('2025-12-31'),
    isCertain: false,
  },
  ...(isTold ? { toldSeverity: 'degraded' as const } : {}),
});

test('what was told before a restart is not told again, and its end is, with its whole duration', async () => {
  const { url, received } = await startNotificationServer();
  const { state } = notifying(url);
  state.problemMemory.restore([restored(true)], new Date());
  vi.advanceTimersByTime(120_000);
  state.record(collector, well());
  vi.advanceTimersByTime(60_000);
  await until('its end is told', () => received.length > 0);
  expect(received).toMatchObject([
    { body: { kind: 'recovery', what: 'no answer', since: '2025-12-31T00:00:00.000Z' } },
  ]);
});

test('nothing is over before its collector has read it', async () => {
  const { url, received } = await startNotificationServer();
  const { state } = notifying(url, true);
  state.problemMemory.restore([restored(true)], new Date());
  vi.advanceTimersByTime(120_000);
  state.record(collector, broken());
  vi.advanceTimersByTime(120_000);
  state.record(collector, well());
  vi.advanceTimersByTime(60_000);
  await until('its end is told', () => received.length > 0);
  expect(received).toMatchObject([{ body: { kind: 'recovery' } }]);
});

test('what ended while the agent was off is told as over if it was told', async () => {
  const { url, received } = await startNotificationServer();
  const { state } = notifying(url, true);
  const other = { ...restored(false), path: 'probe/thing_1', finding: { ...restored(false).finding, key: 'hot' } };
  state.problemMemory.restore([restored(true), other], new Date());
  state.record(collector, well());
  vi.advanceTimersByTime(60_000);
  await until('its end is told', () => received.length > 0);
  expect(received).toMatchObject([{ body: { kind: 'recovery', id: 'probe/thing_1/unreadable' } }]);
});

test('a broker that remembers an end that was told does not make it told twice', async () => {
  const { url, received } = await startNotificationServer();
  const { state } = notifying(url);
  vi.advanceTimersByTime(40_000);
  await until('it is told', () => received.length > 0);
  state.record(collector, well());
  vi.advanceTimersByTime(60_000);
  await until('its end is told', () => received.length > 1);
  state.problemMemory.restore([restored(true)], new Date());
  state.record(collector, well());
  vi.advanceTimersByTime(60_000);
  state.record(collector, broken());
  vi.advanceTimersByTime(60_000);
  await until('it is told again', () => received.length > 2);
  expect(received.map(({ body }) => body.kind)).toEqual(['trouble', 'recovery', 'trouble']);
});

test('before the first connection to the broker, only the broker is told of', async () => {
  const { url, received } = await startNotificationServer();
  const { state } = notifying(url);
  state.broker.connected = false;
  vi.advanceTimersByTime(60_000);
  await until('the broker is told of', () => received.length > 0);
  state.broker.connected = true;
  vi.advanceTimersByTime(60_000);
  await until('all is told', () => received.length > 2);
  expect(received.map(({ body }) => [body.kind, body.subject])).toEqual([
    ['trouble', `Broker ${state.broker.url}`],
    ['trouble', 'Thing'],
    ['recovery', `Broker ${state.broker.url}`],
  ]);
});

test('a message that no server has accepted does not count as told', async () => {
  const { url, received } = await startNotificationServer([403]);
  const { state, lines } = notifying(url);
  vi.advanceTimersByTime(60_000);
  await until('it is refused', () => lines.length > 0);
  expect(received).toHaveLength(1);
  expect([...state.toldProblems]).toEqual([]);
});

test('after close nothing is checked, and nothing sent again', async () => {
  const port = await freePort();
  const { lines, close } = notifying(`http://127.0.0.1:${port}`);
  vi.advanceTimersByTime(60_000);
  await until('it could not be told', () => lines.length > 0);
  close();
  expect(vi.getTimerCount()).toBe(0);
  const before = lines.length;
  const { received } = await startNotificationServer([], port);
  vi.advanceTimersByTime(600_000);
  expect([received.length, lines.length]).toEqual([0, before]);
});

test('nothing happens without an address', () => {
  notifying(undefined);
  expect(vi.getTimerCount()).toBe(0);
});

test('what another agent speaks for is not told, and not over', async () => {
  const { url, received } = await startNotificationServer();
  let isLeft = true;
  const { state } = notifying(url, false, () => isLeft);
  vi.advanceTimersByTime(120_000);
  isLeft = false;
  vi.advanceTimersByTime(40_000);
  await until('it is told', () => received.length > 0);
  isLeft = true;
  vi.advanceTimersByTime(120_000);
  isLeft = false;
  state.record(collector, well());
  vi.advanceTimersByTime(60_000);
  await until('its end is told', () => received.length > 1);
  expect(received.map(({ body }) => body.kind)).toEqual(['trouble', 'recovery']);
});
