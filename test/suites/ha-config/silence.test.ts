import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { until } from '../../helpers/until.ts';
import { stage } from './stage.ts';

const minutes = 2 / 60;
/** As an alarm would take to come, and more. */
const longer = () => pause(4000);

const problem = 'binary_sensor.samsung_980_problem';
const other = 'binary_sensor.wd_red_sn700_problem';
const nas = 'binary_sensor.nas_agent_connected';
const cabin = 'binary_sensor.cabin_agent_connected';

test('nothing is told at a restart of Home Assistant, the broker or an agent', async () => {
  const { homeAssistant, mosquitto, automate, set, alive, told, untilTold, shows } = await stage();
  await automate('drive_problem', { subjects: [problem, other], minutes });
  await automate('drive_hot', { subjects: ['sensor.samsung_980_temperature', 'sensor.wd_red_sn700_temperature'], minutes });
  await automate('agent_lost', { subjects: [nas, cabin], minutes });
  await automate('home_assistant_restarted', { subjects: ['sensor.nas_boot_time'] });
  await automate('any_problem', { subjects: [problem, other], minutes, at_start: true });
  await set(problem, 'ON');
  await set('sensor.samsung_980_temperature', 80);
  await alive('cabin', false);
  const alarms = (await untilTold(4)).map(({ tag }) => tag).sort();
  expect(alarms).toEqual(
    ['agent_lost_binary_sensor.cabin_agent_connected', `any_problem_${problem}`, `drive_hot_sensor.samsung_980_temperature`, `drive_problem_${problem}`].map(
      (tag) => `infra_monitor_${tag}`,
    ),
  );

  await mosquitto.kill('SIGTERM');
  await shows(nas, 'unavailable');
  await mosquitto.start();
  await shows(nas, 'on');
  await longer();
  expect(told).toHaveLength(4);

  await alive('nas', false);
  await shows(nas, 'off');
  await alive('nas', true);
  await shows(nas, 'on');
  await longer();
  expect(told).toHaveLength(4);

  await homeAssistant.restart();
  await shows(problem, 'on');
  const [, , , , atStart] = await untilTold(5);
  expect(atStart).toMatchObject({ title: 'Any problem', message: 'Home Assistant has started and finds: Samsung 980 Problem', over: false });
  await longer();
  expect(told).toHaveLength(5);

  // What began before was told before; what comes now is told.
  await set(other, 'ON');
  await untilTold(7);
  expect(
    told
      .slice(5)
      .map(({ tag }) => tag)
      .sort(),
  ).toEqual([`infra_monitor_any_problem_${other}`, `infra_monitor_drive_problem_${other}`]);
  expect((await homeAssistant.complaints()).filter((line) => !/Failed to connect|disconnect|Error returned from MQTT server/i.test(line))).toEqual([]);
});

test('what another explains is told only if it lasts beyond that; a repeat only when asked', async () => {
  const { automate, set, alive, told, untilTold, shows } = await stage();
  const router = 'binary_sensor.pi_interface_eth0_link';
  await automate('agent_lost', { subjects: [nas, cabin], minutes, explained_by: [router] });
  await automate('drive_problem', { subjects: [problem], minutes, remind_hours: 3 / 3600 });
  await set(router, 'OFF');
  await shows(router, 'off');
  await alive('nas', false);
  await alive('cabin', false);
  await longer();
  await alive('nas', true);
  await longer();
  expect(told).toEqual([]);
  await set(router, 'ON');
  await untilTold(1);
  await longer();
  expect(told.map(({ title }) => title)).toEqual(['cabin is lost']);

  await set(problem, 'ON');
  await until('a reminder', () => told.filter(({ message }) => message.includes('Still, since')).length >= 2, 30);
  await set(problem, 'OFF');
  await until('the end', () => told.at(-1)?.over);
  expect(told[1]).toMatchObject({ title: 'Samsung 980 has a problem', message: expect.stringMatching(/^Since \d\d:\d\d\.$/) });
});

/** Home Assistant’s clock in these tests is UTC. */
const clock = (time: number) => new Date(time).toISOString().slice(11, 19);

test('quiet hours are kept: what lasts is told at their end, what passed is not', async () => {
  const { automate, set, told, untilTold, shows } = await stage();
  const now = Date.now();
  // To the next whole minute but one.
  const end = Math.ceil((now + 20_000) / 60_000) * 60_000;
  await automate('drive_problem', { subjects: [problem, other], minutes, quiet_from: clock(now - 3_600_000), quiet_to: clock(end) });
  await set(problem, 'ON');
  await set(other, 'ON');
  await longer();
  await set(other, 'OFF');
  await shows(other, 'off');
  if (Date.now() < end) expect(told).toEqual([]);
  await until('the end of the quiet hours', () => Date.now() > end, 90);
  await untilTold(1);
  await longer();
  expect(told.map(({ title }) => title)).toEqual(['Samsung 980 has a problem']);
  await set(problem, 'OFF');
  expect((await untilTold(2))[1]).toMatchObject({ title: 'Samsung 980 is well again', over: true });
});

test('as it comes, an alarm is a notification in Home Assistant that its end replaces', async () => {
  const { homeAssistant, automate, set, shows } = await stage();
  await automate('drive_problem', { subjects: [problem], minutes, tell: undefined });
  const notifications = () => homeAssistant.ask<{ notification_id: string; title: string; message: string }[]>('persistent_notification/get');
  const ours = async () => (await notifications()).filter(({ notification_id: id }) => id.startsWith('infra_monitor'));
  await set(problem, 'ON');
  await shows(problem, 'on');
  await until('the alarm', async () => (await ours())[0]?.title === 'Samsung 980 has a problem', 30);
  await set(problem, 'OFF');
  await until('its end', async () => (await ours())[0]?.title === 'Samsung 980 is well again', 30);
  expect(await ours()).toHaveLength(1);
});
