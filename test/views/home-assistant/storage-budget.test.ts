import { expect, test } from 'vitest';
import { storageCollector } from '../../../src/collectors/storage/index.ts';
import { readCollectorAndRecord } from '../../../src/loop/collector-reading.ts';
import { MutableAgentState } from '../../../src/loop/mutable-agent-state.ts';
import { parseSettings } from '../../../src/settings/index.ts';
import { array, letHelperAnswer, sda, sdb } from '../../collectors/storage/pools/machine.ts';
import { enabledEntityIds } from '../../helpers/discovery.ts';
import { ataAnswer } from '../../helpers/disks.ts';
import { expandSnapshot } from '../../helpers/machine-snapshot.ts';
import { agent } from '../../helpers/sample-collector.ts';

/** On top of the machine itself, which has a budget of its own. */
const maxEnabledEntities = 38;

test.runIf(process.platform === 'linux')('what a mirror of two drives adds to Home Assistant', async () => {
  const { rack, socket } = await letHelperAnswer();
  for (const [name, serial] of [
    ['sda', 'LAB-1'],
    ['sdb', 'LAB-2'],
  ] as const)
    for (const logs of ['', ' standby,3'].flatMap((power) =>
      ['', ' selftest', ' devstat', ' selftest devstat'].map((logs) => power + logs),
    ))
      for (const type of [' sat', ''])
        rack.tell(`smartctl${logs}${type} ${name}`, ataAnswer({ more: { serial_number: serial } }));
  const hostRoots = expandSnapshot({
    ...array({ sda: {}, sdb: { slot: '1' } }),
    ...sda,
    ...sdb,
    ...socket,
    ...Object.fromEntries(
      ['sda', 'sdb'].flatMap((name) => [
        [`/sys/block/${name}/device/type`, '0'],
        [`/sys/block/${name}/device/state`, 'running'],
        [`/sys/block/${name}/queue/rotational`, '1'],
        [`/sys/block/${name}/stat`, '1 0 8 1 0 0 0 0'],
      ]),
    ),
  });
  const state = new MutableAgentState('');
  state.add(storageCollector);
  const memory = state.memoryStore.forCollector(storageCollector);
  const [settings] = parseSettings([storageCollector], {}).collectors;
  const source = await storageCollector.open(settings?.env as never, { agent, hostRoots, memory, state } as never);
  state.memoryStore.load(new Map(), ['storage']);
  const { recorded } = readCollectorAndRecord({ collector: storageCollector, source, memory } as never, state);
  expect(await recorded).toMatchObject({ outcome: { ok: true } });
  const enabled = enabledEntityIds(storageCollector, agent, state);
  // The dashboard's tree of drives and pools reads these.
  for (const key of ['redundancy', 'mounts', 'member_lab_1_role', 'member_lab_1_drive'])
    expect(enabled).toContain(`sensor.nas_raid_srv_${key}`);
  expect(enabled).toContain('sensor.nas_disk_4t_lab_1_reallocated_sectors');
  expect(enabled.length, enabled.join('\n')).toBeLessThanOrEqual(maxEnabledEntities);
});
