import { expect, test } from 'vitest';
import {
  ambiguousCommaNotice,
  parseCommaList,
  parseConfiguredRouter,
  parseProbeTarget,
} from '../../../src/collectors/router/configured-hosts.ts';
import { readDefaultGatewayAddress, readNeighbourMac } from '../../../src/collectors/router/gateway.ts';
import { isUnreachableOrBeyondLimits, latencyAndLossLimitsOf } from '../../../src/collectors/router/reachability.ts';
import { SharedOrPerNameValues } from '../../../src/model/shared-or-per-name-values.ts';
import { tree } from '../../helpers/tree.ts';

test.each([
  ['192.168.178.1', { name: '192.168.178.1', host: '192.168.178.1' }],
  ['cellar=fritz.box', { name: 'cellar', host: 'fritz.box' }],
  ['Summer house = 10.8.0.1', { name: 'Summer house', host: '10.8.0.1' }],
  ['v6=[fd00::1]', { name: 'v6', host: 'fd00::1' }],
  [
    'shop=http://10.9.0.1:5000/rootDesc.xml',
    { name: 'shop', host: '10.9.0.1', description: new URL('http://10.9.0.1:5000/rootDesc.xml') },
  ],
  ['-rf', undefined],
  ['a b', undefined],
  ['cellar=', undefined],
  ['fe80::1%eth0', undefined],
  ['cellar=192.168.178.1:49000', undefined],
])('router %s', (text, address) => expect(parseConfiguredRouter(text)).toEqual(address));

test.each([
  ['1.1.1.1', { name: '1.1.1.1', by: 'icmp', host: '1.1.1.1' }],
  ['tcp://nas.lan:445', { name: 'nas.lan:445', by: 'tcp', host: 'nas.lan', port: 445 }],
  ['v6=tcp://[fd00::2]:22', { name: 'v6', by: 'tcp', host: 'fd00::2', port: 22 }],
  [
    'shop=https://shop.example/?a=b',
    { name: 'shop', by: 'http', host: 'shop.example', url: new URL('https://shop.example/?a=b') },
  ],
  ['http://x:8080/', { name: 'x:8080', by: 'http', host: 'x', url: new URL('http://x:8080/') }],
  ['tcp://nas.lan', undefined],
  ['ftp://nas.lan', undefined],
  ['near=fe80::1%eth0', { name: 'near', by: 'icmp', host: 'fe80::1%eth0' }],
  ['--flood', undefined],
  ['büro.lan', { name: 'büro.lan', by: 'icmp', host: 'xn--bro-hoa.lan' }],
  ['Büro=BÜRO.lan', { name: 'Büro', by: 'icmp', host: 'xn--bro-hoa.lan' }],
  ['tcp://büro.lan:22', { name: 'büro.lan:22', by: 'tcp', host: 'xn--bro-hoa.lan', port: 22 }],
  [
    'http://büro.lan/',
    { name: 'xn--bro-hoa.lan', by: 'http', host: 'xn--bro-hoa.lan', url: new URL('http://xn--bro-hoa.lan/') },
  ],
  ['日本.example', { name: '日本.example', by: 'icmp', host: 'xn--wgv71a.example' }],
  ['xn--bro-hoa.lan', { name: 'xn--bro-hoa.lan', by: 'icmp', host: 'xn--bro-hoa.lan' }],
  ['bü ro.lan', undefined],
  ['2', undefined],
  ['0x7f000001', undefined],
  ['1.1', { name: '1.1', by: 'icmp', host: '1.1' }],
  ['2nd.lan', { name: '2nd.lan', by: 'icmp', host: '2nd.lan' }],
  ['3com', { name: '3com', by: 'icmp', host: '3com' }],
])('target %s', (text, target) => expect(parseProbeTarget(text)).toEqual(target));

test('an invalid item makes the list invalid', () => {
  expect(parseCommaList(' a, b=c ,', parseConfiguredRouter)?.map(({ host }) => host)).toEqual(['a', 'c']);
  expect(parseCommaList('a,-b', parseConfiguredRouter)).toBeUndefined();
  expect(parseCommaList('', parseConfiguredRouter)).toEqual([]);
});

test.each([
  ['map=http://gis.lan/?box=1,2,3,4', ['http://gis.lan/?box=1,2,3,4']],
  ['http://a.lan/?ids=1,2,nas.lan', ['http://a.lan/?ids=1,2', 'nas.lan']],
  ['http://a.lan/?a=1,b=2,tcp://nas.lan:22', ['http://a.lan/?a=1,b=2', 'nas.lan']],
  ['http://a.lan/?tags=a%2Cb,nas', undefined],
  ['http://a.lan/?tags=a%2Cb,nas=nas', ['http://a.lan/?tags=a%2Cb', 'nas']],
  ['http://a.lan/?tags=a,b', undefined],
  ['http://a.lan/x,2', undefined],
  ['http://a.lan/x%2C2', ['http://a.lan/x%2C2']],
  ['shop=https://shop.lan/health,nas', ['https://shop.lan/health', 'nas']],
])('a comma in a URL: %s', (text, targets) => {
  expect(
    parseCommaList(text, parseProbeTarget)?.map((target) => ('url' in target ? target.url.href : target.host)),
  ).toEqual(targets);
});

test.each([
  ['shop=https://shop.lan/health,nas', 'nas'],
  ['cam=http://cam.lan/a,b.jpg,10.0.0.1', 'b.jpg'],
  ['cam=http://cam.lan/?size=a,nas.lan', 'nas.lan'],
])('a host that may be a part of the URL before it: %s', (text, host) =>
  expect(ambiguousCommaNotice(text)).toContain(`${host} is taken for a host of its own`),
);

test.each([
  'https://shop.lan/health,nas=nas',
  'https://shop.lan/health,10.0.0.1,fd00::1',
  'https://shop.lan/,nas',
  'a,b',
])('a list without doubt: %s', (text) => expect(ambiguousCommaNotice(text)).toBeUndefined());

const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const route = (iface: string, destination: string, gateway: string, metric: number, mask: string) =>
  `${iface}\t${destination}\t${gateway}\t0003\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`;

test('the default gateway is that of the best route, and of the host rather than of a container', () => {
  const routes =
    head +
    route('wlan0', '00000000', '0102A8C0', 600, '00000000') +
    route('eth0', '00000000', '01B2A8C0', 100, '00000000') +
    route('eth0', '00B2A8C0', '00000000', 100, '00FFFFFF');
  expect(readDefaultGatewayAddress(tree({ 'proc/net/route': routes }))).toBe('192.168.178.1');
  expect(
    readDefaultGatewayAddress(
      tree({
        'proc/net/route': head + route('eth0', '00000000', '010011AC', 0, '00000000'),
        'proc/1/net/route': routes,
      }),
    ),
  ).toBe('192.168.178.1');
  expect(
    readDefaultGatewayAddress(tree({ 'proc/net/route': head + route('tun0', '00000000', '00000000', 0, '00000000') })),
  ).toBeUndefined();
});

const zeros = '0'.repeat(32);
const ipv6Route = (destination: string, length: string, nextHop: string, metric: string, device: string) =>
  `${destination} ${length} ${zeros} 00 ${nextHop} ${metric} 00000001 00000000 00000003 ${device.padStart(8)}\n`;

test('the default gateway of IPv6 counts where there is none of IPv4', () => {
  const linkLocal = 'fe800000000000000000000000000001';
  const routes =
    ipv6Route('fd000000000000000000000000000000', '40', zeros, '00000100', 'eth0') +
    ipv6Route(zeros, '00', 'fd000000000000000000000000000009', '00000800', 'wlan0') +
    ipv6Route(zeros, '00', linkLocal, '00000400', 'eth0') +
    ipv6Route(zeros, '00', zeros, 'ffffffff', 'lo');
  expect(readDefaultGatewayAddress(tree({ 'proc/net/ipv6_route': routes }))).toBe('fe80::1%eth0');
  const global = ipv6Route(zeros, '00', 'fd000000000000000000000000000009', '00000800', 'wlan0');
  expect(readDefaultGatewayAddress(tree({ 'proc/net/ipv6_route': global }))).toBe('fd00::9');
  expect(
    readDefaultGatewayAddress(tree({ 'proc/net/ipv6_route': ipv6Route(zeros, '00', zeros, 'ffffffff', 'lo') })),
  ).toBeUndefined();
  expect(readDefaultGatewayAddress(tree({ 'proc/net/ipv6_route': 'x\n00 00\n' }))).toBeUndefined();
  const both = { 'proc/net/route': head + route('eth0', '00000000', '01B2A8C0', 100, '00000000') };
  expect(readDefaultGatewayAddress(tree({ 'proc/net/ipv6_route': routes, ...both }))).toBe('192.168.178.1');
  expect(readDefaultGatewayAddress(tree({}))).toBeUndefined();
});

test('a neighbour’s MAC address, but none that routers of many networks have', () => {
  const arp = `IP address       HW type     Flags       HW address            Mask     Device
192.168.178.10   0x1         0x0         00:00:00:00:00:00     *        eth0
192.168.178.1    0x1         0x2         0a:1b:2c:3d:4e:5f     *        eth0
192.168.178.2    0x1         0x2         00:00:5e:00:01:07     *        eth0
`;
  const roots = tree({ 'proc/net/arp': arp });
  expect(
    ['192.168.178.1', '192.168.178.2', '192.168.178.10', '192.168.178.100', '1.1.1.1'].map((address) =>
      readNeighbourMac(roots, address),
    ),
  ).toEqual(['0A:1B:2C:3D:4E:5F', undefined, undefined, undefined, undefined]);
});

test('a target has the limits of its name; unknown reachability is no problem', () => {
  const settings = {
    PING_LATENCY_LIMIT: new SharedOrPerNameValues(undefined, new Map([['office', 20]])),
    PING_LOSS_LIMIT: new SharedOrPerNameValues(30, new Map()),
  };
  const readingOf = (received: number, meanMs: number) => ({
    reachable: received > 0,
    probe: { by: 'icmp', stats: { sent: 10, received, meanMs } } as const,
  });
  const office = latencyAndLossLimitsOf('office', settings);
  expect([
    isUnreachableOrBeyondLimits(readingOf(10, 19), office),
    isUnreachableOrBeyondLimits(readingOf(10, 21), office),
    isUnreachableOrBeyondLimits(readingOf(10, 21), latencyAndLossLimitsOf('other', settings)),
  ]).toEqual([false, true, false]);
  expect([
    isUnreachableOrBeyondLimits(readingOf(7, 1), office),
    isUnreachableOrBeyondLimits(readingOf(6, 1), office),
    isUnreachableOrBeyondLimits(readingOf(0, 0), office),
  ]).toEqual([false, true, true]);
  expect([isUnreachableOrBeyondLimits({}, office), isUnreachableOrBeyondLimits({ reachable: true }, office)]).toEqual([
    undefined,
    false,
  ]);
});
