import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { LinuxHostReader } from '../../../src/collectors/host/linux/index.ts';
import { MacOrWindowsHostReader } from '../../../src/collectors/host/mac-or-windows-host-reader.ts';
import type { HostReadingByTable } from '../../../src/collectors/host/reading.ts';
import { hostSettingsSchema } from '../../../src/collectors/host/settings.ts';
import type { Observation } from '../../../src/model/collector.ts';
import { memory } from '../../helpers/memory.ts';
import { device } from '../../helpers/sample-collector.ts';
import { hostRoots } from '../../helpers/tree.ts';

const env = z.parse(hostSettingsSchema, {});
const close = (a = 0, b = 1, share: number) => Math.abs(a - b) <= share * Math.max(a, b);

const of = <Of extends keyof HostReadingByTable>(
  found: Observation<HostReadingByTable>[],
  table: Of,
  id?: string,
): HostReadingByTable[Of] => {
  const one = found.find(
    (observation) => observation.table === table && (id === undefined || observation.part?.id === id),
  );
  return one?.reading as HostReadingByTable[Of];
};

// Linux only: elsewhere there is one reader.
test.runIf(process.platform === 'linux')('both readers agree on this machine', async () => {
  const reader = new LinuxHostReader(hostRoots(), env, memory({}));
  const linux = (await reader.read(device, {})).filter((observation) => 'table' in observation);
  const portable = await new MacOrWindowsHostReader(env).read(device, {});
  const [a, b] = [of(linux, 'host'), of(portable, 'host')];
  expect(a.memory?.total).toBe(b.memory?.total);
  expect(close(a.memory?.available ?? 0, b.memory?.available ?? 1, 0.05), 'available memory within 5 %').toBe(true);
  expect(Math.abs((a.bootTime?.getTime() ?? 0) - (b.bootTime?.getTime() ?? 1e9)), 'boot time within 5 s').toBeLessThan(
    5000,
  );

  expect(Object.keys(b.cpu ?? {}), 'what other systems do not measure is unknown').toEqual(['used', 'user', 'system']);

  const [root, other] = [of(linux, 'filesystem', 'root'), of(portable, 'filesystem', 'root')];
  expect(root, 'Linux: the root file system').toBeDefined();
  expect(other, 'portable: the root file system').toBeDefined();
  expect(close(root.total, other.total, 0.01), 'size within 1 %').toBe(true);
  expect(close(root.available, other.available, 0.05), 'free within 5 %').toBe(true);

  const names = (found: Observation<HostReadingByTable>[]) =>
    found.flatMap(({ table, part }) => (table === 'interface' && part !== undefined ? [part.id] : []));
  const shared = names(linux).filter((name) => names(portable).includes(name));
  // In a container without a network there is none.
  expect(
    shared.length > 0 || names(linux).length === 0,
    `Linux has ${names(linux)}, portable has ${names(portable)}`,
  ).toBe(true);
  for (const name of shared)
    expect(
      close(of(linux, 'interface', name).received, of(portable, 'interface', name).received, 0.05),
      `${name}: received within 5 %`,
    ).toBe(true);
});
