import { expect, test } from 'vitest';
import { buildAgentHealth } from '../../src/views/health.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);
const now = new Date('2026-01-02T03:04:10Z');

function well() {
  const state = stateOf(collector, [{ table: 'thing', device, reading: {} }]);
  state.broker.connected = true;
  Object.defineProperty(state.broker, 'since', { value: new Date('2026-01-02T03:04:05Z') });
  state.setNextRun('probe', new Date('2026-01-02T03:04:20Z'), 20_000);
  return state;
}

test('nothing fails', () => {
  expect(buildAgentHealth([collector], agent, well(), now, 10_000)).toMatchInlineSnapshot(`
    {
      "agent": "nas",
      "broker": {
        "connected": true,
        "reconnects": 0,
        "since": "2026-01-02T03:04:05.000Z",
        "url": "mqtt://127.0.0.1:1883",
      },
      "collectors": {
        "probe": {
          "consecutiveFailures": 0,
          "duration": 0.1,
          "durationSeconds": 0.1,
          "lastSuccess": "2026-01-02T03:04:06.000Z",
          "nextRun": "2026-01-02T03:04:20.000Z",
          "ok": true,
          "skippedTicks": 0,
        },
      },
      "problems": [],
      "reasons": [],
      "site": null,
      "startedAt": "2026-01-02T03:04:05.000Z",
      "status": "ok",
      "time": "2026-01-02T03:04:10.000Z",
      "version": "1.2.3",
    }
  `);
});

test('a broker that is disconnected, or refuses, is a reason', () => {
  const away = well();
  Object.assign(away.broker, { connected: false, error: 'connection refused' });
  expect(buildAgentHealth([collector], agent, away, now, 10_000).reasons).toEqual([
    'not connected to mqtt://127.0.0.1:1883: connection refused',
  ]);
  const refusing = well();
  refusing.broker.error = 'the broker refuses';
  expect(buildAgentHealth([collector], agent, refusing, now, 10_000)).toMatchObject({
    status: 'failing',
    reasons: ['the broker refuses'],
  });
});

test('an overdue run is a reason, beyond the collector’s own time limit', () => {
  const state = well();
  expect(buildAgentHealth([collector], agent, state, new Date('2026-01-02T03:04:34Z'), 34_000).status).toBe('ok');
  expect(buildAgentHealth([collector], agent, state, new Date('2026-01-02T03:04:36Z'), 36_000).reasons).toEqual([
    'collector probe has been overdue since 2026-01-02T03:04:20.000Z',
  ]);
});

test('setting the clock neither makes a run overdue nor hides one', () => {
  expect(buildAgentHealth([collector], agent, well(), new Date('2026-01-03T03:04:10Z'), 10_000).status).toBe('ok');
  expect(buildAgentHealth([collector], agent, well(), new Date('2026-01-01T03:04:36Z'), 36_000).reasons).toEqual([
    'collector probe has been overdue since 2026-01-01T03:04:20.000Z',
  ]);
});

test('what is wrong is listed, and is no failure of the agent', () => {
  const state = stateOf(collector, [
    { table: 'thing', device: { ...device, serialNumber: 'S4' }, error: new Error('no answer') },
  ]);
  state.broker.connected = true;
  expect(buildAgentHealth([collector], agent, state, now, 10_000)).toMatchObject({
    status: 'ok',
    reasons: [],
    problems: [
      {
        id: 'probe/thing_1/unreadable',
        cause: 'S4/unreadable',
        place: 'device',
        subject: 'Thing',
        serialNumber: 'S4',
        severity: 'degraded',
        text: 'no answer',
        since: '2026-01-02T03:04:06.000Z',
        certain: true,
      },
    ],
  });
});

test('a failing collector is shown, and is no failure of the agent', () => {
  const state = well();
  state.record(collector, { ok: false, error: 'broken', at: now, seconds: 0 });
  expect(buildAgentHealth([collector], agent, state, now, 10_000)).toMatchObject({
    status: 'ok',
    collectors: { probe: { ok: false, error: 'broken', consecutiveFailures: 1 } },
  });
});
