import { expect, test } from 'vitest';
import { startAgent } from '../helpers/agent.ts';
import { freePort } from '../helpers/ports.ts';
import { silence } from '../helpers/silent-file.ts';
import { tree } from '../helpers/tree.ts';
import { until } from '../helpers/until.ts';

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
    },
  };
}

/** Without execve, before Node.js 22.15, the status is the signal's. */
const endedWith = (status: number) => ('execve' in process ? status : 'SIGTERM');

test('with a sensor that does not answer the page does, and SIGTERM ends the agent', async () => {
  const { sensor, settings } = machine();
  const port = await freePort();
  const agent = startAgent({
    ...settings,
    MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
    HTTP_PORT: String(port),
  });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  silence(sensor);
  await until('told', () => agent.output().includes(`testling jc42 temp1: ${sensor}: no answer in 2 s`));
  expect((await fetch(`http://127.0.0.1:${port}/health/`)).status).toBe(200);
  expect(await agent.stop()).toBe(endedWith(0));
});

test('so does one reading end', async () => {
  const { sensor, settings } = machine();
  silence(sensor);
  const agent = startAgent(settings, ['once']);
  expect(await agent.ended).toBe(endedWith(1));
  expect(agent.output()).toContain(`${sensor}: does not answer`);
});
