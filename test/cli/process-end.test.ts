import { expect, test } from 'vitest';
import { startAgent } from '../helpers/agent.ts';
import { patience } from '../helpers/patience.ts';
import { freePort } from '../helpers/ports.ts';
import { silence } from '../helpers/silent-file.ts';
import { tree } from '../helpers/tree.ts';
import { until } from '../helpers/until.ts';

/** Generous, because a busy machine may take long to start the agent. */
const waitSeconds = 60;
const timeout = 3 * waitSeconds * 1000 * patience;

function machine() {
  const roots = tree({
    'proc/stat': 'cpu  1 1 1 1 1 1 1 1\n',
    'sys/class/hwmon/hwmon0/name': 'jc42\n',
    'sys/class/hwmon/hwmon0/temp1_input': '41000\n',
  });
  const sensor = roots.sys('class/hwmon/hwmon0/temp1_input');
  return {
    sensor,
    settings: {
      HOST_PROC: roots.proc(),
      HOST_SYS: roots.sys(),
      HOST_ROOT: roots.host(),
      HOST_SCHEDULE: '* * * * * *',
      NVME_SCHEDULE: 'off',
      STORAGE_SCHEDULE: 'off',
    },
  };
}

/** Without execve, before Node.js 22.15, a signal ends the program. */
const endedWith = (status: number) => ('execve' in process ? status : 'SIGTERM');

test('with a sensor that does not answer, the status server works and SIGTERM ends the agent', {
  timeout,
}, async () => {
  const { sensor, settings } = machine();
  const port = await freePort();
  const agent = startAgent({
    ...settings,
    MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
    HTTP_PORT: String(port),
  });
  await until('connected', () => agent.output().includes('MQTT: connected'), waitSeconds);
  const readings = () => fetch(`http://127.0.0.1:${port}/host/status`).then((answer) => answer.text());
  await until('the sensor is read', async () => (await readings()).includes('jc42 temp1'), waitSeconds);
  silence(sensor);
  // In 2 s that it does not answer; on a busy machine that other files have left no time for it.
  await until('reported', () => agent.output().includes(`testling jc42 temp1: ${sensor}: `), waitSeconds);
  expect((await fetch(`http://127.0.0.1:${port}/health/`)).status).toBe(200);
  expect(await agent.stop()).toBe(endedWith(0));
});

test('with a sensor that does not answer, once ends', { timeout }, async () => {
  const { sensor, settings } = machine();
  silence(sensor);
  const agent = startAgent(settings, ['once']);
  expect(await agent.ended).toBe(endedWith(1));
  expect(agent.output()).toContain(`${sensor}: does not answer`);
});
