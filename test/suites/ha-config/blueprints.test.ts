import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { PublishedProblem } from '../../../src/views/problems-payload.ts';
import { startAgent } from '../../helpers/agent.ts';
import { problem, problemList } from '../../helpers/agent-directory.ts';
import { until } from '../../helpers/until.ts';
import { stage } from './stage.ts';

/** Two seconds, in minutes: as long as what is wrong must last in these tests. */
const minutes = 2 / 60;

interface Cause {
  blueprint: string;
  entity: string;
  bad: unknown;
  good: unknown;
  more?: object;
  alarm: string;
  recovery: string;
}

const causes: Cause[] = [
  {
    blueprint: 'drive_problem',
    entity: 'binary_sensor.samsung_980_problem',
    bad: 'ON',
    good: 'OFF',
    alarm: 'Samsung 980 has a problem',
    recovery: 'Samsung 980 no longer has a problem',
  },
  {
    blueprint: 'drive_hot',
    entity: 'sensor.samsung_980_temperature',
    bad: 75,
    good: 45,
    alarm: 'Samsung 980 is hot: 75 °C',
    recovery: 'Samsung 980 has cooled down: 45 °C',
  },
  {
    blueprint: 'wear_reached',
    entity: 'sensor.samsung_980_percentage_used',
    bad: 81,
    good: 1,
    alarm: 'Samsung 980 is worn: 81 % of its life is used',
    recovery: 'Samsung 980 is below the limit again: 1 %',
  },
  {
    blueprint: 'disk_filling',
    entity: 'sensor.nas_filesystem_root_free',
    bad: 5,
    good: 300,
    alarm: 'nas File system / free: 5 GiB',
    recovery: 'nas File system / free: enough space again, 300 GiB',
  },
  {
    blueprint: 'disk_filling',
    entity: 'sensor.pi_filesystem_root_time_to_full',
    bad: 3,
    good: 100,
    alarm: 'pi File system / time to full: 3 d',
    recovery: 'pi File system / time to full: enough space again, 100 d',
  },
  {
    blueprint: 'slow_line',
    entity: 'sensor.box_downstream',
    bad: 20,
    good: 90,
    alarm: 'Box Line rate down: only 20 Mbit/s',
    recovery: 'Box Line rate down: 90 Mbit/s again',
  },
  {
    blueprint: 'router_unreachable',
    entity: 'binary_sensor.box_reachable',
    bad: 'OFF',
    good: 'ON',
    alarm: 'Box does not answer',
    recovery: 'Box answers again',
  },
  {
    blueprint: 'wan_outage',
    entity: 'binary_sensor.box_wan',
    bad: 'OFF',
    good: 'ON',
    alarm: 'Box has no internet',
    recovery: 'Box has internet again',
  },
  {
    blueprint: 'firmware_update',
    entity: 'update.thing_firmware',
    bad: { installed: '1.0', latest: '1.1' },
    good: { installed: '1.1', latest: '1.1' },
    alarm: 'Thing Firmware: 1.1 is available',
    recovery: 'Thing Firmware: 1.1 is installed',
  },
  {
    blueprint: 'any_problem',
    entity: 'binary_sensor.box_account_problem',
    bad: 'ON',
    good: 'OFF',
    alarm: 'Box Account problem',
    recovery: 'Box Account problem: over',
  },
];

test('each cause is told once, and so is its end', async () => {
  const { homeAssistant, automate, set, alive, told, untilTold, shows } = await stage();
  for (const [index, { blueprint, entity }] of causes.entries())
    await automate(blueprint, { subjects: [entity], minutes }, `cause_${index}`);
  await automate('agent_lost', {
    subjects: ['binary_sensor.cabin_agent_connected', 'binary_sensor.nas_agent_connected'],
    minutes,
  });
  await automate('home_assistant_restarted', { subjects: ['sensor.home_started', 'sensor.nas_boot_time'] });

  for (const { entity, bad } of causes) await set(entity, bad);
  await untilTold(causes.length);
  for (const { blueprint, entity, alarm } of causes)
    expect(told, blueprint).toContainEqual(
      expect.objectContaining({ title: alarm, tag: `infra_monitor_${blueprint}_${entity}`, over: false }),
    );
  for (const { entity, good } of causes) await set(entity, good);
  await untilTold(2 * causes.length);
  for (const { blueprint, recovery } of causes)
    expect(told, blueprint).toContainEqual(
      expect.objectContaining({ title: recovery, message: 'It lasted a few seconds.', over: true }),
    );

  // An alarm outlives its entity's absence; what passes quickly is none.
  told.length = 0;
  await set('binary_sensor.samsung_980_problem', 'ON');
  await untilTold(1);
  await alive('nas', false);
  await shows('binary_sensor.samsung_980_problem', 'unavailable');
  await alive('nas', true);
  await shows('binary_sensor.samsung_980_problem', 'on');
  await set('binary_sensor.box_account_problem', 'ON');
  await shows('binary_sensor.box_account_problem', 'on');
  await set('binary_sensor.box_account_problem', 'OFF');
  await alive('cabin', false);
  expect((await untilTold(2)).map(({ title }) => title)).toEqual(['Samsung 980 has a problem', 'cabin is lost']);
  await alive('cabin', true);
  await set('binary_sensor.samsung_980_problem', 'OFF');
  await untilTold(4);
  await set('sensor.home_started', '2026-03-04T05:06:07.000Z');
  await untilTold(5);
  await pause(3000);
  expect(told.slice(2).map(({ title }) => title)).toEqual([
    expect.stringMatching(/is back|no longer has a problem/),
    expect.stringMatching(/is back|no longer has a problem/),
    'Home Started: restarted',
  ]);
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('without a choice all that there is is watched, also what comes later; areas and labels narrow it', async () => {
  const { homeAssistant, automate, alive, set, idOf, told, untilTold } = await stage();
  const blueprints = [...new Set(causes.map(({ blueprint }) => blueprint)), 'agent_lost'];
  for (const blueprint of blueprints) await automate(blueprint, { minutes });
  const areas = await homeAssistant.ask<{ area_id: string; name: string }[]>('config/area_registry/list');
  const areaOf = (site: string) => areas.find(({ name }) => name === site)?.area_id;
  await automate('agent_lost', { minutes, areas: [areaOf('Berlin')] }, 'lost_in_berlin');
  const { label_id: label } = await homeAssistant.ask<{ label_id: string }>('config/label_registry/create', {
    name: 'important',
  });
  const labelled = 'binary_sensor.wd_red_sn700_problem';
  await homeAssistant.ask('config/entity_registry/update', { entity_id: idOf(labelled), labels: [label] });
  await automate('drive_problem', { minutes, labels: [label], tell: undefined }, 'important_drives');

  for (const { entity, bad } of causes) await set(entity, bad);
  await alive('cabin', false);
  const expected = [
    ...causes.map(({ blueprint, entity }) => `infra_monitor_${blueprint}_${entity}`),
    'infra_monitor_any_problem_binary_sensor.samsung_980_problem',
    'infra_monitor_agent_lost_binary_sensor.cabin_agent_connected',
  ].sort();
  const tags = () => told.map(({ tag }) => tag).sort();
  await untilTold(expected.length);
  await pause(3000);
  expect(tags()).toEqual(expected);

  const notifications = async () =>
    (await homeAssistant.ask<{ title: string }[]>('persistent_notification/get')).map(({ title }) => title);
  await set(labelled, 'ON');
  await until('the important drive', async () => (await notifications()).includes('WD Red SN700 has a problem'), 60);
  expect(await notifications()).not.toContain('Samsung 980 has a problem');
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('agents that come and go while something goes wrong cost no alarm', async () => {
  const { observer, automate, set, told, untilTold } = await stage();
  const blueprints = [...new Set(causes.map(({ blueprint }) => blueprint))];
  for (const blueprint of blueprints) await automate(blueprint, { minutes });
  // One drive is also any problem.
  const expected = [...causes.map(({ alarm }) => alarm), 'Samsung 980 Problem'].sort();
  for (let round = 0; round < 3; round += 1) {
    told.length = 0;
    for (const { entity, bad } of causes) {
      await set(entity, bad);
      for (let count = 0; count < 8; count += 1) {
        void observer.client.publishAsync('infra-monitor/elsewhere/status', 'online', { qos: 1 });
        await pause(4);
      }
    }
    await untilTold(expected.length);
    expect(told.map(({ title }) => title).sort()).toEqual(expected);
    for (const { entity, good } of causes) await set(entity, good);
    await untilTold(2 * expected.length);
  }
});

test('a real agent: its restart is no alarm, its death is one, and its coming back the end', async () => {
  const { mosquitto, automate, told, untilTold, shows } = await stage();
  const start = () => startAgent({ MQTT_URL: mosquitto.url, ROUTER_SCHEDULE: 'off' });
  const first = start();
  await shows('binary_sensor.testling_agent_connected', 'on');
  await automate('agent_lost', { subjects: ['binary_sensor.testling_agent_connected'], minutes: 15 / 60 });
  await first.stop();
  await shows('binary_sensor.testling_agent_connected', 'off');
  const second = start();
  await shows('binary_sensor.testling_agent_connected', 'on');

  await second.stop('SIGKILL');
  expect((await untilTold(1)).map(({ title }) => title)).toEqual(['testling is lost']);
  start();
  expect((await untilTold(2))[1]).toMatchObject({
    title: 'testling is back',
    message: expect.stringMatching(/^It lasted (a few seconds|\d min)\.$/),
    over: true,
  });
  expect(told).toHaveLength(2);
});

test('everything that is wrong: each cause once, with its place, what to do and its end; what was wrong before is no news', async () => {
  const { observer, homeAssistant, automate, alive, told, untilTold, shows } = await stage();
  const says = (agent: string, ...problems: PublishedProblem[]) =>
    observer.client.publishAsync(`infra-monitor/${agent}/problems`, problemList(...problems), { retain: true, qos: 1 });
  const old = problem('host/nas/old', { subject: 'nas', text: 'is old' });
  const full = problem('host/nas/filesystem_root/full', {
    place: 'part',
    subject: 'nas File system /',
    severity: 'outage',
    text: 'is full',
    serial_number: 'S4EWNX0N1',
    remedy: 'delete what nobody needs',
    clears_at: 'below 93 %',
  });
  const consequence = problem('host/nas/x', { subject: 'Backup', explained_by: full.id });
  await says('nas', old);
  await says('pi');
  await says('cabin');
  await shows('binary_sensor.nas_problem', 'on');

  const lastTriggered = async () =>
    (await homeAssistant.states()).get('automation.everything_wrong')?.attributes.last_triggered;
  /** Until the automation has taken in what was said before. */
  const looked = async (act: () => Promise<unknown>) => {
    const before = await lastTriggered();
    await act();
    await until('it has looked', async () => (await lastTriggered()) !== before, 60);
  };
  await automate('everything_wrong', { minutes });
  await until('it has begun', async () => typeof (await lastTriggered()) === 'string', 60);
  await looked(async () => undefined);

  await says('nas', full, old, consequence, problem('host/nas/reboot', { severity: 'notice' }));
  expect(await untilTold(1)).toEqual([
    {
      title: 'nas File system /: is full',
      message: expect.stringMatching(
        /^Outage on nas, Berlin\. Since \d\d:\d\d\. Serial number S4EWNX0N1\. With it: Backup\. What to do: delete what nobody needs\. It is over below 93 %\.$/,
      ),
      tag: 'infra_monitor_host_nas_filesystem_root_full',
      over: false,
    },
  ]);

  // Another agent sees the same, the first loses sight of it and is lost for a while: all that is no news.
  await looked(() => says('pi', full));
  await looked(() => says('nas', old));
  await looked(() => alive('nas', false));
  await looked(() => alive('nas', true));
  await says('pi');
  expect((await untilTold(2))[1]).toEqual({
    title: 'nas File system /: over',
    message: expect.stringMatching(/^“is full” lasted (a few seconds|\d min)\.$/),
    tag: 'infra_monitor_host_nas_filesystem_root_full',
    over: true,
  });
  await says('nas', { ...old, severity: 'data_at_risk', text: 'is dying' });
  expect((await untilTold(3))[2]).toMatchObject({ title: 'nas: is dying', over: false });
  await says('nas');
  expect((await untilTold(4))[3]).toMatchObject({
    title: 'nas: over',
    message: expect.stringMatching(/^“is dying” lasted longer than (a few seconds|\d min)\.$/),
  });
  await pause(3000);
  expect(told).toHaveLength(4);
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('an alarm says why, also where the user has given the flag another ID and another name', async () => {
  const { homeAssistant, automate, set, idOf, untilTold, shows } = await stage();
  const own = 'binary_sensor.wd_red_sn700_problem';
  const renamed = 'binary_sensor.worry';
  await homeAssistant.ask('config/entity_registry/update', {
    entity_id: idOf('binary_sensor.samsung_980_problem'),
    new_entity_id: renamed,
    name: 'Worry',
  });
  await automate('drive_problem', { subjects: [renamed, own], minutes });
  for (const [drive, reason] of [
    ['samsung_980', 'available spare below threshold'],
    ['wd_red_sn700', 'read-only'],
  ] as const) {
    await set(`sensor.${drive}_problem_reason`, reason);
    await shows(`sensor.${drive}_problem_reason`, reason);
    await set(`binary_sensor.${drive}_problem`, 'ON');
  }
  expect((await untilTold(2)).map(({ message }) => message).sort()).toEqual([
    expect.stringMatching(/^Since \d\d:\d\d: available spare below threshold\.$/),
    expect.stringMatching(/^Since \d\d:\d\d: read-only\.$/),
  ]);
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('an alert that has nothing to watch waits', async () => {
  const { homeAssistant, automate } = await stage();
  const { area_id: area } = await homeAssistant.ask<{ area_id: string }>('config/area_registry/create', {
    name: 'Empty',
  });
  const alerts = [...new Set(causes.map(({ blueprint }) => blueprint)), 'agent_lost', 'home_assistant_restarted'];
  for (const alert of alerts) await automate(alert, { areas: [area], minutes });
  const runs = async () => {
    const states = await homeAssistant.states();
    return alerts.map((alert) => [alert, states.get(`automation.${alert}`)?.attributes.last_triggered]);
  };
  // The first run hands over to one that waits: without anything new it is the last.
  const handedOver = Date.now();
  let last = await runs();
  await until(
    'all wait for ten seconds',
    async () => {
      const now = await runs();
      const isSame = JSON.stringify(now) === JSON.stringify(last);
      last = now;
      await pause(10_000);
      return isSame && Date.now() - handedOver > 20_000;
    },
    90,
  );
  expect(await homeAssistant.complaints()).toEqual([]);
});
