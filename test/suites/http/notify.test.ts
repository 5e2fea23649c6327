import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
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
