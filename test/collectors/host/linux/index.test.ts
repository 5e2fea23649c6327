import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { LinuxReader } from '../../../../src/collectors/host/linux/index.ts';
import { settings } from '../../../../src/collectors/host/settings.ts';
import { device } from '../../../helpers/situation.ts';
import { tree } from '../../../helpers/tree.ts';

const netDev = (received: number) => `eth0: ${received} 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n`;

test('counters are read when the reading begins, not after a mount that keeps it waiting', async () => {
  const roots = tree({ 'proc/1/mountinfo': '1 1 8:1 / / rw - ext4 x rw', 'proc/net/dev': netDev(100), 'sys/class/net/eth0/device/vendor': '0x8086' });
  const reading = new LinuxReader(roots, z.parse(settings, {})).read(device, {});
  writeFileSync(roots.proc('net/dev'), netDev(999));
  expect((await reading).find(({ of }) => of === 'interface')).toMatchObject({ reading: { received: 100 } });
});

test('one part that can’t be read is its own trouble', async () => {
  const roots = tree({
    'proc/1/mountinfo': '1 1 8:1 / / rw - ext4 x rw\n2 1 8:2 / /gone rw - ext4 x rw',
    'proc/net/dev': netDev(1),
    'sys/class/net/eth0/device/vendor': '0x8086',
    'sys/class/net/eth1/device/vendor': '0x8086',
  });
  const found = await new LinuxReader(roots, z.parse(settings, {})).read(device, {});
  const outcome = found.map(({ of, part, error }) => [of, part?.id, error instanceof Error ? error.message.replaceAll(roots.host(), '') : undefined]);
  expect(outcome).toEqual([
    ['host', undefined, undefined],
    ['filesystem', 'root', undefined],
    ['filesystem', '/gone', expect.stringMatching(/ENOENT.*statfs.*gone/)],
    ['interface', 'eth0', undefined],
    ['interface', 'eth1', expect.stringMatching(/^eth1: not in .*net\/dev$/)],
  ]);
});
