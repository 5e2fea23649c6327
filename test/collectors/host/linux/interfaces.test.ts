import { expect, test } from 'vitest';
import { readInterface, readLink, selectInterfaces } from '../../../../src/collectors/host/linux/interfaces.ts';
import { CounterRates } from '../../../../src/lib/counter-rates.ts';
import { DriverFiles } from '../../../../src/lib/driver-files.ts';
import { createGlobMatcher } from '../../../../src/lib/glob-matcher.ts';
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
  expect(selectInterfaces(roots, byDefault).watched).toEqual(['bond0', 'enp3s0', 'vmbr0']);
  expect(selectInterfaces(roots, createGlobMatcher({ include: ['bond*', 'wg0'], exclude: [] }))).toEqual({
    watched: ['bond0', 'wg0'],
    excluded: ['enp3s0', 'vmbr0'],
  });
});

test('counters of the interface’s own line, with any spacing', () => {
  const line = (text: string) =>
    readInterface(tree({}), `Inter-|\n face |\n  eth10: 9 9 9 9\n${text}`, 'eth1', new CounterRates());
  const told = { received: 123456789012, receiveErrors: 2, receiveDrops: 7, sent: 42, sendErrors: 1, sendDrops: 3 };
  expect(
    line('  eth1: 123456789012     100    2    7    0     0          0         0 42  90 1 3 0 0 0 0'),
  ).toMatchObject(told);
  expect(line('  eth1:123456789012 100 2 7 0 0 0 0 42 90 1 3 0 0 0 0')).toMatchObject(told);
  expect(() => readInterface(tree({}), '', 'eth1', new CounterRates())).toThrow(/^eth1: not in .*net\/dev$/);
});

test('link and speed, if the driver reports them', async () => {
  const of = (files: Record<string, string>) =>
    readLink(
      tree(Object.fromEntries(Object.entries(files).map(([name, content]) => [`sys/class/net/x/${name}`, content]))),
      new DriverFiles(),
      'x',
    );
  expect(await of({ carrier: '1\n', speed: '2500\n' })).toEqual({ link: true, speed: 2500 });
  expect(await of({ carrier: '0\n', speed: '-1\n' })).toEqual({ link: false, speed: undefined });
  expect(await of({ carrier: '1\n' })).toEqual({ link: true, speed: undefined });
  expect(await of({})).toEqual({ link: false, speed: undefined });
});
