import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { hostCollector } from '../../../src/collectors/host/index.ts';
import { hostSettingsSchema } from '../../../src/collectors/host/settings.ts';
import { readCollectorAndRecord } from '../../../src/loop/collector-reading.ts';
import { MutableAgentState } from '../../../src/loop/mutable-agent-state.ts';
import { SharedOrPerNameValues } from '../../../src/model/shared-or-per-name-values.ts';
import { stateAndMemoryPayloadsByTopic } from '../../../src/views/state-and-event-payloads.ts';
import { withoutLimits } from '../../helpers/clock.ts';
import { discoveryPayloads } from '../../helpers/discovery.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { hostRoots } from '../../helpers/tree.ts';

// Each folder is a machine: input/ has its /proc, /sys and root. A bug report becomes one more.
const cases = join(import.meta.dirname, '../../cases/host');

/** What is this machine's own: how full its disk is (the recorded root lies on it) and its addresses. */
const own = {
  filesystem: /"(used|free|total|inodes_used)":[^,]*,/g,
  interface: /,"ipv[46]":[^,}]*/g,
  since: /"since":"[^"]*",/g,
};

/** Reads a recorded machine twice, as the loop would. */
async function read(machine: string, more: Record<string, string> = {}): Promise<MutableAgentState> {
  const input = (name: string) => join(cases, machine, 'input', name);
  const env = {
    ...z.parse(hostSettingsSchema, more),
    HOST_FILESYSTEM_LIMIT: new SharedOrPerNameValues<number>(undefined, new Map()),
  };
  const roots = hostRoots({ HOST_PROC: input('proc'), HOST_SYS: input('sys'), HOST_ROOT: input('root') });
  const state = new MutableAgentState('');
  state.add(hostCollector);
  const memory = state.memoryStore.forCollector(hostCollector);
  const source = await hostCollector.open(env, { agent, hostRoots: roots, state, memory });
  state.memoryStore.load(new Map(), [hostCollector.id]);
  if ('inactiveReason' in source) throw new Error(source.inactiveReason);
  for (let reading = 0; reading < 2; reading += 1)
    await readCollectorAndRecord({ collector: hostCollector, source: source as never, memory }, state).recorded;
  return state;
}

test.each(readdirSync(cases))('%s', async (machine) => {
  withoutLimits();
  const state = await read(machine);
  const lines = [...stateAndMemoryPayloadsByTopic([hostCollector], agent, state)].map(
    ([topic, payload]) =>
      `${topic} ${payload.replaceAll(topic.includes('filesystem') ? own.filesystem : own.interface, '').replaceAll(own.since, '')}`,
  );
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(cases, machine, 'expected.txt'));
});

test('every topic of one machine, including discovery', async () => {
  withoutLimits();
  const state = await read('intel-desktop');
  const announced = [...discoveryPayloads([hostCollector], agent, state)].map(
    ([topic, payload]) => `${topic} ${JSON.stringify(JSON.parse(payload), null, 2)}`,
  );
  await expect(`${announced.join('\n')}\n`).toMatchFileSnapshot(join(cases, 'intel-desktop', 'announced.txt'));
});

test('globs include and exclude', async () => {
  const state = await read('intel-desktop', {
    HOST_INTERFACES: 'wg*,enp*',
    HOST_DISKS_EXCLUDE: 'sd?',
    HOST_FILESYSTEMS_EXCLUDE: '/boot/**',
  });
  const paths = [...(state.collectors.get('host')?.entries ?? [])].map(
    ([path, { excluded }]) => `${path.slice(4)}${excluded ? ' excluded' : ''}`,
  );
  expect(paths.filter((path) => /interface|disk|filesystem/.test(path))).toEqual([
    'filesystem_root',
    'filesystem_mnt_data',
    'filesystem_media_my_disk',
    'filesystem_boot_efi excluded',
    'interface_enp3s0',
    'interface_wg0',
    'disk_nvme0n1',
    'disk_sda excluded',
  ]);
});
