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
function notifying(url: string | undefined) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const state = stateOf(collector, [{ table: 'thing', device, error: new Error('no answer') }]);
  state.broker.connected = true;
  const { log, lines } = keptLog();
  const settings = {
    NOTIFY_FORMAT: 'json' as const,
    ...(url === undefined ? {} : { NOTIFY_URL: { url: new Secret(url) } }),
  };
  const { close } = startNotifications(settings as never, [collector], agent, state, log);
  onTestFinished(close);
  return { state, lines, close };
}

test('a problem that lasts half a minute is reported once, and so is its end', async () => {
  const { url, received } = await startNotificationServer();
  const { state } = notifying(url);
  vi.advanceTimersByTime(30_000);
  vi.advanceTimersByTime(60_000);
  await until('it is told', () => received.length > 0);
  expect(received).toMatchObject([{ body: { text: expect.stringContaining('no answer') } }]);
  state.record(collector, {
    ok: true,
    observations: [{ table: 'thing', device, reading: { level: 1 } }],
    at: new Date(),
    seconds: 0,
  });
  vi.advanceTimersByTime(60_000);
  await until('its end is told', () => received.length > 1);
  expect(received).toHaveLength(2);
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
