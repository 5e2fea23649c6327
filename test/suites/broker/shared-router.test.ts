import { expect, onTestFinished, test } from 'vitest';
import { startBesideBox } from '../../helpers/beside-router.ts';
import { FritzBox } from '../../helpers/fritzbox/index.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { buildReleased } from '../../helpers/released.ts';
import { until } from '../../helpers/until.ts';

interface Announcement {
  device: { identifiers: string[]; name?: string };
  components: Record<string, { platform: string; name?: string; unique_id?: string; default_entity_id?: string }>;
}

const claimTopic = 'infra-monitor/shared/router/02_00_5e_00_53_01';

test('two agents of the version before beside one FRITZ!Box take this version: each entity once, one name, the owner’s ids stay', {
  timeout: 400_000,
}, async () => {
  const box = await new FritzBox('dsl').start();
  onTestFinished(() => box.stop());
  const { url } = await startMosquitto();
  const observer = await observe(url);
  const start = (name: string, account: boolean, built?: string) => startBesideBox(url, box, name, account, built);
  const announcement = (name: string) =>
    JSON.parse(
      observer.topics.get(`homeassistant/device/infra-monitor_${name}/home/config`) ?? '{"components":{}}',
    ) as Announcement;
  const entities = (name: string) =>
    Object.entries(announcement(name).components).filter(([, component]) => Object.keys(component).length > 1);
  const ids = (name: string) => entities(name).map(([, { unique_id: id = '' }]) => id);
  const isWhole = (name: string) =>
    entities(name).some(([key]) => key.includes('radio_')) && entities(name).some(([key]) => key.endsWith('-wan'));

  const before = buildReleased();
  const agents = [start('pi', false, before), start('nas', true, before)];
  await until('both announce the router', () => isWhole('nas') && entities('pi').length > 10, 90);
  const [nasIds, piIds] = [ids('nas'), ids('pi')];
  const names = (name: string) => new Map(entities(name).map(([key, { name: shown }]) => [key, shown]));
  expect(
    [...names('pi').values()].filter((shown) => [...names('nas').values()].includes(shown)).length,
  ).toBeGreaterThan(10);

  for (const agent of agents) await agent.stop();
  const beforeUpgrade = observer.messages.length;
  // The one without an account comes first, and gives the router up when the other one comes.
  start('pi', false);
  await observer.see(claimTopic, (claim) => claim.includes('"pi"'), 60);
  start('nas', true);
  await observer.see(claimTopic, (claim) => claim.includes('"nas"'), 60);
  const views = await until(
    'pi reports only how it reaches the router',
    () => announcement('pi').device.identifiers[0] === 'infra-monitor_nas_home' && isWhole('nas') && entities('pi'),
    60,
  );
  expect(views.map(([key]) => key.split('-').at(-1)).sort()).toEqual(
    expect.arrayContaining(['latency', 'packet_loss', 'reachable']),
  );
  expect(views.every(([, { name = '' }]) => name.endsWith(' from pi'))).toBe(true);
  expect(announcement('pi').device).not.toHaveProperty('name');
  expect(announcement('nas').device.name).toBe('nas home');
  // Everything that the owner had is there under its id; what the other one has left, too.
  expect(ids('nas')).toEqual(expect.arrayContaining(nasIds));
  expect(ids('pi').filter((id) => !piIds.includes(id))).toEqual([]);
  // No id and no name twice on the device.
  const all = [...entities('nas'), ...entities('pi')].map(([, { platform, name }]) => `${platform} ${name}`);
  expect(new Set(all).size).toBe(all.length);
  const shownNames = observer.messages.slice(beforeUpgrade).flatMap(({ topic, payload }) => {
    if (!/infra-monitor_(nas|pi)\/home\/config$/.test(topic) || payload === '') return [];
    const { device } = JSON.parse(payload) as Announcement;
    return device.identifiers[0] === 'infra-monitor_nas_home' ? [device.name ?? ''] : [];
  });
  expect(new Set(shownNames.filter(Boolean))).toEqual(new Set(['nas home']));
});
