import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { buildReleased } from '../../helpers/released.ts';
import { until } from '../../helpers/until.ts';

const tooOld = 'agent pi is too old to say what is wrong, or has just started';

/** A lab of one broker, with what its watch says of a site. */
async function lab() {
  const { url } = await startMosquitto();
  const observer = await observe(url);
  const site = () =>
    JSON.parse(observer.topics.get('infra-monitor/sites/sites/cottage') ?? '{}') as Record<string, unknown>;
  return {
    observer,
    start: (name: string, settings: Record<string, string> = {}, built?: string) =>
      startAgent(
        { MQTT_URL: url, AGENT_NAME: name, SITE: name === 'pi' ? 'Cottage' : 'Berlin', ...settings },
        [],
        built,
      ),
    /** Until the watch says this of the cottage; problems of this very machine are no part of the test. */
    says: (what: string, look: (state: Record<string, unknown>) => boolean) =>
      until(`${what}: ${observer.topics.get('infra-monitor/sites/sites/cottage')}`, () => look(site()) && site(), 60),
  };
}

const isKnown = ({ cause }: Record<string, unknown>) => cause === 'well' || cause === 'problem';

test('an agent of the version before is unknown and never well, until it takes this version, and again after a downgrade', {
  timeout: 400_000,
}, async () => {
  const before = buildReleased();
  const { observer, start, says } = await lab();
  const causes: unknown[] = [];
  start('nas', { SITES: 'true' });
  const old = start('pi', {}, before);
  const unknown = await says('too old', ({ cause, problem }) => cause === null && problem === null);
  expect(unknown).toMatchObject({ problem: null, online: 'ON', agents_lost: 0, worst_problem: tooOld });
  observer.client.on('message', (topic, payload) => {
    if (topic === 'infra-monitor/sites/sites/cottage')
      causes.push((JSON.parse(String(payload)) as { cause: string }).cause);
  });

  await old.stop();
  await says('lost', ({ cause }) => cause === 'agent_lost');
  expect(causes).not.toContain('well');
  const upgraded = start('pi');
  await says('known', isKnown);
  expect(observer.topics.has('infra-monitor/pi/problems')).toBe(true);

  await upgraded.stop();
  await says('lost', ({ cause }) => cause === 'agent_lost');
  causes.length = 0;
  start('pi', {}, before);
  await says('too old', ({ cause, problem }) => cause === null && problem === null);
  // The version before removes what it does not know.
  await until('its list is gone', () => !observer.topics.get('infra-monitor/pi/problems'), 60);
  expect(causes).not.toContain('well');
});

test('the watch of the version before goes on beside agents of this one', { timeout: 400_000 }, async () => {
  const before = buildReleased();
  const { start, says } = await lab();
  start('nas', { SITES: 'true' }, before);
  const agent = start('pi');
  await says('known', isKnown);
  await agent.stop();
  expect(await says('lost', ({ cause }) => cause === 'agent_lost')).toMatchObject({
    worst_problem: 'agent pi is lost',
  });
});

test('of two watches the one that lives speaks, whichever version it has', { timeout: 400_000 }, async () => {
  const before = buildReleased();
  const { observer, start, says } = await lab();
  const old = start('nas', { SITES: 'true' }, before);
  start('pi');
  await says('known', isKnown);
  start('desk', { SITES: 'true' });
  await old.stop();
  // The version before has no list of its own.
  await observer.see('infra-monitor/sites/problems', (list) => list.includes('agent nas is lost'), 120);
  await says('known', isKnown);
});
