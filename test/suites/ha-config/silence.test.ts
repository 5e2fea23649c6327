import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { until } from '../../helpers/until.ts';
import { stage, type Told } from './stage.ts';

const minutes = 2 / 60;
const tags = (of: readonly Told[]) => of.map(({ tag }) => tag).sort();
/** As an alarm would take to come, and more. */
const longer = () => pause(4000);

const problem = 'binary_sensor.samsung_980_problem';
const other = 'binary_sensor.wd_red_sn700_problem';
const nas = 'binary_sensor.nas_agent_connected';
const cabin = 'binary_sensor.cabin_agent_connected';

test('nothing is told at a restart of Home Assistant, the broker or an agent', async () => {
  const { homeAssistant, mosquitto, automate, set, alive, told, untilTold, shows } = await stage();
  await automate('drive_problem', { subjects: [problem, other], minutes });
  await automate('drive_hot', {
    subjects: ['sensor.samsung_980_temperature', 'sensor.wd_red_sn700_temperature'],
    minutes,
  });
  await automate('agent_lost', { subjects: [nas, cabin], minutes });
  await automate('home_assistant_restarted', { subjects: ['sensor.nas_boot_time'] });
  await automate('any_problem', { subjects: [problem, other], minutes, at_start: true });
  await set(problem, 'ON');
  await set('sensor.samsung_980_temperature', 80);
  await alive('cabin', false);
  expect(tags(await untilTold(4))).toEqual(
    [
      'agent_lost_binary_sensor.cabin_agent_connected',
      `any_problem_${problem}`,
      `drive_hot_sensor.samsung_980_temperature`,
      `drive_problem_${problem}`,
    ].map((tag) => `infra_monitor_${tag}`),
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
  expect(atStart).toMatchObject({
    title: 'Any problem',
    message: 'Home Assistant has started and finds: Samsung 980 Problem',
    over: false,
  });
  await longer();
  expect(told).toHaveLength(5);

  // What comes now is told; of what began before only the end.
  await set(other, 'ON');
  await untilTold(7);
  expect(tags(told.slice(5))).toEqual([`infra_monitor_any_problem_${other}`, `infra_monitor_drive_problem_${other}`]);
  await set(problem, 'OFF');
  await alive('cabin', true);
  const ends = (await untilTold(10)).slice(7);
  expect(tags(ends)).toEqual([
    'infra_monitor_agent_lost_binary_sensor.cabin_agent_connected',
    `infra_monitor_any_problem_${problem}`,
    `infra_monitor_drive_problem_${problem}`,
  ]);
  for (const one of ends)
    expect(one).toMatchObject({
      message: expect.stringMatching(/^It lasted longer than (a few seconds|\d min)\.$/),
      over: true,
    });
  expect(
    (await homeAssistant.complaints()).filter(
      (line) => !/Failed to connect|disconnect|Error returned from MQTT server/i.test(line),
    ),
  ).toEqual([]);
});

/** Home Assistant’s clock in these tests is UTC. */
const clock = (time: number) => new Date(time).toISOString().slice(11, 19);

test('what another explains waits for that to end, quiet hours are kept, and a repeat comes only when asked', async () => {
  const { homeAssistant, automate, set, alive, told, shows } = await stage();
  const of = (tag: string) => told.filter((one) => one.tag.includes(tag)).map(({ title }) => title);
  const router = 'binary_sensor.box_reachable';
  const passing = 'binary_sensor.nas_reboot_required';
  const lasting = 'binary_sensor.box_account_problem';
  // A whole minute: that is how often Home Assistant looks at the clock.
  const quietEnd = Math.ceil((Date.now() + 40_000) / 60_000) * 60_000;
  await automate('any_problem', {
    subjects: [passing, lasting],
    minutes,
    quiet_from: clock(quietEnd - 3_600_000),
    quiet_to: clock(quietEnd),
  });
  await set(passing, 'ON');
  await set(lasting, 'ON');
  await shows(passing, 'on');
  await longer();
  await set(passing, 'OFF');
  await shows(passing, 'off');
  const passedInTime = Date.now() < quietEnd;

  await automate('agent_lost', { subjects: [nas, cabin], minutes, explained_by: [router] });
  await automate('drive_problem', { subjects: [problem], minutes, remind_hours: 3 / 3600 });
  await automate('drive_problem', { subjects: [other], minutes, tell: undefined }, 'as_it_comes');

  await set(router, 'OFF');
  await shows(router, 'off');
  await alive('nas', false);
  await alive('cabin', false);
  await longer();
  await alive('nas', true);
  await longer();
  expect(of('agent_lost')).toEqual([]);
  await set(router, 'ON');
  await until('the agent that is still away', () => of('agent_lost').length > 0, 60);
  await longer();
  expect(of('agent_lost')).toEqual(['cabin is lost']);
  await alive('cabin', true);

  await set(problem, 'ON');
  await until('two reminders', () => told.filter(({ message }) => message.startsWith('Still, since')).length >= 2, 60);
  await set(problem, 'OFF');
  await until('their end', () => of(problem).at(-1) === 'Samsung 980 no longer has a problem', 60);
  expect(told.find(({ tag }) => tag.includes(problem))).toMatchObject({
    title: 'Samsung 980 has a problem',
    message: expect.stringMatching(/^Since \d\d:\d\d\.$/),
  });

  // With no action chosen it is a notification, which its end replaces.
  const notifications = () =>
    homeAssistant.ask<{ notification_id: string; title: string }[]>('persistent_notification/get');
  const ours = async () =>
    (await notifications())
      .filter(({ notification_id: id }) => id.startsWith('infra_monitor'))
      .map(({ title }) => title);
  await set(other, 'ON');
  await until('a notification', async () => (await ours())[0] === 'WD Red SN700 has a problem', 60);
  await set(other, 'OFF');
  await until('its end', async () => (await ours())[0] === 'WD Red SN700 no longer has a problem', 60);
  expect(await ours()).toHaveLength(1);

  if (Date.now() < quietEnd) expect(of('any_problem')).toEqual([]);
  await until('the end of the quiet hours', () => Date.now() > quietEnd, 90);
  await until('what has lasted', () => of('any_problem').length > 0, 90);
  await longer();
  await set(lasting, 'OFF');
  await until('its end', () => of(lasting).at(-1) === 'Box Account problem: over', 60);
  expect(of(lasting)).toEqual(['Box Account problem', 'Box Account problem: over']);
  if (passedInTime) expect(of(passing)).toEqual([]);
  expect(await homeAssistant.complaints()).toEqual([]);
});
