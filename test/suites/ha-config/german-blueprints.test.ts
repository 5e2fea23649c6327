import { expect, test } from 'vitest';
import { problem, problemList } from '../../helpers/agent-directory.ts';
import { exampleLab } from '../../helpers/lab.ts';
import { until } from '../../helpers/until.ts';
import { stage } from './stage.ts';

/** Two seconds, in minutes: as long as what is wrong must last in these tests. */
const minutes = 2 / 60;

/** What each blueprint says of an entity that goes bad, and good again. */
const causes = [
  {
    blueprint: 'drive_problem',
    entity: 'binary_sensor.samsung_980_problem',
    values: ['ON', 'OFF'],
    titles: ['Samsung 980 hat ein Problem', 'Samsung 980 hat kein Problem mehr'],
  },
  {
    blueprint: 'drive_hot',
    entity: 'sensor.samsung_980_temperature',
    values: [75.5, 45],
    titles: ['Samsung 980 ist heiß: 75,5 °C', 'Samsung 980 ist abgekühlt: 45 °C'],
  },
  {
    blueprint: 'wear_reached',
    entity: 'sensor.samsung_980_percentage_used',
    values: [81, 1],
    titles: [
      'Samsung 980 ist abgenutzt: 81 % der Lebensdauer sind verbraucht',
      'Samsung 980 ist wieder unter der Grenze: 1 %',
    ],
  },
  {
    blueprint: 'disk_filling',
    entity: 'sensor.nas_filesystem_root_free',
    values: [5, 300],
    titles: ['nas File system / free: 5 GiB', 'nas File system / free: wieder genug Platz, 300 GiB'],
  },
  {
    blueprint: 'slow_line',
    entity: 'sensor.box_downstream',
    values: [20, 90],
    titles: ['Box Line rate down: nur 20 Mbit/s', 'Box Line rate down: wieder 90 Mbit/s'],
  },
  {
    blueprint: 'router_unreachable',
    entity: 'binary_sensor.box_reachable',
    values: ['OFF', 'ON'],
    titles: ['Box antwortet nicht', 'Box antwortet wieder'],
  },
  {
    blueprint: 'wan_outage',
    entity: 'binary_sensor.box_wan',
    values: ['OFF', 'ON'],
    titles: ['Box hat keine Internetverbindung', 'Box hat wieder eine Internetverbindung'],
  },
  {
    blueprint: 'firmware_update',
    entity: 'update.thing_firmware',
    values: [
      { installed: '1.0', latest: '1.1' },
      { installed: '1.1', latest: '1.1' },
    ],
    titles: ['Thing Firmware: 1.1 ist verfügbar', 'Thing Firmware: 1.1 ist installiert'],
  },
  {
    blueprint: 'any_problem',
    entity: 'binary_sensor.box_account_problem',
    values: ['ON', 'OFF'],
    titles: ['Box Account problem', 'Box Account problem: behoben'],
  },
];

test('the German blueprints tell each cause and its end in German', async () => {
  const { homeAssistant, observer, automate, set, alive, told, untilTold } = await stage(
    exampleLab,
    'infra_monitor_de',
  );
  for (const [index, { blueprint, entity }] of causes.entries())
    await automate(blueprint, { subjects: [entity], minutes }, `cause_${index}`);
  await automate('agent_lost', { subjects: ['binary_sensor.cabin_agent_connected'], minutes });
  await automate('home_assistant_restarted', { subjects: ['sensor.home_started'] });

  const titles = () => told.map(({ title }) => title).sort();
  for (const { entity, values } of causes) await set(entity, values[0]);
  await alive('cabin', false);
  await untilTold(causes.length + 1);
  expect(titles()).toEqual(['cabin ist ausgefallen', ...causes.map(({ titles: [alarm = ''] }) => alarm)].sort());
  for (const { message } of told) expect(message).toMatch(/^Seit \d\d:\d\d Uhr(: .+)?\.$/);

  told.length = 0;
  for (const { entity, values } of causes) await set(entity, values[1]);
  await alive('cabin', true);
  await untilTold(causes.length + 1);
  expect(titles()).toEqual(['cabin ist wieder da', ...causes.map(({ titles: [, end = ''] }) => end)].sort());
  for (const { message } of told) expect(message).toMatch(/^Dauer: (einige Sekunden|\d+ min)\.$/);

  told.length = 0;
  await set('sensor.home_started', '2026-03-04T05:06:07.000Z');
  expect((await untilTold(1))[0]).toMatchObject({
    title: 'Home Started: neu gestartet',
    message: expect.stringMatching(/^Am \d\d\.03\.2026 um \d\d:\d\d Uhr\.$/),
  });

  told.length = 0;
  const says = (...problems: Parameters<typeof problemList>) =>
    observer.client.publishAsync('infra-monitor/nas/problems', problemList(...problems), { retain: true, qos: 1 });
  const full = problem('host/nas/filesystem_root/full', {
    place: 'part',
    subject: 'nas Dateisystem /',
    severity: 'data_at_risk',
    text: 'voll',
    serial_number: 'S4EWNX0N1',
    remedy: 'Platz schaffen',
    clears_at: 'unter 93 %',
  });
  const lastTriggered = async () =>
    (await homeAssistant.states()).get('automation.everything_wrong')?.attributes.last_triggered;
  await automate('everything_wrong', { minutes });
  // Its first run takes what it finds for known, and the second waits.
  const first = await lastTriggered();
  await until('it has looked', async () => (await lastTriggered()) !== first, 60);
  await says(full);
  await untilTold(1);
  expect(told[0]).toMatchObject({
    title: 'nas Dateisystem /: voll',
    message: expect.stringMatching(
      /^Daten gefährdet: nas, Berlin\. Seit \d\d:\d\d Uhr\. Seriennummer S4EWNX0N1\. Was zu tun ist: Platz schaffen\. Gilt als behoben: unter 93 %\.$/,
    ),
    over: false,
  });
  await says();
  expect((await untilTold(2))[1]).toMatchObject({
    title: 'nas Dateisystem /: behoben',
    message: expect.stringMatching(/^„voll“: Dauer (einige Sekunden|\d+ min)\.$/),
    over: true,
  });
  expect(await homeAssistant.complaints()).toEqual([]);
});
