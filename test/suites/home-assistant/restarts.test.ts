import { expect, test } from 'vitest';
import { stage } from './stage.ts';

/** Seconds. */
const soon = 15;

test('after a restart of each, everything is available again soon; without the agent nothing is', async () => {
  const { homeAssistant, mosquitto, agent, startAgent, untilAvailable, untilUnavailable } = await stage();
  const took: Record<string, number> = {};
  took['first start'] = await untilAvailable();

  await homeAssistant.restart();
  took['Home Assistant restarted'] = await untilAvailable();

  await mosquitto.kill('SIGTERM');
  await untilUnavailable();
  await mosquitto.start();
  took['broker restarted'] = await untilAvailable();

  await mosquitto.kill('SIGKILL');
  await mosquitto.start();
  took['broker killed'] = await untilAvailable();

  await agent.stop();
  took['agent stopped: unavailable'] = await untilUnavailable();
  const second = startAgent();
  took['agent started'] = await untilAvailable();

  await second.stop('SIGKILL');
  took['agent killed: unavailable'] = await untilUnavailable();
  startAgent();
  took['agent started again'] = await untilAvailable();

  console.log(
    `Home Assistant ${homeAssistant.version}, seconds:`,
    Object.fromEntries(Object.entries(took).map(([what, seconds]) => [what, Number(seconds.toFixed(1))])),
  );
  for (const [what, seconds] of Object.entries(took)) expect(seconds, what).toBeLessThan(soon);
  // A broker that is away is told by Home Assistant itself.
  expect(
    (await homeAssistant.complaints()).filter(
      (line) => !/Failed to connect|disconnect|Error returned from MQTT server/i.test(line),
    ),
  ).toEqual([]);
});
