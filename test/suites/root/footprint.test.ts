import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

// Limits that noise does not reach: a fifth to a half more than on Node 24 and 26, up to three quarters more than on
// Node 20. Times are for the bench.
const maxResidentMegabytes = 82;
const maxAnonymousMegabytes = 28;
const maxSystemCallsPerMinute = 1600;

const settledSeconds = 75;
const cycleSeconds = 10;
const tracedSeconds = 3 * cycleSeconds;
const timeout = 3 * (settledSeconds + tracedSeconds) * 1000;

/** The first column of sums in what `strace -c` prints: “100.00  0.001234  5  246  14 total”. */
const totalOf = (summary: string) => Number(/^ *100\.00 +[\d.]+ +\d+ +(\d+)(?: +\d+)? total$/m.exec(summary)?.[1]);

test('an agent that reads the host every ten seconds needs little memory and few system calls', {
  timeout,
}, async () => {
  const agent = startAgent({
    MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
    HTTP_PORT: String(await freePort()),
    HOST_SCHEDULE: `*/${cycleSeconds} * * * * *`,
    ROUTER_SCHEDULE: 'off',
    NVME_SCHEDULE: 'off',
  });
  await until('a connected agent', () => agent.output().includes('MQTT: connected'), 30);
  // The start is over, with the question for updates, which a second reading asks, and its garbage is collected.
  await pause(settledSeconds * 1000);
  const strace = spawn('strace', ['-f', '-c', '-p', String(agent.process.pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const summary = text(strace.stderr);
  await pause(tracedSeconds * 1000);
  strace.kill('SIGINT');
  await once(strace, 'close');
  const calls = totalOf(await summary) * (60 / tracedSeconds);
  const megabytes = (key: string) =>
    Number(
      new RegExp(`^${key}: +(\\d+)`, 'm').exec(readFileSync(`/proc/${agent.process.pid}/smaps_rollup`, 'utf8'))?.[1],
    ) / 1024;
  const [resident, anonymous] = [megabytes('Rss'), megabytes('Anonymous')];
  console.log(
    `${Math.round(resident)} MB resident, ${Math.round(anonymous)} anonymous, ${calls} system calls a minute`,
  );
  expect(resident).toBeLessThan(maxResidentMegabytes);
  expect(anonymous).toBeLessThan(maxAnonymousMegabytes);
  expect(calls).toBeGreaterThan(60);
  expect(calls).toBeLessThan(maxSystemCallsPerMinute);
});
