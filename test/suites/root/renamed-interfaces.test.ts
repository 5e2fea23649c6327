import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { bundleProgram } from '../../helpers/bundle-program.mjs';

interface Seen {
  name: string;
  link: boolean;
  carrier: boolean;
  hasRate: boolean;
}

// A file of /sys that is kept open goes with its interface.
test('an interface that is renamed takes its values with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'renamed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = await bundleProgram(join(import.meta.dirname, 'renamed-interfaces.ts'), folder);
  const prepare = [
    'mount -t sysfs none /sys',
    // A pair of virtual interfaces has a carrier, a tap that no program holds has none.
    'ip link add net0 type veth peer name peer',
    'ip link set net0 up',
    'ip link set peer up',
    'ip tuntap add net1 mode tap',
    'ip link set net1 up',
  ];
  const { stdout } = await execa('unshare', [
    '--net',
    '--mount',
    'sh',
    '-ec',
    [...prepare, `exec ${process.execPath} ${program}`].join('\n'),
  ]);
  const seen = JSON.parse(stdout) as Seen[][];
  for (const interfaces of seen) for (const { link, carrier } of interfaces) expect(link).toBe(carrier);
  const [, before, swapped, later, without, another] = seen.map((interfaces) =>
    interfaces.map(({ name, link, hasRate }) => `${name} ${link ? 'up' : 'down'}${hasRate ? ', rate' : ''}`),
  );
  expect(before).toEqual(['net0 up, rate', 'net1 down, rate']);
  expect(swapped).toEqual(['net0 down', 'net1 up']);
  expect(later).toEqual(['net0 down, rate', 'net1 up, rate']);
  expect(without).toEqual(['net1 up, rate']);
  expect(another).toEqual(['net0 down', 'net1 up, rate']);
});
