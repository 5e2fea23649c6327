import { writeFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  defaultRouteInterfaces,
  longestLivedIpv6ByInterface,
} from '../../../../src/collectors/host/linux/ip-config.ts';
import { tree } from '../../../helpers/tree.ts';

const routes = (files: Record<string, string>) => [
  ...defaultRouteInterfaces(
    tree(Object.fromEntries(Object.entries(files).map(([name, text]) => [`proc/net/${name}`, text]))),
  ),
];
const zero = '0'.repeat(32);

test('default routes of IPv4: not those of half the internet, nor those that refuse', () =>
  expect(
    routes({
      route: [
        'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU',
        'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0',
        'tun0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000080\t0',
        '*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0',
      ].join('\n'),
    }),
  ).toEqual(['eth0']));
test('default routes of IPv6', () =>
  expect(
    routes({
      ipv6_route: [
        `${zero} 00 ${zero} 00 fe80000000000000000000000000000a 00000400 00000001 00000000 00450003     eth0`,
        `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
        `${zero} 01 ${zero} 00 fe80000000000000000000000000000b 00000400 00000001 00000000 00000003     tun0`,
        `fd${'0'.repeat(30)} 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth1`,
      ].join('\n'),
    }),
  ).toEqual(['eth0']));

const preferred = (...rows: string[]) =>
  Object.fromEntries(longestLivedIpv6ByInterface(tree({ 'proc/net/if_inet6': rows.join('\n') })));
const row = (digits: string, flags: string, scope = '00', name = 'eth0') =>
  `${digits.padEnd(32, '0')} 02 40 ${scope} ${flags}     ${name}`;

test('the address that lasts', () => {
  const deprecated = row('20010db8000000000000000000000001', '20');
  const temporary = row('20010db8000000000000000000000002', '01');
  const lasting = row('20010db8000000000000000000000003', '00');
  const local = row('fd00000000000000000000000000000a', '80');
  expect(preferred(deprecated, temporary, local, lasting)).toEqual({ eth0: '2001:db8::3' });
  expect(preferred(deprecated, temporary, local)).toEqual({ eth0: 'fd00::a' });
  expect(preferred(deprecated, temporary)).toEqual({ eth0: '2001:db8::2' });
  expect(preferred(deprecated)).toEqual({ eth0: '2001:db8::1' });
});
test('addresses of a link, duplicate and tentative ones are none', () =>
  expect(
    preferred(
      row('fe80', '80', '20'),
      row('20010db8', '08'),
      row('20010db8', '40'),
      row('20010db8', '00', '00', 'eth1'),
    ),
  ).toEqual({
    eth1: '2001:db8::',
  }));
test('any text: no crash, and what is told is an address', () => {
  const roots = tree({ 'proc/net/if_inet6': '' });
  const digits = fc.string({ unit: fc.constantFrom(...'0123456789abcdefg'), minLength: 30, maxLength: 34 });
  const line = fc.oneof(
    fc.string(),
    digits.map((text) => row(text, '80')),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const name of ['if_inet6', 'ipv6_route', 'route']) writeFileSync(roots.proc('net', name), lines.join('\n'));
      defaultRouteInterfaces(roots);
      for (const address of longestLivedIpv6ByInterface(roots).values()) expect(isIPv6(address)).toBe(true);
    }),
  );
});
