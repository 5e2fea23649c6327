import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  listWatchedAndExcludedInterfaces,
  parseNetDev,
  readInterfaceLinkAndSpeed,
} from '../../../../src/collectors/host/linux/interfaces.ts';
import { createIncludeExcludeMatcher } from '../../../../src/lib/include-exclude-matcher.ts';
import { SlowSysfsFileReader } from '../../../../src/lib/slow-sysfs-file-reader.ts';
import { runStepsAtOnce } from '../../../../src/model/event-loop-turns.ts';
import { tree } from '../../../helpers/tree.ts';

const byDefault = () => 'default' as const;
const plain = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [`sys/class/net/${name}/address`, '02:00:00:00:00:01']));

test('hardware, bonds and the interface of the default route', () => {
  const roots = tree({
    ...plain('lo', 'docker0', 'veth1', 'br-1', 'wg0', 'vmbr0', 'tun0'),
    'sys/class/net/enp3s0/device/vendor': '0x8086',
    'sys/class/net/bond0/bonding/mode': '802.3ad 4',
    'sys/class/net/bonding_masters': 'bond0',
    'proc/net/route': 'Iface\tDestination\tGateway\nvmbr0\t00000000\t0101A8C0\ntun0\t0000000A\t00000000\n',
  });
  expect(runStepsAtOnce(listWatchedAndExcludedInterfaces(roots, byDefault)).watched).toEqual([
    'bond0',
    'enp3s0',
    'vmbr0',
  ]);
  expect(
    runStepsAtOnce(
      listWatchedAndExcludedInterfaces(roots, createIncludeExcludeMatcher({ include: ['bond*', 'wg0'], exclude: [] })),
    ),
  ).toMatchObject({
    watched: ['bond0', 'wg0'],
    excluded: ['enp3s0', 'vmbr0'],
  });
});

test('a guest’s interface on a Xen host is the guest’s', () => {
  const roots = tree({
    'sys/class/net/vif1.0/device/nodename': 'device/vif/0',
    'sys/class/net/eth0/device/vendor': '0x8086',
  });
  expect(runStepsAtOnce(listWatchedAndExcludedInterfaces(roots, byDefault)).watched).toEqual(['eth0']);
});

test('counters of the interface’s own line, with any spacing', () => {
  const line = (text: string) => parseNetDev(`Inter-|\n face |\n  eth10: 9 9 9 9\n${text}`).get('eth1');
  const counters = { received: 123456789012, receiveErrors: 2, receiveDrops: 7, sent: 42, sendErrors: 1, sendDrops: 3 };
  expect(line('  eth1: 123456789012     100    2    7    0     0          0         0 42  90 1 3 0 0 0 0')).toEqual(
    counters,
  );
  expect(line('  eth1:123456789012 100 2 7 0 0 0 0 42 90 1 3 0 0 0 0')).toEqual(counters);
  expect(line('  eth1: 123456789012 100 x 7 0 0 0 0 -42 90 1 3 0 0 0 0')).toEqual({
    ...counters,
    receiveErrors: undefined,
    sent: undefined,
  });
  expect(line('')).toBeUndefined();
});

test('any text: no crash, and counts are not negative', () => {
  const word = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.bigInt().map(String),
    fc.constantFrom('eth0:', ':', '-1'),
  );
  const text = fc.array(fc.array(word).map((words) => words.join(' '))).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, (content) => {
      for (const counters of parseNetDev(content).values())
        for (const count of Object.values(counters)) expect(count ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('link and speed, if the driver reports them', async () => {
  const of = async (files: Record<string, string>) =>
    await readInterfaceLinkAndSpeed(
      tree(Object.fromEntries(Object.entries(files).map(([name, content]) => [`sys/class/net/x/${name}`, content]))),
      new SlowSysfsFileReader(),
      'x',
    );
  const complete = (link: boolean, speedBytesPerSecond?: number) => ({
    answer: { link, speedBytesPerSecond },
    isComplete: true,
  });
  expect(await of({ carrier: '1\n', speed: '2500\n' })).toEqual(complete(true, 312_500_000));
  expect(await of({ carrier: '0\n', speed: '-1\n' })).toEqual(complete(false));
  expect(await of({ carrier: '1\n' })).toEqual(complete(true));
  expect(await of({})).toEqual(complete(false));
  for (const speed of ['0', '65535', '4294967295', '2147483647', 'x'])
    expect(await of({ carrier: '1\n', speed })).toEqual(complete(true));
  expect(await of({ carrier: '1\n', speed: '400000\n' })).toEqual(complete(true, 5e10));
});
