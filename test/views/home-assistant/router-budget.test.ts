import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { routerCollector } from '../../../src/collectors/router/index.ts';
import { MutableAgentState } from '../../../src/loop/mutable-agent-state.ts';
import { parseSettings } from '../../../src/settings/index.ts';
import { withoutLimits } from '../../helpers/clock.ts';
import { enabledEntityIds } from '../../helpers/discovery.ts';
import { FritzBox } from '../../helpers/fritzbox/index.ts';
import { memory } from '../../helpers/memory.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { hostRoots } from '../../helpers/tree.ts';

process.env.PATH = `${join(import.meta.dirname, '../../bin/pings')}:${process.env.PATH}`;

/** Of a box with a DSL line, an account, three radios, and three repeaters with five links. */
const maxEnabledEntities = 48;

test('what a FRITZ!Box with an account and a mesh adds to Home Assistant', async () => {
  withoutLimits();
  const box = await new FritzBox('dsl').start();
  onTestFinished(() => box.stop());
  const [settings] = parseSettings([routerCollector], {
    FRITZBOX_HOSTS: `home=http://${box.address}/igddesc.xml`,
    FRITZBOX_USERNAME: 'monitor',
    FRITZBOX_PASSWORD: 'gürkensalat$1',
  }).collectors;
  const state = new MutableAgentState('');
  state.add(routerCollector);
  const source = await routerCollector.open(settings?.env as never, {
    agent,
    hostRoots: hostRoots(),
    memory: memory({}),
    state,
  });
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  onTestFinished(() => source.close?.());
  const observations = await source.read(new AbortController().signal);
  state.record(routerCollector, { ok: true, at: new Date(), seconds: 0, observations: observations as never });
  const enabled = enabledEntityIds(routerCollector, agent, state);
  for (const key of ['wan', 'dsl_sync', 'account_problem', 'attic_connected'])
    expect(enabled).toContain(`binary_sensor.nas_home_${key}`);
  for (const key of ['receive_rate', 'clients', 'dsl_down_rate', 'dsl_down_noise_margin', 'mesh_link_attic_5_ghz_down'])
    expect(enabled).toContain(`sensor.nas_home_${key}`);
  expect(enabled.length, enabled.join('\n')).toBeLessThanOrEqual(maxEnabledEntities);
});
