import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { drives, smartLog } from '../../helpers/drives.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { startNotificationServer } from '../../helpers/notification-server.ts';
import { until } from '../../helpers/until.ts';

test('a broker that is lost: one message, and one when it is back', { timeout: 240_000 }, async () => {
  const { url, received } = await startNotificationServer();
  const mosquitto = await startMosquitto();
  const agent = startAgent({
    MQTT_URL: mosquitto.url,
    NOTIFY_URL: `${url}/secret-topic`,
    NOTIFY_TOKEN: 'sesame',
    SITE: 'Berlin',
    HOST_SCHEDULE: '* * * * * *',
  });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  await mosquitto.kill();
  await until('the trouble', () => received.length === 1, 90);
  expect(received[0]).toMatchObject({
    path: '/',
    headers: { authorization: 'Bearer sesame' },
    body: {
      topic: 'secret-topic',
      title: `testling (Berlin): Broker ${mosquitto.url}`,
      message: expect.stringMatching(/^Not connected: /),
      priority: 4,
    },
  });
  await mosquitto.start();
  await until('the recovery', () => received.length === 2, 120);
  expect(received[1]?.body).toMatchObject({
    title: received[0]?.body.title,
    message: expect.stringMatching(/^Resolved .*: not connected/),
    priority: 3,
  });
  expect(agent.output()).not.toMatch(/secret-topic|sesame/);
});

test('two agents that see one drive: one message and one end; one that is gone after a restart is missed', {
  timeout: 400_000,
}, async () => {
  const { url, received } = await startNotificationServer();
  const mosquitto = await startMosquitto();
  const rack = drives({ serial: 'S1' }, { name: 'nvme9001', serial: 'S2' });
  const warn = (warning: number) => rack.tell('nvme smart-log nvme9000', smartLog({ critical_warning: warning }));
  rack.tell('nvme smart-log nvme9001', smartLog());
  warn(0);
  const start = async (name: string) => {
    const { PATH = '', DRIVES = '' } = process.env;
    const agent = startAgent({
      AGENT_NAME: name,
      MQTT_URL: mosquitto.url,
      NOTIFY_URL: url,
      NOTIFY_FORMAT: 'json',
      HOST_SCHEDULE: 'off',
      HOST_SYS: rack.sys,
      NVME_SCHEDULE: '* * * * * *',
      PATH,
      DRIVES,
    });
    await until('connected', () => agent.output().includes('MQTT: connected'));
    return agent;
  };
  const told = () => received.map(({ body }) => [body.kind, body.agent, body.serialNumber]);
  const first = await start('nas');
  const second = await start('pi');

  warn(4);
  await until('the trouble', () => received.length === 1, 90);
  warn(0);
  await until('the end', () => received.length === 2, 90);
  expect(told()).toEqual([
    ['trouble', 'nas', 'S1'],
    ['recovery', 'nas', 'S1'],
  ]);

  await second.stop();
  await first.stop();
  rack.unplug('nvme9001');
  await start('nas');
  await until('the missing drive', () => received.length === 3, 90);
  expect(received[2]?.body).toMatchObject({ kind: 'trouble', what: 'no longer present', serialNumber: 'S2' });
});
