import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { IgdClient } from '../../../../src/collectors/router/igd/igd-client.ts';
import { AddressResolver } from '../../../../src/lib/names/address-resolver.ts';
import { AnsweringAddressFinder } from '../../../../src/lib/names/answering-address.ts';
import { withEnglishHint } from '../../../helpers/english-hint.ts';

const never = new AbortController().signal;

type Answers = Record<string, string | Record<string, string>>;

const description = (manufacturer: string, types: readonly string[]) =>
  `<root><device><manufacturer>${manufacturer}</manufacturer><modelName>B1</modelName><serviceList>${types
    .map(
      (type) =>
        `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><controlURL>/${type.split(':')[0]}</controlURL></service>`,
    )
    .join('')}</serviceList></device></root>`;

/** A router with a loopback address of its own, because descriptions are at fixed ports. `answers`: texts by path,
 * values by service and action. */
async function startRouter(address: string, port: number, answers: Answers) {
  const asked: string[] = [];
  const state = { answers, isHung: false };
  const server = createServer((request, response) => {
    const action = String(request.headers.soapaction ?? '')
      .replaceAll('"', '')
      .split('#')[1];
    const key = `${request.url}${action === undefined ? '' : `#${action}`}`;
    asked.push(key);
    if (state.isHung) return;
    const answer = state.answers[key];
    if (typeof answer === 'string') return void response.end(answer);
    const values = Object.entries(answer ?? {}).map(([name, value]) => `<New${name}>${value}</New${name}>`);
    if (answer !== undefined)
      return void response.end(
        `<s:Envelope><s:Body><u:${action}Response>${values.join('')}</u:${action}Response></s:Body></s:Envelope>`,
      );
    response
      .writeHead(action === undefined ? 404 : 500)
      .end(
        action === undefined
          ? ''
          : '<s:Envelope><s:Body><s:Fault><detail><errorCode>401</errorCode></detail></s:Fault></s:Body></s:Envelope>',
      );
  });
  const start = () => new Promise<void>((resolve) => void server.listen(port, address, resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  };
  await start();
  const igd = new IgdClient(
    { description: undefined, ssdp: false },
    new AnsweringAddressFinder(address, new AddressResolver(), async () => true),
  );
  onTestFinished(async () => {
    igd.close();
    if (server.listening) await stop();
  });
  return { asked, state, start, stop, igd };
}

const services = ['WANCommonInterfaceConfig:1', 'WANPPPConnection:1', 'WANIPConnection:1'];

test('of two listed connections the connected one is reported, and read first from then on', async () => {
  const { igd, asked, state } = await startRouter('127.0.77.1', 49152, {
    '/gatedesc.xml': description('Maker', services),
    '/WANCommonInterfaceConfig#GetCommonLinkProperties': {
      WANAccessType: 'Ethernet',
      PhysicalLinkStatus: 'Up',
      Layer1DownstreamMaxBitRate: '100000000',
      Layer1UpstreamMaxBitRate: '0',
    },
    '/WANPPPConnection#GetStatusInfo': { ConnectionStatus: 'Unconfigured', Uptime: '0' },
    '/WANIPConnection#GetStatusInfo': { ConnectionStatus: 'Connected', Uptime: '60' },
    '/WANIPConnection#GetExternalIPAddress': { ExternalIPAddress: '198.51.100.9' },
    '/WANCommonInterfaceConfig#GetTotalBytesReceived': { TotalBytesReceived: '-1294967296' },
    '/WANCommonInterfaceConfig#GetTotalBytesSent': { TotalBytesSent: '7' },
  });
  const { description: identity, wan } = await igd.read(never);
  expect(identity).toMatchObject({ manufacturer: 'Maker', model: 'B1' });
  expect(wan).toMatchObject({
    status: 'connected',
    uptime: 60,
    link: true,
    access: 'ethernet',
    downstreamBytesPerSecond: 12_500_000,
    upstreamBytesPerSecond: undefined,
    ipv4: '198.51.100.9',
  });
  expect(wan).toMatchObject({ received: 3_000_000_000, sent: 7 });
  asked.length = 0;
  await igd.read(never);
  // Unsupported actions and the description are not requested again.
  expect(asked).toEqual([
    '/WANIPConnection#GetStatusInfo',
    '/WANIPConnection#GetExternalIPAddress',
    '/WANCommonInterfaceConfig#GetCommonLinkProperties',
    '/WANCommonInterfaceConfig#GetTotalBytesReceived',
    '/WANCommonInterfaceConfig#GetTotalBytesSent',
  ]);
  state.answers = {
    ...state.answers,
    '/WANIPConnection#GetStatusInfo': { ConnectionStatus: 'Disconnected' },
    '/WANPPPConnection#GetStatusInfo': { ConnectionStatus: 'Connected', Uptime: '1' },
  };
  expect((await igd.read(never)).wan).toMatchObject({ status: 'connected', uptime: 1, ipv4: undefined });
});

test('a router that hangs is an error, and is read again when it answers', async () => {
  const { igd, state } = await startRouter('127.0.77.2', 5000, {
    '/rootDesc.xml': description('Maker', services),
    '/WANIPConnection#GetStatusInfo': { ConnectionStatus: 'Connected' },
  });
  expect((await igd.read(never)).wan?.status).toBe('connected');
  state.isHung = true;
  await expect(igd.read(never)).rejects.toThrow('http://127.0.77.2:5000/WANIPConnection: no answer in 4 s');
  state.isHung = false;
  expect((await igd.read(never)).wan?.status).toBe('connected');
});

test('a router that is off is an error, and its last URL is tried first', async () => {
  const { igd, start, stop, asked } = await startRouter('127.0.77.3', 49152, {
    '/igd.xml': description('Maker', services),
    '/WANIPConnection#GetStatusInfo': { ConnectionStatus: 'Connected' },
  });
  await igd.read(never);
  await stop();
  await expect(igd.read(never)).rejects.toThrow('ECONNREFUSED');
  asked.length = 0;
  await start();
  expect((await igd.read(never)).wan?.status).toBe('connected');
  expect(asked[0]).toBe('/igd.xml');
});

test('a FRITZ!Box that hides its status has a hint; a repeater has none', async () => {
  const hiding = await startRouter('127.0.77.4', 49000, { '/tr64desc.xml': description('FRITZ! GmbH', services) });
  expect(withEnglishHint(await hiding.igd.read(never))).toEqual({
    hint: expect.stringContaining('Transmit status information over UPnP'),
  });
  const repeater = await startRouter('127.0.77.5', 49000, {
    '/tr64desc.xml': description('FRITZ! GmbH', ['DeviceInfo:1']),
  });
  expect(await repeater.igd.read(never)).toEqual({ hint: undefined });
  const count = repeater.asked.length;
  await repeater.igd.read(never);
  expect(repeater.asked).toHaveLength(count);
});
