import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFritzboxClientsSetting } from '../../../../src/collectors/router/configured-hosts.ts';
import { fritzOsVersionWithoutHardware } from '../../../../src/collectors/router/tr064/fritz-box-connection.ts';
import { parseLanHostEntries } from '../../../../src/collectors/router/tr064/home-network-poll-items.ts';
import { parseRepeatersAndMeshLinks } from '../../../../src/collectors/router/tr064/mesh-poll-item.ts';
import { Tr064SubDeviceObservationBuilder } from '../../../../src/collectors/router/tr064/sub-devices.ts';
import { parseDigestChallenge } from '../../../../src/lib/upnp/digest.ts';
import { normalizeMacAddress } from '../../../../src/model/shared-device.ts';
import { TranslatableError } from '../../../../src/model/translatable-error.ts';
import { homeHosts, homeMesh, hostList } from '../../../helpers/fritzbox/home.ts';

/** A valid list with a part of it replaced. */
const corrupted = (text: string) =>
  fc
    .tuple(fc.nat(text.length), fc.nat(60), fc.string())
    .map(([at, length, instead]) => text.slice(0, at) + instead + text.slice(at + length));

const expectClear = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    expect([Error, TranslatableError]).toContain((error as Error).constructor);
    expect((error as Error).message).toMatch(
      /the answer (?:is empty|is not XML|has no root element|breaks off|is nested more than \d+ levels deep)|unknown format/,
    );
  }
};

test('any answer is read, or is an error that quotes it', () => {
  fc.assert(fc.property(corrupted(hostList(homeHosts)), (text) => expectClear(() => parseLanHostEntries(text))));
  fc.assert(
    fc.property(corrupted(JSON.stringify(homeMesh)), (text) => expectClear(() => parseRepeatersAndMeshLinks(text))),
  );
  fc.assert(fc.property(fc.json(), (text) => expectClear(() => parseRepeatersAndMeshLinks(text))));
  fc.assert(
    fc.property(
      corrupted('Basic realm="a", Digest realm="HTTPS Access",nonce="88B3",algorithm=MD5,qop="auth"'),
      (text) => void parseDigestChallenge(text),
    ),
  );
});

test.each([
  ['154.07.57', '7.57'],
  ['164.08.02-117978', '8.02-117978'],
  ['1.02.03', '2.03'],
  ['8.02', '8.02'],
  [undefined, undefined],
])('FRITZ!OS %s', (text, version) => expect(fritzOsVersionWithoutHardware(text)).toBe(version));

test.each([
  ['aa-bb-cc-00-11-22', 'AA:BB:CC:00:11:22'],
  ['AABBCC001122', 'AA:BB:CC:00:11:22'],
  ['aa:bb:cc:00:11', undefined],
  ['', undefined],
])('MAC address %s', (text, address) => expect(normalizeMacAddress(text)).toBe(address));

test('clients are named with MAC addresses; an invalid item makes the list invalid', () => {
  expect(parseFritzboxClientsSetting('')).toEqual([]);
  expect(parseFritzboxClientsSetting(' Phone of Ada = aa-bb-cc-00-11-22 , nas=02:00:5E:00:53:10')).toEqual([
    { name: 'Phone of Ada', macAddress: 'AA:BB:CC:00:11:22' },
    { name: 'nas', macAddress: '02:00:5E:00:53:10' },
  ]);
  for (const wrong of ['AA:BB:CC:00:11:22', 'x=y', '=AA:BB:CC:00:11:22', 'nas=02:00:5E:00:53:10,x'])
    expect(parseFritzboxClientsSetting(wrong)).toBe(undefined);
});

test('radios are named by their bands, and clients are away only if the list of hosts is known', () => {
  const device = { id: 'hollow', name: 'hollow' };
  const radio = (instance: number, band?: '5 GHz', isGuest = false) => ({ instance, band, isGuest });
  const reading = {
    access: 'granted',
    refusals: 0,
    device: {},
    ...parseRepeatersAndMeshLinks(JSON.stringify(homeMesh)),
  } as const;
  const watchedClients = [
    { name: 'Phone of Ada', macAddress: '02:00:5E:00:53:11' },
    { name: 'Laptop of Ada', macAddress: '02:00:5E:00:53:13' },
  ];
  const parts = new Tr064SubDeviceObservationBuilder(watchedClients);
  expect(parts.observe(device, reading).filter(({ table }) => table === 'client')).toEqual([]);
  const observations = parts.observe(device, {
    ...reading,
    radios: [radio(1), radio(2, '5 GHz'), radio(3, '5 GHz'), radio(4, undefined, true)],
    hosts: parseLanHostEntries(hostList(homeHosts)),
  });
  expect(observations.map(({ table, part }) => `${table} ${part?.name}`)).toEqual([
    'radio WLAN 1',
    'radio WLAN 5 GHz 2',
    'radio WLAN 5 GHz 3',
    'radio Guest WLAN',
    'repeater cellar',
    'repeater attic',
    'repeater shed',
    'meshlink Mesh link cellar 5 GHz',
    'meshlink Mesh link shed 5 GHz',
    'meshlink Mesh link cellar 2.4 GHz',
    'meshlink Mesh link attic 5 GHz',
    'client Phone of Ada',
    'client Laptop of Ada',
  ]);
  expect(observations.filter(({ table }) => table === 'client').map(({ reading: client }) => client)).toMatchObject([
    { isPresent: true, host: { speedBytesPerSecond: 108_250_000 } },
    { isPresent: false },
  ]);
  const later = parts.observe(device, { repeaters: [] });
  expect(later.map(({ table, part }) => `${table} ${part?.name}`)).toEqual(
    observations.filter(({ table }) => table !== 'repeater').map(({ table, part }) => `${table} ${part?.name}`),
  );
  expect(later.every(({ reading: known }) => Object.keys(known ?? {}).length === 0)).toBe(true);
});
