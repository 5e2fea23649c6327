import { expect, test } from 'vitest';
import {
  readInterfaceTrafficAndAddresses,
  readLinkAndSpeed,
  selectWatchedAndExcludedInterfaces,
} from '../../../../src/collectors/host/linux/interfaces.ts';
import { CounterRateCalculator } from '../../../../src/lib/counter-rate-calculator.ts';
import { DriverFileReader } from '../../../../src/lib/driver-file-reader.ts';
import { createGlobClassifier } from '../../../../src/lib/glob-classifier.ts';
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
  expect(selectWatchedAndExcludedInterfaces(roots, byDefault).watched).toEqual(['bond0', 'enp3s0', 'vmbr0']);
  expect(
    selectWatchedAndExcludedInterfaces(roots, createGlobClassifier({ include: ['bond*', 'wg0'], exclude: [] })),
  ).toEqual({
    watched: ['bond0', 'wg0'],
    excluded: ['enp3s0', 'vmbr0'],
  });
});

test('counters of the interface’s own line, with any spacing', () => {
  const line = (text: string) =>
    readInterfaceTrafficAndAddresses(
      tree({}),
      `Inter-|\n face |\n  eth10: 9 9 9 9\n${text}`,
      'eth1',
      new CounterRateCalculator(),
    );
  const told = { received: 123456789012, receiveErrors: 2, receiveDrops: 7, sent: 42, sendErrors: 1, sendDrops: 3 };
  expect(
    line('  eth1: 123456789012     100    2    7    0     0          0         0 42  90 1 3 0 0 0 0'),
  ).toMatchObject(told);
  expect(line('  eth1:123456789012 100 2 7 0 0 0 0 42 90 1 3 0 0 0 0')).toMatchObject(told);
  expect(() => readInterfaceTrafficAndAddresses(tree({}), '', 'eth1', new CounterRateCalculator())).toThrow(
    /^eth1: not in .*net\/dev$/,
  );
});

test('link and speed, if the driver reports them', async () => {
  const of = (files: Record<string, string>) =>
    readLinkAndSpeed(
      tree(Object.fromEntries(Object.entries(files).map(([name, content]) => [`sys/class/net/x/${name}`, content]))),
      new DriverFileReader(),
      'x',
    );
  expect(await of({ carrier: '1\n', speed: '2500\n' })).toEqual({ link: true, speedBytesPerSecond: 312_500_000 });
  expect(await of({ carrier: '0\n', speed: '-1\n' })).toEqual({ link: false, speedBytesPerSecond: undefined });
  expect(await of({ carrier: '1\n' })).toEqual({ link: true, speedBytesPerSecond: undefined });
  expect(await of({})).toEqual({ link: false, speedBytesPerSecond: undefined });
});
