import { expect, onTestFinished, test } from 'vitest';
import { startBesideBox } from '../../helpers/beside-router.ts';
import { FritzBox } from '../../helpers/fritzbox/index.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { buildReleased } from '../../helpers/released.ts';
import { until } from '../../helpers/until.ts';
import { type DeviceEntry, HomeAssistant } from './home-assistant.ts';

interface Router extends DeviceEntry {
  name: string;
  connections: [string, string][];
}

test('two agents beside one FRITZ!Box: no entity twice, no name flips, also after the version before', {
  timeout: 300_000,
}, async () => {
  const box = await new FritzBox('dsl').start();
  onTestFinished(() => box.stop());
  const mosquitto = await startMosquitto();
  const observer = await observe(mosquitto.url);
  const homeAssistant = await HomeAssistant.start(mosquitto.port);
  const start = (name: string, account: boolean, built?: string) =>
    startBesideBox(mosquitto.url, box, name, account, built);
  const router = async () => {
    const devices = await homeAssistant.ask<Router[]>('config/device_registry/list');
    const found = devices.filter(({ connections }) => connections.some(([, mac]) => mac === '02:00:5e:00:53:01'));
    expect(found.length).toBeLessThan(2);
    return found[0];
  };
  const entities = async () =>
    [...(await homeAssistant.registry('infra-monitor_')).values()].filter(({ unique_id: id }) =>
      /^infra-monitor_(nas|pi)_home_/.test(id),
    );
  const shownNames = async () =>
    (await entities()).map(({ entity_id: id, original_name: name }) => `${id.split('.')[0]} ${name}`);

  const before = [start('nas', true, buildReleased()), start('pi', false, buildReleased())];
  await until(
    'all is there twice',
    async () => (await entities()).filter(({ unique_id: id }) => id.includes('_pi_')).length > 15,
    90,
  );
  expect(new Set(await shownNames()).size).toBeLessThan((await shownNames()).length);
  for (const agent of before) await agent.stop();

  const nas = start('nas', true);
  await observer.see('infra-monitor/nas/status', (status) => status === 'online', 60);
  let pi = start('pi', false);
  await until(
    'pi has only its own view',
    async () => {
      const names = (await entities())
        .filter(({ unique_id: id }) => id.includes('_pi_'))
        .map((one) => one.original_name);
      return names.length > 3 && names.every((name) => name?.endsWith(' from pi'));
    },
    90,
  );
  const unique = await shownNames();
  expect(new Set(unique).size).toBe(unique.length);
  expect((await router())?.name).toBe('nas home');
  expect([...(await homeAssistant.states()).keys()].filter((id) => /_2$/.test(id))).toEqual([]);

  // Neither restarts nor the owner's absence change the name.
  await pi.stop();
  pi = start('pi', false);
  const names = new Set<string | undefined>();
  await until(
    'pi is back',
    async () => {
      names.add((await router())?.name);
      return (await homeAssistant.states()).get('binary_sensor.pi_home_reachable')?.state === 'on';
    },
    60,
  );
  await nas.stop();
  await until(
    'the owner is away',
    async () => {
      names.add((await router())?.name);
      return (await homeAssistant.states()).get('binary_sensor.nas_home_reachable')?.state === 'unavailable';
    },
    60,
  );
  const states = await homeAssistant.states();
  expect(states.get('binary_sensor.pi_home_reachable')).toMatchObject({
    state: 'on',
    attributes: { friendly_name: 'nas home Reachable from pi' },
  });
  expect([...names]).toEqual(['nas home']);
  expect(await homeAssistant.complaints()).toEqual([]);
});
