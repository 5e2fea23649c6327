import { expect, test } from 'vitest';
import type { ConfiguredRouter } from '../../../src/collectors/router/configured-hosts.ts';
import { GatewayRouterFinder } from '../../../src/collectors/router/gateway.ts';
import { AddressResolver } from '../../../src/lib/names/address-resolver.ts';
import { tree } from '../../helpers/tree.ts';

/** A machine whose default gateway is 192.168.178.1. */
const machine = () =>
  tree({
    'proc/net/route':
      'Iface Destination Gateway Flags RefCnt Use Metric Mask\neth0 00000000 01B2A8C0 0003 0 0 100 00000000\n',
  });

const routers = (hosts: Record<string, string>): ConfiguredRouter[] =>
  Object.entries(hosts).map(([name, host]) => ({ name, host }));

function gateway(hosts: Record<string, string>, roots = machine()) {
  const router = new GatewayRouterFinder(roots, new AddressResolver());
  router.update(routers(hosts));
  return router;
}

test('what is in another network is reached through the router at the default gateway', () => {
  const home = gateway({ cabin: '192.168.9.1', home: '192.168.178.1' });
  expect(home.leadingTo('203.0.113.7')).toBe('home');
  expect(home.leadingTo('2001:db8::7')).toBe('home');
  expect(home.leadingTo('127.0.0.1')).toBeUndefined();
});

test('a name that could not be resolved yet too: routers answer for names', () =>
  expect(gateway({ home: '192.168.178.1', cabin: '192.168.9.1' }).leadingTo('nas.example.org')).toBe('home'));

test('the only router, where the gateway is that of a container', () => {
  expect(gateway({ home: '192.168.1.1' }).leadingTo('203.0.113.7')).toBe('home');
  expect(gateway({ home: '192.168.1.1', cabin: '192.168.9.1' }).leadingTo('203.0.113.7')).toBeUndefined();
});
