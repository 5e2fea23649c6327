import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { LinuxReader } from '../../../src/collectors/host/linux/index.ts';
import { PortableReader } from '../../../src/collectors/host/portable.ts';
import type { HostReadings } from '../../../src/collectors/host/reading.ts';
import { settings } from '../../../src/collectors/host/settings.ts';
import { Roots } from '../../../src/lib/roots.ts';
import type { Found } from '../../../src/model/collector.ts';
import { device } from '../../helpers/situation.ts';

const env = z.parse(settings, {});
const close = (a: number, b: number, share: number) => Math.abs(a - b) <= share * Math.max(a, b);

const of = <Of extends keyof HostReadings>(found: Found<HostReadings>[], table: Of, id?: string): HostReadings[Of] => {
  const one = found.find((observation) => observation.of === table && (id === undefined || observation.part?.id === id));
  return one?.reading as HostReadings[Of];
};

// Linux only: elsewhere there is one reader.
test.runIf(process.platform === 'linux')('the two readers agree on this machine', async () => {
  const linux = await new LinuxReader(new Roots(env), env).read(device, {});
  const portable = await new PortableReader(env).read(device, {});
  const [a, b] = [of(linux, 'host'), of(portable, 'host')];
  expect(a.memory?.total).toBe(b.memory?.total);
  expect(close(a.memory?.available ?? 0, b.memory?.available ?? 1, 0.05), 'available memory within 5 %').toBe(true);
  expect(Math.abs((a.bootTime?.getTime() ?? 0) - (b.bootTime?.getTime() ?? 1e9)), 'boot time within 5 s').toBeLessThan(5000);

  const [root, other] = [of(linux, 'filesystem', 'root'), of(portable, 'filesystem', 'root')];
  if (root !== undefined && other !== undefined) {
    expect(close(root.total, other.total, 0.01), 'size within 1 %').toBe(true);
    expect(close(root.available, other.available, 0.05), 'free within 5 %').toBe(true);
  }
  const name = linux.find((observation) => observation.of === 'interface')?.part?.id ?? '';
  const [here, there] = [of(linux, 'interface', name), of(portable, 'interface', name)];
  if (here !== undefined && there !== undefined) expect(close(here.received, there.received, 0.05), 'received within 5 %').toBe(true);
});
