import { expect, test } from 'vitest';
import { startAgent as start } from '../../helpers/agent.ts';
import { until } from '../../helpers/until.ts';
import { stage } from './stage.ts';

interface Device {
  id: string;
  identifiers: [string, string][];
  name: string | null;
  name_by_user: string | null;
  via_device_id: string | null;
}

test('sites are devices, their agents hang below them; one that is forgotten is gone', async () => {
  const { homeAssistant, mosquitto, startAgent } = await stage({ SITES: 'true' });
  const pi = startAgent({ AGENT_NAME: 'pi', SITE: 'Cottage', SITES: 'false' });
  const devices = async () =>
    new Map(
      (await homeAssistant.ask<Device[]>('config/device_registry/list')).map((device) => [
        device.identifiers[0]?.[1],
        device,
      ]),
    );
  const stateOf = async (entity: string) => (await homeAssistant.states()).get(entity)?.state;
  const hangs = async (agent: string, site: string) => {
    const all = await devices();
    const parent = all.get(`infra-monitor_sites_${site}`);
    return parent !== undefined && all.get(`infra-monitor_${agent}_${agent}`)?.via_device_id === parent.id;
  };

  await until(
    'both hang below their sites',
    async () => (await hangs('testling', 'berlin')) && (await hangs('pi', 'cottage')),
    60,
  );
  await until('the site is online', async () => (await stateOf('binary_sensor.cottage_online')) === 'on', 30);
  const found = await devices();
  expect(['infra-monitor_sites_cottage', 'infra-monitor_pi_pi'].map((id) => found.get(id)?.name)).toEqual([
    'Cottage',
    'pi',
  ]);

  await homeAssistant.restart();
  await until(
    'both hang below their sites after a restart',
    async () => (await hangs('testling', 'berlin')) && (await hangs('pi', 'cottage')),
    60,
  );
  await pi.stop('SIGKILL');
  await until('the agent is lost', async () => (await stateOf('sensor.cottage_agents_lost')) === '1', 60);
  expect(await stateOf('sensor.cottage_worst_problem')).toBe('agent pi is lost');

  expect(await start({ MQTT_URL: mosquitto.url }, ['forget', '--agent', 'pi']).ended).toBe(0);
  await until(
    'agent and site are gone',
    async () => {
      const left = await devices();
      return !left.has('infra-monitor_pi_pi') && !left.has('infra-monitor_sites_cottage');
    },
    60,
  );
  expect(await homeAssistant.complaints()).toEqual([]);
});
