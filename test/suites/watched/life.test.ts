import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../../helpers/until.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { stage } from './stage.ts';

/** From the next start on it starts and stops slowly. */
function slow({ folder }: HomeAssistant): void {
  cpSync(join(import.meta.dirname, 'slow'), join(folder, 'custom_components/slow'), { recursive: true });
  appendFileSync(join(folder, 'configuration.yaml'), 'slow:\n');
}

interface Shown {
  a: { event_type: string | null; from?: string; to?: string; seconds?: number; cause?: string };
}

test('from not there to gone again; what happened meanwhile is an event in Home Assistant itself', async () => {
  const { homeAssistant, mosquitto, startAgent, see, events, observer } = await stage();
  await homeAssistant.stop();
  slow(homeAssistant);
  const settings = { HA_BASE_URL: `http://127.0.0.1:${homeAssistant.port}`, HA_TOKEN: homeAssistant.token };
  let agent = startAgent(settings);
  // They are read every five minutes, and at the start.
  const readDetailsAgain = async () => {
    await agent.stop();
    agent = startAgent(settings);
  };
  expect(await see('refused')).toMatchObject({ reachable: 'OFF', version: null, entities: null });
  // Its history begins ten seconds after the connection, when no broker delivers anything late any more.
  await observer.see('infra-monitor/testling/home_assistant/home_assistant/memory', undefined, 30);

  homeAssistant.begin();
  await see('starting');
  await homeAssistant.ready();
  const running = await see('running');
  expect(running).toMatchObject({
    reachable: 'ON',
    version: homeAssistant.version,
    migration: 'OFF',
    unavailable_entities: expect.any(Number),
    certificate_left: null,
  });
  expect(Number(running.latency)).toBeLessThan(5000);
  expect(Math.abs(Date.parse(String(running.started)) - Date.now())).toBeLessThan(120_000);
  const entity = 'event.home_assistant_event';
  await until('the event entity', async () => (await homeAssistant.states()).has(entity));
  // As a Supervisor's update entity would be.
  const update = {
    platform: 'update',
    unique_id: 'core',
    title: 'Home Assistant Core',
    state_topic: 'test/core',
    name: 'Core',
  };
  await observer.client.publishAsync('homeassistant/update/core/config', JSON.stringify(update), {
    retain: true,
    qos: 1,
  });
  await observer.client.publishAsync(
    'test/core',
    JSON.stringify({ installed_version: '2026.10.0', latest_version: '2026.11.1' }),
    { retain: true, qos: 1 },
  );
  await until('the update entity', async () => (await homeAssistant.states()).has('update.core'));
  await readDetailsAgain();
  await until(
    'the update',
    async () =>
      JSON.stringify((await see('running')).core) === JSON.stringify({ installed: '2026.10.0', latest: '2026.11.1' }),
  );
  // Home Assistant before 2025.10 makes the id of the name: “Core update”.
  await until('its own entity', async () =>
    [...(await homeAssistant.states()).values()].some(
      ({ entity_id: id, state }) => id.startsWith('update.home_assistant_core') && state === 'on',
    ),
  );

  await readDetailsAgain();
  await until('as many entities and repairs as it has', async () => {
    const { entities, repairs } = await see('running');
    const { issues } = await homeAssistant.ask<{ issues: { ignored: boolean }[] }>('repairs/list_issues');
    return (
      entities === (await homeAssistant.states()).size && repairs === issues.filter(({ ignored }) => !ignored).length
    );
  });

  void homeAssistant.ask('call_service', { domain: 'slow', service: 'linger' }).catch(() => undefined);
  expect(await see('stopping')).toMatchObject({ reachable: 'OFF' });
  await see('running');
  await until('the outage', () => events().some(({ cause }) => cause === 'stopping'));
  expect(events().filter(({ event_type: type }) => type === 'restart').length).toBe(1);

  // Home Assistant with the broker that it runs: nobody can be told while they are away.
  await Promise.all([homeAssistant.stop(), mosquitto.kill()]);
  await until('it is seen to be gone', () => agent.output().includes('nothing listens at'));
  await mosquitto.start();
  await homeAssistant.start();
  await see('running');
  await until('both events', () => events().filter(({ event_type: type }) => type === 'restart').length === 2, 60);
  const since = new Date(Date.now() - 3600_000).toISOString();
  const shown = await until(
    'the outage and the restart in Home Assistant',
    async () => {
      const history = await homeAssistant.ask<Record<string, Shown[]>>('history/history_during_period', {
        start_time: since,
        entity_ids: [entity],
        minimal_response: false,
        no_attributes: false,
      });
      const happened = (history[entity] ?? []).map(({ a }) => a);
      return (
        happened.some(({ event_type: type, cause }) => type === 'outage' && cause === 'refused') &&
        happened.at(-1)?.event_type === 'restart' &&
        happened
      );
    },
    60,
  );
  const outage = shown.findLast(({ event_type: type }) => type === 'outage');
  expect(outage).toMatchObject({
    from: expect.stringMatching(/^\d{4}-/),
    to: expect.stringMatching(/^\d{4}-/),
    seconds: expect.any(Number),
  });
  expect(await see('running')).toMatchObject({ restarts: 2, outages: 3 });
  expect((await homeAssistant.complaints()).filter((line) => !/slow|Failed to connect|disconnect/i.test(line))).toEqual(
    [],
  );
});

test('safe mode, recovery mode, and before its first user', async () => {
  const { homeAssistant, startAgent, see } = await stage();
  const settings = { HA_BASE_URL: `http://127.0.0.1:${homeAssistant.port}`, HA_TOKEN: homeAssistant.token };
  startAgent(settings);
  await see('running');

  await homeAssistant.stop();
  writeFileSync(join(homeAssistant.folder, 'safe-mode'), '');
  homeAssistant.begin();
  expect(await see('safe_mode')).toMatchObject({ hint: expect.stringContaining('safe mode') });

  await homeAssistant.stop();
  const configuration = join(homeAssistant.folder, 'configuration.yaml');
  const right = readFileSync(configuration, 'utf8');
  appendFileSync(configuration, 'broken: [\n');
  homeAssistant.begin();
  expect(await see('recovery_mode')).toMatchObject({
    reachable: 'ON',
    version: homeAssistant.version,
    hint: expect.stringContaining('configuration is broken'),
  });

  await homeAssistant.stop();
  writeFileSync(configuration, right);
  for (const store of ['auth', 'auth_provider.homeassistant', 'onboarding'])
    rmSync(join(homeAssistant.folder, '.storage', store));
  homeAssistant.begin();
  expect(await see('onboarding')).toMatchObject({ hint: expect.stringContaining('has not been set up yet') });
});
