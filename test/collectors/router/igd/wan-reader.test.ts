import { expect, test } from 'vitest';
import { WanReader } from '../../../../src/collectors/router/igd/wan-reader.ts';
import { RefusalCachingActionCaller } from '../../../../src/lib/upnp/action-caller.ts';
import { parseUpnpDescription } from '../../../../src/lib/upnp/description.ts';
import { HttpStatusError } from '../../../../src/lib/upnp/http-client.ts';

const never = new AbortController().signal;

/** The values of an action, the code of its fault, or the status of an error page. */
type Answer = Record<string, string | number> | number | { status: number };
type Actions = Record<string, Answer>;

/** One service of a description: type, path, and what it answers. */
type Service = [type: string, path: string, actions: Actions];

const serviceXml = ([type, path]: Service) =>
  `<service><serviceType>urn:schemas-upnp-org:service:${type}:1</serviceType><serviceId>urn:upnp-org:serviceId:${type}1</serviceId><controlURL>${path}</controlURL></service>`;

const list = (services: readonly Service[]) => `<serviceList>${services.map(serviceXml).join('')}</serviceList>`;

/** A WANDevice with its line, and a WANConnectionDevice with its connections. */
const wanDevice = ([line, ...connections]: readonly Service[]) =>
  `<device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType>${list(line ? [line] : [])}<deviceList><device><deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType>${list(connections)}</device></deviceList></device>`;

/** A router whose services stand in one list, or each group in a WANDevice. */
function router(groups: readonly (readonly Service[])[], isFlat = false) {
  const content = isFlat ? list(groups.flat()) : `<deviceList>${groups.map(wanDevice).join('')}</deviceList>`;
  const description = parseUpnpDescription(
    `<root><device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>${content}</device></root>`,
    new URL('http://192.0.2.1/desc.xml'),
  );
  const services = groups.flat();
  const asked: string[] = [];
  const actions = new RefusalCachingActionCaller(async ({ url, headers }) => {
    const action = headers?.SOAPAction?.replaceAll('"', '').split('#')[1] ?? '';
    asked.push(`${url.pathname} ${action}`);
    const answer = services.find(([, path]) => path === url.pathname)?.[2][action] ?? 401;
    if (typeof answer === 'object' && 'status' in answer)
      return { status: Number(answer.status), headers: {}, body: '<html>no</html>' };
    const body =
      typeof answer === 'number'
        ? `<s:Fault><detail><UPnPError><errorCode>${answer}</errorCode></UPnPError></detail></s:Fault>`
        : `<u:${action}Response>${Object.entries(answer)
            .map(([name, value]) => `<New${name}>${value}</New${name}>`)
            .join('')}</u:${action}Response>`;
    return {
      status: typeof answer === 'number' ? 500 : 200,
      headers: {},
      body: `<s:Envelope><s:Body>${body}</s:Body></s:Envelope>`,
    };
  });
  const reader = new WanReader(actions);
  return { read: () => reader.read(description, never), asked };
}

const line = (status: 'Up' | 'Down', access: string, received = 0): Actions => ({
  GetCommonLinkProperties: {
    WANAccessType: access,
    PhysicalLinkStatus: status,
    Layer1DownstreamMaxBitRate: 200_000_000,
    Layer1UpstreamMaxBitRate: 100_000_000,
  },
  GetTotalBytesReceived: { TotalBytesReceived: received },
  GetTotalBytesSent: { TotalBytesSent: received / 2 },
});

const connection = (status: string, uptime = 0, address: string | undefined = undefined): Actions => ({
  GetStatusInfo: { ConnectionStatus: status, Uptime: uptime },
  ...(address === undefined ? {} : { GetExternalIPAddress: { ExternalIPAddress: address } }),
});

const up = (address = '203.0.113.9') => connection('Connected', 3600, address);
const connected = { status: 'connected', uptime: 3600, ipv4: '203.0.113.9' };

test.each<[string, Actions]>([
  ['knows none of its actions', {}],
  ['answers with error 501', { GetStatusInfo: 501 }],
  ['has no control URL, HTTP 404', { GetStatusInfo: { status: 404 } }],
  ['wants a login, HTTP 401', { GetStatusInfo: { status: 401 } }],
  ['is forbidden, HTTP 403', { GetStatusInfo: { status: 403 } }],
  ['answers with an error page', { GetStatusInfo: { status: 503 } }],
  ['has an empty answer', { GetStatusInfo: {} }],
  ['is of the telephone, disconnected', connection('Disconnected')],
])('of two connections of one type the first %s', async (_, first) => {
  const { read } = router([
    [
      ['WANCommonInterfaceConfig', '/line', line('Up', 'Ethernet', 5e9)],
      ['WANIPConnection', '/first', first],
      ['WANIPConnection', '/second', up()],
    ],
  ]);
  expect(await read()).toMatchObject({ ...connected, link: true, access: 'ethernet', received: 5e9 });
  expect(await read()).toMatchObject(connected);
});

test('all connections want a login', async () => {
  const denied = { GetStatusInfo: { status: 401 } };
  const { read } = router([
    [
      ['WANCommonInterfaceConfig', '/line', line('Up', 'Ethernet')],
      ['WANIPConnection', '/first', denied],
      ['WANPPPConnection', '/second', denied],
    ],
  ]);
  await expect(read()).rejects.toBeInstanceOf(HttpStatusError);
});

test.each<[string, Actions]>([
  ['0.0.0.0', connection('Connected', 0, '0.0.0.0')],
  ['an empty address', connection('Connected', 9e5, '')],
  ['no action for it', connection('Connected', 60)],
  ['a text that is no address', connection('Connected', 60, 'none')],
])('of two connections that say Connected the one with an address: the other has %s', async (_, dummy) => {
  for (const order of [0, 1]) {
    const connections: Service[] = [
      ['WANIPConnection', '/dummy', dummy],
      ['WANPPPConnection', '/real', up()],
    ];
    const { read } = router([
      [
        ['WANCommonInterfaceConfig', '/line', line('Up', 'DSL')],
        ...(order === 0 ? connections : connections.reverse()),
      ],
    ]);
    expect(await read()).toMatchObject(connected);
    expect(await read()).toMatchObject(connected);
  }
});

test('a connection without any address, as DS-Lite has it, is connected', async () => {
  const { read } = router([
    [
      ['WANCommonInterfaceConfig', '/line', line('Up', 'Cable', 7e9)],
      ['WANIPConnection', '/ip', connection('Connected', 3600, '')],
      ['WANPPPConnection', '/ppp', connection('Unconfigured')],
    ],
  ]);
  expect(await read()).toMatchObject({ status: 'connected', uptime: 3600, ipv4: undefined, received: 7e9 });
});

test.each([
  ['each in a WANDevice', false],
  ['all in one list', true],
])('the line and the counters are those of the connection in use: services %s', async (_, isFlat) => {
  const dead: Service[] = [
    ['WANCommonInterfaceConfig', '/line1', line('Down', 'DSL', 9e9)],
    ['WANPPPConnection', '/ppp', connection('Disconnected')],
  ];
  const alive: Service[] = [
    ['WANCommonInterfaceConfig', '/line2', line('Up', 'Ethernet', 5e9)],
    ['WANIPConnection', '/ip', up()],
  ];
  for (const groups of [
    [dead, alive],
    [alive, dead],
  ])
    expect(await router(groups, isFlat).read()).toMatchObject({
      ...connected,
      link: true,
      access: 'ethernet',
      received: 5e9,
      sent: 2.5e9,
    });
});

test('both lines are up: the counters are those of the WANDevice with the connection', async () => {
  const { read } = router([
    [
      ['WANCommonInterfaceConfig', '/line1', line('Up', 'DSL', 9e9)],
      ['WANPPPConnection', '/ppp', connection('Disconnected')],
    ],
    [
      ['WANCommonInterfaceConfig', '/line2', line('Up', 'LTE', 5e9)],
      ['WANIPConnection', '/ip', up()],
    ],
  ]);
  expect(await read()).toMatchObject({ access: 'mobile', received: 5e9 });
});

test('a list that has connections before their line', async () => {
  const { read } = router(
    [
      [
        ['WANIPConnection', '/ip', up()],
        ['WANCommonInterfaceConfig', '/line', line('Up', 'Cable', 5e9)],
      ],
    ],
    true,
  );
  expect(await read()).toMatchObject({ ...connected, access: 'cable', received: 5e9 });
});

test('a fail-over while it runs, and back: no rate is made of two counters', async () => {
  const first = { line: line('Up', 'DSL', 9e9), connection: connection('Connected', 7200, '198.51.100.1') };
  const second = { line: line('Up', 'LTE', 1e9), connection: connection('Disconnected') };
  const { read } = router([
    [
      ['WANCommonInterfaceConfig', '/line1', first.line],
      ['WANIPConnection', '/first', first.connection],
    ],
    [
      ['WANCommonInterfaceConfig', '/line2', second.line],
      ['WANIPConnection', '/second', second.connection],
    ],
  ]);
  await read();
  expect(await read()).toMatchObject({ ipv4: '198.51.100.1', access: 'dsl', received: 9e9, receivedPerSecond: 0 });
  Object.assign(first.line, line('Down', 'DSL', 9e9));
  Object.assign(first.connection, connection('Disconnected'));
  Object.assign(second.connection, connection('Connected', 30, '203.0.113.9'));
  const over = await read();
  expect(over).toMatchObject({ status: 'connected', uptime: 30, ipv4: '203.0.113.9', link: true, access: 'mobile' });
  expect(over).toMatchObject({ received: 1e9, receivedPerSecond: undefined, sentPerSecond: undefined });
  Object.assign(first.line, line('Up', 'DSL', 9e9));
  Object.assign(first.connection, connection('Connected', 10, '198.51.100.1'));
  Object.assign(second.connection, connection('Disconnected'));
  expect(await read()).toMatchObject({
    uptime: 10,
    ipv4: '198.51.100.1',
    access: 'dsl',
    received: 9e9,
    receivedPerSecond: undefined,
  });
});

test('a router that tells no status, but an address', async () => {
  const address = { GetExternalIPAddress: { ExternalIPAddress: '203.0.113.9' } };
  const { read } = router([
    [
      ['WANCommonInterfaceConfig', '/line', line('Up', 'Cable')],
      ['WANPPPConnection', '/ppp', connection('Unconfigured')],
      ['WANIPConnection', '/ip', address],
    ],
  ]);
  expect(await read()).toMatchObject({ status: undefined, ipv4: '203.0.113.9', link: true });
});

test('nothing is connected: the line that is down is told', async () => {
  const { read } = router([
    [
      ['WANCommonInterfaceConfig', '/line', line('Down', 'DSL')],
      ['WANIPConnection', '/ip', connection('Disconnected')],
    ],
  ]);
  expect(await read()).toMatchObject({ status: 'disconnected', link: false, ipv4: undefined });
});
